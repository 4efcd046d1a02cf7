//! Reads of services: ten a call, with their tags.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecs::types::{
    Deployment, DeploymentConfiguration, DeploymentRolloutState, Service as Wire, ServiceField,
};
use futures::future::{join_all, try_join_all};
use provision_aws::kind::{Ask, Cx, Live, Look, Seen, by_name, changing, deleting, pages, unknown};
use provision_aws::{Aws, Fault, plain};
use provision_core::model::{Pending, Resource, Sight, Status, Value};

use super::call::{capacity, cluster_of, ecs, fields, tags};
use super::service::{Balancer, Service};
use super::task_definition_reads::{Newest, family_of, name_in_needs, newest, number_of};

/// So many services DescribeServices takes.
const AT_ONCE: usize = 10;

/// Services of a cluster by name or ARN, those that are gone left out. A cluster that is not there has none.
pub(super) async fn describe(
    aws: &Aws,
    cluster: &str,
    names: &[String],
) -> Result<Vec<Wire>, Fault> {
    let reads = names.chunks(AT_ONCE).map(|some| async {
        let request = ecs(aws)
            .describe_services()
            .cluster(cluster)
            .set_services(Some(some.to_vec()))
            .include(ServiceField::Tags);
        let answer = aws
            .read("ecs:DescribeServices", || request.clone().send())
            .await;
        match answer {
            Ok(answer) => Ok(answer.services.unwrap_or_default()),
            Err(fault) if fault.is_not_found() => Ok(Vec::new()),
            Err(fault) => Err(fault.about(cluster)),
        }
    });
    let found = try_join_all(reads).await?.into_iter().flatten();
    Ok(found
        .filter(|one| one.status() != Some("INACTIVE"))
        .collect())
}

/// A service as it is, by its ARN.
pub(super) async fn wire(aws: &Aws, arn: &str) -> Result<Option<Wire>, Fault> {
    let found = describe(aws, cluster_of(arn), &[arn.to_owned()]).await?;
    Ok(found.into_iter().next())
}

/// A service as it is, against what is wanted of it.
pub(super) async fn read(cx: &Cx<'_>, arn: &str) -> Result<Option<Live>, Fault> {
    let want: Option<Service> = cx
        .desired
        .and_then(|desired| provision_aws::read_fields(desired).ok());
    let Some(found) = wire(cx.aws, arn).await? else {
        return Ok(None);
    };
    let mut live = live(&found, want.as_ref());
    if let Some(want) = want.filter(|want| want.image_external) {
        let ours = want.task_definition.get().cloned();
        follow(&mut live, ours.as_deref());
    }
    Ok(Some(live))
}

/// The services that are asked for, and those of the stack that are not.
pub(super) async fn survey(ask: &Ask<'_>) -> Seen {
    let mut by_cluster: BTreeMap<&str, Vec<&Resource<Pending>>> = BTreeMap::new();
    for resource in &ask.resources {
        let cluster = resource.fields.get("cluster").and_then(Value::as_text);
        let cluster = cluster.unwrap_or_default();
        by_cluster.entry(cluster).or_default().push(resource);
    }
    for place in ask.parents.iter().filter(|_| ask.orphans) {
        by_cluster.entry(&place.name).or_default();
    }
    let reads = by_cluster
        .into_iter()
        .map(|(cluster, wanted)| in_cluster(ask, cluster, wanted));
    let mut seen = Seen::default();
    for part in join_all(reads).await {
        seen.sights.extend(part.sights);
        seen.orphans.extend(part.orphans);
        seen.unread = seen.unread.or(part.unread);
    }
    seen
}

async fn in_cluster(ask: &Ask<'_>, cluster: &str, wanted: Vec<&Resource<Pending>>) -> Seen {
    let mut seen = Seen::default();
    let names: Vec<String> = wanted.iter().filter_map(|one| one.name.clone()).collect();
    match describe(ask.aws, cluster, &names).await {
        Ok(found) => {
            for resource in wanted {
                let look = look(ask, resource, &found).await;
                seen.sights.insert(resource.id.clone(), look);
            }
        }
        Err(fault) => {
            for resource in wanted {
                seen.sights.insert(resource.id.clone(), unknown(&fault));
            }
        }
    }
    if ask.orphans {
        match others(ask, cluster, &names).await {
            Ok(orphans) => seen.orphans = orphans,
            Err(fault) => seen.unread = Some(fault.to_string()),
        }
    }
    seen
}

