//! Many roles at once: one list of the account's roles with their tags and all that is on them, in place of four calls for
//! each. The list cannot be narrowed to a path, so few roles are better read one by one; so they are where it is denied.

use std::collections::BTreeMap;

use aws_sdk_iam::types::{EntityType, Role as Wire, RoleDetail};
use provision_core::contract::Context;

use super::role::{live, role_path, role_tags};
use super::role_policies::decoded;
use super::survey::by_name;
use super::{Ask, Live, Seen};
use crate::client::Aws;
use crate::error::Fault;

/// So many roles are worth the list: an account has 1,000 of them, or 5,000 where somebody asked for it, and a page holds
/// up to 1,000.
const MANY: usize = 20;

/// Entries of a page.
const PAGE: i32 = 1_000;

/// Answers a survey from the list; `None` where that does not pay, or cannot be read.
pub(super) async fn survey(ask: &Ask<'_>) -> Option<(Seen, Vec<Live>)> {
    if ask.resources.len() <= MANY {
        return None;
    }
    let mut roles = match all(ask.aws, ask.context).await {
        Ok(roles) => roles,
        Err(fault) => {
            tracing::debug!(%fault, "roles are read one by one");
            return None;
        }
    };
    let mut seen = Seen::default();
    for resource in &ask.resources {
        let name = resource.name.as_deref().unwrap_or_default();
        let found = roles.remove(name).map(|(_, live)| live);
        let look = by_name::<Fault>(ask.context, resource, Ok(found));
        seen.sights.insert(resource.id.clone(), look);
    }
    let ours = roles.into_values();
    let others = ours.filter_map(|(is_under_path, live)| is_under_path.then_some(live));
    Some((seen, others.filter(|_| ask.orphans).collect()))
}

/// Roles by name, and whether each lies under the path of the stack.
async fn all(aws: &Aws, context: &Context) -> Result<BTreeMap<String, (bool, Live)>, Fault> {
    let path = role_path(&context.stack);
    let mut all = BTreeMap::new();
    let mut marker: Option<String> = None;
    loop {
        let request = aws
            .iam
            .get_account_authorization_details()
            .filter(EntityType::Role)
            .max_items(PAGE)
            .set_marker(marker);
        let answer = aws
            .read("iam:GetAccountAuthorizationDetails", || {
                request.clone().send()
            })
            .await?;
        for detail in answer.role_detail_list.unwrap_or_default() {
            let is_under_path = detail.path() == Some(path.as_str());
            if let Some(live) = read(&detail) {
                all.insert(detail.role_name.unwrap_or_default(), (is_under_path, live));
            }
        }
        marker = answer.marker.filter(|_| answer.is_truncated);
        if marker.is_none() {
            return Ok(all);
        }
    }
}

fn read(detail: &RoleDetail) -> Option<Live> {
    let role = Wire::builder()
        .set_path(detail.path.clone())
        .set_role_name(detail.role_name.clone())
        .set_role_id(detail.role_id.clone())
        .set_arn(detail.arn.clone())
        .set_create_date(detail.create_date)
        .set_assume_role_policy_document(detail.assume_role_policy_document.clone())
        .set_tags(detail.tags.clone())
        .build()
        .ok()?;
    let attached = detail.attached_managed_policies().iter();
    let attached = attached.filter_map(|policy| policy.policy_arn.clone());
    let written = detail.role_policy_list().iter().filter_map(|policy| {
        let document = decoded(policy.policy_document.as_deref()?);
        Some((policy.policy_name.clone()?, document.into()))
    });
    Some(live(
        &role,
        &role_tags(&role),
        attached.collect(),
        written.collect(),
    ))
}
