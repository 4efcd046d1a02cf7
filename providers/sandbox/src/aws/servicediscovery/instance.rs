//! Instances of services: RegisterInstance, DeregisterInstance, ListInstances.

use serde::Deserialize;
use serde_json::{Value, json};

use super::common::{CODE, invalid};
use super::operation::Running;
use super::service::{Attributes, Service, named};
use crate::aws::shape::{body, length, page, within};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Register {
    service_id: String,
    instance_id: String,
    #[serde(rename = "CreatorRequestId")]
    _token: Option<String>,
    attributes: Attributes,
}

/// RegisterInstance.
pub(super) fn register(call: &mut Call<'_>) -> Outcome {
    let request: Register = body(call, CODE)?;
    length(CODE, "InstanceId", &request.instance_id, 1, 64)?;
    let service = named(call, &request.service_id)?;
    let address = [
        "AWS_INSTANCE_IPV4",
        "AWS_INSTANCE_IPV6",
        "AWS_INSTANCE_CNAME",
    ];
    let has = |key: &&str| request.attributes.contains_key(*key);
    if service.dns.is_some() && !address.iter().any(has) {
        return Err(invalid(
            "An instance of a service with records has an address.",
        ));
    }
    let instance = request.instance_id.as_str();
    let (tx, place) = (&mut call.tx, &call.place);
    Service::register(tx, place, &service.id, instance, request.attributes);
    let targets = [("SERVICE", service.id.as_str()), ("INSTANCE", instance)];
    let running = Running::new(tx, "REGISTER_INSTANCE", &targets, service.dns.is_some());
    running.begin(tx, place)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Deregister {
    service_id: String,
    instance_id: String,
}

/// DeregisterInstance: the instance is gone when the operation has ended.
pub(super) fn deregister(call: &mut Call<'_>) -> Outcome {
    let request: Deregister = body(call, CODE)?;
    let service = named(call, &request.service_id)?;
    let instance = request.instance_id.as_str();
    if !service.instances.contains_key(instance) {
        let text = format!("No instance has the id {instance}.");
        return Err(ApiError::bad("InstanceNotFound", text));
    }
    let targets = [("SERVICE", service.id.as_str()), ("INSTANCE", instance)];
    let dns = service.dns.is_some();
    let running = Running::new(&mut call.tx, "DEREGISTER_INSTANCE", &targets, dns);
    running.begin(&mut call.tx, &call.place)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct List {
    service_id: String,
    next_token: Option<String>,
    max_results: Option<i64>,
}

/// ListInstances.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let request: List = body(call, CODE)?;
    let size = within(CODE, "MaxResults", request.max_results, (1, 100, 100))?;
    let service = named(call, &request.service_id)?;
    let all: Vec<(String, Attributes)> = service.instances.into_iter().collect();
    let token = request.next_token.as_deref();
    let (found, next) = page(all, |(id, _)| id.clone(), size, token)
        .ok_or_else(|| invalid("The NextToken is not valid."))?;
    let row = |(id, attributes): &(String, Attributes)| json!({"Id": id, "Attributes": attributes});
    let rows: Vec<Value> = found.iter().map(row).collect();
    let mut answer = json!({"Instances": rows, "ResourceOwner": call.place.account});
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(Body::Json(answer))
}
