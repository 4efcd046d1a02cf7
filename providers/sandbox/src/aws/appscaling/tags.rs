//! Tags of scalable targets.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::ScalableTarget;
use super::common::{body, constraint, given, invalid};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

const MOST: usize = 50;

type Tags = BTreeMap<String, String>;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
struct Wish {
    #[serde(rename = "ResourceARN")]
    resource_arn: Option<String>,
    tags: Option<Tags>,
    tag_keys: Option<Vec<String>>,
}

/// Refuses tags that cannot be.
pub(super) fn check(tags: &Tags) -> Result<(), ApiError> {
    for (key, value) in tags {
        if key.is_empty() || key.chars().count() > 128 {
            let rule = "have length between 1 and 128";
            return Err(constraint("Tags.key", &format!("'{key}'"), rule));
        }
        if value.chars().count() > 256 {
            let rule = "have length less than or equal to 256";
            return Err(constraint("Tags.value", &format!("'{value}'"), rule));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid("Tag keys must not begin with aws:"));
        }
    }
    match tags.len() > MOST {
        true => Err(ApiError::bad(
            "TooManyTagsException",
            format!("A scalable target can have at most {MOST} tags"),
        )),
        false => Ok(()),
    }
}

fn found(call: &Call<'_>, arn: Option<String>) -> Result<ScalableTarget, ApiError> {
    let arn = given("ResourceARN", arn)?;
    let mut all = call.tx.see_all::<ScalableTarget>(&call.place).into_iter();
    let found = all.find(|one| one.arn == arn);
    found.ok_or_else(|| {
        let text = format!("No scalable target found for resource ARN: {arn}");
        ApiError::bad("ResourceNotFoundException", text).with("ResourceName", arn)
    })
}

/// TagResource: new ones, and new values for old keys.
pub(super) fn tag(call: &mut Call<'_>) -> Outcome {
    let wish: Wish = body(call)?;
    let mut target = found(call, wish.resource_arn)?;
    target.tags.extend(given("Tags", wish.tags)?);
    check(&target.tags)?;
    call.tx.put(&call.place, &target);
    Ok(Body::Json(json!({})))
}

/// UntagResource: a key that is not there is no error.
pub(super) fn untag(call: &mut Call<'_>) -> Outcome {
    let wish: Wish = body(call)?;
    let mut target = found(call, wish.resource_arn)?;
    let keys = given("TagKeys", wish.tag_keys)?;
    target.tags.retain(|key, _| !keys.contains(key));
    call.tx.put(&call.place, &target);
    Ok(Body::Json(json!({})))
}

/// ListTagsForResource.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let wish: Wish = body(call)?;
    let target = found(call, wish.resource_arn)?;
    Ok(Body::Json(json!({ "Tags": target.tags })))
}
