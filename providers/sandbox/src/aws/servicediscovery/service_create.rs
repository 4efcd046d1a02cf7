//! CreateService, UpdateService, DeleteService.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::common::{CODE, check_words, id, invalid, tags};
use super::namespace::named as namespace;
use super::operation::Running;
use super::service::{Service, named};
use crate::aws::shape::{Tag, body, constraint, length, one_of, within};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    name: String,
    namespace_id: Option<String>,
    creator_request_id: Option<String>,
    description: Option<String>,
    dns_config: Option<Dns>,
    health_check_custom_config: Option<Health>,
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(rename = "Type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Dns {
    routing_policy: Option<String>,
    dns_records: Vec<Record>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(rename = "TTL")]
    ttl: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Health {
    failure_threshold: Option<i64>,
}

/// CreateService.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call, CODE)?;
    check_name(&request.name)?;
    check_words(
        request.creator_request_id.as_ref(),
        request.description.as_ref(),
    )?;
    let tags = tags(request.tags)?;
    let id = request
        .namespace_id
        .ok_or_else(|| invalid("NamespaceId must be set."))?;
    let namespace = namespace(call, &id)?;
    if namespace.state == "deleting" {
        return Err(invalid("The namespace is being deleted."));
    }
    let dns = request.dns_config.as_ref().map(records).transpose()?;
    let kind = kind(&namespace.kind, request.kind.as_deref(), dns.is_some())?;
    let health = health(request.health_check_custom_config)?;
    if let Some(old) = Service::with_name(&call.tx, &call.place, &namespace.id, &request.name) {
        return Err(exists(&old));
    }
    let service = Service {
        description: request.description,
        token: request.creator_request_id,
        kind,
        dns,
        health,
        tags,
        ..Service::new(&mut call.tx, &namespace.id, &request.name)
    };
    call.tx.put(&call.place, &service);
    let row = service.whole(&call.place);
    Ok(Body::Json(json!({"Service": row})))
}

fn exists(old: &Service) -> ApiError {
    let text = "The service can't be created because a service with the same name already exists.";
    ApiError::bad("ServiceAlreadyExists", text)
        .with("ServiceId", old.id.as_str())
        .with("CreatorRequestId", old.token.as_deref().unwrap_or_default())
}

fn check_name(name: &str) -> Result<(), ApiError> {
    length(CODE, "Name", name, 1, 127)?;
    let edge = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let label = |label: &str| {
        let bytes = label.as_bytes();
        let inner = |byte: &u8| edge(*byte) || *byte == b'-';
        (1..=63).contains(&bytes.len())
            && bytes.iter().all(inner)
            && bytes.first().is_some_and(|byte| edge(*byte))
            && bytes.last().is_some_and(|byte| edge(*byte))
    };
    match name.split('.').all(label) {
        true => Ok(()),
        false => {
            let rule = "satisfy regular expression pattern: ((?=^.{1,127}$)^([a-zA-Z0-9_][a-zA-Z0-9-_]{0,61}\
                        [a-zA-Z0-9_]|[a-zA-Z0-9])(\\.([a-zA-Z0-9_][a-zA-Z0-9-_]{0,61}[a-zA-Z0-9_]|[a-zA-Z0-9]))*$)\
                        |(^\\.$)";
            Err(constraint(CODE, "Name", name, rule))
        }
    }
}

/// The kind of a service, by its namespace and whether it has records.
fn kind(namespace: &str, wish: Option<&str>, records: bool) -> Result<String, ApiError> {
    if let Some(wish) = wish {
        one_of(CODE, "Type", wish, &["HTTP"])?;
    }
    match (namespace, wish, records) {
        ("HTTP", _, true) => Err(invalid(
            "A service of an HTTP namespace cannot have a DnsConfig.",
        )),
        ("HTTP", _, false) | (_, Some("HTTP"), false) => Ok("HTTP".to_owned()),
        (_, Some("HTTP"), true) => Err(invalid("A service of type HTTP cannot have a DnsConfig.")),
        (_, _, true) => Ok("DNS_HTTP".to_owned()),
        (_, _, false) => Err(invalid(
            "A service of a DNS namespace has a DnsConfig or the type HTTP.",
        )),
    }
}

/// The records as reads tell them.
fn records(dns: &Dns) -> Result<Value, ApiError> {
    let policy = dns.routing_policy.as_deref().unwrap_or("MULTIVALUE");
    one_of(
        CODE,
        "dnsConfig.routingPolicy",
        policy,
        &["MULTIVALUE", "WEIGHTED"],
    )?;
    check_records(&dns.dns_records)?;
    Ok(json!({"RoutingPolicy": policy, "DnsRecords": dns.dns_records}))
}

fn check_records(records: &[Record]) -> Result<(), ApiError> {
    if records.is_empty() {
        return Err(invalid("A DnsConfig has one record or more."));
    }
    for record in records {
        let member = "dnsConfig.dnsRecords.member.type";
        one_of(CODE, member, &record.kind, &["SRV", "A", "AAAA", "CNAME"])?;
        let member = "dnsConfig.dnsRecords.member.tTL";
        within(CODE, member, Some(record.ttl), (0, 2_147_483_647, 0))?;
    }
    let names = |kind: &str| records.iter().filter(|one| one.kind == kind).count();
    if names("CNAME") > 0 && records.len() > 1 {
        return Err(invalid("A CNAME record cannot be with other records."));
    }
    match ["SRV", "A", "AAAA"].into_iter().any(|kind| names(kind) > 1) {
        true => Err(invalid("A service has one record of a type.")),
        false => Ok(()),
    }
}

fn health(given: Option<Health>) -> Result<Option<Value>, ApiError> {
    let Some(given) = given else { return Ok(None) };
    let member = "healthCheckCustomConfig.failureThreshold";
    let threshold = within(CODE, member, given.failure_threshold, (1, 10, 1))?;
    Ok(Some(json!({"FailureThreshold": threshold})))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Update {
    id: String,
    service: Change,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Change {
    description: Option<String>,
    dns_config: Option<DnsChange>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DnsChange {
    dns_records: Vec<Record>,
}

/// UpdateService: description, and the records, whose types stay.
pub(super) fn update(call: &mut Call<'_>) -> Outcome {
    let request: Update = body(call, CODE)?;
    let change = request.service;
    check_words(None, change.description.as_ref())?;
    let mut service = named(call, &request.id)?;
    if let Some(change) = &change.dns_config {
        check_records(&change.dns_records)?;
        let dns = service
            .dns
            .as_mut()
            .ok_or_else(|| invalid("The service has no DnsConfig."))?;
        dns["DnsRecords"] = json!(change.dns_records);
    }
    service.description = change.description.or(service.description);
    call.tx.put(&call.place, &service);
    let dns = service.dns.is_some();
    let target = [("SERVICE", service.id.as_str())];
    let running = Running::new(&mut call.tx, "UPDATE_SERVICE", &target, dns);
    running.begin(&mut call.tx, &call.place)
}

/// DeleteService.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let id = id(call)?;
    let service = named(call, &id)?;
    if !service.instances.is_empty() {
        return Err(ApiError::bad(
            "ResourceInUse",
            "Service contains registered instances; delete the instances before deleting the service",
        ));
    }
    call.tx.delete::<Service>(&call.place, &service.id);
    Ok(Body::Json(json!({})))
}
