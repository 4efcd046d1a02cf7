//! What is on a role: its documents and its policies.
//!
//! Attachments carry no marks. Ours are listed in the role's mark `provision-children`, each as 8 hex digits of its
//! ARN, since a tag's value ends at 256 characters. Inline policies of ours have names that start with
//! `provision-`.

use std::collections::BTreeMap;

use aws_sdk_iam::types::AttachedPolicy;
use futures::future::{try_join, try_join_all};
use provision_core::model::{Hole, Observed, Value, digest8};
use serde_json::Value as Json;

use super::live::{list_value, map, map_value, text, texts, with};
use super::role::{live, name_of, role_tags};
use super::{Cx, Live, Next, Stop};
use crate::client::Aws;
use crate::error::Fault;
use crate::field::Field;
use crate::marks::{CHILDREN, Tags};

/// Names of our inline policies start with this.
pub(super) const PREFIX: &str = "provision-";

/// How the mark lists a policy.
pub(super) fn short(arn: &str) -> String {
    digest8(&[arn])
}

/// The mark that lists policies.
pub(super) fn list(arns: &[String]) -> String {
    let mut all: Vec<String> = arns.iter().map(|arn| short(arn)).collect();
    all.sort();
    all.join(" ")
}

/// A document as IAM returns it: percent-encoded.
pub(super) fn decoded(document: &str) -> String {
    percent_encoding::percent_decode_str(document)
        .decode_utf8_lossy()
        .into_owned()
}

