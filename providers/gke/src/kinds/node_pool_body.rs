//! What a new pool is asked for with, in a call of its own or in its cluster's.

use std::collections::BTreeMap;

use google_cloud_container_v1::model::blue_green_settings::StandardRolloutPolicy;
use google_cloud_container_v1::model::node_pool::UpgradeSettings;
use google_cloud_container_v1::model::node_taint::Effect;
use google_cloud_container_v1::model::workload_metadata_config::Mode;
use google_cloud_container_v1::model::{
    AcceleratorConfig, BlueGreenSettings, MaxPodsConstraint, NodeConfig, NodeManagement,
    NodeNetworkConfig, NodePool as Wire, NodePoolAutoscaling, NodePoolUpdateStrategy, NodeTaint,
    ShieldedInstanceConfig, WorkloadMetadataConfig,
};
use google_cloud_wkt::Duration;
use provision_core::contract::Failure;
use provision_kind::{Tags, internal};

use super::node_pool::NodePool;

/// Names of effects in Kubernetes and in GKE.
pub(super) const EFFECTS: [(&str, &str); 3] = [
    ("NoExecute", "NO_EXECUTE"),
    ("NoSchedule", "NO_SCHEDULE"),
    ("PreferNoSchedule", "PREFER_NO_SCHEDULE"),
];

/// A roll by two sets of nodes.
pub(super) const BLUE_GREEN: &str = "BLUE_GREEN";

/// A pool under a name, with these labels on its machines.
pub(super) fn body(name: &str, want: &NodePool, labels: Tags) -> Result<Wire, Failure> {
    let mut wire = Wire::new()
        .set_name(name)
        .set_config(config(want, labels)?)
        .set_initial_node_count(count(want.initial)?)
        .set_locations(zones(want)?)
        .set_management(management(want))
        .set_upgrade_settings(upgrade(want)?)
        .set_or_clear_autoscaling(autoscaled(want).then(|| scaling(want)).transpose()?);
    if let Some(version) = &want.version {
        wire = wire.set_version(version.known("version")?);
    }
    if let Some(most) = want.max_pods_per_node {
        wire = wire.set_max_pods_constraint(MaxPodsConstraint::new().set_max_pods_per_node(most));
    }
    if let Some(private) = want.private_nodes {
        wire = wire.set_network_config(NodeNetworkConfig::new().set_enable_private_nodes(private));
    }
    Ok(wire)
}

/// The zones of a pool; none where it takes those of its cluster.
pub(super) fn zones(want: &NodePool) -> Result<Vec<String>, Failure> {
    let zones = want.zones.as_ref().map(|zones| zones.known("zones"));
    Ok(zones.transpose()?.cloned().unwrap_or_default())
}

fn config(want: &NodePool, labels: Tags) -> Result<NodeConfig, Failure> {
    let accelerators = want.accelerators.iter().flatten().map(|(kind, number)| {
        AcceleratorConfig::new()
            .set_accelerator_type(kind)
            .set_accelerator_count(*number)
    });
    let shielded = ShieldedInstanceConfig::new()
        .set_enable_secure_boot(want.secure_boot)
        .set_enable_integrity_monitoring(true);
    let mut config = NodeConfig::new()
        .set_machine_type(want.machine_type.known("machine_type")?)
        .set_disk_size_gb(count(want.disk_gib)?)
        .set_disk_type(&want.disk_type)
        .set_image_type(&want.image_type)
        .set_spot(want.spot)
        .set_service_account(want.service_account.known("service_account")?)
        .set_oauth_scopes(want.scopes.clone())
        .set_labels(want.labels.clone())
        .set_taints(taints(&want.taints)?)
        .set_tags(want.network_tags.clone())
        .set_accelerators(accelerators)
        .set_shielded_instance_config(shielded)
        .set_boot_disk_kms_key(&want.kms_key)
        .set_resource_labels(labels);
    if !want.workload_metadata.is_empty() {
        config = config.set_workload_metadata_config(metadata(&want.workload_metadata));
    }
    Ok(config)
}

/// Whether there is anything to scale: a pool of no nodes has no bounds that GKE takes.
pub(super) fn autoscaled(want: &NodePool) -> bool {
    want.max > 0
}

/// The bounds, as totals of the pool: GKE's other bounds are for each zone.
pub(super) fn scaling(want: &NodePool) -> Result<NodePoolAutoscaling, Failure> {
    Ok(NodePoolAutoscaling::new()
        .set_enabled(autoscaled(want))
        .set_total_min_node_count(count(want.min)?)
        .set_total_max_node_count(count(want.max)?))
}

/// What GKE does by itself.
pub(super) fn management(want: &NodePool) -> NodeManagement {
    NodeManagement::new()
        .set_auto_repair(want.auto_repair)
        .set_auto_upgrade(want.auto_upgrade)
}

/// How nodes are rolled.
pub(super) fn upgrade(want: &NodePool) -> Result<UpgradeSettings, Failure> {
    let settings =
        UpgradeSettings::new().set_strategy(NodePoolUpdateStrategy::from(want.strategy.as_str()));
    if want.strategy != BLUE_GREEN {
        return Ok(settings
            .set_max_surge(count(want.max_surge)?)
            .set_max_unavailable(count(want.max_unavailable)?));
    }
    let percent = i16::try_from(want.batch_percent)
        .map_err(|_| internal(format!("{} percent of a pool", want.batch_percent)))?;
    let policy = StandardRolloutPolicy::new()
        .set_batch_percentage(f32::from(percent) / 100.0)
        .set_batch_soak_duration(Duration::clamp(want.batch_soak_seconds, 0));
    let blue_green = BlueGreenSettings::new()
        .set_standard_rollout_policy(policy)
        .set_node_pool_soak_duration(Duration::clamp(want.soak_seconds, 0));
    Ok(settings.set_blue_green_settings(blue_green))
}

/// What pods are told of their node.
pub(super) fn metadata(mode: &str) -> WorkloadMetadataConfig {
    WorkloadMetadataConfig::new().set_mode(Mode::from(mode))
}

/// Taints as GKE takes them.
pub(super) fn taints(taints: &BTreeMap<String, String>) -> Result<Vec<NodeTaint>, Failure> {
    let taint = |(key, value): (&String, &String)| {
        let (name, effect) = key.rsplit_once(':').unwrap_or((key, ""));
        let effect = EFFECTS.iter().find(|(word, _)| *word == effect);
        let (_, effect) =
            effect.ok_or_else(|| internal(format!("`{key}` is no taint: KEY:EFFECT")))?;
        Ok(NodeTaint::new()
            .set_key(name)
            .set_value(value)
            .set_effect(Effect::from(*effect)))
    };
    taints.iter().map(taint).collect()
}

/// A number as the API takes it.
pub(super) fn count(number: i64) -> Result<i32, Failure> {
    i32::try_from(number).map_err(|_| internal(format!("{number} is too many")))
}
