//! `gke.node_pool`: nodes of one sort in a cluster.
//!
//! Those that are declared with their cluster are made in its call, and are found when their own turn comes. What cannot be
//! changed is had by a new pool under another name, made before the old one goes.

use std::collections::BTreeMap;

use provision_core::cost::Usage;
use provision_core::model::{
    Effect, FieldKind, Identity, Lane, Observed, ReplaceOrder, Row, Seconds, Status, Table,
};
use provision_kind::tables::{fixed, outputs, seconds, table, tags as tags_row};
use provision_kind::{Field, Live, Next, Progress, Seen, Serves, Tags, Uses};
use serde::{Deserialize, Serialize};

use super::container::{busy, location_of, parent, pool_handle, send};
use super::operation::container;
use super::{Ask, Cx, Google, Stop, node_cost, node_pool_change, node_pool_read, reading};
use crate::error::Fault;

/// What GKE does with pods when a pool goes.
const DRAINED: &str = "once the new nodes are ready GKE drains the old ones: pods are asked to leave, budgets of disruption \
                       are honoured for up to an hour, and what is still there then ends";

/// The fields of a pool. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NodePool {
    /// The Kubernetes minor of the nodes: `1.34`. None: the control plane's, and what becomes of it is GKE's.
    pub version: Option<Field<String>>,
    /// The machine type: `n2-standard-4`.
    pub machine_type: Field<String>,
    /// The processors of that type: `amd64`, `arm64`.
    pub arch: String,
    /// Size of the boot disk in GB.
    pub disk_gib: i64,
    /// What the boot disk is: `pd-balanced`.
    pub disk_type: String,
    /// What the nodes boot: `COS_CONTAINERD`.
    pub image_type: String,
    /// Spot capacity.
    pub spot: bool,
    /// The account that the nodes are, by e-mail.
    pub service_account: Field<String>,
    /// What of that account's leave the nodes have.
    pub scopes: Vec<String>,
    /// Zones of the nodes; the cluster's where nothing is said.
    pub zones: Option<Field<Vec<String>>>,
    /// The least nodes of the pool.
    pub min: i64,
    /// The most nodes of the pool.
    pub max: i64,
    /// Nodes in each zone at the start; after that the autoscaler's.
    pub initial: i64,
    /// Nodes that there are in all zones, where that is known; of a new pool those that it begins with.
    pub nodes: Option<i64>,
    /// Nodes that a live pool has too few for its least.
    pub missing: i64,
    /// Labels of the nodes, all of them.
    pub labels: BTreeMap<String, String>,
    /// Taints of the nodes: value by `KEY:EFFECT` (`dedicated:NoSchedule`). Of those that GKE has a reason of its own for, only
    /// the declared ones.
    pub taints: BTreeMap<String, String>,
    /// Taints that GKE has a reason of its own for, and nobody declares.
    pub own_taints: Option<BTreeMap<String, String>>,
    /// Nodes that do badly are made anew.
    pub auto_repair: bool,
    /// Nodes follow the control plane by themselves.
    pub auto_upgrade: bool,
    /// How nodes are rolled: `SURGE` or `BLUE_GREEN`.
    pub strategy: String,
    /// How many nodes there may be too many during a surge.
    pub max_surge: i64,
    /// How many nodes may be missing during a surge.
    pub max_unavailable: i64,
    /// How much of a blue pool is drained at once, in percent.
    pub batch_percent: i64,
    /// How long GKE waits after each batch.
    pub batch_soak_seconds: i64,
    /// How long GKE waits before the blue pool goes.
    pub soak_seconds: i64,
    /// Accelerators of each node: how many by type.
    pub accelerators: Option<BTreeMap<String, i64>>,
    /// The most pods of a node.
    pub max_pods_per_node: Option<i64>,
    /// Network tags of the machines.
    pub network_tags: Vec<String>,
    /// Nodes have no public addresses; the cluster's way where nothing is said.
    pub private_nodes: Option<bool>,
    /// What pods are told of their node: `GKE_METADATA` with workload identities.
    pub workload_metadata: String,
    /// Nodes boot signed software alone.
    pub secure_boot: bool,
    /// The key of yours that encrypts boot disks. Empty: Google's.
    pub kms_key: String,
    /// Labels of the machines; the marks are among them.
    pub tags: Tags,
}

/// Operations on pools of one cluster that GKE takes at once (hashicorp/terraform-provider-google#15205).
const AT_ONCE: u32 = 5;

impl Serves for NodePool {
    type Cloud = Google;
    type Want = Self;

