//! `autoscaling.group`: the machines of a pool. How many there are between the bounds is ECS's to say.
//!
//! A group tells of each machine what it was made of. So what is live is what its machines are, not what new ones would be: a
//! run that died between the change of a group and the replacement of its machines leaves a difference, as does a
//! replacement that failed half-way.
//!
//! Machines of another template, type or sort are had by an instance refresh: a new one comes first, then an old one goes,
//! whose tasks ECS moves away before (managed draining). Protection from scaling in does not stand in the way of that.

use std::collections::BTreeMap;

use provision_aws::kind::{
    Ask, Cx, Live, Next, Progress, Seen, Served, Stop, Uses, deleting, nodes, outputs, seconds,
    table, tags as tags_row, with,
};
use provision_aws::{Fault, Field, Tags};
use provision_core::cost::Usage;
use provision_core::model::{
    Effect, FieldKind, Identity, Lane, Observed, Row, Seconds, Status, Table, Value,
};
use serde::{Deserialize, Serialize};

use super::{
    autoscaling_calls as calls, autoscaling_reads as reads, autoscaling_refresh as refresh,
};

/// The fields of a group. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct AutoScalingGroup {
    /// The launch template, by id.
    pub template_id: Field<String>,
    /// Its version, by number; of a live group, that of its oldest machine.
    pub template_version: Field<i64>,
    /// Machine types, in the order of preference; empty when the launch template names the only one. Of a live group,
    /// those of its machines as well.
    pub instance_types: Vec<Field<String>>,
    /// `ON_DEMAND` or `SPOT`.
    pub capacity: String,
    /// Subnets of its machines.
    pub subnets: Vec<Field<String>>,
    /// The least machines.
    pub min: i64,
    /// The most machines.
    pub max: i64,
    /// Machines at the start; after that ECS's.
    pub desired: i64,
    /// New machines are not scaled in unless ECS says so.
    pub protected: bool,
    /// What new machines are made of; what is live, never wanted.
    pub made_of: Option<BTreeMap<String, String>>,
    /// Its tags; they do not reach the machines, which have those of the launch template.
    pub tags: Tags,
}

impl Served for AutoScalingGroup {
    const KIND: &'static str = "autoscaling.group";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        Table {
            outputs: outputs(&["arn", "name"]),
            seconds: Seconds {
                rolling: 420,
                ..seconds(70, 3, 100)
            },
            lane: Some(Lane::Itself),
            loss: Some("its machines go, with the tasks on them".to_owned()),
            ..table(Self::KIND, "Auto Scaling group", Identity::Named, rows())
        }
    }

    fn usage(of: &Uses<'_>) -> Usage {
        nodes(of)
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        reads::survey(ask).await
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        calls::create(cx, want).await
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        if let Some(next) = calls::change(cx, want, live).await? {
            return Ok(Some(next));
        }
        if let Some(next) = refresh::change(cx, want, live).await? {
            return Ok(Some(next));
        }
        calls::retag(cx, &want.tags, live).await
    }

    /// The capacity provider has gone before. Machines go with the group, protected or not.
    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let waits = Next::Waits {
            phase: "Delete in progress".to_owned(),
            physical: live.physical.clone(),
        };
        if matches!(live.status, Status::Deleting { .. }) {
            return Ok(waits);
        }
        if live.fields.get("protected") == Some(&Value::Bool(true)) {
            calls::unprotect(cx, live).await?;
            return Ok(Next::More {
                did: "let new machines be scaled in".to_owned(),
                observed: with(live, "protected", false),
            });
        }
        calls::delete(cx, live).await?;
        let mut observed = Box::new(live.clone());
        observed.status = deleting("Delete in progress");
        Ok(match live.status {
            // What it did badly is over; what comes now is told from it.
            Status::Degraded { .. } => Next::More {
                did: "asked for its deletion".to_owned(),
                observed,
            },
            _ => waits,
        })
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        reads::read(cx, physical).await
    }

    async fn holder(cx: &Cx<'_>, _want: &Self) -> Result<Option<Live>, Fault> {
        reads::read(cx, cx.name().unwrap_or_default()).await
    }

    async fn progress(cx: &Cx<'_>, physical: &str, update: &str) -> Result<Progress, Fault> {
        refresh::progress(cx, physical, update).await
    }
}

fn rows() -> Vec<Row> {
    let row = |name: &str, kind, effect, doc: &str| Row::new(name, kind, effect, doc);
    let rolling =
        |name: &str, kind, doc: &str| row(name, kind, Effect::Rolling, doc).in_group("machines");
    let now = |name: &str, kind, doc: &str| row(name, kind, Effect::InPlace, doc).in_group("group");
    vec![
        rolling("template_id", FieldKind::Scalar, "the launch template"),
        rolling(
            "template_version",
            FieldKind::Scalar,
            "version of the launch template",
        ),
        rolling("instance_types", FieldKind::Set, "machine types"),
        rolling("capacity", FieldKind::Scalar, "on demand or spot"),
        now("subnets", FieldKind::Set, "subnets of its machines"),
        now("min", FieldKind::Scalar, "the least machines"),
        now("max", FieldKind::Scalar, "the most machines"),
        row(
            "desired",
            FieldKind::Scalar,
            Effect::CreateOnly,
            "machines at the start",
        )
        .shared_with("ECS, which scales it by the tasks"),
        now(
            "protected",
            FieldKind::Scalar,
            "new machines are not scaled in unless ECS says so",
        ),
        row(
            "made_of",
            FieldKind::Map { owned_only: true },
            Effect::Computed,
            "what new machines are made of",
        ),
        tags_row(),
    ]
}
