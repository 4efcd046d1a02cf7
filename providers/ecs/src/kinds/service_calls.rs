//! Calls that make and change services.

use aws_sdk_ecs::operation::update_service::builders::UpdateServiceFluentBuilder;
use aws_sdk_ecs::types::{
    CapacityProviderStrategyItem, DeploymentCircuitBreaker, DeploymentConfiguration, LoadBalancer,
    PropagateTags, Service as Wire, ServiceConnectClientAlias, ServiceConnectConfiguration,
    ServiceConnectService,
};
use provision_aws::kind::{Cx, Next, Stop, text};
use provision_aws::{from_fields, internal};
use provision_core::contract::Failure;
use provision_core::model::Observed;

use super::call::{cluster_of, ecs, network, stop, strategy, tag_list};
use super::service::Service;
use super::service_live::primary;
use super::service_reads::wire;
use super::service_rollout::rolls;

/// Makes a service.
pub(super) async fn create(cx: &Cx<'_>, want: &Service) -> Result<Next, Stop> {
    let name = cx.name()?;
    let request = ecs(cx.aws)
        .create_service()
        .cluster(&want.cluster)
        .service_name(name)
        .client_token(cx.token)
        .task_definition(want.task_definition.known("task_definition")?)
        .desired_count(number(want.count))
        .set_capacity_provider_strategy(strategy_of(want)?)
        .network_configuration(network(&want.subnets, &want.security_groups)?)
        .set_load_balancers(Some(balancers(want)?))
        .set_health_check_grace_period_seconds(grace(want))
        .deployment_configuration(deployment(want)?)
        .enable_execute_command(want.exec)
        .propagate_tags(PropagateTags::from(want.propagate_tags.as_str()))
        .set_service_connect_configuration(connect(want)?)
        .set_tags(Some(tag_list(&cx.marked(&want.tags))));
    let answer = cx
        .aws
        .write_once("ecs:CreateService", || request.clone().send())
        .await
        .map_err(|fault| match fault.is_already() {
            true => Stop::Fault(fault.about(name)),
            false => stop(fault.about(name)),
        })?;
    match answer.service {
        Some(service) => Ok(rolls(&service, None)),
        None => Err(Stop::Later("the new service is not visible yet".to_owned())),
    }
}

/// Brings about what differs, in one call, and follows the deployment that comes of it. One that is under way already is
/// replaced: the change may be what it lacks.
pub(super) async fn change(
    cx: &Cx<'_>,
    want: &Service,
    live: &Observed,
) -> Result<Option<Next>, Stop> {
    let now: Service = from_fields(&live.fields)?;
    let differs = Differs::between(cx, want, &now);
    if !differs.anything() {
        return Ok(None);
    }
    let before = wire(cx.aws, &live.physical).await?;
    let before = before.as_ref().and_then(primary);
    let before = before.and_then(|one| one.id().map(str::to_owned));
    let updated = update(cx, want, live, &differs).await?;
    Ok(Some(rolls(&updated, before.as_deref())))
}

/// Which of a service's words are to be changed.
struct Differs {
    revision: bool,
    number: Option<i64>,
    capacity: bool,
    network: bool,
    balancers: bool,
    grace: bool,
    deployment: bool,
    exec: bool,
    propagate: bool,
    connect: bool,
}

impl Differs {
    fn between(cx: &Cx<'_>, want: &Service, now: &Service) -> Self {
        let wants = |names: &[&str]| names.iter().any(|name| cx.wants(name));
        let rollout = |of: &Service| {
            (
                of.minimum_percent,
                of.maximum_percent,
                of.circuit_breaker,
                of.rollback,
            )
        };
        let bounds = wants(&["least", "most"]);
        Self {
            revision: wants(&["task_definition"]) && want.task_definition != now.task_definition,
            number: within(want, now.count).filter(|_| bounds),
            capacity: wants(&["capacity"])
                && want.capacity.is_some()
                && !same_set(want.capacity.as_deref(), now.capacity.as_deref()),
            network: wants(&["subnets", "security_groups"])
                && !(same_set(Some(&want.subnets), Some(&now.subnets))
                    && same_set(Some(&want.security_groups), Some(&now.security_groups))),
            balancers: wants(&["balancers"])
                && !same_set(Some(&want.balancers), Some(&now.balancers)),
            grace: wants(&["grace"]) && want.grace != now.grace,
            deployment: wants(&[
                "minimum_percent",
                "maximum_percent",
                "circuit_breaker",
                "rollback",
            ]) && rollout(want) != rollout(now),
            exec: wants(&["exec"]) && want.exec != now.exec,
            propagate: wants(&["propagate_tags"]) && want.propagate_tags != now.propagate_tags,
            connect: wants(&["namespace", "connect"])
                && (&want.namespace, &want.connect) != (&now.namespace, &now.connect),
        }
    }

    fn anything(&self) -> bool {
        self.revision
            || self.number.is_some()
            || self.capacity
            || self.network
            || self.balancers
            || self.grace
            || self.deployment
            || self.exec
            || self.propagate
            || self.connect
    }
}

