//! boto3, which we did not write, reads what `provision` built.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::process::Command;

use common::{MINIMAL, Place};

#[test]
fn boto3_finds_all_of_it_once() {
    let python = std::env::var("PROVISION_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let tried = Command::new(&python).args(["-c", "import boto3"]).output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        println!("skipped: needs a python3 with boto3");
        return;
    }
    let place = Place::with(MINIMAL);
    let mut server = place.start(&["sandbox", "start", "--port", "0", "--json"]);
    let started: serde_json::Value = serde_json::from_str(&server.until("url")).unwrap();
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/read_back.py");
    let read = Command::new(python)
        .arg(script)
        .arg(started["url"].as_str().unwrap())
        .output()
        .unwrap();
    assert!(
        read.status.success(),
        "{}{}",
        String::from_utf8_lossy(&read.stdout),
        String::from_utf8_lossy(&read.stderr)
    );
    place.run(&["destroy", "--sandbox", "--yes"]).expect(0);
    server.signal("INT");
    assert_eq!(server.end().0, Some(0));
    assert!(place.objects().is_empty());
}

/// Runs a script against a sandbox of its own, which must be empty behind it.
fn lives(script: &str) {
    let python = std::env::var("PROVISION_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let tried = Command::new(&python).args(["-c", "import boto3"]).output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        println!("skipped: needs a python3 with boto3");
        return;
    }
    let place = Place::with(MINIMAL);
    let mut server = place.start(&["sandbox", "start", "--port", "0", "--json"]);
    let started: serde_json::Value = serde_json::from_str(&server.until("url")).unwrap();
    let path = format!("{}/tests/clients/{script}", env!("CARGO_MANIFEST_DIR"));
    let url = started["url"].as_str().unwrap();
    let said = Command::new(python)
        .args([path.as_str(), url])
        .output()
        .unwrap();
    assert!(
        said.status.success(),
        "{}{}",
        String::from_utf8_lossy(&said.stdout),
        String::from_utf8_lossy(&said.stderr)
    );
    server.signal("INT");
    assert_eq!(server.end().0, Some(0));
}

#[test]
fn boto3_lives_in_ecs() {
    lives("ecs_life.py");
}

#[test]
fn boto3_lives_with_balancers_and_pools() {
    lives("elb_life.py");
}

#[test]
fn boto3_lives_with_secrets_schedules_and_namespaces() {
    lives("secrets_life.py");
}
