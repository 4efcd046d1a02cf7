//! What controllers left, through the real binary: listed, deleted, kept and named.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{MINIMAL, Place};
use serde_json::{Value, json};

fn planted(args: &[&str]) -> Place {
    let place = Place::with(MINIMAL);
    place.tune(json!({ "duration_scale": 0.0 }));
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    let mut plant = vec!["sandbox", "plant", "hello-main", "--json"];
    plant.extend(args);
    let made = place.run(&plant).expect(0).json();
    assert!(made["made"].as_array().unwrap().len() >= 11, "{made}");
    place
}

fn left(plan: &Value, action: &str) -> Vec<String> {
    let changes = plan["changes"].as_array().unwrap().iter();
    let was_left = |change: &&Value| {
        let mut reasons = change["reasons"].as_array().unwrap().iter();
        change["action"] == action && reasons.any(|reason| reason["why"] == "left_by")
    };
    changes
        .filter(was_left)
        .map(|change| change["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_destroy_says_what_it_sweeps_and_what_it_keeps() {
    let place = planted(&[]);
    let args = ["plan", "--sandbox", "--destroy", "--json"];
    let plan = place.run(&args).expect(0).json();
    assert_eq!(
        left(&plan, "delete").len(),
        10,
        "{:?}",
        left(&plan, "delete")
    );
    let volumes = left(&plan, "keep");
    assert_eq!(volumes.len(), 2, "{volumes:?}");
    let human = place.run(&["plan", "--sandbox", "--destroy"]).expect(0).out;
    assert!(
        human.contains("left by a controller of cluster hello-main"),
        "{human}"
    );
    assert!(human.contains("2 kept"), "{human}");

    let gone = place.run(&["destroy", "--sandbox", "--yes"]).expect(0);
    for volume in &volumes {
        let line = format!("kept: {volume}: it holds data");
        assert!(gone.out.contains(&line), "{}", gone.out);
    }
    assert_eq!(place.objects().len(), 2, "{:?}", place.objects());

    let args = ["destroy", "--sandbox", "--yes", "--delete-volumes"];
    let gone = place.run(&args).expect(0);
    assert!(!gone.out.contains("kept:"), "{}", gone.out);
    assert!(place.objects().is_empty(), "{:?}", place.objects());
}

/// A plan file says "whatever carries these tags", and that is what it does.
#[test]
fn a_plan_file_sweeps_what_came_after_it() {
    let place = Place::with(MINIMAL);
    place.tune(json!({ "duration_scale": 0.0 }));
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    let args = [
        "plan",
        "--sandbox",
        "--destroy",
        "--delete-volumes",
        "--out",
        "gone.plan",
    ];
    place.run(&args).expect(0);
    place.run(&["sandbox", "plant", "hello-main"]).expect(0);
    place.run(&["apply", "gone.plan", "--sandbox"]).expect(0);
    assert!(place.objects().is_empty(), "{:?}", place.objects());
}

#[test]
fn a_cluster_that_leaves_the_file_takes_along_what_its_controllers_left() {
    let place = planted(&[]);
    let head = MINIMAL.split("[cluster.main]").next().unwrap();
    let network = "[network.main]\ncidr = \"10.0.0.0/16\"\n";
    place.write("provision.toml", format!("{head}{network}"));
    let args = ["apply", "--sandbox", "--yes", "--allow", "delete"];
    place.run(&args).expect(0);
    place
        .run(&["plan", "--sandbox", "--detailed-exitcode"])
        .expect(0);
    let kinds: Vec<String> = place.objects().into_iter().map(|one| one.kind).collect();
    for kind in [
        "load-balancer",
        "target-group",
        "network-interface",
        "security-group",
    ] {
        assert!(!kinds.contains(&kind.to_owned()), "{kinds:?}");
    }
}

#[test]
fn a_plant_needs_a_cluster() {
    let place = Place::with(MINIMAL);
    place.tune(json!({ "duration_scale": 0.0 }));
    let refused = place.run(&["sandbox", "plant", "hello-main"]).expect(1);
    assert!(refused.err.contains("no cluster named"), "{}", refused.err);
}

/// boto3 sees what was planted as AWS would show it, and is refused what AWS refuses.
#[test]
fn boto3_reads_what_was_planted() {
    let place = planted(&[]);
    let mut server = place.start(&["sandbox", "start", "--port", "0", "--json"]);
    let started: Value = serde_json::from_str(&server.until("url")).unwrap();
    common::boto3("left.py", &[started["url"].as_str().unwrap(), "read"]);
    place
        .run(&["destroy", "--sandbox", "--yes", "--delete-volumes"])
        .expect(0);
    server.signal("INT");
    assert_eq!(server.end().0, Some(0));
    assert!(place.objects().is_empty(), "{:?}", place.objects());
}
