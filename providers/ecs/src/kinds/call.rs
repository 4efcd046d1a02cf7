//! What the calls of workloads share: clients, tags, where tasks run, refusals that end by themselves.

use aws_sdk_ecs::types::{
    AssignPublicIp, AwsVpcConfiguration, CapacityProviderStrategyItem, NetworkConfiguration, Tag,
};
use provision_aws::kind::{Cx, Next, Stop, to_change};
use provision_aws::{Aws, Fault, Field, How, Tags};
use provision_core::contract::{Class, Failure};
use provision_core::model::Observed;
use serde::{Deserialize, Serialize};

/// Refusals that end by themselves: a role, a balancer or a name that is not as far yet.
const PASSING: [&str; 9] = [
    "does not have an associated load balancer",
    "nable to assume",
    "could not be assumed",
    "must allow AWS EventBridge Scheduler to assume",
    "ole is not valid",
    "ECS service role being passed",
    "still Draining",
    "service doesn't exist",
    "not ACTIVE",
];

/// ECS.
pub(crate) fn ecs(aws: &Aws) -> aws_sdk_ecs::Client {
    aws.client(aws_sdk_ecs::Client::new)
}

/// Application Auto Scaling.
pub(super) fn scaling(aws: &Aws) -> aws_sdk_applicationautoscaling::Client {
    aws.client(aws_sdk_applicationautoscaling::Client::new)
}

/// EventBridge Scheduler.
pub(super) fn scheduler(aws: &Aws) -> aws_sdk_scheduler::Client {
    aws.client(aws_sdk_scheduler::Client::new)
}

/// Tags as ECS returns them.
pub(super) fn tags(list: &[Tag]) -> Tags {
    list.iter()
        .filter_map(|tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default())))
        .collect()
}

/// Tags as ECS takes them.
pub(super) fn tag_list(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

/// Sets tags of an ECS object.
pub(super) async fn tag(cx: &Cx<'_>, arn: &str, tags: &Tags) -> Result<(), Stop> {
    let request = ecs(cx.aws)
        .tag_resource()
        .resource_arn(arn)
        .set_tags(Some(tag_list(tags)));
    cx.aws
        .write("ecs:TagResource", || request.clone().send())
        .await
        .map_err(|fault| Stop::OfNew(fault.about(arn)))?;
    Ok(())
}

/// Brings the tags and the mark of protection of an ECS object to what is wanted.
pub(super) async fn retag(cx: &Cx<'_>, want: &Tags, live: &Observed) -> Result<Option<Next>, Stop> {
    let Some(change) = to_change(cx, want, live) else {
        return Ok(None);
    };
    if change.set.is_empty() {
        let request = ecs(cx.aws)
            .untag_resource()
            .resource_arn(&live.physical)
            .set_tag_keys(Some(change.unset));
        cx.aws
            .write("ecs:UntagResource", || request.clone().send())
            .await
            .map_err(|fault| Stop::OfNew(fault.about(&live.physical)))?;
    } else {
        tag(cx, &live.physical, &change.set).await?;
    }
    Ok(Some(Next::More {
        did: "set tags".to_owned(),
        observed: change.observed,
    }))
}

/// A refused call: what ends by itself is waited for.
pub(super) fn stop(fault: Fault) -> Stop {
    let passes = PASSING.iter().any(|text| fault.message.contains(text));
    let busy = fault.is(&["ConcurrentUpdateException", "UpdateInProgressException"]);
    match fault.how == How::Refused && (passes || busy) {
        true => Stop::Later(fault.to_string()),
        false => Stop::OfNew(fault),
    }
}

/// Capacity that tasks are placed on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Capacity {
    /// The capacity provider, by name.
    pub provider: Field<String>,
    /// Its share.
    pub weight: i32,
    /// So many go there first.
    pub base: i32,
}

/// A strategy as ECS takes it.
pub(crate) fn strategy(want: &[Capacity]) -> Result<Vec<CapacityProviderStrategyItem>, Failure> {
    want.iter()
        .map(|one| {
            CapacityProviderStrategyItem::builder()
                .capacity_provider(one.provider.known("capacity")?)
                .weight(one.weight)
                .base(one.base)
                .build()
                .map_err(|error| provision_aws::internal(error.to_string()))
        })
        .collect()
}

/// A strategy as ECS returns it.
pub(super) fn capacity(items: &[CapacityProviderStrategyItem]) -> Vec<Capacity> {
    items
        .iter()
        .map(|item| Capacity {
            provider: item.capacity_provider.as_str().into(),
            weight: item.weight,
            base: item.base,
        })
        .collect()
}

/// Where tasks have their interfaces.
pub(crate) fn network(
    subnets: &[Field<String>],
    groups: &[Field<String>],
) -> Result<NetworkConfiguration, Failure> {
    let vpc = AwsVpcConfiguration::builder()
        .set_subnets(Some(all_known(subnets, "subnets")?))
        .set_security_groups(Some(all_known(groups, "security_groups")?))
        .assign_public_ip(AssignPublicIp::Disabled)
        .build()
        .map_err(|error| provision_aws::internal(error.to_string()))?;
    Ok(NetworkConfiguration::builder()
        .awsvpc_configuration(vpc)
        .build())
}

/// The values of a list, all of which must be known.
pub(super) fn all_known(list: &[Field<String>], name: &str) -> Result<Vec<String>, Failure> {
    list.iter().map(|one| one.known(name).cloned()).collect()
}

/// Texts as fields.
pub(super) fn fields(texts: &[String]) -> Vec<Field<String>> {
    texts.iter().map(|text| text.as_str().into()).collect()
}

/// The parts of an ARN behind the account: `service`, cluster, name.
pub(super) fn parts(arn: &str) -> Vec<&str> {
    let path = arn.splitn(6, ':').nth(5).unwrap_or_default();
    path.split('/').collect()
}

/// The cluster in the ARN of a service or a task.
pub(super) fn cluster_of(arn: &str) -> &str {
    match parts(arn).as_slice() {
        [_, cluster, _] => cluster,
        _ => "",
    }
}

/// Somebody else's object under our name.
pub(super) fn taken(what: &str, owner: Option<String>) -> Failure {
    let owner = owner.unwrap_or_else(|| "nobody that provision knows".to_owned());
    Failure {
        class: Class::Clash,
        code: "name-taken".to_owned(),
        message: format!("{what} is there already and belongs to {owner}"),
        call: None,
        object: Some(what.to_owned()),
        advice: Some("rename ours in the spec, or remove that object".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_of_services_and_tasks_tell_their_cluster() {
        let arn = "arn:aws:ecs:eu-west-1:123456789012:service/shop-prod/web";
        assert_eq!(cluster_of(arn), "shop-prod");
        assert_eq!(cluster_of("arn:aws:ecs:eu-west-1:1:service/web"), "");
        assert_eq!(cluster_of(""), "");
    }

    #[test]
    fn refusals_that_end_by_themselves_are_waited_for() {
        let fault = |message: &str| Fault {
            how: How::Refused,
            call: "ecs:CreateService".to_owned(),
            code: "InvalidParameterException".to_owned(),
            message: message.to_owned(),
            object: None,
        };
        let draining = fault("Unable to Start a service that is still Draining.");
        assert!(matches!(stop(draining), Stop::Later(_)));
        assert!(matches!(stop(fault("no")), Stop::OfNew(_)));
    }
}
