//! One pure diff for all kinds, ruled by their tables.

use std::collections::BTreeMap;

use super::effect::{evaluate, worse};
use super::policy::same_policy;
use super::{FieldChange, ShownEffect};
use crate::model::{Effect, FieldKind, Never, Observed, Pending, Resource, Row, Table, Value};

/// Difference of one row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RowChange<'t> {
    /// The row.
    pub(super) row: &'t Row,
    /// What the change does: an effect without conditions.
    pub(super) effect: Effect,
    /// Down to the changed keys.
    pub(super) fields: Vec<FieldChange>,
}

/// Compares every row of the table that is wanted and comparable. A wanted field that is missing or null is not
/// compared: the cloud's default stands.
pub(super) fn diff<'t>(
    table: &'t Table,
    desired: &Resource<Pending>,
    live: &Observed,
) -> Vec<RowChange<'t>> {
    let rows = table.rows.iter();
    rows.filter_map(|row| row_change(row, desired.fields.get(&row.name)?, live))
        .collect()
}

fn row_change<'t>(row: &'t Row, want: &Value<Pending>, live: &Observed) -> Option<RowChange<'t>> {
    if *want == Value::Null || matches!(row.effect, Effect::CreateOnly | Effect::Computed) {
        return None;
    }
    let have = live.fields.get(&row.name).unwrap_or(&Value::Null);
    let differences = compare(row, want, have);
    if differences.is_empty() {
        return None;
    }
    let effect = evaluate(&row.effect, want, have);
    if matches!(effect, Effect::CreateOnly | Effect::Computed) {
        return None;
    }
    let shown = ShownEffect::from(&effect);
    let fields = differences
        .into_iter()
        .map(|(path, before, after)| FieldChange {
            path,
            before,
            after,
            effect: shown,
            sensitive: row.sensitive,
        })
        .collect();
    Some(RowChange {
        row,
        effect,
        fields,
    })
}

/// The worst effect of several.
pub(super) fn worst<'a>(changes: &'a [RowChange<'_>]) -> Option<&'a Effect> {
    changes
        .iter()
        .map(|change| &change.effect)
        .reduce(|one, other| if worse(other, one) { other } else { one })
}

type Difference = (String, Value<Never>, Value<Pending>);

fn compare(row: &Row, want: &Value<Pending>, have: &Value<Never>) -> Vec<Difference> {
    let whole = || vec![(row.name.clone(), have.clone(), want.clone())];
    if is_empty(want) && is_empty(have) {
        return Vec::new();
    }
    match (&row.kind, want, have) {
        (FieldKind::Map { owned_only }, Value::Map(want), Value::Map(_) | Value::Null) => {
            maps(&row.name, want, entries(have), *owned_only)
        }
        (FieldKind::KeyedList { key }, Value::List(want), Value::List(_) | Value::Null) => {
            keyed(&row.name, key, want, items(have))
        }
        (FieldKind::Set, Value::List(want), Value::List(have)) if same_set(want, have) => {
            Vec::new()
        }
        (FieldKind::JsonPolicy, want, have) if same_policy(want, have) => Vec::new(),
        (_, want, have) if same(want, have) => Vec::new(),
        _ => whole(),
    }
}

fn is_empty<H>(value: &Value<H>) -> bool {
    match value {
        Value::Null => true,
        Value::List(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        _ => false,
    }
}

fn entries(value: &Value<Never>) -> Vec<(&String, &Value<Never>)> {
    match value {
        Value::Map(entries) => entries.iter().collect(),
        _ => Vec::new(),
    }
}

fn items(value: &Value<Never>) -> &[Value<Never>] {
    match value {
        Value::List(items) => items,
        _ => &[],
    }
}

/// Whether a wanted value is surely the live one. What is pending is not.
pub(super) fn same(want: &Value<Pending>, have: &Value<Never>) -> bool {
    match (want, have) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(want), Value::Bool(have)) => want == have,
        (Value::Int(want), Value::Int(have)) => want == have,
        (Value::Text(want), Value::Text(have)) => want == have,
        (Value::List(want), Value::List(have)) => {
            want.len() == have.len() && want.iter().zip(have).all(|(want, have)| same(want, have))
        }
        (Value::Map(want), Value::Map(have)) => {
            want.len() == have.len()
                && want
                    .iter()
                    .all(|(key, want)| have.get(key).is_some_and(|have| same(want, have)))
        }
        _ => false,
    }
}

fn same_set(want: &[Value<Pending>], have: &[Value<Never>]) -> bool {
    let mut left: Vec<&Value<Never>> = have.iter().collect();
    want.len() == have.len()
        && want.iter().all(|want| {
            let found = left.iter().position(|have| same(want, have));
            found.map(|at| left.swap_remove(at)).is_some()
        })
}

fn maps(
    name: &str,
    want: &BTreeMap<String, Value<Pending>>,
    have: Vec<(&String, &Value<Never>)>,
    owned_only: bool,
) -> Vec<Difference> {
    let have: BTreeMap<&String, &Value<Never>> = have.into_iter().collect();
    let wanted = want.iter().filter_map(|(key, want)| {
        let have = have.get(key).copied().unwrap_or(&Value::Null);
        (!same(want, have)).then(|| (format!("{name}.{key}"), have.clone(), want.clone()))
    });
    let extra = have
        .iter()
        .filter(|(key, _)| !owned_only && !want.contains_key(**key))
        .map(|(key, have)| (format!("{name}.{key}"), (*have).clone(), Value::Null));
    wanted.chain(extra).collect()
}

fn keyed(name: &str, key: &str, want: &[Value<Pending>], have: &[Value<Never>]) -> Vec<Difference> {
    let path = |item: String| format!("{name}[{item}]");
    let mut left: Vec<&Value<Never>> = have.iter().collect();
    let mut differences = Vec::new();
    for item in want {
        let found = left
            .iter()
            .position(|have| match (member(item, key), member(have, key)) {
                (Some(want), Some(have)) => same(want, have),
                _ => false,
            });
        let old = found.map(|at| left.remove(at));
        if !old.is_some_and(|old| same(item, old)) {
            let before = old.cloned().unwrap_or(Value::Null);
            differences.push((path(told(item, key)), before, item.clone()));
        }
    }
    let gone = left
        .into_iter()
        .map(|old| (path(told(old, key)), old.clone(), Value::Null));
    differences.extend(gone);
    differences
}

fn member<'a, H>(item: &'a Value<H>, key: &str) -> Option<&'a Value<H>> {
    match item {
        Value::Map(entries) => entries.get(key),
        _ => None,
    }
}

fn told<H>(item: &Value<H>, key: &str) -> String {
    match member(item, key) {
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Int(number)) => number.to_string(),
        _ => "?".to_owned(),
    }
}
