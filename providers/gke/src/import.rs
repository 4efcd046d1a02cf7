//! A live cluster in the words of a spec, whichever tool made it; and what no word can say.
//!
//! Everything is read and nothing is decided: what is written is what is live, so that its plan adopts and changes
//! nothing.

use google_cloud_container_v1::model::{Cluster as Wire, NodePool as WirePool};
use provision_core::contract::{Class, Failure, Import, Imported, LeftOut, Words};
use serde_json::{Value as Json, json};

use crate::client::Gcp;
use crate::expand::adopted::name_in;
use crate::kinds::container::{LIST, handle, region_of};
use crate::kinds::{Cluster, NodePool, cluster_fields, pool_fields};
use crate::machine::is_arm;

/// No channel, in the API's word and the spec's.
const NO_CHANNEL: &str = "NONE";

/// What the spec can say of logging.
const LOGS: [&str; 5] = [
    "SYSTEM_COMPONENTS",
    "WORKLOADS",
    "APISERVER",
    "SCHEDULER",
    "CONTROLLER_MANAGER",
];

/// The least and the most hours of a window of maintenance.
const HOURS: std::ops::RangeInclusive<i64> = 4..=24;

/// Labels of this prefix are not for specs to set.
const RESERVED: &str = "provision-";

/// Reads a cluster and its pools: one call.
///
/// # Errors
/// It is not there, is there more than once, or may not be read.
pub(crate) async fn import(gcp: &Gcp, wish: &Import) -> Result<Imported, Failure> {
    let client = gcp
        .container()
        .await
        .map_err(|fault| fault.about(&wish.cluster).failure())?;
    let parent = format!("projects/{}/locations/-", gcp.project());
    let request = client.list_clusters().set_parent(parent);
    let answer = gcp.read(LIST, || request.clone().send()).await;
    let answer = answer.map_err(|fault| fault.about(&wish.cluster).failure())?;
    let mut found: Vec<Wire> = answer.clusters;
    found.retain(|wire| is_meant(wire, wish));
    match (found.pop(), found.is_empty()) {
        (Some(wire), true) => Ok(words(&wire)),
        (None, _) => Err(not_there(gcp, wish, &answer.missing_zones)),
        (Some(_), false) => Err(failure(
            wish,
            "there are several clusters of that name in the region",
            "name it by its path: projects/P/locations/ZONE/clusters/NAME",
        )),
    }
}

fn is_meant(wire: &Wire, wish: &Import) -> bool {
    let whole = wish.cluster.contains('/');
    let here = region_of(&wire.location) == wish.context.region;
    match whole {
        true => handle(&wire.self_link) == wish.cluster,
        false => here && wire.name == name_in(&wish.cluster),
    }
}

fn not_there(gcp: &Gcp, wish: &Import, missing: &[String]) -> Failure {
    let region = &wish.context.region;
    let mut message = format!(
        "there is no GKE cluster {} in {region} of project {}",
        wish.cluster,
        gcp.project()
    );
    if !missing.is_empty() {
        message = format!("{message}; {} gave no answer", missing.join(", "));
    }
    let advice = "name a cluster of this project, and its region with --region";
    failure(wish, &message, advice)
}

fn failure(wish: &Import, message: &str, advice: &str) -> Failure {
    Failure {
        class: Class::NotFound,
        code: "cluster".to_owned(),
        message: message.to_owned(),
        call: Some(LIST.to_owned()),
        object: Some(wish.cluster.clone()),
        advice: Some(advice.to_owned()),
    }
}

/// What is read on the way.
#[derive(Default)]
struct Left(Vec<LeftOut>);

impl Left {
    fn leave(&mut self, of: &str, what: impl Into<String>) {
        self.0.push(LeftOut {
            of: of.to_owned(),
            what: what.into(),
        });
    }
}

fn words(wire: &Wire) -> Imported {
    let mut left = Left::default();
    let fields = cluster_fields(wire);
    let pools = wire.node_pools.iter().filter(|_| !fields.autopilot);
    let pools = pools.map(|pool| (pool.name.clone(), pool_words(pool, &mut left)));
    let pools = pools.collect();
    Imported {
        name: wire.name.clone(),
        network: network_words(&fields),
        cluster: cluster_words(wire, &fields, &mut left),
        pools,
        left: left.0,
        ..Imported::default()
    }
}

