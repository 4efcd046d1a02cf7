//! Plan files: there and back, and everything that is wrong with them.

use super::toy::{create, plan, replace, seen, want};
use crate::plan::PlanFile;
use crate::plan::file::{FileError, decode, encode, is_plan};

fn sample() -> PlanFile {
    plan([
        create(want("toy.net", "n.a/vpc", &[])),
        replace(
            want("toy.pool", "p.a/pool", &["n.a/vpc"]),
            seen("toy.pool", "p.a/pool", &[]),
        ),
    ])
}

#[test]
fn there_and_back() {
    let text = encode(&sample());
    assert!(is_plan(text.as_bytes()));
    assert!(!is_plan(b"stack = \"provision-plan\""));
    assert_eq!(decode(text.as_bytes()).unwrap(), sample());
}

#[test]
fn any_changed_byte_is_noticed() {
    let text = encode(&sample()).into_bytes();
    for at in 0..text.len() {
        for mask in [0x01, 0x20, 0x2a, 0x80] {
            let mut changed = text.clone();
            changed[at] ^= mask;
            assert!(decode(&changed).is_err(), "byte {at} ^ {mask}");
        }
    }
}

#[test]
fn a_cut_file_says_where() {
    let text = encode(&sample());
    for at in 0..text.len() - 2 {
        let cut = decode(&text.as_bytes()[..at]);
        assert!(
            matches!(cut, Err(FileError::CutOff { .. })),
            "{at}: {cut:?}"
        );
    }
}

#[test]
fn errors_say_what_is_wrong() {
    let said = |text: &str| decode(text.as_bytes()).unwrap_err().to_string();
    assert!(said("stack = 1").starts_with("not a plan file: line 1, column 1"));
    assert!(said("{}").contains("`magic` is missing"));
    assert!(said("{\"magic\": \"other\"}").contains("is \"other\""));
    let newer = encode(&sample()).replace("\"format_version\": 1", "\"format_version\": 9");
    assert!(said(&newer).contains("has format 9"));
    let edited = encode(&sample()).replace("\"n\": 1", "\"n\": 7");
    assert_eq!(decode(edited.as_bytes()), Err(FileError::Integrity));
    assert!(matches!(
        decode(b"{\"magic\": \"\xff\"}"),
        Err(FileError::NotJson { .. })
    ));
}

#[test]
fn steps_must_be_executable() {
    let wrong = |change: fn(&mut PlanFile)| {
        let mut file = sample();
        change(&mut file);
        match decode(encode(&file).as_bytes()) {
            Err(FileError::Step { reason, .. }) => reason,
            other => panic!("{other:?}"),
        }
    };
    assert!(wrong(|file| file.plan.steps[0].after = vec![3]).contains("waits for step 3"));
    assert!(wrong(|file| file.plan.steps[1].n = 1).contains("after step 1"));
    assert!(wrong(|file| file.desired.clear()).contains("does not have"));
    assert!(wrong(|file| file.live.clear()).contains("does not have"));
    assert!(wrong(|file| file.contexts.clear()).contains("no context"));
    let kind = wrong(|file| file.plan.steps[0].kind = crate::model::Kind::new("toy.x"));
    assert!(kind.contains("is of kind"));
}
