//! `scheduler.group`: the group that holds the schedules of a stack. Schedules take no tags: lying in it tells whose they are.

use aws_sdk_scheduler::types::Tag;
use futures::future::join;
use provision_aws::kind::{
    Ask, Cx, Live, Next, Seen, Served, Stop, Uses, deleting, named, outputs, seconds, table,
    tags as tags_row, to_change,
};
use provision_aws::{Aws, Fault, Tags, plain};
use provision_core::cost::Usage;
use provision_core::model::{Identity, Observed, ResourceId, Table};
use serde::{Deserialize, Serialize};

use super::call::{scheduler, stop};

/// The fields of a group. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ScheduleGroup {
    /// Its tags.
    pub tags: Tags,
}

/// What the name of a stack's group is.
pub(crate) fn name(stack: &str) -> String {
    format!("provision-{stack}")
}

/// The id of a stack's group: it belongs to no block, since all its schedules lie in it.
pub(crate) fn id() -> ResourceId {
    ResourceId::new("stack", "schedule-group")
}

impl Served for ScheduleGroup {
    const KIND: &'static str = "scheduler.group";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        Table {
            outputs: outputs(&["arn", "name"]),
            seconds: seconds(1, 1, 5),
            ..table(
                Self::KIND,
                "schedule group",
                Identity::Named,
                vec![tags_row()],
            )
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("schedule groups are free of charge")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        let sights = named(ask, |name| find(ask.aws, name));
        let (sights, others) = join(sights, others(ask)).await;
        Seen { sights, ..others }
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let name = cx.name()?;
        let all = cx.marked(&want.tags);
        let request = scheduler(cx.aws)
            .create_schedule_group()
            .name(name)
            .client_token(cx.token)
            .set_tags(Some(tag_list(&all)));
        let answer = cx
            .aws
            .write_once("scheduler:CreateScheduleGroup", || request.clone().send())
            .await
            .map_err(|fault| match fault.is(&["ConflictException"]) {
                true => Stop::Later(fault.to_string()),
                false => stop(fault.about(name)),
            });
        let arn = match answer {
            Ok(answer) => answer.schedule_group_arn,
            // There already: of an earlier run, or of somebody.
            Err(Stop::Later(_)) => return found(cx, name).await,
            Err(other) => return Err(other),
        };
        Ok(Next::More {
            did: format!("created {name}"),
            observed: cx.made(live(&arn, name, &all)),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        let Some(change) = to_change(cx, &want.tags, live) else {
            return Ok(None);
        };
        if change.set.is_empty() {
            let request = scheduler(cx.aws)
                .untag_resource()
                .resource_arn(&live.physical)
                .set_tag_keys(Some(change.unset));
            cx.aws
                .write("scheduler:UntagResource", || request.clone().send())
                .await?;
        } else {
            let request = scheduler(cx.aws)
                .tag_resource()
                .resource_arn(&live.physical)
                .set_tags(Some(tag_list(&change.set)));
            cx.aws
                .write("scheduler:TagResource", || request.clone().send())
                .await?;
        }
        Ok(Some(Next::More {
            did: "set tags".to_owned(),
            observed: change.observed,
        }))
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let request = scheduler(cx.aws)
            .delete_schedule_group()
            .name(name_of(&live.physical))
            .client_token(cx.token);
        cx.aws
            .write_once("scheduler:DeleteScheduleGroup", || request.clone().send())
            .await
            .map_err(|fault| Stop::Fault(fault.about(&live.physical)))?;
        Ok(Next::Waits {
            phase: "DELETING".to_owned(),
            physical: live.physical.clone(),
        })
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        find(cx.aws, name_of(physical)).await
    }
}

/// The group of our name, when it is ours.
async fn found(cx: &Cx<'_>, name: &str) -> Result<Next, Stop> {
    match find(cx.aws, name).await? {
        Some(live) if live.marks.are(cx.context, cx.id()) => Ok(Next::More {
            did: "found it there already".to_owned(),
            observed: cx.made(live),
        }),
        Some(live) => Err(Stop::Failure(super::call::taken(
            &live.physical,
            live.marks.owner(),
        ))),
        None => Err(Stop::Later("the group is not visible yet".to_owned())),
    }
}

fn name_of(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or_default()
}

fn tag_list(tags: &Tags) -> Vec<Tag> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build().ok();
    tags.iter().filter_map(tag).collect()
}

async fn find(aws: &Aws, name: &str) -> Result<Option<Live>, Fault> {
    let request = scheduler(aws).get_schedule_group().name(name);
    let answer = aws
        .read("scheduler:GetScheduleGroup", || request.clone().send())
        .await;
    let group = match answer {
        Err(fault) if fault.is_not_found() => return Ok(None),
        answer => answer?,
    };
    let arn = group.arn.unwrap_or_default();
    let request = scheduler(aws).list_tags_for_resource().resource_arn(&arn);
    let answer = aws
        .read("scheduler:ListTagsForResource", || request.clone().send())
        .await;
    let tags = match answer {
        Err(fault) if fault.is_not_found() => return Ok(None),
        answer => answer?.tags.unwrap_or_default(),
    };
    let tags = tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
    let found = live(&arn, name, &tags);
    let goes = group
        .state
        .is_some_and(|state| state.as_str() == "DELETING");
    Ok(Some(match goes {
        true => found.status(deleting("DELETING")),
        false => found,
    }))
}

fn live(arn: &str, name: &str, all: &Tags) -> Live {
    let fields = ScheduleGroup { tags: plain(all) };
    let mut live = Live::new(arn, all, &fields)
        .output("arn", arn)
        .output("name", name);
    live.names.push(name.to_owned());
    live
}

/// The stack's group, when no schedule is left in the spec.
async fn others(ask: &Ask<'_>) -> Seen {
    let mut seen = Seen::default();
    if !ask.orphans || !ask.resources.is_empty() {
        return seen;
    }
    match find(ask.aws, &name(&ask.context.stack)).await {
        Ok(found) => {
            let ours =
                |live: &Live| live.marks.stack.as_deref() == Some(ask.context.stack.as_str());
            seen.orphans.extend(found.filter(ours));
        }
        Err(fault) => seen.unread = Some(fault.to_string()),
    }
    seen
}
