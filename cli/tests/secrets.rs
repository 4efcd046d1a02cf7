//! Secrets through the binary: their values reach the store, and are found nowhere else.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use common::{Place, Ran, ran};

const ONE: &str = "postgres://app:hunter2-one@db/shop";
const TWO: &str = "postgres://app:hunter2-two@db/shop";

const SPEC: &str = r#"stack = "shop"
[cloud.aws]
account = "123456789012"
region  = "eu-west-1"
[secret.database-url]
store = "cloud"
from  = { env = "DATABASE_URL" }
[secret.token]
store = "ssm"
from  = { file = "token", format = "dotenv" }
[secret.session-key]
store = "cloud"
from  = { generate = { length = 48 } }
"#;

fn place() -> Place {
    let place = Place::with(SPEC);
    place.write("token", "TOKEN=hunter2-token\n");
    let mode = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(place.file("token"), mode).unwrap();
    place
}

/// Runs with a value of the variable, and looks for values in all that it says and writes; the sandbox aside, which is
/// the cloud.
fn run(place: &Place, value: Option<&str>, args: &[&str]) -> Ran {
    let mut command = place.command(args);
    command.envs(value.map(|value| ("DATABASE_URL", value)));
    let ran = ran(command.output().unwrap());
    for said in [&ran.out, &ran.err] {
        assert!(!said.contains("hunter2"), "{args:?}: {said}");
    }
    clean(place.path());
    ran
}

/// A text in one line.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn clean(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("sandbox") {
            clean(&path);
        } else if path.is_file() && !path.ends_with("token") {
            let text = std::fs::read(&path).unwrap();
            let text = String::from_utf8_lossy(&text);
            assert!(!text.contains("hunter2"), "{}", path.display());
        }
    }
}

#[test]
fn values_reach_the_store_and_are_found_nowhere_else() {
    let place = place();
    let apply = ["apply", "--sandbox", "--yes", "--json"];
    run(&place, Some(ONE), &apply).expect(0);
    let plan = ["plan", "--sandbox", "--detailed-exitcode"];
    run(&place, Some(ONE), &plan).expect(0);
    let changed = run(&place, Some(TWO), &plan).expect(2);
    assert!(
        changed.out.contains("another → as declared"),
        "{}",
        changed.out
    );
    run(&place, Some(TWO), &["plan", "--sandbox", "--out", "p.json"]).expect(0);
    // The value of the plan is gone, so that it is not what would be done.
    let refused = run(&place, None, &["apply", "p.json", "--sandbox"]).expect(1);
    assert!(
        flat(&refused.err).contains("DATABASE_URL is not set"),
        "{}",
        refused.err
    );
    run(&place, Some(TWO), &["apply", "p.json", "--sandbox"]).expect(0);
    run(&place, Some(TWO), &plan).expect(0);
    // Back to a value that the store has seen before.
    run(&place, Some(ONE), &apply).expect(0);
    run(&place, Some(ONE), &plan).expect(0);
    run(&place, Some(TWO), &["drift", "--sandbox"]).expect(2);
}

#[test]
fn what_is_not_at_hand_is_kept_and_cannot_be_made() {
    let place = place();
    let apply = ["apply", "--sandbox", "--yes"];
    let plan = ["plan", "--sandbox", "--detailed-exitcode"];
    let planned = run(&place, None, &plan).expect(2);
    assert!(
        flat(&planned.out).contains("not at hand"),
        "{}",
        planned.out
    );
    let failed = run(&place, None, &apply).expect(1);
    assert!(
        flat(&failed.err).contains("secret.database-url cannot be made: DATABASE_URL is not set"),
        "{}",
        failed.err
    );
    assert!(place.objects().is_empty(), "something was made before");
    run(&place, Some(ONE), &apply).expect(0);
    let kept = run(&place, None, &plan).expect(0);
    assert!(kept.out.contains("No changes"), "{}", kept.out);
}

#[test]
fn a_deleted_secret_comes_back_with_the_value_at_hand() {
    let place = place();
    let apply = ["apply", "--sandbox", "--yes"];
    run(&place, Some(ONE), &apply).expect(0);
    let destroyed = run(&place, None, &["destroy", "--sandbox", "--yes"]).expect(0);
    assert!(
        flat(&destroyed.out).contains("brought back until 2026-12-25"),
        "{}",
        destroyed.out
    );
    run(&place, Some(TWO), &apply).expect(0);
    run(
        &place,
        Some(TWO),
        &["plan", "--sandbox", "--detailed-exitcode"],
    )
    .expect(0);
}

#[test]
fn a_file_that_others_can_read_is_refused() {
    let place = place();
    let mode = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(place.file("token"), mode).unwrap();
    let refused = run(&place, Some(ONE), &["plan", "--sandbox"]).expect(1);
    assert!(flat(&refused.err).contains("chmod 600"), "{}", refused.err);
}
