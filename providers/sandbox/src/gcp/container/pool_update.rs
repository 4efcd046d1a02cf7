//! `nodePools.update`: what is named is set, and nodes are replaced where they must be.

use serde_json::{Value, json};

use super::create::{self, node_version, request};
use super::fields::{Fields, list, members, merge, number, set, text};
use super::pool::Pool;
use super::pool_change::{alter, free};
use super::{defaults, nodes, words};
use crate::gcp::{Call, Outcome};
use crate::wire::ApiError;

/// Members of the request that say which pool is meant.
const WHICH: &[&str] = &[
    "projectId",
    "zone",
    "clusterId",
    "nodePoolId",
    "name",
    "etag",
];

/// Members that are messages of the node's configuration, and replace what was there.
const CONFIG: &[&str] = &[
    "workloadMetadataConfig",
    "linuxNodeConfig",
    "kubeletConfig",
    "gcfsConfig",
    "confidentialNodes",
    "gvnic",
    "fastSocket",
    "loggingConfig",
    "windowsNodeConfig",
    "accelerators",
    "machineType",
    "resourceManagerTags",
    "containerdConfig",
    "storagePools",
    "maxRunDuration",
    "flexStart",
    "consolidationDelay",
    "taintConfig",
    "imageType",
];

/// Members of which the nodes themselves know nothing: no node is replaced.
const QUIET: &[&str] = &[
    "upgradeSettings",
    "nodeDrainConfig",
    "maintenancePolicy",
    "queuedProvisioning",
];

/// How long a pool takes to get other nodes, in seconds: a minute and a half for each step. Assumed.
pub(super) fn rolled(pool: &Pool) -> u64 {
    let of = |name: &str| number(&pool.fields, &format!("upgradeSettings.{name}"));
    if text(&pool.fields, "upgradeSettings.strategy") == "BLUE_GREEN" {
        let soak = text(
            &pool.fields,
            "upgradeSettings.blueGreenSettings.nodePoolSoakDuration",
        );
        let soak: u64 = soak.trim_end_matches('s').parse().unwrap_or(3600);
        return 300 + soak;
    }
    let at_once = (of("maxSurge") + of("maxUnavailable")).max(1);
    90 * pool.nodes.div_ceil(at_once).max(1)
}

/// `nodePools.update`.
pub(super) fn update(call: &mut Call<'_>) -> Outcome {
    let body = request(call, "UpdateNodePoolRequest")?;
    let (place, cluster, pool) = free(call)?;
    let etag = text(&body, "etag");
    if !etag.is_empty() && etag != pool.etag() {
        return Err(words::stale_etag(etag, &pool.etag()).into());
    }
    let named: Vec<&String> = body
        .keys()
        .filter(|name| !WHICH.contains(&name.as_str()))
        .collect();
    if named.is_empty() {
        return Err(words::no_field().into());
    }
    let quiet = named.iter().all(|name| QUIET.contains(&name.as_str()));
    let mut fields = pool.fields.clone();
    let version = match body.contains_key("nodeVersion") {
        true => Some(node_version(call, &cluster, text(&body, "nodeVersion"))?),
        false => None,
    };
    for name in named {
        let value = body.get(name).cloned().unwrap_or_default();
        change(&mut fields, name, value);
    }
    if let Some(version) = version {
        set(&mut fields, "version", version);
        defaults::image(&mut fields);
    }
    create::legal(call, &cluster, &fields)?;
    machines(call, &place, &pool, &fields)?;
    let (seconds, count) = (rolled(&pool), pool.nodes);
    let seconds = if quiet { (1, 10) } else { (2, seconds) };
    alter(call, &place, pool, "UPGRADE_NODES", seconds, fields, count)
}

/// Zones have the type, and those that come need machines of the project.
fn machines(
    call: &Call<'_>,
    place: &crate::store::Place,
    pool: &Pool,
    fields: &Fields,
) -> Result<(), ApiError> {
    let zones = list(fields, "locations");
    let new: Vec<&String> = zones
        .iter()
        .filter(|zone| !pool.zones().contains(zone))
        .collect();
    let mut there = fields.clone();
    set(&mut there, "locations", json!(zones));
    nodes::affordable(call, place, &[(&there, 0)])?;
    set(&mut there, "locations", json!(new));
    nodes::affordable(call, place, &[(&there, pool.nodes)])
}

/// Sets one member.
fn change(fields: &mut Fields, name: &str, value: Value) {
    let inner = |name: &str| value.get(name).cloned().unwrap_or(Value::Null);
    match name {
        "locations" | "nodeDrainConfig" | "maintenancePolicy" | "queuedProvisioning" => {
            set(fields, name, value)
        }
        "upgradeSettings" => {
            let mut settings = members(fields.get(name).cloned().unwrap_or_default());
            let new = members(value);
            if new.contains_key("strategy") {
                settings = new;
            } else {
                // Numbers that are not there are 0 when the strategy is not named either.
                settings.remove("maxSurge");
                settings.remove("maxUnavailable");
                merge(&mut settings, &new);
            }
            set(fields, name, settings);
            defaults::upgrades(fields);
        }
        "taints" => set(fields, "config.taints", inner("taints")),
        "labels" => set(fields, "config.labels", inner("labels")),
        "tags" => set(fields, "config.tags", inner("tags")),
        "resourceLabels" => {
            let model = "config.resourceLabels.goog-gke-node-pool-provisioning-model";
            let kept = super::fields::at(fields, model).cloned();
            set(fields, "config.resourceLabels", inner("labels"));
            if let Some(kept) = kept {
                if super::fields::at(fields, "config.resourceLabels").is_none_or(Value::is_null) {
                    set(fields, "config.resourceLabels", json!({}));
                }
                set(fields, model, kept);
            }
        }
        "nodeNetworkConfig" => {
            let mut network = members(fields.get("networkConfig").cloned().unwrap_or_default());
            merge(&mut network, &members(value));
            set(fields, "networkConfig", network);
        }
        "diskType" | "diskSizeGb" => {
            let value = match value.as_str().and_then(|text| text.parse::<u64>().ok()) {
                Some(number) => json!(number),
                None => value,
            };
            set(fields, &format!("config.{name}"), value);
            defaults::disk(fields);
        }
        "bootDisk" => {
            let disk = members(value);
            for (from, to) in [("sizeGb", "diskSizeGb"), ("diskType", "diskType")] {
                match from {
                    "sizeGb" if number(&disk, from) > 0 => {
                        set(fields, &format!("config.{to}"), number(&disk, from))
                    }
                    "diskType" if disk.contains_key(from) => {
                        set(fields, &format!("config.{to}"), text(&disk, from))
                    }
                    _ => {}
                }
            }
            let mut boot = members(
                super::fields::at(fields, "config.bootDisk")
                    .cloned()
                    .unwrap_or_default(),
            );
            merge(&mut boot, &disk);
            set(fields, "config.bootDisk", boot);
            defaults::disk(fields);
        }
        "kubeletConfig" => {
            let mut kubelet = members(value);
            for (key, value) in [
                ("insecureKubeletReadonlyPortEnabled", json!(false)),
                ("maxParallelImagePulls", json!(2)),
            ] {
                kubelet.entry(key.to_owned()).or_insert(value);
            }
            set(fields, "config.kubeletConfig", kubelet);
        }
        _ if CONFIG.contains(&name) => set(fields, &format!("config.{name}"), value),
        _ => {}
    }
}
