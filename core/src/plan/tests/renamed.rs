//! Blocks that were renamed.

use super::toy::{create, decision, delete, id, plan, seen, update, want};
use crate::model::{Observed, Pending, Resource, Value};
use crate::plan::{Decision, PlanFile, RENAMED, Verdict};

fn wanted(name: &str, range: &str) -> Resource<Pending> {
    let mut wanted = want("toy.cluster", name, &[]);
    wanted.fields.insert("range".to_owned(), Value::text(range));
    wanted
}

fn live(name: &str, range: &str) -> Observed {
    let mut live = seen("toy.cluster", name, &[]);
    live.fields.insert("range".to_owned(), Value::text(range));
    live
}

/// Something that stays, so that the file has to do with the stack.
fn calm() -> Decision {
    let stays = (
        want("toy.net", "n.a/vpc", &[]),
        seen("toy.net", "n.a/vpc", &[]),
    );
    decision(Some(stays.0), Some(stays.1), Verdict::Nothing)
}

fn names(plan: &PlanFile) -> Vec<&str> {
    let renamed = plan.plan.notes.iter().filter(|note| note.code == RENAMED);
    renamed.filter_map(|note| note.address.as_deref()).collect()
}

#[test]
fn a_block_under_a_new_name_is_told() {
    let told = plan([
        calm(),
        delete(live("c.old/cluster", "shop-old")),
        create(wanted("c.new/cluster", "shop-new")),
    ]);
    assert_eq!(names(&told), ["c.new"]);
    let note = told.plan.notes.iter().find(|note| note.code == RENAMED);
    let message = &note.unwrap().message;
    assert!(message.contains("put the name c.old back"), "{message}");
}

#[test]
fn another_shape_part_or_place_is_another_block() {
    let pairs: [(Decision, Decision); 4] = [
        (
            delete(live("c.old/cluster", "a")),
            create(wanted("c.new/cluster", "b")),
        ),
        (
            delete(live("c.old/cluster", "a")),
            create(wanted("c.new/other", "a")),
        ),
        (
            delete(live("c.old/cluster", "a")),
            create(wanted("d.new/cluster", "a")),
        ),
        (
            delete(live("c.old.pool.web/pool", "a")),
            create(wanted("c.new.pool.web/pool", "a")),
        ),
    ];
    for (gone, new) in pairs {
        assert!(names(&plan([calm(), gone, new])).is_empty());
    }
}

#[test]
fn a_block_that_stays_in_part_was_not_renamed() {
    let stays = update(
        wanted("c.new/more", "a"),
        live("c.new/more", "a"),
        &[&["size"]],
    );
    assert_eq!(stays.id, id("c.new/more"));
    assert!(matches!(stays.verdict, Verdict::Update { .. }));
    let told = plan([
        delete(live("c.old/cluster", "a")),
        create(wanted("c.new/cluster", "a")),
        stays,
    ]);
    assert!(names(&told).is_empty());
}
