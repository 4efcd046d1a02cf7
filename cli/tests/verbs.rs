//! Runs by hand, lines and sessions of a shop on ECS, through the real binary.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::os::unix::fs::PermissionsExt as _;

use common::{MINIMAL, Place, Ran};
use serde_json::{Value, json};

const SHOP: &str = include_str!("../../plans/shop-ecs.toml");
const URL: &str = "postgres://shop@db/shop";

/// A shop that is live, with a job that nothing starts.
fn shop() -> Place {
    let by_hand =
        "\n[job.console]\nextends = \"web\"\ncommand = [\"bin/rails\", \"stats\"]\n\n[env.staging]";
    let place = Place::with(&SHOP.replacen("\n[env.staging]", by_hand, 1));
    place.tune(json!({ "duration_scale": 0.0 }));
    place.foreign_secret("payments/live-key");
    run(&place, &["apply", "--sandbox", "--yes"]).expect(0);
    place
}

fn run(place: &Place, args: &[&str]) -> Ran {
    let mut command = place.command(args);
    common::ran(command.env("DATABASE_URL", URL).output().unwrap())
}

fn tasks(place: &Place) -> usize {
    place.count("task")
}

#[test]
fn jobs_and_commands_run_once_and_leave_nothing() {
    let place = shop();
    let before = tasks(&place);
    for job in ["console", "job.report", "migrate"] {
        let ran = run(&place, &["run", job, "--sandbox"]).expect(0);
        assert!(
            ran.out.contains("runs `bin/rails"),
            "{}{}",
            ran.out,
            ran.err
        );
        assert!(ran.out.contains("ends with 0"), "{}", ran.out);
    }
    let words = [
        "run",
        "web",
        "--sandbox",
        "--",
        "bin/rails",
        "runner",
        "--at",
        "a b",
    ];
    let ran = run(&place, &words).expect(0);
    assert!(
        ran.out.contains("runs `bin/rails runner --at a b`"),
        "{}",
        ran.out
    );
    assert_eq!(tasks(&place), before);
    run(&place, &["plan", "--sandbox", "--detailed-exitcode"]).expect(0);
}

#[test]
fn the_exit_code_is_the_commands_and_reasons_come_first() {
    let place = shop();
    let issue = |when: &str, code: &str| {
        place.tune(
            json!({ "issues": [{ "on": "task", "name": "shop-web", "when": when, "code": code }] }),
        );
    };
    issue("active", "Exit:7");
    let words = ["run", "web", "--sandbox", "--", "false"];
    let ran = run(&place, &words).expect(7);
    assert!(ran.err.contains("It ended with 7."), "{}", ran.err);
    let lines = run(
        &place,
        &["run", "web", "--sandbox", "--json", "--", "false"],
    )
    .expect(7);
    let last: Value = serde_json::from_str(lines.out.lines().last().unwrap()).unwrap();
    assert_eq!(last["exit_code"], 7);
    issue("active", "OutOfMemoryError");
    let ran = run(&place, &words).expect(137);
    assert!(
        ran.err.contains("OutOfMemory") && ran.err.contains("`memory`"),
        "{}",
        ran.err
    );
    issue("create", "CannotPullContainerError");
    let ran = run(&place, &words).expect(1);
    assert!(
        ran.err.contains("error: CannotPullContainerError"),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("hint: check that the image"),
        "{}",
        ran.err
    );
    issue("create", "Capacity");
    let ran = run(&place, &words).expect(1);
    assert!(ran.err.contains("Capacity is unavailable"), "{}", ran.err);
}

#[test]
fn an_interrupt_stops_the_task() {
    let place = shop();
    place.tune(json!({ "issues": [{ "on": "task", "name": "shop-web", "when": "active", "code": "Runs" }] }));
    let before = tasks(&place);
    let mut started = place.start(&["run", "web", "--sandbox", "--", "top"]);
    started.until("runs `top`");
    started.signal("INT");
    assert_eq!(started.end().0, Some(3));
    // Any call lets time go on.
    run(&place, &["show", "workload.web", "--sandbox"]).expect(0);
    assert_eq!(tasks(&place), before);
}

