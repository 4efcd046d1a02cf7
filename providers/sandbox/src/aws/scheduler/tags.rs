//! Tags. Only groups have them.

use serde::Deserialize;
use serde_json::json;

use super::common::{CODE, DEFAULT, arn, group, invalid};
use super::group::Group;
use crate::aws::shape::{self, Tag, Tags, body, constraint, tag_rows};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

/// The tags that a call brings. Unlike elsewhere a value cannot be empty.
pub(super) fn given(list: Vec<Tag>) -> Result<Tags, ApiError> {
    if let Some(tag) = list.iter().find(|tag| tag.value.is_empty()) {
        let rule = "have length greater than or equal to 1";
        let member = format!("tags.{}.value", tag.key);
        return Err(constraint(CODE, &member, "", rule));
    }
    let tags = shape::tags(list).map_err(invalid)?;
    check_count(&tags)?;
    Ok(tags)
}

fn check_count(tags: &Tags) -> Result<(), ApiError> {
    match tags.len() > 50 {
        true => Err(invalid("A schedule group can have no more than 50 tags.")),
        false => Ok(()),
    }
}

/// The group that an ARN names.
fn target(call: &Call<'_>) -> Result<Group, ApiError> {
    let text = call.params.get("ResourceArn").unwrap_or_default();
    let Some(name) = text.strip_prefix(&arn(&call.place, "schedule-group/")) else {
        let rule = "satisfy regular expression pattern: \
                    ^arn:aws[a-z-]*:scheduler:[a-z0-9\\-]+:\\d{12}:schedule-group\\/[0-9a-zA-Z-_.]+$";
        return Err(constraint(CODE, "resourceArn", text, rule));
    };
    group(call, name)
}

fn keep(call: &mut Call<'_>, mut group: Group) -> Outcome {
    if group.name == DEFAULT {
        return Err(invalid("The default schedule group cannot be tagged here."));
    }
    check_count(&group.tags)?;
    group.modified = call.now();
    call.tx.put(&call.place, &group);
    Ok(Body::Json(json!({})))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    tags: Vec<Tag>,
}

/// TagResource.
pub(super) fn tag(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call, CODE)?;
    let tags = given(request.tags)?;
    let mut group = target(call)?;
    group.tags.extend(tags);
    keep(call, group)
}

/// UntagResource.
pub(super) fn untag(call: &mut Call<'_>) -> Outcome {
    let keys = call.params.all("TagKeys");
    let mut group = target(call)?;
    group.tags.retain(|key, _| !keys.contains(key));
    keep(call, group)
}

/// ListTagsForResource.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let group = target(call)?;
    Ok(Body::Json(json!({"Tags": tag_rows(&group.tags)})))
}
