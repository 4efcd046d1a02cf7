//! Every rule of removing: orphans, and everything.
#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::world::{World, id, needs, seen, unread, want};
use crate::model::{Observed, ResourceId, Sight, Status};
use crate::plan::{Goal, Reason, Verdict};

const X: &str = "net.x/one";
const Y: &str = "net.y/two";

fn orphan(kind: &str, name: &str, parent: Option<&str>) -> Observed {
    let mut live = seen(kind, name, &json!({}));
    live.parent = parent.map(id);
    live
}

fn protected(mut live: Observed) -> Observed {
    live.protect = true;
    live
}

fn destroy(mut world: World) -> World {
    world.0.goal = Goal::Destroy;
    world
}

fn parent(name: &str) -> Reason {
    Reason::ParentGoes { id: id(name) }
}

#[test]
fn orphans_go_unless_protected_or_unknown() {
    let world = World::new()
        .orphan(orphan("net", X, None))
        .orphan(protected(orphan("net", Y, None)))
        .orphan(orphan("star", "net.z/three", None));
    assert_eq!(
        world.verdict(X),
        (Verdict::Delete, vec![Reason::NotDeclared])
    );
    let reasons = vec![Reason::Protected, Reason::NotDeclared];
    assert_eq!(world.verdict(Y), (Verdict::Blocked, reasons));
    assert_eq!(world.decision(Y).desired, None);
    assert_eq!(world.verdict("net.z/three").0, Verdict::Blocked);
    let mut deleting = orphan("net", X, None);
    deleting.status = Status::Deleting {
        phase: "GOING".to_owned(),
    };
    let reasons = vec![
        Reason::NotDeclared,
        Reason::Unfinished {
            phase: "GOING".to_owned(),
        },
    ];
    assert_eq!(
        World::new().orphan(deleting).verdict(X),
        (Verdict::Delete, reasons)
    );
}

#[test]
fn a_switch_that_the_spec_has_no_word_for_protects_and_is_left_alone() {
    let guarded = || {
        let mut live = protected(orphan("net", X, None));
        live.fields.insert("protection".to_owned(), "off".into());
        live
    };
    let off = Reason::NotReady {
        reason: "off".to_owned(),
    };
    let reasons = vec![Reason::Protected, Reason::NotDeclared, off];
    let world = World::new().orphan(guarded());
    assert_eq!(world.verdict(X), (Verdict::Blocked, reasons));
    let wanted = want("net", X, &json!({}));
    let world = World::new().live(wanted, guarded());
    assert_eq!(world.verdict(X), (Verdict::Nothing, Vec::new()));
}

#[test]
fn two_orphans_of_one_id_are_named() {
    let mut other = orphan("net", X, None);
    other.physical = "another".to_owned();
    let world = World::new().orphan(orphan("net", X, None)).orphan(other);
    let physical = vec!["another".to_owned(), "live-net.x/one".to_owned()];
    assert_eq!(
        world.verdict(X),
        (Verdict::Blocked, vec![Reason::Twice { physical }])
    );
}

#[test]
fn children_that_die_with_their_parent_need_no_step() {
    let goes = |name: &str| {
        (
            Verdict::GoesWithParent,
            vec![Reason::NotDeclared, parent(name)],
        )
    };
    let child = |name: &str, parent: &str| orphan("child", name, Some(parent));
    // The names sort against the nesting.
    let world = World::new()
        .orphan(orphan("net", Y, None))
        .orphan(child("net.b/child", Y))
        .orphan(child("net.a/grandchild", "net.b/child"))
        .orphan(orphan("pool", "net.c/pool", Some(Y)))
        .orphan(child("net.d/lost", "net.none/such"));
    assert_eq!(world.verdict("net.b/child"), goes(Y));
    assert_eq!(world.verdict("net.a/grandchild"), goes("net.b/child"));
    assert_eq!(
        world.verdict("net.c/pool").0,
        Verdict::Delete,
        "it does not die with it"
    );
    assert_eq!(
        world.verdict("net.d/lost").0,
        Verdict::Delete,
        "nobody knows that parent"
    );
    let with_x = |world: World| world.orphan(child(Y, X)).verdict(Y).0;
    let x = || want("net", X, &json!({"range": "s"}));
    assert_eq!(
        with_x(World::new().there(x(), &json!({"range": "s"}))),
        Verdict::Delete
    );
    assert_eq!(
        with_x(World::new().there(x(), &json!({"range": "r"}))),
        Verdict::GoesWithParent
    );
    assert_eq!(with_x(World::new().absent(x())), Verdict::GoesWithParent);
    assert_eq!(with_x(World::new().unread(x())), Verdict::Delete);
}

#[test]
fn parts_of_a_protected_thing_stay_with_it() {
    let world = World::new()
        .orphan(protected(orphan("net", "cluster.x/cluster", None)))
        .orphan(orphan("net", "cluster.x/role", None))
        .orphan(orphan("pool", "cluster.x.pool.web/pool", None))
        .orphan(orphan("child", "other.y/child", Some("cluster.x/cluster")))
        .orphan(orphan("net", "cluster.xy/role", None));
    let stays = (
        Verdict::Blocked,
        vec![needs("cluster.x/cluster"), Reason::NotDeclared],
    );
    assert_eq!(world.verdict("cluster.x/role"), stays);
    assert_eq!(world.verdict("cluster.x.pool.web/pool"), stays);
    assert_eq!(world.verdict("other.y/child"), stays);
    assert_eq!(world.verdict("cluster.xy/role").0, Verdict::Delete);
}

