//! Pools of GKE as they really are: how many nodes they have, in which zones, on which machines and disks; and what others gave
//! the account that their nodes are.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::Place;
use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};

const SHOP: &str = r#"stack = "shop"

[cloud.gcp]
project = "acme-prod"
region  = "europe-west1"

[network.main]

[cluster.prod]
platform = "gke"
network  = "main"

[cluster.prod.pool.web]
machine = { gke = "n2-standard-4" }
nodes   = 3
"#;

fn up(text: &str) -> Place {
    let place = Place::with(text);
    place.tune(json!({ "duration_scale": 0.0 }));
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    settled(&place);
    place
}

fn plan(place: &Place) -> Value {
    place.run(&["plan", "--sandbox", "--json"]).expect(0).json()
}

#[track_caller]
fn settled(place: &Place) {
    let plan = plan(place);
    assert_eq!(plan["changes"], json!([]), "{plan:#}");
}

/// Brings about another spec. The second plan is empty.
#[track_caller]
fn becomes(place: &Place, text: &str) {
    place.write("provision.toml", text);
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    settled(place);
}

/// Somebody calls Google Cloud.
#[track_caller]
fn ask(place: &Place, verb: &str, path: &str, body: &Value) -> Value {
    let bytes = match body.is_null() {
        true => Vec::new(),
        false => body.to_string().into_bytes(),
    };
    let request = Request::builder().method(verb).uri(path).body(bytes);
    let answer = place.cloud().handle(Timestamp::now(), request.unwrap());
    let value = serde_json::from_slice(answer.body()).unwrap_or_default();
    assert_eq!(answer.status(), 200, "{value}");
    value
}

/// How many machines there are.
fn machines(place: &Place) -> usize {
    let path = "/compute/v1/projects/acme-prod/aggregated/instances";
    let all = ask(place, "GET", path, &Value::Null);
    let scopes = all["items"].as_object().unwrap().values();
    scopes
        .filter_map(|scope| Some(scope["instances"].as_array()?.len()))
        .sum()
}

const POOL: &str = "/v1/projects/acme-prod/locations/europe-west1/clusters/shop-prod/nodePools/web";

/// GKE's autoscaler does not bring a pool between bounds that were moved past it.
#[test]
fn a_pool_gets_the_nodes_that_its_bounds_say() {
    let place = up(SHOP);
    assert_eq!(machines(&place), 3);
    becomes(&place, &SHOP.replace("nodes   = 3", "nodes = 6"));
    assert_eq!(machines(&place), 6);
    becomes(
        &place,
        &SHOP.replace("nodes   = 3", "nodes = { min = 9, max = 12 }"),
    );
    assert_eq!(machines(&place), 9);
    becomes(
        &place,
        &SHOP.replace("nodes   = 3", "nodes = { min = 1, max = 20 }"),
    );
    assert_eq!(machines(&place), 9, "between the bounds already");
    becomes(
        &place,
        &SHOP.replace("nodes   = 3", "nodes = { min = 1, max = 3 }"),
    );
    assert_eq!(machines(&place), 3);

    // Somebody takes nodes away: that shows, and is mended.
    becomes(&place, SHOP);
    let size = json!({ "nodeCount": 0 });
    ask(&place, "POST", &format!("{POOL}:setSize"), &size);
    assert_eq!(machines(&place), 0);
    let drift = place.run(&["drift", "--sandbox"]).expect(2).out;
    assert!(drift.contains("missing"), "{drift}");
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    settled(&place);
    assert_eq!(machines(&place), 3);
}

/// What is paid for is what is there, not what the pool began with.
#[test]
fn the_bill_of_a_live_pool_counts_its_nodes() {
    let wide = SHOP.replace("nodes   = 3", "nodes = { min = 3, max = 12 }");
    let place = up(&wide);
    let nodes = |place: &Place| {
        let bill = place.run(&["cost", "--sandbox", "--live", "--json"]);
        let bill = bill.expect(0).json();
        bill["clusters"][0]["pools"][0]["nodes"]["expected"].clone()
    };
    assert_eq!(nodes(&place), 3);
    let size = json!({ "nodeCount": 3 });
    ask(&place, "POST", &format!("{POOL}:setSize"), &size);
    settled(&place);
    assert_eq!(nodes(&place), 9);
}

