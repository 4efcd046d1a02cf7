//! A cluster that another tool made, with boto3 in its place: imported, adopted, changed, and what happened meanwhile told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::process::Command;

use common::{Place, Started};
use serde_json::{Value, json};

const TOOL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/other_tool.py");

const IMPORT: [&str; 6] = [
    "import",
    "eks",
    "Legacy_EU",
    "--sandbox",
    "--account",
    "123456789012",
];

/// The embedded cloud with the other tool beside it.
struct World {
    place: Place,
    python: String,
    url: String,
    server: Started,
}

impl World {
    /// `None` where there is no Python with boto3.
    fn new() -> Option<Self> {
        let python = std::env::var("PROVISION_TEST_PYTHON").unwrap_or_else(|_| "python3".into());
        let tried = Command::new(&python).args(["-c", "import boto3"]).output();
        if !tried.is_ok_and(|tried| tried.status.success()) {
            println!("skipped: needs a python3 with boto3");
            return None;
        }
        let place = Place::new();
        place.tune(json!({ "duration_scale": 0.0 }));
        let mut server = place.start(&["sandbox", "start", "--port", "0", "--json"]);
        let started: Value = serde_json::from_str(&server.until("url")).unwrap();
        Some(Self {
            url: started["url"].as_str().unwrap().to_owned(),
            place,
            python,
            server,
        })
    }

    #[track_caller]
    fn other_tool(&self, verb: &str) -> Value {
        let ran = Command::new(&self.python)
            .args([TOOL, &self.url, verb])
            .output()
            .unwrap();
        assert!(
            ran.status.success(),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
        serde_json::from_slice(&ran.stdout).unwrap()
    }

    fn plan(&self) -> Value {
        self.place
            .run(&["plan", "--sandbox", "--json"])
            .expect(0)
            .json()
    }
}

/// What a plan does, but for the claim that every stack has.
fn actions(plan: &Value) -> Vec<(String, String)> {
    let changes = plan["changes"].as_array().unwrap().iter();
    changes
        .filter(|change| change["kind"] != "aws.claim")
        .map(|change| {
            let text = |key: &str| change[key].as_str().unwrap().to_owned();
            (text("id"), text("action"))
        })
        .collect()
}

#[test]
fn a_cluster_of_another_tool_is_imported_adopted_and_lives_on() {
    let Some(world) = World::new() else { return };
    let place = &world.place;
    let made = world.other_tool("build");
    let imported = place
        .run(&[&IMPORT[..], &["--json"]].concat())
        .expect(0)
        .json();
    let left = imported["left"].to_string();
    for what in ["user data", "maxSize", "aws-auth", "settings"] {
        if what != "maxSize" && what != "settings" {
            assert!(left.contains(what), "{what}: {left}");
        }
    }
    let spec = place.read("provision.toml");
    for words in [
        "adopt = \"Legacy_EU\"",
        "[cluster.legacy-eu.pool.workers-1]",
        "cidr = \"10.40.0.0/16\"",
        "zones = 2",
    ] {
        assert!(spec.contains(words), "{words}:\n{spec}");
    }
    adopted(&world, &spec);
    lives_on(&world, &spec);
    // What was adopted goes with the stack; what it stood on stays.
    place.run(&["destroy", "--sandbox", "--yes"]).expect(0);
    let World { place, server, .. } = world;
    drop(server);
    let left = place.objects();
    let kinds: Vec<&str> = left.iter().map(|one| one.kind.as_str()).collect();
    assert!(kinds.contains(&"role"), "{kinds:?}");
    assert!(!kinds.contains(&"cluster"), "{kinds:?}");
    assert!(!kinds.contains(&"vpc"), "{kinds:?} {made}");
}

fn adopted(world: &World, spec: &str) {
    let place = &world.place;
    let plan = world.plan();
    let actions = actions(&plan);
    assert!(actions.len() > 10, "{actions:?}");
    for (id, action) in &actions {
        assert_eq!(action, "adopt", "{id}: {plan:#}");
    }
    let changed = plan["changes"].as_array().unwrap().iter();
    for change in changed.filter(|change| change["kind"] != "aws.claim") {
        assert_eq!(change["fields"], json!([]), "{change:#}");
    }
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    let empty = ["plan", "--sandbox", "--detailed-exitcode"];
    place.run(&empty).expect(0);
    // The words may go.
    let lines: Vec<&str> = spec
        .lines()
        .filter(|line| !line.starts_with("adopt = "))
        .collect();
    place.write("provision.toml", lines.join("\n"));
    place.run(&empty).expect(0);
    place.write("provision.toml", spec);
}

fn lives_on(world: &World, spec: &str) {
    let place = &world.place;
    place.run(&["drift", "--sandbox"]).expect(0);
    world.other_tool("change");
    let told = place.run(&["drift", "--sandbox"]).expect(2).out;
    for words in [
        "max is 6, and the spec says 4",
        "labels.tier is db, and the spec says web",
        "add-on metrics-server",
        "Drift: 1 object not as the spec says.",
    ] {
        assert!(told.contains(words), "{words}:\n{told}");
    }
    place.write(
        "provision.toml",
        spec.replace("\"max\" = 4", "max = 5")
            .replace("max = 4", "max = 5"),
    );
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    place
        .run(&["plan", "--sandbox", "--detailed-exitcode"])
        .expect(0);
}

/// A run that dies with some objects marked and others not: the next one marks the rest, and nothing twice.
fn killed_between_marks(place: &Place) {
    for _ in 0..3 {
        let one_by_one = ["apply", "--sandbox", "--yes", "--json", "--parallel", "1"];
        let mut run = place.start(&one_by_one);
        run.until("step_done");
        run.until("step_done");
        run.signal("KILL");
        run.end();
        let plan: Value = place.run(&["plan", "--sandbox", "--json"]).expect(0).json();
        for (id, action) in actions(&plan) {
            assert_eq!(action, "adopt", "{id}");
        }
    }
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    place
        .run(&["plan", "--sandbox", "--detailed-exitcode"])
        .expect(0);
}

#[test]
fn what_cannot_be_adopted_is_refused_with_its_place_or_owner() {
    let Some(world) = World::new() else { return };
    let place = &world.place;
    world.other_tool("build");
    place.run(&IMPORT).expect(0);
    let spec = place.read("provision.toml");
    place.write(
        "provision.toml",
        spec.replace("adopt = \"Legacy_EU\"", "adopt = \"Legacy_US\""),
    );
    let refused = place.run(&["plan", "--sandbox"]).expect(1).err;
    for words in ["provision.toml:", "no cluster Legacy_US"] {
        assert!(refused.contains(words), "{refused}");
    }
    place.write("provision.toml", &spec);
    killed_between_marks(place);
    place.write(
        "provision.toml",
        spec.replace("stack = \"legacy-eu\"", "stack = \"thief\""),
    );
    let refused = place.run(&["plan", "--sandbox"]).expect(0).out;
    assert!(refused.contains("of stack legacy-eu"), "{refused}");
    assert!(!refused.contains("to adopt"), "{refused}");
    // Without the word nothing is taken over, and the way to do it is told.
    place
        .run(&["import", "eks", "nothing", "--sandbox", "--force"])
        .expect(1);
}
