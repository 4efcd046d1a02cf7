//! Making of services.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::capacity::Capacity;
use super::cluster::{Cluster, working};
use super::common::{between, blank, given, invalid, is_name, items, required, text, truth, whole};
use super::deployment::Deployment;
use super::service::{Spec, key};
use super::shape::check as shape;
use super::task_definition::to_run;
use super::{Service, Task, TaskDefinition, namespace, network, requests, role, tags, targets};
use crate::aws::{Call, Outcome};
use crate::store::hex;
use crate::wire::{ApiError, Body};

/// The most tasks of one service.
const MOST_TASKS: i64 = 5000;

/// CreateService.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::CREATE_SERVICE)?;
    let cluster = working(call)?;
    let name = required(&call.json, "serviceName")?;
    if !is_name(&name) {
        return Err(invalid("Invalid service name."));
    }
    let token = token(call)?;
    if let Some(old) = repeated(call, &cluster, &name, token.as_ref())? {
        let tasks = call.tx.with_key::<Task>(&call.place, &name);
        let words = old.words(&call.place, &tasks, true);
        return Ok(Body::Json(json!({ "service": words })));
    }
    let Some(desired) = between(&call.json, "desiredCount", 0, MOST_TASKS)? else {
        return Err(blank("desiredCount"));
    };
    let asked = text(&call.json, "taskDefinition").ok_or_else(|| blank("taskDefinition"))?;
    let definition = to_run(call, asked)?;
    let spec = spec(call, &cluster, &definition)?;
    let told = told(&call.json, &spec)?;
    let tags = tags::read(&call.json)?;
    let all = call.tx.list::<Service>(&call.place).into_iter();
    let live = all.filter(|one| one.cluster == cluster.name && !one.is("INACTIVE"));
    if live.count() as u64 >= call.tx.config().quota("ecs:services-per-cluster") {
        return Err(invalid(
            "You've reached the maximum number of services for the cluster.",
        ));
    }
    let role = role::usable(call)?;
    let now = call.now();
    let deployment = Deployment::new(&mut call.tx, spec, now);
    let service = Service {
        cluster: cluster.name,
        name,
        status: "ACTIVE".to_owned(),
        desired,
        deployments: vec![deployment],
        good: None,
        events: Vec::new(),
        told,
        next: Some(now),
        failures: 0,
        whole: None,
        steady: false,
        token,
        role,
        created_by: call.caller.clone(),
        tags,
        created: now,
    };
    call.tx.put(&call.place, &service);
    let words = service.words(&call.place, &[], true);
    Ok(Body::Json(json!({ "service": words })))
}

/// The token of a call, and a digest of what else it says.
fn token(call: &Call<'_>) -> Result<Option<(String, String)>, ApiError> {
    let Some(token) = text(&call.json, "clientToken") else {
        return Ok(None);
    };
    let legal = |byte: u8| (33..=126).contains(&byte);
    if token.len() > 36 || !token.bytes().all(legal) {
        return Err(invalid(
            "clientToken must have up to 36 ASCII characters in the range of 33-126.",
        ));
    }
    let mut rest = call.json.clone();
    if let Some(members) = rest.as_object_mut() {
        members.remove("clientToken");
    }
    let digest = hex(&Sha256::digest(rest.to_string()));
    Ok(Some((token.to_owned(), digest)))
}

/// The service that the very same call has made; a refusal when the name or the token is taken otherwise.
fn repeated(
    call: &Call<'_>,
    cluster: &Cluster,
    name: &str,
    token: Option<&(String, String)>,
) -> Result<Option<Service>, ApiError> {
    let clash = || invalid("Creation of service was not idempotent.");
    if let Some(old) = call
        .tx
        .get::<Service>(&call.place, &key(&cluster.name, name))
    {
        match old.status.as_str() {
            "DRAINING" => {
                return Err(invalid("Unable to Start a service that is still Draining."));
            }
            "ACTIVE" if token.is_some() && old.token.as_ref() == token => return Ok(Some(old)),
            "ACTIVE" => return Err(clash()),
            _ => {}
        }
    }
    let taken = |one: &Service| {
        let own = one.token.as_ref().map(|(token, _)| token);
        !one.is("INACTIVE")
            && one.cluster == cluster.name
            && own.is_some()
            && own == token.map(|(token, _)| token)
    };
    match call.tx.list::<Service>(&call.place).iter().any(taken) {
        true => Err(clash()),
        false => Ok(None),
    }
}

fn spec(call: &Call<'_>, cluster: &Cluster, definition: &TaskDefinition) -> Result<Spec, ApiError> {
    let json = &call.json;
    if text(json, "role").is_some_and(|role| !role.is_empty()) {
        return Err(invalid(
            "You cannot specify an IAM role for services that require a service linked role.",
        ));
    }
    let capacity = Capacity::read(json, cluster, definition)?;
    let network = network::read(call, json, definition, capacity.is_fargate())?;
    let balancers = items(json, "loadBalancers").to_vec();
    targets::check(call, &balancers, definition)?;
    let registries = items(json, "serviceRegistries").to_vec();
    check_registries(&registries)?;
    let connect = connect(
        call,
        given(json, "serviceConnectConfiguration"),
        cluster,
        definition,
    )?;
    Ok(Spec {
        definition: definition.name(),
        capacity,
        network,
        balancers,
        registries,
        connect,
    })
}

