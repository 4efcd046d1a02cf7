//! The calls of `eks.access_entry`: the entry, then its policies one by one.

use aws_sdk_eks::types::{
    AccessEntry as Wire, AccessScope, AccessScopeType, AssociatedAccessPolicy,
};
use futures::future::join;
use provision_aws::kind::{Cx, Live, Next, Stop, pages, text, texts, with};
use provision_aws::{Aws, Fault, internal, live_fields, plain};
use provision_core::contract::{Class, Failure};
use provision_core::model::{Never, Observed, Value};

use super::eks::{cluster_of, eks, found, parent, tag_map, tags};
use super::{AccessEntry, AccessPolicy};

/// The principal of a live entry.
pub(super) fn principal(live: &Observed) -> &str {
    text(live, "principal").unwrap_or_default()
}

/// Makes an entry without policies.
pub(super) async fn create(cx: &Cx<'_>, want: &AccessEntry) -> Result<Next, Stop> {
    let groups = (!want.groups.is_empty()).then(|| want.groups.clone());
    let request = eks(cx.aws)
        .create_access_entry()
        .cluster_name(parent(cx)?)
        .principal_arn(want.principal.known("principal")?)
        .r#type(&want.kind)
        .set_kubernetes_groups(groups)
        .client_request_token(cx.token)
        .set_tags(tag_map(cx.marked(&want.tags)));
    let answer = cx
        .aws
        .write_once("eks:CreateAccessEntry", || request.clone().send())
        .await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(fault) => return Err(refused(cx, want.principal.known("principal")?, fault).await),
    };
    let Some(entry) = answer.access_entry else {
        return Err(Stop::Later("the new entry is not visible yet".to_owned()));
    };
    let live = live(&entry, Vec::new());
    Ok(Next::More {
        did: "made the entry".to_owned(),
        observed: cx.made(live),
    })
}

/// EKS says the same of a principal that is not there and of one that was made a moment ago. Of a role that is not this
/// stack's IAM is asked once, so that nobody waits for what will not come.
async fn refused(cx: &Cx<'_>, principal: &str, fault: Fault) -> Stop {
    let strange = fault.message.contains("principalArn is invalid");
    let (account, role) = match principal.split(':').collect::<Vec<_>>().as_slice() {
        [_, _, _, _, account, role] => (*account, *role),
        _ => return Stop::Fault(fault),
    };
    let ours = role.starts_with(&format!("role/provision/{}/", cx.context.stack));
    let here = cx.context.account.as_deref() == Some(account);
    if !strange || ours || !here || !role.starts_with("role/") {
        return Stop::Fault(fault);
    }
    let name = role.rsplit('/').next().unwrap_or_default();
    let request = cx.aws.iam.get_role().role_name(name);
    let found = cx.aws.read("iam:GetRole", || request.clone().send()).await;
    match found {
        Err(absent) if absent.is_not_found() => Stop::Failure(no_such_role(principal, &fault)),
        _ => Stop::Fault(fault),
    }
}

fn no_such_role(principal: &str, fault: &Fault) -> Failure {
    Failure {
        class: Class::NotFound,
        object: Some(principal.to_owned()),
        advice: Some(
            "IAM has no such role: correct `access` of the cluster, or make the role first, then apply again"
                .to_owned(),
        ),
        ..fault.failure()
    }
}

/// The next change: the groups, or one policy.
pub(super) async fn change(
    cx: &Cx<'_>,
    want: &AccessEntry,
    live: &Observed,
) -> Result<Option<Next>, Stop> {
    let sorted = |mut list: Vec<String>| {
        list.sort();
        list
    };
    if cx.wants("groups") && sorted(texts(live, "groups")) != sorted(want.groups.clone()) {
        return groups(cx, want, live).await.map(Some);
    }
    if !cx.wants("policies") {
        return Ok(None);
    }
    let now = policies(live);
    let missing = want.policies.iter().find(|policy| !now.contains(policy));
    if let Some(policy) = missing {
        return associate(cx, live, now.clone(), policy).await.map(Some);
    }
    let wanted = |arn: &str| want.policies.iter().any(|policy| policy.policy == arn);
    match now.iter().find(|policy| !wanted(&policy.policy)) {
        Some(policy) => disassociate(cx, live, &now, &policy.policy).await.map(Some),
        None => Ok(None),
    }
}

async fn groups(cx: &Cx<'_>, want: &AccessEntry, live: &Observed) -> Result<Next, Stop> {
    let request = eks(cx.aws)
        .update_access_entry()
        .cluster_name(cluster_of(&live.physical))
        .principal_arn(principal(live))
        .set_kubernetes_groups(Some(want.groups.clone()))
        .client_request_token(cx.token);
    cx.aws
        .write_once("eks:UpdateAccessEntry", || request.clone().send())
        .await
        .map_err(|fault| Stop::OfNew(fault.about(&live.physical)))?;
    Ok(Next::More {
        did: "set the groups".to_owned(),
        observed: with(
            live,
            "groups",
            provision_aws::kind::list_value(&want.groups),
        ),
    })
}

