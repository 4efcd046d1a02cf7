//! Partial answers: the `fields` parameter, `items(name,region),nextPageToken`, `items/name`, `*`.

use serde_json::{Map, Value};

/// Keeps of an answer what the mask names.
pub(crate) fn keep(mask: &str, answer: &Value) -> Value {
    match answer {
        Value::Array(items) => items.iter().map(|item| keep(mask, item)).collect(),
        Value::Object(members) => {
            let mut kept = Map::new();
            for part in parts(mask) {
                let (name, rest) = head(part);
                for (member, value) in members {
                    if name != "*" && name != member {
                        continue;
                    }
                    let new = match rest {
                        Some(rest) => keep(rest, value),
                        None => value.clone(),
                    };
                    merge(&mut kept, member, new);
                }
            }
            Value::Object(kept)
        }
        leaf => leaf.clone(),
    }
}

/// The parts between commas that lie in no brackets.
fn parts(mask: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0_i32, 0, Vec::new());
    for (at, sign) in mask.char_indices() {
        match sign {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&mask[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&mask[start..]);
    found
}

/// The name at the front, and what is wanted below it.
fn head(part: &str) -> (&str, Option<&str>) {
    let part = part.trim();
    let Some(at) = part.find(['/', '(', '.']) else {
        return (part, None);
    };
    let (name, rest) = part.split_at(at);
    let inner = rest
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    (name, Some(inner.unwrap_or(&rest[1..])))
}

fn merge(kept: &mut Map<String, Value>, name: &str, new: Value) {
    match (kept.get_mut(name), new) {
        (Some(Value::Object(old)), Value::Object(new)) => {
            for (name, value) in new {
                merge(old, &name, value);
            }
        }
        (Some(Value::Array(old)), Value::Array(new)) if old.len() == new.len() => {
            for (old, new) in old.iter_mut().zip(new) {
                if let (Value::Object(old), Value::Object(new)) = (old, new) {
                    for (name, value) in new {
                        merge(old, &name, value);
                    }
                }
            }
        }
        (_, new) => {
            kept.insert(name.to_owned(), new);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::keep;
    use serde_json::json;

    #[test]
    fn masks_keep_what_they_name() {
        let answer = json!({"items": [{"name": "a", "id": 1, "x": {"y": 2, "z": 3}}], "kind": "k", "next": "t"});
        let of = |mask| keep(mask, &answer);
        assert_eq!(
            of("items/name,next"),
            json!({"items": [{"name": "a"}], "next": "t"})
        );
        assert_eq!(
            of("items(name,x/y)"),
            json!({"items": [{"name": "a", "x": {"y": 2}}]})
        );
        assert_eq!(
            of("items/name,items/id"),
            json!({"items": [{"name": "a", "id": 1}]})
        );
        assert_eq!(
            of("*/name"),
            json!({"items": [{"name": "a"}], "kind": "k", "next": "t"})
        );
    }
}
