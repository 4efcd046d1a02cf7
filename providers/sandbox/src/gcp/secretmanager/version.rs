//! Versions of secrets: numbers from 1, never given twice.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::secret::{Secret, etag, named as secret_named, rows, same_etag, versions};
use crate::gcp::refusal::{not_found, precondition};
use crate::gcp::shape::stamp;
use crate::gcp::{Call, Outcome};
use crate::store::Document;
use crate::wire::ApiError;

/// A version.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Version {
    /// The secret's id.
    pub(crate) secret: String,
    /// Its number.
    pub(crate) number: u64,
    /// `ENABLED`, `DISABLED`, `DESTROYED`.
    pub(crate) state: String,
    /// The value in base64; empty once destroyed.
    pub(crate) data: String,
    /// Whether the caller said its checksum.
    #[serde(default)]
    pub(crate) checked: bool,
    /// Counts the changes.
    pub(crate) revision: u64,
    /// When it was destroyed.
    #[serde(default)]
    pub(crate) destroyed: Option<Timestamp>,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl Document for Version {
    const SERVICE: &'static str = "secretmanager";
    const KIND: &'static str = "version";

    fn id(&self) -> String {
        format!("{}/{:020}", self.secret, self.number)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Version {
    /// Its name in answers.
    pub(super) fn full_name(&self, number: &str) -> String {
        format!(
            "projects/{number}/secrets/{}/versions/{}",
            self.secret, self.number
        )
    }

    fn etag(&self) -> String {
        etag(self.created, self.revision)
    }

    /// As the API shows it.
    pub(super) fn show(&self, secret: &Secret, number: &str) -> Value {
        let mut out = json!({
            "name": self.full_name(number),
            "createTime": stamp(self.created),
            "state": self.state,
            "replicationStatus": secret.replication_status(),
            "etag": self.etag(),
        });
        if let Some(destroyed) = self.destroyed {
            out["destroyTime"] = json!(stamp(destroyed));
        }
        if self.checked {
            out["clientSpecifiedPayloadChecksum"] = json!(true);
        }
        out
    }
}

/// Secret and version that the path names: by number, by an alias, or the newest one of all.
pub(super) fn named(call: &Call<'_>) -> Result<(Secret, Version), ApiError> {
    let secret = secret_named(call)?;
    let name = call.param("version");
    let full = secret.full_name(&call.number());
    let number = match name {
        "latest" => secret.newest,
        alias => secret
            .aliases
            .get(alias)
            .copied()
            .or_else(|| name.parse().ok())
            .unwrap_or_default(),
    };
    if name == "latest" && number == 0 {
        let text = format!("Secret [{full}] not found or has no versions.");
        return Err(not_found(text));
    }
    let id = format!("{}/{number:020}", secret.name);
    match call.tx.get::<Version>(&call.place(""), &id) {
        Some(version) => Ok((secret, version)),
        None => Err(not_found(format!(
            "Secret Version [{full}/versions/{name}] not found."
        ))),
    }
}

/// `get`.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let (secret, version) = named(call)?;
    Ok(version.show(&secret, &call.number()))
}

/// `list`, the newest first.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let secret = secret_named(call)?;
    let number = call.number();
    let all = versions(&call.tx, &call.place(""), &secret);
    let row = |version: &Version| (version.number, version.show(&secret, &number));
    rows(call, all.iter().map(row).collect(), "versions")
}

fn turn(call: &mut Call<'_>, state: &str) -> Outcome {
    let (secret, mut version) = named(call)?;
    let given = call.json.get("etag").and_then(Value::as_str);
    same_etag(given.unwrap_or_default(), &version.etag())?;
    if version.state == "DESTROYED" && state != "DESTROYED" {
        let name = version.full_name(&call.number());
        return Err(precondition(format!(
            "Secret Version [{name}] is in DESTROYED state."
        )));
    }
    if state == "DESTROYED" {
        version.data.clear();
        version.destroyed = version.destroyed.or(Some(call.now()));
    }
    state.clone_into(&mut version.state);
    version.revision += 1;
    call.tx.put(&call.place(""), &version);
    Ok(version.show(&secret, &call.number()))
}

/// `enable`.
pub(super) fn enable(call: &mut Call<'_>) -> Outcome {
    turn(call, "ENABLED")
}

/// `disable`.
pub(super) fn disable(call: &mut Call<'_>) -> Outcome {
    turn(call, "DISABLED")
}

/// `destroy`: the value is gone for good.
pub(super) fn destroy(call: &mut Call<'_>) -> Outcome {
    turn(call, "DESTROYED")
}
