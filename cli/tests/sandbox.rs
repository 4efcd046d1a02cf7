//! The embedded cloud by itself: `sandbox start`, `env`, `status`, `reset`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{NETWORK, Place, ran};

#[test]
fn a_server_is_found_used_asked_and_ended() {
    let place = Place::with(NETWORK);
    let args = [
        "sandbox", "start", "--port", "0", "--scale", "0", "--lag", "10ms", "--json",
    ];
    let mut server = place.start(&args);
    let started: serde_json::Value = serde_json::from_str(&server.until("url")).unwrap();
    let url = started["url"].as_str().unwrap().to_owned();
    assert_eq!(started["config"]["visibility_lag_ms"], 10);

    let env = place.run(&["sandbox", "env"]).expect(0);
    assert!(env.out.contains(&format!("export AWS_ENDPOINT_URL={url}")));
    let second = place.run(&["sandbox", "start", "--port", "0"]).expect(1);
    assert!(second.err.contains("served already"), "{}", second.err);

    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    let status = place.run(&["sandbox", "status", "--json"]).expect(0).json();
    assert_eq!(status["url"], url);
    assert!(status["count"].as_u64().unwrap() > 5, "{status}");
    place.run(&["sandbox", "reset"]).expect(0);
    let status = place.run(&["sandbox", "status", "--json"]).expect(0).json();
    assert_eq!(status["count"], 0);

    server.signal("INT");
    assert_eq!(server.end().0, Some(0));
    let status = place.run(&["sandbox", "status", "--json"]).expect(0).json();
    assert_eq!(status["url"], serde_json::Value::Null);
}

#[test]
fn any_client_of_the_default_chain_reaches_a_server_and_another_account_is_refused() {
    let place = Place::with(NETWORK);
    let mut server = place.start(&["sandbox", "start", "--port", "0", "--scale", "0", "--json"]);
    let started: serde_json::Value = serde_json::from_str(&server.until("url")).unwrap();
    let run = |account: &str, args: &[&str]| {
        let mut command = place.command(args);
        command
            .env("AWS_ENDPOINT_URL", started["url"].as_str().unwrap())
            .env("AWS_ACCESS_KEY_ID", account)
            .env("AWS_SECRET_ACCESS_KEY", "sandbox")
            .env("PROVISION_SETTLE", "0.1");
        ran(command.output().unwrap())
    };
    let wrong = run("222222222222", &["apply", "--yes"]).expect(1);
    for word in ["123456789012", "222222222222", "arn:aws"] {
        assert!(wrong.err.contains(word), "{word}: {}", wrong.err);
    }
    let log = place.run(&["sandbox", "status", "--json"]).expect(0).json();
    assert_eq!(log["count"], 0);
    let calls = log["calls"].as_u64().unwrap();
    assert!(
        calls <= 2,
        "one look at the caller for each provider, not {calls} calls"
    );

    run("123456789012", &["apply", "--yes"]).expect(0);
    run("123456789012", &["plan", "--detailed-exitcode"]).expect(0);
    let nonsense = place
        .command(&["plan"])
        .env("PROVISION_SETTLE", "soon")
        .output()
        .unwrap();
    let nonsense = ran(nonsense).expect(64);
    assert!(
        nonsense.err.contains("PROVISION_SETTLE"),
        "{}",
        nonsense.err
    );
}

#[test]
fn wrong_knobs_and_folders_are_explained() {
    let place = Place::new();
    let wrong = ["sandbox", "start", "--port", "0", "--config", "{\"lag\":1}"];
    place.run(&wrong).expect(64);
    let quota = [
        "sandbox",
        "start",
        "--port",
        "0",
        "--config",
        "{\"quotas\":{\"ec2:vcps\":1}}",
    ];
    assert!(place.run(&quota).expect(64).err.contains("ec2:vcps"));
    place.write("file", "in the way");
    let blocked = place.run(&["sandbox", "start", "--dir", "file"]).expect(1);
    assert!(blocked.err.contains("sandbox"), "{}", blocked.err);
    std::fs::create_dir(place.file("damaged")).unwrap();
    place.write("damaged/state.redb", "this is no store");
    let damaged = place
        .run(&["sandbox", "status", "--dir", "damaged"])
        .expect(1);
    assert!(damaged.err.contains("remove damaged"), "{}", damaged.err);
}

#[test]
fn init_fills_in_the_account_that_is_at_hand() {
    let place = Place::new();
    place.run(&["init", "--sandbox"]).expect(0);
    assert!(place.read("provision.toml").contains("\"000000000000\""));
    place.run(&["init", "none.toml"]).expect(0);
    place.run(&["validate", "none.toml"]).expect(0);
    assert!(!place.read("none.toml").contains("000000000000"));
}

/// What provision itself refuses (another project than the spec's) is not what its own variables say.
#[test]
fn the_project_of_the_variables_is_that_of_the_spec() {
    let spec = "stack = \"s\"\n[cloud.gcp]\nproject = \"acme-prod\"\nregion = \"europe-west1\"\n";
    let env = Place::with(spec).run(&["sandbox", "env"]).expect(0);
    let exported = "export CLOUDSDK_CORE_PROJECT=acme-prod\n";
    assert!(env.out.contains(exported), "{}", env.out);
    let env = Place::with(NETWORK).run(&["sandbox", "env"]).expect(0);
    assert!(!env.out.contains("CLOUDSDK_CORE_PROJECT"), "{}", env.out);
}
