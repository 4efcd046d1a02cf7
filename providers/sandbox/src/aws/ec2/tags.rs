//! Tags: at create, later, and as everything shows them.
//!
//! Limits: "Tag your Amazon EC2 resources" (Amazon EC2 user guide).

use std::collections::BTreeMap;

use super::common::{done, invalid, missing};
use super::resource::{Resource, find};
use super::{
    Address, Instance, InternetGateway, LaunchTemplate, NatGateway, NetworkAcl, NetworkInterface,
    RouteTable, SecurityGroup, SecurityGroupRule, Subnet, Vpc, VpcEndpoint,
};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Fields, Params};

/// Parameters of CreateTags and DeleteTags.
pub(super) const ACCEPTS: &[&str] = &["ResourceId.N", "Tag.N.Key", "Tag.N.Value", "DryRun"];

/// Keys and values.
pub(crate) type Tags = BTreeMap<String, String>;

/// The tags that a create gives to the resource of this type.
pub(super) fn at_create(call: &Call<'_>, resource_type: &str) -> Result<Tags, ApiError> {
    let mut tags = Tags::new();
    for specification in call.params.structures("TagSpecification") {
        let of = specification.get("ResourceType").unwrap_or_default();
        if of != resource_type {
            return Err(invalid(format!(
                "'{of}' is not a valid taggable resource type for this operation."
            )));
        }
        for (key, value) in read(&specification)? {
            let value = value.unwrap_or_default();
            if tags.insert(key.clone(), value).is_some() {
                return Err(invalid(format!("Duplicate tag key '{key}' specified.")));
            }
        }
    }
    limited(&tags)?;
    Ok(tags)
}

type Pair = (String, Option<String>);

fn read(params: &Params) -> Result<Vec<Pair>, ApiError> {
    let mut pairs = Vec::new();
    for tag in params.structures("Tag") {
        let key = tag.get("Key").ok_or_else(|| missing("Tag.Key"))?;
        let value = tag.get("Value");
        if key.is_empty() || key.chars().count() > 128 {
            return Err(invalid(format!(
                "Tag key '{key}' must have between 1 and 128 characters."
            )));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid(
                "Tag keys starting with 'aws:' are reserved for internal use",
            ));
        }
        if value.is_some_and(|value| value.chars().count() > 256) {
            return Err(invalid(
                "Tag value exceeds the maximum length of 256 characters",
            ));
        }
        pairs.push((key.to_owned(), value.map(str::to_owned)));
    }
    Ok(pairs)
}

fn limited(tags: &Tags) -> Result<(), ApiError> {
    let own = tags.keys().filter(|key| !key.starts_with("aws:")).count();
    if own > 50 {
        return Err(ApiError::bad(
            "TagLimitExceeded",
            "The maximum number of tags for this resource is 50.",
        ));
    }
    Ok(())
}

/// The `tagSet` of an answer.
pub(super) fn set(fields: Fields, tags: &Tags) -> Fields {
    fields.list(
        "tagSet",
        "item",
        tags.iter()
            .map(|(key, value)| Fields::new().text("key", key).text("value", value)),
    )
}

/// CreateTags.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let pairs = read(&call.params)?;
    if pairs.is_empty() {
        return Err(missing("Tag"));
    }
    each(call, &|tags| {
        tags.extend(
            pairs
                .iter()
                .map(|(key, value)| (key.clone(), value.clone().unwrap_or_default())),
        );
        limited(tags)
    })
}

/// DeleteTags: with a value only when it is equal, without tags all of them.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let pairs = read(&call.params)?;
    each(call, &|tags| {
        let hit = |key: &String, value: &String| {
            pairs.is_empty()
                || pairs.iter().any(|(name, wanted)| {
                    name == key && wanted.as_ref().is_none_or(|wanted| wanted == value)
                })
        };
        tags.retain(|key, value| key.starts_with("aws:") || !hit(key, value));
        Ok(())
    })
}

type Change<'a> = &'a dyn Fn(&mut Tags) -> Result<(), ApiError>;

fn each(call: &mut Call<'_>, change: Change<'_>) -> Outcome {
    let ids = call.params.list("ResourceId");
    if ids.is_empty() {
        return Err(missing("ResourceIdSet"));
    }
    for id in ids {
        by_prefix(call, &id, change)?;
    }
    done()
}

fn by_prefix(call: &mut Call<'_>, id: &str, change: Change<'_>) -> Result<(), ApiError> {
    match id.rsplit_once('-').map_or("", |(prefix, _)| prefix) {
        "vpc" => retag::<Vpc>(call, id, change),
        "subnet" => retag::<Subnet>(call, id, change),
        "igw" => retag::<InternetGateway>(call, id, change),
        "eipalloc" => retag::<Address>(call, id, change),
        "nat" => retag::<NatGateway>(call, id, change),
        "rtb" => retag::<RouteTable>(call, id, change),
        "acl" => retag::<NetworkAcl>(call, id, change),
        "sg" => retag::<SecurityGroup>(call, id, change),
        "sgr" => retag::<SecurityGroupRule>(call, id, change),
        "lt" => retag::<LaunchTemplate>(call, id, change),
        "vpce" => retag::<VpcEndpoint>(call, id, change),
        "eni" => retag::<NetworkInterface>(call, id, change),
        "i" => retag::<Instance>(call, id, change),
        _ => Err(ApiError::bad(
            "InvalidID",
            format!("The ID '{id}' is not valid"),
        )),
    }
}

fn retag<R: Resource>(call: &mut Call<'_>, id: &str, change: Change<'_>) -> Result<(), ApiError> {
    let mut resource = find::<R>(call, id)?;
    change(resource.tags_mut())?;
    call.tx.put(&call.place, &resource);
    Ok(())
}
