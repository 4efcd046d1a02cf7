//! What was recorded from the real service: every cluster and pool in it is read, and what was asked for is what came of it. The
//! recordings are no part of this repository: `PROVISION_RECORDED` names their folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use google_cloud_container_v1::model::{Cluster as WireCluster, NodePool as WirePool};
use provision_core::model::{Fields, Observed, ResourceId, Status, Value};
use serde_json::Value as Json;

use super::diff::{decided, resource};
use crate::kinds::{
    Cluster, NodePool, cluster_addons, cluster_body, cluster_read, node_pool_body, node_pool_read,
};
use provision_core::plan::Verdict;
use provision_kind::{Live, Serves, Tags, from_fields};

/// Where the recordings are.
fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("PROVISION_RECORDED")?);
    let folder = folder.join("gcp/real/container");
    folder.is_dir().then_some(folder)
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, found),
            false => found.push(path),
        }
    }
}

/// A call and its answer.
struct Exchange {
    verb: String,
    /// Without the version: `projects/P/locations/L/clusters/C`.
    path: String,
    request: Json,
    answer: Json,
}

fn exchange(text: &str) -> Option<Exchange> {
    let (verb, rest) = text.trim().lines().next()?.split_once(' ')?;
    let url = rest.strip_prefix("https://container.googleapis.com/")?;
    let (_, path) = url.split('?').next()?.split_once('/')?;
    let (mut request, mut answer, mut answered) = (Json::Null, Json::Null, false);
    for part in text.split("\n\n").map(str::trim) {
        if part.starts_with('{') {
            let body = serde_json::from_str(part).unwrap_or_default();
            *(if answered { &mut answer } else { &mut request }) = body;
        } else if part.starts_with(|first: char| first.is_ascii_digit()) {
            answered = true;
        }
    }
    Some(Exchange {
        verb: verb.to_owned(),
        path: path.to_owned(),
        request,
        answer,
    })
}

/// All calls of all recordings, each with the file's name.
fn recorded() -> Option<Vec<(String, Vec<Exchange>)>> {
    let mut all = Vec::new();
    files(&folder()?, &mut all);
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).unwrap();
        let calls = text.split("\n---\n").filter_map(exchange).collect();
        (file.display().to_string(), calls)
    };
    Some(all.into_iter().map(read).collect())
}

