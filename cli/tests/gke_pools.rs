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
    assert!(drift.contains("min"), "{drift}");
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
