//! `scheduler.schedule`: runs a job's task by the clock.
//!
//! A schedule carries no tags; its description holds the marks. An update sets everything anew, so it is always sent
//! whole.

use std::collections::BTreeSet;

use futures::future::join_all;
use provision_aws::kind::{
    Ask, Cx, Live, Next, Seen, Served, Stop, Uses, by_name, fixed, outputs, pages, scalar, seconds,
    table,
};
use provision_aws::{Aws, Fault, Field, ID, STACK, Tags};
use provision_core::contract::Context;
use provision_core::cost::Usage;
use provision_core::model::{Effect, FieldKind, Identity, Lane, Observed, ResourceId, Row, Table};
use serde::{Deserialize, Serialize};

use super::call::{Capacity, scheduler};
use super::{schedule_calls as calls, schedule_group, task_usage};

/// The fields of a schedule. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Schedule {
    /// The group it lies in.
    pub group: String,
    /// When: `cron(0 3 * * ? *)`.
    pub expression: String,
    /// In which time zone.
    pub timezone: String,
    /// The cluster, by ARN.
    pub cluster: Field<String>,
    /// The revision that runs, by ARN.
    pub task_definition: Field<String>,
    /// The role with which it is started, by ARN.
    pub role: Field<String>,
    /// Where it is placed; `None` = as the cluster says.
    pub capacity: Option<Vec<Capacity>>,
    /// Subnets of the task.
    pub subnets: Vec<Field<String>>,
    /// Security groups of the task.
    pub security_groups: Vec<Field<String>>,
    /// It is on.
    pub enabled: bool,
}

impl Served for Schedule {
    const KIND: &'static str = "scheduler.schedule";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        Table {
            outputs: outputs(&["arn", "name"]),
            seconds: seconds(1, 1, 1),
            dies_with_parent: true,
            lane: Some(Lane::Itself),
            ..table(Self::KIND, "schedule", Identity::Named, rows())
        }
    }

    fn usage(of: &Uses<'_>) -> Usage {
        task_usage::schedule(of)
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        survey(ask).await
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        calls::create(cx, want).await
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        calls::change(cx, want, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let (group, name) = place(&live.physical);
        let request = scheduler(cx.aws)
            .delete_schedule()
            .group_name(group)
            .name(name)
            .client_token(cx.token);
        cx.aws
            .write_once("scheduler:DeleteSchedule", || request.clone().send())
            .await
            .map_err(|fault| Stop::Fault(fault.about(&live.physical)))?;
        Ok(Next::Gone)
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let (group, name) = place(physical);
        calls::read(cx.aws, group, name).await
    }
}

/// Group and name in an ARN: `arn:aws:scheduler:REGION:ACCOUNT:schedule/GROUP/NAME`.
fn place(arn: &str) -> (&str, &str) {
    match super::call::parts(arn).as_slice() {
        [_, group, name] => (group, name),
        _ => ("", ""),
    }
}

/// The marks as a description holds them.
pub(super) fn description(context: &Context, id: &ResourceId) -> String {
    format!("{STACK}={} {ID}={id}", context.stack)
}

/// The marks in a description.
pub(super) fn marks(description: &str) -> Tags {
    let words = description
        .split(' ')
        .filter_map(|word| word.split_once('='));
    let known = words.filter(|(key, _)| [STACK, ID].contains(key));
    known
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

fn rows() -> Vec<Row> {
    let set = |name: &str, doc: &str| Row::new(name, FieldKind::Set, Effect::InPlace, doc);
    vec![
        fixed("group", "the group it lies in"),
        scalar("expression", "when it runs"),
        scalar("timezone", "in which time zone"),
        scalar("cluster", "its cluster"),
        scalar("task_definition", "the revision that runs"),
        scalar("role", "the role with which it is started"),
        set("capacity", "where it is placed"),
        set("subnets", "subnets of the task"),
        set("security_groups", "security groups of the task"),
        scalar("enabled", "whether it is on"),
    ]
}

async fn survey(ask: &Ask<'_>) -> Seen {
    let mut seen = Seen::default();
    let group = schedule_group::name(&ask.context.stack);
    let reads = ask.resources.iter().map(|resource| async {
        let name = resource.name.as_deref().unwrap_or_default();
        let read = calls::read(ask.aws, &group, name).await;
        (resource.id.clone(), by_name(ask.context, resource, read))
    });
    seen.sights = join_all(reads).await.into_iter().collect();
    if !ask.orphans {
        return seen;
    }
    let asked: BTreeSet<&str> = ask
        .resources
        .iter()
        .filter_map(|resource| resource.name.as_deref())
        .collect();
    match others(ask.aws, &group, &asked).await {
        Ok(lives) => {
            let ours =
                |live: &Live| live.marks.stack.as_deref() == Some(ask.context.stack.as_str());
            seen.orphans.extend(lives.into_iter().filter(ours));
        }
        Err(fault) => seen.unread = Some(fault.to_string()),
    }
    seen
}

/// Schedules in the group that were not asked for.
async fn others(aws: &Aws, group: &str, asked: &BTreeSet<&str>) -> Result<Vec<Live>, Fault> {
    let listed = pages(|token| async {
        let request = scheduler(aws)
            .list_schedules()
            .group_name(group)
            .set_next_token(token);
        let answer = aws
            .read("scheduler:ListSchedules", || request.clone().send())
            .await?;
        Ok((Some(answer.schedules), answer.next_token))
    })
    .await;
    let listed = match listed {
        Err(fault) if fault.is_not_found() => return Ok(Vec::new()),
        listed => listed?,
    };
    let names = listed.into_iter().filter_map(|one| one.name);
    let names: Vec<String> = names
        .filter(|name| !asked.contains(name.as_str()))
        .collect();
    let reads = names.iter().map(|name| calls::read(aws, group, name));
    let found: Result<Vec<_>, Fault> = join_all(reads).await.into_iter().collect();
    Ok(found?.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use provision_aws::Marks;

    use super::*;

    #[test]
    fn descriptions_hold_the_marks() {
        let context = Context {
            stack: "shop".to_owned(),
            account: None,
            region: "eu-west-1".to_owned(),
            labels: Tags::new(),
        };
        let id: ResourceId = "job.nightly/schedule".parse().unwrap();
        let written = marks(&description(&context, &id));
        assert!(Marks::of(&written).are(&context, &id));
        assert_eq!(marks("every night at three"), Tags::new());
        let arn = "arn:aws:scheduler:eu-west-1:1:schedule/provision-shop/nightly_job";
        assert_eq!(place(arn), ("provision-shop", "nightly_job"));
    }
}
