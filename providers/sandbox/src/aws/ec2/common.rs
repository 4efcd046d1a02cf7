//! What EC2's resources share: reading of parameters, refusals, client tokens.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::aws::{Call, Outcome};
use crate::store::{Document, Place, Tx, hex};
use crate::wire::{ApiError, Body, Fields};

/// Parameters of a describe with filters.
pub(super) const FILTERED: &[&str] = &["Filter.N.Name", "Filter.N.Value.N", "DryRun"];

/// Parameters of a describe with filters and pages.
pub(super) const DESCRIBE: &[&str] = &[
    "Filter.N.Name",
    "Filter.N.Value.N",
    "NextToken",
    "MaxResults",
    "DryRun",
];

/// Parameters of a create that takes tags.
pub(super) const TAGGED: &[&str] = &[
    "TagSpecification.N.ResourceType",
    "TagSpecification.N.Tag.N.Key",
    "TagSpecification.N.Tag.N.Value",
    "DryRun",
];

/// A parameter that must be there.
pub(super) fn required(call: &Call<'_>, name: &str) -> Result<String, ApiError> {
    match call.params.get(name) {
        Some(value) if !value.is_empty() => Ok(value.to_owned()),
        _ => Err(missing(name)),
    }
}

/// The refusal of a call without a parameter.
pub(super) fn missing(name: &str) -> ApiError {
    ApiError::bad(
        "MissingParameter",
        format!("The request must contain the parameter {name}"),
    )
}

/// The refusal of a value.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::bad("InvalidParameterValue", message)
}

/// The refusal of a deletion.
pub(super) fn dependencies(noun: &str, id: &str) -> ApiError {
    ApiError::bad(
        "DependencyViolation",
        format!("The {noun} '{id}' has dependencies and cannot be deleted."),
    )
}

/// A parameter that is `true` or `false`.
pub(super) fn boolean(call: &Call<'_>, name: &str) -> Result<Option<bool>, ApiError> {
    call.params
        .get(name)
        .map(|text| truth(name, text))
        .transpose()
}

/// The truth of a text.
pub(super) fn truth(name: &str, text: &str) -> Result<bool, ApiError> {
    text.parse().map_err(|_| {
        invalid(format!(
            "Invalid value '{text}' for {name}. Expecting a boolean."
        ))
    })
}

/// The number of a text.
pub(super) fn number<N: std::str::FromStr>(name: &str, text: &str) -> Result<N, ApiError> {
    text.parse().map_err(|_| {
        invalid(format!(
            "Value ({text}) for parameter {name} is invalid. Expecting a number."
        ))
    })
}

/// The answer of calls that only say that they worked.
pub(super) fn done() -> Outcome {
    Ok(Body::Xml(Fields::new().text("return", true)))
}

/// A moment as EC2 writes it.
pub(super) fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

/// Whether the text is `prefix-` and 8 or 17 hexadecimal digits.
pub(super) fn well_formed(prefix: &str, id: &str) -> bool {
    id.strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('-'))
        .is_some_and(|digits| {
            let plain = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            (digits.len() == 8 || digits.len() == 17) && digits.bytes().all(plain)
        })
}

/// A client token that was used, and for what.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Token {
    operation: String,
    token: String,
    digest: String,
    made: String,
    created: Timestamp,
}

impl Document for Token {
    const SERVICE: &'static str = "ec2";
    const KIND: &'static str = "client-token";

    fn id(&self) -> String {
        format!("{}/{}", self.operation, self.token)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

/// What the call's client token made before: its id. The same token with other parameters is refused.
pub(super) fn made_before(call: &Call<'_>) -> Result<Option<String>, ApiError> {
    let Some(token) = call.params.get("ClientToken") else {
        return Ok(None);
    };
    if token.len() > 64 || !token.is_ascii() {
        return Err(invalid(
            "Invalid client token: it must be at most 64 ASCII characters.",
        ));
    }
    let id = format!("{}/{token}", call.operation);
    match call.tx.get::<Token>(&call.place, &id) {
        None => Ok(None),
        Some(used) if used.digest == digest(call) => Ok(Some(used.made)),
        Some(_) => Err(ApiError::bad(
            "IdempotentParameterMismatch",
            "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
        )),
    }
}

/// Remembers what the call's client token made.
pub(super) fn remember(call: &mut Call<'_>, made: &str) {
    if let Some(token) = call.params.get("ClientToken") {
        let used = Token {
            operation: call.operation.to_owned(),
            token: token.to_owned(),
            digest: digest(call),
            made: made.to_owned(),
            created: call.now(),
        };
        call.tx.put(&call.place, &used);
    }
}

fn digest(call: &Call<'_>) -> String {
    let mut hash = Sha256::new();
    let counts =
        |name: &str| !matches!(name, "ClientToken" | "DryRun") && !name.starts_with("X-Amz-");
    for (name, value) in call.params.iter().filter(|(name, _)| counts(name)) {
        hash.update(format!("{}:{name}={}:{value};", name.len(), value.len()));
    }
    hex(&hash.finalize())
}

/// Refuses one more than the quota.
pub(super) fn within(
    tx: &Tx<'_>,
    quota: &str,
    have: usize,
    code: &str,
    noun: &str,
) -> Result<(), ApiError> {
    if (have as u64) < tx.config().quota(quota) {
        return Ok(());
    }
    Err(ApiError::bad(
        code,
        format!("The maximum number of {noun} has been reached."),
    ))
}

/// The ARN of an EC2 object.
pub(super) fn arn(place: &Place, kind: &str, id: &str) -> String {
    format!("arn:aws:ec2:{}:{}:{kind}/{id}", place.region, place.account)
}

/// The id of the DHCP options that every VPC of a region starts with.
pub(super) fn dhcp_options(place: &Place) -> String {
    let hex = hex(&Sha256::digest(format!(
        "dopt/{}/{}",
        place.account, place.region
    )));
    format!("dopt-0{}", hex.get(..16).unwrap_or_default())
}
