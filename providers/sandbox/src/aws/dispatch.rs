//! From an HTTP request to the operation it asks for. One port serves all: the credential scope of the signature tells
//! the service, as it does on the real edge. Signatures are not verified.

use http::Request;
use serde_json::Value;

use super::refusal;
use super::{Operation, SERVICES, Service};
use crate::wire::{ApiError, Params, Protocol};

/// A request, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Incoming {
    /// The access key.
    pub(crate) access_key: String,
    /// The region that the request was signed for.
    pub(crate) region: String,
    /// The service that the request was signed for.
    pub(crate) service: String,
    method: String,
    path: String,
    target: Option<String>,
    query: Params,
    body: Vec<u8>,
}

/// A request that names an operation we have.
pub(crate) struct Routed {
    /// The service.
    pub(crate) service: &'static Service,
    /// The operation.
    pub(crate) operation: &'static Operation,
    /// Query and path parameters.
    pub(crate) params: Params,
    /// The JSON body.
    pub(crate) json: Value,
}

/// A request that does not get as far as an operation.
#[derive(Debug)]
pub(crate) struct Refused {
    /// How to say it.
    pub(crate) protocol: Protocol,
    /// What it asked for, as far as known.
    pub(crate) operation: String,
    /// The refusal.
    pub(crate) error: ApiError,
}

impl Incoming {
    /// Takes a request apart; refuses one without credentials.
    pub(crate) fn read(request: Request<Vec<u8>>) -> Result<Self, Refused> {
        let (parts, body) = request.into_parts();
        let query = Params::decode(parts.uri.query().unwrap_or_default().as_bytes());
        let header = |name: &str| Some(parts.headers.get(name)?.to_str().ok()?.to_owned());
        let target = header("x-amz-target");
        let credential = match (header("authorization"), query.get("X-Amz-Credential")) {
            (Some(header), _) => signed(&header)
                .map(str::to_owned)
                .ok_or_else(refusal::malformed),
            (None, Some(credential)) => Ok(credential.to_owned()),
            (None, None) => Err(refusal::unsigned()),
        };
        let credential = credential.and_then(|text| scope(&text).ok_or_else(refusal::malformed));
        let (access_key, region, service) = match credential {
            Ok(found) => found,
            Err(error) => {
                let protocol = guess(target.as_deref(), &query, &body);
                return Err(Refused {
                    protocol,
                    operation: String::new(),
                    error,
                });
            }
        };
        Ok(Self {
            access_key,
            region,
            service,
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            target,
            query,
            body,
        })
    }
}

/// The `Credential` of a version 4 Authorization header that also has its other two parts.
fn signed(header: &str) -> Option<&str> {
    let rest = header.strip_prefix("AWS4-HMAC-SHA256")?;
    let part = |name: &str| {
        rest.split(',')
            .find_map(|part| part.trim().strip_prefix(name))
    };
    part("Signature=").filter(|value| !value.is_empty())?;
    part("SignedHeaders=").filter(|value| !value.is_empty())?;
    part("Credential=")
}

/// Access key, region and service of `KEY/DATE/REGION/SERVICE/aws4_request`.
fn scope(credential: &str) -> Option<(String, String, String)> {
    let parts: Vec<&str> = credential.split('/').collect();
    match parts.as_slice() {
        [key, date, region, service, "aws4_request"] if !key.is_empty() && date.len() == 8 => {
            Some((
                (*key).to_owned(),
                (*region).to_owned(),
                (*service).to_owned(),
            ))
        }
        _ => None,
    }
}

/// How an unsigned caller would like to be answered.
fn guess(target: Option<&str>, query: &Params, body: &[u8]) -> Protocol {
    if target.is_some() {
        return Protocol::Json;
    }
    let form = Params::decode(body);
    match query.get("Version").or_else(|| form.get("Version")) {
        Some("2016-11-15") => Protocol::Ec2,
        Some(_) => Protocol::Query("https://sts.amazonaws.com/doc/2011-06-15/"),
        None => Protocol::Rest,
    }
}

/// Finds the operation.
pub(crate) fn route(incoming: &Incoming) -> Result<Routed, Refused> {
    let name = name(incoming);
    let Some(service) = SERVICES.iter().find(|service| service.name == name) else {
        let text = format!(
            "the sandbox does not implement the service {}",
            incoming.service
        );
        let protocol = guess(incoming.target.as_deref(), &incoming.query, &incoming.body);
        return Err(Refused {
            protocol,
            operation: String::new(),
            error: ApiError::new(501, "NotImplemented", text),
        });
    };
    let found = match service.protocol {
        Protocol::Ec2 => by_action(service, incoming, "2016-11-15"),
        Protocol::Query(namespace) => by_action(service, incoming, version(namespace)),
        Protocol::Json => by_target(service, incoming),
        Protocol::Rest => by_path(service, incoming),
    };
    found.map_err(|(operation, error)| Refused {
        protocol: service.protocol,
        operation,
        error,
    })
}

/// Two services are signed for by one name: the version tells which is meant.
fn name(incoming: &Incoming) -> &str {
    let form = Params::decode(&incoming.body);
    let version = incoming
        .query
        .get("Version")
        .or_else(|| form.get("Version"));
    match (incoming.service.as_str(), version) {
        ("elasticloadbalancing", Some("2015-12-01")) => "elasticloadbalancingv2",
        (name, _) => name,
    }
}

fn version(namespace: &str) -> &str {
    namespace
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default()
}

