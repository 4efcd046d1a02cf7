//! Making, changing and deleting of roles.

use std::collections::BTreeMap;

use super::Role;
use super::common::{
    conflict, constraint, exists, limit, name, none, number, required, unique_id, validation,
    within,
};
use super::document::check_trust;
use super::instance_profile::holds;
use super::{managed, role, role_words, tags};
use crate::aws::{Call, Outcome};
use crate::store::Document;
use crate::wire::{ApiError, Body, Fields};

/// The longest trust policy, in signs that are no space ("IAM and AWS STS quotas", IAM user guide).
const TRUST_SIZE: usize = 2048;

/// CreateRole. The name is tested and set at once, whatever reads show.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let name = name(call, "RoleName", 64)?;
    let path = path(call)?;
    let trust = trust(call, "AssumeRolePolicyDocument")?;
    let max_session = number(call, "MaxSessionDuration", 3600, 43_200)?.unwrap_or(3600);
    let description = description(call)?;
    let tags = tags::at_create(call)?;
    let boundary = call.params.get("PermissionsBoundary").map(str::to_owned);
    if let Some(arn) = &boundary
        && managed::find(arn)?.is_none()
    {
        return Err(none(format!(
            "Scope ARN: {arn} does not exist or is not attachable."
        )));
    }
    taken(call, &name)?;
    within::<Role>(call, "iam:roles", "RolesPerAccount")?;
    let now = call.now();
    let role = Role {
        unique_id: unique_id("AROA", &call.tx.fresh_hex("role")),
        account: call.place.account.clone(),
        name,
        path,
        trust,
        trusted_since: now,
        description,
        max_session,
        boundary,
        tags,
        attached: BTreeMap::new(),
        inline: BTreeMap::new(),
        service: None,
        created: now,
    };
    call.tx.put(&call.place, &role);
    let fields = role_words::with_boundary(role_words::fields(&role), &role);
    let fields = role_words::with_tags(fields, &role);
    Ok(Body::Xml(Fields::new().fields("Role", fields)))
}

/// Names that differ by case only are the same.
fn taken(call: &Call<'_>, name: &str) -> Result<(), ApiError> {
    let mut roles = call.tx.list::<Role>(&call.place).into_iter();
    match roles.any(|role| role.name.eq_ignore_ascii_case(name)) {
        true => Err(exists(format!("Role with name {name} already exists."))),
        false => Ok(()),
    }
}

/// The path of a new role or profile.
pub(super) fn path(call: &Call<'_>) -> Result<String, ApiError> {
    let path = call.params.get("Path").unwrap_or("/");
    let legal = path.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    if path.len() > 512 {
        return Err(constraint("Path", "have length less than or equal to 512"));
    }
    if !path.starts_with('/') || !path.ends_with('/') || !legal || path.contains("//") {
        return Err(validation(
            "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
        ));
    }
    Ok(path.to_owned())
}

fn description(call: &Call<'_>) -> Result<Option<String>, ApiError> {
    let description = call.params.get("Description").map(str::to_owned);
    match &description {
        Some(text) if text.chars().count() > 1000 => Err(constraint(
            "Description",
            "have length less than or equal to 1000",
        )),
        _ => Ok(description),
    }
}

fn trust(call: &Call<'_>, parameter: &str) -> Result<String, ApiError> {
    let text = required(call, parameter)?;
    check_trust(&call.tx, &text)?;
    if text.chars().filter(|sign| !sign.is_whitespace()).count() > TRUST_SIZE {
        return Err(limit("ACLSizePerRole", TRUST_SIZE as u64));
    }
    Ok(text)
}

/// UpdateAssumeRolePolicy.
pub(super) fn update_trust(call: &mut Call<'_>) -> Outcome {
    let mut role = role::to_change(call)?;
    role.trust = trust(call, "PolicyDocument")?;
    role.trusted_since = call.now();
    call.tx.put(&call.place, &role);
    Ok(Body::Empty)
}

/// UpdateRole. A parameter that is left out sets its default.
pub(super) fn update(call: &mut Call<'_>) -> Outcome {
    let mut role = role::to_change(call)?;
    role.description = description(call)?;
    role.max_session = number(call, "MaxSessionDuration", 3600, 43_200)?.unwrap_or(3600);
    call.tx.put(&call.place, &role);
    Ok(Body::Xml(Fields::new()))
}

/// DeleteRole: not while something is on it or holds it.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let role = role::to_change(call)?;
    if holds(&call.tx, &call.place, &role.name) {
        return Err(conflict(
            "Cannot delete entity, must remove roles from instance profile first.",
        ));
    }
    if !role.attached.is_empty() {
        return Err(conflict(
            "Cannot delete entity, must detach all policies first.",
        ));
    }
    if !role.inline.is_empty() {
        return Err(conflict(
            "Cannot delete entity, must delete policies first.",
        ));
    }
    call.tx.delete::<Role>(&call.place, &role.id());
    Ok(Body::Empty)
}
