//! What fails on GKE on its way, through the real binary on the embedded cloud: what is said, and that the same command ends it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::Place;
use http::Request;
use jiff::Timestamp;
use provision_data::{Cloud, gcp};
use serde_json::{Value, json};

const SPEC: &str = r#"stack = "shop"

[cloud.gcp]
project = "acme-prod"
region  = "europe-west1"

[cluster.prod]
platform = "gke"

[cluster.prod.pool.web]
machine = { cpu = 2, memory = "8GiB" }
nodes   = 3

[cluster.prod.pool.batch]
machine = { cpu = 2, memory = "8GiB" }
nodes   = 3
"#;

/// A cloud in which a method does this, once.
fn place(method: &str, action: &Value) -> Place {
    let place = Place::with(SPEC);
    place.tune(json!({
        "duration_scale": 0.0,
        "faults": [{ "operation": method, "times": 1, "action": action }],
    }));
    place
}

fn ends_in(message: &str) -> Value {
    json!({ "kind": "end_in_error", "code": "RESOURCE_EXHAUSTED", "status": 429, "message": message })
}

/// What a run says that fails.
fn said(place: &Place) -> String {
    let ran = place.run(&["apply", "--sandbox", "--yes"]).expect(1);
    ran.out + &ran.err
}

/// The cluster stands in `ERROR`, with pools that never ran: that is made anew by the command that was run, as it says.
#[test]
fn a_cluster_that_failed_is_made_anew_by_the_same_command() {
    let words = "Google Compute Engine: Quota 'CPUS' exceeded.  Limit: 8.0 in region europe-west1.";
    let place = place(
        "container.projects.locations.clusters.create",
        &ends_in(words),
    );
    let failed = said(&place);
    assert!(
        failed.contains(words) && failed.contains("iam-admin/quotas"),
        "{failed}"
    );
    let plan = place.run(&["plan", "--sandbox", "--json"]).expect(0).json();
    let notes = plan["notes"].as_array().unwrap();
    let grave = |note: &&Value| note["severity"] == "danger" || note["code"] == "downtime";
    assert_eq!(notes.iter().find(grave), None);
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    place
        .run(&["plan", "--sandbox", "--detailed-exitcode"])
        .expect(0);
}

/// Operations say in words alone that a zone has nothing to give.
#[test]
fn a_pool_that_finds_no_machines_says_what_to_do() {
    let place = Place::with(SPEC);
    place.tune(json!({ "duration_scale": 0.0 }));
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    let words = "Google Compute Engine: Not all instances running in IGM. Current errors: [GCE_STOCKOUT]: Instance 'a' creation failed";
    place.tune(json!({ "faults": [{
        "operation": "container.projects.locations.clusters.nodePools.create", "times": 1, "action": ends_in(words),
    }] }));
    let more = "\n[cluster.prod.pool.more]\nmachine = { cpu = 2, memory = \"8GiB\" }\nnodes = 3\n";
    place.write("provision.toml", format!("{SPEC}{more}"));
    let failed = said(&place);
    assert!(
        failed.contains("GCE_STOCKOUT") && failed.contains("take another machine type"),
        "{failed}"
    );
}

/// IAM answers as if it were asked too often, and would for a day.
#[test]
fn a_used_up_number_of_accounts_is_not_waited_for() {
    let words = "Maximum number of service accounts on project reached.";
    let place = place(
        "iam.projects.serviceAccounts.create",
        &json!({ "kind": "error", "code": "RESOURCE_EXHAUSTED", "status": 429, "message": words }),
    );
    let failed = said(&place);
    assert!(
        failed.contains(words) && failed.contains("iam-admin/quotas"),
        "{failed}"
    );
}

/// What a plan may choose by itself is there when it is made.
#[test]
fn machines_that_plans_choose_are_in_every_region_that_sells_them() {
    let place = Place::with(SPEC);
    let mut missing = BTreeSet::new();
    for region in Cloud::Gcp.regions() {
        let zone = match region {
            "europe-west1" | "us-east1" => format!("{region}-b"),
            _ => format!("{region}-a"),
        };
        let sold = sold(&place, &zone);
        for offer in gcp::offers(region)
            .iter()
            .filter(|one| one.shape.is_general())
        {
            let shape = offer.shape;
            let size = (u64::from(shape.vcpu), shape.memory_mib);
            if sold.get(&shape.name) != Some(&size) {
                missing.insert(format!("{region} {}", shape.name));
            }
        }
    }
    let first: Vec<&String> = missing.iter().take(20).collect();
    assert!(missing.is_empty(), "{} such as {first:?}", missing.len());
}

/// CPUs and MiB of the machine types of a zone.
fn sold(place: &Place, zone: &str) -> BTreeMap<String, (u64, u64)> {
    let mut sold = BTreeMap::new();
    let mut token = String::new();
    loop {
        let path =
            format!("/compute/v1/projects/acme-prod/zones/{zone}/machineTypes?pageToken={token}");
        let page = ask(place, &path);
        for one in page["items"].as_array().into_iter().flatten() {
            let number = |field: &str| one[field].as_u64().unwrap();
            let name = one["name"].as_str().unwrap().to_owned();
            sold.insert(name, (number("guestCpus"), number("memoryMb")));
        }
        match page["nextPageToken"].as_str() {
            Some(next) => token = next.replace('=', "%3D").replace('+', "%2B"),
            None => return sold,
        }
    }
}

fn ask(place: &Place, path: &str) -> Value {
    let request = Request::builder().uri(path).body(Vec::new()).unwrap();
    let answer = place.cloud().handle(Timestamp::now(), request);
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(answer.status(), 200, "{path}: {body}");
    body
}

/// What Google may not have, or takes from its older customers alone, is said before anything is made.
#[test]
fn doubtful_words_are_told_in_the_plan_and_impossible_ones_refused() {
    let odd = SPEC
        .replacen(
            "machine = { cpu = 2, memory = \"8GiB\" }",
            "machine = { gke = \"z9-fancy-2\" }",
            1,
        )
        .replace(
            "platform = \"gke\"",
            "platform = \"gke\"\ngke = { release_channel = \"none\" }",
        );
    let place = Place::with(&odd);
    place.tune(json!({ "duration_scale": 0.0 }));
    let plan = place.run(&["plan", "--sandbox"]).expect(0).out;
    assert!(
        plan.contains("no machine type `z9-fancy-2` is in our tables"),
        "{plan}"
    );
    assert!(
        plan.contains("moves those that are left to Stable on 2027-06-14"),
        "{plan}"
    );
    let key = "projects/acme-prod/locations/us-east1/keyRings/r/cryptoKeys/k";
    let wrong = format!(
        "{}\n[cluster.prod]\nplatform = \"gke\"\n[cluster.prod.gke]\nautopilot = true\nrelease_channel = \"none\"\nkms_key = \"{key}\"\n\
         [cluster.other]\nplatform = \"gke\"\ngke = {{ autopilot = true, kms_key = \"mykey\" }}\n",
        SPEC.split("[cluster.prod]").next().unwrap()
    );
    place.write("provision.toml", wrong);
    let told = place.run(&["validate"]).expect(1).err;
    for part in [
        "an Autopilot cluster is always in a release channel",
        "the key is in us-east1, and the cluster in europe-west1",
        "is not a key of Cloud KMS",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
}
