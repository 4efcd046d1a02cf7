//! A pool as read, by itself or in its cluster.

use std::collections::BTreeMap;

use google_cloud_container_v1::model::node_pool::{Status as State, UpgradeSettings};
use google_cloud_container_v1::model::{NodeConfig, NodePool as Wire, NodeTaint};
use provision_core::model::{ResourceId, Value};
use provision_kind::marks::STACK;
use provision_kind::{Field, Live, Marks, Tags};

use super::Cx;
use super::cluster_read;
use super::compute::found;
use super::container::{cluster_of, handle, minor, status, trouble};
use super::node_count::{self, Sizes};
use super::node_pool::NodePool;
use super::node_pool_body::{BLUE_GREEN, EFFECTS};
use crate::client::Gcp;
use crate::error::Fault;
use crate::machine::is_arm;
use crate::marks::{decoded, of_labels, plain};

/// What begins the label of a cluster that marks a pool which was taken over: an update of the pool itself might roll its
/// nodes.
pub(super) const ADOPTED_POOL: &str = "provision-pool-";

/// Reads a pool by its handle; `None` when it is not there.
pub(super) async fn get(gcp: &Gcp, physical: &str) -> Result<Option<Wire>, Fault> {
    let client = gcp.container().await?;
    let request = client.get_node_pool().set_name(physical);
    found(
        gcp.read("container.nodePools.get", || request.clone().send())
            .await,
    )
}

/// Reads a pool for a step. Where its own labels do not say whose it is, its cluster's may.
pub(super) async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
    let Some(wire) = get(cx.gcp, physical).await? else {
        return Ok(None);
    };
    let asked = [cx.id()];
    let mut live = live(&wire, &Tags::new(), &asked, &Sizes::new());
    if let Some(desired) = cx.desired {
        declare(&mut live, desired.fields.get("taints"));
    }
    if live.marks.stack.is_none()
        && let Some(cluster) = cluster_read::get(cx.gcp, cluster_of(physical)).await?
    {
        live.marks = marks(&wire, &cluster_read::labels(&cluster), &asked);
    }
    Ok(Some(live))
}

