//! What the EKS kinds share: the client, ARNs, tags, changes that have a handle, pages.

use std::collections::HashMap;

use aws_sdk_eks::Client;
use aws_sdk_eks::types::{Update, UpdateStatus};
use provision_aws::kind::{Cx, Next, Progress, Stop, deleting, to_change};
use provision_aws::{Aws, Fault, Tags, internal};
use provision_core::contract::Failure;
use provision_core::model::{Observed, Status};

use crate::health::{Came, Health};

/// The EKS client.
pub(crate) fn eks(aws: &Aws) -> Client {
    aws.client(Client::new)
}

/// Everybody's ranges.
const ANYWHERE: [&str; 2] = ["0.0.0.0/0", "::/0"];

/// Whether ranges of the public endpoint let everybody in: none says so too.
pub(crate) fn is_everybody(ranges: &[String]) -> bool {
    let mut each = ranges.iter().map(String::as_str);
    ranges.is_empty() || ranges.iter().any(|range| range == ANYWHERE[0]) && each.all(is_anywhere)
}

/// Everybody is one range, beside which a cluster with IPv6 tells another: no difference.
pub(super) fn to_compare(told: &[String]) -> Vec<String> {
    let ipv4 = |range: &&String| !range.contains(':');
    match is_everybody(told) {
        true => told.iter().filter(ipv4).cloned().collect(),
        false => told.to_vec(),
    }
}

/// Whether a range is everybody's.
pub(crate) fn is_anywhere(range: &str) -> bool {
    ANYWHERE.contains(&range)
}

/// The parts of an ARN behind the account: `nodegroup`, cluster, name, inner id.
pub(crate) fn parts(arn: &str) -> Vec<&str> {
    let path = arn.splitn(6, ':').nth(5).unwrap_or_default();
    path.split('/').collect()
}

/// The cluster that an object lies in, by the object's ARN; of a cluster, its own name.
pub(crate) fn cluster_of(arn: &str) -> &str {
    parts(arn).get(1).copied().unwrap_or_default()
}

/// The name of an object in a cluster, by its ARN.
pub(crate) fn name_of(arn: &str) -> &str {
    parts(arn).get(2).copied().unwrap_or_default()
}

/// The name of the cluster in which something is to be made.
pub(crate) fn parent<'a>(cx: &Cx<'a>) -> Result<&'a str, Failure> {
    let parent = cx.parent.and_then(|parent| {
        let output = parent.outputs.get("name").and_then(|name| name.as_text());
        output.or(parent.name.as_deref())
    });
    parent.ok_or_else(|| internal(format!("{} has no cluster", cx.id())))
}

