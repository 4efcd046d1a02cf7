//! Tags of EKS's resources, by ARN.
//!
//! Limits: "Organize Amazon EKS resources with tags" (Amazon EKS user guide).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::common::of_cluster;
use super::common::{body, invalid, path};
use super::{AccessEntry, Addon, Cluster, NodeGroup, PodIdentity};
use crate::aws::{Call, Outcome};
use crate::store::Document;
use crate::wire::{ApiError, Body};

/// Keys and values.
pub(super) type Tags = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    tags: Tags,
}

/// Refuses tags that EKS does not take.
pub(super) fn check(tags: &Tags) -> Result<(), ApiError> {
    if tags.len() > 50 {
        return Err(invalid("Too many tags: a resource has at most 50"));
    }
    for (key, value) in tags {
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
            return Err(invalid(format!(
                "The tag '{key}' is not valid: a key has 1 to 128 characters, a value at most 256"
            )));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid(format!(
                "The tag key '{key}' is not valid: the prefix aws: is reserved"
            )));
        }
    }
    Ok(())
}

/// Something with tags and an ARN.
pub(super) trait Tagged: Document {
    /// The tags, to change.
    fn tags_mut(&mut self) -> &mut Tags;
}

impl Tagged for Cluster {
    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

impl Tagged for NodeGroup {
    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

impl Tagged for Addon {
    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

impl Tagged for AccessEntry {
    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

impl Tagged for PodIdentity {
    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

type Change<'a> = &'a dyn Fn(&mut Tags) -> Result<(), ApiError>;

/// TagResource.
pub(super) fn tag(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call)?;
    check(&request.tags).map_err(as_bad)?;
    by_arn(call, &|tags| {
        tags.extend(request.tags.clone());
        check(tags).map_err(as_bad)
    })?;
    Ok(Body::Json(json!({})))
}

/// UntagResource.
pub(super) fn untag(call: &mut Call<'_>) -> Outcome {
    let keys = call.params.all("tagKeys");
    by_arn(call, &|tags| {
        tags.retain(|key, _| !keys.contains(key));
        Ok(())
    })?;
    Ok(Body::Json(json!({})))
}

/// ListTagsForResource.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let tags = by_arn(call, &|_| Ok(()))?;
    Ok(Body::Json(json!({"tags": tags})))
}

/// Changes the tags of the ARN in the path; gives them as they are then.
fn by_arn(call: &mut Call<'_>, change: Change<'_>) -> Result<Tags, ApiError> {
    let text = path(call, "resourceArn").to_owned();
    let start = super::common::arn(&call.place, "");
    let Some(rest) = text.strip_prefix(&start) else {
        return Err(ApiError::bad(
            "BadRequestException",
            format!("The ARN {text} is not valid."),
        ));
    };
    let parts: Vec<&str> = rest.split('/').collect();
    let found = match parts.as_slice() {
        ["cluster", name] => retag::<Cluster>(call, name, change)?,
        ["nodegroup", cluster, name, _] => {
            retag::<NodeGroup>(call, &NodeGroup::key(cluster, name), change)?
        }
        ["addon", cluster, name, _] => retag::<Addon>(call, &Addon::key(cluster, name), change)?,
        ["podidentityassociation", cluster, id] => {
            retag::<PodIdentity>(call, &format!("{cluster}/{id}"), change)?
        }
        ["access-entry", cluster, ..] => match entry(call, cluster, &text) {
            Some(id) => retag::<AccessEntry>(call, &id, change)?,
            None => None,
        },
        _ => None,
    };
    found.ok_or_else(|| {
        ApiError::new(
            404,
            "NotFoundException",
            format!("Resource not found: {text}"),
        )
    })
}

/// The id of the access entry with an ARN.
fn entry(call: &Call<'_>, cluster: &str, text: &str) -> Option<String> {
    let all = of_cluster::<AccessEntry>(&call.tx, &call.place, cluster);
    let found = all.into_iter().find(|one| one.has_arn(&call.place, text));
    found.map(|one| one.id())
}

fn retag<D: Tagged>(
    call: &mut Call<'_>,
    id: &str,
    change: Change<'_>,
) -> Result<Option<Tags>, ApiError> {
    let Some(mut document) = call.tx.get::<D>(&call.place, id) else {
        return Ok(None);
    };
    let before = document.tags_mut().clone();
    change(document.tags_mut())?;
    let after = document.tags_mut().clone();
    if after != before {
        call.tx.put(&call.place, &document);
    }
    Ok(Some(after))
}

fn as_bad(error: ApiError) -> ApiError {
    ApiError::bad("BadRequestException", error.message)
}
