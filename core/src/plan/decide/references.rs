//! Every rule of deciding about what refers to others, or lives in them.
#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::tests::{cannot, differs, update};
use super::world::{World, id, needs, want};
use crate::plan::{Reason, Verdict};

const X: &str = "net.x/one";
const Y: &str = "net.y/two";

#[test]
fn references_to_what_stays_are_compared_as_values() {
    let refers = || {
        want(
            "net",
            Y,
            &json!({"base": "@net.x/one#id", "uses": "@net.x/one#version"}),
        )
    };
    let same = json!({"base": "live-net.x/one", "uses": "7"});
    let x = || want("net", X, &json!({"size": 1, "range": "r"}));
    let there = |x_live: &serde_json::Value, y_live: &serde_json::Value| {
        World::new().there(x(), x_live).there(refers(), y_live)
    };
    let still = json!({"size": 1, "range": "r"});
    assert_eq!(there(&still, &same).verdict(Y).0, Verdict::Nothing);
    // The plan keeps the references.
    let kept = there(&still, &same).decision(Y).desired.unwrap();
    assert_eq!(kept.referenced(), [id(X), id(X)]);
    let moved = json!({"base": "elsewhere", "uses": "7"});
    assert_eq!(
        there(&still, &moved).verdict(Y),
        (Verdict::Replace, vec![cannot(&["base"])])
    );
    // A volatile output may move with an update, so it counts as different; others hold.
    let updated = there(&json!({"size": 2, "range": "r"}), &same);
    assert_eq!(updated.verdict(X).0, update(&[&["size"]]));
    assert_eq!(updated.verdict(Y).0, update(&[&["uses"]]));
    assert!(
        updated.decision(Y).fields[0]
            .after
            .to_json()
            .get("$ref")
            .is_some()
    );
}

#[test]
fn a_volatile_output_moves_with_its_own_fields_only() {
    let x = want("net", X, &json!({"size": 1, "tags": {"team": "web"}}));
    let y = want("net", Y, &json!({"uses": "@net.x/one#version"}));
    let world = World::new()
        .there(x, &json!({"size": 1, "tags": {"team": "ops"}}))
        .there(y, &json!({"uses": "7"}));
    assert_eq!(world.verdict(X).0, update(&[&["tags"]]));
    assert_eq!(world.verdict(Y).0, Verdict::Nothing);
}

#[test]
fn what_stands_on_a_replaced_object_goes_with_it() {
    let x = || want("net", X, &json!({"range": "s"}));
    let with_y = |field: &str| {
        World::new().there(x(), &json!({"range": "r"})).there(
            want("net", Y, &json!({field: "@net.x/one#id"})),
            &json!({field: "live-net.x/one"}),
        )
    };
    let replaced = Reason::ReplacedWith { id: id(X) };
    assert_eq!(
        with_y("base").verdict(Y),
        (Verdict::Replace, vec![replaced.clone()])
    );
    assert_eq!(
        with_y("uses").verdict(Y),
        (update(&[&["uses"]]), vec![differs(&["uses"]), replaced])
    );
    // The same when it must be made because somebody removed it.
    let made = World::new().absent(x()).there(
        want("net", Y, &json!({"base": "@net.x/one#id"})),
        &json!({"base": "live-net.x/one"}),
    );
    assert_eq!(made.verdict(Y), (Verdict::Replace, vec![cannot(&["base"])]));
}

#[test]
fn children_go_with_a_replaced_parent() {
    let mut child = want("child", Y, &json!({}));
    child.parent = Some(id(X));
    let goes = vec![Reason::ParentGoes { id: id(X) }];
    let replaced = World::new()
        .there(
            want("net", X, &json!({"range": "s"})),
            &json!({"range": "r"}),
        )
        .there(child.clone(), &json!({}));
    assert_eq!(replaced.verdict(Y), (Verdict::Replace, goes.clone()));
    let made = World::new()
        .absent(want("net", X, &json!({})))
        .there(child.clone(), &json!({}));
    assert_eq!(made.verdict(Y), (Verdict::Replace, goes));
    // A blocked parent takes no new child, also when it is there; a child that is there stays.
    let refused = || World::new().there(want("net", X, &json!({"fixed": 2})), &json!({"fixed": 1}));
    let world = refused().absent(child.clone());
    assert_eq!(world.verdict(Y), (Verdict::Blocked, vec![needs(X)]));
    assert_eq!(
        refused().there(child, &json!({})).verdict(Y).0,
        Verdict::Nothing
    );
}

#[test]
fn needs_that_cannot_be_met_block_all_that_follows() {
    let base = |name: &str, on: &str| want("net", name, &json!({"base": format!("@{on}#id")}));
    let world = World::new()
        .unread(want("net", X, &json!({})))
        .absent(base(Y, X))
        .absent(base("net.z/three", Y));
    assert_eq!(world.verdict(Y), (Verdict::Blocked, vec![needs(X)]));
    assert_eq!(
        world.verdict("net.z/three"),
        (Verdict::Blocked, vec![needs(Y)])
    );
    // What is there and cannot be compared is blocked; what only comes after is not, until it changes.
    let world = World::new()
        .unread(want("net", X, &json!({})))
        .there(base(Y, X), &json!({"base": "?"}));
    assert_eq!(world.verdict(Y), (Verdict::Blocked, vec![needs(X)]));
    let after = |size: i64| {
        let mut after = want("net", Y, &json!({"size": size}));
        after.after = vec![id(X)];
        World::new()
            .unread(want("net", X, &json!({})))
            .there(after, &json!({"size": 1}))
    };
    assert_eq!(after(1).verdict(Y).0, Verdict::Nothing);
    assert_eq!(
        after(2).verdict(Y),
        (Verdict::Blocked, vec![needs(X), differs(&["size"])])
    );
    // What is blocked but there can still be referred to.
    let world = World::new()
        .there(want("net", X, &json!({"fixed": 2})), &json!({"fixed": 1}))
        .absent(base(Y, X));
    assert_eq!(world.verdict(Y).0, Verdict::Create);
    let world = World::new().absent(base(Y, "net.none/such"));
    assert_eq!(
        world.verdict(Y),
        (Verdict::Blocked, vec![needs("net.none/such")])
    );
}

#[test]
fn cycles_are_blocked_and_end() {
    let on = |name: &str, other: &str| want("net", name, &json!({"base": format!("@{other}#id")}));
    let world = World::new()
        .absent(on("net.a/1", "net.b/1"))
        .absent(on("net.b/1", "net.c/1"))
        .there(on("net.c/1", "net.a/1"), &json!({}))
        .absent(on("net.d/1", "net.a/1"))
        .absent(on("net.e/1", "net.e/1"))
        .absent(want("net", "net.f/1", &json!({})));
    let blocked = |name: &str, by: &str| {
        assert_eq!(
            world.verdict(name),
            (Verdict::Blocked, vec![needs(by)]),
            "{name}"
        );
    };
    blocked("net.a/1", "net.b/1");
    blocked("net.b/1", "net.c/1");
    blocked("net.c/1", "net.a/1");
    blocked("net.d/1", "net.a/1");
    blocked("net.e/1", "net.e/1");
    assert_eq!(world.verdict("net.f/1").0, Verdict::Create);
}
