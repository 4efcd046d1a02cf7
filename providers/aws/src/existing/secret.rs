//! Secrets that are in a store already: whether they are there. They are referred to, and nothing else.

use std::collections::BTreeMap;

use futures::future::join_all;
use provision_core::contract::{Class, ExpandRequest, Failure};
use provision_core::spec::SecretSource;

use crate::client::Aws;
use crate::error::Fault;
use crate::kinds::{has_parameter, has_secret};

/// The fact of one that is there.
const HERE: &str = "here";

/// The fact of one that is not.
const ABSENT: &str = "absent";

/// The key of a secret's fact.
fn key(secret: &str) -> String {
    format!("secret.{secret}")
}

/// Whether the secrets that the spec refers to are there, as facts by secret. One that may not be looked at has none: who
/// may read it may still be another.
///
/// # Errors
/// When it could not be read for another reason.
pub(super) async fn read(
    aws: &Aws,
    request: &ExpandRequest,
) -> Result<BTreeMap<String, String>, Failure> {
    let secrets = request.spec.secrets.iter().filter_map(|(name, secret)| {
        let SecretSource::Existing(stores) = &secret.from else {
            return None;
        };
        let listed = request.blocks.contains(&key(name));
        let stored = stores.get("aws").filter(|_| listed)?;
        Some((name, stored, secret.store.as_deref() == Some("ssm")))
    });
    let reads = secrets.map(|(name, stored, ssm)| async move {
        let is_there = match ssm {
            true => has_parameter(aws, stored).await,
            false => has_secret(aws, whole_secret(stored)).await,
        };
        fact(name, is_there)
    });
    let facts: Result<Vec<_>, Failure> = join_all(reads).await.into_iter().collect();
    Ok(facts?.into_iter().flatten().collect())
}

/// The ARN of a secret, without the key, stage and version of it that ECS takes behind it (`valueFrom`).
#[must_use]
pub fn whole_secret(stored: &str) -> &str {
    let end = stored.match_indices(':').nth(6).map(|(at, _)| at);
    stored.get(..end.unwrap_or(stored.len())).unwrap_or(stored)
}

fn fact(name: &str, is_there: Result<bool, Fault>) -> Result<Option<(String, String)>, Failure> {
    let word = match is_there {
        Ok(true) => HERE,
        Ok(false) => ABSENT,
        Err(fault) if fault.failure().class == Class::Denied => return Ok(None),
        Err(fault) => return Err(fault.about(key(name)).failure()),
    };
    Ok(Some((key(name), word.to_owned())))
}

/// What is wrong with a secret that is referred to.
pub(crate) fn judge(
    request: &ExpandRequest,
    name: &str,
    stores: &BTreeMap<String, String>,
) -> Vec<Failure> {
    let failure = |message: String, advice: &str| Failure {
        class: Class::NotFound,
        code: "secret-existing".to_owned(),
        message,
        call: None,
        object: Some(key(name)),
        advice: Some(advice.to_owned()),
    };
    let Some(stored) = stores.get("aws") else {
        let message = "`existing` names no secret on AWS".to_owned();
        return vec![failure(message, "add `aws = \"NAME\"` to it")];
    };
    let facts = request.facts.as_ref();
    let fact = facts.and_then(|facts| facts.extra.get(&key(name)));
    match fact.map(String::as_str) {
        Some(ABSENT) => {
            let message = format!("{stored} is not there, or is to be deleted");
            vec![failure(
                message,
                "correct the name, the store or the region",
            )]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_told_from_a_part_of_it() {
        let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:pay/key-a1b2c3";
        assert_eq!(whole_secret(arn), arn);
        assert_eq!(whole_secret(&format!("{arn}:user::")), arn);
        assert_eq!(whole_secret("pay/key"), "pay/key");
    }
}
