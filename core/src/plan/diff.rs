//! One diff for all kinds: wanted fields against live ones, as the kind's table says.
//!
//! A wanted field that is missing or `Null` is not compared; the same holds for keys inside maps. A live field that
//! the cloud did not return counts as not set, except where the table says that it is never returned. A value that
//! still waits for another resource differs from whatever is live.

use std::collections::{BTreeMap, BTreeSet};

use super::effect::{blank, canonical, evaluate, same};
use super::{FieldChange, ShownEffect, policy};
use crate::model::{
    Effect, FieldKind, Fields, Hole, Never, Pending, ResourceId, Row, Table, Value,
};

/// What stands for a value that is never shown.
const MASK: &str = "(sensitive)";

/// The difference of one field.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Diff {
    /// The field's name: a row of the table.
    pub(super) field: String,
    /// What changing it does; never conditional, never [`Effect::CreateOnly`] or [`Effect::Computed`].
    pub(super) effect: Effect,
    /// The group it is updated in.
    pub(super) group: Option<String>,
    /// Resources whose outputs the wanted value waits for, sorted.
    pub(super) waits: Vec<ResourceId>,
    /// What is shown; at least one.
    pub(super) changes: Vec<FieldChange>,
}

/// A difference inside a field: where, what is live, what is wanted.
type Found = (String, Value<Never>, Value<Pending>);

/// All differences, in the order of the table's rows.
pub(super) fn diff(
    table: &Table,
    wanted: &BTreeMap<String, Value<Pending>>,
    live: &Fields,
) -> Vec<Diff> {
    let row = |row: &Row| {
        let wanted = wanted
            .get(&row.name)
            .filter(|value| **value != Value::Null)?;
        field(row, wanted, live.get(&row.name).unwrap_or(&Value::Null))
    };
    table.rows.iter().filter_map(row).collect()
}

/// All that is set on a new object, as the difference to nothing.
pub(super) fn created(
    table: &Table,
    wanted: &BTreeMap<String, Value<Pending>>,
) -> Vec<FieldChange> {
    let row = |row: &Row| {
        let wanted = wanted
            .get(&row.name)
            .filter(|value| **value != Value::Null)?;
        let found = (row.name.clone(), Value::Null, wanted.clone());
        Some(change(row, &Effect::InPlace, found))
    };
    table.rows.iter().filter_map(row).collect()
}

fn field(row: &Row, wanted: &Value<Pending>, live: &Value<Never>) -> Option<Diff> {
    if matches!(row.effect, Effect::CreateOnly | Effect::Computed) {
        return None;
    }
    let found = compare(row, wanted, live);
    if found.is_empty() {
        return None;
    }
    let effect = match (&row.kind, wanted) {
        (FieldKind::Map { owned_only: true }, Value::Map(wanted)) => evaluate(
            &row.effect,
            &owned(wanted, live),
            &Value::Map(wanted.clone()),
        ),
        _ => evaluate(&row.effect, live, wanted),
    };
    if matches!(effect, Effect::CreateOnly | Effect::Computed) {
        return None;
    }
    let mut waits = BTreeSet::new();
    for (_, _, after) in &found {
        after.each_hole(&mut |pending: &Pending| {
            waits.extend(pending.references().map(|reference| reference.id.clone()));
        });
    }
    Some(Diff {
        field: row.name.clone(),
        effect: effect.clone(),
        group: row.group.clone(),
        waits: waits.into_iter().collect(),
        changes: found
            .into_iter()
            .map(|found| change(row, effect, found))
            .collect(),
    })
}

fn change(row: &Row, effect: &Effect, (path, before, after): Found) -> FieldChange {
    FieldChange {
        path,
        before: if row.sensitive {
            masked(&before)
        } else {
            before
        },
        after: if row.sensitive { masked(&after) } else { after },
        effect: ShownEffect::from(effect),
        sensitive: row.sensitive,
    }
}

fn masked<H: Clone>(value: &Value<H>) -> Value<H> {
    match value {
        Value::Null | Value::Hole(_) => value.clone(),
        _ => Value::text(MASK),
    }
}

/// Of the live map, the keys that are wanted.
fn owned(wanted: &BTreeMap<String, Value<Pending>>, live: &Value<Never>) -> Value<Never> {
    match live {
        Value::Map(live) => Value::Map(
            live.iter()
                .filter(|(key, _)| wanted.contains_key(*key))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        ),
        other => other.clone(),
    }
}