async fn look(ask: &Ask<'_>, resource: &Resource<Pending>, found: &[Wire]) -> Look {
    let named = |one: &&Wire| one.service_name() == resource.name.as_deref();
    let Some(found) = found.iter().find(named) else {
        return Look::Otherwise(Sight::Absent);
    };
    let want = Wanted::of(resource);
    let mut live = bounded(found, want.bounds);
    if want.image_external {
        let running = found.task_definition().unwrap_or_default();
        match newest(ask.aws, ask.context, None, family_of(running)).await {
            Ok(Newest::Ours(revision)) => follow(&mut live, Some(revision.arn())),
            Ok(_) => {}
            Err(fault) => return unknown(&fault),
        }
    }
    by_name(ask.context, resource, Ok(Some(live)))
}

/// What of a resource is known before references are, and counts in comparing.
struct Wanted {
    bounds: Option<(i64, i64)>,
    image_external: bool,
}

impl Wanted {
    fn of(resource: &Resource<Pending>) -> Self {
        let number = |name: &str| match resource.fields.get(name) {
            Some(Value::Int(number)) => Some(*number),
            _ => None,
        };
        Self {
            bounds: number("least").zip(number("most")),
            image_external: resource.fields.get("image_external") == Some(&Value::Bool(true)),
        }
    }
}

/// Where the image is somebody else's, a newer revision of the family counts as ours.
fn follow(live: &mut Live, ours: Option<&str>) {
    let running = live.fields.get("task_definition").and_then(Value::as_text);
    let (Some(running), Some(ours)) = (running, ours) else {
        return;
    };
    let newer = number_of(running) > number_of(ours);
    if newer && family_of(running) == family_of(ours) {
        live.fields
            .insert("task_definition".to_owned(), ours.into());
    }
}

async fn others(ask: &Ask<'_>, cluster: &str, asked: &[String]) -> Result<Vec<Live>, Fault> {
    let listed = pages(|token| async {
        let request = ecs(ask.aws)
            .list_services()
            .cluster(cluster)
            .max_results(100)
            .set_next_token(token);
        let answer = ask
            .aws
            .read("ecs:ListServices", || request.clone().send())
            .await?;
        Ok((answer.service_arns, answer.next_token))
    })
    .await;
    let listed = match listed {
        Err(fault) if fault.is_not_found() => return Ok(Vec::new()),
        listed => listed?,
    };
    let name = |arn: &String| arn.rsplit('/').next().unwrap_or_default().to_owned();
    let unasked: Vec<String> = listed
        .into_iter()
        .filter(|arn| !asked.contains(&name(arn)))
        .collect();
    let found = describe(ask.aws, cluster, &unasked).await?;
    let lives = found.iter().map(|one| live(one, None));
    Ok(lives
        .filter(|one| one.marks.stack.as_deref() == Some(ask.context.stack.as_str()))
        .collect())
}

/// A service as read. With what is wanted, its number counts against the bounds.
pub(super) fn live(wire: &Wire, want: Option<&Service>) -> Live {
    bounded(wire, want.map(|want| (want.least, want.most)))
}

fn bounded(wire: &Wire, bounds: Option<(i64, i64)>) -> Live {
    let all = tags(wire.tags());
    let fields = service(wire, bounds, &all);
    let known = |list: &[provision_aws::Field<String>]| -> Vec<String> {
        list.iter().filter_map(|one| one.get().cloned()).collect()
    };
    let groups = fields.balancers.iter();
    let groups: BTreeSet<String> = groups
        .filter_map(|one| one.target_group.get().cloned())
        .collect();
    let providers = fields.capacity.iter().flatten();
    let providers: Vec<String> = providers
        .filter_map(|one| one.provider.get().cloned())
        .collect();
    let arn = wire.service_arn().unwrap_or_default();
    let mut live = Live::new(arn, &all, &fields)
        .output("arn", arn)
        .maybe("name", wire.service_name())
        .status(status(wire))
        .needs(wire.cluster_arn())
        .needs(Some(name_in_needs(family_of(
            wire.task_definition().unwrap_or_default(),
        ))))
        .needs(known(&fields.subnets))
        .needs(known(&fields.security_groups))
        .needs(fields.namespace.iter().filter_map(|one| one.get().cloned()))
        .needs(groups)
        .needs(providers);
    live.names.push(scaled(arn));
    live.trouble = trouble(wire);
    if let Status::Degraded { reason } = &live.status {
        live.ailment = Some(super::service_health::ailment(reason.clone()));
    }
    live
}

