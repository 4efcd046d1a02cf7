//! From an HTTP request to the operation it asks for. One port serves all: method, path and collection tell the
//! service; each one is also served below its own name, `/container/v1/…`. Tokens are not verified, and none is needed.

use http::Request;
use http::header::AUTHORIZATION;
use serde_json::Value;

use super::{Operation, SERVICES, Service, enums, refusal};
use crate::wire::{ApiError, Params};

/// Query parameters that every method takes.
const COMMON: &[&str] = &[
    "$.xgafv",
    "$alt",
    "$apiVersion",
    "$fields",
    "$prettyPrint",
    "access_token",
    "alt",
    "callback",
    "fields",
    "key",
    "oauth_token",
    "prettyPrint",
    "quotaUser",
    "uploadType",
    "upload_protocol",
    "userIp",
];

/// A request, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Incoming {
    /// The bearer token; empty when there is none.
    pub(crate) token: String,
    method: String,
    path: String,
    query: Params,
    body: Vec<u8>,
}

/// A request that names an operation we have.
pub(crate) struct Routed {
    /// The service.
    pub(crate) service: &'static Service,
    /// The operation.
    pub(crate) operation: &'static Operation,
    /// Path and query parameters.
    pub(crate) params: Params,
    /// The JSON body.
    pub(crate) json: Value,
    /// The `fields` parameter.
    pub(crate) mask: Option<String>,
    /// Whether enums are to be answered as numbers.
    pub(crate) numbers: bool,
    /// The version of the API.
    pub(crate) version: String,
    /// What the path names: `projects/P/secrets/S`.
    pub(crate) resource: String,
}

/// A request that does not get as far as an operation.
pub(crate) struct Refused {
    /// The service, as far as known.
    pub(crate) service: Option<&'static Service>,
    /// What it asked for.
    pub(crate) operation: String,
    /// The refusal.
    pub(crate) error: ApiError,
}

/// Whether the request is for Google's half: not signed as AWS wants it, and at a path of that half.
pub(crate) fn is_mine<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    let signed = headers
        .get(AUTHORIZATION)
        .is_some_and(|value| value.as_bytes().starts_with(b"AWS4-"));
    let presigned = request
        .uri()
        .query()
        .is_some_and(|query| query.contains("X-Amz-Credential="));
    if signed || presigned || headers.contains_key("x-amz-target") {
        return false;
    }
    let mut parts = request.uri().path().trim_start_matches('/').split('/');
    let first = parts.next().unwrap_or_default();
    let more = parts.next().is_some_and(|part| !part.is_empty());
    more && (is_version(first) || SERVICES.iter().any(|service| service.name == first))
}

/// `v1`, `v3`, `v1beta1`.
fn is_version(part: &str) -> bool {
    part.strip_prefix('v')
        .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}

impl Incoming {
    /// Takes a request apart.
    pub(crate) fn read(request: Request<Vec<u8>>) -> Self {
        let (parts, body) = request.into_parts();
        let query = Params::decode(parts.uri.query().unwrap_or_default().as_bytes());
        let header = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "));
        let token = header
            .or_else(|| query.get("access_token"))
            .unwrap_or_default();
        Self {
            token: token.to_owned(),
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query,
            body,
        }
    }

