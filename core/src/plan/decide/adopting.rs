//! Every rule of taking over what somebody else made.
#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::{Value as Json, json};

use super::tests::update;
use super::world::{World, needs, seen, want};
use crate::model::{Adopt, Open, Otherwise, Resource, Sight};
use crate::plan::{Goal, Inputs, Reason, Verdict, not_there};

const X: &str = "net.x/one";
const Y: &str = "net.y/one";

fn wanted(fields: &Json, otherwise: Otherwise) -> Resource<Open> {
    let mut wanted = want("net", X, fields);
    let root = "vpc-1".to_owned();
    wanted.adopt = Some(Adopt { root, otherwise });
    wanted
}

fn foreign(fields: &Json) -> World {
    let live = seen("net", X, &json!({"size": 1, "range": "r"}));
    let wanted = wanted(fields, Otherwise::Leave);
    World::new().with(wanted, Sight::Adoptable(Box::new(live)))
}

fn takes() -> Reason {
    Reason::Adopts {
        physical: format!("live-{X}"),
    }
}

fn refuse() -> Otherwise {
    Otherwise::Refuse {
        advice: "name another".to_owned(),
    }
}

#[test]
fn what_is_asked_for_is_marked_and_then_changed() {
    let same = foreign(&json!({"size": 1, "range": "r"}));
    let groups = Vec::new();
    assert_eq!(same.verdict(X), (Verdict::Adopt { groups }, vec![takes()]));
    let other = foreign(&json!({"size": 2}));
    let Verdict::Update { groups } = update(&[&["size"]]) else {
        panic!("an update");
    };
    let (verdict, reasons) = other.verdict(X);
    assert_eq!(verdict, Verdict::Adopt { groups });
    assert_eq!(reasons[0], takes());
}

#[test]
fn it_is_never_made_anew_not_even_later() {
    let wanted_fields = json!({"range": "s"});
    let first = foreign(&wanted_fields);
    let later = World::new().there(
        wanted(&wanted_fields, Otherwise::Leave),
        &json!({"range": "r"}),
    );
    for world in [first, later] {
        let (verdict, reasons) = world.verdict(X);
        assert_eq!(verdict, Verdict::Blocked);
        assert!(reasons.contains(&Reason::Adopted), "{reasons:?}");
    }
}

#[test]
fn what_is_not_there_is_made_left_out_or_refused() {
    let absent = |otherwise| {
        let user = want("net", Y, &json!({"uses": format!("@{X}#id")}));
        World::new()
            .absent(wanted(&json!({"size": 1}), otherwise))
            .absent(user)
    };
    let made = absent(Otherwise::Create);
    assert_eq!(made.verdict(X).0, Verdict::Create);
    assert_eq!(made.verdict(Y).0, Verdict::Create);
    let left = absent(Otherwise::Leave);
    assert_eq!(left.verdict(X).0, Verdict::Nothing);
    // What needs it cannot be.
    assert_eq!(left.verdict(Y), (Verdict::Blocked, vec![needs(X)]));
    let refused = absent(refuse());
    let (verdict, reasons) = refused.verdict(X);
    assert_eq!(verdict, Verdict::Blocked);
    assert!(matches!(&reasons[0], Reason::Refused { advice, .. } if advice == "name another"));
}

#[test]
fn a_word_that_names_nothing_is_told_once_a_block_and_not_on_destroy() {
    let mut inputs: Inputs = World::new().absent(wanted(&json!({}), refuse())).0;
    let told = not_there(&inputs);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0.as_str(), "net.x");
    inputs.goal = Goal::Destroy;
    assert!(not_there(&inputs).is_empty());
}

#[test]
fn what_was_not_adopted_yet_outlives_a_destroy() {
    let mut world = foreign(&json!({"size": 1}));
    world.0.goal = Goal::Destroy;
    let decided = world.decide();
    assert!(
        decided
            .decisions
            .values()
            .all(|one| one.verdict == Verdict::Nothing)
    );
    assert_eq!(decided.notes[0].code, "foreign-name");
}
