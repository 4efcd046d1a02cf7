//! Calls that make and change services, and how their deployments come along.

use aws_sdk_ecs::types::{
    Deployment, DeploymentCircuitBreaker, DeploymentConfiguration, DeploymentRolloutState,
    LoadBalancer, PropagateTags, Service as Wire, ServiceConnectClientAlias,
    ServiceConnectConfiguration, ServiceConnectService,
};
use provision_aws::kind::{Cx, Next, Progress, Stop, text};
use provision_aws::{Fault, from_fields, internal};
use provision_core::contract::Failure;
use provision_core::model::{Observed, Status};

use super::call::{cluster_of, ecs, network, stop, strategy, tag_list};
use super::service::Service;
use super::service_health::{self, why};
use super::service_reads::{primary, running, trouble, wire};

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

/// Brings about what differs, in one call, and follows the deployment that comes of it.
pub(super) async fn change(
    cx: &Cx<'_>,
    want: &Service,
    live: &Observed,
) -> Result<Option<Next>, Stop> {
    if let Status::Changing { phase } = &live.status {
        // What an earlier run began comes to rest first; a change of ours would only replace it.
        let same = text(live, "task_definition") == want.task_definition.get().map(String::as_str);
        if same {
            return Ok(Some(Next::Waits {
                phase: phase.clone(),
                physical: live.physical.clone(),
            }));
        }
    }
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
    let answer = cx
        .aws
        .write("ecs:UpdateService", || request.clone().send())
        .await
        .map_err(|fault| stop(fault.about(&live.physical)))?;
    let gone = || Stop::Later("the service is not visible yet".to_owned());
    answer.service.ok_or_else(gone)
}

/// Follows the deployment of a service by its id; beside it the one before is named, to tell a late read from a rollback.
fn rolls(service: &Wire, before: Option<&str>) -> Next {
    let physical = service.service_arn().unwrap_or_default().to_owned();
    let primary = primary(service);
    let phase = primary.map_or_else(|| "ACTIVE".to_owned(), running);
    match primary.and_then(Deployment::id) {
        Some(id) => Next::Updates {
            phase,
            physical,
            update: format!("{id} {}", before.unwrap_or_default()),
        },
        None => Next::Waits { phase, physical },
    }
}

/// How a deployment comes along. One that is not the service's any more was rolled back, or replaced by somebody.
pub(super) async fn progress(cx: &Cx<'_>, physical: &str, update: &str) -> Result<Progress, Fault> {
    let (id, before) = update.split_once(' ').unwrap_or((update, ""));
    let Some(service) = wire(cx.aws, physical).await? else {
        return Ok(works("not visible yet", None));
    };
    let mut all = service.deployments().iter();
    let own = all.find(|one| one.id() == Some(id));
    let stands = stands(&service, own, before);
    match stands {
        Stands::Through => Ok(Progress::Through),
        Stands::Works(phase) => Ok(works(&phase, trouble(&service))),
        Stands::Failed => {
            let reason = reason(&service, own);
            let message = why(cx.aws, &service, own, reason).await;
            Ok(Progress::Failed(service_health::ailment(message)))
        }
    }
}

fn works(phase: &str, trouble: Option<String>) -> Progress {
    Progress::Works {
        phase: phase.to_owned(),
        trouble,
    }
}

/// What has become of a deployment.
#[derive(Debug, PartialEq, Eq)]
enum Stands {
    Through,
    Works(String),
    Failed,
}

fn stands(service: &Wire, own: Option<&Deployment>, before: &str) -> Stands {
    let is_primary = |one: &Deployment| one.status() == Some("PRIMARY");
    match own {
        Some(own) if own.rollout_state() == Some(&DeploymentRolloutState::Failed) => Stands::Failed,
        Some(own) if is_primary(own) => match own.rollout_state() {
            Some(DeploymentRolloutState::InProgress) => Stands::Works(running(own)),
            _ => Stands::Through,
        },
        // Another one has taken its place.
        Some(_) => Stands::Failed,
        None => match primary(service).and_then(Deployment::id) {
            Some(id) if id != before => Stands::Failed,
            _ => Stands::Works("becoming visible".to_owned()),
        },
    }
}

/// The cloud's reason for the end of a deployment.
fn reason(service: &Wire, own: Option<&Deployment>) -> String {
    let told = own.and_then(Deployment::rollout_state_reason);
    let now = primary(service).and_then(Deployment::rollout_state_reason);
    let told = told.or(now).filter(|told| !told.is_empty());
    told.unwrap_or("the deployment was replaced before it came to rest")
        .to_owned()
}

fn number(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// ECS refuses a grace period where no balancer asks.
fn grace(want: &Service) -> Option<i32> {
    (!want.balancers.is_empty()).then(|| number(want.grace))
}

fn strategy_of(
    want: &Service,
) -> Result<Option<Vec<aws_sdk_ecs::types::CapacityProviderStrategyItem>>, Failure> {
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

    fn deployment(id: &str, status: &str, state: DeploymentRolloutState) -> Deployment {
        Deployment::builder()
            .id(id)
            .status(status)
            .rollout_state(state)
            .build()
    }

    fn stand(deployments: Vec<Deployment>) -> Stands {
        let service = Wire::builder().set_deployments(Some(deployments)).build();
        let own = service
            .deployments()
            .iter()
            .find(|one| one.id() == Some("new"));
        stands(&service, own, "old")
    }

    #[test]
    fn a_steady_service_may_be_a_rolled_back_one() {
        use DeploymentRolloutState::{Completed, Failed, InProgress};
        let through = stand(vec![deployment("new", "PRIMARY", Completed)]);
        assert_eq!(through, Stands::Through);
        let works = stand(vec![
            deployment("new", "PRIMARY", InProgress),
            deployment("old", "ACTIVE", Completed),
        ]);
        assert!(matches!(works, Stands::Works(_)));
        let failed = stand(vec![
            deployment("back", "PRIMARY", InProgress),
            deployment("new", "ACTIVE", Failed),
        ]);
        assert_eq!(failed, Stands::Failed);
        let back = stand(vec![deployment("back", "PRIMARY", Completed)]);
        assert_eq!(back, Stands::Failed);
        let late = stand(vec![deployment("old", "PRIMARY", Completed)]);
        assert!(matches!(late, Stands::Works(_)));
    }

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