/// The bound that a live number is beyond.
fn within(want: &Service, count: i64) -> Option<i64> {
    let bound = count.clamp(want.least, want.most.max(want.least));
    (bound != count).then_some(bound)
}

fn same_set<T: PartialEq>(one: Option<&[T]>, other: Option<&[T]>) -> bool {
    let (one, other) = (one.unwrap_or_default(), other.unwrap_or_default());
    one.len() == other.len() && one.iter().all(|item| other.contains(item))
}

async fn update(
    cx: &Cx<'_>,
    want: &Service,
    live: &Observed,
    differs: &Differs,
) -> Result<Wire, Stop> {
    let mut request = ecs(cx.aws)
        .update_service()
        .cluster(cluster_of(&live.physical))
        .service(&live.physical)
        .set_desired_count(differs.number.map(number));
    if differs.revision {
        request = request.task_definition(want.task_definition.known("task_definition")?);
    }
    if text(live, "task_definition") == Some("") {
        // Its deployment failed. The same revision is deployed again only when that is asked for.
        request = request.force_new_deployment(true);
    }
    if differs.capacity {
        // ECS moves running tasks to other capacity with a new deployment alone.
        request = request
            .set_capacity_provider_strategy(strategy_of(want)?)
            .force_new_deployment(true);
    }
    if differs.network {
        request = request.network_configuration(network(&want.subnets, &want.security_groups)?);
    }
    if differs.balancers {
        request = request.set_load_balancers(Some(balancers(want)?));
    }
    let request = beside(request, want, differs)?;
    let answer = cx
        .aws
        .write("ecs:UpdateService", || request.clone().send())
        .await
        .map_err(|fault| stop(fault.about(&live.physical)))?;
    let gone = || Stop::Later("the service is not visible yet".to_owned());
    answer.service.ok_or_else(gone)
}

/// What is changed without new tasks, and the names under which others call it.
fn beside(
    mut request: UpdateServiceFluentBuilder,
    want: &Service,
    differs: &Differs,
) -> Result<UpdateServiceFluentBuilder, Failure> {
    if differs.grace && !want.balancers.is_empty() {
        request = request.health_check_grace_period_seconds(number(want.grace));
    }
    if differs.deployment {
        request = request.deployment_configuration(deployment(want)?);
    }
    if differs.exec {
        request = request.enable_execute_command(want.exec);
    }
    if differs.propagate {
        request = request.propagate_tags(PropagateTags::from(want.propagate_tags.as_str()));
    }
    if differs.connect {
        let off = ServiceConnectConfiguration::builder()
            .enabled(false)
            .build();
        request = request.service_connect_configuration(connect(want)?.unwrap_or(off));
    }
    Ok(request)
}

fn number(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// ECS refuses a grace period where no balancer asks.
fn grace(want: &Service) -> Option<i32> {
    (!want.balancers.is_empty()).then(|| number(want.grace))
}

fn strategy_of(want: &Service) -> Result<Option<Vec<CapacityProviderStrategyItem>>, Failure> {
    want.capacity.as_deref().map(strategy).transpose()
}

fn balancers(want: &Service) -> Result<Vec<LoadBalancer>, Failure> {
    let one = |one: &super::service::Balancer| {
        Ok(LoadBalancer::builder()
            .target_group_arn(one.target_group.known("balancers")?)
            .container_name(&one.container)
            .container_port(one.port)
            .build())
    };
    want.balancers.iter().map(one).collect()
}

fn deployment(want: &Service) -> Result<DeploymentConfiguration, Failure> {
    let breaker = DeploymentCircuitBreaker::builder()
        .enable(want.circuit_breaker)
        .rollback(want.rollback)
        .build();
    Ok(DeploymentConfiguration::builder()
        .minimum_healthy_percent(number(want.minimum_percent))
        .maximum_percent(number(want.maximum_percent))
        .deployment_circuit_breaker(breaker)
        .build())
}

/// Names in the namespace. A service without a name of its own calls others all the same.
fn connect(want: &Service) -> Result<Option<ServiceConnectConfiguration>, Failure> {
    let Some(namespace) = &want.namespace else {
        return Ok(None);
    };
    let wrong = |error: aws_sdk_ecs::error::BuildError| internal(error.to_string());
    let mut services = Vec::new();
    for (name, port) in &want.connect {
        let alias = ServiceConnectClientAlias::builder()
            .dns_name(name)
            .port(number(*port))
            .build()
            .map_err(wrong)?;
        let service = ServiceConnectService::builder()
            .port_name(PORT_NAME)
            .discovery_name(name)
            .client_aliases(alias)
            .build()
            .map_err(wrong)?;
        services.push(service);
    }
    let connect = ServiceConnectConfiguration::builder()
        .enabled(true)
        .namespace(namespace.known("namespace")?)
        .set_services(Some(services))
        .build();
    Ok(Some(connect))
}

/// What the port of a workload is called in its task definition.
pub(crate) const PORT_NAME: &str = "main";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_to_the_bound_they_are_beyond() {
        let want = Service {
            least: 2,
            most: 6,
            ..Service::default()
        };
        assert_eq!(within(&want, 1), Some(2));
        assert_eq!(within(&want, 9), Some(6));
        assert_eq!(within(&want, 4), None);
    }
}
