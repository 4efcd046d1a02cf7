//! GetAccountAuthorizationDetails: roles with all that is on them, of the whole account.

use super::common::{constraint, encoded, members, page};
use super::{Role, managed, role_words, tags};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body, Fields};

/// What can be asked for ("GetAccountAuthorizationDetails", IAM API reference).
const FILTERS: [&str; 5] = [
    "User",
    "Role",
    "Group",
    "LocalManagedPolicy",
    "AWSManagedPolicy",
];

/// GetAccountAuthorizationDetails. There are no users and groups here, and no policies of customers; so what is not about
/// roles is an empty list.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let filters = members(call, "Filter");
    if filters.iter().any(|one| !FILTERS.contains(&one.as_str())) {
        let rule =
            "satisfy enum value set: [User, Role, Group, LocalManagedPolicy, AWSManagedPolicy]";
        return Err(constraint("Filter", rule));
    }
    if filters.iter().any(|one| one == "AWSManagedPolicy") {
        return Err(ApiError::new(
            501,
            "NotImplemented",
            "GetAccountAuthorizationDetails of AWSManagedPolicy",
        ));
    }
    let wanted = filters.is_empty() || filters.iter().any(|one| one == "Role");
    let roles = match wanted {
        true => call.tx.see_all::<Role>(&call.place),
        false => Vec::new(),
    };
    let lag = call.tx.config().visibility_lag();
    let now = call.now();
    let seen = |since: jiff::Timestamp| since.checked_add(lag).is_ok_and(|from| from <= now);
    let answer = page(
        call,
        roles,
        |role| role.name.clone(),
        |answer, rows| {
            let rows = rows.iter().map(|role| detail(role, &seen));
            answer
                .list("UserDetailList", "member", [])
                .list("GroupDetailList", "member", [])
                .list("RoleDetailList", "member", rows)
                .list("Policies", "member", [])
        },
    )?;
    Ok(Body::Xml(answer))
}

fn detail(role: &Role, seen: &impl Fn(jiff::Timestamp) -> bool) -> Fields {
    let inline = role.inline.iter().filter(|(_, one)| seen(one.created));
    let inline = inline.map(|(name, one)| {
        Fields::new()
            .text("PolicyName", name)
            .text("PolicyDocument", encoded(&one.document))
    });
    let attached = role.attached.iter().filter(|(_, since)| seen(**since));
    let attached = attached.filter_map(|(arn, _)| {
        let (_, name) = managed::path_and_name(arn)?;
        Some(
            Fields::new()
                .text("PolicyName", name)
                .text("PolicyArn", arn),
        )
    });
    let fields = role_words::fields(role)
        .list("InstanceProfileList", "member", [])
        .list("RolePolicyList", "member", inline)
        .list("AttachedManagedPolicies", "member", attached);
    // Tags are there in any case, unlike in the answer of GetRole.
    tags::write(role_words::with_boundary(fields, role), &role.tags)
}
