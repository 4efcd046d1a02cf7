//! Tags of roles and providers. Their keys are the same when they differ by case only.
//!
//! Limits: "Tagging IAM resources" (IAM user guide).

use std::collections::BTreeMap;

use super::common::{constraint, input, members, page};
use super::{Provider, Role, provider, role};
use crate::aws::{Call, Outcome};
use crate::store::Document;
use crate::wire::{ApiError, Body, Fields};

/// Keys and values.
pub(crate) type Tags = BTreeMap<String, String>;

/// Something with tags.
pub(super) trait Tagged: Document {
    /// The tags, to change.
    fn tags_mut(&mut self) -> &mut Tags;
}

/// The tags that a create gives.
pub(super) fn at_create(call: &Call<'_>) -> Result<Tags, ApiError> {
    let mut tags = Tags::new();
    for (at, tag) in call.params.structures("Tags.member").iter().enumerate() {
        let part = |name: &str| format!("Tags.{}.member.{name}", at + 1);
        let key = tag
            .get("Key")
            .ok_or_else(|| constraint(&part("key"), "not be null"))?;
        let value = tag
            .get("Value")
            .ok_or_else(|| constraint(&part("value"), "not be null"))?;
        check(key, 1, 128, &part("key"))?;
        check(value, 0, 256, &part("value"))?;
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(input(
                "Caller is an end user and not allowed to mutate system tags",
            ));
        }
        if tags.keys().any(|have| same(have, key)) {
            return Err(input(
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            ));
        }
        tags.insert(key.to_owned(), value.to_owned());
    }
    if tags.len() > 50 {
        return Err(constraint("Tags", "have length less than or equal to 50"));
    }
    Ok(tags)
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn check(text: &str, least: usize, most: usize, member: &str) -> Result<(), ApiError> {
    let length = text.chars().count();
    if length < least {
        let rule = format!("have length greater than or equal to {least}");
        return Err(constraint(member, &rule));
    }
    if length > most {
        let rule = format!("have length less than or equal to {most}");
        return Err(constraint(member, &rule));
    }
    let legal =
        |sign: char| sign.is_alphanumeric() || sign.is_whitespace() || "_.:/=+-@".contains(sign);
    if !text.chars().all(legal) {
        let end = if least == 0 { '*' } else { '+' };
        let rule = format!(
            "satisfy regular expression pattern: [\\p{{L}}\\p{{Z}}\\p{{N}}_.:/=+\\-@]{end}"
        );
        return Err(constraint(member, &rule));
    }
    Ok(())
}

/// The `Tags` of an answer.
pub(super) fn write(fields: Fields, tags: &Tags) -> Fields {
    let row =
        |(key, value): (&String, &String)| Fields::new().text("Key", key).text("Value", value);
    fields.list("Tags", "member", tags.iter().map(row))
}

pub(super) fn set<T: Tagged>(call: &mut Call<'_>, mut target: T) -> Outcome {
    let new = at_create(call)?;
    if new.is_empty() {
        return Err(constraint("Tags", "not be null"));
    }
    let tags = target.tags_mut();
    for (key, value) in new {
        tags.retain(|have, _| !same(have, &key));
        tags.insert(key, value);
    }
    if tags.len() > 50 {
        return Err(ApiError::new(
            409,
            "LimitExceeded",
            "The number of tags has reached the maximum limit.",
        ));
    }
    call.tx.put(&call.place, &target);
    Ok(Body::Empty)
}

pub(super) fn unset<T: Tagged>(call: &mut Call<'_>, mut target: T) -> Outcome {
    let keys = members(call, "TagKeys");
    if keys.is_empty() {
        return Err(constraint("TagKeys", "not be null"));
    }
    target
        .tags_mut()
        .retain(|have, _| !keys.iter().any(|key| same(have, key)));
    call.tx.put(&call.place, &target);
    Ok(Body::Empty)
}

fn list(call: &Call<'_>, tags: Tags) -> Outcome {
    let rows: Vec<(String, String)> = tags.into_iter().collect();
    let answer = page(
        call,
        rows,
        |(key, _)| key.clone(),
        |answer, rows| write(answer, &rows.iter().cloned().collect()),
    )?;
    Ok(Body::Xml(answer))
}

/// TagRole.
pub(super) fn tag_role(call: &mut Call<'_>) -> Outcome {
    let role: Role = role::to_change(call)?;
    set(call, role)
}

/// UntagRole.
pub(super) fn untag_role(call: &mut Call<'_>) -> Outcome {
    let role: Role = role::to_change(call)?;
    unset(call, role)
}

/// ListRoleTags.
pub(super) fn of_role(call: &mut Call<'_>) -> Outcome {
    let role = role::named(call)?;
    list(call, role.tags)
}

/// TagOpenIDConnectProvider.
pub(super) fn tag_provider(call: &mut Call<'_>) -> Outcome {
    let provider: Provider = provider::named(call)?;
    set(call, provider)
}

/// UntagOpenIDConnectProvider.
pub(super) fn untag_provider(call: &mut Call<'_>) -> Outcome {
    let provider: Provider = provider::named(call)?;
    unset(call, provider)
}

/// ListOpenIDConnectProviderTags.
pub(super) fn of_provider(call: &mut Call<'_>) -> Outcome {
    let provider = provider::named(call)?;
    list(call, provider.tags)
}
