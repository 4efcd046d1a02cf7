//! Settings of clusters on GKE that others change, or that Google keeps to itself, through the real binary on the embedded
//! cloud.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::Place;
use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};

const HEAD: &str =
    "stack = \"shop\"\n[cloud.gcp]\nproject = \"acme-prod\"\nregion  = \"europe-west1\"\n";

const POOL: &str = "[cluster.prod.pool.web]\nmachine = { cpu = 2, memory = \"8GiB\" }\nnodes = 1\n";

const PATH: &str = "/v1/projects/acme-prod/locations/europe-west1/clusters/shop-prod";

/// A cluster that is up, with these words.
fn up(words: &str, pools: &str) -> Place {
    let place = Place::with(&spec(words, pools));
    place.tune(json!({ "duration_scale": 0.0 }));
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    place
}

fn spec(words: &str, pools: &str) -> String {
    format!("{HEAD}[cluster.prod]\nplatform = \"gke\"\n{words}\n{pools}")
}

/// A call of somebody else's.
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

fn live(place: &Place) -> Value {
    ask(place, "GET", PATH, &Value::Null)
}

/// The fields that a plan would change.
fn planned(place: &Place) -> Vec<String> {
    let plan = place.run(&["plan", "--sandbox", "--json"]).expect(0).json();
    let changes = plan["changes"].as_array().unwrap().iter();
    let fields = changes.flat_map(|change| change["fields"].as_array().unwrap().clone());
    fields
        .map(|field| field["path"].as_str().unwrap().to_owned())
        .collect()
}

/// Autopilot's nodes would be the project's default account, which may do nearly everything.
#[test]
fn nodes_of_autopilot_are_the_account_that_was_made_for_them() {
    let place = up("gke = { autopilot = true, webhook_ports = [8443] }", "");
    let shown = live(&place);
    let account = shown["nodeConfig"]["serviceAccount"].as_str().unwrap();
    assert!(account.starts_with("shop-prod"), "{account}");
    assert_eq!(
        shown["nodeConfig"]["oauthScopes"],
        json!(["https://www.googleapis.com/auth/cloud-platform"])
    );
    let rules = ask(
        &place,
        "GET",
        "/compute/v1/projects/acme-prod/global/firewalls",
        &Value::Null,
    );
    let rules = rules["items"].as_array().unwrap().clone();
    let rule = rules
        .iter()
        .find(|rule| rule["name"].as_str().unwrap().contains("webhooks"));
    assert_eq!(rule.unwrap()["targetServiceAccounts"], json!([account]));
    assert_eq!(planned(&place), Vec::<String>::new());
    // What the pools of the future would start from is somebody's business, and no difference.
    let other = json!({ "update": { "desiredClusterAutoscaling": { "enableNodeAutoprovisioning": true,
        "autoprovisioningNodePoolDefaults": { "serviceAccount": "default" } } } });
    ask(&place, "PUT", PATH, &other);
    assert_eq!(planned(&place), Vec::<String>::new());
}

/// Somebody's freeze stays, whatever is done to the window.
#[test]
fn a_freeze_that_somebody_made_stays() {
    let window = |start: &str| format!("gke = {{ maintenance = {{ start = \"{start}\" }} }}");
    let place = up(&window("03:00"), POOL);
    let mut policy = live(&place)["maintenancePolicy"].clone();
    let freeze = json!({ "holidays": {
        "startTime": "2026-12-20T00:00:00Z", "endTime": "2027-01-05T00:00:00Z",
        "maintenanceExclusionOptions": { "scope": "NO_MINOR_UPGRADES" },
    } });
    policy["window"]["maintenanceExclusions"] = freeze;
    let set = format!("{PATH}:setMaintenancePolicy");
    ask(
        &place,
        "POST",
        &set,
        &json!({ "maintenancePolicy": policy }),
    );
    assert_eq!(planned(&place), Vec::<String>::new());
    place.write("provision.toml", spec(&window("01:30"), POOL));
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    let now = || live(&place)["maintenancePolicy"]["window"].clone();
    assert!(now()["recurringWindow"].to_string().contains("T01:30:00Z"));
    assert!(
        now()["maintenanceExclusions"]["holidays"].is_object(),
        "{:#}",
        now()
    );
    // Nor does it go with the window.
    place.write("provision.toml", spec("", POOL));
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    assert!(now()["recurringWindow"].is_null(), "{:#}", now());
    assert!(
        now()["maintenanceExclusions"]["holidays"].is_object(),
        "{:#}",
        now()
    );
}

/// A list that is on and empty lets nobody in; one that is off lets everybody in.
#[test]
fn a_list_that_lets_nobody_in_is_not_one_that_lets_everybody_in() {
    let place = up("", POOL);
    let closed = json!({ "update": { "desiredControlPlaneEndpointsConfig": { "ipEndpointsConfig": {
        "enabled": true, "enablePublicEndpoint": true, "authorizedNetworksConfig": { "enabled": true },
    } } } });
    ask(&place, "PUT", PATH, &closed);
    assert_eq!(planned(&place), ["restricted"]);
    let drift = place.run(&["drift", "--sandbox"]);
    assert_ne!(drift.code, 0, "{}", drift.out);
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    assert_eq!(planned(&place), Vec::<String>::new());
    let networks = live(&place)["masterAuthorizedNetworksConfig"].clone();
    assert_ne!(networks["enabled"], json!(true), "{networks}");
    // Where there is no public address, the list is somebody's business.
    place.write(
        "provision.toml",
        spec("endpoint = { public = false }", POOL),
    );
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    let mut private = closed;
    let ip = "/update/desiredControlPlaneEndpointsConfig/ipEndpointsConfig/enablePublicEndpoint";
    *private.pointer_mut(ip).unwrap() = json!(false);
    ask(&place, "PUT", PATH, &private);
    assert_eq!(planned(&place), Vec::<String>::new());
}

/// What is measured has no word: switching Prometheus off leaves the rest as it is.
#[test]
fn prometheus_goes_by_itself() {
    let place = up("", POOL);
    let before = live(&place)["monitoringConfig"].clone();
    let observed = json!({ "update": { "desiredMonitoringConfig": {
        "componentConfig": before["componentConfig"],
        "managedPrometheusConfig": { "enabled": true },
        "advancedDatapathObservabilityConfig": { "enableMetrics": true, "relayMode": "DISABLED" },
    } } });
    ask(&place, "PUT", PATH, &observed);
    place.write("provision.toml", spec("gke = { prometheus = false }", POOL));
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    assert_eq!(planned(&place), Vec::<String>::new());
    let after = live(&place)["monitoringConfig"].clone();
    assert_eq!(after["componentConfig"], before["componentConfig"]);
    assert_eq!(
        after["advancedDatapathObservabilityConfig"]["enableMetrics"],
        json!(true),
        "{after:#}"
    );
    let fresh = up("gke = { prometheus = false }", POOL);
    assert_eq!(planned(&fresh), Vec::<String>::new());
}

/// GKE takes one change of a cluster at a time: each line of the run says which.
#[test]
fn every_step_of_several_says_what_it_changes() {
    let place = up("", POOL);
    let words = "gke = { logging = [\"system-components\"], prometheus = false, release_channel = \"rapid\" }";
    place.write("provision.toml", spec(words, POOL));
    let ran = place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    for field in ["logging", "managed_prometheus", "channel"] {
        let line = format!("update GKE cluster: {field}");
        assert!(
            ran.err.contains(&line) || ran.out.contains(&line),
            "{line}: {}{}",
            ran.out,
            ran.err
        );
    }
}
