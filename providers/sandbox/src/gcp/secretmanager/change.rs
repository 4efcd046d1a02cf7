//! Secrets: changed, deleted, and their policies.

use serde_json::{Value, json};

use super::secret::{Secret, annotations_legal, labels_legal, named, same_etag, texts, versions};
use super::timing;
use super::version::Version;
use crate::gcp::refusal::invalid;
use crate::gcp::{Call, Outcome, policy};
use crate::store::Document;
use crate::wire::ApiError;

/// `patch`: what the mask names, as a whole.
pub(super) fn patch(call: &mut Call<'_>) -> Outcome {
    let mut secret = named(call)?;
    let etag = call.json.get("etag").and_then(Value::as_str);
    same_etag(etag.unwrap_or_default(), &secret.etag())?;
    let mask = call.param("updateMask").to_owned();
    if mask.is_empty() {
        return Err(invalid("The update mask must not be empty."));
    }
    // It goes by the topics, which the mask may name after it.
    let mut rotated: Option<Value> = None;
    for name in mask.split(',') {
        match name {
            "labels" => secret.labels = texts(call, "labels")?,
            "annotations" => secret.annotations = texts(call, "annotations")?,
            "versionAliases" | "version_aliases" => secret.aliases = aliases(call, &secret)?,
            "expireTime" | "expire_time" | "ttl" => secret.expires = timing::expires(call)?,
            "topics" => secret.topics = timing::topics(call)?,
            "rotation" => rotated = Some(call.json["rotation"].clone()),
            "rotation.nextRotationTime" | "rotation.next_rotation_time" => {
                part(&mut rotated, call, &secret, "nextRotationTime");
            }
            "rotation.rotationPeriod" | "rotation.rotation_period" => {
                part(&mut rotated, call, &secret, "rotationPeriod");
            }
            "etag" => {}
            other => {
                return Err(invalid(format!(
                    "Field {other} of the update mask cannot be changed, or the sandbox does not change it."
                )));
            }
        }
    }
    if let Some(rotation) = rotated {
        secret.rotation = timing::rotation(call.now(), &rotation, &secret.topics)?;
    }
    labels_legal(&secret.labels)?;
    annotations_legal(&secret.annotations)?;
    secret.revision += 1;
    call.tx.put(&call.place(""), &secret);
    Ok(secret.show(&call.number()))
}

/// A part of what is said of rotation, laid over the rest of it.
fn part(rotated: &mut Option<Value>, call: &Call<'_>, secret: &Secret, name: &str) {
    let old = || match secret.rotation.is_null() {
        true => json!({}),
        false => secret.rotation.clone(),
    };
    let rotation = rotated.get_or_insert_with(old);
    if let Value::Object(members) = rotation {
        match call.json.pointer(&format!("/rotation/{name}")) {
            Some(value) => members.insert(name.to_owned(), value.clone()),
            None => members.remove(name),
        };
    }
}

fn aliases(
    call: &Call<'_>,
    secret: &Secret,
) -> Result<std::collections::BTreeMap<String, u64>, ApiError> {
    let numbers: Vec<u64> = versions(&call.tx, &call.place(""), secret)
        .iter()
        .map(|version| version.number)
        .collect();
    let read = |(name, text): (String, String)| match text.parse() {
        Ok(number) if numbers.contains(&number) => Ok((name, number)),
        _ => Err(invalid(format!("The alias {name} names no version."))),
    };
    texts(call, "versionAliases")?
        .into_iter()
        .map(read)
        .collect()
}

/// `delete`, with all versions, at once and for good.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let secret = named(call)?;
    same_etag(call.param("etag"), &secret.etag())?;
    let place = call.place("");
    for version in versions(&call.tx, &place, &secret) {
        call.tx.delete::<Version>(&place, &version.id());
    }
    call.tx.delete::<Secret>(&place, &secret.name);
    let project = call.project.clone();
    policy::forget(&mut call.tx, &project, &resource(&project, &secret));
    Ok(json!({}))
}

fn resource(project: &str, secret: &Secret) -> String {
    format!("projects/{project}/secrets/{}", secret.name)
}

/// `getIamPolicy`.
pub(super) fn policy(call: &mut Call<'_>) -> Outcome {
    let resource = resource(&call.project, &named(call)?);
    Ok(policy::get(call, &resource))
}

/// `setIamPolicy`.
pub(super) fn set_policy(call: &mut Call<'_>) -> Outcome {
    let resource = resource(&call.project, &named(call)?);
    policy::set(call, &resource)
}

/// `testIamPermissions`.
pub(super) fn test(call: &mut Call<'_>) -> Outcome {
    named(call)?;
    policy::test(call)
}
