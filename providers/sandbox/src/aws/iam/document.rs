//! Policy documents: what of them IAM checks before it takes them.
//!
//! The texts of the refusals: those that users of the API quote; the grammar: "Grammar of the IAM JSON policy language"
//! (IAM user guide).

use serde_json::{Map, Value};

use super::common::document;
use super::principal;
use crate::store::Tx;
use crate::wire::ApiError;

type Statement = Map<String, Value>;

/// Checks a trust policy.
pub(super) fn check_trust(tx: &Tx<'_>, text: &str) -> Result<(), ApiError> {
    for statement in read(text)? {
        if let Some(field) = ["Resource", "NotResource"]
            .into_iter()
            .find(|field| statement.contains_key(*field))
        {
            return Err(document(format!("Has prohibited field {field}")));
        }
        let Some(of) = statement.get("Principal") else {
            return Err(document("Missing required field Principal"));
        };
        principal::check(tx, of)?;
        let Some(actions) = statement.get("Action") else {
            return Err(document("Missing required field Action"));
        };
        if !texts(actions)?.iter().all(|action| trusts(action)) {
            return Err(document(
                "AssumeRole policy may only specify STS AssumeRole actions.",
            ));
        }
    }
    Ok(())
}

fn trusts(action: &str) -> bool {
    action
        .to_ascii_lowercase()
        .strip_prefix("sts:")
        .is_some_and(|rest| !rest.is_empty())
}

/// Checks a policy that gives permissions.
pub(super) fn check_permissions(text: &str) -> Result<(), ApiError> {
    for statement in read(text)? {
        if statement.contains_key("Principal") || statement.contains_key("NotPrincipal") {
            return Err(document("Policy document should not specify a principal."));
        }
        let Some(actions) = statement.get("Action").or(statement.get("NotAction")) else {
            return Err(document("Policy statement must contain actions."));
        };
        for action in texts(actions)? {
            let whole = action == "*"
                || action
                    .split_once(':')
                    .is_some_and(|(vendor, what)| !vendor.is_empty() && !what.is_empty());
            if !whole {
                return Err(document(
                    "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
                ));
            }
        }
        let Some(resources) = statement.get("Resource").or(statement.get("NotResource")) else {
            return Err(document("Policy statement must contain resources."));
        };
        for resource in texts(resources)? {
            if resource != "*"
                && !(resource.starts_with("arn:") && resource.split(':').count() >= 6)
            {
                return Err(document(format!(
                    "Resource {resource} must be in ARN format or \"*\"."
                )));
            }
        }
    }
    Ok(())
}

/// The statements of a document that is well formed.
fn read(text: &str) -> Result<Vec<Statement>, ApiError> {
    if text.starts_with(char::is_whitespace) {
        return Err(document("JSON strings must not have leading spaces"));
    }
    let Ok(Value::Object(policy)) = serde_json::from_str::<Value>(text) else {
        return Err(document("This policy contains invalid Json"));
    };
    let known = ["Version", "Id", "Statement"];
    if policy.keys().any(|key| !known.contains(&key.as_str())) {
        return Err(syntax());
    }
    let version = policy.get("Version").and_then(Value::as_str);
    if policy.contains_key("Version") && !matches!(version, Some("2012-10-17" | "2008-10-17")) {
        return Err(syntax());
    }
    let statements = statements(&policy);
    if statements.is_empty() {
        return Err(syntax());
    }
    statements.into_iter().map(statement).collect()
}

fn syntax() -> ApiError {
    document("Syntax errors in policy.")
}

fn statements(policy: &Map<String, Value>) -> Vec<&Value> {
    match policy.get("Statement") {
        Some(Value::Array(all)) => all.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

fn statement(value: &Value) -> Result<Statement, ApiError> {
    const KNOWN: [&str; 9] = [
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    ];
    let statement = value.as_object().ok_or_else(syntax)?;
    let known = |key: &String| KNOWN.contains(&key.as_str());
    let effect = statement.get("Effect").and_then(Value::as_str);
    let sid = statement.get("Sid").map(|sid| sid.as_str().map(plain));
    let conditions = statement.get("Condition").is_none_or(|conditions| {
        let tests = conditions.as_object();
        tests.is_some_and(|tests| tests.values().all(Value::is_object))
    });
    if !statement.keys().all(known)
        || !matches!(effect, Some("Allow" | "Deny"))
        || matches!(sid, Some(None | Some(false)))
        || !conditions
    {
        return Err(syntax());
    }
    Ok(statement.clone())
}

fn plain(sid: &str) -> bool {
    sid.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// One text or a list of them.
pub(super) fn texts(value: &Value) -> Result<Vec<&str>, ApiError> {
    let all: Option<Vec<&str>> = match value {
        Value::String(one) => Some(vec![one]),
        Value::Array(all) => all.iter().map(Value::as_str).collect(),
        _ => None,
    };
    all.filter(|all| !all.is_empty()).ok_or_else(syntax)
}

/// Who asks to take a role, and how.
pub(super) struct Asked<'a> {
    /// `sts:AssumeRole`.
    pub(super) action: &'a str,
    /// Whether a principal of a statement is the one who asks.
    pub(super) is: &'a dyn Fn(&Value) -> bool,
    /// The external id of the call.
    pub(super) external_id: Option<&'a str>,
}

/// Whether a trust policy lets them. Of conditions only the external id is known; a statement with another one never
/// holds.
pub(super) fn lets(text: &str, asked: &Asked<'_>) -> bool {
    let Ok(statements) = read(text) else {
        return false;
    };
    let holds = |statement: &&Statement| {
        statement.get("Principal").is_some_and(asked.is)
            && statement.get("Action").is_some_and(|actions| {
                texts(actions).is_ok_and(|all| {
                    all.iter().any(|one| {
                        one.eq_ignore_ascii_case(asked.action) || one.eq_ignore_ascii_case("sts:*")
                    })
                })
            })
            && conditions(statement, asked.external_id)
    };
    let mut holding = statements.iter().filter(holds).peekable();
    holding.peek().is_some()
        && holding.all(|statement| statement.get("Effect").and_then(Value::as_str) == Some("Allow"))
}

fn conditions(statement: &Statement, external_id: Option<&str>) -> bool {
    let Some(Value::Object(conditions)) = statement.get("Condition") else {
        return true;
    };
    conditions.iter().all(|(operator, tests)| {
        let tests = tests.as_object();
        operator == "StringEquals"
            && tests.is_some_and(|tests| {
                tests.iter().all(|(key, wanted)| {
                    key.eq_ignore_ascii_case("sts:ExternalId")
                        && texts(wanted)
                            .is_ok_and(|all| external_id.is_some_and(|id| all.contains(&id)))
                })
            })
    })
}
