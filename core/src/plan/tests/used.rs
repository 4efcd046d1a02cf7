//! What a claim says of services, and which lists are missed because of it.

use std::collections::BTreeMap;

use super::toy::{decided, decision, id, inputs, open, seen, want};
use crate::model::{Effect, FieldKind, Kind, Observed, Row, Sight, Value};
use crate::plan::{Inputs, Verdict, used};

const CLAIM: &str = "stack.shop/claim";

fn uses<H>(names: &[&str]) -> Value<H> {
    let yes = |name: &&str| ((*name).to_owned(), Value::text("yes"));
    Value::Map(names.iter().map(yes).collect())
}

fn claim(names: &[&str]) -> Observed {
    let mut live = seen("toy.claim", CLAIM, &[]);
    live.fields.insert("uses".to_owned(), uses(names));
    live
}

/// A stack with a claim and a ship, in which the lists of `sea` and `air` were denied.
fn world(live: Option<Observed>) -> Inputs {
    let mut wanted = want("toy.claim", CLAIM, &[]);
    wanted.fields.insert("uses".to_owned(), uses(&["toy"]));
    let verdict = match live {
        Some(_) => Verdict::Keep,
        None => Verdict::Create,
    };
    let mut inputs = inputs(&decided([decision(Some(wanted), live, verdict)]));
    let rows = &mut inputs.tables.get_mut(&Kind::new("toy.claim")).unwrap().rows;
    let kind = FieldKind::Map { owned_only: true };
    rows.push(Row::new("uses", kind, Effect::InPlace, "services"));
    inputs
        .resources
        .push(open(&want("sea.ship", "fleet.a/ship", &[])));
    let denied = ["sea.ship", "air.plane"].map(|kind| (kind.to_owned(), "denied".to_owned()));
    inputs.unread = BTreeMap::from(denied);
    inputs
}

fn after(mut inputs: Inputs) -> Inputs {
    used(&mut inputs);
    inputs
}

fn unread(inputs: &Inputs) -> Vec<&str> {
    inputs.unread.keys().map(String::as_str).collect()
}

fn names(inputs: &Inputs) -> Vec<&str> {
    match inputs.resources[0].fields.get("uses") {
        Some(Value::Map(names)) => names.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn what_neither_file_nor_claim_names_is_not_missed() {
    for live in [None, Some(claim(&["toy", "sea"]))] {
        let inputs = after(world(live));
        assert_eq!(unread(&inputs), ["sea.ship"]);
        assert_eq!(names(&inputs), ["sea", "toy"]);
    }
}

#[test]
fn what_was_used_once_is_missed_for_ever() {
    let inputs = after(world(Some(claim(&["toy", "air"]))));
    assert_eq!(unread(&inputs), ["air.plane", "sea.ship"]);
}

#[test]
fn the_first_object_of_a_service_is_made_after_the_claim() {
    let mut world = world(None);
    world
        .resources
        .push(open(&want("toy.net", "net.a/net", &[])));
    world
        .resources
        .push(open(&want("sea.port", "fleet.a/port", &["fleet.a/ship"])));
    let mut last = want("sea.flag", "fleet.a/flag", &[]);
    last.after.push(id(CLAIM));
    world.resources.push(open(&last));
    let inputs = after(world);
    let after: Vec<usize> = inputs.resources.iter().map(|one| one.after.len()).collect();
    // The ship; not what every claim names; not the port, whose ship is; and what was after it is so once.
    assert_eq!(after, [0, 1, 0, 0, 1]);
}

#[test]
fn a_claim_of_old_learns_only_when_all_is_known() {
    let inputs = after(world(Some(claim(&[]))));
    assert_eq!(unread(&inputs), ["air.plane", "sea.ship"]);
    assert_eq!(names(&inputs), [""; 0]);
    let mut known = world(Some(claim(&[])));
    known.unread.clear();
    known.orphans.push(seen("air.plane", "fleet.b/plane", &[]));
    assert_eq!(names(&after(known)), ["air", "sea", "toy"]);
}

#[test]
fn a_claim_that_cannot_be_read_says_nothing() {
    let mut world = world(None);
    let reason = "denied".to_owned();
    world.sights.insert(id(CLAIM), Sight::Unknown { reason });
    assert_eq!(unread(&after(world)), ["air.plane", "sea.ship"]);
}

#[test]
fn of_a_file_without_a_claim_only_the_one_that_stands_is_believed() {
    let mut without = world(None);
    without.resources.remove(0);
    assert_eq!(unread(&after(without.clone())), ["air.plane", "sea.ship"]);
    without.orphans.push(claim(&["toy", "sea"]));
    assert_eq!(unread(&after(without)), ["sea.ship"]);
}
