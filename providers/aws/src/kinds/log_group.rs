//! `logs.group`: where logs go.
//!
//! The control plane's group exists before logging is switched on, so that its retention is ours; EKS would make
//! one that keeps everything for ever.

use std::collections::BTreeMap;

use aws_sdk_cloudwatchlogs::types::LogGroup as Wire;
use futures::future::{join, join_all, try_join};
use provision_core::contract::Context;
use provision_core::cost::{Meter, Part, Quantity, Usage};
use provision_core::model::{Identity, Observed, Pending, Resource, Table, Value};
use serde::{Deserialize, Serialize};

use super::claim::CLAIM;
use super::live::{output, with};
use super::retag::to_change;
use super::survey::{Look, Seen, by_name, named, unknown};
use super::tables::{outputs, scalar, seconds, table, tags as tags_row};
use super::{Ask, Cx, Live, Next, Served, Stop, Uses};
use crate::client::Aws;
use crate::error::Fault;
use crate::hint;
use crate::marks::{Tags, plain};

/// The fields of a log group. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogGroup {
    /// Days that logs are kept.
    pub retention_days: Option<i32>,
    /// Its tags.
    pub tags: Tags,
}

/// So much is written to a log group in a month, where nobody says: control-plane logs of a small cluster.
const ASSUMED_GB: i64 = 5;

/// Logs that are never deleted are reckoned to be a year old.
const FOREVER_DAYS: i64 = 365;

/// Days of a month.
const MONTH_DAYS: i64 = 30;

/// What is kept is charged for at its compressed size (CloudWatch pricing page, "Archived data": 0.03 per GB, compressed
/// to about 15 %).
const COMPRESSED_PERCENT: i64 = 15;

impl Served for LogGroup {
    const KIND: &'static str = "logs.group";

    fn table() -> Table {
        let rows = vec![
            scalar("retention_days", "days that logs are kept"),
            tags_row(),
        ];
        Table {
            outputs: outputs(&["name", "arn"]),
            seconds: seconds(1, 1, 1),
            loss: Some("the logs in it are gone".to_owned()),
            ..table(Self::KIND, "log group", Identity::Named, rows)
        }
    }

    fn usage(of: &Uses<'_>) -> Usage {
        let kept = of.number("retention_days").unwrap_or(FOREVER_DAYS);
        let stored = ASSUMED_GB * kept * COMPRESSED_PERCENT * 10 / MONTH_DAYS;
        let logs = |component, item, unit, thousandths| {
            let each = Quantity::thousandths(thousandths);
            Meter::listed(component, Part::Management, item, unit, each)
        };
        Usage::Charged {
            meters: vec![
                logs("logs taken in", "logs.ingested", "GB", ASSUMED_GB * 1000)
                    .assuming(format!("{ASSUMED_GB} GB a month for each log group")),
                logs("logs kept", "logs.stored", "GB-month", stored).assuming(format!(
                    "{ASSUMED_GB} GB a month, kept {kept} days at {COMPRESSED_PERCENT} % of their size"
                )),
            ],
        }
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        if ask.resources.len() > hint::MANY {
            return together(ask).await;
        }
        let sights = named(ask, |name| read(ask.aws, ask.context, name));
        let (sights, others) = join(sights, others(ask, None)).await;
        Seen { sights, ..others }
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let all = cx.marked(&want.tags);
        let name = cx.name()?;
        make(cx, name, &all).await?;
        let live = live(cx.context, name, None, &all);
        if cx.context.account.is_none() {
            // Its ARN is not known before it is read.
            return Ok(Next::Waits {
                phase: "becoming visible".to_owned(),
                physical: live.physical,
            });
        }
        Ok(Next::More {
            did: format!("created {name}"),
            observed: cx.made(live),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        let now = match live.fields.get("retention_days") {
            Some(Value::Int(days)) => Some(*days),
            _ => None,
        };
        if let (true, Some(days)) = (cx.wants("retention_days"), want.retention_days)
            && now != Some(i64::from(days))
        {
            let name = output(live, "name").unwrap_or_default();
            let request = cx
                .aws
                .logs
                .put_retention_policy()
                .log_group_name(name)
                .retention_in_days(days);
            cx.aws
                .write("logs:PutRetentionPolicy", || request.clone().send())
                .await
                .map_err(|fault| Stop::OfNew(fault.about(name)))?;
            return Ok(Some(Next::More {
                did: format!("set retention to {days} days"),
                observed: with(live, "retention_days", i64::from(days)),
            }));
        }
        retag(cx, &want.tags, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        remove(cx, live).await
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let name = physical.rsplit(":log-group:").next().unwrap_or_default();
        read(cx.aws, cx.context, name).await
    }

    async fn holder(cx: &Cx<'_>, _want: &Self) -> Result<Option<Live>, Fault> {
        read(cx.aws, cx.context, cx.name().unwrap_or_default()).await
    }
}

/// Makes a group with tags.
pub(super) async fn make(cx: &Cx<'_>, name: &str, tags: &Tags) -> Result<(), Stop> {
    let request = cx
        .aws
        .logs
        .create_log_group()
        .log_group_name(name)
        .set_tags(Some(tags.clone().into_iter().collect()));
    cx.aws
        .write("logs:CreateLogGroup", || request.clone().send())
        .await
        .map_err(|fault| Stop::Fault(fault.about(name)))?;
    Ok(())
}

/// Removes a group.
pub(super) async fn remove(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
    let name = output(live, "name").unwrap_or_default();
    let request = cx.aws.logs.delete_log_group().log_group_name(name);
    cx.aws
        .write("logs:DeleteLogGroup", || request.clone().send())
        .await
        .map_err(|fault| Stop::Fault(fault.about(name)))?;
    Ok(Next::Gone)
}

/// Brings the tags of a group to what is wanted.
pub(super) async fn retag(cx: &Cx<'_>, want: &Tags, live: &Observed) -> Result<Option<Next>, Stop> {
    let Some(change) = to_change(cx, want, live) else {
        return Ok(None);
    };
    let logs = &cx.aws.logs;
    let arn = &live.physical;
    if change.set.is_empty() {
        let request = logs
            .untag_resource()
            .resource_arn(arn)
            .set_tag_keys(Some(change.unset));
        cx.aws
            .write("logs:UntagResource", || request.clone().send())
            .await?;
    } else {
        tag(cx, arn, change.set).await?;
    }
    Ok(Some(Next::More {
        did: "set tags".to_owned(),
        observed: change.observed,
    }))
}

/// Sets tags of a group.
pub(super) async fn tag(cx: &Cx<'_>, arn: &str, tags: Tags) -> Result<(), Stop> {
    let request = cx
        .aws
        .logs
        .tag_resource()
        .resource_arn(arn)
        .set_tags(Some(tags.into_iter().collect()));
    cx.aws
        .write("logs:TagResource", || request.clone().send())
        .await?;
    Ok(())
}

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
async fn together(ask: &Ask<'_>) -> Seen {
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
async fn others(ask: &Ask<'_>, own: Option<Vec<Wire>>) -> Seen {
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
