//! Roles in answers: GetRole, ListRoles.

use super::Role;
use super::common::{constraint, encoded, page, stamp};
use super::{role, tags};
use crate::aws::{Call, Outcome};
use crate::wire::{Body, Fields};

/// What every answer shows of a role.
pub(super) fn fields(role: &Role) -> Fields {
    Fields::new()
        .text("Path", &role.path)
        .text("RoleName", &role.name)
        .text("RoleId", &role.unique_id)
        .text("Arn", role.arn())
        .text("CreateDate", stamp(role.created))
        .text("AssumeRolePolicyDocument", encoded(&role.trust))
        .maybe("Description", role.description.as_ref())
}

/// With the tags, which lists leave out; nothing when there are none.
pub(super) fn with_tags(fields: Fields, role: &Role) -> Fields {
    if role.tags.is_empty() {
        fields
    } else {
        tags::write(fields, &role.tags)
    }
}

/// With the boundary, which lists leave out too.
pub(super) fn with_boundary(fields: Fields, role: &Role) -> Fields {
    match &role.boundary {
        None => fields,
        Some(arn) => fields.fields(
            "PermissionsBoundary",
            Fields::new()
                .text("PermissionsBoundaryType", "Policy")
                .text("PermissionsBoundaryArn", arn),
        ),
    }
}

/// GetRole.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let role = role::named(call)?;
    let fields = fields(&role).text("MaxSessionDuration", role.max_session);
    let fields = with_tags(with_boundary(fields, &role), &role);
    let fields = fields.fields("RoleLastUsed", Fields::new());
    Ok(Body::Xml(Fields::new().fields("Role", fields)))
}

/// ListRoles: below a path; without tags.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let prefix = call.params.get("PathPrefix").unwrap_or("/");
    let legal = prefix.bytes().all(|byte| (0x21..=0x7f).contains(&byte));
    if !prefix.starts_with('/') || !legal || prefix.len() > 512 {
        let rule = "satisfy regular expression pattern: \\u002F[\\u0021-\\u007F]*";
        return Err(constraint("PathPrefix", rule));
    }
    let mut roles = call.tx.see_all::<Role>(&call.place);
    roles.retain(|role| role.path.starts_with(prefix));
    let answer = page(
        call,
        roles,
        |role| role.name.clone(),
        |answer, rows| {
            let rows = rows
                .iter()
                .map(|role| fields(role).text("MaxSessionDuration", role.max_session));
            answer.list("Roles", "member", rows)
        },
    )?;
    Ok(Body::Xml(answer))
}
