//! Tags of namespaces and services.

use serde::Deserialize;
use serde_json::json;

use super::common::{CODE, arn, check_count, tags};
use super::{Namespace, Service};
use crate::aws::shape::{Tag, Tags, body, tag_rows};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

/// What has tags.
enum Target {
    Namespace(Namespace),
    Service(Service),
}

impl Target {
    fn find(call: &Call<'_>, text: &str) -> Result<Self, ApiError> {
        let (tx, place) = (&call.tx, &call.place);
        let namespace = || {
            let id = text.strip_prefix(&arn(place, "namespace/"))?;
            Namespace::find(tx, place, id).map(Self::Namespace)
        };
        let service = || {
            let id = text.strip_prefix(&arn(place, "service/"))?;
            Service::find(tx, place, id).map(Self::Service)
        };
        namespace().or_else(service).ok_or_else(|| {
            let words = format!("No resource has the ARN {text}.");
            ApiError::bad("ResourceNotFoundException", words)
        })
    }

    fn tags(&mut self) -> &mut Tags {
        match self {
            Self::Namespace(one) => &mut one.tags,
            Self::Service(one) => &mut one.tags,
        }
    }

    fn keep(mut self, call: &mut Call<'_>) -> Outcome {
        check_count(self.tags())?;
        match self {
            Self::Namespace(one) => call.tx.put(&call.place, &one),
            Self::Service(one) => call.tx.put(&call.place, &one),
        }
        Ok(Body::Json(json!({})))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Add {
    #[serde(rename = "ResourceARN")]
    arn: String,
    #[serde(rename = "Tags")]
    tags: Vec<Tag>,
}

/// TagResource.
pub(super) fn tag(call: &mut Call<'_>) -> Outcome {
    let request: Add = body(call, CODE)?;
    let more = tags(request.tags)?;
    let mut target = Target::find(call, &request.arn)?;
    target.tags().extend(more);
    target.keep(call)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Remove {
    #[serde(rename = "ResourceARN")]
    arn: String,
    #[serde(rename = "TagKeys")]
    keys: Vec<String>,
}

/// UntagResource.
pub(super) fn untag(call: &mut Call<'_>) -> Outcome {
    let request: Remove = body(call, CODE)?;
    let mut target = Target::find(call, &request.arn)?;
    target.tags().retain(|key, _| !request.keys.contains(key));
    target.keep(call)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(rename = "ResourceARN")]
    arn: String,
}

/// ListTagsForResource.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let request: List = body(call, CODE)?;
    let mut target = Target::find(call, &request.arn)?;
    Ok(Body::Json(json!({"Tags": tag_rows(target.tags())})))
}