    fn asked(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// Finds the operation.
pub(crate) fn route(incoming: &Incoming) -> Result<Routed, Refused> {
    let (only, path) = prefixed(&incoming.path);
    let fits = |service: &&'static Service| only.is_none_or(|name| name == service.name);
    for service in SERVICES.iter().filter(fits) {
        for operation in service.operations {
            let at = |rest: &str| matches(rest, &incoming.method, path);
            if let Some(params) = at(operation.rest).or_else(|| at(operation.also)) {
                return routed(service, operation, params, incoming, path);
            }
        }
    }
    let service = only.and_then(|name| SERVICES.iter().find(|service| service.name == name));
    Err(Refused {
        service,
        operation: incoming.asked(),
        error: refusal::nobody(&incoming.asked()),
    })
}

/// The service that a prefix names, and the path without it. Compute's own paths begin with its name.
fn prefixed(path: &str) -> (Option<&str>, &str) {
    let bare = path.trim_start_matches('/');
    let Some((first, _)) = bare.split_once('/') else {
        return (None, path);
    };
    if is_version(first) {
        return (None, path);
    }
    match first {
        "compute" => (Some(first), path),
        name => (Some(name), &bare[name.len()..]),
    }
}

fn routed(
    service: &'static Service,
    operation: &'static Operation,
    mut params: Params,
    incoming: &Incoming,
    path: &str,
) -> Result<Routed, Refused> {
    let refuse = |error| Refused {
        service: Some(service),
        operation: operation.name.to_owned(),
        error,
    };
    let mut json = body(incoming).map_err(refuse)?;
    enums::names(service.enums, operation.takes, &mut json);
    let query = &incoming.query;
    for (name, value) in query.iter() {
        // Generated clients also send what was not set, empty.
        if !value.is_empty() && !COMMON.contains(&name) {
            params.set(name, value);
        }
    }
    let alt = query.get("$alt").or_else(|| query.get("alt"));
    let mask = query.get("fields").or_else(|| query.get("$fields"));
    Ok(Routed {
        service,
        operation,
        params,
        json,
        mask: mask.filter(|mask| !mask.is_empty()).map(str::to_owned),
        numbers: alt.is_some_and(|alt| alt.contains("enum-encoding=int")),
        version: version(path).to_owned(),
        resource: resource(path),
    })
}

/// The version in a path.
fn version(path: &str) -> &str {
    let mut parts = path.split('/');
    parts.find(|part| is_version(part)).unwrap_or_default()
}

/// What a path names: without version, and without the verb at its end.
fn resource(path: &str) -> String {
    let bare = path.trim_start_matches('/');
    let bare = bare.strip_prefix("compute/").unwrap_or(bare);
    let named = bare.split_once('/').map_or(bare, |(_, rest)| rest);
    named.split(':').next().unwrap_or(named).to_owned()
}

fn body(incoming: &Incoming) -> Result<Value, ApiError> {
    if incoming.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Null);
    }
    let parsed: Result<Value, _> = serde_json::from_slice(&incoming.body);
    match parsed {
        Ok(value @ (Value::Object(_) | Value::Null)) => Ok(value),
        Ok(_) => Err(refusal::invalid(
            "Invalid JSON payload received. Root element must be a message.",
        )),
        // The payload may hold a secret: it is not repeated.
        Err(_) => Err(refusal::invalid("Invalid JSON payload received.")),
    }
}

/// The path parameters, when method and path fit the pattern. A verb follows the last part after a colon.
fn matches(pattern: &str, method: &str, path: &str) -> Option<Params> {
    let (wanted, pattern) = pattern.split_once(' ')?;
    if wanted != method {
        return None;
    }
    let (have, want): (Vec<&str>, Vec<&str>) =
        (path.split('/').collect(), pattern.split('/').collect());
    if have.len() != want.len() {
        return None;
    }
    let mut params = Params::default();
    for (have, want) in have.into_iter().zip(want) {
        let Some((name, verb)) = want.strip_prefix('{').and_then(|want| want.split_once('}'))
        else {
            if have != want {
                return None;
            }
            continue;
        };
        let value = have.strip_suffix(verb)?;
        if value.is_empty() || value.contains(':') {
            return None;
        }
        let value = percent_encoding::percent_decode_str(value)
            .decode_utf8()
            .ok()?;
        params.set(name, value);
    }
    Some(params)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn verbs_are_part_of_the_pattern() {
        let pattern = "POST /v1/projects/{project}/secrets/{secret}:addVersion";
        let params = matches(pattern, "POST", "/v1/projects/p/secrets/a%2Db:addVersion").unwrap();
        assert_eq!(params.get("secret"), Some("a-b"));
        assert!(matches(pattern, "POST", "/v1/projects/p/secrets/a").is_none());
        let plain = "POST /v1/projects/{project}/secrets/{secret}";
        assert!(matches(plain, "POST", "/v1/projects/p/secrets/a:addVersion").is_none());
        assert!(matches(plain, "GET", "/v1/projects/p/secrets/a").is_none());
    }

    #[test]
    fn prefixes_name_the_service_and_are_taken_off() {
        assert_eq!(
            prefixed("/container/v1/projects/p"),
            (Some("container"), "/v1/projects/p")
        );
        assert_eq!(prefixed("/v1/projects/p"), (None, "/v1/projects/p"));
        let compute = "/compute/v1/projects/p";
        assert_eq!(prefixed(compute), (Some("compute"), compute));
        assert_eq!(
            resource("/v1/projects/p/secrets/s:access"),
            "projects/p/secrets/s"
        );
        assert_eq!(
            resource("/compute/v1/projects/p/global/networks"),
            "projects/p/global/networks"
        );
    }

    #[test]
    fn signed_requests_are_for_the_other_half() {
        let request = |path: &str| Request::builder().uri(path);
        assert!(is_mine(&request("/v1/projects/p").body(()).unwrap()));
        assert!(!is_mine(&request("/clusters/p").body(()).unwrap()));
        let signed = request("/v1/projects/p").header("authorization", "AWS4-HMAC-SHA256 x");
        assert!(!is_mine(&signed.body(()).unwrap()));
    }
}
