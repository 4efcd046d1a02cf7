//! `aws.claim`: the one object by which a run knows whether there was a run before it.
//!
//! VPCs, internet gateways and addresses are made without a token and without a natural key. A run that dies between
//! the cloud's "created" and our record of it leaves one that the next run's reads may not show yet. So the first
//! thing a stack makes is a log group with a unique name, which is an atomic test-and-set: the run that made it
//! (output `fresh`) has no predecessor and goes on at once; any other waits past the visibility lag and looks before
//! it makes one of those. The claim is deleted last of all.

use std::collections::BTreeMap;

use provision_core::cost::Usage;
use provision_core::model::{Effect, FieldKind, Identity, Observed, Output, Row, Table, Value};
use serde::{Deserialize, Serialize};

use super::live::{map, map_value, with};
use super::survey::{Seen, named};
use super::tables::{seconds, table, tags as tags_row};
use super::{Ask, Cx, Live, Next, Served, Stop, Uses};
use super::{log_group, log_group_reads};
use crate::error::Fault;
use crate::marks::Tags;

/// The claim's id.
pub const CLAIM: &str = "stack/claim.aws";

/// The fields of a claim. Its name is the resource's physical name: `/provision/<stack>/claim`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Its tags.
    pub tags: Tags,
    /// Services that the stack has ever used, by name: each a tag of its own, so that two runs never take one from each other.
    pub uses: BTreeMap<String, String>,
}

/// Tags that name a service begin with this.
const USES: &str = "provision-uses-";

/// Services of which every stack is taken to have something: networks, roles and logs, and what is not a service's.
const ALWAYS: [&str; 4] = ["aws", "ec2", "iam", "logs"];

impl Claim {
    /// The name of a stack's claim.
    #[must_use]
    pub fn name(stack: &str) -> String {
        format!("/provision/{stack}/claim")
    }

    /// The claim of a stack with these labels. Planning adds the services that are used.
    #[must_use]
    pub fn of(labels: &Tags) -> Self {
        let always = ALWAYS.iter();
        Self {
            tags: labels.clone(),
            uses: always
                .map(|name| ((*name).to_owned(), "yes".to_owned()))
                .collect(),
        }
    }
}

impl Served for Claim {
    const KIND: &'static str = "aws.claim";

    fn table() -> Table {
        let output = |name: &str, volatile| Output {
            name: name.to_owned(),
            volatile,
            moved_by: Vec::new(),
        };
        let uses = Row::new(
            "uses",
            FieldKind::Map { owned_only: true },
            Effect::InPlace,
            "services that the stack has ever used; it never shrinks",
        );
        Table {
            outputs: vec![output("name", false), output("fresh", true)],
            seconds: seconds(1, 1, 1),
            ..table(Self::KIND, "claim", Identity::Named, vec![tags_row(), uses])
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("an empty log group is free of charge")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        let read = |name| async move {
            let group = log_group_reads::read(ask.aws, ask.context, name).await?;
            Ok::<_, Fault>(group.map(|group| live(group, false)))
        };
        let mut seen = Seen {
            sights: named(ask, read).await,
            ..Seen::default()
        };
        let known = seen.sights.keys().any(|id| id.to_string() == CLAIM);
        if ask.orphans && !known {
            let name = Claim::name(&ask.context.stack);
            match log_group_reads::read(ask.aws, ask.context, &name).await {
                Ok(Some(group)) if is_claim(ask, &group) => {
                    seen.orphans.push(live(group, false));
                }
                Ok(_) => {}
                Err(fault) => seen.unread = Some(fault.to_string()),
            }
        }
        seen
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let mut all = cx.marked(&want.tags);
        all.extend(as_tags(&want.uses));
        let name = cx.name()?;
        log_group::make(cx, name, &all).await?;
        let live = live(log_group_reads::live(cx.context, name, None, &all), true);
        Ok(Next::More {
            did: format!("created {name}"),
            observed: cx.made(live),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        let known = map(live, "uses");
        let mut news = want.uses.clone();
        news.retain(|name, _| !known.contains_key(name));
        if cx.wants("uses") && !news.is_empty() {
            log_group::tag(cx, &live.physical, as_tags(&news)).await?;
            let all = known.into_iter().chain(news).collect();
            return Ok(Some(Next::More {
                did: "named what the stack uses".to_owned(),
                observed: with(live, "uses", map_value(&all)),
            }));
        }
        log_group::retag(cx, &want.tags, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        log_group::remove(cx, live).await
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let name = physical.rsplit(":log-group:").next().unwrap_or_default();
        let group = log_group_reads::read(cx.aws, cx.context, name).await?;
        Ok::<_, Fault>(group.map(|group| live(group, false)))
    }

    async fn holder(cx: &Cx<'_>, _want: &Self) -> Result<Option<Live>, Fault> {
        let name = cx.name().unwrap_or_default();
        let group = log_group_reads::read(cx.aws, cx.context, name).await?;
        Ok(group.map(|group| live(group, false)))
    }
}

fn is_claim(ask: &Ask<'_>, group: &Live) -> bool {
    group.marks.stack.as_deref() == Some(ask.context.stack.as_str())
        && group
            .marks
            .id
            .as_ref()
            .is_some_and(|id| id.to_string() == CLAIM)
}

fn as_tags(uses: &BTreeMap<String, String>) -> Tags {
    uses.iter()
        .map(|(name, word)| (format!("{USES}{name}"), word.clone()))
        .collect()
}

/// The log group as a claim; `fresh` only when the call that has just been answered made it.
fn live(mut group: Live, fresh: bool) -> Live {
    group.fields.retain(|name, _| name == "tags");
    if let Some(Value::Map(tags)) = group.fields.get_mut("tags") {
        let (uses, tags_alone): (BTreeMap<_, _>, _) = std::mem::take(tags)
            .into_iter()
            .partition(|(key, _)| key.starts_with(USES));
        *tags = tags_alone;
        let uses = uses.into_iter();
        let uses = uses.map(|(key, word)| (key.trim_start_matches(USES).to_owned(), word));
        let uses = Value::Map(uses.collect());
        group.fields.insert("uses".to_owned(), uses);
    }
    group.outputs.retain(|name, _| name == "name");
    group.names.push("claim".to_owned());
    group.output("fresh", fresh)
}
