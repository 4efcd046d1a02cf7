//! Managed policies on roles.

use super::common::{limit, none, page, required, validation};
use super::{managed, role};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body, Fields};

/// How many a role can have ("IAM and AWS STS quotas", IAM user guide).
const MOST: usize = 10;

/// AttachRolePolicy. Doing it again changes nothing.
pub(super) fn attach(call: &mut Call<'_>) -> Outcome {
    let arn = required(call, "PolicyArn")?;
    let policy = managed::find(&arn)?;
    let mut role = role::to_change(call)?;
    let Some(policy) = policy else {
        return Err(none(format!(
            "Policy {arn} does not exist or is not attachable."
        )));
    };
    if policy.is_of_service() {
        return Err(ApiError::bad(
            "PolicyNotAttachable",
            "Cannot attach a Service Role Policy to a Customer Role.",
        ));
    }
    if !role.attached.contains_key(&arn) {
        if role.attached.len() >= MOST {
            return Err(limit("PoliciesPerRole", MOST as u64));
        }
        role.attached.insert(arn, call.now());
        call.tx.put(&call.place, &role);
    }
    Ok(Body::Empty)
}

/// DetachRolePolicy.
pub(super) fn detach(call: &mut Call<'_>) -> Outcome {
    let arn = required(call, "PolicyArn")?;
    managed::find(&arn)?;
    let mut role = role::to_change(call)?;
    if role.attached.remove(&arn).is_none() {
        return Err(none(format!("Policy {arn} was not found.")));
    }
    call.tx.put(&call.place, &role);
    Ok(Body::Empty)
}

/// ListAttachedRolePolicies: those that are visible yet.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let role = role::named(call)?;
    let prefix = call.params.get("PathPrefix").unwrap_or("/");
    if !prefix.starts_with('/') {
        return Err(validation(
            "The specified value for pathPrefix is invalid. It must begin with /.",
        ));
    }
    let lag = call.tx.config().visibility_lag();
    let now = call.now();
    let seen = |since: jiff::Timestamp| since.checked_add(lag).is_ok_and(|from| from <= now);
    let rows: Vec<(String, String)> = role
        .attached
        .iter()
        .filter(|(_, since)| seen(**since))
        .filter_map(|(arn, _)| {
            let (path, name) = managed::path_and_name(arn)?;
            path.starts_with(prefix)
                .then(|| (name.to_owned(), arn.clone()))
        })
        .collect();
    let answer = page(
        call,
        rows,
        |(name, _)| name.clone(),
        |answer, rows| {
            let row = |(name, arn): &(String, String)| {
                Fields::new()
                    .text("PolicyName", name)
                    .text("PolicyArn", arn)
            };
            answer.list("AttachedPolicies", "member", rows.iter().map(row))
        },
    )?;
    Ok(Body::Xml(answer))
}
