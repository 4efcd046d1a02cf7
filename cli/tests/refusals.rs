//! What is refused, and how it is said. Each case against the embedded cloud.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::io::Write as _;
use std::process::Stdio;

use common::{NETWORK, Place, ran};
use serde_json::json;

fn quick(text: &str) -> Place {
    let place = Place::with(text);
    place.tune(json!({ "duration_scale": 0.0 }));
    place
}

#[test]
fn without_a_terminal_and_without_yes_nothing_is_asked_and_nothing_called() {
    let place = quick(NETWORK);
    for verb in ["apply", "destroy"] {
        let plain = place.run(&[verb, "--sandbox"]).expect(64);
        assert!(plain.err.contains("--yes"), "{}", plain.err);
        place.run(&[verb, "--sandbox", "--json"]).expect(64);
    }
    assert!(place.cloud().calls().is_empty());
}

#[test]
fn what_is_asked_what_if_is_not_applied() {
    let place = quick(NETWORK);
    let what_if = ["apply", "--sandbox", "--yes", "--platform", "eks"];
    place.run(&what_if).expect(64);
    let written = ["plan", "--sandbox", "--platform", "eks", "--out", "p"];
    place.run(&written).expect(64);
    let unbuilt = place.run(&["plan", "--sandbox", "--platform", "gke"]);
    assert_ne!(unbuilt.code, 101, "{}", unbuilt.err);
}

#[test]
fn a_held_lock_names_its_holder() {
    let place = quick(NETWORK);
    place.tune(json!({ "duration_scale": 0.2 }));
    let mut first = place.start(&["apply", "--sandbox", "--yes", "--json"]);
    first.until("step_done");
    let second = place.run(&["apply", "--sandbox", "--yes"]).expect(1);
    let holder = format!("process {}", first.child.id());
    assert!(second.err.contains(&holder), "{}", second.err);
    first.signal("KILL");
    drop(first);
    place.tune(json!({ "duration_scale": 0.0 }));
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
}

#[test]
fn a_denied_action_is_named_with_its_object_and_the_rest_is_left() {
    let place = quick(NETWORK);
    place.tune(json!({ "denied": ["ec2:CreateVpc"] }));
    let ran = place.run(&["apply", "--sandbox", "--yes"]).expect(1);
    for word in ["ec2:CreateVpc", "network.main/vpc", "left:", "hint:"] {
        assert!(ran.out.contains(word), "{word}: {}", ran.out);
    }
    assert_eq!(place.count("vpc"), 0);
    place.tune(json!({ "denied": [] }));
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
}

#[test]
fn a_quota_is_named_and_raising_it_is_enough() {
    let place = quick(NETWORK);
    place.tune(json!({ "quotas": { "ec2:vpcs": 0 } }));
    let ran = place.run(&["apply", "--sandbox", "--yes"]).expect(1);
    assert!(ran.out.contains("VpcLimitExceeded"), "{}", ran.out);
    assert!(ran.out.contains("quota"), "{}", ran.out);
    place.tune(json!({ "quotas": {} }));
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    assert_eq!(place.count("vpc"), 1);
}

#[test]
fn expired_credentials_say_so_before_anything_else() {
    let place = quick(NETWORK);
    place.tune(json!({ "expired": ["*"] }));
    let human = place.run(&["plan", "--sandbox"]).expect(1);
    assert!(human.err.contains("Expired"), "{}", human.err);
    let json = place.run(&["plan", "--sandbox", "--json"]).expect(1).json();
    assert_eq!(json["error"]["code"], "credentials", "{json}");
}

#[test]
fn an_object_of_somebody_else_under_our_name_is_left_alone() {
    let place = quick(NETWORK);
    place.foreign_log_group("/provision/hello/claim");
    let ran = place.run(&["apply", "--sandbox", "--yes"]).expect(1);
    let text = ran.out + &ran.err;
    assert!(text.contains("/provision/hello/claim"), "{text}");
    let objects = place.objects();
    assert_eq!(objects.len(), 1, "{objects:?}");
    assert!(objects[0].marks.is_empty(), "{objects:?}");
    place.run(&["destroy", "--sandbox", "--yes"]);
    assert_eq!(place.objects().len(), 1, "not ours to delete");
}