/// What Application Auto Scaling calls a service: `service/CLUSTER/NAME`.
pub(super) fn scaled(arn: &str) -> String {
    super::call::parts(arn).join("/")
}

fn service(wire: &Wire, bounds: Option<(i64, i64)>, all: &provision_aws::Tags) -> Service {
    let count = i64::from(wire.desired_count);
    let (least, most) = bounds.unwrap_or((count, count));
    let vpc = wire.network_configuration();
    let vpc = vpc.and_then(|network| network.awsvpc_configuration());
    let rollout = Rollout::of(wire.deployment_configuration());
    let connect = primary(wire).and_then(|one| one.service_connect_configuration());
    let connect = connect.filter(|connect| connect.enabled);
    let arn = wire.service_arn().unwrap_or_default();
    let balancers = wire.load_balancers().iter();
    Service {
        cluster: cluster_of(arn).to_owned(),
        task_definition: wire.task_definition().unwrap_or_default().into(),
        image_external: false,
        least: least.min(count),
        most: most.max(count),
        count,
        capacity: Some(capacity(wire.capacity_provider_strategy())),
        subnets: vpc.map_or_else(Vec::new, |vpc| fields(vpc.subnets())),
        security_groups: vpc.map_or_else(Vec::new, |vpc| fields(vpc.security_groups())),
        balancers: balancers
            .map(|one| Balancer {
                target_group: one.target_group_arn().unwrap_or_default().into(),
                container: one.container_name().unwrap_or_default().to_owned(),
                port: one.container_port.unwrap_or_default(),
            })
            .collect(),
        grace: i64::from(wire.health_check_grace_period_seconds.unwrap_or_default()),
        minimum_percent: rollout.minimum,
        maximum_percent: rollout.maximum,
        circuit_breaker: rollout.breaker,
        rollback: rollout.rollback,
        exec: wire.enable_execute_command,
        propagate_tags: wire
            .propagate_tags()
            .map_or("NONE", |one| one.as_str())
            .to_owned(),
        namespace: connect
            .and_then(|connect| connect.namespace())
            .map(Into::into),
        connect: connect
            .map(|connect| connect.services().iter().filter_map(alias).collect())
            .unwrap_or_default(),
        tags: plain(all),
    }
}

/// How deployments go.
struct Rollout {
    minimum: i64,
    maximum: i64,
    breaker: bool,
    rollback: bool,
}

impl Rollout {
    fn of(wire: Option<&DeploymentConfiguration>) -> Self {
        let percent = |of: fn(&DeploymentConfiguration) -> Option<i32>, or: i64| {
            wire.and_then(of).map_or(or, i64::from)
        };
        let breaker = wire.and_then(|wire| wire.deployment_circuit_breaker());
        Self {
            minimum: percent(|wire| wire.minimum_healthy_percent, 100),
            maximum: percent(|wire| wire.maximum_percent, 200),
            breaker: breaker.is_some_and(|breaker| breaker.enable),
            rollback: breaker.is_some_and(|breaker| breaker.rollback),
        }
    }
}

/// Name and port under which others call a service.
fn alias(service: &aws_sdk_ecs::types::ServiceConnectService) -> Option<(String, i64)> {
    let alias = service.client_aliases().first()?;
    let name = alias.dns_name().or(service.discovery_name());
    let name = name.unwrap_or(service.port_name());
    Some((name.to_owned(), i64::from(alias.port)))
}

