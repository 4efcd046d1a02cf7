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
