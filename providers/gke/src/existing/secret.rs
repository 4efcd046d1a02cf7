//! Secrets that are in Secret Manager already: whether they are there. They are referred to, and nothing else.

use std::collections::BTreeMap;

use futures::future::join_all;
use provision_core::contract::{Class, ExpandRequest, Failure};
use provision_core::spec::SecretSource;

use crate::client::Gcp;
use crate::kinds::has_secret;

/// The fact of one that is there.
const HERE: &str = "here";

/// The fact of one that is not.
const ABSENT: &str = "absent";

/// The key of a secret's fact.
fn key(secret: &str) -> String {
    format!("secret.{secret}")
}

/// The secret that a spec names: by its name, in the spec's project, or by `projects/P/secrets/NAME`, with or without a
/// version.
fn handle(project: &str, stored: &str) -> String {
    let whole = stored.split("/versions/").next().unwrap_or(stored);
    match whole.starts_with("projects/") {
        true => whole.to_owned(),
        false => format!("projects/{project}/secrets/{whole}"),
    }
}

/// Whether the secrets that the spec refers to are there, as facts by secret. One that may not be looked at has none: who
/// may read it may still be another.
///
/// # Errors
/// When it could not be read for another reason.
pub(super) async fn read(
    gcp: &Gcp,
    request: &ExpandRequest,
) -> Result<BTreeMap<String, String>, Failure> {
    let secrets = request.spec.secrets.iter().filter_map(|(name, secret)| {
        let SecretSource::Existing(stores) = &secret.from else {
            return None;
        };
        let listed = request.blocks.contains(&key(name));
        Some((name, stores.get("gcp").filter(|_| listed)?))
    });
    let reads = secrets.map(|(name, stored)| async move {
        let word = match has_secret(gcp, &handle(gcp.project(), stored)).await {
            Ok(true) => HERE,
            Ok(false) => ABSENT,
            Err(fault) if fault.failure().class == Class::Denied => return Ok(None),
            Err(fault) => return Err(fault.about(key(name)).failure()),
        };
        Ok(Some((key(name), word.to_owned())))
    });
    let facts: Result<Vec<_>, Failure> = join_all(reads).await.into_iter().collect();
    Ok(facts?.into_iter().flatten().collect())
}

/// What is wrong with a secret that is referred to.
pub(crate) fn judge(
    request: &ExpandRequest,
    name: &str,
    stores: &BTreeMap<String, String>,
) -> Option<Failure> {
    let failure = |message: String, advice: &str| Failure {
        class: Class::NotFound,
        code: "secret-existing".to_owned(),
        message,
        call: None,
        object: Some(key(name)),
        advice: Some(advice.to_owned()),
    };
    let Some(stored) = stores.get("gcp") else {
        let message = "`existing` names no secret on Google Cloud".to_owned();
        return Some(failure(message, "add `gcp = \"NAME\"` to it"));
    };
    let facts = request.facts.as_ref();
    let fact = facts.and_then(|facts| facts.extra.get(&key(name)));
    (fact.map(String::as_str) == Some(ABSENT)).then(|| {
        let message = format!("{stored} is not in Secret Manager");
        failure(message, "correct the name or the project")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_named_by_itself_or_with_its_project() {
        let whole = "projects/other/secrets/pay";
        assert_eq!(handle("acme", "pay"), "projects/acme/secrets/pay");
        assert_eq!(handle("acme", whole), whole);
        assert_eq!(handle("acme", &format!("{whole}/versions/3")), whole);
    }
}
