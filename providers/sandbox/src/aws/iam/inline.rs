//! Policies written into roles.

use super::common::{encoded, name, none, page, required};
use super::document::check_permissions;
use super::role::{self, Inline};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body, Fields};

/// The longest sum of all of a role, in signs that are no space ("IAM and AWS STS quotas", IAM user guide).
const SIZE: usize = 10_240;

/// PutRolePolicy: writes it anew or over.
pub(super) fn put(call: &mut Call<'_>) -> Outcome {
    let policy = name(call, "PolicyName", 128)?;
    let document = required(call, "PolicyDocument")?;
    let mut role = role::to_change(call)?;
    check_permissions(&document)?;
    let created = role
        .inline
        .get(&policy)
        .map_or(call.now(), |old| old.created);
    role.inline.insert(policy, Inline { document, created });
    let size: usize = role.inline.values().map(|one| size(&one.document)).sum();
    if size > SIZE {
        return Err(ApiError::new(
            409,
            "LimitExceeded",
            format!(
                "Maximum policy size of {SIZE} bytes exceeded for role {}",
                role.name
            ),
        ));
    }
    call.tx.put(&call.place, &role);
    Ok(Body::Empty)
}

fn size(document: &str) -> usize {
    document
        .chars()
        .filter(|sign| !sign.is_whitespace())
        .count()
}

fn absent(policy: &str) -> ApiError {
    none(format!(
        "The role policy with name {policy} cannot be found."
    ))
}

fn seen(call: &Call<'_>, policy: &Inline) -> bool {
    let lag = call.tx.config().visibility_lag();
    policy
        .created
        .checked_add(lag)
        .is_ok_and(|from| from <= call.now())
}

/// GetRolePolicy.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let policy = name(call, "PolicyName", 128)?;
    let role = role::named(call)?;
    let inline = role
        .inline
        .get(&policy)
        .filter(|inline| seen(call, inline))
        .ok_or_else(|| absent(&policy))?;
    Ok(Body::Xml(
        Fields::new()
            .text("RoleName", &role.name)
            .text("PolicyName", &policy)
            .text("PolicyDocument", encoded(&inline.document)),
    ))
}

/// DeleteRolePolicy.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let policy = name(call, "PolicyName", 128)?;
    let mut role = role::to_change(call)?;
    if role.inline.remove(&policy).is_none() {
        return Err(absent(&policy));
    }
    call.tx.put(&call.place, &role);
    Ok(Body::Empty)
}

/// ListRolePolicies: the names of those that are visible yet.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let role = role::named(call)?;
    let names: Vec<String> = role
        .inline
        .iter()
        .filter(|(_, inline)| seen(call, inline))
        .map(|(name, _)| name.clone())
        .collect();
    let answer = page(call, names, Clone::clone, |answer, rows| {
        answer.texts("PolicyNames", "member", rows.iter().cloned())
    })?;
    Ok(Body::Xml(answer))
}
