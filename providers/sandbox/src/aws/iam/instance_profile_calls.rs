//! Calls that make, fill, mark, list and delete instance profiles.

use super::common::{
    PAGED, conflict, constraint, exists, limit, name, none, page, unique_id, within,
};
use super::role_change::path;
use super::{InstanceProfile, Role, role, tags};
use crate::aws::{Call, Outcome};
use crate::store::Document;
use crate::wire::{ApiError, Body, Fields};

/// The parameter that names one.
pub(super) const NAME: &[&str] = &["InstanceProfileName"];

/// Parameters of a list by path.
pub(super) const LIST: &[&[&str]] = &[PAGED, &["PathPrefix"]];

/// Longest name.
const LONGEST: usize = 128;

/// So many roles a profile holds.
const ROLES: u64 = 1;

/// The visible profile that `InstanceProfileName` names.
fn named(call: &Call<'_>) -> Result<InstanceProfile, ApiError> {
    let name = name(call, "InstanceProfileName", LONGEST)?;
    call.tx
        .see::<InstanceProfile>(&call.place, &name)
        .ok_or_else(|| none(format!("Instance Profile {name} cannot be found.")))
}

/// CreateInstanceProfile. The name is tested and set at once, whatever reads show.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let name = name(call, "InstanceProfileName", LONGEST)?;
    let path = path(call)?;
    let tags = tags::at_create(call)?;
    let mut all = call.tx.list::<InstanceProfile>(&call.place).into_iter();
    if all.any(|one| one.name.eq_ignore_ascii_case(&name)) {
        return Err(exists(format!("Instance Profile {name} already exists.")));
    }
    within::<InstanceProfile>(call, "iam:instance-profiles", "InstanceProfilesPerAccount")?;
    let profile = InstanceProfile {
        unique_id: unique_id("AIPA", &call.tx.fresh_hex("instance-profile")),
        name,
        path,
        role: String::new(),
        tags,
        of_cloud: false,
        created: call.now(),
    };
    call.tx.put(&call.place, &profile);
    told(call, &profile)
}

/// GetInstanceProfile.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let profile = named(call)?;
    told(call, &profile)
}

fn told(call: &Call<'_>, profile: &InstanceProfile) -> Outcome {
    let fields = profile.fields(&call.tx, &call.place);
    let fields = match profile.tags.is_empty() {
        true => fields,
        false => tags::write(fields, &profile.tags),
    };
    Ok(Body::Xml(Fields::new().fields("InstanceProfile", fields)))
}

/// ListInstanceProfiles: without tags.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let prefix = call.params.get("PathPrefix").unwrap_or("/");
    let legal = prefix.bytes().all(|byte| (0x21..=0x7f).contains(&byte));
    if !prefix.starts_with('/') || !legal || prefix.len() > 512 {
        let rule = "satisfy regular expression pattern: \\u002F[\\u0021-\\u007F]*";
        return Err(constraint("PathPrefix", rule));
    }
    let mut profiles = call.tx.see_all::<InstanceProfile>(&call.place);
    profiles.retain(|one| one.path.starts_with(prefix));
    let answer = page(
        call,
        profiles,
        |one| one.name.clone(),
        |answer, rows| {
            let row = |one: &InstanceProfile| one.fields(&call.tx, &call.place);
            answer.list("InstanceProfiles", "member", rows.iter().map(row))
        },
    )?;
    Ok(Body::Xml(answer))
}

/// AddRoleToInstanceProfile: one at most.
pub(super) fn add_role(call: &mut Call<'_>) -> Outcome {
    let mut profile = named(call)?;
    let role: Role = role::to_change(call)?;
    if !profile.role.is_empty() {
        return Err(limit("InstanceSessionsPerInstanceProfile", ROLES));
    }
    profile.role = role.name;
    call.tx.put(&call.place, &profile);
    Ok(Body::Empty)
}

/// RemoveRoleFromInstanceProfile.
pub(super) fn remove_role(call: &mut Call<'_>) -> Outcome {
    let mut profile = named(call)?;
    let role = name(call, "RoleName", 64)?;
    if profile.role != role {
        return Err(none(format!(
            "The role with name {role} cannot be found in instance profile {}.",
            profile.name
        )));
    }
    profile.role.clear();
    call.tx.put(&call.place, &profile);
    Ok(Body::Empty)
}

/// DeleteInstanceProfile: not while it holds a role.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let profile = named(call)?;
    if !profile.role.is_empty() {
        return Err(conflict(
            "Cannot delete entity, must remove roles from instance profile first.",
        ));
    }
    call.tx
        .delete::<InstanceProfile>(&call.place, &profile.id());
    Ok(Body::Empty)
}

/// TagInstanceProfile.
pub(super) fn tag(call: &mut Call<'_>) -> Outcome {
    let profile = named(call)?;
    tags::set(call, profile)
}

/// UntagInstanceProfile.
pub(super) fn untag(call: &mut Call<'_>) -> Outcome {
    let profile = named(call)?;
    tags::unset(call, profile)
}
