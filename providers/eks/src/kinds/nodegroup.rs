//! `eks.nodegroup`: nodes of one sort that EKS manages.
//!
//! What cannot be changed is had by a new group under another name, made before the old one goes.

use std::collections::BTreeMap;

use provision_aws::kind::{
    Ask, Cx, Live, Next, Progress, Seen, Served, Stop, Uses, fixed, nodes, outputs, pages, seconds,
    table, tags as tags_row,
};
use provision_aws::{Aws, Fault, Field, Tags};
use provision_core::cost::Usage;
use provision_core::model::{
    Condition, Effect, FieldKind, Identity, Lane, Observed, Pending, ReplaceOrder, Resource, Row,
    Seconds, Status, Table,
};
use serde::{Deserialize, Serialize};

use super::eks::{busy, cluster_of, eks, found, goes, mark, name_of, parent, progress, retag};
use super::inside::{Inside, inside};
use super::nodegroup_calls as calls;

/// What EKS does with pods when a node group goes (EKS user guide, "Delete a managed node group").
const UNDRAINED: &str = "pods are not drained: once the new nodes are ready EKS deletes the old ones, asks their pods \
                         to leave, and ends after 5 minutes what is still there";

/// The fields of a node group. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NodeGroup {
    /// The role of the nodes, by ARN.
    pub role: Field<String>,
    /// Subnets of the nodes.
    pub subnets: Vec<Field<String>>,
    /// The launch template, by id.
    pub template_id: Field<String>,
    /// Its version, by number: the template's output `version`.
    pub template_version: Field<i64>,
    /// Machine types. Empty when the launch template names one.
    pub instance_types: Vec<Field<String>>,
    /// `ON_DEMAND` or `SPOT`.
    pub capacity: String,
    /// What the nodes boot: `AL2023_x86_64_STANDARD`.
    pub ami_type: String,
    /// The Kubernetes minor of the nodes: `1.34`.
    pub version: Field<String>,
    /// The least nodes.
    pub min: i64,
    /// The most nodes.
    pub max: i64,
    /// Nodes at the start; after that the autoscaler's.
    pub desired: i64,
    /// Labels of the nodes, all of them.
    pub labels: BTreeMap<String, String>,
    /// Taints of the nodes, all of them: value by `KEY:EFFECT` (`dedicated:NoSchedule`).
    pub taints: BTreeMap<String, String>,
    /// How many nodes may be missing during a roll.
    pub max_unavailable: i64,
    /// Size of the root disk in GiB, where EKS tells it: of a group without a launch template. It is read, for the bill.
    pub disk_gib: Option<i64>,
    /// Its tags; they do not reach the nodes.
    pub tags: Tags,
}

impl Served for NodeGroup {
    const KIND: &'static str = "eks.nodegroup";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        Table {
            outputs: outputs(&["name", "arn", "asg"]),
            seconds: Seconds {
                rolling: 600,
                ..seconds(110, 30, 180)
            },
            replace: ReplaceOrder::CreateFirst,
            lane: Some(Lane::Itself),
            loss: Some(
                "its nodes go; their pods run on only where other nodes have room".to_owned(),
            ),
            downtime: Some(UNDRAINED.to_owned()),
            ..table(Self::KIND, "EKS node group", Identity::Named, rows())
        }
    }

    fn usage(of: &Uses<'_>) -> Usage {
        nodes(of)
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        inside(ask, &Groups(ask.aws)).await
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        calls::create(cx, want).await
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        if let Some(next) = busy(live) {
            return Ok(Some(next));
        }
        if let Some(next) = calls::change(cx, want, live).await? {
            return Ok(Some(next));
        }
        retag(cx, &want.tags, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        if !matches!(live.status, Status::Deleting { .. }) {
            let request = eks(cx.aws)
                .delete_nodegroup()
                .cluster_name(cluster_of(&live.physical))
                .nodegroup_name(name_of(&live.physical));
            cx.aws
                .write("eks:DeleteNodegroup", || request.clone().send())
                .await
                .map_err(|fault| Stop::Fault(fault.about(&live.physical)))?;
        }
        Ok(goes(live))
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        calls::read(cx.aws, cluster_of(physical), name_of(physical)).await
    }

    async fn mark(cx: &Cx<'_>, physical: &str, marks: &Tags) -> Result<(), Stop> {
        mark(cx, physical, marks).await
    }

    async fn holder(cx: &Cx<'_>, _want: &Self) -> Result<Option<Live>, Fault> {
        let cluster = parent(cx).unwrap_or_default();
        calls::read(cx.aws, cluster, cx.name().unwrap_or_default()).await
    }

    async fn progress(cx: &Cx<'_>, physical: &str, update: &str) -> Result<Progress, Fault> {
        progress(cx, physical, update, (Some(name_of(physical)), None)).await
    }
}

