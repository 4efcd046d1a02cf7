//! Every ready spec in `plans/` can be made, is then as it says, and goes without a trace.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::Place;

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
        place.run(&["apply", "--sandbox", "--yes"]).expect(0);
        place
            .run(&["plan", "--sandbox", "--detailed-exitcode"])
            .expect(0);
        place.run(&["destroy", "--sandbox", "--yes"]).expect(0);
        assert!(
            place.objects().is_empty(),
            "{}: {:?}",
            spec.display(),
            place.objects()
        );
    }
}