/// Gives a policy, or gives it with another scope: the same call twice comes to the same.
async fn associate(
    cx: &Cx<'_>,
    live: &Observed,
    mut now: Vec<AccessPolicy>,
    policy: &AccessPolicy,
) -> Result<Next, Stop> {
    let namespaces = (!policy.namespaces.is_empty()).then(|| policy.namespaces.clone());
    let scope = AccessScope::builder()
        .r#type(AccessScopeType::from(policy.scope.as_str()))
        .set_namespaces(namespaces);
    let request = eks(cx.aws)
        .associate_access_policy()
        .cluster_name(cluster_of(&live.physical))
        .principal_arn(principal(live))
        .policy_arn(&policy.policy)
        .access_scope(scope.build());
    cx.aws
        .write("eks:AssociateAccessPolicy", || request.clone().send())
        .await
        .map_err(|fault| Stop::OfNew(fault.about(&live.physical)))?;
    now.retain(|other| other.policy != policy.policy);
    now.push(policy.clone());
    Ok(Next::More {
        did: format!("gave {}", short(&policy.policy)),
        observed: with(live, "policies", value(&now)?),
    })
}

async fn disassociate(
    cx: &Cx<'_>,
    live: &Observed,
    now: &[AccessPolicy],
    arn: &str,
) -> Result<Next, Stop> {
    let request = eks(cx.aws)
        .disassociate_access_policy()
        .cluster_name(cluster_of(&live.physical))
        .principal_arn(principal(live))
        .policy_arn(arn);
    let answer = cx
        .aws
        .write("eks:DisassociateAccessPolicy", || request.clone().send())
        .await;
    found(answer).map_err(|fault| Stop::Fault(fault.about(&live.physical)))?;
    let rest: Vec<AccessPolicy> = now
        .iter()
        .filter(|policy| policy.policy != arn)
        .cloned()
        .collect();
    Ok(Next::More {
        did: format!("took {}", short(arn)),
        observed: with(live, "policies", value(&rest)?),
    })
}

fn short(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// The policies of a live entry.
fn policies(live: &Observed) -> Vec<AccessPolicy> {
    let list = live.fields.get("policies").map(Value::to_json);
    list.and_then(|json| serde_json::from_value(json).ok())
        .unwrap_or_default()
}

fn value(policies: &[AccessPolicy]) -> Result<Value<Never>, Stop> {
    let mut policies = policies.to_vec();
    policies.sort();
    let entry = AccessEntry {
        policies,
        ..AccessEntry::default()
    };
    let fields = live_fields(&entry).map_err(|error| internal(error.to_string()))?;
    Ok(fields.get("policies").cloned().unwrap_or(Value::Null))
}

/// Reads an entry with its policies.
pub(super) async fn read(aws: &Aws, cluster: &str, principal: &str) -> Result<Option<Live>, Fault> {
    let request = eks(aws)
        .describe_access_entry()
        .cluster_name(cluster)
        .principal_arn(principal);
    let entry = aws.read("eks:DescribeAccessEntry", || request.clone().send());
    let (entry, policies) = join(entry, associated(aws, cluster, principal)).await;
    let entry = found(entry)?.and_then(|answer| answer.access_entry);
    Ok(match (entry, policies?) {
        (Some(entry), Some(policies)) => Some(live(&entry, policies)),
        _ => None,
    })
}

/// The policies of an entry; `None` when it has just gone.
async fn associated(
    aws: &Aws,
    cluster: &str,
    principal: &str,
) -> Result<Option<Vec<AccessPolicy>>, Fault> {
    let list = pages(|token| async {
        let request = eks(aws)
            .list_associated_access_policies()
            .cluster_name(cluster)
            .principal_arn(principal)
            .set_next_token(token);
        let answer = aws
            .read("eks:ListAssociatedAccessPolicies", || {
                request.clone().send()
            })
            .await?;
        Ok((answer.associated_access_policies, answer.next_token))
    });
    Ok(found(list.await)?.map(|list| {
        let mut policies: Vec<AccessPolicy> = list.iter().filter_map(policy).collect();
        policies.sort();
        policies
    }))
}

fn policy(wire: &AssociatedAccessPolicy) -> Option<AccessPolicy> {
    let scope = wire.access_scope();
    let kind = scope.and_then(|scope| scope.r#type());
    let mut namespaces = scope
        .map(|scope| scope.namespaces().to_vec())
        .unwrap_or_default();
    namespaces.sort();
    Some(AccessPolicy {
        policy: wire.policy_arn.clone()?,
        scope: kind.map_or("cluster", AccessScopeType::as_str).to_owned(),
        namespaces,
    })
}

/// An entry as read.
pub(super) fn live(entry: &Wire, policies: Vec<AccessPolicy>) -> Live {
    let all = tags(entry.tags.as_ref());
    let arn = entry.access_entry_arn().unwrap_or_default();
    let principal = entry.principal_arn().unwrap_or_default();
    let fields = AccessEntry {
        principal: principal.into(),
        kind: entry.r#type().unwrap_or("STANDARD").to_owned(),
        groups: entry.kubernetes_groups().to_vec(),
        policies,
        tags: plain(&all),
    };
    let mut live = Live::new(arn, &all, &fields)
        .output("arn", arn)
        .output("principal", principal)
        .needs([principal]);
    live.names.push(principal.to_owned());
    live
}