fn network_words(fields: &Cluster) -> Words {
    let network = fields.network.get().map_or("", String::as_str);
    let subnet = fields.subnetwork.get().map_or("", String::as_str);
    Words::from([
        ("existing".to_owned(), json!({ "gcp": name_in(network) })),
        (
            "subnets".to_owned(),
            json!({ "private": [name_in(subnet)] }),
        ),
    ])
}

fn cluster_words(wire: &Wire, fields: &Cluster, left: &mut Left) -> Words {
    let everybody = fields.restricted != Some(true);
    let public = match (
        fields.public_endpoint,
        fields.authorized_networks.as_slice(),
    ) {
        (true, []) if everybody => json!(true),
        (true, []) => {
            let what = "a public address that lets nobody in: the first plan after the adoption takes it away";
            left.leave("cluster", what);
            json!(false)
        }
        (true, ranges) => json!(ranges),
        (false, _) => json!(false),
    };
    let mut words = Words::from([
        ("adopt".to_owned(), json!(wire.name)),
        ("platform".to_owned(), json!("gke")),
        (
            "endpoint".to_owned(),
            json!({ "public": public, "private": true }),
        ),
        ("gke".to_owned(), extras(fields, left)),
    ]);
    if fields.channel == NO_CHANNEL {
        // On a channel it is a floor, and the live one is kept without.
        words.insert("version".to_owned(), json!(fields.version));
    }
    leave_of(wire, fields, left);
    words
}

fn extras(fields: &Cluster, left: &mut Left) -> Json {
    let mut extras = json!({
        "release_channel": fields.channel.to_lowercase(),
        "dns_endpoint": fields.dns_endpoint,
        "prometheus": fields.managed_prometheus,
    });
    if fields.autopilot {
        extras["autopilot"] = json!(true);
    }
    let (said, unsaid): (Vec<&String>, Vec<&String>) = fields
        .logging
        .iter()
        .partition(|word| LOGS.contains(&word.as_str()));
    let said: Vec<String> = said
        .iter()
        .map(|word| word.to_lowercase().replace('_', "-"))
        .collect();
    extras["logging"] = json!(said);
    for word in unsaid {
        let what = format!("logs of {word}: the first plan after the adoption switches them off");
        left.leave("cluster", what);
    }
    if let Some(window) = window(fields, left) {
        extras["maintenance"] = window;
    }
    extras
}

/// The window of maintenance, where it is one that a spec can say.
fn window(fields: &Cluster, left: &mut Left) -> Option<Json> {
    let start = fields.maintenance_start.as_str();
    if start.is_empty() {
        return None;
    }
    let is_time = start.len() == 5 && start.as_bytes().get(2) == Some(&b':');
    let are_days = fields.maintenance_days.iter().all(|day| day.len() == 2);
    if !is_time || !are_days || !HOURS.contains(&fields.maintenance_hours) {
        left.leave("cluster", format!("its window of maintenance ({start})"));
        return None;
    }
    let mut window = json!({ "start": start, "hours": fields.maintenance_hours });
    if !fields.maintenance_days.is_empty() {
        let days = fields.maintenance_days.iter();
        let days: Vec<String> = days.map(|day| day.to_lowercase()).collect();
        window["days"] = json!(days);
    }
    Some(window)
}

/// Settings of a cluster that no word says.
fn leave_of(wire: &Wire, fields: &Cluster, left: &mut Left) {
    if !fields.kms_key.is_empty() {
        let what = format!("secrets are encrypted with {}", fields.kms_key);
        left.leave("cluster", what);
    }
    if fields.datapath != "ADVANCED_DATAPATH" && !fields.autopilot {
        left.leave("cluster", "packets go by iptables, without Dataplane V2");
    }
    if !fields.private_nodes {
        left.leave("cluster", "nodes have public addresses");
    }
    let exclusions: Vec<&str> = fields
        .maintenance_exclusions
        .iter()
        .flat_map(|all| all.keys())
        .map(String::as_str)
        .collect();
    if !exclusions.is_empty() {
        let what = format!("maintenance excluded: {}", exclusions.join(", "));
        left.leave("cluster", what);
    }
    let labels: Vec<&str> = fields.tags.keys().map(String::as_str).collect();
    if !labels.is_empty() {
        left.leave("cluster", format!("labels {}", labels.join(", ")));
    }
    let scaled = wire.autoscaling.as_ref();
    if scaled.is_some_and(|one| one.enable_node_autoprovisioning) && !fields.autopilot {
        left.leave(
            "cluster",
            "GKE makes node pools of its own (auto-provisioning)",
        );
    }
}

