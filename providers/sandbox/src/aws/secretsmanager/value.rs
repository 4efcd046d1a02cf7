//! Values: GetSecretValue, PutSecretValue, UpdateSecret.

use serde::Deserialize;

use super::common::{
    CODE, content, invalid, invalid_request, key, not_found, short, token, usable,
};
use super::secret::{Content, Secret, Version, in_use};
use super::shadow;
use crate::aws::shape::{body, length, stamp};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

const CURRENT: &str = "AWSCURRENT";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Get {
    secret_id: String,
    version_id: Option<String>,
    version_stage: Option<String>,
}

/// GetSecretValue: the current version, or the one with an id or a stage.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let request: Get = body(call, CODE)?;
    let secret = usable(call, &request.secret_id)?;
    let version = chosen(&secret, &request)?;
    let mut answer = short(&secret);
    answer["VersionId"] = version.id.clone().into();
    answer["CreatedDate"] = stamp(version.created);
    if !version.stages.is_empty() {
        answer["VersionStages"] = version.stages.clone().into();
    }
    match &version.content {
        Content::Text(text) => answer["SecretString"] = text.clone().into(),
        Content::Binary(blob) => answer["SecretBinary"] = blob.clone().into(),
    }
    Ok(Body::Json(answer))
}

fn chosen<'a>(secret: &'a Secret, request: &Get) -> Result<&'a Version, ApiError> {
    let none = |what: &str, which: &str| {
        not_found(format!(
            "Secrets Manager can't find the specified secret value for {what}: {which}"
        ))
    };
    let stage = request.version_stage.as_deref();
    let Some(id) = &request.version_id else {
        let stage = stage.unwrap_or(CURRENT);
        return secret
            .staged(stage)
            .ok_or_else(|| none("staging label", stage));
    };
    let version = secret.version(id).ok_or_else(|| none("VersionId", id))?;
    match stage.is_some_and(|stage| !version.stages.iter().any(|one| one == stage)) {
        true => Err(invalid_request(
            "You provided a VersionStage that is not associated to the provided VersionId.",
        )),
        false => Ok(version),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Put {
    secret_id: String,
    client_request_token: Option<String>,
    secret_binary: Option<String>,
    secret_string: Option<String>,
    version_stages: Option<Vec<String>>,
}

/// PutSecretValue: a new version; the same call again, with its token, is the same version.
pub(super) fn put(call: &mut Call<'_>) -> Outcome {
    let request: Put = body(call, CODE)?;
    let stages = request
        .version_stages
        .unwrap_or_else(|| vec![CURRENT.to_owned()]);
    check_stages(&stages)?;
    let token = token(request.client_request_token)?;
    let content = content(request.secret_string, request.secret_binary)?
        .ok_or_else(|| invalid_request("You must provide either SecretString or SecretBinary."))?;
    let mut secret = usable(call, &request.secret_id)?;
    if !made_before(&secret, &token, &content)? {
        key(secret.key.as_deref())?;
        secret.add(&token, content, &stages, call.now())?;
        shadow::keep(&mut call.tx, &call.place, &secret);
    }
    let mut answer = short(&secret);
    if let Some(version) = secret.version(&token).filter(|one| !one.stages.is_empty()) {
        answer["VersionStages"] = version.stages.clone().into();
    }
    answer["VersionId"] = token.into();
    Ok(Body::Json(answer))
}

fn check_stages(stages: &[String]) -> Result<(), ApiError> {
    if !(1..=20).contains(&stages.len()) {
        return Err(invalid("VersionStages must have 1 to 20 members."));
    }
    for stage in stages {
        length(CODE, "VersionStages", stage, 1, 256)?;
    }
    Ok(())
}

/// Whether the token made this very version; refuses one that made another.
fn made_before(secret: &Secret, token: &str, content: &Content) -> Result<bool, ApiError> {
    match secret.version(token) {
        None => Ok(false),
        Some(version) if version.content == *content => Ok(true),
        Some(_) => Err(in_use(token, secret)),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Update {
    secret_id: String,
    client_request_token: Option<String>,
    description: Option<String>,
    kms_key_id: Option<String>,
    secret_binary: Option<String>,
    secret_string: Option<String>,
}

/// UpdateSecret: description, key, and a new current version when it brings a value.
pub(super) fn update(call: &mut Call<'_>) -> Outcome {
    let request: Update = body(call, CODE)?;
    let description = request.description.as_deref().unwrap_or_default();
    length(CODE, "Description", description, 0, 2048)?;
    let token = token(request.client_request_token)?;
    let content = content(request.secret_string, request.secret_binary)?;
    let mut secret = usable(call, &request.secret_id)?;
    key(request.kms_key_id.as_deref())?;
    secret.description = request.description.or(secret.description);
    secret.key = request.kms_key_id.or(secret.key);
    let mut answer = short(&secret);
    if let Some(content) = content {
        if !made_before(&secret, &token, &content)? {
            secret.add(&token, content, &[CURRENT.to_owned()], call.now())?;
        }
        answer["VersionId"] = token.into();
    }
    secret.changed = call.now();
    shadow::keep(&mut call.tx, &call.place, &secret);
    Ok(Body::Json(answer))
}
