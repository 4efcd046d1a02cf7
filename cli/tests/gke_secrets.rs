//! Secrets in Google's Secret Manager through the binary: their values reach the store, and are found nowhere else.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use common::{Place, Ran, ran};
use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};

const ONE: &str = "postgres://app:hunter2-one@db/shop";
const TWO: &str = "postgres://app:hunter2-two@db/shop";
const THREE: &str = "postgres://app:hunter2-three@db/shop";

const SPEC: &str = r#"stack = "shop"
[cloud.gcp]
project = "acme-prod"
region  = "europe-west1"
[labels]
team = "web"
[secret.database-url]
store = "cloud"
from  = { env = "DATABASE_URL" }
[secret.token]
store   = "cloud"
compare = "read"
from    = { env = "TOKEN" }
[secret.piped]
store = "cloud"
from  = { stdin = true }
[secret.session-key]
store = "cloud"
from  = { generate = { length = 48 } }
"#;

/// Nothing that the value is ever written as: as it stands, and inside base64 at any of the three offsets.
const CANARIES: [&str; 4] = ["hunter2", "aHVudGVyMi", "h1bnRlcjIt", "odW50ZXIyL"];

/// Runs with values at hand and everything logged, and looks for them in all that is said and written; the sandbox aside,
/// which is the cloud.
fn run(place: &Place, value: Option<&str>, args: &[&str]) -> Ran {
    let mut command = place.command(args);
    command.args(["--log", "trace"]);
    command.envs(value.map(|value| ("DATABASE_URL", value)));
    command.env("TOKEN", "hunter2-token");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("starts");
    // A verb that asks for no value does not read it.
    let _ = child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(b"hunter2-piped\n");
    let ran = ran(child.wait_with_output().unwrap());
    for said in [&ran.out, &ran.err] {
        clean(&format!("{args:?}"), said);
    }
    written(place.path());
    ran
}

#[track_caller]
fn clean(what: &str, text: &str) {
    for canary in CANARIES {
        assert!(!text.contains(canary), "{what} holds {canary}: {text}");
    }
}

fn written(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("sandbox") {
            written(&path);
        } else if path.is_file() {
            let text = std::fs::read(&path).unwrap();
            clean(&path.display().to_string(), &String::from_utf8_lossy(&text));
        }
    }
}

/// A text in one line.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Somebody calls Secret Manager.
fn ask(place: &Place, verb: &str, path: &str, body: &Value) -> (u16, Value) {
    let request = Request::builder()
        .method(verb)
        .uri(format!("/v1/projects/acme-prod/secrets{path}"))
        .body(body.to_string().into_bytes())
        .unwrap();
    let answer = place.cloud().handle(Timestamp::now(), request);
    let value = serde_json::from_slice(answer.body()).unwrap_or_default();
    (answer.status().as_u16(), value)
}

/// The secret of a block, as the cloud tells it.
fn secret(place: &Place, block: &str) -> Value {
    let (_, all) = ask(place, "GET", "", &json!({}));
    let mut all = all["secrets"].as_array().unwrap().iter();
    let id = format!("secret_{block}__secret");
    let found = all.find(|one| one["labels"]["provision-id"] == id.as_str());
    found.unwrap_or_else(|| panic!("no {block}")).clone()
}

fn name(place: &Place, block: &str) -> String {
    let secret = secret(place, block);
    let name = secret["name"].as_str().unwrap();
    name.rsplit('/').next().unwrap().to_owned()
}

/// The states of its versions, the newest first.
fn states(place: &Place, block: &str) -> Vec<String> {
    let path = format!("/{}/versions", name(place, block));
    let (_, all) = ask(place, "GET", &path, &json!({}));
    let all = all["versions"].as_array().unwrap().iter();
    all.map(|one| one["state"].as_str().unwrap().to_owned())
        .collect()
}

/// Its current value, in base64.
fn held(place: &Place, block: &str) -> String {
    let path = format!("/{}/versions/latest:access", name(place, block));
    let (status, answer) = ask(place, "GET", &path, &json!({}));
    assert_eq!(status, 200, "{answer}");
    answer["payload"]["data"].as_str().unwrap().to_owned()
}

