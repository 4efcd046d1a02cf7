//! Secrets: made, read, listed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::timing;
use super::version::Version;
use crate::gcp::filter::Filter;
use crate::gcp::refusal::{exists, invalid, not_found, precondition};
use crate::gcp::shape::{page, stamp};
use crate::gcp::{Call, Outcome};
use crate::store::{Document, Place, Tx};
use crate::wire::ApiError;

/// A secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Secret {
    /// Its id.
    pub(crate) name: String,
    /// Where it lies, as callers said it.
    pub(crate) replication: Value,
    /// Its labels.
    #[serde(default)]
    pub(crate) labels: BTreeMap<String, String>,
    /// Its annotations.
    #[serde(default)]
    pub(crate) annotations: BTreeMap<String, String>,
    /// Names of versions.
    #[serde(default)]
    pub(crate) aliases: BTreeMap<String, u64>,
    /// When it goes by itself.
    #[serde(default)]
    pub(crate) expires: Option<Timestamp>,
    /// When and how often its change is asked for: `nextRotationTime`, `rotationPeriod`.
    #[serde(default)]
    pub(crate) rotation: Value,
    /// Where its changes are told.
    #[serde(default)]
    pub(crate) topics: Vec<Value>,
    /// Counts the changes.
    pub(crate) revision: u64,
    /// The number of its newest version; 0 = there was none.
    pub(crate) newest: u64,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl Document for Secret {
    const SERVICE: &'static str = "secretmanager";
    const KIND: &'static str = "secret";

    fn id(&self) -> String {
        self.name.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

/// An etag with its quotes.
pub(super) fn etag(of: Timestamp, revision: u64) -> String {
    let micros = of.as_microsecond().unsigned_abs();
    format!("\"{:x}\"", micros + revision)
}

/// Refuses a caller that knows another state. Without an etag nothing is asked.
pub(super) fn same_etag(given: &str, present: &str) -> Result<(), ApiError> {
    match given.is_empty() || given == present {
        true => Ok(()),
        false => Err(precondition(format!(
            "The etag provided in the request does not match the current etag of the resource: expected {present}, received {given}."
        ))),
    }
}

impl Secret {
    /// Its name in answers.
    pub(super) fn full_name(&self, number: &str) -> String {
        format!("projects/{number}/secrets/{}", self.name)
    }

    /// Its etag.
    pub(super) fn etag(&self) -> String {
        etag(self.created, self.revision)
    }

    /// As the API shows it.
    pub(super) fn show(&self, number: &str) -> Value {
        let mut out = json!({
            "name": self.full_name(number),
            "replication": self.replication,
            "createTime": stamp(self.created),
            "etag": self.etag(),
        });
        if !self.labels.is_empty() {
            out["labels"] = json!(self.labels);
        }
        if !self.annotations.is_empty() {
            out["annotations"] = json!(self.annotations);
        }
        if let Some(at) = self.expires {
            out["expireTime"] = json!(stamp(at));
        }
        if !self.rotation.is_null() {
            out["rotation"] = self.rotation.clone();
        }
        if !self.topics.is_empty() {
            out["topics"] = json!(self.topics);
        }
        if !self.aliases.is_empty() {
            let text = |(name, number): (&String, &u64)| (name.clone(), json!(number.to_string()));
            out["versionAliases"] = self
                .aliases
                .iter()
                .map(text)
                .collect::<serde_json::Map<_, _>>()
                .into();
        }
        out
    }

    /// What is said of where a version lies.
    pub(super) fn replication_status(&self) -> Value {
        let replicas = self
            .replication
            .pointer("/userManaged/replicas")
            .and_then(Value::as_array);
        match replicas {
            None => json!({ "automatic": {} }),
            Some(replicas) => {
                let of = |replica: &Value| json!({ "location": replica["location"] });
                let list: Vec<Value> = replicas.iter().map(of).collect();
                json!({ "userManaged": { "replicas": list } })
            }
        }
    }
}

/// The secret that the path names.
pub(super) fn named(call: &Call<'_>) -> Result<Secret, ApiError> {
    let name = call.param("secret");
    let found = call.tx.see::<Secret>(&call.place(""), name);
    found.ok_or_else(|| {
        not_found(format!(
            "Secret [projects/{}/secrets/{name}] not found.",
            call.number()
        ))
    })
}

/// Keys and values among the members of the body.
pub(super) fn texts(call: &Call<'_>, member: &str) -> Result<BTreeMap<String, String>, ApiError> {
    let mut found = BTreeMap::new();
    let given = call.json.get(member).and_then(Value::as_object);
    for (name, value) in given.into_iter().flatten() {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return Err(invalid(format!("Invalid value at 'secret.{member}'."))),
        };
        found.insert(name.clone(), value);
    }
    Ok(found)
}

/// Labels as the API wants them: 64, of up to 63 signs.
pub(super) fn labels_legal(labels: &BTreeMap<String, String>) -> Result<(), ApiError> {
    let sign =
        |sign: char| (sign.is_alphanumeric() && !sign.is_uppercase()) || sign == '_' || sign == '-';
    let legal = |text: &str| text.chars().count() <= 63 && text.chars().all(sign);
    let wrong = labels.iter().find(|(key, value)| {
        !key.starts_with(|first: char| first.is_alphabetic()) || !legal(key) || !legal(value)
    });
    match wrong {
        Some((key, _)) => Err(invalid(format!(
            "The label {key} is not valid: keys and values have up to 63 lower-case letters, digits, '_' and '-'."
        ))),
        None if labels.len() > 64 => Err(invalid("A secret has at most 64 labels.")),
        None => Ok(()),
    }
}

/// Annotations as the API wants them: 16 KiB in all.
pub(super) fn annotations_legal(annotations: &BTreeMap<String, String>) -> Result<(), ApiError> {
    let size: usize = annotations
        .iter()
        .map(|(key, value)| key.len() + value.len())
        .sum();
    match size <= 16 << 10 {
        true => Ok(()),
        false => Err(invalid(
            "The total size of annotations must be less than 16 KiB.",
        )),
    }
}

/// `create`.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let name = call.param("secretId").to_owned();
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if name.is_empty() || name.len() > 255 || !name.bytes().all(sign) {
        let text = "The provided Secret ID does not match the expected format [[a-zA-Z_0-9]+].";
        return Err(invalid(text));
    }
    let replication = replication(call)?;
    let (labels, annotations) = (texts(call, "labels")?, texts(call, "annotations")?);
    labels_legal(&labels)?;
    annotations_legal(&annotations)?;
    let place = call.place("");
    if call.tx.get::<Secret>(&place, &name).is_some() {
        let text = format!(
            "Secret [projects/{}/secrets/{name}] already exists.",
            call.number()
        );
        return Err(exists(text));
    }
    let (expires, topics) = (timing::expires(call)?, timing::topics(call)?);
    let rotation = timing::rotation(call.now(), &call.json["rotation"], &topics)?;
    let secret = Secret {
        name,
        replication,
        labels,
        annotations,
        aliases: BTreeMap::new(),
        expires,
        rotation,
        topics,
        revision: 0,
        newest: 0,
        created: call.now(),
    };
    call.tx.put(&place, &secret);
    Ok(secret.show(&call.number()))
}

