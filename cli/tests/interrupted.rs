//! Runs that are stopped or killed on the way, and the run after them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{NETWORK, Place};
use serde_json::json;

const APPLY: [&str; 4] = ["apply", "--sandbox", "--yes", "--json"];

fn slow() -> Place {
    let place = Place::with(NETWORK);
    place.tune(json!({ "duration_scale": 0.03, "visibility_lag_ms": 300 }));
    place
}

fn finish(place: &Place) {
    place.tune(json!({ "duration_scale": 0.0 }));
    place.run(&APPLY).expect(0);
    for kind in [
        "vpc",
        "address",
        "nat-gateway",
        "internet-gateway",
        "log-group",
    ] {
        assert_eq!(place.count(kind), 1, "{kind}");
    }
    place
        .run(&["plan", "--sandbox", "--detailed-exitcode"])
        .expect(0);
    place.run(&["destroy", "--sandbox", "--yes"]).expect(0);
    assert!(place.objects().is_empty());
}

#[test]
fn an_interrupt_stops_soon_with_3_and_the_next_run_finishes() {
    let place = slow();
    let mut run = place.start(&APPLY);
    run.until("network.main/nat.a");
    let began = std::time::Instant::now();
    run.signal("INT");
    let (code, last) = run.end();
    assert_eq!(code, Some(3), "{last}");
    assert!(began.elapsed().as_secs() < 4);
    let last: serde_json::Value = serde_json::from_str(&last).unwrap();
    assert_eq!(last["event"], "run_finished");
    assert_eq!(last["interrupted"], true);
    assert!(!last["done"].as_array().unwrap().is_empty());
    assert!(!last["not_started"].as_array().unwrap().is_empty());
    finish(&place);
}

#[test]
fn a_run_that_is_killed_leaves_nothing_twice() {
    for (id, event) in [
        ("network.main/vpc", "step_started"),
        ("network.main/vpc", "step_done"),
        ("network.main/nat-ip.a", "step_started"),
        ("network.main/nat.a", "step_progress"),
    ] {
        let place = slow();
        let mut run = place.start(&APPLY);
        while !run.until(event).contains(&format!("\"{id}\"")) {}
        run.signal("KILL");
        drop(run);
        finish(&place);
    }
}

#[test]
fn a_killed_run_needs_no_journal_to_be_finished() {
    let place = slow();
    let mut run = place.start(&APPLY);
    run.until("network.main/nat-ip.a");
    run.signal("KILL");
    drop(run);
    std::fs::remove_dir_all(place.file(".provision/journal")).unwrap();
    finish(&place);
}

#[test]
fn a_destroy_that_is_killed_is_finished_by_the_next() {
    let place = slow();
    place.tune(json!({ "duration_scale": 0.0 }));
    place.run(&APPLY).expect(0);
    place.tune(json!({ "duration_scale": 0.03 }));
    let mut run = place.start(&["destroy", "--sandbox", "--yes", "--json"]);
    run.until("step_done");
    run.signal("KILL");
    drop(run);
    place.tune(json!({ "duration_scale": 0.0 }));
    place.run(&["destroy", "--sandbox", "--yes"]).expect(0);
    assert!(place.objects().is_empty());
}

#[test]
fn an_interrupt_while_planning_changes_nothing() {
    let place = slow();
    place.tune(json!({ "latency_ms": 1_500 }));
    let run = place.start(&["apply", "--sandbox", "--yes"]);
    std::thread::sleep(std::time::Duration::from_millis(500));
    run.signal("INT");
    assert_eq!(run.end().0, Some(3));
    assert!(place.objects().is_empty());
}

#[test]
fn without_a_journal_nothing_is_called() {
    let place = slow();
    place.write(".provision/journal", "in the way");
    let ran = place.run(&["apply", "--sandbox", "--yes"]).expect(3);
    assert!(ran.out.contains("journal"), "{}", ran.out);
    assert!(place.objects().is_empty());
    std::fs::remove_file(place.file(".provision/journal")).unwrap();
    finish(&place);
}
