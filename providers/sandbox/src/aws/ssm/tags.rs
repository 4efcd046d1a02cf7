//! Tags of parameters.

use serde::Deserialize;
use serde_json::json;

use super::Parameter;
use super::common::{CODE, invalid};
use crate::aws::shape::{self, Tag, Tags, body, one_of, tag_rows};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

/// What the API can tag; of these the sandbox has parameters.
const TYPES: &[&str] = &[
    "Document",
    "ManagedInstance",
    "MaintenanceWindow",
    "Parameter",
    "PatchBaseline",
    "OpsItem",
    "OpsMetadata",
    "Automation",
    "Association",
];

/// Refuses more tags than a parameter can have.
pub(super) fn check_count(tags: &Tags) -> Result<(), ApiError> {
    match tags.len() > 50 {
        true => Err(ApiError::bad(
            "TooManyTagsError",
            "A parameter can have no more than 50 tags.",
        )),
        false => Ok(()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Add {
    resource_type: String,
    resource_id: String,
    tags: Vec<Tag>,
}

/// AddTagsToResource.
pub(super) fn add(call: &mut Call<'_>) -> Outcome {
    let request: Add = body(call, CODE)?;
    let tags = shape::tags(request.tags).map_err(invalid)?;
    let mut parameter = target(call, &request.resource_type, &request.resource_id)?;
    parameter.tags.extend(tags);
    check_count(&parameter.tags)?;
    call.tx.put(&call.place, &parameter);
    Ok(Body::Json(json!({})))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Remove {
    resource_type: String,
    resource_id: String,
    tag_keys: Vec<String>,
}

/// RemoveTagsFromResource.
pub(super) fn remove(call: &mut Call<'_>) -> Outcome {
    let request: Remove = body(call, CODE)?;
    let mut parameter = target(call, &request.resource_type, &request.resource_id)?;
    parameter
        .tags
        .retain(|key, _| !request.tag_keys.contains(key));
    call.tx.put(&call.place, &parameter);
    Ok(Body::Json(json!({})))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct List {
    resource_type: String,
    resource_id: String,
}

/// ListTagsForResource.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let request: List = body(call, CODE)?;
    let parameter = target(call, &request.resource_type, &request.resource_id)?;
    Ok(Body::Json(json!({"TagList": tag_rows(&parameter.tags)})))
}

/// The parameter; this API takes names, not ARNs.
fn target(call: &Call<'_>, kind: &str, id: &str) -> Result<Parameter, ApiError> {
    one_of(CODE, "ResourceType", kind, TYPES)?;
    let found = match kind {
        "Parameter" => call.tx.see::<Parameter>(&call.place, id),
        _ => None,
    };
    found.ok_or_else(|| {
        ApiError::bad(
            "InvalidResourceId",
            "The resource ID isn't valid. Verify that you entered the correct ID and try again.",
        )
    })
}