/// Whether two documents say the same, written apart.
pub(super) fn same_document(one: &str, other: &str) -> bool {
    let parse = |text: &str| serde_json::from_str::<Json>(text).ok();
    match (parse(one), parse(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// Counts policies of a role as ours that are wanted now, though the mark does not list them yet.
pub(super) fn adopt<H: Hole>(live: &mut Live, desired: &BTreeMap<String, Value<H>>) {
    let Some(Value::List(wanted)) = desired.get("managed_policies") else {
        return;
    };
    let wanted: Vec<&str> = wanted.iter().filter_map(Value::as_text).collect();
    let (ours, foreign): (Vec<String>, Vec<String>) = std::mem::take(&mut live.foreign)
        .into_iter()
        .partition(|child| wanted.contains(&child.as_str()));
    live.foreign = foreign;
    if let Some(Value::List(now)) = live.fields.get_mut("managed_policies") {
        now.extend(ours.into_iter().map(Value::Text));
    }
}

/// Reads a role with all that is on it; `None` when there is none.
pub(super) async fn role(aws: &Aws, name: &str) -> Result<Option<Live>, Fault> {
    let request = aws.iam.get_role().role_name(name);
    let answer = aws.read("iam:GetRole", || request.clone().send());
    let read = try_join(answer, try_join(attached(aws, name), written(aws, name)));
    let (answer, (attached, inline)) = match read.await {
        Ok(read) => read,
        Err(fault) if fault.is_not_found() => return Ok(None),
        Err(fault) => return Err(fault.about(name)),
    };
    Ok(answer
        .role
        .map(|role| live(&role, &role_tags(&role), attached, inline)))
}

async fn attached(aws: &Aws, name: &str) -> Result<Vec<String>, Fault> {
    let mut all = Vec::new();
    let mut marker: Option<String> = None;
    loop {
        let request = aws
            .iam
            .list_attached_role_policies()
            .role_name(name)
            .set_marker(marker);
        let answer = aws
            .read("iam:ListAttachedRolePolicies", || request.clone().send())
            .await?;
        let page: Vec<AttachedPolicy> = answer.attached_policies.unwrap_or_default();
        all.extend(page.into_iter().filter_map(|policy| policy.policy_arn));
        marker = answer.marker.filter(|_| answer.is_truncated);
        if marker.is_none() {
            return Ok(all);
        }
    }
}

/// Inline policies with their documents.
async fn written(aws: &Aws, name: &str) -> Result<BTreeMap<String, Field<String>>, Fault> {
    let mut names = Vec::new();
    let mut marker: Option<String> = None;
    loop {
        let request = aws
            .iam
            .list_role_policies()
            .role_name(name)
            .set_marker(marker);
        let answer = aws
            .read("iam:ListRolePolicies", || request.clone().send())
            .await?;
        names.extend(answer.policy_names);
        marker = answer.marker.filter(|_| answer.is_truncated);
        if marker.is_none() {
            break;
        }
    }
    let documents = names.into_iter().map(async |policy| {
        let request = aws
            .iam
            .get_role_policy()
            .role_name(name)
            .policy_name(&policy);
        let answer = aws
            .read("iam:GetRolePolicy", || request.clone().send())
            .await;
        match answer {
            Ok(answer) => Ok(Some((policy, decoded(&answer.policy_document).into()))),
            // Removed since it was listed.
            Err(fault) if fault.is_not_found() => Ok(None),
            Err(fault) => Err(fault),
        }
    });
    let documents: Vec<Option<_>> = try_join_all(documents).await?;
    Ok(documents.into_iter().flatten().collect())
}

/// Sets tags of a role.
pub(super) async fn tag(cx: &Cx<'_>, name: &str, tags: &Tags) -> Result<(), Stop> {
    let request = cx
        .aws
        .iam
        .tag_role()
        .role_name(name)
        .set_tags(Some(super::retag::tag_list(tags)));
    cx.aws
        .write("iam:TagRole", || request.clone().send())
        .await
        .map_err(|fault| Stop::OfNew(fault.about(name)))?;
    Ok(())
}

/// Sets who may take the role.
pub(super) async fn trust(cx: &Cx<'_>, live: &Observed, document: &str) -> Result<(), Stop> {
    let name = name_of(live);
    let request = cx
        .aws
        .iam
        .update_assume_role_policy()
        .role_name(name)
        .policy_document(document);
    cx.aws
        .write("iam:UpdateAssumeRolePolicy", || request.clone().send())
        .await
        .map_err(|fault| Stop::OfNew(fault.about(name)))?;
    Ok(())
}

/// The next change of attachments: the mark first, so that what we attach is known to be ours.
pub(super) async fn managed(
    cx: &Cx<'_>,
    want: &[String],
    live: &Observed,
) -> Result<Option<Next>, Stop> {
    let mut now = texts(live, "managed_policies");
    if let Some(extra) = now.iter().find(|arn| !want.contains(arn)) {
        return detach(cx, live, extra).await.map(Some);
    }
    let Some(missing) = want.iter().find(|arn| !now.contains(arn)) else {
        return Ok(None);
    };
    let name = name_of(live);
    let mark = list(want);
    if text(live, "children").unwrap_or_default() != mark {
        tag(cx, name, &Tags::from([(CHILDREN.to_owned(), mark.clone())])).await?;
        return Ok(Some(Next::More {
            did: "listed its policies".to_owned(),
            observed: with(live, "children", mark),
        }));
    }
    attach(cx, name, missing).await?;
    now.push(missing.clone());
    Ok(Some(Next::More {
        did: format!("attached {missing}"),
        observed: with(live, "managed_policies", list_value(&now)),
    }))
}

async fn attach(cx: &Cx<'_>, name: &str, arn: &str) -> Result<(), Stop> {
    let request = cx
        .aws
        .iam
        .attach_role_policy()
        .role_name(name)
        .policy_arn(arn);
    let sent = cx
        .aws
        .write("iam:AttachRolePolicy", || request.clone().send())
        .await;
    match sent {
        Ok(_) => Ok(()),
        // "Policy … does not exist or is not attachable": waiting would not help.
        Err(fault) if fault.is_not_found() && fault.message.starts_with("Policy") => {
            Err(Stop::Failure(fault.about(arn).failure()))
        }
        Err(fault) => Err(Stop::OfNew(fault.about(name))),
    }
}

/// Takes a policy off.
pub(super) async fn detach(cx: &Cx<'_>, live: &Observed, arn: &str) -> Result<Next, Stop> {
    let name = name_of(live);
    let request = cx
        .aws
        .iam
        .detach_role_policy()
        .role_name(name)
        .policy_arn(arn);
    let sent = cx
        .aws
        .write("iam:DetachRolePolicy", || request.clone().send())
        .await;
    match sent {
        Err(fault) if !fault.is_not_found() => return Err(Stop::Fault(fault.about(name))),
        _ => {}
    }
    let left: Vec<String> = texts(live, "managed_policies")
        .into_iter()
        .filter(|other| other != arn)
        .collect();
    Ok(Next::More {
        did: format!("detached {arn}"),
        observed: with(live, "managed_policies", list_value(&left)),
    })
}

/// The next change of inline policies.
pub(super) async fn inline(
    cx: &Cx<'_>,
    want: &BTreeMap<String, Field<String>>,
    live: &Observed,
) -> Result<Option<Next>, Stop> {
    let mut now = map(live, "inline_policies");
    if let Some(extra) = now.keys().find(|name| !want.contains_key(*name)) {
        return remove(cx, live, extra).await.map(Some);
    }
    for (policy, document) in want {
        let document = document.known("inline_policies")?;
        let same = now
            .get(policy)
            .is_some_and(|now| same_document(document, now));
        if same {
            continue;
        }
        let name = name_of(live);
        let request = cx
            .aws
            .iam
            .put_role_policy()
            .role_name(name)
            .policy_name(policy)
            .policy_document(document);
        cx.aws
            .write("iam:PutRolePolicy", || request.clone().send())
            .await
            .map_err(|fault| Stop::OfNew(fault.about(name)))?;
        now.insert(policy.clone(), document.clone());
        return Ok(Some(Next::More {
            did: format!("wrote policy {policy}"),
            observed: with(live, "inline_policies", map_value(&now)),
        }));
    }
    Ok(None)
}

/// Removes an inline policy.
pub(super) async fn remove(cx: &Cx<'_>, live: &Observed, policy: &str) -> Result<Next, Stop> {
    let name = name_of(live);
    let request = cx
        .aws
        .iam
        .delete_role_policy()
        .role_name(name)
        .policy_name(policy);
    let sent = cx
        .aws
        .write("iam:DeleteRolePolicy", || request.clone().send())
        .await;
    match sent {
        Err(fault) if !fault.is_not_found() => return Err(Stop::Fault(fault.about(name))),
        _ => {}
    }
    let mut left = map(live, "inline_policies");
    left.remove(policy);
    Ok(Next::More {
        did: format!("removed policy {policy}"),
        observed: with(live, "inline_policies", map_value(&left)),
    })
}