#[test]
fn a_pool_of_a_protected_cluster_can_be_removed_but_not_by_destroy() {
    let mut cluster = want("net", "cluster.x/cluster", &json!({}));
    cluster.protect = true;
    let live = protected(seen("net", "cluster.x/cluster", &json!({})));
    let pool = orphan("pool", "cluster.x.pool.web/pool", Some("cluster.x/cluster"));
    let declared = || {
        World::new()
            .live(cluster.clone(), live.clone())
            .orphan(pool.clone())
    };
    assert_eq!(
        declared().verdict("cluster.x.pool.web/pool").0,
        Verdict::Delete
    );
    // Unless all is to go.
    let all = destroy(declared());
    assert_eq!(
        all.verdict("cluster.x/cluster"),
        (Verdict::Blocked, vec![Reason::Protected, Reason::Destroy])
    );
    let stays = vec![needs("cluster.x/cluster"), Reason::Destroy];
    assert_eq!(
        all.verdict("cluster.x.pool.web/pool"),
        (Verdict::Blocked, stays)
    );
}

#[test]
fn destroy_removes_what_is_there() {
    let wanted = |name: &str| want("net", name, &json!({"size": 1}));
    let mut child = want("child", "net.x/child", &json!({}));
    child.parent = Some(id(X));
    let world = destroy(
        World::new()
            .there(wanted(X), &json!({"size": 9}))
            .there(child, &json!({}))
            .absent(wanted("net.x/absent"))
            .unread(wanted("net.x/unread"))
            .orphan(orphan("net", Y, None)),
    );
    assert_eq!(world.verdict(X), (Verdict::Delete, vec![Reason::Destroy]));
    assert!(world.decision(X).fields.is_empty());
    let reasons = vec![Reason::Destroy, parent(X)];
    assert_eq!(
        world.verdict("net.x/child"),
        (Verdict::GoesWithParent, reasons)
    );
    assert_eq!(world.verdict("net.x/absent"), (Verdict::Nothing, vec![]));
    assert_eq!(
        world.verdict("net.x/unread"),
        (Verdict::Blocked, vec![unread("denied")])
    );
    assert_eq!(world.verdict(Y), (Verdict::Delete, vec![Reason::Destroy]));
    assert!(world.decide().notes.is_empty());
}

#[test]
fn destroy_leaves_what_is_not_ours_and_what_cannot_be_told() {
    let wanted = want("net", X, &json!({}));
    let clash = Sight::Clash {
        physical: "their-net".to_owned(),
        owner: Some("shop-b".to_owned()),
    };
    let world = destroy(World::new().with(wanted.clone(), clash));
    assert_eq!(world.verdict(X), (Verdict::Nothing, vec![]));
    let notes = world.decide().notes;
    assert_eq!(notes[0].code, "foreign-name");
    assert!(notes[0].message.contains("their-net"));
    let physical = vec!["a".to_owned(), "b".to_owned()];
    let twice = Sight::Twice {
        physical: physical.clone(),
        objects: Vec::new(),
    };
    let world = destroy(World::new().with(wanted.clone(), twice));
    assert_eq!(
        world.verdict(X),
        (Verdict::Blocked, vec![Reason::Twice { physical }])
    );
    let mut world = destroy(World::new().absent(wanted.clone()));
    world.0.sights.clear();
    assert_eq!(
        world.verdict(X),
        (Verdict::Blocked, vec![unread("not read")])
    );
    // Wanted without protection, but still marked.
    let world = World::new().live(wanted, protected(orphan("net", X, None)));
    let blocked = (Verdict::Blocked, vec![Reason::Protected, Reason::Destroy]);
    assert_eq!(destroy(world).verdict(X), blocked);
}

#[test]
fn destroy_says_nothing_of_better_choices() {
    let zone = super::world::choice(&[("a", Some(1_000)), ("b", Some(9_000))], false, None);
    let world = World::new().there(
        want("net", X, &json!({"zone": zone})),
        &json!({"zone": "b"}),
    );
    assert_eq!(world.decide().notes.len(), 1);
    assert!(destroy(world).decide().notes.is_empty());
}

#[test]
fn children_that_are_not_ours_are_noted_where_their_parent_changes() {
    let notes = |live_range: &str, size: i64, world: fn(World) -> World| {
        let mut live = seen("net", X, &json!({"range": live_range, "size": size}));
        live.foreign = vec!["rtb-2".to_owned(), "rtb-1".to_owned()];
        let wanted = want("net", X, &json!({"range": "r", "size": 1}));
        world(World::new().live(wanted, live)).decide().notes
    };
    let as_it_is: fn(World) -> World = |world| world;
    assert!(notes("r", 1, as_it_is).is_empty());
    for found in [
        notes("r", 2, as_it_is),
        notes("s", 1, as_it_is),
        notes("r", 1, destroy),
    ] {
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].code, "foreign-child");
        assert!(found[0].message.contains("rtb-1, rtb-2"));
        assert_eq!(found[0].address.as_deref(), Some(X));
    }
}

#[test]
fn parents_in_a_circle_end() {
    let world = World::new()
        .orphan(orphan("child", X, Some(Y)))
        .orphan(orphan("child", Y, Some(X)));
    let decided = world.decide();
    let ids: Vec<&ResourceId> = decided.decisions.keys().collect();
    assert_eq!(ids, [&id(X), &id(Y)]);
    assert!(
        decided
            .decisions
            .values()
            .any(|one| one.verdict == Verdict::Delete)
    );
}
