//! Tags of ECS's resources, by ARN.
//!
//! Limits: "TagResource" (Amazon ECS API reference).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::common::{invalid, items, limit, named, required, text, texts};
use super::shape::check as shape;
use super::{CapacityProvider, Cluster, Service, Task, TaskDefinition, requests};
use crate::aws::{Call, Outcome};
use crate::store::Document;
use crate::wire::{ApiError, Body};

/// Keys and values.
pub(super) type Tags = BTreeMap<String, String>;

/// The tags of a request, checked.
pub(super) fn read(of: &Value) -> Result<Tags, ApiError> {
    let legal =
        |sign: char| sign.is_alphanumeric() || sign.is_whitespace() || "_.:/=+-@".contains(sign);
    let mut tags = Tags::new();
    for tag in items(of, "tags") {
        let key = text(tag, "key").unwrap_or_default();
        let value = text(tag, "value").unwrap_or_default();
        if key.is_empty() || key.chars().count() > 128 || !key.chars().all(legal) {
            return Err(invalid(format!("Invalid tag key: {key}")));
        }
        if value.chars().count() > 256 || !value.chars().all(legal) {
            return Err(invalid(format!("Invalid tag value: {value}")));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid(format!(
                "Invalid tag key: {key}. Tag keys can not begin with 'aws:'."
            )));
        }
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(invalid(format!(
                "Duplicate tag keys found. Please note that Tag keys are case insensitive: {key}"
            )));
        }
    }
    if tags.len() > 50 {
        return Err(invalid("Too many tags: a resource has at most 50."));
    }
    Ok(tags)
}

/// Tags in an answer.
pub(super) fn words(tags: &Tags) -> Value {
    let all = tags.iter();
    all.map(|(key, value)| json!({"key": key, "value": value}))
        .collect()
}

/// Whether a describe is to tell tags.
pub(super) fn asked(call: &Call<'_>) -> bool {
    texts(&call.json, "include").contains(&"TAGS".to_owned())
}

/// What has tags.
trait Tagged: Document {
    fn tags_mut(&mut self) -> &mut Tags;
}

macro_rules! tagged {
    ($($kind:ty),*) => {
        $(impl Tagged for $kind {
            fn tags_mut(&mut self) -> &mut Tags {
                &mut self.tags
            }
        })*
    };
}
tagged!(Cluster, CapacityProvider, TaskDefinition, Service, Task);

type Change<'a> = &'a dyn Fn(&mut Tags);

/// Changes the tags of what `resourceArn` names, and gives what they are then.
fn change(call: &mut Call<'_>, change: Change<'_>) -> Result<Tags, ApiError> {
    let arn = required(&call.json, "resourceArn")?;
    let kind = arn
        .splitn(6, ':')
        .nth(5)
        .and_then(|rest| rest.split_once('/'))
        .map(|(kind, _)| kind.to_owned())
        .ok_or_else(|| invalid(format!("Invalid resource ARN: {arn}")))?;
    let id = named(&call.place, &kind, &arn)?.to_owned();
    match kind.as_str() {
        "cluster" => {
            let gone = || ApiError::bad("ClusterNotFoundException", "Cluster not found.");
            of::<Cluster>(call, &id, change, gone, |one| !one.is("INACTIVE"))
        }
        "capacity-provider" => {
            let gone = || invalid("The specified capacity provider does not exist.");
            of::<CapacityProvider>(call, &id, change, gone, CapacityProvider::active)
        }
        "service" => {
            let gone = || missing("service");
            of::<Service>(call, &id, change, gone, |one| !one.is("INACTIVE"))
        }
        "task" => {
            let gone = || missing("task");
            of::<Task>(call, &id, change, gone, |one| !one.is("STOPPED"))
        }
        "task-definition" => {
            let gone = || missing("task definition");
            let key = TaskDefinition::key_of(&id).ok_or_else(gone)?;
            of::<TaskDefinition>(call, &key, change, gone, |_| true)
        }
        _ => Err(invalid(format!("Invalid resource ARN: {arn}"))),
    }
}

fn missing(what: &str) -> ApiError {
    let text =
        format!("The specified {what} is inactive or does not exist. Specify an active {what}.");
    match what {
        "service" => ApiError::bad("InvalidParameterException", text),
        _ => ApiError::bad("ResourceNotFoundException", text),
    }
}

fn of<D: Tagged>(
    call: &mut Call<'_>,
    id: &str,
    change: Change<'_>,
    gone: impl Fn() -> ApiError,
    live: impl Fn(&D) -> bool,
) -> Result<Tags, ApiError> {
    let found = call.tx.see::<D>(&call.place, id).filter(live);
    let mut one = found.ok_or_else(gone)?;
    let before = one.tags_mut().clone();
    change(one.tags_mut());
    let after = one.tags_mut().clone();
    let own = after.keys().filter(|key| !key.starts_with("aws:")).count();
    if own > 50 {
        return Err(limit("Too many tags: a resource has at most 50."));
    }
    if before != after {
        call.tx.put(&call.place, &one);
    }
    Ok(after)
}

/// TagResource.
pub(super) fn tag(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::TAG_RESOURCE)?;
    let new = read(&call.json)?;
    change(call, &|tags| tags.extend(new.clone()))?;
    Ok(Body::Json(json!({})))
}

/// UntagResource.
pub(super) fn untag(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::UNTAG_RESOURCE)?;
    let keys = texts(&call.json, "tagKeys");
    change(call, &|tags| tags.retain(|key, _| !keys.contains(key)))?;
    Ok(Body::Json(json!({})))
}

/// ListTagsForResource.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::LIST_TAGS)?;
    let tags = change(call, &|_| {})?;
    Ok(Body::Json(json!({ "tags": words(&tags) })))
}
