//! Members of a message by their path: `networkConfig.network`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The fields of a message.
pub(super) type Fields = Map<String, Value>;

/// What lies at a path.
pub(super) fn at<'a>(fields: &'a Fields, path: &str) -> Option<&'a Value> {
    let mut parts = path.split('.');
    let first = fields.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

/// The text at a path; empty when there is none.
pub(super) fn text<'a>(fields: &'a Fields, path: &str) -> &'a str {
    at(fields, path).and_then(Value::as_str).unwrap_or_default()
}

/// The number at a path, also where it is written as text; 0 when there is none.
pub(super) fn number(fields: &Fields, path: &str) -> u64 {
    let value = at(fields, path);
    let as_text = || value?.as_str()?.parse().ok();
    value
        .and_then(Value::as_u64)
        .or_else(as_text)
        .unwrap_or_default()
}

/// Whether the path holds `true`.
pub(super) fn is(fields: &Fields, path: &str) -> bool {
    at(fields, path) == Some(&Value::Bool(true))
}

/// The texts of the list at a path.
pub(super) fn list(fields: &Fields, path: &str) -> Vec<String> {
    let items = at(fields, path).and_then(Value::as_array);
    let text = |item: &Value| item.as_str().map(str::to_owned);
    items.into_iter().flatten().filter_map(text).collect()
}

/// Sets what lies at a path; messages on the way are made. Null takes it away.
pub(super) fn set(fields: &mut Fields, path: &str, value: impl Into<Value>) {
    let value = value.into();
    if value.is_null() {
        return unset(fields, path);
    }
    match path.split_once('.') {
        None => {
            fields.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let below = fields
                .entry(first.to_owned())
                .or_insert_with(|| Value::Object(Fields::new()));
            if let Value::Object(below) = below {
                set(below, rest, value);
            }
        }
    }
}

/// Sets what lies at a path, when nothing does.
pub(super) fn default(fields: &mut Fields, path: &str, value: impl Into<Value>) {
    if at(fields, path).is_none() {
        set(fields, path, value);
    }
}

/// Takes away what lies at a path.
pub(super) fn unset(fields: &mut Fields, path: &str) {
    match path.split_once('.') {
        None => {
            fields.remove(path);
        }
        Some((first, rest)) => {
            if let Some(Value::Object(below)) = fields.get_mut(first) {
                unset(below, rest);
            }
        }
    }
}

/// Lays the members of one message over another, message by message.
pub(super) fn merge(over: &mut Fields, new: &Fields) {
    for (name, value) in new {
        match (over.get_mut(name), value) {
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            _ => {
                over.insert(name.clone(), value.clone());
            }
        }
    }
}

/// A map of texts.
pub(super) fn texts(value: Option<&Value>) -> BTreeMap<String, String> {
    let members = value.and_then(Value::as_object);
    let text = |(name, value): (&String, &Value)| {
        (name.clone(), value.as_str().unwrap_or_default().to_owned())
    };
    members.into_iter().flatten().map(text).collect()
}

/// The members of a message; none when it is none.
pub(super) fn members(value: Value) -> Fields {
    match value {
        Value::Object(members) => members,
        _ => Fields::new(),
    }
}
