//! Enums as numbers. Google's generated clients send them so, and ask for answers of that kind with
//! `$alt=json;enum-encoding=int`.

use serde_json::Value;

/// One enum: where it stands, and its values.
pub(crate) struct Enum {
    /// Ends of paths: `Secret.replication`, `nodePools.status`; the first part of a path is the message.
    pub(crate) at: &'static [&'static str],
    /// Names and numbers.
    pub(crate) values: &'static [(&'static str, i64)],
}

/// Which way to translate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Names,
    Numbers,
}

/// Numbers to names, in a body.
pub(crate) fn names(enums: &[Enum], message: &str, body: &mut Value) {
    walk(enums, message, body, Way::Names);
}

/// Names to numbers, in an answer.
pub(crate) fn numbers(enums: &[Enum], message: &str, answer: &mut Value) {
    walk(enums, message, answer, Way::Numbers);
}

fn walk(enums: &[Enum], path: &str, value: &mut Value, way: Way) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                walk(enums, &format!("{path}.{name}"), member, way);
            }
        }
        Value::Array(items) => {
            for item in items {
                walk(enums, path, item, way);
            }
        }
        leaf => {
            let ends = |end: &&str| {
                path.strip_suffix(*end)
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            };
            let found = enums.iter().find(|one| one.at.iter().any(&ends));
            if let Some(new) = found.and_then(|one| translated(one, leaf, way)) {
                *leaf = new;
            }
        }
    }
}

fn translated(one: &Enum, leaf: &Value, way: Way) -> Option<Value> {
    match way {
        Way::Names => {
            let number = leaf.as_i64()?;
            let row = one.values.iter().find(|(_, value)| *value == number)?;
            Some(Value::from(row.0))
        }
        Way::Numbers => {
            let name = leaf.as_str()?;
            let row = one.values.iter().find(|(known, _)| *known == name)?;
            Some(Value::from(row.1))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Enum, names, numbers};
    use serde_json::json;

    const ENUMS: &[Enum] = &[
        Enum {
            at: &["Pool.status", "pools.status"],
            values: &[("RUNNING", 2)],
        },
        Enum {
            at: &["status"],
            values: &[("RUNNING", 7)],
        },
    ];

    #[test]
    fn the_first_row_that_fits_the_end_of_the_path_counts() {
        let mut answer =
            json!({"status": "RUNNING", "pools": [{"status": "RUNNING"}], "kind": "RUNNING"});
        numbers(ENUMS, "Cluster", &mut answer);
        let want = json!({"status": 7, "pools": [{"status": 2}], "kind": "RUNNING"});
        assert_eq!(answer, want);
        names(ENUMS, "Cluster", &mut answer);
        assert_eq!(answer["pools"][0]["status"], "RUNNING");
    }
}
