//! The life of a stack, through the real binary: apply, plan, change, drift, show, plan file, destroy.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{MINIMAL, NETWORK, Place};
use serde_json::{Value, json};

fn quick(text: &str) -> Place {
    let place = Place::with(text);
    place.tune(json!({ "duration_scale": 0.0 }));
    place
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn changes(plan: &Value) -> &Vec<Value> {
    plan["changes"].as_array().unwrap()
}

#[test]
fn the_smallest_stack_lives_changes_and_goes_without_a_trace() {
    let place = quick(MINIMAL);
    let planned = place.run(&["plan", "--sandbox", "--json"]).expect(0).json();
    assert!(
        planned["summary"]["create"].as_u64().unwrap() > 30,
        "{}",
        planned["summary"]
    );
    place
        .run(&["plan", "--sandbox", "--detailed-exitcode"])
        .expect(2);
    let applied = place
        .run(&["apply", "--sandbox", "--yes", "--json"])
        .expect(0);
    ends_well(
        &lines(&applied.out),
        planned["steps"].as_array().unwrap().len(),
    );
    place
        .run(&["plan", "--sandbox", "--detailed-exitcode"])
        .expect(0);
    place.run(&["drift", "--sandbox"]).expect(0);
    shown(&place);

    place.write("provision.toml", MINIMAL.replace("max = 3", "max = 5"));
    let grown = place.run(&["plan", "--sandbox", "--json"]).expect(0).json();
    assert_eq!(changes(&grown).len(), 1, "{grown}");
    let fields = grown["changes"][0]["fields"].as_array().unwrap();
    assert_eq!(fields.len(), 1, "{fields:?}");
    assert_eq!(
        (&fields[0]["before"], &fields[0]["after"]),
        (&json!(3), &json!(5))
    );
    assert_eq!(fields[0]["effect"], "in_place");
    place.run(&["drift", "--sandbox"]).expect(2);
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    place.run(&["drift", "--sandbox"]).expect(0);
    let idle = place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    assert!(idle.out.contains("No changes"), "{}", idle.out);

    place.run(&["destroy", "--sandbox", "--yes"]).expect(0);
    assert!(place.objects().is_empty(), "{:?}", place.objects());
    place.run(&["destroy", "--sandbox", "--yes"]).expect(0);
}

/// Times are RFC 3339, every step is done once, and the last line says so.
fn ends_well(lines: &[Value], steps: usize) {
    for line in lines {
        assert_eq!(line["format_version"], 1);
        let at = line["at"].as_str().unwrap();
        assert!(at.parse::<jiff::Timestamp>().is_ok(), "{at}");
    }
    assert_eq!(lines[0]["event"], "run_started");
    let last = lines.last().unwrap();
    assert_eq!(last["event"], "run_finished");
    assert_eq!(last["done"].as_array().unwrap().len(), steps);
    assert_eq!(
        (&last["failed"], &last["not_started"]),
        (&json!([]), &json!([]))
    );
    let done = lines.iter().filter(|line| line["event"] == "step_done");
    assert_eq!(done.count(), steps);
}

fn shown(place: &Place) {
    let show = place.run(&["show", "--sandbox", "--json"]).expect(0).json();
    for resource in show["resources"].as_array().unwrap() {
        assert_eq!(resource["state"], "ready", "{resource}");
    }
    let cluster = &show["outputs"]["cluster.main"]["cluster"];
    let endpoint = cluster["endpoint"].as_str().unwrap();
    assert!(endpoint.starts_with("https://"), "{endpoint}");
    let one = place.run(&["show", "network.main", "--sandbox"]).expect(0);
    assert!(one.out.contains("vpc-"), "{}", one.out);
    assert!(!one.out.contains("cluster.main"), "{}", one.out);
    place.run(&["show", "network.none", "--sandbox"]).expect(64);
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
    let plan = place.run(&["plan", "--sandbox"]).expect(0);
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
