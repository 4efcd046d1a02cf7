//! What the operations of Secrets Manager share: refusals, the secret that a call names, the value that it brings.

use serde_json::{Value, json};

use super::Secret;
use super::secret::Content;
use crate::aws::Call;
use crate::aws::shape::{self, blob_size, constraint_unsaid};
use crate::store::Place;
use crate::wire::ApiError;

/// What the front end calls a member that is not right.
pub(super) const CODE: &str = "ValidationException";

/// The most bytes of a value.
const MOST: usize = 65_536;

/// The refusal of a value.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::bad("InvalidParameterException", message)
}

/// The refusal of what the state does not allow.
pub(super) fn invalid_request(message: impl Into<String>) -> ApiError {
    ApiError::bad("InvalidRequestException", message)
}

/// The refusal of a name that names nothing.
pub(super) fn not_found(message: impl Into<String>) -> ApiError {
    ApiError::bad("ResourceNotFoundException", message)
}

/// The secret that a call names by name or ARN, also one that waits for its deletion. Reads of a secret are consistent.
pub(super) fn named(call: &Call<'_>, id: &str) -> Result<Secret, ApiError> {
    shape::length(CODE, "SecretId", id, 1, 2048)?;
    Secret::find(&call.tx, &call.place, id)
        .ok_or_else(|| not_found("Secrets Manager can't find the specified secret."))
}

/// The same when it is not marked for deletion.
pub(super) fn usable(call: &Call<'_>, id: &str) -> Result<Secret, ApiError> {
    let secret = named(call, id)?;
    match secret.live() {
        true => Ok(secret),
        false => Err(invalid_request(
            "You can't perform this operation on the secret because it was marked for deletion.",
        )),
    }
}

/// The token, which becomes the version's id. SDKs make one; a bare request must bring it.
pub(super) fn token(given: Option<String>) -> Result<String, ApiError> {
    let token = given.ok_or_else(|| {
        invalid_request(
            "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
        )
    })?;
    match (32..=64).contains(&token.len()) {
        true => Ok(token),
        false => Err(invalid("ClientRequestToken must be 32-64 characters long.")),
    }
}

/// The value of a call; none when it brings none.
pub(super) fn content(
    text: Option<String>,
    binary: Option<String>,
) -> Result<Option<Content>, ApiError> {
    let (member, size, content) = match (text, binary) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(invalid(
                "You can't specify both a binary secret value and a string secret value in the same secret.",
            ));
        }
        (Some(text), None) => ("SecretString", text.len(), Content::Text(text)),
        (None, Some(blob)) => {
            let unread = || ApiError::bad("SerializationException", "SecretBinary is no base64");
            let size = blob_size(&blob).ok_or_else(unread)?;
            ("SecretBinary", size, Content::Binary(blob))
        }
    };
    if size == 0 {
        let rule = "have length greater than or equal to 1";
        return Err(constraint_unsaid(CODE, member, rule));
    }
    if size > MOST {
        let rule = format!("have length less than or equal to {MOST}");
        return Err(constraint_unsaid(CODE, member, &rule));
    }
    Ok(Some(content))
}

/// Refuses a key that cannot be used. There is no KMS here, so that a key whose id says `missing` is not there.
pub(super) fn key(given: Option<&str>) -> Result<(), ApiError> {
    match given.is_some_and(|key| key.contains("missing")) {
        true => Err(ApiError::bad(
            "EncryptionFailure",
            "Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the KMS \
             key is available, enabled, and not in an invalid state.",
        )),
        false => Ok(()),
    }
}

/// The ARN of a secret without its random end.
pub(super) fn arn(place: &Place, name: &str) -> String {
    let Place { account, region } = place;
    format!("arn:aws:secretsmanager:{region}:{account}:secret:{name}")
}

/// The members that most answers begin with.
pub(super) fn short(secret: &Secret) -> Value {
    json!({"ARN": secret.arn, "Name": secret.name})
}
