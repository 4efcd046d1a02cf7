//! Choices: kept, taken, noted.
#![allow(clippy::unwrap_used)]

use serde_json::{Value as Json, json};

use crate::model::Address;
use crate::plan::decide::world::{World, choice, fields_of, id, seen, want};

const AB: &[(&str, Option<u64>)] = &[("a", None), ("b", None)];

/// What is chosen for a field of `net.x/one` when `live` is there.
fn chosen(kind: &str, field: &str, wanted: &Json, live: Option<&Json>) -> Json {
    let resource = want(kind, "net.x/one", &json!({field: wanted}));
    let world = match live {
        Some(live) => World::new().there(resource, &json!({field: live})),
        None => World::new().absent(resource),
    };
    world.decision("net.x/one").desired.unwrap().fields[field].to_json()
}

#[test]
fn the_live_value_stays_while_it_is_acceptable() {
    let listed = choice(AB, false, None);
    assert_eq!(chosen("net", "zone", &listed, None), "a");
    assert_eq!(chosen("net", "zone", &listed, Some(&json!("b"))), "b");
    assert_eq!(chosen("net", "zone", &listed, Some(&json!("c"))), "a");
    assert_eq!(chosen("net", "zone", &listed, Some(&json!(null))), "a");
    let any = choice(AB, true, None);
    assert_eq!(chosen("net", "zone", &any, Some(&json!("c"))), "c");
    assert_eq!(chosen("net", "zone", &any, Some(&json!(null))), "a");
}

#[test]
fn choices_are_found_at_their_place() {
    let one = choice(AB, false, None);
    let nested = json!({"in": {"zone": one}, "list": [one]});
    let live = json!({"in": {"zone": "b"}, "list": ["b"]});
    assert_eq!(chosen("net", "spec", &nested, Some(&live)), live);
    // By key, whatever the order.
    let disks = json!([{"name": "x", "zone": one}, {"name": "y", "zone": one}]);
    let live = json!([{"name": "y", "zone": "b"}, {"name": "x", "zone": "a"}]);
    let found = chosen("net", "disks", &disks, Some(&live));
    assert_eq!(
        found,
        json!([{"name": "x", "zone": "a"}, {"name": "y", "zone": "b"}])
    );
    // In a set, the cloud's order means nothing, and what is wanted by name is no choice's.
    let types = json!(["b", one, choice(&[("c", None), ("d", None)], false, None)]);
    let found = chosen("net", "types", &types, Some(&json!(["d", "a", "b"])));
    assert_eq!(found, json!(["b", "a", "d"]));
}

fn zones(
    resources: &[&str],
    options: &[(&str, Option<u64>)],
    live: &[(&str, &str)],
) -> (Vec<String>, Vec<String>) {
    let mut world = World::new();
    for name in resources {
        let resource = want(
            "net",
            name,
            &json!({"zone": choice(options, true, Some("zones"))}),
        );
        let zone = live.iter().find(|(other, _)| other == name);
        world = match zone {
            Some((_, zone)) => world.there(resource, &json!({"zone": zone})),
            None => world.absent(resource),
        };
    }
    let decided = world.decide();
    let zone = |name: &&str| {
        let desired = decided.decisions[&id(name)].desired.as_ref().unwrap();
        desired.fields["zone"].as_text().unwrap().to_owned()
    };
    let codes = decided.notes.iter().map(|note| note.code.clone());
    (resources.iter().map(zone).collect(), codes.collect())
}

#[test]
fn members_of_a_group_differ_and_live_ones_take_first() {
    let names = ["net.x/1", "net.x/2", "net.x/3"];
    let abc = [("a", None), ("b", None), ("c", None)];
    assert_eq!(zones(&names, &abc, &[]).0, ["a", "b", "c"]);
    assert_eq!(zones(&names, &abc, &[("net.x/3", "a")]).0, ["b", "c", "a"]);
    // A live value outside of the list takes nothing from the others.
    assert_eq!(zones(&names, &abc, &[("net.x/2", "z")]).0, ["a", "z", "b"]);
    // Too few: one is used twice, and that is said.
    let (few, notes) = zones(&names, AB, &[]);
    assert_eq!(few, ["a", "b", "a"]);
    assert_eq!(notes, ["few-zones"]);
    // Two live ones that are the same stay where they are.
    let twins = [("net.x/1", "b"), ("net.x/2", "b")];
    assert_eq!(zones(&names[..2], &abc, &twins).0, ["b", "b"]);
}

