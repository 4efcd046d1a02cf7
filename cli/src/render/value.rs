//! Values for people, on one line.

use provision_core::model::{Hole, Pending, Piece, Value};

use super::plain;

/// Columns a value may take.
const MOST: usize = 72;

/// How a hole is shown.
pub trait Shown: Hole {
    /// In words.
    fn shown(&self) -> String;
}

impl Shown for Pending {
    fn shown(&self) -> String {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Ref(reference) => format!("({} of {})", reference.output, reference.id),
        });
        pieces.collect()
    }
}

impl Shown for provision_core::model::Never {
    fn shown(&self) -> String {
        match *self {}
    }
}

/// A value: `"text"` only where it would be mistaken, `[a, b]`, `{key = value}`, `(arn of cluster.main/role)` for what is
/// known later. Cut where it is too long to read.
#[must_use]
pub fn short<H: Shown>(value: &Value<H>) -> String {
    let text = plain(&whole(value)).replace('\n', " ");
    if text.chars().count() <= MOST {
        return text;
    }
    let start: String = text.chars().take(MOST - 1).collect();
    format!("{start}…")
}

fn whole<H: Shown>(value: &Value<H>) -> String {
    match value {
        Value::Null => "(not set)".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Text(text) if text.is_empty() => "\"\"".to_owned(),
        Value::Text(text) => text.clone(),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(whole).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{key} = {}", whole(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Hole(hole) => hole.shown(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use provision_core::model::ResourceId;
    use std::collections::BTreeMap;

    #[test]
    fn values_are_short_and_say_what_they_wait_for() {
        let id = ResourceId::new("network.main", "vpc");
        let value: Value<Pending> = Value::Map(BTreeMap::from([
            ("a".to_owned(), Value::Hole(Pending::output(&id, "id"))),
            (
                "b".to_owned(),
                Value::List(vec![Value::Int(1), Value::Null]),
            ),
        ]));
        assert_eq!(
            short(&value),
            "{a = (id of network.main/vpc), b = [1, (not set)]}"
        );
        let long: Value<Pending> = Value::text("x\u{1b}".repeat(100));
        assert_eq!(short(&long).chars().count(), MOST);
        assert!(!short(&long).contains('\u{1b}'));
    }
}
