//! Clusters on GKE through the real binary, on the embedded cloud: a whole life, changes, what others change, and the end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::Place;
use serde_json::{Value, json};

const SHOP: &str = r#"stack = "shop"

[cloud.gcp]
project = "acme-prod"
region  = "europe-west1"

[labels]
team = "web"

[network.main]
cidr = "10.20.0.0/16"

[cluster.prod]
platform = "gke"
network  = "main"
gke = { maintenance = { start = "03:00", hours = 6, days = ["sa", "su"] } }

[cluster.prod.pool.web]
machine     = { cpu = 2, memory = "8GiB" }
nodes       = { min = 3, max = 6 }
node_labels = { tier = "web" }

[cluster.prod.pool.batch]
machine = { gke = "n2-standard-4" }
nodes   = { min = 0, max = 4 }
spot    = true
taints  = ["dedicated=batch:NoSchedule"]

[cluster.prod.pool.jobs]
machine = { cpu = 4, memory = "16GiB" }
nodes   = 3
"#;

fn quick(text: &str) -> Place {
    let place = Place::with(text);
    place.tune(json!({ "duration_scale": 0.0 }));
    place
}

fn plan(place: &Place) -> Value {
    place.run(&["plan", "--sandbox", "--json"]).expect(0).json()
}

fn settled(place: &Place) {
    let plan = plan(place);
    assert_eq!(plan["changes"], json!([]), "{plan:#}");
}

/// What a changed spec comes to: the only change, its only field and the field's effect.
#[track_caller]
fn one_change(place: &Place, text: &str, id: &str, field: &str, effect: &str) {
    place.write("provision.toml", text);
    let plan = plan(place);
    let changes = plan["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{changes:#?}");
    assert_eq!(changes[0]["id"], id);
    for one in changes[0]["fields"].as_array().unwrap() {
        let path = one["path"].as_str().unwrap();
        assert!(path.starts_with(field), "{path}");
        assert_eq!(one["effect"], effect);
    }
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    settled(place);
}