#[test]
fn a_cheaper_option_is_noted_and_taken_when_asked_for() {
    let priced = choice(&[("a", Some(100_000)), ("b", Some(120_500))], false, None);
    let resource = want("net", "net.x/one", &json!({"zone": priced}));
    let mut world = World::new().there(resource, &json!({"zone": "b"}));
    let notes = world.decide().notes;
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0].code, "better-zone");
    // 20,500 micro-dollars × 730 = 14.965 dollars.
    let message = &notes[0].message;
    assert!(
        message.contains("a would also serve as zone instead of b"),
        "{message}"
    );
    assert!(message.contains("14.97 USD"), "{message}");
    assert!(message.contains("--rechoose net.x`"), "{message}");
    assert_eq!(notes[0].address.as_deref(), Some("net.x"));
    world.0.rechoose = vec![Address::new("net")];
    let decided = world.decide();
    assert_eq!(decided.notes.len(), 1);
    let reason = &decided.notes[0];
    assert_eq!(reason.code, "chosen-zone");
    let said = "a at $0.10 an hour is the cheapest zone that fits, before b at $0.1205";
    assert_eq!(reason.message, said);
    let desired = decided.decisions[&id("net.x/one")]
        .desired
        .as_ref()
        .unwrap();
    assert_eq!(desired.fields["zone"].as_text(), Some("a"));
    // Another address is not meant.
    world.0.rechoose = vec![Address::new("net.y")];
    assert_eq!(world.decide().notes.len(), 1);
}

#[test]
fn what_costs_the_same_or_more_or_is_taken_is_no_note() {
    let quiet = |options: &[(&str, Option<u64>)], distinct| {
        let wanted = json!({"zone": choice(options, true, distinct)});
        let world = World::new()
            .there(want("net", "net.x/1", &wanted), &json!({"zone": "b"}))
            .there(want("net", "net.x/2", &wanted), &json!({"zone": "a"}));
        world.decide().notes.len()
    };
    let cheaper = [("a", Some(1_000)), ("b", Some(2_000))];
    assert_eq!(quiet(&cheaper, Some("zones")), 0, "a is taken by the other");
    assert_eq!(quiet(&cheaper, None), 1);
    assert_eq!(quiet(&[("a", Some(2_000)), ("b", Some(2_000))], None), 0);
    assert_eq!(quiet(&[("a", Some(3_000)), ("b", Some(2_000))], None), 0);
    assert_eq!(quiet(&[("a", None), ("b", Some(2_000))], None), 0);
    assert_eq!(
        quiet(&[("a", Some(1_000))], None),
        0,
        "the price of b is not known"
    );
}

#[test]
fn names_of_replaced_objects_are_sticky() {
    let name = |kind: &str, live: Option<&str>| {
        let resource = want(kind, "pool.x/one", &json!({}));
        let world = match live {
            Some(name) => {
                let mut live = seen(kind, "pool.x/one", &json!({}));
                live.outputs = fields_of(&json!({"name": name}));
                World::new().live(resource, live)
            }
            None => World::new().absent(resource),
        };
        world.decision("pool.x/one").desired.unwrap().name.unwrap()
    };
    assert_eq!(
        name("pool", Some("pool-x-one-0a1b2c3d")),
        "pool-x-one-0a1b2c3d"
    );
    assert_eq!(name("pool", None), "pool-x-one");
    assert_eq!(
        name("net", Some("other")),
        "pool-x-one",
        "only where the new one comes first"
    );
}
