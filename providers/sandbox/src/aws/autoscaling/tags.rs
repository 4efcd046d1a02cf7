//! Tags of groups.

use std::collections::BTreeMap;

use super::common::{constraint, invalid, page, truth};
use super::group::Tag;
use super::{Group, describe};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body, Fields, Params};

/// Parameters of tags.
pub(super) const ACCEPTS: &[&str] = &[
    "Tags.member.N.ResourceId",
    "Tags.member.N.ResourceType",
    "Tags.member.N.Key",
    "Tags.member.N.Value",
    "Tags.member.N.PropagateAtLaunch",
];

const MOST: usize = 50;

type Tags = BTreeMap<String, Tag>;

/// The tags that a create gives.
pub(super) fn at_create(call: &Call<'_>, name: &str) -> Result<Tags, ApiError> {
    let mut tags = Tags::new();
    for one in call.params.structures("Tags.member") {
        if one.get("ResourceId").is_some_and(|id| id != name) {
            return Err(invalid(
                "The resource ID of a tag must be the name of the Auto Scaling group",
            ));
        }
        let (key, tag) = read(&one)?;
        if tags.insert(key.clone(), tag).is_some() {
            let text = format!("Duplicate tag key '{key}' was provided");
            return Err(invalid(text));
        }
    }
    few(&tags)?;
    Ok(tags)
}

fn read(tag: &Params) -> Result<(String, Tag), ApiError> {
    let key = tag.get("Key").unwrap_or_default();
    let value = tag.get("Value").unwrap_or_default();
    if key.is_empty() || key.chars().count() > 128 {
        let rule = "have length between 1 and 128";
        return Err(constraint("tags.key", &format!("'{key}'"), rule));
    }
    if value.chars().count() > 256 {
        let rule = "have length less than or equal to 256";
        return Err(constraint("tags.value", &format!("'{value}'"), rule));
    }
    if key.to_ascii_lowercase().starts_with("aws:") {
        return Err(invalid(format!(
            "Tag key '{key}' is not valid: the prefix aws: is reserved"
        )));
    }
    if tag
        .get("ResourceType")
        .is_some_and(|kind| kind != "auto-scaling-group")
    {
        return Err(invalid(
            "The resource type of a tag must be auto-scaling-group",
        ));
    }
    let tag = Tag {
        value: value.to_owned(),
        propagate: truth(tag, "PropagateAtLaunch")?.unwrap_or(false),
    };
    Ok((key.to_owned(), tag))
}

fn few(tags: &Tags) -> Result<(), ApiError> {
    match tags.len() > MOST {
        true => Err(ApiError::bad(
            "LimitExceeded",
            format!("A group can have at most {MOST} tags"),
        )),
        false => Ok(()),
    }
}

fn each(
    call: &mut Call<'_>,
    change: impl Fn(&mut Tags, &Params) -> Result<(), ApiError>,
) -> Outcome {
    let all = call.params.structures("Tags.member");
    if all.is_empty() {
        return Err(constraint("Tags", "null", "not be null"));
    }
    for one in &all {
        if one.get("ResourceType").is_none() {
            return Err(invalid("The resource type of a tag must be specified"));
        }
        let name = one.get("ResourceId").unwrap_or_default();
        let found = call.tx.see::<Group>(&call.place, name);
        let mut group = found.ok_or_else(|| {
            invalid(format!(
                "AutoScalingGroup not found - AutoScaling Group {name} not found"
            ))
        })?;
        change(&mut group.tags, one)?;
        call.tx.put(&call.place, &group);
    }
    Ok(Body::Empty)
}

/// CreateOrUpdateTags: instances that run keep what they have.
pub(super) fn put(call: &mut Call<'_>) -> Outcome {
    each(call, |tags, one| {
        let (key, tag) = read(one)?;
        tags.insert(key, tag);
        few(tags)
    })
}

/// DeleteTags: with a value only when it is equal; one that is not there is no error.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    each(call, |tags, one| {
        let (key, _) = read(one)?;
        let other = |tag: &Tag| one.get("Value").is_some_and(|value| value != tag.value);
        if !tags.get(&key).is_some_and(other) {
            tags.remove(&key);
        }
        Ok(())
    })
}

/// DescribeTags.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let filters = describe::filters(
        call,
        &["auto-scaling-group", "key", "value", "propagate-at-launch"],
    )?;
    let mut rows = Vec::new();
    for group in call.tx.see_all::<Group>(&call.place) {
        let fields = group.tag_fields();
        for ((key, tag), fields) in group.tags.iter().zip(fields) {
            let value = |name: &str| match name {
                "auto-scaling-group" => group.name.clone(),
                "key" => key.clone(),
                "value" => tag.value.clone(),
                _ => tag.propagate.to_string(),
            };
            let fits = |(name, values): &(String, Vec<String>)| values.contains(&value(name));
            if filters.iter().all(fits) {
                rows.push((format!("{}/{key}", group.name), fields));
            }
        }
    }
    let (rows, next) = page(call, rows, 100, |(key, _)| key.clone())?;
    let rows = rows.into_iter().map(|(_, fields)| fields);
    Ok(Body::Xml(
        Fields::new()
            .list("Tags", "member", rows)
            .maybe("NextToken", next),
    ))
}
