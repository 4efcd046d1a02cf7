//! Tags of many objects at once, where a service tells them one object at a time.
//!
//! The Resource Groups Tagging API answers for a hundred ARNs in one call, and lags behind: it may not know an object yet, or not its
//! newest tags, and may still tell those of one that is gone. So it is a hint and never the truth: whether an object is there
//! its own service says, and tags are believed only where they are just as wanted, which leads to no step. Anything else is read where it
//! stands. Where the call is denied or fails there is no hint, and the plan is the same, only slower.

use std::collections::BTreeMap;

use futures::future::join_all;
use provision_core::contract::Context;
use provision_core::model::{Pending, Resource, Value};

use crate::client::Aws;
use crate::error::Fault;
use crate::marks::{Marks, Tags, plain};

/// ARNs of one call.
const AT_ONCE: usize = 100;

/// So many objects of a kind are worth another way of reading than one by one.
pub const MANY: usize = 20;

/// The tags of objects, as far as they are told.
pub async fn tags(aws: &Aws, arns: &[String]) -> BTreeMap<String, Tags> {
    let reads = arns.chunks(AT_ONCE).map(|some| chunk(aws, some));
    let mut all = BTreeMap::new();
    for read in join_all(reads).await {
        match read {
            Ok(told) => all.extend(told),
            Err(fault) => tracing::debug!(%fault, "tags are read one by one"),
        }
    }
    all
}

async fn chunk(aws: &Aws, arns: &[String]) -> Result<Vec<(String, Tags)>, Fault> {
    let client = aws.client(aws_sdk_resourcegroupstagging::Client::new);
    let request = client
        .get_resources()
        .set_resource_arn_list(Some(arns.to_vec()));
    let answer = aws
        .read("tagging:GetResources", || request.clone().send())
        .await?;
    let rows = answer.resource_tag_mapping_list.unwrap_or_default();
    let told = rows.into_iter().filter_map(|row| {
        let tags = row.tags.unwrap_or_default().into_iter();
        let tags = tags.map(|tag| (tag.key, tag.value)).collect();
        Some((row.resource_arn?, tags))
    });
    Ok(told.collect())
}

/// Whether these tags are those of the resource, with nothing of them to be changed.
#[must_use]
pub fn is_as_wanted(context: &Context, resource: &Resource<Pending>, tags: &Tags) -> bool {
    let marks = Marks::of(tags);
    let own = plain(tags);
    let wanted = match resource.fields.get("tags") {
        Some(Value::Map(wanted)) => wanted
            .iter()
            .all(|(key, value)| own.get(key).map(String::as_str) == value.as_text()),
        _ => true,
    };
    wanted
        && marks.are(context, &resource.id)
        && marks.protect == resource.protect
        && marks.adopted.is_none()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::marks::marked;

    #[test]
    fn only_tags_that_lead_to_no_step_are_believed() {
        let context = Context {
            stack: "shop".to_owned(),
            account: None,
            region: "eu-west-1".to_owned(),
            labels: Tags::new(),
        };
        let id = "workload.web/log-group".parse().unwrap();
        let label = Tags::from([("team".to_owned(), "web".to_owned())]);
        let resource = Resource::<Pending> {
            id,
            kind: provision_core::model::Kind::new("logs.group"),
            provider: "aws".to_owned(),
            platform: None,
            name: None,
            parent: None,
            fields: [(
                "tags".to_owned(),
                Value::Map([("team".to_owned(), Value::text("web"))].into()),
            )]
            .into(),
            after: Vec::new(),
            outlives: Vec::new(),
            protect: false,
            adopt: None,
        };
        let believed = |tags: &Tags| is_as_wanted(&context, &resource, tags);
        let just_so = marked(&context, &resource.id, false, &label);
        assert!(believed(&just_so));
        assert!(!believed(&marked(&context, &resource.id, true, &label)));
        assert!(!believed(&marked(
            &context,
            &resource.id,
            false,
            &Tags::new()
        )));
        let other = "workload.api/log-group".parse().unwrap();
        assert!(!believed(&marked(&context, &other, false, &label)));
        assert!(!believed(&label));
        let mut more = just_so;
        more.insert("theirs".to_owned(), "yes".to_owned());
        assert!(believed(&more));
    }
}