const APPLY: [&str; 3] = ["apply", "--sandbox", "--yes"];
const PLAN: [&str; 3] = ["plan", "--sandbox", "--detailed-exitcode"];

#[test]
fn values_reach_the_store_and_are_found_nowhere_else() {
    let place = Place::with(SPEC);
    run(&place, Some(ONE), &["plan", "--sandbox", "--out", "p.json"]).expect(0);
    run(
        &place,
        Some(ONE),
        &["apply", "--sandbox", "--yes", "--json"],
    )
    .expect(0);
    run(&place, Some(ONE), &PLAN).expect(0);
    run(&place, Some(ONE), &["drift", "--sandbox"]).expect(0);
    assert_eq!(held(&place, "piped"), "aHVudGVyMi1waXBlZA==");
    let generated = held(&place, "session-key");
    assert_eq!(generated.len(), 64);

    let one = secret(&place, "database-url");
    assert_eq!(one["labels"]["team"], "web");
    let at = &one["replication"]["userManaged"]["replicas"][0]["location"];
    assert_eq!(at, "europe-west1");
    let read = secret(&place, "token");
    assert!(read["annotations"]["provision-digest"].is_null(), "{read}");

    let changed = run(&place, Some(TWO), &PLAN).expect(2);
    let row = "another → as declared";
    assert!(changed.out.contains(row), "{}", changed.out);
    assert!(changed.out.contains("1 to update"), "{}", changed.out);
    run(&place, Some(TWO), &["plan", "--sandbox", "--out", "p.json"]).expect(0);
    // The value of the plan is gone, so that it is not what would be done.
    run(&place, None, &["apply", "p.json", "--sandbox"]).expect(1);
    run(&place, Some(TWO), &["apply", "p.json", "--sandbox"]).expect(0);
    run(&place, Some(TWO), &PLAN).expect(0);
    assert_eq!(states(&place, "database-url"), ["ENABLED", "ENABLED"]);
    run(&place, Some(THREE), &APPLY).expect(0);
    run(&place, Some(THREE), &PLAN).expect(0);
    let three = states(&place, "database-url");
    assert_eq!(three, ["ENABLED", "ENABLED", "DESTROYED"]);
    // Back to a value that the store has seen before.
    run(&place, Some(TWO), &APPLY).expect(0);
    run(&place, Some(TWO), &PLAN).expect(0);
    assert_eq!(held(&place, "session-key"), generated);

    let going = run(&place, None, &["plan", "--sandbox", "--destroy"]).expect(0);
    let said = flat(&going.out);
    assert!(said.contains("brings no secret back"), "{said}");
    run(&place, None, &["destroy", "--sandbox", "--yes"]).expect(0);
    assert!(place.objects().is_empty(), "{:?}", place.objects());
}

#[test]
fn what_others_do_to_a_secret_is_drift_and_is_not_destroyed() {
    let place = Place::with(SPEC);
    run(&place, Some(ONE), &APPLY).expect(0);
    let path = format!("/{}:addVersion", name(&place, "database-url"));
    let theirs = json!({ "payload": { "data": "dGhlaXJz" } });
    assert_eq!(ask(&place, "POST", &path, &theirs).0, 200);
    run(&place, Some(ONE), &["drift", "--sandbox"]).expect(2);
    run(&place, Some(ONE), &APPLY).expect(0);
    run(&place, Some(TWO), &APPLY).expect(0);
    run(&place, Some(THREE), &APPLY).expect(0);
    let states = states(&place, "database-url");
    let wanted = ["ENABLED", "ENABLED", "DESTROYED", "ENABLED", "DESTROYED"];
    assert_eq!(states, wanted);
    run(&place, Some(THREE), &PLAN).expect(0);
}

#[test]
fn what_is_not_at_hand_is_kept_and_cannot_be_made() {
    let place = Place::with(SPEC);
    let planned = run(&place, None, &PLAN).expect(2);
    assert!(
        flat(&planned.out).contains("not at hand"),
        "{}",
        planned.out
    );
    let failed = run(&place, None, &APPLY).expect(1);
    assert!(format!("{}{}", failed.out, failed.err).contains("DATABASE_URL"));
    run(&place, Some(ONE), &APPLY).expect(0);
    let kept = run(&place, None, &PLAN).expect(0);
    assert!(kept.out.contains("No changes"), "{}", kept.out);
}