/// All labels of a pool's machines.
pub(super) fn labels(wire: &Wire) -> Tags {
    let config = wire.config.as_ref();
    let labels = config.map(|config| config.resource_labels.iter());
    labels
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Whose it is: by its own labels, else by its cluster's.
fn marks(wire: &Wire, cluster: &Tags, asked: &[&ResourceId]) -> Marks {
    let own = of_labels(&labels(wire), asked);
    let adopted = cluster.get(&format!("{ADOPTED_POOL}{}", wire.name));
    match adopted {
        Some(value) if own.stack.is_none() => Marks {
            stack: cluster.get(STACK).cloned(),
            id: decoded(value, asked),
            adopted: Some(wire.name.clone()),
            protect: own.protect,
            ..Marks::default()
        },
        _ => own,
    }
}

/// A pool as read, in a cluster with these labels.
// Of states without conditions the deprecated message is the only word.
#[allow(deprecated)]
pub(super) fn live(wire: &Wire, cluster: &Tags, asked: &[&ResourceId], sizes: &Sizes) -> Live {
    let mut fields = fields(wire);
    if wire.status == State::Running {
        counted(&mut fields, node_count::of(wire, sizes));
    }
    let physical = handle(&wire.self_link);
    let word = wire.status.name().unwrap_or("PROVISIONING");
    // A pool that has groups of machines was there, and its nodes may be: it is not made anew unasked.
    let word = match word {
        "ERROR" if !wire.instance_group_urls.is_empty() => "RUNNING_WITH_ERROR",
        word => word,
    };
    let (status, ailment) = status(word, &wire.conditions, &wire.status_message);
    let account = fields.service_account.get().cloned();
    let mut live = Live::new(&physical, &Tags::new(), &fields)
        .output("name", wire.name.as_str())
        .output("id", physical.as_str())
        .status(status)
        .needs(account);
    live.marks = marks(wire, cluster, asked);
    live.trouble = trouble(&wire.conditions);
    live.ailment = ailment;
    // Pools of several clusters have the same names.
    live.names = vec![physical];
    live
}

/// Whether GKE made it by itself and removes it by itself.
pub(super) fn is_googles(wire: &Wire) -> bool {
    let scaling = wire.autoscaling.as_ref();
    scaling.is_some_and(|scaling| scaling.autoprovisioned)
}

/// What is declared of it.
pub(crate) fn fields(wire: &Wire) -> NodePool {
    let none = NodeConfig::new();
    let config = wire.config.as_ref().unwrap_or(&none);
    let shielded = config.shielded_instance_config.as_ref();
    let metadata = config.workload_metadata_config.as_ref();
    let network = wire.network_config.as_ref();
    let management = wire.management.as_ref();
    let (min, max) = bounds(wire);
    let mut zones = wire.locations.clone();
    zones.sort();
    let accelerators = config.accelerators.iter();
    let (own, taints) = taints(config);
    NodePool {
        version: Some(minor(&wire.version).into()),
        machine_type: config.machine_type.as_str().into(),
        arch: arch(&config.machine_type).to_owned(),
        disk_gib: i64::from(config.disk_size_gb),
        disk_type: config.disk_type.clone(),
        image_type: config.image_type.clone(),
        spot: config.spot,
        service_account: config.service_account.as_str().into(),
        scopes: config.oauth_scopes.clone(),
        zones: Some(Field::Known(zones)),
        min,
        max,
        initial: i64::from(wire.initial_node_count),
        nodes: None,
        missing: 0,
        labels: node_labels(config),
        taints,
        own_taints: Some(own),
        auto_repair: management.is_some_and(|one| one.auto_repair),
        auto_upgrade: management.is_some_and(|one| one.auto_upgrade),
        accelerators: Some(
            accelerators
                .map(|one| (one.accelerator_type.clone(), one.accelerator_count))
                .collect(),
        ),
        max_pods_per_node: wire
            .max_pods_constraint
            .as_ref()
            .map(|one| one.max_pods_per_node),
        network_tags: config.tags.clone(),
        private_nodes: Some(network.is_some_and(|one| one.enable_private_nodes == Some(true))),
        workload_metadata: metadata
            .and_then(|one| one.mode.name())
            .filter(|mode| *mode != "MODE_UNSPECIFIED")
            .unwrap_or_default()
            .to_owned(),
        secure_boot: shielded.is_some_and(|one| one.enable_secure_boot),
        kms_key: config.boot_disk_kms_key.clone(),
        tags: plain(&labels(wire)),
        ..rolled(wire.upgrade_settings.as_ref())
    }
}

/// What follows from how many nodes there are: see [`node_count`]. Too many go when they can be spared; that is the autoscaler's.
fn counted(fields: &mut NodePool, count: Option<i64>) {
    if let Some(count) = count {
        fields.nodes = Some(count);
        fields.missing = (fields.min - count).max(0);
    }
}

/// The bounds as totals: those of other tools may be for each zone, and without an autoscaler there is one number.
fn bounds(wire: &Wire) -> (i64, i64) {
    let zones = i64::try_from(wire.locations.len()).unwrap_or(1).max(1);
    let fixed = i64::from(wire.initial_node_count) * zones;
    match wire.autoscaling.as_ref().filter(|scaling| scaling.enabled) {
        None => (fixed, fixed),
        Some(scaling) if scaling.total_max_node_count > 0 => (
            i64::from(scaling.total_min_node_count),
            i64::from(scaling.total_max_node_count),
        ),
        Some(scaling) => (
            i64::from(scaling.min_node_count) * zones,
            i64::from(scaling.max_node_count) * zones,
        ),
    }
}

fn node_labels(config: &NodeConfig) -> BTreeMap<String, String> {
    let own = |key: &str| key.starts_with("cloud.google.com/") || key.starts_with("goog-");
    let labels = config.labels.iter().filter(|(key, _)| !own(key));
    labels
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// The processors of a machine type.
fn arch(machine: &str) -> &'static str {
    match is_arm(machine) {
        true => "arm64",
        false => "amd64",
    }
}

/// Taints by key and effect: those that GKE sets by itself on such nodes, and all others.
fn taints(config: &NodeConfig) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let name = |taint: &NodeTaint| {
        let word = taint.effect.name().unwrap_or_default();
        let effect = EFFECTS.iter().find(|(_, other)| *other == word);
        let effect = effect.map_or(word, |(effect, _)| *effect);
        (format!("{}:{effect}", taint.key), taint.value.clone())
    };
    let all = config.taints.iter();
    let (own, others): (Vec<_>, Vec<_>) = all.partition(|taint| is_own(taint, config));
    (
        own.into_iter().map(name).collect(),
        others.into_iter().map(name).collect(),
    )
}

