//! Machines in a cluster, as far as its removal is about them: ECS forgets one by itself when it ends, but for one whose
//! agent had been out of reach before.

use aws_sdk_ecs::types::ContainerInstance;
use provision_aws::kind::{Cx, Stop, living};
use provision_aws::{Aws, Fault};

use super::call::ecs;

/// Makes ECS forget one machine that has ended; what was done, or `None` when there is none such.
pub(super) async fn forget_one(cx: &Cx<'_>, cluster: &str) -> Result<Option<String>, Stop> {
    let lost = lost(cx.aws, cluster).await?;
    let ids: Vec<String> = lost
        .iter()
        .filter_map(|one| one.ec2_instance_id.clone())
        .collect();
    if ids.is_empty() {
        return Ok(None);
    }
    let there = living(cx.aws, &ids).await?;
    let ended = |one: &&ContainerInstance| {
        let id = one.ec2_instance_id();
        id.is_some_and(|id| !there.contains(id))
    };
    let Some(one) = lost.iter().find(ended) else {
        return Ok(None);
    };
    let request = ecs(cx.aws)
        .deregister_container_instance()
        .cluster(cluster)
        .set_container_instance(one.container_instance_arn.clone())
        .force(true);
    cx.aws
        .write("ecs:DeregisterContainerInstance", || request.clone().send())
        .await
        .map_err(|fault| Stop::Fault(fault.about(cluster)))?;
    let id = one.ec2_instance_id().unwrap_or_default();
    Ok(Some(format!("made it forget {id}, which has ended")))
}

/// Machines whose agents are out of reach.
async fn lost(aws: &Aws, cluster: &str) -> Result<Vec<ContainerInstance>, Fault> {
    let request = ecs(aws).list_container_instances().cluster(cluster);
    let answer = aws
        .read("ecs:ListContainerInstances", || request.clone().send())
        .await;
    let arns = match answer {
        Ok(answer) => answer.container_instance_arns.unwrap_or_default(),
        Err(fault) if fault.is_not_found() => Vec::new(),
        Err(fault) => return Err(fault.about(cluster)),
    };
    if arns.is_empty() {
        return Ok(Vec::new());
    }
    let request = ecs(aws)
        .describe_container_instances()
        .cluster(cluster)
        .set_container_instances(Some(arns));
    let answer = aws
        .read("ecs:DescribeContainerInstances", || request.clone().send())
        .await
        .map_err(|fault| fault.about(cluster))?;
    let all = answer.container_instances.unwrap_or_default().into_iter();
    Ok(all.filter(|one| !one.agent_connected).collect())
}