/// The node groups of clusters.
struct Groups<'a>(&'a Aws);

impl Inside for Groups<'_> {
    async fn list(&self, cluster: &str) -> Result<Vec<String>, Fault> {
        let names = pages(|token| async {
            let request = eks(self.0)
                .list_nodegroups()
                .cluster_name(cluster)
                .set_next_token(token);
            let answer = self
                .0
                .read("eks:ListNodegroups", || request.clone().send())
                .await?;
            Ok((answer.nodegroups, answer.next_token))
        });
        Ok(found(names.await)?.unwrap_or_default())
    }

    async fn read(&self, cluster: &str, name: &str) -> Result<Option<Live>, Fault> {
        calls::read(self.0, cluster, name).await
    }

    fn key(&self, resource: &Resource<Pending>) -> Option<String> {
        resource.name.clone()
    }

    fn foreign(&self) -> Option<&'static str> {
        Some("node group")
    }
}

/// Where a launch template of somebody's names the image, EKS knows no version: nothing to compare.
fn where_set(then: Effect) -> Effect {
    Effect::When {
        condition: Condition::SetAtCreate,
        then: Box::new(then),
        otherwise: Box::new(Effect::CreateOnly),
    }
}

fn rows() -> Vec<Row> {
    let row = Row::new;
    let map = || FieldKind::Map { owned_only: false };
    let config =
        |name: &str, kind, doc: &str| row(name, kind, Effect::InPlace, doc).in_group("config");
    let rolling = |name: &str, doc: &str| {
        row(name, FieldKind::Scalar, Effect::Rolling, doc).in_group("version")
    };
    let minor = row(
        "version",
        FieldKind::Scalar,
        where_set(Effect::Rolling),
        "the Kubernetes minor of the nodes",
    );
    vec![
        fixed("role", "the role of the nodes"),
        row(
            "subnets",
            FieldKind::Set,
            Effect::Replace,
            "subnets of the nodes",
        ),
        fixed("template_id", "the launch template"),
        rolling("template_version", "version of the launch template"),
        row(
            "instance_types",
            FieldKind::Set,
            Effect::Replace,
            "machine types",
        ),
        fixed("capacity", "on demand or spot"),
        fixed("ami_type", "what the nodes boot"),
        minor.in_group("version"),
        config("min", FieldKind::Scalar, "the least nodes"),
        config("max", FieldKind::Scalar, "the most nodes"),
        row(
            "desired",
            FieldKind::Scalar,
            Effect::CreateOnly,
            "nodes at the start",
        )
        .shared_with("the autoscaler"),
        config("labels", map(), "labels of the nodes"),
        config("taints", map(), "taints of the nodes"),
        config(
            "max_unavailable",
            FieldKind::Scalar,
            "nodes that may be missing during a roll",
        ),
        row(
            "disk_gib",
            FieldKind::Scalar,
            Effect::Computed,
            "size of the root disk in GiB",
        ),
        tags_row(),
    ]
}
