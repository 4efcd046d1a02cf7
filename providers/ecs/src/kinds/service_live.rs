//! A service as ECS has it, as what is compared with what is wanted.

use std::collections::BTreeSet;

use aws_sdk_ecs::types::{
    Deployment, DeploymentConfiguration, DeploymentRolloutState, LoadBalancer, Service as Wire,
    ServiceConnectService,
};
use provision_aws::kind::{Live, changing, deleting};
use provision_aws::{Field, Tags, plain};
use provision_core::model::Status;

use super::call::{capacity, cluster_of, fields, parts, tags};
use super::service::{Balancer, Service};
use super::service_health::ailment;
use super::task_definition_reads::{family_of, name_in_needs};

/// A service as read. With what is wanted, its number counts against the bounds.
pub(super) fn live(wire: &Wire, want: Option<&Service>) -> Live {
    bounded(wire, want.map(|want| (want.least, want.most)))
}

/// The same, with the bounds that are wanted.
pub(super) fn bounded(wire: &Wire, bounds: Option<(i64, i64)>) -> Live {
    let all = tags(wire.tags());
    let fields = service(wire, bounds, &all);
    let known = |list: &[Field<String>]| -> Vec<String> {
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
    let tasks = format!("{} of {} running", wire.running_count, wire.desired_count);
    let mut live = Live::new(arn, &all, &fields)
        .output("arn", arn)
        .output("tasks", tasks.as_str())
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
    live.names.push(scaled(&parts(arn).join("/")));
    live.trouble = trouble(wire);
    if let Status::Degraded { reason } = &live.status {
        live.ailment = Some(ailment(reason.clone()));
    }
    live
}

/// The name under which the scaling of a service tells that it needs it: `service/CLUSTER/NAME` is its own handle.
pub(super) fn scaled(resource: &str) -> String {
    format!("scaled/{resource}")
}

fn service(wire: &Wire, bounds: Option<(i64, i64)>, all: &Tags) -> Service {
    let count = i64::from(wire.desired_count);
    let (least, most) = bounds.unwrap_or((count, count));
    let vpc = wire.network_configuration();
    let vpc = vpc.and_then(|network| network.awsvpc_configuration());
    let rollout = Rollout::of(wire.deployment_configuration());
    let connect = primary(wire).and_then(|one| one.service_connect_configuration());
    let connect = connect.filter(|connect| connect.enabled);
    let arn = wire.service_arn().unwrap_or_default();
    Service {
        cluster: cluster_of(arn).to_owned(),
        task_definition: runs(wire).unwrap_or_default().into(),
        image_external: false,
        least: least.min(count),
        most: most.max(count),
        count,
        capacity: Some(capacity(wire.capacity_provider_strategy())),
        subnets: vpc.map_or_else(Vec::new, |vpc| fields(vpc.subnets())),
        security_groups: vpc.map_or_else(Vec::new, |vpc| fields(vpc.security_groups())),
        balancers: wire.load_balancers().iter().map(balancer).collect(),
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

fn balancer(wire: &LoadBalancer) -> Balancer {
    Balancer {
        target_group: wire.target_group_arn().unwrap_or_default().into(),
        container: wire.container_name().unwrap_or_default().to_owned(),
        port: wire.container_port.unwrap_or_default(),
    }
}

/// The revision that runs. One whose deployment failed does not: so the next apply deploys it again.
fn runs(wire: &Wire) -> Option<&str> {
    let failed = primary(wire).and_then(Deployment::rollout_state);
    let failed = failed == Some(&DeploymentRolloutState::Failed);
    wire.task_definition().filter(|_| !failed)
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
fn alias(service: &ServiceConnectService) -> Option<(String, i64)> {
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
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ARN: &str = "arn:aws:ecs:eu-west-1:1:service/shop-prod/web";

    pub(in super::super) fn wire(count: i32, rollout: DeploymentRolloutState) -> Wire {
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
        assert_eq!(live.fields["task_definition"].as_text(), Some(""));
        let live = bounded(&wire(2, DeploymentRolloutState::InProgress), None);
        assert!(matches!(live.status, Status::Changing { .. }));
    }
}