/// Refuses registries that a service cannot have.
pub(super) fn check_registries(registries: &[Value]) -> Result<(), ApiError> {
    if registries.len() > 1 {
        return Err(invalid("service registries can have at most 1 items."));
    }
    let good =
        |arn: &str| arn.starts_with("arn:aws:servicediscovery:") && arn.contains(":service/srv-");
    match registries
        .iter()
        .find(|one| !text(one, "registryArn").is_some_and(good))
    {
        Some(one) => Err(invalid(format!(
            "Invalid registry ARN: {}",
            text(one, "registryArn").unwrap_or_default()
        ))),
        None => Ok(()),
    }
}

/// What a call says of Service Connect, with the namespace's ARN in it.
pub(super) fn connect(
    call: &Call<'_>,
    asked: Option<Value>,
    cluster: &Cluster,
    definition: &TaskDefinition,
) -> Result<Option<Value>, ApiError> {
    let Some(mut asked) = asked else {
        return Ok(None);
    };
    if truth(&asked, "enabled") != Some(true) {
        return Ok(Some(json!({"enabled": false})));
    }
    let own = text(&asked, "namespace").map(|name| namespace::arn(&call.place, name));
    let Some(namespace) = own.or_else(|| cluster.namespace.clone()) else {
        return Err(invalid(
            "Service Connect namespace must be specified in the service, or as the default of the cluster.",
        ));
    };
    let ports = definition.containers().iter();
    let ports: Vec<&str> = ports
        .flat_map(|one| items(one, "portMappings"))
        .filter_map(|port| text(port, "name"))
        .collect();
    for service in items(&asked, "services") {
        let port = text(service, "portName").unwrap_or_default();
        if !ports.contains(&port) {
            return Err(invalid(format!(
                "Service Connect port name {port} does not exist in the task definition."
            )));
        }
        for alias in items(service, "clientAliases") {
            between(alias, "port", 1, 65_535)?;
        }
    }
    asked["namespace"] = namespace.into();
    Ok(Some(asked))
}

/// The members that only are told, with the defaults that ECS fills in.
fn told(json: &Value, spec: &Spec) -> Result<Value, ApiError> {
    let mut told = json!({
        "deploymentConfiguration": deployment_configuration(&json["deploymentConfiguration"], None)?,
        "placementConstraints": placement(json, "placementConstraints", spec)?,
        "placementStrategy": placement(json, "placementStrategy", spec)?,
        "deploymentController": {"type": "ECS"},
        "enableECSManagedTags": truth(json, "enableECSManagedTags").unwrap_or_default(),
        "propagateTags": text(json, "propagateTags").unwrap_or("NONE"),
        "enableExecuteCommand": truth(json, "enableExecuteCommand").unwrap_or_default(),
        "availabilityZoneRebalancing": text(json, "availabilityZoneRebalancing").unwrap_or("ENABLED"),
    });
    if let Some(seconds) = grace(json, spec)? {
        told["healthCheckGracePeriodSeconds"] = seconds.into();
    }
    let balanced = !spec.balancers.is_empty();
    if balanced && told.get("healthCheckGracePeriodSeconds").is_none() {
        told["healthCheckGracePeriodSeconds"] = 0.into();
    }
    Ok(told)
}

/// The time in which tasks may fail health checks.
pub(super) fn grace(json: &Value, spec: &Spec) -> Result<Option<i64>, ApiError> {
    match between(json, "healthCheckGracePeriodSeconds", 0, 2_147_483_647)? {
        Some(_) if spec.balancers.is_empty() => Err(invalid(
            "Health check grace period is only valid for services configured to use load balancers",
        )),
        seconds => Ok(seconds),
    }
}

/// Constraints or strategies of placement, which Fargate has none of.
pub(super) fn placement(json: &Value, member: &str, spec: &Spec) -> Result<Value, ApiError> {
    let asked = items(json, member);
    let (what, most) = match member {
        "placementStrategy" => ("Placement strategies", 5),
        _ => ("Placement constraints", 10),
    };
    if spec.capacity.is_fargate() && !asked.is_empty() {
        return Err(invalid(format!(
            "{what} are not supported with FARGATE launch type."
        )));
    }
    match asked.len() > most {
        true => Err(invalid(format!("{what} can have at most {most} items."))),
        false => Ok(json!(asked)),
    }
}

/// The deployment configuration that a call asks for, on what there is.
pub(super) fn deployment_configuration(
    asked: &Value,
    old: Option<&Value>,
) -> Result<Value, ApiError> {
    let usual = json!({
        "deploymentCircuitBreaker": {"enable": false, "rollback": false},
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
        "strategy": "ROLLING",
        "bakeTimeInMinutes": 0,
    });
    let mut new = old.cloned().unwrap_or(usual);
    for (member, value) in asked.as_object().into_iter().flatten() {
        if !value.is_null() {
            new[member] = value.clone();
        }
    }
    let least = whole(&new, "minimumHealthyPercent").unwrap_or(100);
    let most = whole(&new, "maximumPercent").unwrap_or(200);
    if !(0..=100).contains(&least) {
        return Err(invalid("minimumHealthyPercent must be between 0 and 100."));
    }
    if !(100..=200_000).contains(&most) {
        return Err(invalid("maximumPercent must be at least 100."));
    }
    match least == 100 && most == 100 {
        true => Err(invalid(
            "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.",
        )),
        false => Ok(new),
    }
}
