//! Which services a stack has ever used, as its claim remembers them.
//!
//! A list of a service's objects that is refused or fails leaves it unknown whether the stack has any there, and unknown is
//! not absent: removals wait and drift cannot be told. That is right where something may be there, and a nuisance where the
//! stack never had anything to do with the service. So the claim says which services were used: it is written before the
//! first object in any of them, and never forgets. What neither the file nor the claim names is not missed.

use std::collections::{BTreeMap, BTreeSet};

use super::Inputs;
use super::guard::is_claim;
use crate::model::{Kind, Observed, Open, Resource, ResourceId, Sight, Value};

/// The claim's field: services by name.
const USES: &str = "uses";

/// What is said of a service in it.
const YES: &str = "yes";

/// The service of a kind: `ecs` of `ecs.service`.
fn service(kind: &str) -> &str {
    kind.split('.').next().unwrap_or(kind)
}

/// What the live claim tells.
enum Told {
    /// There is none, so nothing was made of what comes after it.
    Nothing,
    /// It cannot be read, or is of a time before claims told this.
    Anything,
    /// These were used, and no others.
    These(BTreeSet<String>),
}

/// Lets the desired claim name every service that is used, makes the first object of each come after it, and drops the
/// complaints about lists of services that were never used.
pub fn used(inputs: &mut Inputs) {
    let told = told(inputs);
    let Some(at) = claim(inputs) else {
        // Without a claim to come, only one that stands says anything.
        if let Told::These(used) = told {
            forget(inputs, &used);
        }
        return;
    };
    let base = named(&inputs.resources[at].fields);
    let mut all: BTreeSet<String> = inputs
        .resources
        .iter()
        .map(|one| &one.kind)
        .chain(inputs.orphans.iter().map(|one| &one.kind))
        .map(|kind| service(kind.as_str()).to_owned())
        .collect();
    all.extend(base.iter().cloned());
    let missed = |kind: &String| !all.contains(service(kind));
    if matches!(told, Told::Anything) && inputs.unread.keys().any(missed) {
        // It would be taken at its word from then on, and nobody knows yet what is true.
        inputs.resources[at].fields.remove(USES);
        return;
    }
    let yes = |name: &String| (name.clone(), Value::text(YES));
    let value = Value::Map(all.iter().map(yes).collect());
    inputs.resources[at].fields.insert(USES.to_owned(), value);
    after_it(&mut inputs.resources, at, &base);
    match told {
        Told::Anything => {}
        Told::Nothing => forget(inputs, &all),
        Told::These(used) => {
            all.extend(used);
            forget(inputs, &all);
        }
    }
}

/// Drops the complaints about services that are not among these.
fn forget(inputs: &mut Inputs, used: &BTreeSet<String>) {
    inputs.unread.retain(|kind, _| used.contains(service(kind)));
}

/// The desired claim, of a kind that tells.
fn claim(inputs: &Inputs) -> Option<usize> {
    let tells = |one: &Resource<Open>| tells(inputs, &one.kind);
    inputs.resources.iter().position(tells)
}

fn tells(inputs: &Inputs, kind: &Kind) -> bool {
    let rows = inputs.tables.get(kind).map(|table| &table.rows);
    let has_row = rows.is_some_and(|rows| rows.iter().any(|row| row.name == USES));
    has_row && is_claim(&inputs.tables, kind)
}

fn told(inputs: &Inputs) -> Told {
    let desired = claim(inputs).map(|at| &inputs.resources[at].id);
    let of = |live: &Observed| match named(&live.fields) {
        names if names.is_empty() => Told::Anything,
        names => Told::These(names),
    };
    match desired.map(|id| inputs.sights.get(id)) {
        Some(Some(Sight::Present(live))) => of(live),
        Some(Some(Sight::Absent)) => Told::Nothing,
        Some(_) => Told::Anything,
        None => {
            let mut orphans = inputs.orphans.iter();
            let orphan = orphans.find(|one| tells(inputs, &one.kind));
            orphan.map_or(Told::Anything, of)
        }
    }
}

fn named<H>(fields: &BTreeMap<String, Value<H>>) -> BTreeSet<String> {
    match fields.get(USES) {
        Some(Value::Map(names)) => names.keys().cloned().collect(),
        _ => BTreeSet::new(),
    }
}

/// What is of another service than those that every claim names, and is not made after the claim anyway, is made after it.
fn after_it(resources: &mut [Resource<Open>], claim: usize, base: &BTreeSet<String>) {
    let id = resources[claim].id.clone();
    let at: BTreeMap<&ResourceId, usize> = resources
        .iter()
        .enumerate()
        .map(|(at, one)| (&one.id, at))
        .collect();
    let mut users = vec![Vec::new(); resources.len()];
    let mut used = vec![Vec::new(); resources.len()];
    for (user, one) in resources.iter().enumerate() {
        for need in needs(one) {
            if let Some(need) = at.get(&need) {
                users[*need].push(user);
                used[user].push(*need);
            }
        }
    }
    let mut after = vec![false; resources.len()];
    let mut open = vec![claim];
    while let Some(one) = open.pop() {
        if !std::mem::replace(&mut after[one], true) {
            open.extend(&users[one]);
        }
    }
    let open: Vec<bool> = resources
        .iter()
        .zip(after)
        .map(|(one, after)| !after && !base.contains(service(one.kind.as_str())))
        .collect();
    for (nth, one) in resources.iter_mut().enumerate() {
        // What needs another one of these is made after that anyway.
        if open[nth] && !used[nth].iter().any(|need| open[*need]) {
            one.after.push(id.clone());
        }
    }
}

/// What a resource is made after.
fn needs(one: &Resource<Open>) -> Vec<ResourceId> {
    let mut all: Vec<ResourceId> = one.after.iter().chain(&one.parent).cloned().collect();
    for value in one.fields.values() {
        value.each_hole(&mut |hole: &Open| {
            if let Open::Pending(pending) = hole {
                all.extend(pending.references().map(|reference| reference.id.clone()));
            }
        });
    }
    all
}
