//! Namespaces of Cloud Map, as clusters and services name them.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::common::{blank, text};
use crate::aws::Call;
use crate::store::{Place, hex};
use crate::wire::ApiError;

/// The ARN of the namespace in a member of its own; none when there is none, or an empty one, which takes it away.
pub(super) fn read(call: &Call<'_>, of: &Value) -> Result<Option<String>, ApiError> {
    match text(of, "namespace") {
        None => Ok(None),
        Some("") => Ok(None),
        Some(name) if name.trim().is_empty() || name.len() > 1024 => Err(blank("namespace")),
        Some(name) => Ok(Some(arn(&call.place, name))),
    }
}

/// The namespace's ARN. ECS makes an HTTP namespace for a name that has none, and there is one of a name only, so that
/// the name tells the id.
pub(super) fn arn(place: &Place, name: &str) -> String {
    if name.starts_with("arn:") {
        return name.to_owned();
    }
    let Place { account, region } = place;
    let hex = hex(&Sha256::digest(format!("{account}/{region}/{name}")));
    let id: String = hex.chars().take(16).collect();
    format!("arn:aws:servicediscovery:{region}:{account}:namespace/ns-{id}")
}

/// The id of the service that Service Connect makes in a namespace.
pub(super) fn service_id(namespace: &str, name: &str) -> String {
    let hex = hex(&Sha256::digest(format!("{namespace}/{name}")));
    let id: String = hex.chars().take(16).collect();
    format!("srv-{id}")
}
