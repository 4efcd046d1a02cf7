//! Calls that register and deregister revisions.

use aws_sdk_ecs::types::{
    Compatibility, ContainerDefinition, CpuArchitecture, NetworkMode, OsFamily, RuntimePlatform,
    ServiceField,
};
use provision_aws::kind::{Cx, Next, Stop, output, text};
use provision_aws::{Fault, Marks, internal};
use provision_core::contract::Failure;
use provision_core::model::Observed;

use super::call::{ecs, retag, stop, tag_list, tags, taken};
use super::container::{Container, Logs};
use super::task_definition::TaskDefinition;
use super::task_definition_reads::{DIGEST, Newest, Revision, active, describe, newest, ours};

/// So many revisions of ours stay active: the newest one, and some to go back to.
const KEPT: usize = 5;

/// Registers the first revision of ours, unless one is there or the family is somebody else's.
pub(super) async fn create(cx: &Cx<'_>, want: &TaskDefinition) -> Result<Next, Stop> {
    let family = cx.name()?;
    match newest(cx.aws, cx.context, Some(cx.id()), family).await? {
        Newest::Ours(revision) => Ok(Next::More {
            did: "found it there already".to_owned(),
            observed: cx.made(revision.live()),
        }),
        Newest::Foreign(revision) => {
            let owner = Marks::of(&revision.tags).owner();
            Err(Stop::Failure(taken(revision.arn(), owner)))
        }
        Newest::None => register(cx, want, None).await,
    }
}

/// Registers a new revision when the definition differs, brings tags in order, then deregisters what is older than needed.
pub(super) async fn change(
    cx: &Cx<'_>,
    want: &TaskDefinition,
    live: &Observed,
) -> Result<Option<Next>, Stop> {
    let digest = want.digest();
    let only_tags = !cx.step.fields.is_empty() && cx.step.fields.iter().all(|name| name == "tags");
    if !only_tags && text(live, "digest") != Some(digest.as_str()) {
        return register(cx, want, Some(live)).await.map(Some);
    }
    if let Some(next) = retag(cx, &want.tags, live).await? {
        return Ok(Some(next));
    }
    if only_tags {
        return Ok(None);
    }
    let family = output(live, "family").unwrap_or_default();
    let old = spare(&active(cx.aws, family).await?);
    let old = ours(cx.aws, cx.context, cx.id(), &old).await?;
    match old.last() {
        Some(arn) => deregister(cx, arn).await.map(Some),
        None => Ok(None),
    }
}

/// Revisions beyond those that stay, newest first.
fn spare(active: &[String]) -> Vec<String> {
    active.iter().skip(KEPT).cloned().collect()
}

/// Deregisters the revisions of ours, one by one. What others registered in the family stays.
pub(super) async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
    let family = output(live, "family").unwrap_or_default();
    let all = active(cx.aws, family).await?;
    match ours(cx.aws, cx.context, cx.id(), &all).await?.last() {
        Some(arn) => deregister(cx, arn).await,
        None => Ok(Next::Gone),
    }
}

async fn deregister(cx: &Cx<'_>, arn: &str) -> Result<Next, Stop> {
    let request = ecs(cx.aws)
        .deregister_task_definition()
        .task_definition(arn);
    cx.aws
        .write("ecs:DeregisterTaskDefinition", || request.clone().send())
        .await
        .map_err(|fault| Stop::Fault(fault.about(arn)))?;
    Ok(Next::Cleared {
        did: format!("deregistered {arn}"),
    })
}

