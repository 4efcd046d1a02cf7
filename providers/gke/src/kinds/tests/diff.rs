//! What a change of each field of a cluster or pool comes to.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use provision_core::model::{
    Fields, Never, Observed, Open, Resource, ResourceId, Sight, Table, Value,
};
use provision_core::plan::{Decision, Inputs, Verdict, decide};
use provision_kind::{Live, Serves, Tags};
use serde_json::{Value as Json, json};

use crate::kinds::{Cluster, NodePool};

const ID: &str = "cluster.prod/cluster";

/// A resource that wants these fields.
pub(super) fn resource<K: Serves>(fields: &Fields) -> Resource<Open> {
    let open = |value: &Value<Never>| Value::<Open>::from_json(&value.to_json()).unwrap();
    let fields: BTreeMap<String, Value<Open>> = fields
        .iter()
        .map(|(name, value)| (name.clone(), open(value)))
        .collect();
    Resource {
        id: ID.parse::<ResourceId>().unwrap(),
        kind: K::table().kind,
        provider: "gke".to_owned(),
        platform: None,
        name: Some("shop-prod".to_owned()),
        parent: None,
        fields,
        after: Vec::new(),
        outlives: Vec::new(),
        adopt: None,
        protect: false,
    }
}

/// What the planner decides of it.
pub(super) fn decided(table: Table, wanted: Resource<Open>, live: Observed) -> Decision {
    let id = wanted.id.clone();
    let inputs = Inputs {
        tables: BTreeMap::from([(table.kind.clone(), table)]),
        sights: BTreeMap::from([(id.clone(), Sight::Present(Box::new(live)))]),
        resources: vec![wanted],
        ..Inputs::default()
    };
    decide(&inputs).decisions.remove(&id).unwrap()
}

fn observed<K: Serves>(fields: &Json) -> Observed {
    let mut live = Live::new(
        "projects/p/locations/l/clusters/shop-prod",
        &Tags::new(),
        fields,
    );
    live.marks.id = None;
    live.observed("gke", &K::table().kind, ID.parse().unwrap(), Vec::new())
}

/// One line for each field that is changed by itself.
fn lines<K: Serves>(live: &Json, changes: &[(&str, Json)]) -> String {
    let mut text = String::new();
    for (field, value) in changes {
        let mut wanted = live.clone();
        wanted[*field] = value.clone();
        let Value::Map(wanted) = Value::<Never>::from_json(&wanted).unwrap() else {
            panic!("no fields");
        };
        let decision = decided(K::table(), resource::<K>(&wanted), observed::<K>(live));
        let came = match &decision.verdict {
            Verdict::Update { groups } => {
                let rolls = decision
                    .fields
                    .iter()
                    .any(|one| serde_json::to_value(one.effect).unwrap() == json!("rolling"));
                let how = if rolls { "rolls" } else { "in place" };
                format!("{how}, {} call(s)", groups.len())
            }
            other => format!("{other:?}"),
        };
        writeln!(text, "{field}: {} -> {value}: {came}", live[*field]).unwrap();
    }
    text
}

#[test]
fn changes_of_a_cluster() {
    let live = json!({
        "location": "europe-west1", "autopilot": false, "network": "global/networks/a",
        "subnetwork": "regions/europe-west1/subnetworks/a", "pods_range": "pods", "datapath": "ADVANCED_DATAPATH",
        "max_pods_per_node": 110, "version": "1.34", "channel": "REGULAR", "zones": ["a", "b"], "private_nodes": true,
        "public_endpoint": true, "authorized_networks": [], "dns_endpoint": false, "workload_pool": "p.svc.id.goog",
        "shielded_nodes": true, "kms_key": "", "logging": ["SYSTEM_COMPONENTS"], "monitoring": ["SYSTEM_COMPONENTS"],
        "managed_prometheus": true, "maintenance_start": "", "maintenance_hours": 0, "maintenance_days": [],
        "maintenance_exclusions": {}, "addons": {"dns-cache": false}, "vertical_pod_autoscaling": false,
        "gateway_api": false, "tags": {"team": "web"}
    });
    insta::assert_snapshot!(lines::<Cluster>(
        &live,
        &[
            ("location", json!("europe-west1-b")),
            ("autopilot", json!(true)),
            ("network", json!("global/networks/b")),
            ("pods_range", json!("more")),
            ("version", json!("1.35")),
            ("version", json!("1.33")),
            ("version", json!(null)),
            ("channel", json!("STABLE")),
            ("zones", json!(["b", "a"])),
            ("zones", json!(["a", "b", "c"])),
            ("zones", json!(null)),
            ("private_nodes", json!(false)),
            ("authorized_networks", json!(["203.0.113.0/24"])),
            ("dns_endpoint", json!(true)),
            (
                "kms_key",
                json!("projects/p/locations/l/keyRings/r/cryptoKeys/k")
            ),
            ("logging", json!(["SYSTEM_COMPONENTS", "WORKLOADS"])),
            ("monitoring", json!(null)),
            ("maintenance_start", json!("03:00")),
            ("addons", json!({"dns-cache": true})),
            ("addons", json!({})),
            ("gateway_api", json!(true)),
            ("tags", json!({"team": "shop"})),
            ("tags", json!({})),
            ("pools", json!([{"name": "web"}])),
        ]
    ));
}

#[test]
fn changes_of_a_pool() {
    let live = json!({
        "version": "1.34", "machine_type": "n2-standard-2", "arch": "amd64", "disk_gib": 50, "disk_type": "pd-balanced",
        "image_type": "COS_CONTAINERD", "spot": false, "service_account": "a@p.iam.gserviceaccount.com",
        "scopes": ["s"], "zones": ["a"], "min": 1, "max": 3, "initial": 1, "nodes": 1, "missing": 0, "labels": {}, "taints": {},
        "own_taints": {"nvidia.com/gpu:NoSchedule": "present"},
        "auto_repair": true, "auto_upgrade": true, "strategy": "SURGE", "max_surge": 1, "max_unavailable": 0,
        "batch_percent": 0, "batch_soak_seconds": 0, "soak_seconds": 0, "accelerators": {}, "max_pods_per_node": 110,
        "network_tags": [], "private_nodes": true, "workload_metadata": "GKE_METADATA", "secure_boot": false,
        "kms_key": "", "tags": {}
    });
    insta::assert_snapshot!(lines::<NodePool>(
        &live,
        &[
            ("version", json!("1.35")),
            ("machine_type", json!("n2-standard-4")),
            ("arch", json!("arm64")),
            ("disk_gib", json!(100)),
            ("image_type", json!("UBUNTU_CONTAINERD")),
            ("spot", json!(true)),
            ("service_account", json!("b@p.iam.gserviceaccount.com")),
            ("zones", json!(["a", "b"])),
            ("min", json!(2)),
            ("max", json!(9)),
            ("initial", json!(5)),
            ("nodes", json!(5)),
            ("missing", json!(1)),
            ("labels", json!({"tier": "web"})),
            ("taints", json!({"dedicated:NoSchedule": "web"})),
            ("own_taints", json!({})),
            ("auto_upgrade", json!(false)),
            ("strategy", json!("BLUE_GREEN")),
            ("accelerators", json!({"nvidia-l4": 1})),
            ("network_tags", json!(["web"])),
            ("workload_metadata", json!("GCE_METADATA")),
            ("secure_boot", json!(true)),
            ("tags", json!({"team": "web"})),
        ]
    ));
}
