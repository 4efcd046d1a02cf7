//! Which field is to be changed next: what is wanted against what is live, as a kind's table compares them.

use std::collections::BTreeSet;

use provision_core::contract::Failure;
use provision_core::model::{FieldKind, Fields, Never, Observed, Row, Table, Value};
use provision_kind::{internal, live_fields};
use serde::Serialize;

use super::Cx;

/// The fields that are wanted.
pub(crate) fn wanted<S: Serialize>(want: &S) -> Result<Fields, Failure> {
    live_fields(want).map_err(|error| internal(error.to_string()))
}

/// The first field, in the table's order, that this step is to change.
pub(crate) fn next<'a>(
    cx: &Cx<'_>,
    table: &'a Table,
    want: &Fields,
    live: &Observed,
    changes: impl Fn(&str) -> bool,
) -> Option<&'a Row> {
    let rows = table.rows.iter();
    let mut rows = rows.filter(|row| changes(&row.name) && cx.wants(&row.name));
    rows.find(|row| differs(row, want, live))
}

/// Whether a field is set, and something else is live.
pub(crate) fn differs(row: &Row, want: &Fields, live: &Observed) -> bool {
    let is = live.fields.get(&row.name).unwrap_or(&Value::Null);
    match (&row.kind, want.get(&row.name).unwrap_or(&Value::Null), is) {
        (_, Value::Null, _) => false,
        (FieldKind::Set, Value::List(want), is) => items(want) != items(list(is)),
        (FieldKind::Map { owned_only }, Value::Map(want), is) => {
            let is = match is {
                Value::Map(is) => is.clone(),
                _ => Fields::new(),
            };
            let set = want.iter().filter(|(_, value)| **value != Value::Null);
            let mut set = set.clone();
            let other = set.any(|(key, value)| is.get(key) != Some(value));
            other || !owned_only && is.keys().any(|key| !want.contains_key(key))
        }
        (_, Value::List(want), Value::Null) => !want.is_empty(),
        (_, Value::Text(want), Value::Null) => !want.is_empty(),
        (_, want, is) => want != is,
    }
}

fn list(value: &Value<Never>) -> &[Value<Never>] {
    match value {
        Value::List(items) => items,
        _ => &[],
    }
}

fn items(list: &[Value<Never>]) -> BTreeSet<String> {
    list.iter().map(|item| item.to_json().to_string()).collect()
}