#[test]
fn lines_are_those_of_one_workload_or_one_task() {
    let place = shop();
    let all = run(&place, &["logs", "web", "--sandbox", "--since", "1h"]).expect(0);
    assert_eq!(all.out.matches("listens on 3000").count(), 2, "{}", all.out);
    assert!(!all.out.contains("sidekiq"), "{}", all.out);
    let lines = run(&place, &["logs", "workload.web", "--sandbox", "--json"]).expect(0);
    let first: Value = serde_json::from_str(lines.out.lines().next().unwrap()).unwrap();
    let task = first["task"].as_str().unwrap().get(..12).unwrap();
    let one = run(
        &place,
        &["logs", "web", "--sandbox", "--task", task, "--timestamps"],
    )
    .expect(0);
    assert_eq!(one.out.matches("listens on 3000").count(), 1, "{}", one.out);
    assert!(one.out.starts_with("20"), "{}", one.out);
    let none = run(&place, &["logs", "console", "--sandbox"]).expect(0);
    assert!(
        none.out.is_empty() && none.err.contains("wrote nothing"),
        "{}",
        none.err
    );
    let mut follow = place.start(&["logs", "worker", "--sandbox", "--follow"]);
    follow.until("sidekiq");
    follow.signal("INT");
    assert_eq!(follow.end().0, Some(0));
}

#[test]
fn a_session_is_handed_to_the_plugin_without_its_token_in_sight() {
    let place = shop();
    let words = ["exec", "web", "--sandbox", "--", "sh", "-c", "echo hi"];
    let ran = run(&place, &words).expect(1);
    assert!(
        ran.err
            .contains("session-manager-plugin is not on the path"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("provision run web"), "{}", ran.err);
    let plugin = |version: &str| {
        let script = format!(
            "#!/bin/sh\nif [ \"$1\" = --version ]; then echo {version}; exit; fi\n\
             for one in \"$@\"; do echo \"argument: $one\"; done\n\
             case \"$AWS_SSM_START_SESSION_RESPONSE\" in *TokenValue*) echo has a token;; esac\nexit 5\n"
        );
        place.write("session-manager-plugin", script);
        let path = place.file("session-manager-plugin");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    let with_plugin = |words: &[&str]| {
        let path = format!("{}:/usr/bin:/bin", place.path().display());
        common::ran(place.command(words).env("PATH", path).output().unwrap())
    };
    plugin("1.2.497.0");
    let old = with_plugin(&words).expect(1);
    assert!(old.err.contains("1.2.497.0"), "{}", old.err);
    plugin("1.2.764.0");
    let ran = with_plugin(&words).expect(5);
    assert!(
        ran.out.contains("argument: AWS_SSM_START_SESSION_RESPONSE"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("argument: {\"Target\":\"ecs:shop-prod_"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("has a token"), "{}", ran.out);
    assert!(!ran.out.contains("argument: {\"SessionId"), "{}", ran.out);
    let none =
        with_plugin(&["exec", "web", "--sandbox", "--container", "no", "--", "sh"]).expect(1);
    assert!(none.err.contains("there are web"), "{}", none.err);
}

#[test]
fn sessions_that_are_not_turned_on_say_which_word_does() {
    let place = Place::with(&SHOP.replacen(", exec = true", "", 1));
    place.tune(json!({ "duration_scale": 0.0 }));
    place.foreign_secret("payments/live-key");
    run(&place, &["apply", "--sandbox", "--yes"]).expect(0);
    place.write("session-manager-plugin", "#!/bin/sh\necho 1.2.764.0\n");
    let path = place.file("session-manager-plugin");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", place.path().display());
    let mut command = place.command(&["exec", "web", "--sandbox", "--", "sh"]);
    let ran = common::ran(command.env("PATH", path).output().unwrap()).expect(1);
    assert!(
        ran.err.contains("ecs = { exec = true }") && ran.err.contains("[cluster.prod]"),
        "{}",
        ran.err
    );
}

#[test]
fn wrong_addresses_and_other_platforms_are_refused() {
    let place = Place::with(SHOP);
    place.foreign_secret("payments/live-key");
    let ran = run(&place, &["run", "wbe", "--sandbox", "--", "true"]).expect(64);
    assert!(ran.err.contains("workload.web"), "{}", ran.err);
    let ran = run(&place, &["run", "web", "--sandbox"]).expect(64);
    assert!(ran.err.contains("-- CMD"), "{}", ran.err);
    let ran = run(&place, &["run", "migrate", "--sandbox"]).expect(1);
    assert!(
        ran.err.contains("not live") && ran.err.contains("apply"),
        "{}",
        ran.err
    );
    let ran = run(&place, &["logs", "web", "--sandbox"]).expect(1);
    assert!(ran.err.contains("workload.web is not live"), "{}", ran.err);
    let on_eks = format!("{MINIMAL}\n[workload.web]\ncluster = \"main\"\nimage = \"shop:1\"\n");
    let place = Place::with(&on_eks);
    for verb in ["run", "exec", "logs"] {
        let ran = match verb {
            "logs" => run(&place, &[verb, "web", "--sandbox"]),
            _ => run(&place, &[verb, "web", "--sandbox", "--", "true"]),
        };
        let ran = ran.expect(1);
        assert!(ran.err.contains("known, not yet"), "{}", ran.err);
    }
}
