//! Upgrades of a cluster through the real binary: two minors in one plan, insights that stand in the way, the way back, runs
//! that die in the middle.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Place, Ran};
use serde_json::{Value, json};

const APPLY: [&str; 4] = ["apply", "--sandbox", "--yes", "--json"];
const PLAN: [&str; 5] = ["plan", "--sandbox", "--json", "--as-of", "2026-11-25"];

fn spec(version: &str, more: &str) -> String {
    let pool = |name: &str| {
        format!(
            "[cluster.main.pool.{name}]\nmachine = {{ cpu = 2, memory = \"8GiB\" }}\nnodes = {{ min = 1, max = 3 }}\n"
        )
    };
    format!(
        "stack = \"hello\"\n[cloud.aws]\naccount = \"123456789012\"\nregion = \"eu-west-1\"\n\
         [cluster.main]\nplatform = \"eks\"\nversion = \"{version}\"\n{more}\n{}{}",
        pool("blue"),
        pool("green")
    )
}

/// A cluster that is up, with two pools.
fn up(version: &str) -> Place {
    let place = Place::with(&spec(version, ""));
    place.tune(json!({ "duration_scale": 0.0 }));
    place.run(&APPLY).expect(0);
    place
}

fn to(place: &Place, version: &str, more: &str) -> Value {
    place.write("provision.toml", spec(version, more));
    place.run(&PLAN).expect(0).json()
}

/// `PART VALUE` of the steps that go by stops.
fn stops(plan: &Value) -> Vec<String> {
    let steps = plan["steps"].as_array().unwrap().iter();
    let steps = steps.filter(|step| step.get("set").is_some());
    steps
        .map(|step| {
            let (_, part) = step["id"].as_str().unwrap().split_once('/').unwrap();
            format!("{part} {}", step["set"]["version"].as_str().unwrap())
        })
        .collect()
}

fn nothing_is_left(place: &Place) {
    let plan = place
        .run(&["plan", "--sandbox", "--detailed-exitcode"])
        .expect(0);
    assert!(plan.out.contains("No changes."), "{}", plan.out);
}

fn notes(plan: &Value, code: &str) -> Vec<String> {
    let notes = plan["notes"].as_array().unwrap().iter();
    let notes = notes.filter(|note| note["code"] == code);
    notes
        .map(|note| note["message"].as_str().unwrap().to_owned())
        .collect()
}

fn plant(place: &Place, status: &str, version: &str) {
    place.tune(json!({ "insights": [{
        "name": format!("Deprecated APIs removed in Kubernetes v{version}"),
        "status": status,
        "kubernetes_version": version,
        "reason": "Deprecated API usage detected within the last 30 days.",
        "recommendation": "Update manifests and API clients.",
    }]}));
}

fn calls(place: &Place) -> Vec<String> {
    let calls = place.cloud().calls();
    calls.into_iter().map(|call| call.operation).collect()
}

#[test]
fn two_minors_are_one_plan() {
    let place = up("1.33");
    let plan = to(&place, "1.35", "");
    let stops = stops(&plan);
    let cluster = |stop: &str| {
        let step = format!("cluster {stop}");
        stops.iter().position(|one| *one == step).expect(stop)
    };
    let after = |stop: &str, part: &str| {
        let at = stops
            .iter()
            .position(|one| one.starts_with(part) && one.ends_with(stop));
        at.unwrap_or_else(|| panic!("{part} at {stop}: {stops:?}"))
    };
    assert!(cluster("1.34") < after("1.34", "nodegroup"));
    assert!(after("1.34", "nodegroup") < cluster("1.35"));
    assert_eq!(
        stops
            .iter()
            .filter(|one| one.starts_with("nodegroup"))
            .count(),
        4
    );
    let proxies: Vec<_> = stops
        .iter()
        .filter(|one| one.starts_with("addon.kube-proxy"))
        .collect();
    assert_eq!(proxies.len(), 2, "{stops:?}");
    // CoreDNS of 1.33 does not fit 1.35: it moves before the control plane gets there.
    let dns = stops
        .iter()
        .position(|one| one.starts_with("addon.coredns"))
        .unwrap();
    assert!(cluster("1.34") < dns && dns < cluster("1.35"), "{stops:?}");
    let human = place
        .run(&["plan", "--sandbox", "--as-of", "2026-11-25"])
        .expect(0);
    insta::assert_snapshot!(human.out);

    place.run(&APPLY).expect(0);
    nothing_is_left(&place);
    let updates = calls(&place);
    let count = |name: &str| updates.iter().filter(|one| *one == name).count();
    assert_eq!(count("UpdateClusterVersion"), 2);
    assert_eq!(count("UpdateNodegroupVersion"), 4);
}

#[test]
fn nothing_more_is_read_while_nothing_goes_up() {
    let place = up("1.34");
    place.run(&PLAN).expect(0);
    let called = calls(&place);
    for name in ["ListInsights", "DescribeAddonVersions", "ListUpdates"] {
        assert!(!called.iter().any(|one| one == name), "{name}");
    }
}

