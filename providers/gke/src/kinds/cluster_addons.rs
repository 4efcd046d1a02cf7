//! Add-ons of a cluster by their names, each on or off.
//!
//! GKE writes three of them by what is off, the others by what is on; a cluster tells only those that differ from nothing.

use std::collections::BTreeMap;

use google_cloud_container_v1::model::{
    AddonsConfig, ConfigConnectorConfig, DnsCacheConfig, GcePersistentDiskCsiDriverConfig,
    GcpFilestoreCsiDriverConfig, GcsFuseCsiDriverConfig, GkeBackupAgentConfig,
    HorizontalPodAutoscaling, HttpLoadBalancing, LustreCsiDriverConfig, NetworkPolicyConfig,
    ParallelstoreCsiDriverConfig, RayOperatorConfig, StatefulHAConfig,
};

/// Names of the add-ons that can be declared.
pub const NAMES: [&str; 13] = [
    "backup-agent",
    "config-connector",
    "dns-cache",
    "filestore-csi",
    "gcs-fuse-csi",
    "horizontal-pod-autoscaling",
    "http-load-balancing",
    "lustre-csi",
    "network-policy",
    "parallelstore-csi",
    "persistent-disk-csi",
    "ray-operator",
    "stateful-ha",
];

/// As they are sent: those that are named.
pub(super) fn config(addons: &BTreeMap<String, bool>) -> AddonsConfig {
    addons
        .iter()
        .fold(AddonsConfig::new(), |all, (name, on)| with(all, name, *on))
}

fn with(all: AddonsConfig, name: &str, on: bool) -> AddonsConfig {
    match name {
        "backup-agent" => {
            all.set_gke_backup_agent_config(GkeBackupAgentConfig::new().set_enabled(on))
        }
        "config-connector" => {
            all.set_config_connector_config(ConfigConnectorConfig::new().set_enabled(on))
        }
        "dns-cache" => all.set_dns_cache_config(DnsCacheConfig::new().set_enabled(on)),
        "filestore-csi" => all.set_gcp_filestore_csi_driver_config(
            GcpFilestoreCsiDriverConfig::new().set_enabled(on),
        ),
        "gcs-fuse-csi" => {
            all.set_gcs_fuse_csi_driver_config(GcsFuseCsiDriverConfig::new().set_enabled(on))
        }
        "horizontal-pod-autoscaling" => {
            all.set_horizontal_pod_autoscaling(HorizontalPodAutoscaling::new().set_disabled(!on))
        }
        "http-load-balancing" => {
            all.set_http_load_balancing(HttpLoadBalancing::new().set_disabled(!on))
        }
        "lustre-csi" => {
            all.set_lustre_csi_driver_config(LustreCsiDriverConfig::new().set_enabled(on))
        }
        "network-policy" => {
            all.set_network_policy_config(NetworkPolicyConfig::new().set_disabled(!on))
        }
        "parallelstore-csi" => all.set_parallelstore_csi_driver_config(
            ParallelstoreCsiDriverConfig::new().set_enabled(on),
        ),
        "persistent-disk-csi" => all.set_gce_persistent_disk_csi_driver_config(
            GcePersistentDiskCsiDriverConfig::new().set_enabled(on),
        ),
        "ray-operator" => all.set_ray_operator_config(RayOperatorConfig::new().set_enabled(on)),
        "stateful-ha" => all.set_stateful_ha_config(StatefulHAConfig::new().set_enabled(on)),
        _ => all,
    }
}

/// As they are read: every name, on or off. What is not told is as nobody set it: the two that are on by themselves are on.
pub(super) fn read(all: &AddonsConfig) -> BTreeMap<String, bool> {
    NAMES
        .into_iter()
        .map(|name| (name.to_owned(), is_on(all, name)))
        .collect()
}

fn is_on(all: &AddonsConfig, name: &str) -> bool {
    match name {
        "backup-agent" => all
            .gke_backup_agent_config
            .as_ref()
            .is_some_and(|one| one.enabled),
        "config-connector" => all
            .config_connector_config
            .as_ref()
            .is_some_and(|one| one.enabled),
        "dns-cache" => all.dns_cache_config.as_ref().is_some_and(|one| one.enabled),
        "filestore-csi" => {
            let one = all.gcp_filestore_csi_driver_config.as_ref();
            one.is_some_and(|one| one.enabled)
        }
        "gcs-fuse-csi" => {
            let one = all.gcs_fuse_csi_driver_config.as_ref();
            one.is_some_and(|one| one.enabled)
        }
        "horizontal-pod-autoscaling" => {
            let one = all.horizontal_pod_autoscaling.as_ref();
            one.is_none_or(|one| !one.disabled)
        }
        "http-load-balancing" => {
            let one = all.http_load_balancing.as_ref();
            one.is_none_or(|one| !one.disabled)
        }
        "lustre-csi" => all
            .lustre_csi_driver_config
            .as_ref()
            .is_some_and(|one| one.enabled),
        "network-policy" => {
            let one = all.network_policy_config.as_ref();
            one.is_some_and(|one| !one.disabled)
        }
        "parallelstore-csi" => {
            let one = all.parallelstore_csi_driver_config.as_ref();
            one.is_some_and(|one| one.enabled)
        }
        "persistent-disk-csi" => {
            let one = all.gce_persistent_disk_csi_driver_config.as_ref();
            one.is_some_and(|one| one.enabled)
        }
        "ray-operator" => all
            .ray_operator_config
            .as_ref()
            .is_some_and(|one| one.enabled),
        "stateful-ha" => all
            .stateful_ha_config
            .as_ref()
            .is_some_and(|one| one.enabled),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_a_spec_can_say() {
        assert_eq!(provision_core::spec::gke_addons(), NAMES);
    }

    #[test]
    fn every_name_goes_out_and_comes_back_on_and_off() {
        for on in [true, false] {
            let addons: BTreeMap<String, bool> =
                NAMES.iter().map(|name| ((*name).to_owned(), on)).collect();
            assert_eq!(read(&config(&addons)), addons);
        }
    }

    #[test]
    fn what_is_not_named_is_not_sent() {
        let one = BTreeMap::from([("dns-cache".to_owned(), true)]);
        let json = serde_json::to_value(config(&one)).unwrap_or_default();
        assert_eq!(
            json,
            serde_json::json!({"dnsCacheConfig": {"enabled": true}})
        );
    }
}