fn pool_words(wire: &WirePool, left: &mut Left) -> Words {
    let of = format!("pool {}", wire.name);
    let fields = pool_fields(wire);
    let machine = fields.machine_type.get().cloned().unwrap_or_default();
    let mut words = Words::from([
        ("adopt".to_owned(), json!(wire.name)),
        ("machine".to_owned(), machine_words(&machine)),
        (
            "nodes".to_owned(),
            json!({ "min": fields.min, "max": fields.max.max(1) }),
        ),
    ]);
    if fields.spot {
        words.insert("spot".to_owned(), json!(true));
    }
    let mut labels = fields.labels.clone();
    labels.retain(|key, _| !key.starts_with(RESERVED));
    if !labels.is_empty() {
        words.insert("node_labels".to_owned(), json!(labels));
    }
    let taints = fields.taints.iter().filter_map(|(key, value)| {
        let (key, effect) = key.rsplit_once(':')?;
        Some(format!("{key}={value}:{effect}"))
    });
    let taints: Vec<String> = taints.collect();
    if !taints.is_empty() {
        words.insert("taints".to_owned(), json!(taints));
    }
    leave_of_pool(&of, &fields, left);
    words
}

fn machine_words(machine: &str) -> Json {
    match is_arm(machine) {
        true => json!({ "gke": machine, "arch": "arm64" }),
        false => json!({ "gke": machine }),
    }
}

/// Settings of a pool that no word says.
fn leave_of_pool(of: &str, fields: &NodePool, left: &mut Left) {
    let disk = format!(
        "boot disks of {} GB ({})",
        fields.disk_gib, fields.disk_type
    );
    left.leave(of, disk);
    let account = fields.service_account.get().map_or("", String::as_str);
    left.leave(of, format!("its nodes are {account}"));
    if fields.image_type != "COS_CONTAINERD" {
        left.leave(of, format!("its nodes boot {}", fields.image_type));
    }
    for (kind, number) in fields.accelerators.iter().flatten() {
        left.leave(of, format!("{number} {kind} on each node"));
    }
    if !fields.network_tags.is_empty() {
        let what = format!("network tags {}", fields.network_tags.join(", "));
        left.leave(of, what);
    }
    if fields.strategy == "BLUE_GREEN" {
        left.leave(of, "nodes are rolled blue-green");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_cluster_of_others_is_said_in_words_of_a_spec() {
        let body = r#"{"name":"legacy","location":"europe-west1","selfLink":"https://container.googleapis.com/v1/projects/acme/locations/europe-west1/clusters/legacy",
            "network":"theirs","subnetwork":"nodes","currentMasterVersion":"1.34.1-gke.1","releaseChannel":{"channel":2},
            "resourceLabels":{"cost":"12"},"maintenancePolicy":{"window":{"dailyMaintenanceWindow":{"startTime":"03:00","duration":"PT4H0M0S"}}},
            "nodePools":[{"name":"main","locations":["europe-west1-b","europe-west1-c"],"initialNodeCount":1,
              "autoscaling":{"enabled":true,"minNodeCount":1,"maxNodeCount":3},
              "config":{"machineType":"e2-standard-4","diskSizeGb":100,"diskType":"pd-ssd","imageType":"COS_CONTAINERD",
                "taints":[{"key":"dedicated","value":"batch","effect":1}],"labels":{"tier":"web"}}}]}"#;
        let found = words(&serde_json::from_str(body).unwrap());
        assert_eq!(found.network["existing"]["gcp"], "theirs");
        assert_eq!(found.network["subnets"]["private"][0], "nodes");
        assert_eq!(found.cluster["gke"]["release_channel"], "regular");
        assert_eq!(found.cluster["gke"]["maintenance"]["start"], "03:00");
        let pool = &found.pools["main"];
        assert_eq!(pool["nodes"], json!({ "min": 2, "max": 6 }));
        assert_eq!(pool["taints"][0], "dedicated=batch:NoSchedule");
        let left: Vec<&str> = found.left.iter().map(|one| one.what.as_str()).collect();
        assert!(left.contains(&"labels cost"), "{left:?}");
        assert!(left.contains(&"boot disks of 100 GB (pd-ssd)"), "{left:?}");
    }
}
