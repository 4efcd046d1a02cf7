//! How `logs.group` is read: one by its name, many by the stack's prefix and their tags by the hundred.

use std::collections::BTreeMap;

use aws_sdk_cloudwatchlogs::types::LogGroup as Wire;
use futures::future::{join, join_all, try_join};
use provision_core::contract::Context;
use provision_core::model::{Pending, Resource};

use super::claim::CLAIM;
use super::log_group::LogGroup;
use super::survey::{Look, Seen, by_name, unknown};
use super::{Ask, Live};
use crate::client::Aws;
use crate::error::Fault;
use crate::hint;
use crate::marks::{Tags, plain};

/// Reads a group by its name; `None` when there is none.
pub(super) async fn read(aws: &Aws, context: &Context, name: &str) -> Result<Option<Live>, Fault> {
    let groups = under(aws, name).await?;
    let Some(group) = groups
        .into_iter()
        .find(|group| group.log_group_name() == Some(name))
    else {
        return Ok(None);
    };
    detail(aws, context, &group).await
}

/// Groups whose name starts so.
async fn under(aws: &Aws, prefix: &str) -> Result<Vec<Wire>, Fault> {
    super::ec2::pages(|token| async {
        let request = aws
            .logs
            .describe_log_groups()
            .log_group_name_prefix(prefix)
            .set_next_token(token);
        let answer = aws
            .read("logs:DescribeLogGroups", || request.clone().send())
            .await?;
        Ok((answer.log_groups, answer.next_token))
    })
    .await
}

/// Adds the tags; `None` when the group has just gone.
async fn detail(aws: &Aws, context: &Context, group: &Wire) -> Result<Option<Live>, Fault> {
    let name = group.log_group_name().unwrap_or_default();
    let request = aws
        .logs
        .list_tags_for_resource()
        .resource_arn(arn(context, group, name));
    let answer = aws
        .read("logs:ListTagsForResource", || request.clone().send())
        .await;
    match answer {
        Ok(answer) => {
            let tags: Tags = answer.tags.unwrap_or_default().into_iter().collect();
            Ok(Some(with_tags(context, group, &tags)))
        }
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault.about(name)),
    }
}

fn with_tags(context: &Context, group: &Wire, tags: &Tags) -> Live {
    let name = group.log_group_name().unwrap_or_default();
    let mut live = live(context, name, group.retention_in_days, tags);
    live.physical = arn(context, group, name);
    with_arn(live)
}

/// The ARN without the `:*` that older fields end in; tag calls refuse that.
fn arn(context: &Context, group: &Wire, name: &str) -> String {
    group
        .log_group_arn
        .clone()
        .or_else(|| group.arn.clone())
        .map_or_else(
            || built_arn(context, name),
            |arn| arn.trim_end_matches(":*").to_owned(),
        )
}

fn built_arn(context: &Context, name: &str) -> String {
    format!(
        "arn:{}:logs:{}:{}:log-group:{name}",
        super::oidc_provider::partition(&context.region),
        context.region,
        context.account.as_deref().unwrap_or_default()
    )
}

/// Many groups at once: one list of those under the stack's prefix, and their tags by the hundred. What is not under it, or not tagged
/// as wanted as far as is told, is read by itself.
pub(super) async fn together(ask: &Ask<'_>) -> Seen {
    let own = match under(ask.aws, &prefix(ask.context)).await {
        Ok(own) => own,
        Err(fault) => {
            let all = ask.resources.iter();
            return Seen {
                sights: all.map(|one| (one.id.clone(), unknown(&fault))).collect(),
                unread: ask.orphans.then(|| fault.to_string()),
                ..Seen::default()
            };
        }
    };
    let by_name: BTreeMap<&str, &Wire> = own
        .iter()
        .filter_map(|group| Some((group.log_group_name()?, group)))
        .collect();
    let asked = ask.resources.iter().filter_map(|one| one.name.as_deref());
    let found = asked.filter_map(|name| Some((name, *by_name.get(name)?)));
    let arns: Vec<String> = found
        .map(|(name, group)| arn(ask.context, group, name))
        .collect();
    let told = hint::tags(ask.aws, &arns).await;
    let (by_name, told) = (&by_name, &told);
    let reads = ask.resources.iter().map(|resource| async move {
        let look = one_of(ask, resource, by_name, told).await;
        (resource.id.clone(), look)
    });
    let (sights, others) = join(join_all(reads), others(ask, Some(own.clone()))).await;
    Seen {
        sights: sights.into_iter().collect(),
        ..others
    }
}

async fn one_of(
    ask: &Ask<'_>,
    resource: &Resource<Pending>,
    groups: &BTreeMap<&str, &Wire>,
    told: &BTreeMap<String, Tags>,
) -> Look {
    let name = resource.name.as_deref().unwrap_or_default();
    let Some(group) = groups.get(name) else {
        let read = match name.starts_with(&prefix(ask.context)) {
            true => Ok(None),
            false => read(ask.aws, ask.context, name).await,
        };
        return by_name(ask.context, resource, read);
    };
    let tags = told.get(&arn(ask.context, group, name));
    let tags = tags.filter(|tags| hint::is_as_wanted(ask.context, resource, tags));
    let read = match tags {
        Some(tags) => Ok(Some(with_tags(ask.context, group, tags))),
        None => detail(ask.aws, ask.context, group).await,
    };
    by_name(ask.context, resource, read)
}

/// What names of a stack's groups begin with.
fn prefix(context: &Context) -> String {
    format!("/provision/{}/", context.stack)
}

/// Groups of the stack that were not asked for, of those under its prefix when they have been listed: control-plane logs of clusters that are gone from the spec.
pub(super) async fn others(ask: &Ask<'_>, own: Option<Vec<Wire>>) -> Seen {
    let mut seen = Seen::default();
    if !ask.orphans {
        return seen;
    }
    let own = async {
        match own {
            Some(own) => Ok(own),
            None => under(ask.aws, &prefix(ask.context)).await,
        }
    };
    let clusters = format!("/aws/eks/{}-", ask.context.stack);
    let listed = try_join(own, under(ask.aws, &clusters)).await;
    let groups = match listed {
        Ok((own, clusters)) => own.into_iter().chain(clusters),
        Err(fault) => {
            seen.unread = Some(fault.to_string());
            return seen;
        }
    };
    let asked = |name: &str| {
        let mut names = ask
            .resources
            .iter()
            .map(|resource| resource.name.as_deref());
        names.any(|asked| asked == Some(name))
    };
    let groups: Vec<Wire> = groups
        .filter(|group| !group.log_group_name().is_some_and(asked))
        .collect();
    let reads = groups
        .iter()
        .map(|group| detail(ask.aws, ask.context, group));
    for read in join_all(reads).await {
        match read {
            Ok(Some(live)) => {
                let marks = &live.marks;
                let ours = marks.stack.as_deref() == Some(ask.context.stack.as_str());
                let part = marks.id.as_ref().map(ToString::to_string);
                if ours && part.is_some_and(|id| id != CLAIM) {
                    seen.orphans.push(live);
                }
            }
            Ok(None) => {}
            Err(fault) => seen.unread = Some(fault.to_string()),
        }
    }
    seen
}

/// A group as read.
pub(super) fn live(context: &Context, name: &str, retention: Option<i32>, all: &Tags) -> Live {
    let fields = LogGroup {
        retention_days: retention,
        tags: plain(all),
    };
    with_arn(Live::new(&built_arn(context, name), all, &fields).output("name", name))
}

/// With its handle as output `arn`.
fn with_arn(live: Live) -> Live {
    let arn = live.physical.clone();
    live.output("arn", arn)
}