/// The deployment that counts.
pub(super) fn primary(wire: &Wire) -> Option<&Deployment> {
    let mut all = wire.deployments().iter();
    all.find(|one| one.status() == Some("PRIMARY"))
}

/// Whether a service can be used. One whose deployment failed is there and does badly: it is not made anew for that.
fn status(wire: &Wire) -> Status {
    let phase = wire.status().unwrap_or_default();
    if phase == "DRAINING" {
        return deleting(phase);
    }
    let Some(primary) = primary(wire) else {
        return Status::Ready;
    };
    match primary.rollout_state() {
        Some(DeploymentRolloutState::Failed) => Status::Degraded {
            reason: format!(
                "{} (deployment {})",
                primary
                    .rollout_state_reason()
                    .unwrap_or("the deployment failed"),
                primary.id().unwrap_or_default()
            ),
        },
        Some(DeploymentRolloutState::InProgress) => changing(&running(primary)),
        _ => Status::Ready,
    }
}

/// How far a deployment is, in words.
pub(super) fn running(deployment: &Deployment) -> String {
    let (running, wanted) = (deployment.running_count, deployment.desired_count);
    format!("rolling out, {running} of {wanted} running")
}

/// What the cloud says stands in the way while it still tries: tasks that failed, tasks that find no place.
pub(super) fn trouble(wire: &Wire) -> Option<String> {
    let failed = primary(wire).map_or(0, |one| one.failed_tasks);
    let event = wire.events().first().and_then(|event| event.message());
    let event = event.filter(|message| message.contains("unable to") || message.contains("failed"));
    match (failed, event) {
        (0, None) => None,
        (0, Some(event)) => Some(event.to_owned()),
        (failed, Some(event)) => Some(format!("{failed} tasks failed: {event}")),
        (failed, None) => Some(format!("{failed} tasks failed")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ARN: &str = "arn:aws:ecs:eu-west-1:1:service/shop-prod/web";

    fn wire(count: i32, rollout: DeploymentRolloutState) -> Wire {
        let deployment = Deployment::builder()
            .id("ecs-svc/1")
            .status("PRIMARY")
            .rollout_state(rollout)
            .build();
        Wire::builder()
            .service_arn(ARN)
            .service_name("web")
            .status("ACTIVE")
            .desired_count(count)
            .task_definition("arn:aws:ecs:eu-west-1:1:task-definition/shop-web:7")
            .deployments(deployment)
            .build()
    }

    #[test]
    fn a_number_within_the_bounds_is_no_difference() {
        let bounds = |count| {
            let live = bounded(
                &wire(count, DeploymentRolloutState::Completed),
                Some((2, 6)),
            );
            (
                live.fields["least"].to_json(),
                live.fields["most"].to_json(),
                live.fields["count"].to_json(),
            )
        };
        assert_eq!(bounds(4), (2.into(), 6.into(), 4.into()));
        assert_eq!(bounds(1), (1.into(), 6.into(), 1.into()));
        assert_eq!(bounds(9), (2.into(), 9.into(), 9.into()));
    }

    #[test]
    fn a_failed_deployment_does_badly_and_is_not_made_anew() {
        let live = bounded(&wire(2, DeploymentRolloutState::Failed), None);
        assert!(matches!(live.status, Status::Degraded { .. }));
        assert!(!live.ailment.unwrap().passes);
        let live = bounded(&wire(2, DeploymentRolloutState::InProgress), None);
        assert!(matches!(live.status, Status::Changing { .. }));
    }

    #[test]
    fn a_pipelines_newer_revision_counts_as_ours() {
        let family = "arn:aws:ecs:eu-west-1:1:task-definition/shop-web";
        let after = |ours: &str| {
            let mut live = bounded(&wire(2, DeploymentRolloutState::Completed), None);
            follow(&mut live, Some(ours));
            live.fields["task_definition"].as_text().unwrap().to_owned()
        };
        assert_eq!(after(&format!("{family}:5")), format!("{family}:5"));
        assert_eq!(after(&format!("{family}:8")), format!("{family}:7"));
        assert_eq!(
            after("arn:aws:ecs:eu-west-1:1:task-definition/other:5"),
            format!("{family}:7")
        );
    }
}
