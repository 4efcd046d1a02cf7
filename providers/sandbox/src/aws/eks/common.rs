//! What EKS's resources share: reading of bodies, refusals, names, pages.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Cluster;
use crate::aws::{Call, Outcome};
use crate::store::{Document, Place, Tx, hex};
use crate::wire::{ApiError, Body};

/// The body of the request. A member that the sandbox does not know is refused by name, not ignored.
pub(super) fn body<T: DeserializeOwned>(call: &Call<'_>) -> Result<T, ApiError> {
    let body = match &call.json {
        Value::Null => json!({}),
        body => body.clone(),
    };
    serde_json::from_value(body).map_err(|error| {
        let text = error.to_string();
        match text.contains("unknown field") {
            true => ApiError::new(
                501,
                "NotImplemented",
                format!(
                    "the sandbox does not take this of eks:{}: {text}",
                    call.operation
                ),
            ),
            false => ApiError::bad("SerializationException", text),
        }
    })
}

/// A part of the path.
pub(super) fn path<'a>(call: &'a Call<'_>, name: &str) -> &'a str {
    call.params.get(name).unwrap_or_default()
}

/// The refusal of a value.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::bad("InvalidParameterException", message)
}

/// The refusal of what the state does not allow.
pub(super) fn invalid_request(message: impl Into<String>) -> ApiError {
    ApiError::bad("InvalidRequestException", message)
}

/// The refusal of what something else is in the way of.
pub(super) fn in_use(message: impl Into<String>) -> ApiError {
    ApiError::new(409, "ResourceInUseException", message)
}

/// The refusal of a name that names nothing.
pub(super) fn not_found(message: impl Into<String>) -> ApiError {
    ApiError::new(404, "ResourceNotFoundException", message)
}

/// Refuses one more than the quota.
pub(super) fn within(tx: &Tx<'_>, quota: &str, have: usize, message: &str) -> Result<(), ApiError> {
    match (have as u64) < tx.config().quota(quota) {
        true => Ok(()),
        false => Err(ApiError::bad("ResourceLimitExceededException", message)),
    }
}

/// Refuses a member without a value.
pub(super) fn present(name: &str, value: &str) -> Result<(), ApiError> {
    match value.is_empty() {
        true => Err(invalid(format!("{name} cannot be empty."))),
        false => Ok(()),
    }
}

/// Refuses a word that is none of the known ones.
pub(super) fn one_of(name: &str, value: &str, known: &[&str]) -> Result<(), ApiError> {
    match known.contains(&value) {
        true => Ok(()),
        false => Err(invalid(format!(
            "{name} {value} is not valid. Valid values are: {}",
            known.join(", ")
        ))),
    }
}

/// Refuses a name of a cluster or node group that is too long or has strange signs.
pub(super) fn name(noun: &str, name: &str, most: usize) -> Result<(), ApiError> {
    let first = name
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphanumeric());
    let rest = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    match first && rest && name.len() <= most {
        true => Ok(()),
        false => Err(invalid(format!(
            "The {noun} name '{name}' is not valid: it has 1 to {most} letters, digits, hyphens and underscores and \
             begins with a letter or digit."
        ))),
    }
}

/// The cluster of the path's `name`, in any state.
pub(super) fn cluster(call: &Call<'_>) -> Result<Cluster, ApiError> {
    let name = path(call, "name");
    call.tx.get::<Cluster>(&call.place, name).ok_or_else(|| {
        not_found(format!("No cluster found for name: {name}.")).with("clusterName", name)
    })
}

/// The same when it can take something new: it works, maybe while it is being updated.
pub(super) fn working(call: &Call<'_>) -> Result<Cluster, ApiError> {
    let cluster = cluster(call)?;
    match cluster.works() {
        true => Ok(cluster),
        false => Err(invalid_request(format!(
            "Cluster '{}' is not in ACTIVE status",
            cluster.name
        ))
        .with("clusterName", cluster.name.as_str())),
    }
}

/// Something that belongs to a cluster.
pub(super) trait Owned: Document {
    /// The cluster's name.
    fn cluster(&self) -> &str;
}

/// All that belong to the cluster, in the order of their ids.
pub(super) fn of_cluster<D: Owned>(tx: &Tx<'_>, place: &Place, cluster: &str) -> Vec<D> {
    let mut all = tx.list::<D>(place);
    all.retain(|one| one.cluster() == cluster);
    all
}

/// Those of them that lists show yet.
pub(super) fn seen_of_cluster<D: Owned>(call: &Call<'_>, cluster: &str) -> Vec<D> {
    let mut all = call.tx.see_all::<D>(&call.place);
    all.retain(|one| one.cluster() == cluster);
    all
}

/// One page of rows that are in the order of their keys, and the token of the next.
pub(super) fn page<R>(
    call: &Call<'_>,
    mut rows: Vec<R>,
    key: impl Fn(&R) -> String,
) -> Result<(Vec<R>, Option<String>), ApiError> {
    let size = match call.params.get("maxResults").map(str::parse::<usize>) {
        None => 100,
        Some(Ok(size)) if (1..=100).contains(&size) => size,
        Some(_) => return Err(invalid("maxResults must be between 1 and 100.")),
    };
    if let Some(token) = call
        .params
        .get("nextToken")
        .filter(|token| !token.is_empty())
    {
        let after = after(token).ok_or_else(|| invalid("The nextToken is not valid."))?;
        rows.retain(|row| key(row) > after);
    }
    let more = rows.len() > size;
    rows.truncate(size);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|row| hex(key(row).as_bytes()));
    Ok((rows, next))
}

fn after(token: &str) -> Option<String> {
    let byte = |at| u8::from_str_radix(token.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..token.len()).step_by(2).map(byte).collect();
    String::from_utf8(bytes?).ok()
}

/// A moment as EKS writes it: seconds with a fraction.
pub(super) fn stamp(at: Timestamp) -> Value {
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of our time fit a double"
    )]
    let seconds = at.as_millisecond() as f64 / 1000.0;
    json!(seconds)
}

/// The ARN of something of EKS: `cluster/shop`.
pub(super) fn arn(place: &Place, rest: &str) -> String {
    format!("arn:aws:eks:{}:{}:{rest}", place.region, place.account)
}

/// A new id in the form of a UUID.
pub(super) fn fresh_uuid(tx: &mut Tx<'_>, purpose: &str) -> String {
    let hex = tx.fresh_hex(purpose);
    Uuid::new_v5(&Uuid::NAMESPACE_OID, hex.as_bytes()).to_string()
}

/// The answer of a list: its rows, and the token of the next page when there is one.
pub(super) fn listing<R: serde::Serialize>(
    name: &str,
    rows: &[R],
    next: Option<String>,
) -> Outcome {
    let mut answer = json!({ name: rows });
    if let Some(next) = next {
        answer["nextToken"] = next.into();
    }
    Ok(Body::Json(answer))
}