/// A machine of a newer family boots from another disk: both come in one call, and nodes are rolled once.
#[test]
fn machine_and_disk_change_together() {
    let place = up(SHOP);
    let seen = place.cloud().calls().len();
    becomes(&place, &SHOP.replace("n2-standard-4", "n4-standard-4"));
    let calls = place.cloud().calls();
    let made: Vec<&str> = calls[seen..]
        .iter()
        .filter(|call| call.mutating)
        .map(|call| call.operation.as_str())
        .collect();
    assert_eq!(made.len(), 1, "{made:?}");
    let pool = ask(&place, "GET", POOL, &Value::Null);
    assert_eq!(pool["config"]["machineType"], "n4-standard-4");
    assert_eq!(pool["config"]["diskType"], "hyperdisk-balanced");
}

#[test]
fn nodes_lie_in_as_many_zones_as_the_network_has() {
    let zones = |number: u8| {
        SHOP.replace(
            "[network.main]",
            &format!("[network.main]\nzones = {number}"),
        )
    };
    let place = up(&zones(2));
    let lies = |place: &Place| {
        let pool = ask(place, "GET", POOL, &Value::Null);
        pool["locations"].as_array().unwrap().len()
    };
    assert_eq!(lies(&place), 2);
    becomes(&place, &zones(3));
    assert_eq!(lies(&place), 3);
    becomes(&place, &zones(2));
    assert_eq!(lies(&place), 2);
}

/// An administrator lets the nodes' account read images: that is nothing of ours, and does not hold up the end of the cluster.
#[test]
fn a_role_that_somebody_gave_the_account_of_nodes_stays_theirs() {
    let other = "\n[cluster.other]\nplatform = \"gke\"\nnetwork = \"main\"\n\n[cluster.other.pool.web]\nmachine = { cpu = 2, memory = \"8GiB\" }\nnodes = 1\n";
    let place = up(&format!("{SHOP}{other}"));
    let policy = "/v1/projects/acme-prod:getIamPolicy";
    let mut now = ask(&place, "POST", policy, &json!({}));
    let bindings = now["bindings"].as_array_mut().unwrap();
    let members: Vec<Value> = bindings
        .iter()
        .filter(|one| one["role"] == "roles/container.defaultNodeServiceAccount")
        .flat_map(|one| one["members"].as_array().unwrap().clone())
        .collect();
    assert_eq!(members.len(), 2);
    bindings.push(json!({ "role": "roles/artifactregistry.reader", "members": members }));
    let set = "/v1/projects/acme-prod:setIamPolicy";
    ask(&place, "POST", set, &json!({ "policy": now }));
    settled(&place);
    place.write("provision.toml", SHOP);
    let all = ["apply", "--sandbox", "--yes", "--allow", "delete"];
    place.run(&all).expect(0);
    settled(&place);
    let now = ask(&place, "POST", policy, &json!({}));
    let roles = now["bindings"].as_array().unwrap();
    let of = |role: &str| {
        let one = roles.iter().find(|one| one["role"] == role);
        one.map_or(0, |one| one["members"].as_array().unwrap().len())
    };
    assert_eq!(of("roles/container.defaultNodeServiceAccount"), 1);
    assert_eq!(of("roles/artifactregistry.reader"), 2);
}

