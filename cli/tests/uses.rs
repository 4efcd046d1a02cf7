//! What a stack never used is not missed: lists that are denied count only where the file or the claim names the service.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{MINIMAL, NETWORK, Place};
use serde_json::{Value, json};

/// All that a stack on EKS has no business with.
const OTHERS: [&str; 7] = [
    "ecs:*",
    "autoscaling:*",
    "application-autoscaling:*",
    "scheduler:*",
    "servicediscovery:*",
    "secretsmanager:*",
    "ssm:*",
];

const CLUSTER: &str = "\n[cluster.jobs]\nplatform = \"ecs\"\nnetwork = \"main\"\n";

const CLAIM: &str = "/provision/hello/claim";

fn fast(spec: &str) -> Place {
    let place = Place::with(spec);
    place.tune(json!({ "duration_scale": 0.0 }));
    place
}

fn apply(place: &Place) {
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
}

fn plan(place: &Place) -> Value {
    place.run(&["plan", "--sandbox", "--json"]).expect(0).json()
}

fn notes<'a>(plan: &'a Value, code: &str) -> Vec<&'a str> {
    let notes = plan["notes"].as_array().unwrap().iter();
    notes
        .filter(|note| note["code"] == code)
        .map(|note| note["message"].as_str().unwrap())
        .collect()
}

fn actions(plan: &Value) -> Vec<String> {
    let changes = plan["changes"].as_array().unwrap().iter();
    let all = changes.map(|one| format!("{} {}", one["id"], one["action"]).replace('"', ""));
    all.filter(|one| !one.ends_with(" keep")).collect()
}

#[test]
fn a_stack_on_eks_needs_no_leave_to_list_ecs() {
    let place = fast(MINIMAL);
    place.tune(json!({ "denied": OTHERS }));
    assert_eq!(notes(&plan(&place), "unread"), [""; 0]);
    apply(&place);
    let again = plan(&place);
    assert_eq!(notes(&again, "unread"), [""; 0]);
    assert_eq!(actions(&again), [""; 0]);
    place.run(&["drift", "--sandbox"]).expect(0);
    place.run(&["destroy", "--sandbox", "--yes"]).expect(0);
    assert_eq!(place.objects().len(), 0);
}

#[test]
fn what_was_used_once_stays_unknown_when_its_list_is_denied() {
    let place = fast(&format!("{NETWORK}{CLUSTER}"));
    apply(&place);
    place.write("provision.toml", NETWORK);
    place.tune(json!({ "denied": ["ecs:*"] }));
    let held = plan(&place);
    let told = notes(&held, "unread");
    assert!(
        told.iter().any(|one| one.contains("ecs.cluster")),
        "{told:?}"
    );
    assert!(!actions(&held).iter().any(|one| one.ends_with("delete")));
    place.run(&["drift", "--sandbox"]).expect(1);
    place.tune(json!({ "denied": [] }));
    let free = actions(&plan(&place));
    assert!(
        free.contains(&"cluster.jobs/cluster delete".to_owned()),
        "{free:?}"
    );
    // What is gone was used all the same, and another list that fails hides whether it is.
    place
        .run(&["apply", "--sandbox", "--yes", "--allow", "delete"])
        .expect(0);
    place.tune(json!({ "denied": ["ecs:*", "ssm:*"] }));
    let after = plan(&place);
    let told = notes(&after, "unread").join("\n");
    assert!(
        told.contains("ecs.cluster") && !told.contains("ssm"),
        "{told}"
    );
}

#[test]
fn the_claim_is_written_before_the_first_object_of_a_service() {
    let place = fast(NETWORK);
    apply(&place);
    place.write("provision.toml", format!("{NETWORK}{CLUSTER}"));
    let planned = plan(&place);
    assert!(actions(&planned).contains(&"stack/claim.aws update".to_owned()));
    let steps = planned["steps"].as_array().unwrap();
    let step = |id: &str| steps.iter().find(|step| step["id"] == id).unwrap();
    let claim = &step("stack/claim.aws")["n"];
    let first = step("cluster.jobs/namespace")["after"].as_array().unwrap();
    assert!(first.contains(claim), "{steps:#?}");
    let cluster = step("cluster.jobs/cluster")["after"].as_array().unwrap();
    assert!(
        cluster.contains(&step("cluster.jobs/namespace")["n"]),
        "{steps:#?}"
    );
    // A run that cannot write it makes nothing of that service.
    place.tune(json!({ "denied": ["logs:TagResource"] }));
    place.run(&["apply", "--sandbox", "--yes"]).expect(1);
    let ours = place.objects();
    assert!(!ours.iter().any(|one| one.service == "ecs"), "{ours:#?}");
    place.tune(json!({ "denied": [] }));
    apply(&place);
    assert_eq!(actions(&plan(&place)), [""; 0]);
}

#[test]
fn a_claim_of_old_learns_when_everything_can_be_listed() {
    let place = fast(MINIMAL);
    apply(&place);
    place.forget_uses(CLAIM);
    place.tune(json!({ "denied": OTHERS }));
    let old = plan(&place);
    assert!(
        notes(&old, "unread")
            .iter()
            .any(|one| one.contains("ecs.cluster"))
    );
    assert_eq!(actions(&old), [""; 0]);
    place.run(&["drift", "--sandbox"]).expect(1);
    place.tune(json!({ "denied": [] }));
    assert_eq!(actions(&plan(&place)), ["stack/claim.aws update"]);
    apply(&place);
    place.tune(json!({ "denied": OTHERS }));
    assert_eq!(notes(&plan(&place), "unread"), [""; 0]);
}