#[test]
fn plan_files_that_are_damaged_or_foreign_are_told_apart_from_specs() {
    let place = quick(NETWORK);
    place.run(&["plan", "--sandbox", "--out", "p"]).expect(0);
    let good = place.read("p");
    let cases = [
        ("edited", good.replacen("10.0.0.0/16", "10.9.0.0/16", 1)),
        ("cut", good[..good.len() / 2].to_owned()),
        ("foreign", "{\"magic\":\"other\"}".to_owned()),
        (
            "newer",
            good.replacen("\"format_version\": 1", "\"format_version\": 9", 1),
        ),
    ];
    for (name, text) in cases {
        place.write(name, text);
        let ran = place.run(&["apply", "--sandbox", name]).expect(1);
        assert!(ran.err.contains(name), "{name}: {}", ran.err);
        assert!(ran.err.contains("hint:"), "{name}: {}", ran.err);
    }
    place
        .run(&["apply", "--sandbox", "p", "--target", "network.main"])
        .expect(64);
    assert!(place.objects().is_empty());
}

#[test]
fn files_that_cannot_be_written_are_explained_before_anything_is_called() {
    let place = quick(NETWORK);
    let out = ["plan", "--sandbox", "--out", "no/such/folder/p"];
    let ran_ = place.run(&out).expect(1);
    assert!(ran_.err.contains("cannot write"), "{}", ran_.err);
    let stuck = Place::with(NETWORK);
    stuck.write(".provision", "in the way");
    let output = stuck.command(&["apply", "--yes"]).output().unwrap();
    let ran_ = ran(output).expect(1);
    assert!(ran_.err.contains(".provision"), "{}", ran_.err);
}

/// Runs the binary on a terminal of its own, where somebody types `answer`.
fn typed(place: &Place, args: &str, answer: &str) -> common::Ran {
    let command = format!("{} {args}", env!("CARGO_BIN_EXE_provision"));
    let mut child = std::process::Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .current_dir(place.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(answer.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    ran(output)
}

#[test]
fn on_a_terminal_only_yes_goes_on() {
    if std::process::Command::new("script")
        .arg("-V")
        .output()
        .is_err()
    {
        println!("skipped: no `script` to make a terminal with");
        return;
    }
    let place = quick(NETWORK);
    let no = typed(&place, "apply --sandbox", "y\n").expect(1);
    assert!(no.out.contains("Type `yes` to continue"), "{}", no.out);
    assert_eq!(place.count("vpc"), 0);
    typed(&place, "apply --sandbox", "yes\n").expect(0);
    assert_eq!(place.count("vpc"), 1);
    let lossy = typed(&place, "destroy --sandbox", "no\n").expect(1);
    assert!(
        lossy.out.contains("objects will be deleted."),
        "{}",
        lossy.out
    );
    assert!(lossy.out.contains('\u{1b}'), "in colour");
    assert_eq!(place.count("vpc"), 1);
}

#[test]
fn a_plan_stays_in_its_cloud_and_overwrites_plans_alone() {
    let place = quick(NETWORK);
    let spec = place.read("provision.toml");
    let over = place
        .run(&["plan", "--sandbox", "--out", "provision.toml"])
        .expect(1);
    assert!(over.err.contains("is not a plan"), "{}", over.err);
    assert_eq!(place.read("provision.toml"), spec);
    for _ in 0..2 {
        let out = place
            .run(&["plan", "--sandbox", "--out", "p.plan"])
            .expect(0)
            .out;
        assert!(
            out.contains("Next: provision apply p.plan --sandbox"),
            "{out}"
        );
    }
    let elsewhere = place.run(&["apply", "p.plan"]).expect(1);
    assert!(elsewhere.err.contains("add --sandbox"), "{}", elsewhere.err);
    place.run(&["apply", "p.plan", "--sandbox"]).expect(0);
    place.run(&["destroy", "--sandbox", "--yes"]).expect(0);
    let again = place.run(&["destroy", "--sandbox", "--yes"]).expect(0).out;
    assert!(
        again.contains("Nothing to destroy. Stack `hello` has no objects in the sandbox"),
        "{again}"
    );
}
