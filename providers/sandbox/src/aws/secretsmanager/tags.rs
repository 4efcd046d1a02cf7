//! Tags of secrets.

use serde::Deserialize;

use super::common::{CODE, invalid, usable};
use super::secret::check_count;
use super::shadow;
use crate::aws::shape::{self, Tag, Tags, body};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

/// The tags that a call brings.
pub(super) fn given(list: Vec<Tag>) -> Result<Tags, ApiError> {
    let tags = shape::tags(list).map_err(invalid)?;
    check_count(&tags)?;
    Ok(tags)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    secret_id: String,
    tags: Vec<Tag>,
}

/// TagResource.
pub(super) fn tag(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call, CODE)?;
    let tags = given(request.tags)?;
    let mut secret = usable(call, &request.secret_id)?;
    secret.tags.extend(tags);
    check_count(&secret.tags)?;
    secret.changed = call.now();
    shadow::keep(&mut call.tx, &call.place, &secret);
    Ok(Body::Empty)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Keys {
    secret_id: String,
    tag_keys: Vec<String>,
}

/// UntagResource.
pub(super) fn untag(call: &mut Call<'_>) -> Outcome {
    let request: Keys = body(call, CODE)?;
    let mut secret = usable(call, &request.secret_id)?;
    secret.tags.retain(|key, _| !request.tag_keys.contains(key));
    secret.changed = call.now();
    shadow::keep(&mut call.tx, &call.place, &secret);
    Ok(Body::Empty)
}