fn compare(row: &Row, wanted: &Value<Pending>, live: &Value<Never>) -> Vec<Found> {
    let whole = |equal: bool| {
        if equal {
            Vec::new()
        } else {
            vec![(row.name.clone(), live.clone(), wanted.clone())]
        }
    };
    if row.kind != FieldKind::Scalar && blank(wanted) && blank(live) {
        return Vec::new();
    }
    match (&row.kind, wanted, live) {
        (FieldKind::Map { owned_only }, Value::Map(wanted), Value::Map(_) | Value::Null) => {
            let empty = BTreeMap::new();
            let live = map_of(live).unwrap_or(&empty);
            let mut found = Vec::new();
            map(&row.name, wanted, live, *owned_only, &mut found);
            found
        }
        (FieldKind::KeyedList { key }, Value::List(wanted), Value::List(_) | Value::Null) => {
            keyed(row, key, wanted, list_of(live)).unwrap_or_else(|| whole(false))
        }
        (FieldKind::Set, Value::List(wanted), Value::List(live)) => {
            whole(texts(wanted) == texts(live))
        }
        (FieldKind::JsonPolicy, ..) => {
            let one = policy::normal(wanted);
            whole(match one {
                Some(_) => one == policy::normal(live),
                None => same(wanted, live),
            })
        }
        _ => whole(same(wanted, live)),
    }
}

fn map_of<H>(value: &Value<H>) -> Option<&BTreeMap<String, Value<H>>> {
    match value {
        Value::Map(entries) => Some(entries),
        _ => None,
    }
}

fn list_of<H>(value: &Value<H>) -> &[Value<H>] {
    match value {
        Value::List(items) => items,
        _ => &[],
    }
}

/// The items of a set, each once.
fn texts<H: Hole>(items: &[Value<H>]) -> BTreeSet<String> {
    items.iter().map(canonical).collect()
}

fn map(
    path: &str,
    wanted: &BTreeMap<String, Value<Pending>>,
    live: &BTreeMap<String, Value<Never>>,
    owned_only: bool,
    found: &mut Vec<Found>,
) {
    let keys: BTreeSet<&String> = wanted.keys().chain(live.keys()).collect();
    for key in keys {
        let is = live.get(key).unwrap_or(&Value::Null);
        match (wanted.get(key), is) {
            (Some(Value::Null), _) | (None, Value::Null) => {}
            (None, _) if owned_only => {}
            (None, is) => found.push((at_key(path, key), is.clone(), Value::Null)),
            (Some(Value::Map(inner)), Value::Map(is)) => {
                map(&at_key(path, key), inner, is, owned_only, found);
            }
            (Some(want), is) => {
                let empty =
                    blank(is) && matches!(want, Value::List(_) | Value::Map(_)) && blank(want);
                if !empty && !same(want, is) {
                    found.push((at_key(path, key), is.clone(), want.clone()));
                }
            }
        }
    }
}

/// `tags.team`; keys with other signs in quotes: `tags["kubernetes.io/role"]`.
fn at_key(path: &str, key: &str) -> String {
    let plain = |sign: char| sign.is_ascii_alphanumeric() || sign == '-' || sign == '_';
    if !key.is_empty() && key.chars().all(plain) {
        format!("{path}.{key}")
    } else {
        format!("{path}[{key:?}]")
    }
}

/// Differences of lists told apart by a key: `taints[dedicated]`. `None` when an item has no known key, so that the
/// lists can only be told apart as a whole.
fn keyed(
    row: &Row,
    key: &str,
    wanted: &[Value<Pending>],
    live: &[Value<Never>],
) -> Option<Vec<Found>> {
    let mut wanted = by_key(key, wanted)?;
    let mut live = by_key(key, live)?;
    let keys: BTreeSet<String> = wanted.keys().chain(live.keys()).cloned().collect();
    let mut found = Vec::new();
    for key in keys {
        let want = wanted.remove(&key).unwrap_or_default();
        let is = live.remove(&key).unwrap_or_default();
        let equal = match (want.as_slice(), is.as_slice()) {
            ([want], [is]) => same(*want, is),
            // The same key twice: taints that differ in their effect.
            (want, is) => {
                want.iter()
                    .map(|item| canonical(*item))
                    .collect::<BTreeSet<_>>()
                    == is.iter().map(|item| canonical(*item)).collect()
            }
        };
        if !equal {
            found.push((format!("{}[{key}]", row.name), one(&is), one(&want)));
        }
    }
    Some(found)
}

fn by_key<'a, H: Hole>(
    key: &str,
    items: &'a [Value<H>],
) -> Option<BTreeMap<String, Vec<&'a Value<H>>>> {
    let mut by = BTreeMap::<String, Vec<_>>::new();
    for item in items {
        let text = match map_of(item)?.get(key)? {
            Value::Hole(_) | Value::Null => return None,
            Value::Text(text) => text.clone(),
            other => canonical(other),
        };
        by.entry(text).or_default().push(item);
    }
    Some(by)
}

fn one<H: Clone>(items: &[&Value<H>]) -> Value<H> {
    match items {
        [] => Value::Null,
        [item] => (*item).clone(),
        items => Value::List(items.iter().map(|item| (*item).clone()).collect()),
    }
}

#[cfg(test)]
mod tests;
