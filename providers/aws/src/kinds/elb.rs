//! What the kinds of balancers share: tags, marks, and the comparison of what is wanted with what is live.
//!
//! Elastic Load Balancing has no filter by tag: tags are read by handle, twenty a call.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticloadbalancingv2::types::Tag;
use futures::future::try_join_all;
use provision_core::contract::Failure;
use provision_core::model::{Fields, Never, Observed, Value};

use super::retag::to_change;
use super::{Cx, Live, Next, Stop};
use crate::client::Aws;
use crate::error::{Fault, How};
use crate::field::Field;
use crate::marks::Tags;

/// Most objects whose tags one call reads (DescribeTags).
const BATCH: usize = 20;

/// Names of objects of a stack begin with its name, cut to this: names have 32 characters, of which a digest takes 9.
const STEM: usize = 23;

/// Tags as the API takes them.
pub(super) fn tag_list(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

/// Tags by handle. What has gone meanwhile has none.
pub(super) async fn tags(aws: &Aws, arns: &[String]) -> Result<BTreeMap<String, Tags>, Fault> {
    let batches = arns.chunks(BATCH).map(|batch| some_tags(aws, batch));
    let read = try_join_all(batches).await?;
    Ok(read.into_iter().flatten().collect())
}

/// One that has gone fails the call for all of its batch, so that each is asked for alone then.
async fn some_tags(aws: &Aws, arns: &[String]) -> Result<Vec<(String, Tags)>, Fault> {
    match described(aws, arns.to_vec()).await {
        Err(fault) if fault.is_not_found() && arns.len() > 1 => {
            let alone = arns.iter().map(|arn| async {
                match described(aws, vec![arn.clone()]).await {
                    Err(fault) if fault.is_not_found() => Ok(Vec::new()),
                    other => other,
                }
            });
            Ok(try_join_all(alone).await?.into_iter().flatten().collect())
        }
        Err(fault) if fault.is_not_found() => Ok(Vec::new()),
        other => other,
    }
}

async fn described(aws: &Aws, arns: Vec<String>) -> Result<Vec<(String, Tags)>, Fault> {
    let request = aws.elbv2().describe_tags().set_resource_arns(Some(arns));
    let answer = aws
        .read("elasticloadbalancingv2:DescribeTags", || {
            request.clone().send()
        })
        .await?;
    let tagged = answer.tag_descriptions.unwrap_or_default().into_iter();
    Ok(tagged
        .filter_map(|one| {
            let tags = one.tags.unwrap_or_default().into_iter();
            let tags = tags.filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())));
            Some((one.resource_arn?, tags.collect()))
        })
        .collect())
}

/// The tags of one object; `None` when it has gone.
pub(super) async fn tags_of_one(aws: &Aws, arn: &str) -> Result<Option<Tags>, Fault> {
    Ok(tags(aws, &[arn.to_owned()]).await?.remove(arn))
}

/// Brings the tags and the mark of protection of an object to what is wanted.
pub(super) async fn retag(cx: &Cx<'_>, want: &Tags, live: &Observed) -> Result<Option<Next>, Stop> {
    let Some(change) = to_change(cx, want, live) else {
        return Ok(None);
    };
    if change.set.is_empty() {
        let request = cx.aws.elbv2().remove_tags();
        let request = request
            .resource_arns(&live.physical)
            .set_tag_keys(Some(change.unset));
        cx.aws
            .write("elasticloadbalancingv2:RemoveTags", || {
                request.clone().send()
            })
            .await
            .map_err(|fault| Stop::OfNew(fault.about(&live.physical)))?;
    } else {
        set_tags(cx, &live.physical, &change.set).await?;
    }
    Ok(Some(Next::More {
        did: "set tags".to_owned(),
        observed: change.observed,
    }))
}

/// Sets tags.
pub(super) async fn set_tags(cx: &Cx<'_>, arn: &str, tags: &Tags) -> Result<(), Stop> {
    let request = cx.aws.elbv2().add_tags();
    let request = request.resource_arns(arn).set_tags(Some(tag_list(tags)));
    cx.aws
        .write("elasticloadbalancingv2:AddTags", || request.clone().send())
        .await
        .map_err(|fault| Stop::OfNew(fault.about(arn)))?;
    Ok(())
}

