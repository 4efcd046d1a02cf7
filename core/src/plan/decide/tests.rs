//! Every rule of deciding about what is wanted, one by one.
#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::world::{World, changing, seen, unread, want};
use crate::model::{Observed, Sight, Status, Value};
use crate::plan::{Reason, ShownEffect, Verdict};

const X: &str = "net.x/one";

pub(super) fn cannot(fields: &[&str]) -> Reason {
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    Reason::CannotChange { fields }
}

pub(super) fn differs(fields: &[&str]) -> Reason {
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    Reason::Differs { fields }
}

pub(super) fn update(groups: &[&[&str]]) -> Verdict {
    let group = |group: &&[&str]| group.iter().map(|field| (*field).to_owned()).collect();
    Verdict::Update {
        groups: groups.iter().map(group).collect(),
    }
}

fn with(change: impl FnOnce(&mut Observed)) -> Observed {
    let mut live = seen("net", X, &json!({"size": 1, "range": "r"}));
    change(&mut live);
    live
}

#[test]
fn what_is_there_as_wanted_is_left_alone() {
    let world = World::new().there(
        want("net", X, &json!({"size": 1, "once": 5, "range": null})),
        &json!({"size": 1}),
    );
    assert_eq!(world.verdict(X), (Verdict::Nothing, vec![]));
}

#[test]
fn what_is_not_there_is_made_with_all_its_fields() {
    let world = World::new().absent(want(
        "net",
        X,
        &json!({"size": 1, "secret": "s", "range": null}),
    ));
    let decision = world.decision(X);
    assert_eq!(
        (decision.verdict, decision.reasons),
        (Verdict::Create, vec![Reason::NotThere])
    );
    let fields: Vec<_> = decision
        .fields
        .iter()
        .map(|one| (one.path.as_str(), one.after.clone()))
        .collect();
    assert_eq!(
        fields,
        [
            ("size", Value::Int(1)),
            ("secret", Value::text("(sensitive)"))
        ]
    );
}

#[test]
fn fields_are_updated_group_by_group_in_the_order_of_rows() {
    let wanted = json!({"tags": {"team": "web"}, "image": "b", "uses": 2, "size": 2});
    let world = World::new().there(
        want("net", X, &wanted),
        &json!({"image": "a", "uses": 1, "size": 1}),
    );
    let decision = world.decision(X);
    assert_eq!(
        decision.verdict,
        update(&[&["size", "image"], &["uses", "tags"]])
    );
    assert_eq!(
        decision.reasons,
        [differs(&["size", "uses", "image", "tags"])]
    );
    let paths: Vec<_> = decision
        .fields
        .iter()
        .map(|one| (one.path.as_str(), one.effect))
        .collect();
    assert_eq!(
        paths,
        [
            ("size", ShownEffect::InPlace),
            ("uses", ShownEffect::InPlace),
            ("image", ShownEffect::Rolling),
            ("tags.team", ShownEffect::InPlace),
        ]
    );
}

#[test]
fn what_cannot_change_is_made_anew_unless_protected() {
    let wanted = || want("net", X, &json!({"range": "s", "size": 2}));
    let world = World::new().live(wanted(), with(|_| {}));
    assert_eq!(
        world.verdict(X),
        (Verdict::Replace, vec![cannot(&["range"])])
    );
    let blocked = (
        Verdict::Blocked,
        vec![Reason::Protected, cannot(&["range"])],
    );
    let world = World::new().live(wanted(), with(|live| live.protect = true));
    assert_eq!(world.verdict(X), blocked);
    let mut protected = wanted();
    protected.protect = true;
    let world = World::new().live(protected, with(|_| {}));
    assert_eq!(world.verdict(X), blocked);
}

#[test]
fn refused_changes_block_with_advice() {
    let wanted = json!({"fixed": 2, "range": "s"});
    let world = World::new().there(want("net", X, &wanted), &json!({"fixed": 1, "range": "r"}));
    let refused = Reason::Refused {
        field: "fixed".to_owned(),
        advice: "leave it".to_owned(),
    };
    assert_eq!(world.verdict(X), (Verdict::Blocked, vec![refused]));
    assert_eq!(world.decision(X).fields.len(), 2);
}

#[test]
fn protection_is_a_mark_that_goes_with_the_tags() {
    let mut protected = want("net", X, &json!({"size": 1}));
    protected.protect = true;
    let world = World::new().live(protected.clone(), with(|_| {}));
    let decision = world.decision(X);
    assert_eq!(decision.verdict, update(&[&["tags"]]));
    assert_eq!(decision.fields[0].path, "protect");
    let both = want("net", X, &json!({"size": 1, "tags": {"team": "web"}}));
    let world = World::new().live(both, with(|live| live.protect = true));
    let decision = world.decision(X);
    assert_eq!(decision.verdict, update(&[&["tags"]]));
    let paths: Vec<_> = decision
        .fields
        .iter()
        .map(|one| one.path.as_str())
        .collect();
    assert_eq!(paths, ["tags.team", "protect"]);
    let world = World::new().live(protected, with(|live| live.protect = true));
    assert_eq!(world.verdict(X).0, Verdict::Nothing);
}

