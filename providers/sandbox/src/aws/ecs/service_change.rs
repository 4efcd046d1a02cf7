//! Services: change, delete.

use serde_json::{Value, json};

use super::capacity::Capacity;
use super::cluster::{Cluster, any, working};
use super::common::{between, given, invalid, items, named, required, text, truth};
use super::deployment::Deployment;
use super::service::{Spec, key};
use super::service_create::{
    check_registries, connect, deployment_configuration, grace, placement,
};
use super::shape::check as shape;
use super::task_definition::{find, to_run};
use super::{Service, Task, TaskDefinition, network, requests, strategy, targets};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

/// The visible service of a call.
pub(super) fn service(call: &Call<'_>, cluster: &Cluster) -> Result<Service, ApiError> {
    let asked = required(&call.json, "service")?;
    let name = named(&call.place, "service", &asked)?;
    let name = name.rsplit('/').next().unwrap_or(name);
    let found = call
        .tx
        .see::<Service>(&call.place, &key(&cluster.name, name));
    found.ok_or_else(|| ApiError::bad("ServiceNotFoundException", "Service not found."))
}

fn told(call: &Call<'_>, service: &Service) -> Outcome {
    let tasks = call.tx.with_key::<Task>(&call.place, &service.name);
    let words = service.words(&call.place, &tasks, true);
    Ok(Body::Json(json!({ "service": words })))
}

/// UpdateService: what tasks are like makes a new deployment, the rest holds at once.
pub(super) fn update(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::UPDATE_SERVICE)?;
    let cluster = working(call)?;
    let mut service = service(call, &cluster)?;
    if !service.is("ACTIVE") {
        return Err(ApiError::bad(
            "ServiceNotActiveException",
            "Service was not ACTIVE.",
        ));
    }
    let Some(old) = service.spec().cloned() else {
        return Err(ApiError::bad(
            "ServiceNotFoundException",
            "Service not found.",
        ));
    };
    let new = spec(call, &cluster, &old)?;
    change_told(call, &mut service, &new)?;
    if let Some(desired) = between(&call.json, "desiredCount", 0, 5000)? {
        service.steady = service.steady && service.desired == desired;
        service.desired = desired;
    }
    let now = call.now();
    let forced = truth(&call.json, "forceNewDeployment").unwrap_or_default();
    let failed = service
        .deployments
        .first()
        .is_some_and(|one| one.is("FAILED"));
    let again = failed && given(&call.json, "taskDefinition").is_some();
    if new != old || forced || again {
        for deployment in &mut service.deployments {
            deployment.old = true;
        }
        let deployment = Deployment::new(&mut call.tx, new, now);
        service.deployments.insert(0, deployment);
        service.failures = 0;
        service.steady = false;
    }
    service.next = Some(now);
    call.tx.put(&call.place, &service);
    told(call, &service)
}

/// What is to be deployed: the old, but for what the call says.
fn spec(call: &Call<'_>, cluster: &Cluster, old: &Spec) -> Result<Spec, ApiError> {
    let json = &call.json;
    let definition = match text(json, "taskDefinition") {
        Some(asked) => to_run(call, asked)?,
        None => find(call, &old.definition)?.ok_or_else(|| invalid("TaskDefinition not found."))?,
    };
    let capacity = capacity(json, cluster, old)?;
    capacity.check(&definition)?;
    let forced = truth(json, "forceNewDeployment").unwrap_or_default();
    let moved = capacity.strategy != old.capacity.strategy;
    if (moved || capacity.launch_type != old.capacity.launch_type) && !forced {
        return Err(invalid(
            "When switching from launch type to capacity provider strategy on an existing service, or making a change \
             to a capacity provider strategy on a service that is already using one, you must force a new deployment.",
        ));
    }
    let network = match given(json, "networkConfiguration") {
        Some(_) => network::read(call, json, &definition, capacity.is_fargate())?,
        None => kept(old, &definition)?,
    };
    let list = |member: &str, old: &[Value]| match given(json, member) {
        Some(_) => items(json, member).to_vec(),
        None => old.to_vec(),
    };
    let balancers = list("loadBalancers", &old.balancers);
    targets::check(call, &balancers, &definition)?;
    let registries = list("serviceRegistries", &old.registries);
    check_registries(&registries)?;
    let asked = given(json, "serviceConnectConfiguration").or_else(|| old.connect.clone());
    let connect = connect(call, asked, cluster, &definition)?;
    Ok(Spec {
        definition: definition.name(),
        capacity,
        network,
        balancers,
        registries,
        connect,
    })
}

/// The old network, which must fit the mode of the definition.
fn kept(old: &Spec, definition: &TaskDefinition) -> Result<Option<network::Network>, ApiError> {
    match (definition.network_mode() == "awsvpc", &old.network) {
        (true, None) => Err(invalid(
            "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
        )),
        (true, network) => Ok(network.clone()),
        (false, _) => Ok(None),
    }
}

/// An empty strategy gives the launch type back.
fn capacity(json: &Value, cluster: &Cluster, old: &Spec) -> Result<Capacity, ApiError> {
    let mut capacity = old.capacity.clone();
    if given(json, "capacityProviderStrategy").is_some() {
        let new = strategy::read(json, "capacityProviderStrategy", &cluster.providers)?;
        capacity.launch_type = match new.is_empty() {
            true => Some(old.capacity.runs_on().to_owned()),
            false => None,
        };
        capacity.strategy = new;
        let moved = capacity.runs_on() != old.capacity.runs_on();
        if moved && capacity.is_fargate() != old.capacity.is_fargate() {
            capacity.platform = None;
        }
    }
    if let Some(version) = text(json, "platformVersion") {
        capacity.platform = Some(version.to_owned());
    }
    Ok(capacity)
}

fn change_told(call: &Call<'_>, service: &mut Service, spec: &Spec) -> Result<(), ApiError> {
    let json = &call.json;
    let told = &mut service.told;
    if let Some(asked) = given(json, "deploymentConfiguration") {
        let old = told["deploymentConfiguration"].clone();
        told["deploymentConfiguration"] = deployment_configuration(&asked, Some(&old))?;
    }
    for member in ["placementConstraints", "placementStrategy"] {
        if given(json, member).is_some() {
            told[member] = placement(json, member, spec)?;
        }
    }
    for member in [
        "enableECSManagedTags",
        "propagateTags",
        "enableExecuteCommand",
        "availabilityZoneRebalancing",
    ] {
        if let Some(value) = given(json, member) {
            told[member] = value;
        }
    }
    if let Some(seconds) = grace(json, spec)? {
        told["healthCheckGracePeriodSeconds"] = seconds.into();
    }
    Ok(())
}

/// DeleteService: what it still runs is drained first.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::DELETE_SERVICE)?;
    let cluster = any(call)?;
    let mut service = service(call, &cluster)?;
    let force = truth(&call.json, "force").unwrap_or_default();
    match service.status.as_str() {
        "INACTIVE" => {
            return Err(ApiError::bad(
                "ServiceNotFoundException",
                "Service not found.",
            ));
        }
        "ACTIVE" if service.desired > 0 && !force => {
            return Err(invalid(
                "The service cannot be stopped while it is scaled above 0.",
            ));
        }
        "ACTIVE" => {
            service.status = "DRAINING".to_owned();
            service.desired = 0;
            service.next = Some(call.now());
            call.tx.put(&call.place, &service);
        }
        _ => {}
    }
    told(call, &service)
}
