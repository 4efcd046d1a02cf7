//! Digest of a live object over what is managed of it.
//!
//! In it: its handle, protection, whether it stands, and the fields that a plan would compare. Not in it: fields that
//! the cloud changes by itself (an autoscaler's count), keys of others in shared maps, fields the table does not have.

use sha2::{Digest, Sha256};

use super::Tables;
use crate::model::{
    Effect, FieldKind, Fields, Never, Observed, Pending, Resource, Row, Status, Table, Value,
};

/// The digest of an object that is not there.
pub const ABSENT: &str = "absent";

/// The digest of one object, SHA-256 in hex; [`ABSENT`] when there is none. With `desired` only the fields and the
/// keys of shared maps count that it sets.
#[must_use]
pub fn digest(
    tables: &Tables,
    desired: Option<&Resource<Pending>>,
    live: Option<&Observed>,
) -> String {
    let Some(live) = live else {
        return ABSENT.to_owned();
    };
    let fields = managed(tables.get(&live.kind), desired, &live.fields);
    let stands = standing(&live.status);
    let text = serde_json::json!([live.kind, live.physical, live.protect, stands]);
    let mut hasher = Sha256::new();
    hasher.update(text.to_string());
    for (name, value) in fields {
        hasher.update([0]);
        hasher.update(name);
        hasher.update([0]);
        hasher.update(value.to_json().to_string());
    }
    hex(&hasher.finalize())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A change between usable and busy is the cloud's own; these three are not.
pub(super) fn standing(status: &Status) -> &'static str {
    match status {
        Status::Ready | Status::Degraded { .. } | Status::Changing { .. } => "up",
        Status::Deleting { .. } => "being deleted",
        Status::Failed { .. } => "failed",
    }
}

/// The fields that count, in one form whatever order the cloud lists things in.
pub(super) fn managed(
    table: Option<&Table>,
    desired: Option<&Resource<Pending>>,
    fields: &Fields,
) -> Fields {
    let rows = table.map_or(&[][..], |table| table.rows.as_slice());
    let mut kept = Fields::new();
    for row in rows.iter().filter(|row| compared(row)) {
        let want = desired.map(|desired| desired.fields.get(&row.name));
        if let Some(value) = fields.get(&row.name)
            && let Some(value) = counts(row, want, value)
        {
            kept.insert(row.name.clone(), value);
        }
    }
    kept
}

fn compared(row: &Row) -> bool {
    !row.sensitive && !matches!(row.effect, Effect::Computed | Effect::CreateOnly)
}

/// The part of a value that counts. `want`: `None` = nothing is known of what is wanted.
fn counts(
    row: &Row,
    want: Option<Option<&Value<Pending>>>,
    value: &Value<Never>,
) -> Option<Value<Never>> {
    if matches!(want, Some(None | Some(Value::Null))) {
        return None;
    }
    match (&row.kind, value) {
        (FieldKind::Map { owned_only: true }, Value::Map(entries)) => {
            let Some(Some(Value::Map(wanted))) = want else {
                return None;
            };
            let ours = entries.iter().filter(|(key, _)| wanted.contains_key(*key));
            let ours = ours.map(|(key, value)| (key.clone(), value.clone()));
            Some(Value::Map(ours.collect()))
        }
        (FieldKind::Set | FieldKind::KeyedList { .. }, Value::List(items)) => {
            let mut items = items.clone();
            items.sort_by_cached_key(|item| item.to_json().to_string());
            Some(Value::List(items))
        }
        (FieldKind::JsonPolicy, Value::Text(text)) => {
            let parsed = serde_json::from_str(text).ok();
            // Its maps are ordered, so key order goes.
            let policy = parsed.and_then(|json| Value::from_json(&json).ok());
            Some(policy.unwrap_or_else(|| value.clone()))
        }
        _ => Some(value.clone()),
    }
}
