//! DescribeSecret, ListSecretVersionIds, GetResourcePolicy: none of them tells a value.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::common::{CODE, named, short};
use super::secret::{Secret, Version};
use crate::aws::shape::{body, page, stamp, tag_rows, within};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    secret_id: String,
}

/// DescribeSecret.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call, CODE)?;
    let secret = named(call, &request.secret_id)?;
    Ok(Body::Json(row(&secret, "VersionIdsToStages")))
}

/// A secret as DescribeSecret and ListSecrets tell it; they call its versions by different names.
pub(super) fn row(secret: &Secret, versions: &str) -> Value {
    let mut row = short(secret);
    row["CreatedDate"] = stamp(secret.created);
    row["LastChangedDate"] = stamp(secret.changed);
    if let Some(description) = &secret.description {
        row["Description"] = description.clone().into();
    }
    if let Some(key) = &secret.key {
        row["KmsKeyId"] = key.clone().into();
    }
    if !secret.tags.is_empty() {
        row["Tags"] = tag_rows(&secret.tags).into();
    }
    if let Some(deleted) = &secret.deleted {
        row["DeletedDate"] = stamp(deleted.phase.since);
    }
    let staged = secret.versions.iter().filter(|one| !one.stages.is_empty());
    let stages: Map<String, Value> = staged
        .map(|version| (version.id.clone(), json!(version.stages)))
        .collect();
    if !stages.is_empty() {
        row[versions] = stages.into();
    }
    row
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Versions {
    secret_id: String,
    max_results: Option<i64>,
    next_token: Option<String>,
    #[serde(default)]
    include_deprecated: bool,
}

/// ListSecretVersionIds.
pub(super) fn versions(call: &mut Call<'_>) -> Outcome {
    let request: Versions = body(call, CODE)?;
    let size = within(CODE, "MaxResults", request.max_results, (1, 100, 100))?;
    let secret = named(call, &request.secret_id)?;
    let mut versions = secret.versions.clone();
    versions.retain(|version| request.include_deprecated || !version.stages.is_empty());
    let token = request.next_token.as_deref();
    let (versions, next) =
        page(versions, |version| version.id.clone(), size, token).ok_or_else(bad_token)?;
    let key = secret.key.as_deref().unwrap_or("DefaultEncryptionKey");
    let rows: Vec<Value> = versions.iter().map(|version| about(version, key)).collect();
    let mut answer = short(&secret);
    answer["Versions"] = rows.into();
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(Body::Json(answer))
}

fn about(version: &Version, key: &str) -> Value {
    let mut row = json!({
        "VersionId": version.id,
        "CreatedDate": stamp(version.created),
        "KmsKeyIds": [key],
    });
    if !version.stages.is_empty() {
        row["VersionStages"] = version.stages.clone().into();
    }
    row
}

/// The refusal of a token of another list.
pub(super) fn bad_token() -> ApiError {
    ApiError::bad("InvalidNextTokenException", "Invalid pagination token")
}

/// GetResourcePolicy: no secret here has one.
pub(super) fn policy(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call, CODE)?;
    let secret = named(call, &request.secret_id)?;
    Ok(Body::Json(short(&secret)))
}
