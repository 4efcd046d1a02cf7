//! Tags of balancers, target groups, listeners and rules.

use super::common::{constraint, invalid, path, required_list};
use super::load_balancer::not_found;
use super::{Listener, LoadBalancer, Rule, TargetGroup, listener, rule, target_group};
use crate::aws::ec2::Tags;
use crate::aws::{Call, Outcome};
use crate::store::Document;
use crate::wire::{ApiError, Body, Fields};

/// Parameters that give tags.
pub(super) const ACCEPTS: &[&str] = &["Tags.member.N.Key", "Tags.member.N.Value"];

/// Most ARNs of one call.
const MOST: usize = 20;

/// Most tags of one object.
const MOST_TAGS: usize = 50;

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

tagged!(LoadBalancer, TargetGroup, Listener, Rule);

/// DescribeTags: all or nothing.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let mut rows = Vec::new();
    for arn in arns(call)? {
        let tags = of(call, &arn, |_| Ok(()))?;
        let tags = members(&tags);
        let row = Fields::new().text("ResourceArn", arn);
        rows.push(row.list("Tags", "member", tags));
    }
    Ok(Body::Xml(Fields::new().list(
        "TagDescriptions",
        "member",
        rows,
    )))
}

fn arns(call: &Call<'_>) -> Result<Vec<String>, ApiError> {
    let arns = required_list(call, "ResourceArns")?;
    match arns.len() > MOST {
        true => Err(invalid(format!("The maximum number of ARNs is {MOST}"))),
        false => Ok(arns),
    }
}

/// AddTags: new ones, and new values for old keys.
pub(super) fn add(call: &mut Call<'_>) -> Outcome {
    let new = given(call)?;
    if new.is_empty() {
        return Err(constraint("Tags", "null", "not be null"));
    }
    for arn in arns(call)? {
        of(call, &arn, |tags| {
            tags.extend(new.clone());
            few(tags)
        })?;
    }
    Ok(Body::Xml(Fields::new()))
}

/// RemoveTags: a key that is not there is no error.
pub(super) fn remove(call: &mut Call<'_>) -> Outcome {
    let keys = required_list(call, "TagKeys")?;
    for arn in arns(call)? {
        of(call, &arn, |tags| {
            tags.retain(|key, _| !keys.contains(key));
            Ok(())
        })?;
    }
    Ok(Body::Xml(Fields::new()))
}

/// The tags that a create gives.
pub(super) fn at_create(call: &Call<'_>) -> Result<Tags, ApiError> {
    let tags = given(call)?;
    few(&tags)?;
    Ok(tags)
}

fn few(tags: &Tags) -> Result<(), ApiError> {
    match tags.len() > MOST_TAGS {
        true => Err(ApiError::bad(
            "TooManyTags",
            format!("A resource can have at most '{MOST_TAGS}' tags"),
        )),
        false => Ok(()),
    }
}

fn given(call: &Call<'_>) -> Result<Tags, ApiError> {
    let mut tags = Tags::new();
    let legal =
        |sign: char| sign.is_alphanumeric() || sign.is_whitespace() || "_.:/=+-@".contains(sign);
    for tag in call.params.structures("Tags.member") {
        let key = tag.get("Key").unwrap_or_default();
        let value = tag.get("Value").unwrap_or_default();
        let shown = format!("'{key}'");
        if !(1..=128).contains(&key.chars().count()) {
            let rule = "have length between 1 and 128";
            return Err(constraint("tags.key", &shown, rule));
        }
        if value.chars().count() > 256 {
            let rule = "have length less than or equal to 256";
            return Err(constraint("tags.value", &shown, rule));
        }
        if !key.chars().chain(value.chars()).all(legal) {
            let rule = "satisfy regular expression pattern: ^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$";
            return Err(constraint("tags.key", &shown, rule));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            let text = format!("Tag key '{key}' cannot begin with 'aws:'");
            return Err(invalid(text));
        }
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            let text = format!("Tag key '{key}' was specified more than once");
            return Err(ApiError::bad("DuplicateTagKeys", text));
        }
    }
    Ok(tags)
}

/// The tags of what an ARN names, after a change.
fn of(
    call: &mut Call<'_>,
    arn: &str,
    change: impl FnOnce(&mut Tags) -> Result<(), ApiError>,
) -> Result<Tags, ApiError> {
    if path(arn, "targetgroup").is_some() {
        let found = call.tx.see::<TargetGroup>(&call.place, arn);
        return changed(
            call,
            found.ok_or_else(|| target_group::not_found(arn))?,
            change,
        );
    }
    if path(arn, "listener-rule").is_some() {
        let found = rule::find(call, arn)?;
        return changed(call, found, change);
    }
    if path(arn, "listener").is_some() {
        let found = listener::find(call, arn)?;
        return changed(call, found, change);
    }
    let found = call.tx.see::<LoadBalancer>(&call.place, arn);
    let missing = || not_found(&[arn.to_owned()]);
    changed(call, found.ok_or_else(missing)?, change)
}

fn changed<D: Tagged>(
    call: &mut Call<'_>,
    mut document: D,
    change: impl FnOnce(&mut Tags) -> Result<(), ApiError>,
) -> Result<Tags, ApiError> {
    let before = document.tags_mut().clone();
    change(document.tags_mut())?;
    let after = document.tags_mut().clone();
    if after != before {
        call.tx.put(&call.place, &document);
    }
    Ok(after)
}

/// Tags as both services write them.
pub(in crate::aws) fn members(tags: &Tags) -> Vec<Fields> {
    let one =
        |(key, value): (&String, &String)| Fields::new().text("Key", key).text("Value", value);
    tags.iter().map(one).collect()
}
