//! Which of several live objects of one id counts.
//!
//! A replacement that makes the new object first has two of them for a while, and a run that dies then leaves both. The
//! name of the new one says which object it replaces, so nobody has to be asked: the newest counts, and each older one
//! becomes an object of its own, with an id that says so, which is removed as undeclared ones are.

use std::collections::BTreeMap;

use super::Tables;
use crate::model::{Observed, ReplaceOrder, ResourceId, Sight, digest8};

/// The name of the new object while the old one still stands: readable, at most 63 characters, and another one with
/// every replacement.
#[must_use]
pub fn replacement_name(stack: &str, id: &ResourceId, base: &str, old_physical: &str) -> String {
    let base: String = base.chars().take(54).collect();
    let suffix = suffix(stack, id, old_physical);
    format!("{}-{suffix}", base.trim_end_matches('-'))
}

fn suffix(stack: &str, id: &ResourceId, old_physical: &str) -> String {
    digest8(&[stack, &id.to_string(), old_physical])
}

/// Sorts what a survey met several times: by their names one of them counts, and the others are on their way out.
/// What cannot be told apart so stays as it is.
pub fn succession(
    stack: &str,
    tables: &Tables,
    sights: &mut BTreeMap<ResourceId, Sight>,
    orphans: &mut Vec<Observed>,
) {
    let mut outgoing = Vec::new();
    for (id, sight) in sights.iter_mut() {
        if let Sight::Twice { physical, objects } = sight
            && objects.len() == physical.len()
            && let Some(mut line) = line(stack, tables, id, objects)
        {
            *sight = Sight::Present(Box::new(line.remove(0)));
            outgoing.extend(line);
        }
    }
    let mut by_id = BTreeMap::<ResourceId, Vec<Observed>>::new();
    for orphan in std::mem::take(orphans) {
        by_id.entry(orphan.id.clone()).or_default().push(orphan);
    }
    for (id, same) in by_id {
        let declared = sights.contains_key(&id);
        let line = (!declared && same.len() > 1)
            .then(|| line(stack, tables, &id, &same))
            .flatten();
        orphans.extend(line.unwrap_or(same));
    }
    orphans.extend(outgoing);
}

/// The newest one, then what it replaced, and so on, each of the older ones with an id of its own; `None` when they do
/// not form one line.
fn line(
    stack: &str,
    tables: &Tables,
    id: &ResourceId,
    objects: &[Observed],
) -> Option<Vec<Observed>> {
    let create_first = |one: &Observed| {
        let table = tables.get(&one.kind);
        table.is_some_and(|table| table.replace == ReplaceOrder::CreateFirst)
    };
    let replaces = |new: &Observed, old: &Observed| {
        let suffix = suffix(stack, id, &old.physical);
        name(new).is_some_and(|name| name.ends_with(&format!("-{suffix}")))
    };
    let newest = |one: &&Observed| !objects.iter().any(|other| replaces(other, one));
    let mut next = objects.iter().find(newest);
    let (mut line, mut of) = (Vec::new(), id.clone());
    while let Some(one) = next.filter(|one| create_first(one) && line.len() < objects.len()) {
        let mut object = one.clone();
        if !line.is_empty() {
            of = of.outgoing(name(one)?);
            object.id = of.clone();
        }
        line.push(object);
        next = objects.iter().find(|old| replaces(one, old));
    }
    (line.len() == objects.len()).then_some(line)
}

fn name(live: &Observed) -> Option<&str> {
    live.outputs.get("name")?.as_text()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use serde_json::json;

    use super::*;
    use crate::model::Value;
    use crate::plan::decide::world::{id, seen, tables};

    const POOL: &str = "cluster.x/pool";

    fn pool(physical: &str, name: &str) -> Observed {
        let mut live = seen("pool", POOL, &json!({}));
        physical.clone_into(&mut live.physical);
        live.outputs.insert("name".to_owned(), Value::text(name));
        live
    }

    fn replacing(physical: &str, old: &Observed) -> Observed {
        let name = replacement_name("shop", &id(POOL), "web", &old.physical);
        pool(physical, &name)
    }

    fn sorted(objects: Vec<Observed>) -> (Sight, Vec<Observed>) {
        let physical = objects.iter().map(|one| one.physical.clone()).collect();
        let sight = Sight::Twice { physical, objects };
        let mut sights = BTreeMap::from([(id(POOL), sight)]);
        let mut orphans = Vec::new();
        succession("shop", &tables(), &mut sights, &mut orphans);
        (sights.remove(&id(POOL)).expect("a sight"), orphans)
    }

    #[test]
    fn the_newest_counts_and_the_older_ones_are_on_their_way_out() {
        let first = pool("arn-1", "web");
        let second = replacing("arn-2", &first);
        let third = replacing("arn-3", &second);
        let (sight, outgoing) = sorted(vec![second.clone(), first, third.clone()]);
        assert_eq!(sight, Sight::Present(Box::new(third)));
        let ids: Vec<String> = outgoing.iter().map(|one| one.id.to_string()).collect();
        let second = name(&second).unwrap();
        let wanted = [format!("{POOL}@{second}"), format!("{POOL}@{second}@web")];
        assert_eq!(ids, wanted);
        assert_eq!(outgoing[1].physical, "arn-1");
        assert_eq!(outgoing[1].id.successor(), Some(outgoing[0].id.clone()));
        assert_eq!(outgoing[0].id.successor(), Some(id(POOL)));
    }

    #[test]
    fn what_no_name_tells_apart_stays_twice() {
        let first = pool("arn-1", "web");
        let third = replacing("arn-3", &replacing("arn-2", &first));
        for objects in [
            vec![first.clone(), pool("arn-2", "other")],
            vec![first, third],
        ] {
            let (sight, outgoing) = sorted(objects);
            assert!(matches!(sight, Sight::Twice { .. }));
            assert_eq!(outgoing, []);
        }
    }

    #[test]
    fn undeclared_ones_are_told_apart_as_well() {
        let first = pool("arn-1", "web");
        let second = replacing("arn-2", &first);
        let mut orphans = vec![first, second];
        succession("shop", &tables(), &mut BTreeMap::new(), &mut orphans);
        let ids: Vec<String> = orphans.iter().map(|one| one.id.to_string()).collect();
        assert_eq!(ids, [POOL.to_owned(), format!("{POOL}@web")]);
        assert_eq!(orphans[0].physical, "arn-2");
    }
}
