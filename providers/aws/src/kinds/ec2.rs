//! What the EC2 kinds share: filters, pages, tags.

use std::future::Future;

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};
use provision_core::model::Observed;

use super::retag::to_change;
use super::{Ask, Cx, Next, Stop};
use crate::error::Fault;
use crate::marks::{ID, STACK, Tags};

/// A filter with one name.
pub(crate) fn filter<V: Into<String>>(
    name: &str,
    values: impl IntoIterator<Item = V>,
) -> Vec<Filter> {
    let values = values.into_iter().map(Into::into).collect();
    vec![
        Filter::builder()
            .name(name)
            .set_values(Some(values))
            .build(),
    ]
}

/// The marked objects of the stack; only those asked for, when others are not wanted.
pub(crate) fn asked(ask: &Ask<'_>) -> Vec<Filter> {
    let mut filters = filter(&format!("tag:{STACK}"), [ask.context.stack.as_str()]);
    if !ask.orphans {
        let ids = ask.resources.iter().map(|resource| resource.id.to_string());
        filters.extend(filter(&format!("tag:{ID}"), ids));
    }
    filters
}

/// Reads all pages of a list, of whichever service: `page` gets the token of the page to read, and answers with its items
/// and the next token.
///
/// # Errors
/// The fault of the first page that cannot be read.
pub async fn pages<T, F, Fut>(page: F) -> Result<Vec<T>, Fault>
where
    F: Fn(Option<String>) -> Fut,
    Fut: Future<Output = Result<(Option<Vec<T>>, Option<String>), Fault>>,
{
    let mut all = Vec::new();
    let mut token = None;
    loop {
        let (items, next) = page(token).await?;
        all.extend(items.unwrap_or_default());
        token = next.filter(|next| !next.is_empty());
        if token.is_none() {
            return Ok(all);
        }
    }
}

/// Tags of a new object.
pub(crate) fn spec(kind: ResourceType, tags: &Tags) -> TagSpecification {
    TagSpecification::builder()
        .resource_type(kind)
        .set_tags(Some(tag_list(tags)))
        .build()
}

/// Tags as the API takes them.
pub(crate) fn tag_list(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

/// Tags as the API returns them.
pub(crate) fn tags(list: Option<&Vec<Tag>>) -> Tags {
    list.into_iter()
        .flatten()
        .filter_map(|tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default())))
        .collect()
}

/// Brings the tags and the mark of protection of an object to what is wanted.
pub(crate) async fn retag(cx: &Cx<'_>, want: &Tags, live: &Observed) -> Result<Option<Next>, Stop> {
    let Some(change) = to_change(cx, want, live) else {
        return Ok(None);
    };
    if change.set.is_empty() {
        let keys = change.unset.iter();
        let tags = keys.map(|key| Tag::builder().key(key).build()).collect();
        let request = cx
            .aws
            .ec2
            .delete_tags()
            .resources(&live.physical)
            .set_tags(Some(tags));
        cx.aws
            .write("ec2:DeleteTags", || request.clone().send())
            .await?;
    } else {
        set_tags(cx, &live.physical, &change.set).await?;
    }
    Ok(Some(Next::More {
        did: "set tags".to_owned(),
        observed: change.observed,
    }))
}

/// Sets tags of an EC2 object.
pub(crate) async fn set_tags(cx: &Cx<'_>, physical: &str, tags: &Tags) -> Result<(), Stop> {
    let request = cx
        .aws
        .ec2
        .create_tags()
        .resources(physical)
        .set_tags(Some(tag_list(tags)));
    cx.aws
        .write("ec2:CreateTags", || request.clone().send())
        .await
        .map_err(|fault| Stop::OfNew(fault.about(physical)))?;
    Ok(())
}