#[test]
fn a_cluster_of_three_pools_goes_up_changes_and_goes_down_to_an_empty_project() {
    let place = quick(SHOP);
    let planned = plan(&place);
    let ids: Vec<&str> = planned["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 9, "{ids:?}");
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    settled(&place);
    place.run(&["drift", "--sandbox"]).expect(0);

    let web = "cluster.prod.pool.web/nodepool";
    let mut text = SHOP.replace("max = 6", "max = 8");
    one_change(&place, &text, web, "max", "in_place");
    text = text.replace("tier = \"web\"", "tier = \"front\"");
    one_change(&place, &text, web, "labels", "in_place");
    let batch = "cluster.prod.pool.batch/nodepool";
    text = text.replace("dedicated=batch", "dedicated=jobs");
    one_change(&place, &text, batch, "taints", "in_place");
    text = text.replace("n2-standard-4", "n2-standard-8");
    one_change(&place, &text, batch, "machine_type", "rolling");
    let cluster = "cluster.prod/cluster";
    text = text.replace("03:00", "01:30");
    one_change(&place, &text, cluster, "maintenance_start", "in_place");
    text = text.replace(
        "gke = { maint",
        "gke = { release_channel = \"rapid\", maint",
    );
    one_change(&place, &text, cluster, "channel", "in_place");

    place.run(&["destroy", "--sandbox", "--yes"]).expect(0);
    assert!(place.objects().is_empty(), "{:?}", place.objects());
    place.run(&["destroy", "--sandbox", "--yes"]).expect(0);
}

/// GKE takes five operations on pools of one cluster at once, and answers the sixth with 429: more wait their turn here.
#[test]
fn no_more_than_five_pools_are_under_way_at_once() {
    let place = quick(SHOP);
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    let more = (1..=8).map(|n| {
        format!(
            "\n[cluster.prod.pool.more{n}]\nmachine = {{ cpu = 2, memory = \"8GiB\" }}\nnodes = 1\n"
        )
    });
    place.write(
        "provision.toml",
        SHOP.to_owned() + &more.collect::<String>(),
    );
    place.tune(json!({ "duration_scale": 0.02 }));
    let seen = place.cloud().calls().len();
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    settled(&place);
    let calls = place.cloud().calls();
    let made = calls[seen..].iter().filter(|call| call.mutating);
    let refused = made.clone().filter(|call| call.status >= 400);
    let refused: Vec<String> = refused
        .map(|call| format!("{} {}", call.operation, call.code))
        .collect();
    assert_eq!((made.count(), refused), (8, Vec::new()));
}

/// A control plane goes minor by minor, and its pools follow once, in the same plan: GKE refuses nodes that are newer.
#[test]
fn pools_follow_their_control_plane_in_the_same_plan() {
    for channel in ["none", "regular"] {
        let at = |version: &str| {
            SHOP.replace(
                "gke = {",
                &format!("version = \"{version}\"\ngke = {{ release_channel = \"{channel}\","),
            )
        };
        let place = quick(&at("1.34"));
        place.run(&["apply", "--sandbox", "--yes"]).expect(0);
        settled(&place);
        place.write("provision.toml", at("1.36"));
        let planned = plan(&place);
        let steps = planned["steps"].as_array().unwrap();
        let of = |id: &str| {
            let own = steps.iter().filter(move |step| step["id"] == id);
            own.map(|step| step["n"].as_u64().unwrap())
                .collect::<Vec<_>>()
        };
        let master = of("cluster.prod/cluster");
        assert_eq!(master.len(), 2, "{channel}: {steps:#?}");
        for pool in ["web", "batch", "jobs"] {
            let steps = of(&format!("cluster.prod.pool.{pool}/nodepool"));
            assert_eq!(steps.len(), 1, "{channel} {pool}: {steps:?}");
            assert!(steps[0] > master[1], "{channel} {pool}: {steps:?}");
        }
        // An upgrade changes nothing about what the network costs.
        let moved = planned["cost"]["lines"].as_array().unwrap();
        assert!(moved.is_empty(), "{channel}: {moved:#?}");
        place.run(&["apply", "--sandbox", "--yes"]).expect(0);
        settled(&place);
    }
}

/// A webhook on another port than GKE's own is reached once a rule lets the control plane in.
#[test]
fn webhooks_are_let_in_by_a_rule_of_their_own() {
    let with = |ports: &str| SHOP.replace("gke = {", &format!("gke = {{ webhook_ports = {ports},"));
    let place = quick(&with("[8443, 15017]"));
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    settled(&place);
    let rule = "cluster.prod/webhooks";
    let live = |place: &Place| {
        let live = place.run(&["show", "--sandbox", "--json"]).expect(0).json();
        live["outputs"]["cluster.prod"]["webhooks"]["name"].clone()
    };
    assert!(
        live(&place)
            .as_str()
            .unwrap()
            .starts_with("shop-prod-webhooks")
    );
    one_change(&place, &with("[8443]"), rule, "ports", "in_place");
    place.write("provision.toml", SHOP);
    let planned = plan(&place);
    let changes = planned["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{planned:#}");
    assert_eq!(
        (&changes[0]["id"], &changes[0]["action"]),
        (&json!(rule), &json!("delete"))
    );
    place.write("provision.toml", with("[8443]"));
    place.run(&["destroy", "--sandbox", "--yes"]).expect(0);
    assert!(place.objects().is_empty(), "{:?}", place.objects());
}

#[test]
fn pools_are_made_in_the_call_of_their_cluster() {
    let place = quick(SHOP);
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    let calls = place.cloud().calls();
    let made = |name: &str| {
        calls
            .iter()
            .filter(|call| call.operation.contains(name))
            .count()
    };
    assert_eq!(made("clusters.create"), 1);
    assert_eq!(made("nodePools.create"), 0, "a pool was made by itself");
}

#[test]
fn nat_comes_and_goes_with_its_router() {
    let none = SHOP.replace(
        "cidr = \"10.20.0.0/16\"",
        "cidr = \"10.20.0.0/16\"\nnat = \"none\"",
    );
    let place = quick(SHOP);
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    place.write("provision.toml", &none);
    let plan = plan(&place);
    assert_eq!(plan["summary"]["delete"], 1, "{plan:#}");
    assert_eq!(plan["changes"][0]["id"], "network.main/router");
    let all = ["apply", "--sandbox", "--yes", "--allow", "delete"];
    place.run(&all).expect(0);
    settled(&place);
    place.write("provision.toml", SHOP);
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    settled(&place);
}

#[test]
fn what_gke_cannot_do_is_refused_with_its_place() {
    let refused = |from: &str, to: &str, words: &[&str]| {
        let place = Place::with(&SHOP.replace(from, to));
        let ran = place.run(&["validate"]).expect(1);
        for word in words {
            assert!(ran.err.contains(word), "{word}:\n{}", ran.err);
        }
    };
    refused(
        "gke = {",
        "gke = { autopilot = true,",
        &["Autopilot cluster has no pools", "provision.toml:"],
    );
    refused(
        "03:00",
        "25:00",
        &["`25:00` is no time of day", "provision.toml:"],
    );
    refused(
        "[cluster.prod.pool.web]",
        "[cluster.none]\nplatform = \"gke\"\nnetwork = \"main\"\n[cluster.prod.pool.web]",
        &["at least one pool"],
    );
    refused(
        "[cluster.prod.pool.web]",
        "[workload.web]\ncluster = \"prod\"\nimage = \"a/b:1\"\n[cluster.prod.pool.web]",
        &["workloads on Kubernetes are not built yet"],
    );
}

#[test]
fn one_file_plans_on_three_platforms() {
    let text = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../plans/portable.toml"
    ))
    .unwrap();
    for (platform, kind) in [
        ("gke", "gke.cluster"),
        ("eks", "eks.cluster"),
        ("ecs", "ecs.cluster"),
    ] {
        let place = Place::with(&text);
        let plan = place
            .run(&["plan", "--sandbox", "--json", "--platform", platform])
            .expect(0)
            .json();
        let kinds = plan["changes"].as_array().unwrap().iter();
        let kinds: Vec<&str> = kinds
            .map(|change| change["kind"].as_str().unwrap())
            .collect();
        assert!(kinds.contains(&kind), "{platform}: {kinds:?}");
        let other = kinds.iter().any(|one| {
            let google = one.starts_with("gke.") || one.starts_with("gcp.");
            google != (platform == "gke")
        });
        assert!(!other, "{platform}: {kinds:?}");
    }
}