#[test]
fn one_that_is_there_is_referred_to_and_never_touched() {
    let spec = "stack = \"shop\"\n[cloud.gcp]\nproject = \"acme-prod\"\nregion = \"europe-west1\"\n\
        [secret.pay]\nstore = \"cloud\"\nfrom = { existing = { gcp = \"payments\" } }\n";
    let place = Place::with(spec);
    let absent = run(&place, None, &PLAN).expect(1);
    let said = flat(&absent.err);
    assert!(said.contains("payments is not in Secret Manager"), "{said}");
    let body = json!({ "replication": { "automatic": {} } });
    assert_eq!(ask(&place, "POST", "?secretId=payments", &body).0, 200);
    run(&place, None, &PLAN).expect(0);
    run(&place, None, &["destroy", "--sandbox", "--yes"]).expect(0);
    assert_eq!(place.count("secrets"), 1);
}

#[test]
fn a_name_of_others_and_a_value_that_is_too_large_are_refused() {
    let place = Place::with(SPEC);
    let large = "x".repeat((64 << 10) + 1);
    let failed = run(&place, Some(&large), &APPLY).expect(1);
    let said = flat(&format!("{}{}", failed.out, failed.err));
    assert!(said.contains("takes 65536 at most"), "{said}");
    run(&place, Some(ONE), &APPLY).expect(0);
    let name = name(&place, "database-url");
    let all = ["destroy", "--sandbox", "--yes"];
    run(&place, None, &all).expect(0);
    let body = json!({ "replication": { "automatic": {} } });
    let path = format!("?secretId={name}");
    assert_eq!(ask(&place, "POST", &path, &body).0, 200);
    let clash = run(&place, Some(ONE), &APPLY).expect(1);
    let said = format!("{}{}", clash.out, clash.err);
    assert!(said.contains(&name), "{said}");
    let left = place.objects().into_iter().filter(|one| one.id == name);
    assert_eq!(left.count(), 1);
}

#[test]
fn a_kubernetes_secret_is_refused_by_name() {
    let text = "stack = \"shop\"\n[cloud.gcp]\nproject = \"acme-prod\"\nregion = \"europe-west1\"\n\
        [cluster.prod]\nplatform = \"gke\"\ngke = { autopilot = true }\n\
        [secret.db]\ncluster = \"prod\"\nfrom = { env = \"DB\" }\n";
    let place = Place::with(text);
    let ran = place.run(&["validate"]).expect(1);
    let said = flat(&ran.err);
    assert!(
        said.contains("Kubernetes Secrets are not built yet"),
        "{said}"
    );
    place.write(
        "provision.toml",
        text.replace("from", "store = \"cloud\"\nfrom"),
    );
    place.run(&["validate"]).expect(0);
}

#[test]
fn a_service_that_is_off_is_told_with_the_command_that_turns_it_on() {
    let place = Place::with(SPEC);
    let request = Request::builder()
        .method("POST")
        .uri("/v1/projects/acme-prod/services/secretmanager.googleapis.com:disable")
        .body(b"{}".to_vec())
        .unwrap();
    place.tune(json!({ "duration_scale": 0.0 }));
    let answer = place.cloud().handle(Timestamp::now(), request);
    assert_eq!(answer.status(), 200);
    let ran = run(&place, Some(ONE), &PLAN).expect(1);
    let said = flat(&ran.err);
    let command = "gcloud services enable secretmanager.googleapis.com --project acme-prod";
    assert!(said.contains(command), "{said}");
    // Who wants nothing of it is not asked to.
    let head = SPEC.split("[secret").next().unwrap();
    place.write("provision.toml", format!("{head}[network.main]\n"));
    let plan = run(&place, None, &["plan", "--sandbox", "--json"]).expect(0);
    assert!(!plan.out.contains("secretmanager"), "{}", plan.out);
}
