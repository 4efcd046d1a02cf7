//! Plans, plan files, targets, consent and graphs, through the real binary.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{MINIMAL, NETWORK, Place};
use serde_json::{Value, json};

fn quick(text: &str) -> Place {
    let place = Place::with(text);
    place.tune(json!({ "duration_scale": 0.0 }));
    place
}

#[test]
fn a_plan_file_is_applied_as_it_is_or_refused() {
    let place = quick(NETWORK);
    let written = place
        .run(&["plan", "--sandbox", "--out", "first"])
        .expect(0);
    assert!(
        written.out.contains("provision apply first"),
        "{}",
        written.out
    );
    place
        .run(&["plan", "--sandbox", "--out", "second"])
        .expect(0);
    assert_eq!(place.read("first"), place.read("second"), "byte for byte");
    // No terminal and no --yes: naming the file is the consent.
    place.run(&["apply", "first", "--sandbox"]).expect(0);
    let stale = place.run(&["apply", "second", "--sandbox"]).expect(1);
    assert!(stale.err.contains("network.main/vpc"), "{}", stale.err);
    assert_eq!(place.count("vpc"), 1);

    place
        .run(&["plan", "--destroy", "--sandbox", "--out", "end"])
        .expect(0);
    place.run(&["apply", "end", "--sandbox"]).expect(0);
    assert!(place.objects().is_empty());
}

#[test]
fn what_is_removed_from_the_file_goes_only_with_consent() {
    let place = quick(&format!(
        "{NETWORK}\n[network.other]\ncidr = \"10.1.0.0/16\"\nzones = 2\n"
    ));
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    assert_eq!(place.count("vpc"), 2);
    place.write("provision.toml", NETWORK);
    let refused = place.run(&["apply", "--sandbox", "--yes"]).expect(1);
    assert!(refused.err.contains("--allow delete"), "{}", refused.err);
    assert_eq!(place.count("vpc"), 2);
    place
        .run(&["apply", "--sandbox", "--yes", "--allow", "delete"])
        .expect(0);
    assert_eq!(place.count("vpc"), 1);
}

#[test]
fn a_part_of_the_stack_can_be_asked_for() {
    let place = quick(&format!(
        "{NETWORK}\n[network.other]\ncidr = \"10.1.0.0/16\"\nzones = 2\n"
    ));
    let only = ["apply", "--sandbox", "--yes", "--target", "network.other"];
    let ran = place.run(&only).expect(0);
    assert!(ran.out.contains("Partial"), "{}", ran.out);
    assert_eq!(place.count("vpc"), 1);
    let unknown = ["plan", "--sandbox", "--target", "network.othr"];
    let ran = place.run(&unknown).expect(64);
    assert!(ran.err.contains("network.other"), "{}", ran.err);
    let end = ["destroy", "--sandbox", "--yes", "--target", "network.other"];
    place.run(&end).expect(0);
    assert_eq!(place.count("vpc"), 0);
}

#[test]
fn what_cannot_be_read_is_unknown_and_never_absent() {
    let place = quick(NETWORK);
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    place.tune(json!({ "denied": ["ec2:DescribeVpcs"] }));
    let drift = place.run(&["drift", "--sandbox"]).expect(1);
    assert!(drift.out.contains("ec2:DescribeVpcs"), "{}", drift.out);
    let apply = place.run(&["apply", "--sandbox", "--yes"]).expect(1);
    assert!(apply.out.contains("blocked"), "{}", apply.out);
    place.tune(json!({ "denied": [] }));
    assert_eq!(place.count("vpc"), 1);
    place.run(&["drift", "--sandbox"]).expect(0);
}

#[test]
fn the_plan_for_people() {
    let place = quick(MINIMAL);
    let plan = place
        .run(&["plan", "--sandbox", "--as-of", "2026-11-25"])
        .expect(0);
    insta::assert_snapshot!(plan.out);
}

#[test]
fn what_depends_on_what_is_drawn_offline() {
    let place = Place::with(MINIMAL);
    let text = place.run(&["graph"]).expect(0);
    assert!(text.out.contains("subnet.private.a"), "{}", text.out);
    let dot = place.run(&["graph", "--format", "dot"]).expect(0);
    let edge = "\"network.main/subnet.private.a\" -> \"network.main/vpc\"";
    assert!(dot.out.contains(edge), "{}", dot.out);
    let svg = place.run(&["graph", "--format", "svg"]).expect(0);
    assert!(svg.out.starts_with("<svg") && svg.out.ends_with("</svg>\n"));
    let json = place.run(&["graph", "--json"]).expect(0).json();
    let part = place
        .run(&["graph", "network.main", "--json"])
        .expect(0)
        .json();
    let nodes = |json: &Value| json["nodes"].as_array().unwrap().len();
    assert!(nodes(&part) > 0 && nodes(&part) < nodes(&json));
    place.run(&["graph", "network.none"]).expect(64);
    let providers = place.run(&["providers"]).expect(0);
    assert!(providers.out.contains("eks.cluster"), "{}", providers.out);
}