type Found = Result<Routed, (String, ApiError)>;

fn by_name(service: &'static Service, name: &str, params: Params, json: Value) -> Found {
    match service
        .operations
        .iter()
        .find(|operation| operation.name == name)
    {
        Some(operation) => Ok(Routed {
            service,
            operation,
            params,
            json,
        }),
        None => Err((name.to_owned(), service.not_implemented(name))),
    }
}

fn by_action(service: &'static Service, incoming: &Incoming, version: &str) -> Found {
    let mut params = incoming.query.clone();
    params.extend(Params::decode(&incoming.body));
    let action = params.get("Action").unwrap_or_default().to_owned();
    if action.is_empty() {
        let text = "The request must contain the parameter Action";
        return Err((action, ApiError::bad("MissingAction", text)));
    }
    match params.get("Version") {
        Some(found) if found == version => by_name(service, &action, params, Value::Null),
        found => {
            let text = format!(
                "The requested version ({}) of the service does not exist",
                found.unwrap_or_default()
            );
            Err((action, ApiError::bad("NoSuchVersion", text)))
        }
    }
}

fn by_target(service: &'static Service, incoming: &Incoming) -> Found {
    let target = incoming.target.as_deref().unwrap_or_default();
    let name = target.rsplit('.').next().unwrap_or_default();
    let json = body(incoming).map_err(|error| (name.to_owned(), error))?;
    by_name(service, name, Params::default(), json)
}

fn by_path(service: &'static Service, incoming: &Incoming) -> Found {
    for operation in service.operations {
        if let Some(mut params) = matches(operation.rest, &incoming.method, &incoming.path) {
            params.extend(incoming.query.clone());
            let json = body(incoming).map_err(|error| (operation.name.to_owned(), error))?;
            return Ok(Routed {
                service,
                operation,
                params,
                json,
            });
        }
    }
    let asked = format!("{} {}", incoming.method, incoming.path);
    Err((asked.clone(), service.not_implemented(&asked)))
}

/// The path parameters, when method and path fit the pattern.
fn matches(pattern: &str, method: &str, path: &str) -> Option<Params> {
    let (wanted, pattern) = pattern.split_once(' ')?;
    let (have, want): (Vec<&str>, Vec<&str>) =
        (path.split('/').collect(), pattern.split('/').collect());
    if wanted != method || have.len() != want.len() {
        return None;
    }
    let mut params = Params::default();
    for (have, want) in have.into_iter().zip(want) {
        match want
            .strip_prefix('{')
            .and_then(|want| want.strip_suffix('}'))
        {
            Some(name) if !have.is_empty() => {
                params.set(
                    name,
                    percent_encoding::percent_decode_str(have)
                        .decode_utf8()
                        .ok()?,
                );
            }
            None if have == want => {}
            _ => return None,
        }
    }
    Some(params)
}

fn body(incoming: &Incoming) -> Result<Value, ApiError> {
    if incoming.body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&incoming.body).map_err(|error| {
        ApiError::bad(
            "SerializationException",
            format!("could not parse the body: {error}"),
        )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/ec2/aws4_request, \
                          SignedHeaders=host, Signature=00";

    fn request(header: Option<&str>, body: &str) -> Request<Vec<u8>> {
        let mut builder = Request::builder().method("POST").uri("http://127.0.0.1/");
        if let Some(header) = header {
            builder = builder.header("authorization", header);
        }
        builder.body(body.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn the_scope_tells_service_and_region() {
        let incoming = Incoming::read(request(
            Some(SIGNED),
            "Action=DescribeAvailabilityZones&Version=2016-11-15",
        ))
        .unwrap();
        assert_eq!(incoming.service, "ec2");
        assert_eq!(incoming.region, "eu-west-1");
        assert_eq!(incoming.access_key, "AKID");
        assert_eq!(
            route(&incoming).ok().unwrap().operation.name,
            "DescribeAvailabilityZones"
        );
    }

    #[test]
    fn credentials_must_be_there_and_whole() {
        let unsigned = Incoming::read(request(None, "Action=X&Version=2016-11-15")).unwrap_err();
        assert_eq!(
            (unsigned.error.status, unsigned.error.code.as_str()),
            (403, "MissingAuthenticationToken")
        );
        assert_eq!(unsigned.protocol, Protocol::Ec2);
        for header in [
            "Bearer x",
            "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=0",
        ] {
            let refused = Incoming::read(request(Some(header), "")).unwrap_err();
            assert_eq!(refused.error.code, "IncompleteSignature");
        }
    }

    #[test]
    fn what_we_do_not_have_names_itself() {
        let incoming = Incoming::read(request(
            Some(SIGNED),
            "Action=RunInstances&Version=2016-11-15",
        ))
        .unwrap();
        let refused = route(&incoming).err().unwrap();
        assert_eq!(refused.error.status, 501);
        assert!(refused.error.message.contains("ec2:RunInstances"));
    }

    #[test]
    fn path_patterns_give_decoded_parameters() {
        let params = matches("GET /tags/{arn}", "GET", "/tags/arn%3Aaws%3Aeks%3Aa%2Fb").unwrap();
        assert_eq!(params.get("arn"), Some("arn:aws:eks:a/b"));
        assert!(matches("GET /clusters/{name}", "GET", "/clusters/a/b").is_none());
        assert!(matches("GET /clusters/{name}", "GET", "/clusters/").is_none());
        assert!(matches("GET /clusters", "POST", "/clusters").is_none());
    }
}
