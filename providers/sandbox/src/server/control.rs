//! The control plane, under `/_sandbox/`:
//!
//! | call | does |
//! |---|---|
//! | `GET status` | process, version, counts of objects and calls |
//! | `GET config`, `PUT config` | the knobs, as a whole |
//! | `POST faults` | adds one fault |
//! | `POST plant` | plays a cluster's controllers: balancers, groups, interfaces, volumes |
//! | `GET calls` | the call log |
//! | `GET objects` | every live object |
//! | `POST reset` | forgets objects and calls |
//!
//! Writes must be of type `application/json`, which a form on a foreign web page cannot send.

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::config::Config;
use crate::fault::Fault;
use crate::plant::Plant;
use crate::store::StoreError;

const PREFIX: &str = "/_sandbox/";

/// Whether the path belongs to the control plane.
pub(super) fn is_mine(path: &str) -> bool {
    path.starts_with(PREFIX)
}

/// A refusal.
type Refusal = (StatusCode, String);

/// Answers one control request.
pub(super) fn answer(
    cloud: &Cloud,
    now: Timestamp,
    request: &Request<Vec<u8>>,
) -> Response<Vec<u8>> {
    let (status, value) = match act(cloud, now, request) {
        Ok(value) => (StatusCode::OK, value),
        Err((status, text)) => (status, json!({ "error": text })),
    };
    let mut response = Response::new(value.to_string().into_bytes());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn act(cloud: &Cloud, now: Timestamp, request: &Request<Vec<u8>>) -> Result<Value, Refusal> {
    let verb = request
        .uri()
        .path()
        .strip_prefix(PREFIX)
        .unwrap_or_default();
    let json = |name: &str| {
        request
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind == name)
    };
    if request.method() != Method::GET && !json("application/json") {
        return Err((
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send application/json".to_owned(),
        ));
    }
    match (request.method(), verb) {
        (&Method::GET, "status") => status(cloud, now),
        (&Method::GET, "config") => encode(&cloud.config()),
        (&Method::PUT, "config") => set_config(cloud, request.body()),
        (&Method::POST, "faults") => add_fault(cloud, request.body()),
        (&Method::POST, "plant") => plant(cloud, now, request.body()),
        (&Method::GET, "calls") => encode(&cloud.calls()),
        (&Method::GET, "objects") => encode(&cloud.objects(now).map_err(broken)?),
        (&Method::POST, "reset") => cloud.reset().map(|()| json!({})).map_err(broken),
        (method, _) => Err((
            StatusCode::NOT_FOUND,
            format!("the sandbox has no {method} {}", request.uri().path()),
        )),
    }
}

fn status(cloud: &Cloud, now: Timestamp) -> Result<Value, Refusal> {
    let objects = cloud.objects(now).map_err(broken)?;
    Ok(json!({
        "pid": std::process::id(),
        "version": env!("CARGO_PKG_VERSION"),
        "account": cloud.config().account,
        "objects": objects.iter().filter(|object| !object.own_of_cloud).count(),
        "calls": cloud.calls().len(),
    }))
}

fn set_config(cloud: &Cloud, body: &[u8]) -> Result<Value, Refusal> {
    let config: Config = decode(body)?;
    if let Some(problem) = config.problem() {
        return Err((StatusCode::BAD_REQUEST, problem));
    }
    cloud.set_config(config.clone()).map_err(broken)?;
    encode(&config)
}

fn plant(cloud: &Cloud, now: Timestamp, body: &[u8]) -> Result<Value, Refusal> {
    let plant: Plant = decode(body)?;
    match cloud.plant(now, &plant).map_err(broken)? {
        Ok(made) => Ok(json!({ "made": made })),
        Err(problem) => Err((StatusCode::BAD_REQUEST, problem)),
    }
}

fn add_fault(cloud: &Cloud, body: &[u8]) -> Result<Value, Refusal> {
    let fault: Fault = decode(body)?;
    cloud.add_fault(fault).map_err(broken)?;
    encode(&cloud.config().faults)
}

fn decode<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))
}

fn encode<T: serde::Serialize>(value: &T) -> Result<Value, Refusal> {
    serde_json::to_value(value).map_err(broken)
}

fn broken(error: impl Into<StoreError>) -> Refusal {
    (StatusCode::INTERNAL_SERVER_ERROR, error.into().to_string())
}