/// A field, and where a request says it. What is nowhere here is no part of a request's body, or is said in other terms: location
/// and version by the path and a wish, the numbers of a pool's nodes for each zone.
type Said = (&'static str, &'static [&'static str]);

const CLUSTER: &[Said] = &[
    ("autopilot", &["/autopilot/enabled"]),
    ("network", &["/network"]),
    ("subnetwork", &["/subnetwork"]),
    (
        "pods_range",
        &["/ipAllocationPolicy/clusterSecondaryRangeName"],
    ),
    ("datapath", &["/networkConfig/datapathProvider"]),
    (
        "max_pods_per_node",
        &["/defaultMaxPodsConstraint/maxPodsPerNode"],
    ),
    ("channel", &["/releaseChannel/channel"]),
    ("zones", &["/locations"]),
    (
        "private_nodes",
        &[
            "/networkConfig/defaultEnablePrivateNodes",
            "/privateClusterConfig/enablePrivateNodes",
        ],
    ),
    (
        "public_endpoint",
        &[
            "/controlPlaneEndpointsConfig/ipEndpointsConfig/enablePublicEndpoint",
            "/privateClusterConfig/enablePrivateEndpoint",
        ],
    ),
    (
        "restricted",
        &[
            "/controlPlaneEndpointsConfig/ipEndpointsConfig/authorizedNetworksConfig/enabled",
            "/masterAuthorizedNetworksConfig/enabled",
        ],
    ),
    (
        "authorized_networks",
        &[
            "/controlPlaneEndpointsConfig/ipEndpointsConfig/authorizedNetworksConfig/cidrBlocks",
            "/masterAuthorizedNetworksConfig/cidrBlocks",
        ],
    ),
    (
        "dns_endpoint",
        &["/controlPlaneEndpointsConfig/dnsEndpointConfig/allowExternalTraffic"],
    ),
    ("workload_pool", &["/workloadIdentityConfig/workloadPool"]),
    ("shielded_nodes", &["/shieldedNodes/enabled"]),
    ("kms_key", &["/databaseEncryption/keyName"]),
    ("logging", &["/loggingConfig/componentConfig"]),
    ("monitoring", &["/monitoringConfig/componentConfig"]),
    (
        "managed_prometheus",
        &["/monitoringConfig/managedPrometheusConfig/enabled"],
    ),
    (
        "maintenance_start",
        &[
            "/maintenancePolicy/window/recurringWindow",
            "/maintenancePolicy/window/dailyMaintenanceWindow",
        ],
    ),
    (
        "maintenance_hours",
        &["/maintenancePolicy/window/recurringWindow"],
    ),
    (
        "maintenance_days",
        &["/maintenancePolicy/window/recurringWindow"],
    ),
    (
        "maintenance_exclusions",
        &["/maintenancePolicy/window/maintenanceExclusions"],
    ),
    ("addons", &["/addonsConfig"]),
    (
        "vertical_pod_autoscaling",
        &["/verticalPodAutoscaling/enabled"],
    ),
    ("gateway_api", &["/networkConfig/gatewayApiConfig"]),
    ("tags", &["/resourceLabels"]),
];

const POOL: &[Said] = &[
    ("machine_type", &["/config/machineType"]),
    (
        "disk_gib",
        &["/config/diskSizeGb", "/config/bootDisk/sizeGb"],
    ),
    (
        "disk_type",
        &["/config/diskType", "/config/bootDisk/diskType"],
    ),
    ("image_type", &["/config/imageType"]),
    ("spot", &["/config/spot"]),
    ("service_account", &["/config/serviceAccount"]),
    ("scopes", &["/config/oauthScopes"]),
    ("zones", &["/locations"]),
    ("labels", &["/config/labels"]),
    ("taints", &["/config/taints"]),
    ("auto_repair", &["/management/autoRepair"]),
    ("auto_upgrade", &["/management/autoUpgrade"]),
    ("strategy", &["/upgradeSettings/strategy"]),
    ("max_surge", &["/upgradeSettings/maxSurge"]),
    ("max_unavailable", &["/upgradeSettings/maxUnavailable"]),
    ("accelerators", &["/config/accelerators"]),
    ("max_pods_per_node", &["/maxPodsConstraint/maxPodsPerNode"]),
    ("network_tags", &["/config/tags"]),
    ("private_nodes", &["/networkConfig/enablePrivateNodes"]),
    (
        "workload_metadata",
        &["/config/workloadMetadataConfig/mode"],
    ),
    (
        "secure_boot",
        &["/config/shieldedInstanceConfig/enableSecureBoot"],
    ),
    ("kms_key", &["/config/bootDiskKmsKey"]),
    ("tags", &["/config/resourceLabels"]),
];

/// Those of the fields that a request says.
fn said(mut fields: Fields, request: &Json, all: &[Said]) -> Fields {
    let is_said = |name: &str| {
        let paths = all.iter().find(|(field, _)| *field == name);
        paths.is_some_and(|(_, paths)| paths.iter().any(|path| request.pointer(path).is_some()))
    };
    fields.retain(|name, _| is_said(name));
    if let Some(Value::Map(addons)) = fields.get_mut("addons") {
        // A cluster is read with every add-on that there is.
        addons.retain(|name, _| {
            // It is on in every new cluster, whatever is asked for; it can be taken away from one that stands.
            if name == "persistent-disk-csi" {
                return false;
            }
            let one = BTreeMap::from([(name.clone(), true)]);
            let key = serde_json::to_value(cluster_addons::config(&one)).unwrap();
            let mut keys = key.as_object().unwrap().keys();
            keys.all(|key| request["addonsConfig"].get(key).is_some())
        });
    }
    fields
}

/// What was asked for is what is live.
fn came<K: Serves>(wanted: &Fields, live: Live, what: &str) {
    let id: ResourceId = "cluster.prod/cluster".parse().unwrap();
    let observed: Observed = live.observed("gke", &K::table().kind, id, Vec::new());
    let decision = decided(K::table(), resource::<K>(wanted), observed);
    let (verdict, fields) = (&decision.verdict, &decision.fields);
    assert_eq!(*verdict, Verdict::Nothing, "{what}: {fields:?}");
}

/// What a body of a request is read as, and is read as once it is live.
fn of_pool(request: &Json, live: &Json, what: &str) {
    let read = |body: &Json| {
        let wire: WirePool = serde_json::from_value(body.clone()).unwrap();
        node_pool_read::live(&wire, &Tags::new(), &[], &BTreeMap::new())
    };
    came::<NodePool>(&said(read(request).fields, request, POOL), read(live), what);
}

fn of_cluster(request: &Json, live: &Json, what: &str) {
    let read = |body: &Json| {
        let wire: WireCluster = serde_json::from_value(body.clone()).unwrap();
        cluster_read::live(&wire, &[])
    };
    came::<Cluster>(
        &said(read(request).fields, request, CLUSTER),
        read(live),
        what,
    );
}

/// The object that a call asks for, with its path.
fn asked(call: &Exchange) -> Option<(String, Json)> {
    let (collection, message) = call.path.rsplit_once('/')?;
    let of = match (call.verb.as_str(), message) {
        ("POST", "clusters") => "cluster",
        ("POST", "nodePools") => "nodePool",
        _ => return None,
    };
    let body = call.request.get(of)?;
    let refused = call.answer.get("error").is_some();
    let name = body.get("name")?.as_str()?;
    (!refused).then(|| (format!("{collection}/{message}/{name}"), body.clone()))
}

#[test]
fn what_was_asked_for_is_what_came_of_it() {
    let Some(all) = recorded() else {
        println!("skipped: PROVISION_RECORDED names no folder of recordings");
        return;
    };
    let (mut clusters, mut pools) = (0, 0);
    for (file, calls) in all {
        let mut waiting: BTreeMap<String, Json> = BTreeMap::new();
        for call in calls {
            if let Some((path, body)) = asked(&call) {
                waiting.insert(path, body);
            } else if call.verb != "GET" {
                // It is changed from here on.
                let path = call.path.split(':').next().unwrap_or_default();
                waiting.retain(|one, _| !one.starts_with(path));
            } else if call.answer["status"] == "RUNNING"
                && let Some(request) = waiting.remove(&call.path)
            {
                let what = format!("{file} {}", call.path);
                match call.path.contains("/nodePools/") {
                    true => of_pool(&request, &call.answer, &what),
                    false => of_cluster(&request, &call.answer, &what),
                }
                *(if call.path.contains("/nodePools/") {
                    &mut pools
                } else {
                    &mut clusters
                }) += 1;
            }
        }
    }
    println!("{clusters} clusters and {pools} pools");
    assert!(clusters > 20 && pools > 5, "{clusters} and {pools}");
}

/// Every output is there, and it is usable.
fn is_whole<K: Serves>(live: &Live, what: &str) {
    assert_eq!(live.status, Status::Ready, "{what}");
    let outputs = K::table().outputs.into_iter().map(|output| output.name);
    let missing: Vec<String> = outputs
        .filter(|name| !live.outputs.contains_key(name))
        .collect();
    assert!(missing.is_empty(), "{what}: {missing:?}");
}

#[test]
fn every_recorded_cluster_and_pool_is_read_and_asked_for_as_it_is() {
    let Some(all) = recorded() else {
        println!("skipped: PROVISION_RECORDED names no folder of recordings");
        return;
    };
    let (mut clusters, mut pools) = (0, 0);
    for (file, calls) in all {
        let reads = calls.into_iter().filter(|call| call.verb == "GET");
        for Exchange { path, answer, .. } in reads.filter(|call| call.answer.get("error").is_none())
        {
            let what = format!("{file} {path}");
            if path.contains("/nodePools/") {
                pool(&serde_json::from_value(answer).unwrap(), &what);
                pools += 1;
            } else if path.contains("/clusters/") {
                let wire: WireCluster = serde_json::from_value(answer).unwrap();
                cluster(&wire, &what);
                clusters += 1;
                for inner in &wire.node_pools {
                    pool(inner, &what);
                    pools += 1;
                }
            }
        }
    }
    println!("{clusters} clusters and {pools} pools");
    assert!(clusters > 100 && pools > 100, "{clusters} and {pools}");
}

/// A cluster that is asked for just so is read as just that.
fn cluster(wire: &WireCluster, what: &str) {
    let live = cluster_read::live(wire, &[]);
    assert!(live.physical.contains("/locations/"), "{what}");
    is_whole::<Cluster>(&live, what);
    let want: Cluster = from_fields(&live.fields).unwrap();
    let sent = cluster_body::body("acme-prod", &want).unwrap();
    let back = cluster_read::live(&sent, &[]);
    // Said by the path, by a wish for a version, and by the marks that the call adds.
    let mut elsewhere = BTreeSet::from(["location", "version", "tags"]);
    // The service decides these on Autopilot.
    if want.autopilot {
        elsewhere.extend(["datapath", "workload_pool", "shielded_nodes"]);
    }
    let fields = live.fields.iter();
    for (name, value) in fields.filter(|(name, _)| !elsewhere.contains(name.as_str())) {
        assert_eq!(back.fields.get(name), Some(value), "{what}: {name}");
    }
}

/// So is a pool.
fn pool(wire: &WirePool, what: &str) {
    let live = node_pool_read::live(wire, &Tags::new(), &[], &BTreeMap::new());
    is_whole::<NodePool>(&live, what);
    let want: NodePool = from_fields(&live.fields).unwrap();
    let sent = node_pool_body::body(&wire.name, &want, want.tags.clone()).unwrap();
    let back = node_pool_read::live(&sent, &Tags::new(), &[], &BTreeMap::new());
    for (name, value) in &live.fields {
        assert_eq!(back.fields.get(name), Some(value), "{what}: {name}");
    }
}