    const KIND: &'static str = "gke.node_pool";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        Table {
            outputs: outputs(&["name", "id"]),
            seconds: Seconds {
                rolling: 600,
                ..seconds(110, 40, 150)
            },
            replace: ReplaceOrder::CreateFirst,
            dies_with_parent: true,
            lane: Some(Lane::Among(AT_ONCE)),
            loss: Some(
                "its nodes go; their pods run on only where other nodes have room".to_owned(),
            ),
            downtime: Some(DRAINED.to_owned()),
            ..table(Self::KIND, "GKE node pool", Identity::Named, rows())
        }
    }

    fn usage(of: &Uses<'_>) -> Usage {
        node_cost::usage(of)
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        reading::survey_of(Self::KIND, ask).await
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let physical = pool_handle(&parent(cx)?, cx.name()?);
        // Made with its cluster, as a rule.
        if let Some(live) = Self::read(cx, &physical).await?
            && live.marks.are(cx.context, cx.id())
        {
            return Ok(Next::More {
                did: "found it there, made with its cluster".to_owned(),
                observed: cx.made(live),
            });
        }
        node_pool_change::create(cx, want).await
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        match busy(live) {
            Some(next) => Ok(Some(next)),
            None => node_pool_change::change(cx, want, live).await,
        }
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        if let Status::Deleting { phase } = &live.status {
            return Ok(Next::Waits {
                phase: phase.clone(),
                physical: live.physical.clone(),
            });
        }
        let client = cx.gcp.container().await?;
        let request = client.delete_node_pool().set_name(&live.physical);
        send(cx, "container.nodePools.delete", live, || {
            request.clone().send()
        })
        .await
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        node_pool_read::read(cx, physical).await
    }

    async fn holder(cx: &Cx<'_>, _want: &Self) -> Result<Option<Live>, Fault> {
        let cluster = parent(cx).unwrap_or_default();
        Self::read(cx, &pool_handle(&cluster, cx.name().unwrap_or_default())).await
    }

    async fn mark(cx: &Cx<'_>, physical: &str, marks: &Tags) -> Result<(), Stop> {
        node_pool_change::mark(cx, physical, marks).await
    }

    async fn progress(cx: &Cx<'_>, physical: &str, update: &str) -> Result<Progress, Fault> {
        container(cx, location_of(physical), update).await
    }
}

fn rows() -> Vec<Row> {
    use FieldKind::{Scalar, Set};
    let whole = || FieldKind::Map { owned_only: false };
    let row = |name: &str, kind, group: &str, doc: &str| {
        Row::new(name, kind, Effect::InPlace, doc).in_group(group)
    };
    let rolling =
        |name: &str, doc: &str| Row::new(name, Scalar, Effect::Rolling, doc).in_group(name);
    let made = |name: &str, kind, doc: &str| Row::new(name, kind, Effect::Replace, doc);
    let initial = Row::new(
        "initial",
        Scalar,
        Effect::CreateOnly,
        "nodes in each zone at the start",
    );
    vec![
        rolling("version", "the Kubernetes minor of the nodes")
            .shared_with("GKE, which upgrades nodes after the control plane"),
        // In one call: a machine of another family may not boot from the disk of this one, and nodes are rolled once.
        rolling("machine_type", "the machine type").in_group("machine"),
        rolling("disk_gib", "size of the boot disk in GB").in_group("machine"),
        rolling("disk_type", "what the boot disk is").in_group("machine"),
        rolling("image_type", "what the nodes boot"),
        // GKE would take it, and images for the other processors would not start.
        fixed("arch", "the processors of the machine type"),
        fixed("spot", "spot capacity"),
        fixed("service_account", "the account that the nodes are"),
        made("scopes", Set, "what of that account's leave the nodes have"),
        row("zones", Set, "zones", "zones of the nodes"),
        row("min", Scalar, "size", "the least nodes of the pool"),
        row("max", Scalar, "size", "the most nodes of the pool"),
        initial.shared_with("the autoscaler"),
        Row::new("nodes", Scalar, Effect::Computed, "nodes that there are"),
        row(
            "missing",
            Scalar,
            "size",
            "nodes that there are too few for the least",
        ),
        row("labels", whole(), "labels", "labels of the nodes"),
        row("taints", whole(), "taints", "taints of the nodes"),
        Row::new("own_taints", whole(), Effect::Computed, "GKE's own taints"),
        row(
            "auto_repair",
            Scalar,
            "management",
            "unhealthy nodes are replaced",
        ),
        row(
            "auto_upgrade",
            Scalar,
            "management",
            "nodes follow the control plane by themselves",
        ),
        row("strategy", Scalar, "upgrade", "how nodes are rolled"),
        row(
            "max_surge",
            Scalar,
            "upgrade",
            "nodes that may be too many during a surge",
        ),
        row(
            "max_unavailable",
            Scalar,
            "upgrade",
            "nodes that may be missing during a surge",
        ),
        row(
            "batch_percent",
            Scalar,
            "upgrade",
            "how much of a blue pool is drained at once",
        ),
        row(
            "batch_soak_seconds",
            Scalar,
            "upgrade",
            "how long GKE waits after each batch",
        ),
        row(
            "soak_seconds",
            Scalar,
            "upgrade",
            "how long GKE waits before the blue pool goes",
        ),
        made("accelerators", whole(), "accelerators of each node"),
        fixed("max_pods_per_node", "the most pods of a node"),
        row(
            "network_tags",
            Set,
            "network_tags",
            "network tags of the machines",
        ),
        rolling("private_nodes", "nodes have no public addresses"),
        rolling("workload_metadata", "what pods are told of their node"),
        fixed("secure_boot", "nodes boot signed software alone"),
        fixed("kms_key", "the key of yours that encrypts boot disks"),
        tags_row().in_group("tags"),
    ]
}
