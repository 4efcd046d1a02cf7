//! `logs.group`: where logs go.
//!
//! The control plane's group exists before logging is switched on, so that its retention is ours; EKS would make
//! one that keeps everything for ever.

use futures::future::join;
use provision_core::cost::{Meter, Part, Quantity, Usage};
use provision_core::model::{Identity, Observed, Table, Value};
use serde::{Deserialize, Serialize};

use super::live::{output, with};
use super::log_group_reads::{live, others, read, together};
use super::retag::to_change;
use super::survey::{Seen, named};
use super::tables::{outputs, scalar, seconds, table, tags as tags_row};
use super::{Ask, Cx, Live, Next, Served, Stop, Uses};
use crate::error::Fault;
use crate::hint;
use crate::marks::Tags;

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