/// Where it is to lie: everywhere, or in the locations given.
fn replication(call: &Call<'_>) -> Result<Value, ApiError> {
    let given = call.json.get("replication").cloned().unwrap_or(Value::Null);
    let automatic = given.get("automatic").is_some();
    let replicas = given
        .pointer("/userManaged/replicas")
        .and_then(Value::as_array);
    let locations = replicas.map(|replicas| {
        let of = |replica: &Value| {
            replica
                .get("location")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        replicas.iter().map(of).collect::<Vec<_>>()
    });
    match (automatic, locations) {
        (true, None) => Ok(given),
        (false, Some(locations)) if !locations.is_empty() => {
            let unknown = |location: &&String| {
                !crate::gcp::compute::REGIONS
                    .iter()
                    .any(|(region, _)| region == *location)
            };
            match locations.iter().find(unknown) {
                None => Ok(given),
                Some(location) => Err(invalid(format!("Invalid location: {location}."))),
            }
        }
        _ => Err(invalid(
            "secret.replication must be provided, either automatic or with at least one replica.",
        )),
    }
}

/// `get`.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    Ok(named(call)?.show(&call.number()))
}

/// Rows of a list: filtered, the newest first, one page of them.
pub(super) fn rows(call: &Call<'_>, rows: Vec<(u64, Value)>, member: &str) -> Outcome {
    let filter = Filter::parse(call.param("filter"))
        .map_err(|why| invalid(format!("Invalid filter: {why}")))?;
    let mut rows: Vec<(String, Value)> = rows
        .into_iter()
        .filter(|(_, row)| filter.lets(row))
        .map(|(age, row)| (format!("{:020} {}", u64::MAX - age, row["name"]), row))
        .collect();
    rows.sort_by(|(a, _), (b, _)| a.cmp(b));
    let total = rows.len();
    let size = call
        .param("pageSize")
        .parse()
        .unwrap_or(25_000)
        .clamp(1, 25_000);
    let (rows, next) = page(rows, |(key, _)| key.clone(), size, call.param("pageToken"))?;
    let mut answer = json!({});
    if total > 0 {
        answer["totalSize"] = json!(total);
        answer[member] = rows.into_iter().map(|(_, row)| row).collect();
    }
    if let Some(next) = next {
        answer["nextPageToken"] = json!(next);
    }
    Ok(answer)
}

/// `list`.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let number = call.number();
    let all = call.tx.see_all::<Secret>(&call.place(""));
    let row = |secret: &Secret| {
        (
            secret.created.as_microsecond().unsigned_abs(),
            secret.show(&number),
        )
    };
    rows(call, all.iter().map(row).collect(), "secrets")
}

/// All versions of a secret.
pub(super) fn versions(tx: &Tx<'_>, place: &Place, secret: &Secret) -> Vec<Version> {
    let mut all = tx.list::<Version>(place);
    all.retain(|version| version.secret == secret.name);
    all
}
