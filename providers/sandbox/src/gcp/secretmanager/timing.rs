//! Secrets in time: when they go, when their change is asked for, and where that is told. Google's documentation of the
//! resource says the rules; the words of refusals are ours.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::secret::{Secret, versions};
use super::version::Version;
use crate::gcp::refusal::invalid;
use crate::gcp::{Call, policy};
use crate::store::{Document, Tx};
use crate::wire::ApiError;

/// The shortest period of rotation, in seconds.
const SHORTEST: i64 = 3600;
/// The longest one: a hundred years.
const LONGEST: i64 = 3_153_600_000;
/// How far ahead the next rotation must be, in seconds.
const AHEAD: i64 = 300;
/// Topics of one secret.
const TOPICS: usize = 10;

fn moment(name: &str, text: &str) -> Result<Timestamp, ApiError> {
    text.parse().map_err(|_| {
        invalid(format!(
            "Invalid value at 'secret.{name}' (type.googleapis.com/google.protobuf.Timestamp)."
        ))
    })
}

/// A span as the front end reads it: `3600s`.
fn seconds(name: &str, text: &str) -> Result<i64, ApiError> {
    let number = text.strip_suffix('s').and_then(|text| text.parse().ok());
    number.ok_or_else(|| {
        invalid(format!(
            "Invalid value at 'secret.{name}' (type.googleapis.com/google.protobuf.Duration)."
        ))
    })
}

fn given<'a>(call: &'a Call<'_>, name: &str) -> &'a str {
    let value = call.json.get(name).and_then(Value::as_str);
    value.unwrap_or_default()
}

/// When the secret is to go: at a moment, or after a span.
pub(super) fn expires(call: &Call<'_>) -> Result<Option<Timestamp>, ApiError> {
    let at = match (given(call, "expireTime"), given(call, "ttl")) {
        ("", "") => return Ok(None),
        (at, "") => moment("expireTime", at)?,
        (_, span) => {
            let span = SignedDuration::from_secs(seconds("ttl", span)?);
            let at = call.now().checked_add(span);
            at.map_err(|_| invalid("secret.ttl is too long."))?
        }
    };
    match at > call.now() {
        true => Ok(Some(at)),
        false => Err(invalid("secret.expire_time must be in the future.")),
    }
}

/// Where changes are told.
pub(super) fn topics(call: &Call<'_>) -> Result<Vec<Value>, ApiError> {
    let rows = call.json.get("topics").and_then(Value::as_array).cloned();
    let rows = rows.unwrap_or_default();
    for row in &rows {
        let name = row.get("name").and_then(Value::as_str).unwrap_or_default();
        let parts: Vec<&str> = name.split('/').collect();
        if !matches!(parts.as_slice(), ["projects", project, "topics", topic] if !project.is_empty() && !topic.is_empty())
        {
            return Err(invalid(format!(
                "Topic name [{name}] does not match the expected format [projects/*/topics/*]."
            )));
        }
    }
    match rows.len() <= TOPICS {
        true => Ok(rows),
        false => Err(invalid(format!("A secret has at most {TOPICS} topics."))),
    }
}

/// When its change is asked for: only where somebody is told.
pub(super) fn rotation(
    now: Timestamp,
    rotation: &Value,
    topics: &[Value],
) -> Result<Value, ApiError> {
    if rotation.is_null() {
        return Ok(Value::Null);
    }
    let text = |name: &str| {
        rotation
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let (next, period) = (text("nextRotationTime"), text("rotationPeriod"));
    if topics.is_empty() {
        return Err(invalid(
            "secret.topics must be given where secret.rotation is.",
        ));
    }
    if !period.is_empty() {
        if !(SHORTEST..=LONGEST).contains(&seconds("rotation.rotationPeriod", period)?) {
            return Err(invalid(format!(
                "secret.rotation.rotation_period must be between {SHORTEST}s and {LONGEST}s."
            )));
        }
        if next.is_empty() {
            return Err(invalid(
                "secret.rotation.next_rotation_time must be given with secret.rotation.rotation_period.",
            ));
        }
    }
    if !next.is_empty() {
        let earliest = now + SignedDuration::from_secs(AHEAD);
        if moment("rotation.nextRotationTime", next)? < earliest {
            return Err(invalid(
                "secret.rotation.next_rotation_time must be at least five minutes in the future.",
            ));
        }
    }
    Ok(json!(rotation))
}

/// Takes away the secrets whose time has come.
pub(super) fn settle(tx: &mut Tx<'_>) {
    let now = tx.now();
    for (place, secret) in tx.everywhere::<Secret>() {
        if secret.expires.is_none_or(|at| at > now) {
            continue;
        }
        for version in versions(tx, &place, &secret) {
            tx.delete::<Version>(&place, &version.id());
        }
        tx.delete::<Secret>(&place, &secret.name);
        let resource = format!("projects/{}/secrets/{}", place.account, secret.name);
        policy::forget(tx, &place.account, &resource);
    }
}
