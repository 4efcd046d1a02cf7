//! Policy documents, compared by meaning: clouds return a single item for a list of one, and lists in any order.

use serde_json::{Map, Value as Json};

use crate::model::{Hole, Never, Pending, Value};

/// Whether two documents say the same. One that waits for something else does not.
pub(super) fn same_policy(want: &Value<Pending>, have: &Value<Never>) -> bool {
    let mut open = false;
    want.each_hole(&mut |_| open = true);
    !open && document(want) == document(have)
}

fn document<H: Hole>(value: &Value<H>) -> Json {
    let json = match value {
        Value::Text(text) => {
            serde_json::from_str(text).unwrap_or_else(|_| Json::from(text.as_str()))
        }
        other => other.to_json(),
    };
    normal(&json)
}

/// Keys whose value is one word, never a list.
const WORDS: [&str; 4] = ["Version", "Id", "Sid", "Effect"];

fn normal(json: &Json) -> Json {
    match json {
        Json::Object(object) => Json::Object(
            object
                .iter()
                .map(|(key, value)| (key.clone(), entry(key, value)))
                .collect::<Map<_, _>>(),
        ),
        Json::Array(items) => sorted(items.iter().map(normal).collect()),
        other => other.clone(),
    }
}

fn entry(key: &str, value: &Json) -> Json {
    let value = normal(value);
    match value {
        Json::Object(_) if key == "Statement" => Json::Array(vec![value]),
        Json::Array(_) | Json::Object(_) => value,
        other if WORDS.contains(&key) => other,
        other => Json::Array(vec![other]),
    }
}

fn sorted(mut items: Vec<Json>) -> Json {
    items.sort_by_cached_key(ToString::to_string);
    items.dedup();
    Json::Array(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_does_not_matter_and_the_meaning_does() {
        let want = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["b","a"],"Principal":{"Service":"x"}}]}"#;
        let same = r#"{"Statement":{"Principal":{"Service":["x"]},"Action":["a","b"],"Effect":"Allow"},"Version":"2012-10-17"}"#;
        let other = r#"{"Statement":{"Principal":{"Service":["x"]},"Action":"a","Effect":"Allow"},"Version":"2012-10-17"}"#;
        assert!(same_policy(&want.into(), &same.into()));
        assert!(!same_policy(&want.into(), &other.into()));
        assert!(!same_policy(&want.into(), &Value::Null));
    }
}