async fn register(
    cx: &Cx<'_>,
    want: &TaskDefinition,
    live: Option<&Observed>,
) -> Result<Next, Stop> {
    let family = cx.name()?;
    let image = image_of_others(cx, want, live).await?;
    let mut all = cx.marked(&want.tags);
    all.insert(DIGEST.to_owned(), want.digest());
    let size = |size: i64| (size > 0).then(|| size.to_string());
    let request = ecs(cx.aws)
        .register_task_definition()
        .family(family)
        .network_mode(NetworkMode::Awsvpc)
        .requires_compatibilities(Compatibility::from(want.launch.as_str()))
        .runtime_platform(platform(want))
        .execution_role_arn(want.execution_role.known("execution_role")?)
        .task_role_arn(want.task_role.known("task_role")?)
        .set_cpu(size(want.cpu))
        .set_memory(size(want.memory))
        .set_container_definitions(Some(containers(cx, want, image.as_deref())?))
        .set_tags(Some(tag_list(&all)));
    let answer = cx
        .aws
        .write("ecs:RegisterTaskDefinition", || request.clone().send())
        .await
        .map_err(|fault| stop(fault.about(family)))?;
    let Some(wire) = answer.task_definition else {
        return Err(Stop::Later(
            "the new revision is not visible yet".to_owned(),
        ));
    };
    let told = tags(answer.tags.as_deref().unwrap_or_default());
    let tags = if told.is_empty() { all } else { told };
    let revision = Revision { wire, tags };
    Ok(Next::More {
        did: format!("registered {}", revision.arn()),
        observed: cx.made(revision.live()),
    })
}

fn platform(want: &TaskDefinition) -> RuntimePlatform {
    RuntimePlatform::builder()
        .cpu_architecture(CpuArchitecture::from(want.architecture.as_str()))
        .operating_system_family(OsFamily::Linux)
        .build()
}

fn containers(
    cx: &Cx<'_>,
    want: &TaskDefinition,
    image: Option<&str>,
) -> Result<Vec<ContainerDefinition>, Failure> {
    let logs = Logs {
        group: want.log_group.known("log_group")?,
        region: &cx.context.region,
    };
    let wire = |(name, container): (&String, &Container)| {
        let image = container.image.as_deref().or(image);
        let image = image.ok_or_else(|| internal(format!("container {name} has no image")))?;
        container.wire(name, image, logs)
    };
    want.containers.iter().map(wire).collect()
}

/// The image that somebody else has set: that of the revision which the service runs, else that of our newest one, else
/// the one to begin with. `None` where the spec sets it.
async fn image_of_others(
    cx: &Cx<'_>,
    want: &TaskDefinition,
    live: Option<&Observed>,
) -> Result<Option<String>, Stop> {
    let Some(name) = &want.image_of else {
        return Ok(None);
    };
    let running = match &want.image_from {
        Some(service) => running(cx, service).await?,
        None => None,
    };
    let newest = live.map(|live| live.physical.clone());
    for arn in running.into_iter().chain(newest) {
        let revision = describe(cx.aws, &arn).await?;
        if let Some(image) = revision.and_then(|revision| image_in(&revision, name)) {
            return Ok(Some(image));
        }
    }
    Ok(want.first_image.clone())
}

fn image_in(revision: &Revision, name: &str) -> Option<String> {
    let containers = revision.wire.container_definitions().iter();
    let mut named = containers.filter(|one| one.name() == Some(name));
    named.next()?.image.clone()
}

/// The revision that a service runs; `None` when there is no such service.
async fn running(cx: &Cx<'_>, service: &str) -> Result<Option<String>, Fault> {
    let (cluster, name) = service.split_once('/').unwrap_or_default();
    let request = ecs(cx.aws)
        .describe_services()
        .cluster(cluster)
        .services(name)
        .include(ServiceField::Tags);
    let answer = cx
        .aws
        .read("ecs:DescribeServices", || request.clone().send())
        .await;
    match answer {
        Ok(answer) => Ok(answer
            .services
            .unwrap_or_default()
            .into_iter()
            .filter(|one| one.status() != Some("INACTIVE"))
            .find_map(|one| one.task_definition)),
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault.about(service)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_five_stay() {
        let all: Vec<String> = (1..=7).rev().map(|n| format!("f:{n}")).collect();
        assert_eq!(spare(&all), ["f:2", "f:1"]);
        assert!(spare(&all[..5]).is_empty());
    }
}
