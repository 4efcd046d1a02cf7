//! Verbs that look never touch: whatever the spec and whatever the state of the cloud, they call nothing that changes
//! anything, also when calls fail half way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{MINIMAL, Place};
use serde_json::{Value, json};

/// Every verb that looks at a cloud, with and without what narrows it.
const LOOKS: [&[&str]; 10] = [
    &["plan"],
    &["plan", "--json", "--detailed-exitcode"],
    &["plan", "--destroy"],
    &["plan", "--target", "network.main"],
    &["plan", "--rechoose", "network.main"],
    &["plan", "--set", "network.main.zones=2", "--out", "a.plan"],
    &["drift"],
    &["drift", "--json"],
    &["show"],
    &["cost", "--live"],
];

/// What goes wrong: a service denies, fails, breaks off, does not know the caller, does not show what is there.
fn weathers() -> Vec<Value> {
    let fault = |operation: &str, action: Value| json!({ "faults": [{ "operation": operation, "times": 0, "action": action }] });
    vec![
        json!({ "denied": ["ec2:Describe*"] }),
        json!({ "denied": ["iam:*", "logs:*"] }),
        json!({ "denied": ["eks:DescribeNodegroup", "eks:ListAddons"] }),
        json!({ "denied": ["sts:*"] }),
        json!({ "expired": ["*"] }),
        fault(
            "eks:DescribeCluster",
            json!({ "kind": "error", "code": "ServerException", "status": 500 }),
        ),
        fault("ec2:DescribeSubnets", json!({ "kind": "drop_before" })),
        json!({ "visibility_lag_ms": 3_600_000 }),
    ]
}

/// Runs every verb that looks, and reads the call log.
fn look(place: &Place, state: &str, weathers: &[Value]) {
    for weather in weathers {
        let before = place.cloud().config();
        place.tune(weather.clone());
        for verb in LOOKS {
            let args = [verb, &["--sandbox"]].concat();
            let seen = place.cloud().calls().len();
            // How it ends is for other tests; that it could look at all is for this one.
            place.run(&args);
            for call in place.cloud().calls().drain(seen..) {
                // Of Google's names, `compute.networks.list`, the last word counts.
                let word = call.operation.rsplit('.').next().unwrap_or_default();
                let reads = [
                    "Describe",
                    "Get",
                    "List",
                    "get",
                    "list",
                    "aggregatedList",
                    "batchGet",
                ];
                let reads = reads.iter().any(|start| word.starts_with(start));
                assert!(
                    reads && !call.mutating && !call.applied,
                    "{args:?} ({state}, {weather}) called {}:{}",
                    call.service,
                    call.operation
                );
            }
        }
        place.cloud().set_config(before).unwrap();
    }
}

/// A place with what the specs find in their account; their secrets come from a file beside them.
fn ready(spec: &str) -> Place {
    let from = "{ env = \"DATABASE_URL\" }";
    let place = Place::with(&spec.replace(from, "{ file = \"url\" }"));
    place.write("url", "postgres://shop");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(place.file("url"), mode).unwrap();
    place.foreign_secret("payments/live-key");
    place
}

fn built(spec: &str) -> Place {
    let place = ready(spec);
    place.tune(json!({ "duration_scale": 0.0 }));
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    place
}

#[test]
fn verbs_that_look_change_nothing_whatever_the_spec() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../plans");
    for entry in std::fs::read_dir(folder).unwrap() {
        let spec = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        look(&ready(&spec), "nothing is there", &[json!({})]);
        let place = built(&spec);
        let seen = place.cloud().calls().len();
        look(&place, "all is there", &[json!({})]);
        let looked = place.cloud().calls().len() - seen;
        // Google lists whole collections, in one call each.
        let enough = if spec.contains("\"gke\"") { 80 } else { 200 };
        assert!(looked > enough, "{looked} calls for\n{spec}");
        // A destroy that the cloud stops half way.
        place.tune(json!({ "denied": ["ec2:Delete*", "compute.networks.delete"] }));
        place.run(&["destroy", "--sandbox", "--yes"]).expect(1);
        place.tune(json!({ "denied": [] }));
        look(&place, "half of it is there", &[json!({})]);
    }
}

#[test]
fn verbs_that_look_change_nothing_whatever_goes_wrong() {
    look(&built(MINIMAL), "all is there", &weathers());
}