/// GKE sets some taints by itself, where it has a reason; what a spec declares is not sent twice, and is taken away again.
#[test]
fn a_taint_of_gkes_own_can_be_declared() {
    let with = |machine: &str, taints: &str| {
        let text = SHOP.replace("{ gke = \"n2-standard-4\" }", machine);
        format!("{text}taints = {taints}\n")
    };
    let own = "\"nvidia.com/gpu=present:NoSchedule\", \"kubernetes.io/arch=arm64:NoSchedule\"";
    let keys = |place: &Place| {
        let pool = ask(place, "GET", POOL, &Value::Null);
        let taints = pool["config"]["taints"].as_array().cloned();
        let taints = taints.unwrap_or_default();
        let key = |one: &Value| one["key"].as_str().unwrap().to_owned();
        taints.iter().map(key).collect::<Vec<_>>()
    };
    let plain = "{ gke = \"n2-standard-4\" }";
    let place = up(&with(plain, &format!("[{own}]")));
    assert_eq!(keys(&place).len(), 2);
    becomes(
        &place,
        &with(plain, &format!("[{own}, \"a=b:NoSchedule\"]")),
    );
    assert_eq!(keys(&place).len(), 3);
    becomes(&place, &with(plain, "[]"));
    assert_eq!(keys(&place), Vec::<String>::new());

    // On a machine with accelerators, and on one of Arm, GKE sets it in any case.
    let gpu = |taints: &str| {
        let text = with("{ gke = \"n1-standard-4\" }", taints);
        text + "gke = { accelerators = { nvidia-tesla-t4 = 1 } }\n"
    };
    let place = up(&gpu("[\"nvidia.com/gpu=present:NoSchedule\"]"));
    assert_eq!(keys(&place), ["nvidia.com/gpu"]);
    becomes(&place, &gpu("[\"a=b:NoSchedule\"]"));
    assert_eq!(keys(&place), ["a", "nvidia.com/gpu"]);
    becomes(
        &place,
        &gpu("[\"nvidia.com/gpu=present:NoSchedule\", \"a=b:NoSchedule\"]"),
    );
    assert_eq!(keys(&place), ["a", "nvidia.com/gpu"]);
}

/// A pool with accelerators that comes to others is tainted by GKE, which nobody need declare.
#[test]
fn a_taint_that_only_gke_sets_is_no_difference() {
    let place = up(SHOP);
    let other = "\n[cluster.prod.pool.gpu]\nmachine = { gke = \"n1-standard-4\" }\nnodes = 1\n\
                 gke = { accelerators = { nvidia-tesla-t4 = 1 } }\n";
    becomes(&place, &format!("{SHOP}{other}"));
    let pool = ask(&place, "GET", &POOL.replace("web", "gpu"), &Value::Null);
    assert_eq!(pool["config"]["taints"][0]["key"], "nvidia.com/gpu");
    let declared = format!("{SHOP}{other}taints = [\"nvidia.com/gpu=present:NoSchedule\"]\n");
    place.write("provision.toml", declared);
    settled(&place);
}

#[test]
fn other_processors_need_another_pool() {
    let place = up(SHOP);
    let arm = "{ gke = \"c4a-standard-4\", arch = \"arm64\" }";
    place.write(
        "provision.toml",
        SHOP.replace("{ gke = \"n2-standard-4\" }", arm),
    );
    let plan = plan(&place);
    let changes = plan["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{plan:#}");
    assert_eq!(changes[0]["action"], "replace", "{plan:#}");
    let all = ["apply", "--sandbox", "--yes", "--allow", "replace"];
    place.run(&all).expect(0);
    settled(&place);
}

/// A version is a floor: no node goes back to it, and a new pool is not older than its control plane.
#[test]
fn nodes_never_go_back_to_an_older_version() {
    let with = |version: &str, more: &str| {
        let words = format!(
            "network  = \"main\"\nversion = \"{version}\"\ngke = {{ release_channel = \"none\" }}"
        );
        SHOP.replace("network  = \"main\"", &words) + more
    };
    let place = up(&with("1.35", ""));
    becomes(&place, &with("1.34", ""));
    let other = "\n[cluster.prod.pool.other]\nmachine = { gke = \"n2-standard-4\" }\nnodes = 1\n";
    becomes(&place, &with("1.34", other));
    let cluster = POOL.split("/nodePools").next().unwrap();
    let shown = ask(&place, "GET", cluster, &Value::Null);
    let pools = shown["nodePools"].as_array().unwrap();
    assert_eq!(pools.len(), 2);
    for pool in pools {
        assert_eq!(pool["version"], shown["currentMasterVersion"], "{pool:#}");
    }
}
