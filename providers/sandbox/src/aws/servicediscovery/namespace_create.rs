//! CreateHttpNamespace, CreatePrivateDnsNamespace, DeleteNamespace: each answers an operation.

use serde::Deserialize;

use super::Namespace;
use super::common::{CODE, check_words, fresh, fresh_zone, id, invalid, tags};
use super::namespace::named;
use super::operation::Running;
use super::service::Service;
use crate::aws::ec2::Vpc;
use crate::aws::shape::{Tag, body, constraint, length};
use crate::aws::{Call, Outcome};
use crate::wire::ApiError;

/// The seconds of a start of authority that nobody chose.
const TTL: i64 = 15;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    name: String,
    creator_request_id: Option<String>,
    description: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
    vpc: Option<String>,
    properties: Option<Properties>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Properties {
    dns_properties: DnsProperties,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DnsProperties {
    #[serde(rename = "SOA")]
    soa: Soa,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Soa {
    #[serde(rename = "TTL")]
    ttl: i64,
}

/// CreateHttpNamespace.
pub(super) fn http(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call, CODE)?;
    check(&request, 1024)?;
    create(call, request, "HTTP")
}

/// CreatePrivateDnsNamespace.
pub(super) fn private(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call, CODE)?;
    check(&request, 253)?;
    let label = |label: &str| {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        (1..=63).contains(&label.len()) && label.bytes().all(legal)
    };
    if !request.name.split('.').all(label) {
        return Err(invalid(format!(
            "The name {} cannot be a domain's.",
            request.name
        )));
    }
    if request.vpc.is_none() {
        return Err(crate::aws::shape::missing(CODE, "Vpc"));
    }
    create(call, request, "DNS_PRIVATE")
}

fn check(request: &Request, most: usize) -> Result<(), ApiError> {
    let name = &request.name;
    length(CODE, "Name", name, 1, most)?;
    if name.starts_with("arn:") || !name.bytes().all(|byte| (b'!'..=b'~').contains(&byte)) {
        let rule = format!("satisfy regular expression pattern: ^(?!arn:)[!-~]{{1,{most}}}$");
        return Err(constraint(CODE, "Name", name, &rule));
    }
    check_words(
        request.creator_request_id.as_ref(),
        request.description.as_ref(),
    )
}

fn create(call: &mut Call<'_>, request: Request, kind: &str) -> Outcome {
    let tags = tags(request.tags)?;
    let token = request.creator_request_id;
    let taken = Namespace::with_name(&call.tx, &call.place, &request.name);
    // Two networks may each have a zone of one name.
    let clash = |one: &&Namespace| one.kind != kind || kind == "HTTP" || one.vpc == request.vpc;
    if let Some(old) = taken.iter().find(clash) {
        return Err(exists(old, token.as_deref()));
    }
    within_quota(call)?;
    let id = fresh(&mut call.tx, "ns-");
    let dns = kind != "HTTP";
    let target = [("NAMESPACE", id.as_str())];
    let mut running = Running::new(&mut call.tx, "CREATE_NAMESPACE", &target, dns);
    running.failure = failure(call, request.vpc.as_deref());
    let zone = if dns {
        Some(fresh_zone(&mut call.tx))
    } else {
        None
    };
    let namespace = Namespace {
        name: request.name,
        kind: kind.to_owned(),
        description: request.description,
        token,
        vpc: request.vpc,
        zone,
        ttl: request
            .properties
            .map_or(TTL, |given| given.dns_properties.soa.ttl),
        tags,
        state: "creating".to_owned(),
        operation: running.id.clone(),
        created: call.now(),
        id,
    };
    call.tx.put(&call.place, &namespace);
    running.begin(&mut call.tx, &call.place)
}

fn within_quota(call: &Call<'_>) -> Result<(), ApiError> {
    let have = call.tx.list::<Namespace>(&call.place).len() as u64;
    match have < call.tx.config().quota("servicediscovery:namespaces") {
        true => Ok(()),
        false => Err(ApiError::bad(
            "ResourceLimitExceeded",
            "The maximum number of namespaces of the account has been reached.",
        )),
    }
}

/// A name that is taken: by the same request, which still runs, or by whatever.
fn exists(old: &Namespace, token: Option<&str>) -> ApiError {
    let own = old.token.as_deref().unwrap_or_default();
    if !old.made() && token == Some(own) {
        return duplicate(old);
    }
    ApiError::bad(
        "NamespaceAlreadyExists",
        "The namespace that you're trying to create already exists.",
    )
    .with("NamespaceId", old.id.as_str())
    .with("CreatorRequestId", own)
}

fn duplicate(old: &Namespace) -> ApiError {
    let text = "The operation is already in progress.";
    ApiError::bad("DuplicateRequest", text).with("DuplicateOperationId", old.operation.as_str())
}

/// Route 53 looks for the network only when it makes the zone.
fn failure(call: &Call<'_>, vpc: Option<&str>) -> Option<(String, String)> {
    let vpc = vpc?;
    let there = call.tx.get::<Vpc>(&call.place, vpc).is_some();
    let words = || {
        format!(
            "The VPC: {vpc} in region {} that you provided is not authorized to make the association.",
            call.region
        )
    };
    (!there).then(|| ("INVALID_INPUT".to_owned(), words()))
}

/// DeleteNamespace.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let id = id(call)?;
    let mut namespace = named(call, &id)?;
    if namespace.state == "deleting" {
        return Err(duplicate(&namespace));
    }
    let services = call.tx.list::<Service>(&call.place);
    if services.iter().any(|one| one.namespace == namespace.id) {
        return Err(ApiError::bad(
            "ResourceInUse",
            "Namespace has associated services; delete the services before deleting the namespace",
        ));
    }
    let dns = namespace.zone.is_some();
    let target = [("NAMESPACE", namespace.id.as_str())];
    let running = Running::new(&mut call.tx, "DELETE_NAMESPACE", &target, dns);
    namespace.state = "deleting".to_owned();
    namespace.operation.clone_from(&running.id);
    call.tx.put(&call.place, &namespace);
    running.begin(&mut call.tx, &call.place)
}
