//! `gcp.project_binding`: a role that an account of ours has in the project.
//!
//! A project has one policy, which others change as well: each change reads it, puts in or takes out one member, and sends it
//! back with the etag that it was read with. When somebody was faster, the step begins again. A binding has no mark of its own:
//! it is ours because its member is an account of ours. Bindings with a condition are never ours.

use std::collections::BTreeMap;

use futures::future::join;
use google_cloud_iam_v1::model::{Binding, GetPolicyOptions, Policy};
use provision_core::cost::Usage;
use provision_core::model::{Identity, Observed, ResourceId, Sight, Table, Value};
use provision_kind::survey::unknown;
use provision_kind::tables::{fixed, seconds, table};
use provision_kind::{Live, Look, Next, Seen, Serves, Tags, Uses};
use serde::{Deserialize, Serialize};

use super::{Ask, Cx, Google, Stop, service_account};
use crate::client::Gcp;
use crate::error::Fault;

/// The version of policies that have conditions: asked for in another one, they would lose them.
const VERSION: i32 = 3;

/// What precedes the address of an account in a policy.
const ACCOUNT: &str = "serviceAccount:";

/// What nodes need in a project, and no more: to write logs and metrics (GKE's guide "Use least privilege").
pub(crate) const NODE_ROLE: &str = "roles/container.defaultNodeServiceAccount";

/// The part of a binding's id.
pub(crate) const PART: &str = "node-binding";

/// The fields of a binding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProjectBinding {
    /// The role.
    pub role: String,
    /// Who has it: `serviceAccount:EMAIL`.
    pub member: String,
}

impl Serves for ProjectBinding {
    type Cloud = Google;
    type Want = Self;

    const KIND: &'static str = "gcp.project_binding";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        let rows = vec![fixed("role", "the role"), fixed("member", "who has it")];
        Table {
            seconds: seconds(2, 2, 2),
            ..table(
                Self::KIND,
                "role in the project",
                Identity::NaturalKey,
                rows,
            )
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("roles are free of charge")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        let accounts = async {
            match ask.orphans {
                true => service_account::list(ask.gcp).await,
                false => Ok(Vec::new()),
            }
        };
        let (policy, accounts) = join(policy(ask.gcp), accounts).await;
        match policy {
            Ok(policy) => seen(ask, &policy, accounts),
            Err(fault) => {
                let looks = ask.resources.iter();
                Seen {
                    sights: looks.map(|one| (one.id.clone(), unknown(&fault))).collect(),
                    unread: ask.orphans.then(|| fault.to_string()),
                    ..Seen::default()
                }
            }
        }
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let policy = policy(cx.gcp).await?;
        if !has(&policy, &want.role, &want.member) {
            set(cx.gcp, with(policy, &want.role, &want.member)).await?;
        }
        Ok(Next::More {
            did: format!("gave {} to {}", want.role, want.member),
            observed: cx.made(live(&want.role, &want.member, cx.id())),
        })
    }

    async fn change(_cx: &Cx<'_>, _want: &Self, _live: &Observed) -> Result<Option<Next>, Stop> {
        Ok(None)
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let (role, member) = parts(&live.physical);
        let policy = policy(cx.gcp).await?;
        if has(&policy, role, member) {
            set(cx.gcp, without(policy, role, member)).await?;
        }
        Ok(Next::Gone)
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let (role, member) = parts(physical);
        let policy = policy(cx.gcp).await?;
        Ok(has(&policy, role, member).then(|| live(role, member, cx.id())))
    }
}