#[test]
fn what_cannot_be_told_is_blocked() {
    let wanted = || want("net", X, &json!({}));
    let world = World::new().unread(wanted());
    assert_eq!(world.verdict(X), (Verdict::Blocked, vec![unread("denied")]));
    let mut world = World::new().absent(wanted());
    world.0.sights.clear();
    assert_eq!(
        world.verdict(X),
        (Verdict::Blocked, vec![unread("not read")])
    );
    let physical = "their-net".to_owned();
    let clash = Sight::Clash {
        physical: physical.clone(),
        owner: Some("stack b".to_owned()),
    };
    let world = World::new().with(wanted(), clash);
    let note = &world.decide().notes[0];
    assert_eq!(note.code, "name-taken");
    assert!(note.message.contains("stack b"));
    assert_eq!(
        world.verdict(X),
        (Verdict::Blocked, vec![Reason::NameTaken { physical }])
    );
    let world = World::new().absent(want("star", X, &json!({})));
    let (verdict, reasons) = world.verdict(X);
    assert_eq!(verdict, Verdict::Blocked);
    assert!(
        matches!(&reasons[..], [Reason::Unread { reason }] if reason.contains("no provider here knows kind `star`"))
    );
}

#[test]
fn two_objects_of_one_id_are_named() {
    let twice = |physical: &[&str]| {
        let physical = physical.iter().map(|one| (*one).to_owned()).collect();
        (Verdict::Blocked, vec![Reason::Twice { physical }])
    };
    let other = || {
        let mut live = seen("net", X, &json!({}));
        live.physical = "another".to_owned();
        live
    };
    let wanted = || want("net", X, &json!({}));
    let sight = Sight::Twice {
        physical: vec!["b".to_owned(), "a".to_owned()],
        objects: Vec::new(),
    };
    let world = World::new().with(wanted(), sight).orphan(other());
    assert_eq!(world.verdict(X), twice(&["a", "another", "b"]));
    let world = World::new().there(wanted(), &json!({})).orphan(other());
    assert_eq!(world.verdict(X), twice(&["another", "live-net.x/one"]));
    let world = World::new().absent(wanted()).orphan(other());
    assert_eq!(world.verdict(X), twice(&["another"]));
    // The same object met twice is one object.
    let world = World::new()
        .there(wanted(), &json!({}))
        .orphan(seen("net", X, &json!({})));
    assert_eq!(world.verdict(X).0, Verdict::Nothing);
}

/// Verdict and reasons of `net.x/one`, live with size 1 and range r, in a state.
fn in_state(wanted: &serde_json::Value, status: Status, protect: bool) -> (Verdict, Vec<Reason>) {
    let live = with(|live| {
        live.status = status;
        live.protect = protect;
    });
    let mut wanted = want("net", X, wanted);
    wanted.protect = protect;
    World::new().live(wanted, live).verdict(X)
}

fn unfinished() -> Reason {
    Reason::Unfinished {
        phase: "BUSY".to_owned(),
    }
}

#[test]
fn what_is_changing_is_waited_for_or_changed_after() {
    let run = |wanted: &serde_json::Value| in_state(wanted, changing("BUSY"), false);
    let same = run(&json!({"size": 1}));
    assert_eq!(same, (Verdict::Wait, vec![unfinished()]));
    let (verdict, reasons) = run(&json!({"size": 2}));
    assert_eq!(verdict, update(&[&["size"]]));
    assert_eq!(reasons, [differs(&["size"]), unfinished()]);
    let anew = vec![cannot(&["range"]), unfinished()];
    assert_eq!(run(&json!({"range": "s"})), (Verdict::Replace, anew));
}

#[test]
fn what_is_on_its_way_out_is_made_anew_even_when_protected() {
    for protect in [false, true] {
        let phase = "BUSY".to_owned();
        let found = in_state(&json!({"size": 1}), Status::Deleting { phase }, protect);
        assert_eq!(found, (Verdict::Replace, vec![unfinished()]));
    }
}

#[test]
fn what_has_failed_is_made_anew_unless_protected() {
    let reason = "no room".to_owned();
    let failed = Status::Failed {
        reason: reason.clone(),
    };
    let because = Reason::FailedState { reason };
    let same = json!({"size": 1});
    let found = in_state(&same, failed.clone(), false);
    assert_eq!(found, (Verdict::Replace, vec![because.clone()]));
    let found = in_state(&same, failed, true);
    assert_eq!(found, (Verdict::Blocked, vec![Reason::Protected, because]));
}
