//! Tags of log groups.
//!
//! Limits: "TagResource" (CloudWatch Logs API reference).

use std::collections::BTreeMap;

use serde_json::json;

use super::LogGroup;
use super::common::{constraint, find, given, invalid, map, name_in, required, texts};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

/// Keys and values.
pub(crate) type Tags = BTreeMap<String, String>;

/// The tags that a create gives.
pub(super) fn at_create(call: &Call<'_>) -> Result<Tags, ApiError> {
    let tags = map(call, "tags")?.unwrap_or_default();
    check(&tags)?;
    Ok(tags)
}

fn check(tags: &Tags) -> Result<(), ApiError> {
    if tags.len() > 50 {
        return Err(constraint(
            "tags",
            "{…}",
            "have length less than or equal to 50",
        ));
    }
    let legal =
        |sign: char| sign.is_alphanumeric() || sign.is_whitespace() || "_.:/=+-@".contains(sign);
    for (key, value) in tags {
        if key.is_empty() || key.chars().count() > 128 || !key.chars().all(legal) {
            let rule = "satisfy regular expression pattern: ([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+)";
            return Err(constraint("tags", key, rule));
        }
        if value.chars().count() > 256 || !value.chars().all(legal) {
            let rule = "satisfy regular expression pattern: ([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)";
            return Err(constraint("tags", value, rule));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid(
                "aws: prefixed tag key names are not allowed for external use.",
            ));
        }
    }
    Ok(())
}

/// The group that `resourceArn` names. An ARN that ends in `:*`, as older fields have it, is none.
fn target(call: &Call<'_>) -> Result<LogGroup, ApiError> {
    let arn = required(call, "resourceArn")?;
    match name_in(&call.place, &arn) {
        Some(name) => find(call, name),
        None => Err(invalid(format!("Invalid resource ARN: {arn}"))),
    }
}

/// TagResource.
pub(super) fn tag(call: &mut Call<'_>) -> Outcome {
    let tags = given("tags", map(call, "tags")?)?;
    if tags.is_empty() {
        let rule = "have length greater than or equal to 1";
        return Err(constraint("tags", "{}", rule));
    }
    check(&tags)?;
    let mut group = target(call)?;
    group.tags.extend(tags);
    if group.tags.len() > 50 {
        let text = "A resource can have no more than 50 tags.";
        let arn = required(call, "resourceArn")?;
        return Err(ApiError::bad("TooManyTagsException", text).with("resourceName", arn));
    }
    call.tx.put(&call.place, &group);
    Ok(Body::Empty)
}

/// UntagResource.
pub(super) fn untag(call: &mut Call<'_>) -> Outcome {
    let keys = given("tagKeys", texts(call, "tagKeys")?)?;
    let mut group = target(call)?;
    group.tags.retain(|key, _| !keys.contains(key));
    call.tx.put(&call.place, &group);
    Ok(Body::Empty)
}

/// ListTagsForResource.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    Ok(Body::Json(json!({ "tags": target(call)?.tags })))
}