/// What the policy tells of what is asked for, and which bindings of other accounts of the stack are in it.
fn seen(ask: &Ask<'_>, policy: &Policy, accounts: Result<Vec<Live>, Fault>) -> Seen {
    let mut seen = Seen::default();
    for resource in &ask.resources {
        let text = |field: &str| resource.fields.get(field).and_then(Value::as_text);
        let (role, member) = (
            text("role").unwrap_or_default(),
            text("member").unwrap_or_default(),
        );
        let look = match has(policy, role, member) {
            true => Look::Here(live(role, member, &resource.id)),
            false => Look::Otherwise(Sight::Absent),
        };
        seen.sights.insert(resource.id.clone(), look);
    }
    let accounts = match accounts {
        Ok(accounts) => accounts,
        Err(fault) => {
            seen.unread = Some(fault.to_string());
            return seen;
        }
    };
    let ours: BTreeMap<String, ResourceId> = accounts
        .into_iter()
        .filter(|live| live.marks.stack.as_deref() == Some(ask.context.stack.as_str()))
        .filter(|live| live.marks.region.as_deref() == Some(ask.context.region.as_str()))
        .filter_map(|live| {
            let id = ResourceId::new(live.marks.id.as_ref()?.address.to_string(), PART);
            let email = live.names.first()?;
            Some((format!("{ACCOUNT}{email}"), id))
        })
        .collect();
    // Other roles of the account were given by somebody else, and are nothing of ours.
    for binding in policy.bindings.iter().filter(|one| is(one, NODE_ROLE)) {
        for member in &binding.members {
            if let Some(id) = ours.get(member)
                && ask.resource(id).is_none()
            {
                seen.orphans.push(live(&binding.role, member, id));
            }
        }
    }
    seen
}

/// A binding as read.
fn live(role: &str, member: &str, id: &ResourceId) -> Live {
    let fields = ProjectBinding {
        role: role.to_owned(),
        member: member.to_owned(),
    };
    let account = member.strip_prefix(ACCOUNT).unwrap_or(member);
    let mut live =
        Live::new(&format!("{role} {member}"), &Tags::new(), &fields).needs([account.to_owned()]);
    live.marks.id = Some(id.clone());
    live
}

fn parts(physical: &str) -> (&str, &str) {
    physical.split_once(' ').unwrap_or((physical, ""))
}

fn is(binding: &Binding, role: &str) -> bool {
    binding.role == role && binding.condition.is_none()
}

fn has(policy: &Policy, role: &str, member: &str) -> bool {
    let mut bindings = policy.bindings.iter().filter(|one| is(one, role));
    bindings.any(|one| one.members.iter().any(|known| known == member))
}

fn with(mut policy: Policy, role: &str, member: &str) -> Policy {
    match policy.bindings.iter_mut().find(|one| is(one, role)) {
        Some(binding) => binding.members.push(member.to_owned()),
        None => policy
            .bindings
            .push(Binding::new().set_role(role).set_members([member])),
    }
    policy
}

fn without(mut policy: Policy, role: &str, member: &str) -> Policy {
    for binding in policy.bindings.iter_mut().filter(|one| is(one, role)) {
        binding.members.retain(|known| known != member);
    }
    policy.bindings.retain(|one| !one.members.is_empty());
    policy
}

/// The project's policy.
async fn policy(gcp: &Gcp) -> Result<Policy, Fault> {
    let client = gcp.projects().await?;
    let request = client
        .get_iam_policy()
        .set_resource(format!("projects/{}", gcp.project()))
        .set_options(GetPolicyOptions::new().set_requested_policy_version(VERSION));
    gcp.read("cloudresourcemanager.projects.getIamPolicy", || {
        request.clone().send()
    })
    .await
}

/// Sends the policy back with the etag that it was read with.
async fn set(gcp: &Gcp, policy: Policy) -> Result<(), Fault> {
    let client = gcp.projects().await?;
    let request = client
        .set_iam_policy()
        .set_resource(format!("projects/{}", gcp.project()))
        .set_policy(policy.set_version(VERSION));
    gcp.write("cloudresourcemanager.projects.setIamPolicy", || {
        request.clone().send()
    })
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn members_come_and_go_and_the_rest_of_the_policy_stays() {
        let body = r#"{"version":3,"etag":"BwYabcQ=","bindings":[
            {"role":"roles/owner","members":["user:a@b.c"]},
            {"role":"r","members":["user:x@y.z"],"condition":{"title":"t","expression":"true"}}]}"#;
        let policy: Policy = serde_json::from_str(body).unwrap();
        // The one with a condition is another binding.
        let more = with(policy.clone(), "r", "serviceAccount:s");
        assert_eq!(more.bindings.len(), 3);
        assert!(has(&more, "r", "serviceAccount:s") && !has(&policy, "r", "user:x@y.z"));
        assert_eq!(more.etag, policy.etag);
        assert_eq!(without(more, "r", "serviceAccount:s"), policy);
    }
}