/// Whether a name could be one that we gave in this stack, so that it is worth a look at the marks.
pub(super) fn could_be_ours(stack: &str, name: &str) -> bool {
    let stem: String = stack.chars().take(STEM).collect();
    let stem = stem.trim_end_matches('-');
    let bare = name.strip_prefix(ESCAPE).unwrap_or(name);
    name.starts_with(stem) || bare.starts_with(stem)
}

/// What stands before names that AWS keeps for itself.
const ESCAPE: &str = "lb-";

/// A name that AWS takes for a balancer: those that begin with `internal-` it does not.
pub(crate) fn takeable(name: &str) -> String {
    match name.starts_with("internal-") {
        true => format!("{ESCAPE}{name}"),
        false => name.to_owned(),
    }
}

/// Refuses to create where the same name is taken: the call would succeed for an object that somebody else made with
/// the same settings.
pub(super) fn free(call: &str, code: &str, found: Option<&Live>) -> Result<(), Stop> {
    let Some(found) = found else {
        return Ok(());
    };
    Err(Stop::Fault(Fault {
        how: How::Refused,
        call: call.to_owned(),
        code: code.to_owned(),
        message: format!("{} stands there already", found.physical),
        object: None,
    }))
}

/// The handles of a list.
pub(super) fn known(list: &[Field<String>], name: &str) -> Result<Vec<String>, Failure> {
    list.iter().map(|item| item.known(name).cloned()).collect()
}

/// The fields that are wanted, as they are compared with live ones.
pub(super) fn wanted<S: serde::Serialize>(want: &S) -> Result<Fields, Failure> {
    crate::field::live_fields(want).map_err(|error| crate::field::internal(error.to_string()))
}

/// Whether this step is to change a field: it is set, and something else is live. Order in lists means nothing; of maps
/// only what is wanted counts.
pub(super) fn differs(cx: &Cx<'_>, want: &Fields, live: &Observed, name: &str) -> bool {
    let set = |items: &[Value<Never>]| -> BTreeSet<String> {
        items
            .iter()
            .map(|item| item.to_json().to_string())
            .collect()
    };
    if !cx.wants(name) {
        return false;
    }
    let is = live.fields.get(name).unwrap_or(&Value::Null);
    match (want.get(name).unwrap_or(&Value::Null), is) {
        (Value::Null, _) => false,
        (Value::List(want), Value::List(is)) => set(want) != set(is),
        (Value::List(want), Value::Null) => !want.is_empty(),
        (Value::Map(want), Value::Map(is)) => {
            want.iter().any(|(key, value)| is.get(key) != Some(value))
        }
        (Value::Map(want), Value::Null) => !want.is_empty(),
        (want, is) => want != is,
    }
}

/// The observation with these fields as they are wanted. What is not wanted of a map stays.
pub(super) fn as_wanted(live: &Observed, want: &Fields, names: &[&str]) -> Box<Observed> {
    let mut live = Box::new(live.clone());
    for name in names {
        let value = want.get(*name).cloned().unwrap_or(Value::Null);
        let value = match (value, live.fields.remove(*name)) {
            (Value::Map(want), Some(Value::Map(mut is))) => {
                is.extend(want);
                Value::Map(is)
            }
            (want, _) => want,
        };
        live.fields.insert((*name).to_owned(), value);
    }
    live
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_stack_are_told_by_their_beginning() {
        assert!(could_be_ours("shop", "shop-web"));
        assert!(!could_be_ours("shop", "bakery-web"));
        let long = "a-stack-with-a-name-that-is-cut-in-names";
        assert!(could_be_ours(long, "a-stack-with-a-name-tha-12345678"));
        assert_eq!(takeable("internal-web"), "lb-internal-web");
        assert!(could_be_ours("internal", "lb-internal-web"));
        assert_eq!(takeable("shop-web"), "shop-web");
    }
}
