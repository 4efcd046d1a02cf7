//! Principals of trust policies: which IAM takes, and whom they name.

use serde_json::Value;

use super::Role;
use super::common::document;
use super::document::texts;
use crate::store::Tx;
use crate::wire::ApiError;

/// Refuses a principal that is none: a malformed one, a role that does not exist or is not known everywhere yet, a user
/// that does not exist.
pub(super) fn check(tx: &Tx<'_>, principal: &Value) -> Result<(), ApiError> {
    let Value::Object(kinds) = principal else {
        return match principal.as_str() {
            Some("*") => Ok(()),
            _ => Err(document("Invalid principal in policy")),
        };
    };
    if kinds.is_empty() {
        return Err(document(
            "Missing required field Principal cannot be empty!",
        ));
    }
    for (kind, values) in kinds {
        for value in texts(values)? {
            check_one(tx, kind, value)?;
        }
    }
    Ok(())
}

fn check_one(tx: &Tx<'_>, kind: &str, value: &str) -> Result<(), ApiError> {
    let good = match kind {
        "AWS" => is_aws(tx, value),
        "Service" => is_service(value),
        "Federated" if is_federated(value) => true,
        "Federated" => {
            return Err(document(
                "Federated principals must be valid domain names or SAML metadata ARNs",
            ));
        }
        "CanonicalUser" => value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit()),
        _ => return Err(document(format!("Unknown principal type {kind}"))),
    };
    if good {
        return Ok(());
    }
    // IAM writes the kinds as `AWS`, `SERVICE`.
    let kind = kind.to_ascii_uppercase();
    Err(document(format!(
        "Invalid principal in policy: \"{kind}\":\"{value}\""
    )))
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Every account exists, with its one user.
fn is_aws(tx: &Tx<'_>, value: &str) -> bool {
    if value == "*" || is_account(value) {
        return true;
    }
    let parts: Vec<&str> = value.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", "aws", "iam", "", account, "root" | "user/sandbox"] => is_account(account),
        ["arn", "aws", "iam", "", _, role] if role.starts_with("role/") => {
            Role::of_arn(tx, value).is_some_and(|role| role.known_everywhere(tx))
        }
        ["arn", "aws", "sts", "", account, session] => {
            is_account(account)
                && session.starts_with("assumed-role/")
                && session.split('/').count() == 3
        }
        _ => false,
    }
}

fn is_service(value: &str) -> bool {
    [".amazonaws.com", ".amazonaws.com.cn", ".amazon.com"]
        .iter()
        .any(|end| value.strip_suffix(end).is_some_and(is_domain))
}

/// Whether the provider exists is not looked at: a role may come before it.
fn is_federated(value: &str) -> bool {
    let parts: Vec<&str> = value.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", "aws", "iam", "", account, provider] => {
            is_account(account)
                && ["oidc-provider/", "saml-provider/"].iter().any(|start| {
                    provider
                        .strip_prefix(start)
                        .is_some_and(|rest| !rest.is_empty())
                })
        }
        _ => value.contains('.') && is_domain(value),
    }
}

fn is_domain(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
}

/// Whether a principal names the service.
pub(super) fn names_service(principal: &Value, service: &str) -> bool {
    named(principal, "Service").contains(&service)
}

/// Whether a principal names the caller: everybody, its account, or it itself.
pub(super) fn names_caller(principal: &Value, caller: &str, account: &str) -> bool {
    if principal.as_str() == Some("*") {
        return true;
    }
    let root = super::common::arn(account, "root");
    named(principal, "AWS").iter().any(|value| {
        *value == "*"
            || *value == account
            || *value == root
            || *value == caller
            || is_session_of(caller, value)
    })
}

/// Whether the caller is a session of the role, whose path the session's ARN does not tell.
fn is_session_of(caller: &str, role: &str) -> bool {
    let Some((account, session)) = caller
        .strip_prefix("arn:aws:sts::")
        .and_then(|rest| rest.split_once(":assumed-role/"))
    else {
        return false;
    };
    let name = session.split('/').next().unwrap_or_default();
    role.strip_prefix("arn:aws:iam::")
        .and_then(|rest| rest.split_once(":role/"))
        .is_some_and(|(of, path)| of == account && path.rsplit('/').next() == Some(name))
}

fn named<'a>(principal: &'a Value, kind: &str) -> Vec<&'a str> {
    principal
        .get(kind)
        .and_then(|values| texts(values).ok())
        .unwrap_or_default()
}
