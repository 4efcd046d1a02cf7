//! The life of a whole cluster through the real binary, and runs that are killed within it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{MINIMAL, Place};
use serde_json::{Value, json};

const APPLY: [&str; 4] = ["apply", "--sandbox", "--yes", "--json"];

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
        planned["summary"]["create"].as_u64().unwrap() >= 30,
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
fn a_run_that_is_killed_within_a_cluster_leaves_nothing_twice() {
    for (id, event) in [
        ("cluster.main/cluster", "step_started"),
        ("cluster.main/cluster", "step_progress"),
        ("cluster.main.pool.default/nodegroup", "step_progress"),
    ] {
        let place = Place::with(MINIMAL);
        place.tune(json!({ "duration_scale": 0.003, "visibility_lag_ms": 300 }));
        let mut run = place.start(&APPLY);
        while !run.until(event).contains(&format!("\"{id}\"")) {}
        run.signal("KILL");
        drop(run);
        place.run(&APPLY).expect(0);
        assert_eq!(place.count("cluster"), 1);
        assert_eq!(place.count("nodegroup"), 1);
        for kind in ["vpc", "address", "nat-gateway", "internet-gateway"] {
            assert_eq!(place.count(kind), 1, "{kind}");
        }
        place.tune(json!({ "duration_scale": 0.0 }));
        place.run(&["destroy", "--sandbox", "--yes"]).expect(0);
        assert!(place.objects().is_empty(), "{:?}", place.objects());
    }
}

/// Ids of changes with their actions.
fn actions(plan: &Value) -> Vec<(&str, &str)> {
    changes(plan)
        .iter()
        .map(|change| {
            (
                change["id"].as_str().unwrap(),
                change["action"].as_str().unwrap(),
            )
        })
        .collect()
}

#[test]
fn a_change_of_the_cluster_leaves_its_nodes_alone() {
    let place = quick(MINIMAL);
    place.run(&APPLY).expect(0);
    let logging = "platform = \"eks\"\neks = { logging = [\"api\"] }";
    place.write(
        "provision.toml",
        MINIMAL.replace("platform = \"eks\"", logging),
    );
    let plan = place.run(&["plan", "--sandbox", "--json"]).expect(0).json();
    let wanted = [
        ("cluster.main/cluster", "update"),
        ("cluster.main/log-group", "create"),
    ];
    assert_eq!(actions(&plan), wanted, "{plan:#}");
}

#[test]
fn what_a_refused_cluster_stands_on_stays() {
    let zones = |zones: u8| {
        let network =
            format!("[network.main]\nzones = {zones}\n\n[cluster.main]\nnetwork = \"main\"");
        MINIMAL.replace("[cluster.main]", &network)
    };
    let place = quick(&zones(3));
    place.run(&APPLY).expect(0);
    place.write("provision.toml", zones(2));
    let plan = place.run(&["plan", "--sandbox", "--json"]).expect(0).json();
    let actions = actions(&plan);
    assert!(
        actions.contains(&("cluster.main/cluster", "blocked")),
        "{actions:?}"
    );
    assert!(
        actions.contains(&("network.main/subnet.private.c", "blocked")),
        "{actions:?}"
    );
    assert!(
        actions.contains(&("cluster.main.pool.default/nodegroup", "blocked")),
        "{actions:?}"
    );
}