/// Whether GKE adds a taint by itself: on nodes with accelerators, with processors of Arm, or with a sandbox ("Run GPUs in
/// Standard node pools", "Prepare an Arm workload", "GKE Sandbox"). On others it is somebody's.
fn is_own(taint: &NodeTaint, config: &NodeConfig) -> bool {
    match (taint.key.as_str(), taint.value.as_str()) {
        ("nvidia.com/gpu", "present") => !config.accelerators.is_empty(),
        ("kubernetes.io/arch", "arm64") => is_arm(&config.machine_type),
        ("sandbox.gke.io/runtime", "gvisor") => config.sandbox_config.is_some(),
        _ => false,
    }
}

/// Takes those of GKE's own taints for declared ones that are.
pub(super) fn declare<H>(live: &mut Live, wanted: Option<&Value<H>>) {
    let Some(Value::Map(wanted)) = wanted else {
        return;
    };
    let Some(Value::Map(mut own)) = live.fields.remove("own_taints") else {
        return;
    };
    if let Some(Value::Map(taints)) = live.fields.get_mut("taints") {
        let declared: Vec<String> = own
            .keys()
            .filter(|key| wanted.contains_key(*key))
            .cloned()
            .collect();
        taints.extend(
            declared
                .into_iter()
                .filter_map(|key| own.remove_entry(&key)),
        );
    }
    live.fields.insert("own_taints".to_owned(), Value::Map(own));
}

/// How nodes are rolled. What the other way has does not count.
fn rolled(settings: Option<&UpgradeSettings>) -> NodePool {
    let none = UpgradeSettings::new();
    let settings = settings.unwrap_or(&none);
    let strategy = settings.strategy.as_ref().and_then(|one| one.name());
    if strategy != Some(BLUE_GREEN) {
        return NodePool {
            strategy: strategy
                .filter(|word| *word != "NODE_POOL_UPDATE_STRATEGY_UNSPECIFIED")
                .unwrap_or("SURGE")
                .to_owned(),
            max_surge: i64::from(settings.max_surge),
            max_unavailable: i64::from(settings.max_unavailable),
            ..NodePool::default()
        };
    }
    let seconds = |duration: Option<&google_cloud_wkt::Duration>| {
        duration
            .map(google_cloud_wkt::Duration::seconds)
            .unwrap_or_default()
    };
    let blue_green = settings.blue_green_settings.as_ref();
    let policy = blue_green.and_then(|one| one.standard_rollout_policy());
    NodePool {
        strategy: BLUE_GREEN.to_owned(),
        batch_percent: policy
            .and_then(|policy| policy.batch_percentage())
            .map(|part| percent(*part))
            .unwrap_or_default(),
        batch_soak_seconds: seconds(policy.and_then(|one| one.batch_soak_duration.as_ref())),
        soak_seconds: seconds(blue_green.and_then(|one| one.node_pool_soak_duration.as_ref())),
        ..NodePool::default()
    }
}

/// A part of one as whole percents.
fn percent(part: f32) -> i64 {
    (0..=100)
        .find(|percent: &i16| f32::from(*percent) >= part.mul_add(100.0, -0.5))
        .map_or(100, i64::from)
}
