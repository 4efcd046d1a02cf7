//! JSON documents that mean the same though they are written differently.

use serde_json::{Map, Value as Json};

use crate::model::{Hole, Value};

/// Keys of a policy statement whose lists are sets: who, what and on what. Values of conditions are sets too.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>.
const SETS: [&str; 7] = [
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
];

/// One form for all ways to write a document: keys in order, a list of one item as that item, and, in policies
/// (documents with a `Statement`), sets in order. `None` for a text that is no JSON.
pub(super) fn normal<H: Hole>(value: &Value<H>) -> Option<Json> {
    let json = match value {
        Value::Text(text) => serde_json::from_str(text).ok()?,
        Value::Null => return None,
        other => other.to_json(),
    };
    let policy = json.get("Statement").is_some();
    Some(form(json, policy, false))
}

fn form(json: Json, policy: bool, set: bool) -> Json {
    match json {
        Json::Array(items) => {
            let mut items: Vec<Json> = items
                .into_iter()
                .map(|item| form(item, policy, set))
                .collect();
            if set {
                items.sort_by_cached_key(Json::to_string);
                items.dedup();
            }
            match items.len() {
                1 => items.remove(0),
                _ => Json::Array(items),
            }
        }
        Json::Object(object) => {
            let mut entries: Vec<(String, Json)> = object
                .into_iter()
                .map(|(key, value)| {
                    let set = set || (policy && SETS.contains(&key.as_str()));
                    let value = form(value, policy, set);
                    (key, value)
                })
                .collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Json::Object(Map::from_iter(entries))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Never;

    fn text(json: &Json) -> Option<Json> {
        normal(&Value::<Never>::Text(json.to_string()))
    }

    #[test]
    fn policies_are_compared_by_meaning() {
        let one = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["b:x", "a:y"],
            "Resource": ["*"]}]});
        let other = json!({"Statement": {"Action": ["a:y", "b:x"], "Resource": "*", "Effect": "Allow"},
            "Version": "2012-10-17"});
        assert_eq!(text(&one), text(&other));
        let map = Value::<Never>::from_json(&other).expect("a map");
        assert_eq!(normal(&map), text(&one));
        let less = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["a:y"],
            "Resource": ["*"]}]});
        assert_ne!(text(&one), text(&less));
    }

    #[test]
    fn lists_of_other_documents_keep_their_order() {
        assert_ne!(
            text(&json!({"args": ["a", "b"]})),
            text(&json!({"args": ["b", "a"]}))
        );
        assert_eq!(text(&json!({"args": ["a"]})), text(&json!({"args": "a"})));
        assert_eq!(normal(&Value::<Never>::text("not json {")), None);
    }
}