#[test]
fn an_insight_stands_in_the_way_until_it_is_mended_or_forced() {
    let place = up("1.34");
    plant(&place, "ERROR", "1.35");
    let plan = to(&place, "1.35", "");
    assert_eq!(plan["summary"]["blocked"], 1, "{plan}");
    let reason = plan["changes"][0]["reasons"][0]["reason"].as_str().unwrap();
    for part in [
        "Deprecated APIs removed",
        "last 30 days",
        "Update manifests",
        "force_upgrade",
    ] {
        assert!(reason.contains(part), "{reason}");
    }
    assert!(plan["steps"].as_array().unwrap().is_empty());
    // The cloud would refuse it as well; forced, it goes.
    let plan = to(&place, "1.35", "eks = { force_upgrade = true }");
    assert_eq!(notes(&plan, "insight-forced").len(), 1);
    place.run(&APPLY).expect(0);
    nothing_is_left(&place);

    let place = up("1.34");
    plant(&place, "WARNING", "1.35");
    let plan = to(&place, "1.35", "");
    assert_eq!(notes(&plan, "insight").len(), 1);
    assert_eq!(plan["summary"]["blocked"], 0);
    place.tune(json!({ "insights": [], "denied": ["eks:ListInsights"] }));
    let plan = to(&place, "1.35", "");
    assert_eq!(notes(&plan, "insights-unread").len(), 1);
    place.run(&APPLY).expect(0);
    nothing_is_left(&place);
}

#[test]
fn back_goes_only_what_came_up_just_now() {
    let place = up("1.34");
    // So that the test does not grow old: 1.34 will be in extended support.
    let more = "eks = { support = \"extended\" }";
    let plan = to(&place, "1.33", more);
    assert_eq!(plan["summary"]["blocked"], 1);
    let reason = plan["changes"][0]["reasons"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("was made with 1.34"), "{reason}");
    let plan = to(&place, "1.32", more);
    assert_eq!(plan["changes"][0]["reasons"][0]["why"], "refused");

    to(&place, "1.35", more);
    place.run(&APPLY).expect(0);
    place.write("provision.toml", spec("1.34", more));
    let plan = place.run(&["plan", "--sandbox", "--json"]).expect(0).json();
    assert_eq!(notes(&plan, "rollback").len(), 1, "{plan}");
    let stops = stops(&plan);
    assert_eq!(stops.last().unwrap(), "cluster 1.34", "{stops:?}");
    place.run(&APPLY).expect(0);
    nothing_is_left(&place);
    // A week later the way back would be shut: the date of the plan decides.
    place.write("provision.toml", spec("1.35", more));
    place.run(&APPLY).expect(0);
    place.write("provision.toml", spec("1.34", more));
    let late = ["plan", "--sandbox", "--json", "--as-of", "2036-01-01"];
    let plan = place.run(&late).expect(0).json();
    let reason = plan["changes"][0]["reasons"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("longer ago"), "{reason}");
}

#[test]
fn a_run_that_is_killed_on_the_way_up_is_finished_by_the_next() {
    for (part, event) in [
        ("cluster.main/cluster", "step_started"),
        ("cluster.main/cluster", "step_progress"),
        ("cluster.main/cluster", "step_done"),
        ("cluster.main.pool.blue/nodegroup", "step_progress"),
        ("cluster.main/addon.coredns", "step_started"),
        ("cluster.main/addon.kube-proxy", "step_started"),
    ] {
        let place = up("1.33");
        place.write("provision.toml", spec("1.35", ""));
        place.tune(json!({ "duration_scale": 0.003 }));
        let mut run = place.start(&APPLY);
        while !run.until(event).contains(&format!("\"{part}\"")) {}
        run.signal("KILL");
        drop(run);
        place.tune(json!({ "duration_scale": 0.0 }));
        place.run(&APPLY).expect(0);
        nothing_is_left(&place);
        let proxy = "kube-proxy is where the control plane is";
        let plan = to(&place, "1.36", "");
        let first = stops(&plan).into_iter().next().unwrap();
        assert!(
            first.ends_with(" 1.36") || first.contains("addon"),
            "{proxy}: {first}"
        );
    }
}

#[test]
fn support_is_told_by_the_date_and_the_live_minor() {
    let place = up("1.34");
    let told = |date: &str| {
        let plan: Ran = place
            .run(&["plan", "--sandbox", "--json", "--as-of", date])
            .expect(0);
        let plan = plan.json();
        let notes = plan["notes"].as_array().unwrap().clone();
        let mut notes = notes.into_iter();
        notes
            .find(|note| note["code"].as_str().unwrap().starts_with("support"))
            .unwrap()
    };
    let near = told("2026-11-25");
    assert_eq!(
        (&near["code"], &near["severity"]),
        (&json!("support-ends"), &json!("warning"))
    );
    assert!(
        near["message"]
            .as_str()
            .unwrap()
            .contains("7 days from now"),
        "{near}"
    );
    let far = told("2026-01-01");
    assert_eq!(far["code"], "support-standard");
    let over = told("2026-12-03");
    assert_eq!(over["code"], "support-extended-now");
    assert_eq!(told("2026-11-25"), near, "the same date, the same note");
}
