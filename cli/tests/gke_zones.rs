//! Pools of GKE over zones: how many nodes a pool comes to, in how many zones, and that plan, price and cloud say the same.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;

use common::Place;
use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};

const HEAD: &str =
    "stack = \"shop\"\n[cloud.gcp]\nproject = \"acme-prod\"\nregion = \"us-central1\"\n";

/// Pools by name, each with its `nodes`, on a network over so many zones.
fn spec(zones: u8, pools: &[(&str, &str)]) -> String {
    let mut text = format!(
        "{HEAD}[network.main]\nzones = {zones}\n[cluster.prod]\nplatform = \"gke\"\nnetwork = \"main\"\n"
    );
    for (name, nodes) in pools {
        text.push_str(&format!(
            "[cluster.prod.pool.{name}]\nmachine = {{ gke = \"n2-standard-4\" }}\nnodes = {nodes}\n"
        ));
    }
    text
}

/// Applies a spec; what the plan said it will cost is what it costs, and the next plan is empty. Gives the plan.
#[track_caller]
fn becomes(place: &Place, text: &str) -> Value {
    place.write("provision.toml", text);
    let plan = place.run(&["plan", "--sandbox", "--json"]).expect(0).json();
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    let next = place.run(&["plan", "--sandbox", "--json"]).expect(0).json();
    assert_eq!(next["changes"], json!([]), "{next:#}");
    let now = next["cost"]["after"].as_str().unwrap();
    assert_eq!(plan["cost"]["after"].as_str().unwrap(), now, "{plan:#}");
    plan
}

fn up(text: &str) -> Place {
    let place = Place::with(text);
    place.tune(json!({ "duration_scale": 0.0 }));
    becomes(&place, text);
    place
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

const CLUSTER: &str = "/v1/projects/acme-prod/locations/us-central1/clusters/shop-prod";

/// The machines of each pool, by zone.
fn machines(place: &Place, pool: &str) -> BTreeMap<String, usize> {
    let path = "/compute/v1/projects/acme-prod/aggregated/instances";
    let all = ask(place, "GET", path, &Value::Null);
    let scopes = all["items"].as_object().unwrap().iter();
    let of_pool = |scope: &Value| {
        let machines = scope["instances"].as_array().cloned().unwrap_or_default();
        let label = |one: &&Value| one["labels"]["goog-k8s-node-pool-name"] == pool;
        machines.iter().filter(label).count()
    };
    let by_zone =
        scopes.map(|(zone, scope)| (zone.replace("zones/us-central1-", ""), of_pool(scope)));
    by_zone.filter(|(_, number)| *number > 0).collect()
}

fn total(place: &Place, pool: &str) -> usize {
    machines(place, pool).values().sum()
}

/// What `cost --live` counts.
fn billed(place: &Place, pool: &str) -> Value {
    let bill = place.run(&["cost", "--sandbox", "--live", "--json"]);
    let bill = bill.expect(0).json();
    let pools = bill["clusters"][0]["pools"].as_array().unwrap().clone();
    let of = |one: &&Value| one.to_string().contains(&format!("pool.{pool}"));
    let one = pools.iter().find(of).unwrap_or_else(|| panic!("{bill:#}"));
    one["nodes"]["expected"].clone()
}

#[test]
fn the_plan_prices_the_nodes_that_gke_makes() {
    let place = up(&spec(
        3,
        &[("many", "{ min = 1, max = 6 }"), ("odd", "5"), ("one", "1")],
    ));
    assert_eq!(total(&place, "many"), 3);
    assert_eq!(total(&place, "odd"), 6);
    assert_eq!(total(&place, "one"), 1);
    for (pool, nodes) in [("many", 3), ("odd", 6), ("one", 1)] {
        assert_eq!(billed(&place, pool), nodes, "{pool}");
    }
}

#[test]
fn a_resize_costs_what_it_comes_to() {
    let place = up(&spec(3, &[("web", "{ min = 3, max = 6 }")]));
    becomes(&place, &spec(3, &[("web", "{ min = 7, max = 9 }")]));
    assert_eq!(total(&place, "web"), 9);
    becomes(&place, &spec(3, &[("web", "{ min = 1, max = 4 }")]));
    assert_eq!(total(&place, "web"), 6, "two in each zone");
}

/// Nodes beyond the most are there, and are paid for.
#[test]
fn the_bill_counts_nodes_above_the_most() {
    let place = up(&spec(3, &[("web", "{ min = 3, max = 6 }")]));
    let path = format!("{CLUSTER}/nodePools/web:setSize");
    ask(&place, "POST", &path, &json!({ "nodeCount": 4 }));
    assert_eq!(total(&place, "web"), 12);
    assert_eq!(billed(&place, "web"), 12);
}

/// A number of nodes is that of the whole pool, on every platform.
#[test]
fn a_pool_of_fewer_nodes_than_zones_has_that_many() {
    let with = |nodes: &str| spec(3, &[("web", nodes)]);
    let place = up(&with("1"));
    assert_eq!(machines(&place, "web"), [("b".to_owned(), 1)].into());
    becomes(&place, &with("2"));
    assert_eq!(
        machines(&place, "web").into_values().collect::<Vec<_>>(),
        [1, 1]
    );
    becomes(&place, &with("3"));
    assert_eq!(
        machines(&place, "web").into_values().collect::<Vec<_>>(),
        [1, 1, 1]
    );
    becomes(&place, &with("{ min = 1, max = 2 }"));
    assert_eq!(machines(&place, "web").len(), 2);
    becomes(&place, &with("1"));
    assert_eq!(total(&place, "web"), 1);
}

/// A pool stays in the zone that it is in while that will do, and is told of before it leaves one.
#[test]
fn zones_of_a_pool_are_sticky_and_a_change_is_warned_of() {
    let with = |nodes: &str| spec(3, &[("web", nodes)]);
    let place = up(&with("1"));
    let path = format!("{CLUSTER}/nodePools/web");
    let zones = json!({ "locations": ["us-central1-f"] });
    ask(&place, "PUT", &path, &zones);
    becomes(&place, &with("1"));
    assert_eq!(machines(&place, "web"), [("f".to_owned(), 1)].into());
    let plan = becomes(&place, &with("3"));
    let notes = plan["notes"].as_array().unwrap();
    let note = notes.iter().find(|note| note["code"] == "zones-change");
    let note = note.unwrap_or_else(|| panic!("{plan:#}"));
    assert_eq!(note["severity"], "warning");
    assert!(note["message"].as_str().unwrap().contains("us-central1-f"));
}

#[test]
fn other_zones_of_the_network_are_priced_and_the_sizes_fit_them_at_once() {
    let pools = [
        ("five", "5"),
        ("one", "1"),
        ("wide", "{ min = 2, max = 9 }"),
    ];
    let place = up(&spec(3, &pools));
    let count = |place: &Place| ["five", "one", "wide"].map(|pool| total(place, pool));
    assert_eq!(count(&place), [6, 1, 3]);
    let plan = becomes(&place, &spec(2, &pools));
    assert_eq!(count(&place), [6, 1, 2]);
    let warned = |plan: &Value| {
        let notes = plan["notes"].as_array().unwrap().clone();
        let of = |note: &&Value| note["code"] == "zones-change" && note["severity"] == "warning";
        notes.iter().filter(of).count()
    };
    assert_eq!(warned(&plan), 2, "{plan:#}");
    let plan = becomes(&place, &spec(4, &pools));
    assert_eq!(count(&place), [8, 1, 4]);
    assert_eq!(warned(&plan), 2, "{plan:#}");
}