/// Tags as the API returns them.
pub(crate) fn tags(list: Option<&HashMap<String, String>>) -> Tags {
    let entries = list.into_iter().flatten();
    entries
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Tags as the API takes them.
pub(crate) fn tag_map(tags: Tags) -> Option<HashMap<String, String>> {
    Some(tags.into_iter().collect())
}

/// Brings the tags and the mark of protection of an object to what is wanted.
pub(crate) async fn retag(cx: &Cx<'_>, want: &Tags, live: &Observed) -> Result<Option<Next>, Stop> {
    let Some(change) = to_change(cx, want, live) else {
        return Ok(None);
    };
    let client = eks(cx.aws);
    let arn = &live.physical;
    let sent = if change.set.is_empty() {
        let request = client
            .untag_resource()
            .resource_arn(arn)
            .set_tag_keys(Some(change.unset));
        cx.aws
            .write("eks:UntagResource", || request.clone().send())
            .await
            .map(drop)
    } else {
        let request = client
            .tag_resource()
            .resource_arn(arn)
            .set_tags(tag_map(change.set));
        cx.aws
            .write("eks:TagResource", || request.clone().send())
            .await
            .map(drop)
    };
    sent.map_err(|fault| Stop::OfNew(fault.about(arn)))?;
    Ok(Some(Next::More {
        did: "set tags".to_owned(),
        observed: change.observed,
    }))
}

/// Marks an object that somebody else made.
pub(crate) async fn mark(cx: &Cx<'_>, arn: &str, marks: &Tags) -> Result<(), Stop> {
    let request = eks(cx.aws)
        .tag_resource()
        .resource_arn(arn)
        .set_tags(tag_map(marks.clone()));
    cx.aws
        .write("eks:TagResource", || request.clone().send())
        .await
        .map_err(|fault| Stop::Fault(fault.about(arn)))?;
    Ok(())
}

/// What follows from an accepted change of a live object.
pub(crate) fn updates(live: &Observed, update: Option<Update>, phase: &str) -> Next {
    match update.and_then(|update| update.id) {
        Some(update) => Next::Updates {
            phase: phase.to_owned(),
            physical: live.physical.clone(),
            update,
        },
        None => waits(live, phase),
    }
}

/// Waits for a live object as it is.
pub(crate) fn waits(live: &Observed, phase: &str) -> Next {
    Next::Waits {
        phase: phase.to_owned(),
        physical: live.physical.clone(),
    }
}

/// What follows from an accepted deletion. Of one that had failed before it is noted that it is under way, so that a
/// second failure is told from the first.
pub(crate) fn goes(live: &Observed) -> Next {
    match &live.status {
        Status::Failed { reason } if reason.starts_with("DELETE_FAILED") => {
            let mut observed = Box::new(live.clone());
            observed.status = deleting("DELETING");
            Next::More {
                did: "asked for its deletion again".to_owned(),
                observed,
            }
        }
        _ => waits(live, "DELETING"),
    }
}

/// What is to be waited for before an object can be changed: EKS takes one change at a time. Nothing while it merely
/// does badly, since a change may be the cure.
pub(crate) fn busy(live: &Observed) -> Option<Next> {
    match &live.status {
        Status::Changing { phase } if ["CREATING", "UPDATING"].contains(&phase.as_str()) => {
            Some(waits(live, phase))
        }
        _ => None,
    }
}

/// The answer to a call that changes something: EKS refuses a change that changes nothing, which tells that what was
/// read is out of date.
pub(crate) fn changed(
    live: &Observed,
    answer: Result<Option<Update>, Fault>,
    phase: &str,
) -> Result<Next, Stop> {
    match answer {
        Ok(update) => Ok(updates(live, update, phase)),
        Err(fault) if nothing_to_change(&fault) => Ok(waits(live, "becoming visible")),
        Err(fault) if fault.message.contains("not in Active") => Err(not_active(live, fault)),
        Err(fault) => Err(Stop::OfNew(fault.about(&live.physical))),
    }
}

/// EKS does not roll nodes of a group that does badly: waiting without end would not tell why.
fn not_active(live: &Observed, fault: Fault) -> Stop {
    let fault = fault.about(&live.physical);
    let Status::Degraded { reason } = &live.status else {
        return Stop::OfNew(fault);
    };
    let advice = Some(format!("it is unhealthy; fix that first: {reason}"));
    Stop::Failure(Failure {
        advice,
        ..fault.failure()
    })
}

fn nothing_to_change(fault: &Fault) -> bool {
    let texts = ["already at the desired configuration", "No changes needed"];
    fault.is(&["InvalidParameterException", "InvalidRequestException"])
        && texts.iter().any(|text| fault.message.contains(text))
}

/// How a change is coming along. `group` and `addon` name what it is of, when it is not of the cluster.
pub(crate) async fn progress(
    cx: &Cx<'_>,
    physical: &str,
    update: &str,
    (group, addon): (Option<&str>, Option<&str>),
) -> Result<Progress, Fault> {
    let request = eks(cx.aws)
        .describe_update()
        .name(cluster_of(physical))
        .set_nodegroup_name(group.map(str::to_owned))
        .set_addon_name(addon.map(str::to_owned))
        .update_id(update);
    let answer = cx
        .aws
        .read("eks:DescribeUpdate", || request.clone().send())
        .await;
    match answer {
        Ok(answer) => Ok(answer
            .update
            .map_or(Progress::Through, |update| stands(&update))),
        // Forgotten, so long past.
        Err(fault) if fault.is_not_found() => Ok(Progress::Through),
        Err(fault) => Err(fault),
    }
}

fn stands(update: &Update) -> Progress {
    let health = Health::of_update(update.errors());
    match update.status() {
        Some(UpdateStatus::Failed | UpdateStatus::Cancelled) => {
            Progress::Failed(health.ailment("the change failed", Came::Unchanged))
        }
        Some(UpdateStatus::InProgress) => Progress::Works {
            phase: "UPDATING".to_owned(),
            trouble: health.words(),
        },
        _ => Progress::Through,
    }
}

/// A read of something that may not be there.
pub(crate) fn found<T>(answer: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_tell_cluster_and_name() {
        let arn = "arn:aws:eks:eu-west-1:123456789012:nodegroup/shop-prod/web/1ac2-33";
        assert_eq!((cluster_of(arn), name_of(arn)), ("shop-prod", "web"));
        let arn = "arn:aws:eks:eu-west-1:123456789012:cluster/shop-prod";
        assert_eq!((cluster_of(arn), name_of(arn)), ("shop-prod", ""));
        assert_eq!(cluster_of("vpc-1"), "");
    }
}
