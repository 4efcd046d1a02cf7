//! Every ready spec in `plans/` can be made, is then as it says, and goes without a trace.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Place, ran};

#[test]
fn every_ready_spec_lives_in_the_sandbox() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../plans");
    let mut specs: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    specs.sort();
    assert!(specs.len() >= 2);
    for spec in specs {
        let place = Place::with(&std::fs::read_to_string(&spec).unwrap());
        // What the shop finds in its environment and in the account.
        place.foreign_secret("payments/live-key");
        let run = |args: &[&str]| {
            let mut command = place.command(args);
            ran(command
                .env("DATABASE_URL", "postgres://shop")
                .output()
                .unwrap())
            .expect(0)
        };
        run(&["apply", "--sandbox", "--yes"]);
        run(&["plan", "--sandbox", "--detailed-exitcode"]);
        run(&["destroy", "--sandbox", "--yes"]);
        let mut left = place.objects();
        left.retain(|object| object.kind != "secret");
        assert!(left.is_empty(), "{}: {left:?}", spec.display());
    }
}
