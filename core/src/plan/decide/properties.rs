//! Properties of deciding, over random stacks.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::json;

use super::world::{World, applied, choice, id, seen, want};
use crate::model::{Open, Resource, Sight, Status, Value};
use crate::plan::{Goal, Verdict, decide};

const ZONES: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];

/// One declared object: its kind, a size, which earlier ones it refers to, and how it is seen.
#[derive(Clone, Debug)]
struct Thing {
    kind: usize,
    size: i64,
    base: Option<prop::sample::Index>,
    parent: Option<prop::sample::Index>,
    sight: u8,
    protect: bool,
}

fn things() -> impl Strategy<Value = Vec<Thing>> {
    let index = || prop::option::of(any::<prop::sample::Index>());
    let thing = (
        0..3_usize,
        0..2_i64,
        index(),
        index(),
        0..9_u8,
        prop::bool::weighted(0.2),
    );
    let thing = thing.prop_map(|(kind, size, base, parent, sight, protect)| Thing {
        kind,
        size,
        base,
        parent,
        sight,
        protect,
    });
    prop::collection::vec(thing, 1..12)
}

fn name(at: usize) -> String {
    // Order by name is not order by need.
    format!(
        "net.{}/part-{at:02}",
        char::from(b'a' + u8::try_from(at * 7 % 26).unwrap())
    )
}

fn resource(at: usize, thing: &Thing, options: &[(&str, Option<u64>)]) -> Resource<Open> {
    let kind = ["net", "pool", "child"][thing.kind];
    let mut fields = json!({"size": thing.size, "zone": choice(options, false, Some("zones")),
        "types": [choice(&[options[0], options[1]], true, None)]});
    if at > 0
        && let Some(base) = &thing.base
    {
        let (to, output) = (
            name(base.index(at)),
            if thing.size == 0 { "id" } else { "version" },
        );
        fields["base"] = json!(format!("@{to}#{output}"));
    }
    let mut resource = want(kind, &name(at), &fields);
    resource.protect = thing.protect;
    if at > 0 && thing.kind == 2 {
        resource.parent = thing
            .parent
            .as_ref()
            .map(|parent| id(&name(parent.index(at))));
    }
    resource
}

fn priced(zones: &[&'static str]) -> Vec<(&'static str, Option<u64>)> {
    let price = |(at, zone): (usize, &&'static str)| (*zone, Some(1_000 * (at as u64 + 1)));
    zones.iter().enumerate().map(price).collect()
}

fn world(things: &[Thing]) -> World {
    let options = priced(&ZONES);
    let mut world = World::new();
    for (at, thing) in things.iter().enumerate() {
        let resource = resource(at, thing, &options);
        let mut live = seen(
            resource.kind.as_str(),
            &name(at),
            &json!({"size": 1, "zone": ZONES[at], "types": ["b"]}),
        );
        live.parent.clone_from(&resource.parent);
        live.foreign = vec![format!("foreign-{at}")];
        match thing.sight {
            0 | 1 => world = world.absent(resource),
            2 => world = world.unread(resource),
            3 => world = world.orphan(live),
            4 => {
                live.status = Status::Failed {
                    reason: "no".to_owned(),
                };
                world = world.live(resource, live);
            }
            5 => world = world.live(resource, live.clone()).orphan(live),
            _ => world = world.live(resource, live),
        }
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_order_of_inputs_does_not_matter(
        (things, seed) in things().prop_flat_map(|things| {
            let order: Vec<usize> = (0..things.len()).collect();
            (Just(things), Just(order).prop_shuffle())
        }),
        destroy: bool,
    ) {
        let mut world = world(&things);
        if destroy {
            world.0.goal = Goal::Destroy;
        }
        let straight = world.decide();
        let by = |at: usize| seed.get(at).copied().unwrap_or(at);
        let mut resources: Vec<_> = world.0.resources.into_iter().enumerate().collect();
        resources.sort_by_key(|(at, _)| by(*at));
        world.0.resources = resources.into_iter().map(|(_, one)| one).collect();
        let mut orphans: Vec<_> = world.0.orphans.into_iter().enumerate().collect();
        orphans.sort_by_key(|(at, _)| by(*at));
        world.0.orphans = orphans.into_iter().map(|(_, one)| one).collect();
        prop_assert_eq!(decide(&world.0), straight);
    }

    #[test]
    fn everything_is_decided_about_and_nothing_else(things in things(), destroy: bool) {
        let mut world = world(&things);
        if destroy {
            world.0.goal = Goal::Destroy;
        }
        let decided = world.decide();
        prop_assert_eq!(decided.decisions.len(), things.len());
        for (id, one) in &decided.decisions {
            prop_assert_eq!(id, &one.id);
            let going = matches!(one.verdict, Verdict::Delete | Verdict::GoesWithParent | Verdict::Replace);
            let protects = one.live.as_ref().is_some_and(|live| live.protect)
                || one.desired.as_ref().is_some_and(|desired| desired.protect);
            prop_assert!(!(going && protects), "{:?}", one);
            prop_assert_eq!(one.verdict == Verdict::Blocked && one.reasons.is_empty(), false);
        }
    }

    #[test]
    fn what_was_reached_stays_whatever_the_catalogue_says(
        things in things(),
        zones in Just(ZONES.to_vec()).prop_shuffle(),
    ) {
        let first = World::new();
        let options = priced(&ZONES);
        let first = things
            .iter()
            .enumerate()
            .fold(first, |world, (at, thing)| world.absent(resource(at, thing, &options)));
        let decided = first.decide();
        let mut again = World::new();
        again.0.sights = applied(&decided);
        let options = priced(&zones);
        for (at, thing) in things.iter().enumerate() {
            again.0.resources.push(resource(at, thing, &options));
        }
        let reached = again.decide();
        for one in reached.decisions.values() {
            prop_assert_eq!(&one.verdict, &Verdict::Nothing, "{:?} {:?}", one.reasons, one.fields);
            // What was chosen is what is chosen.
            prop_assert_eq!(&one.desired, &decided.decisions[&one.id].desired);
        }
    }
}

#[test]
fn ten_thousand_resources() {
    let mut world = World::new();
    let hub = want("net", "net.hub/hub", &json!({"range": "r"}));
    world = world.there(hub, &json!({"range": "r"}));
    let count = 9_999;
    for at in 0..count {
        let name = format!("net.n{at:05}/part");
        let before = match at {
            0 => "net.hub/hub".to_owned(),
            at => format!("net.n{:05}/part", at - 1),
        };
        // A chain and a star at once.
        let fields = json!({"base": "@net.hub/hub#id", "uses": format!("@{before}#id"), "tags": {"team": "web"},
            "zone": choice(&[("a", None), ("b", None)], false, None)});
        let live = json!({"base": "live-net.hub/hub", "uses": format!("live-{before}"), "tags": {"team": "web"},
            "zone": "b"});
        world = world.there(want("net", &name, &fields), &live);
    }
    let decided = world.decide();
    assert_eq!(decided.decisions.len(), count + 1);
    assert!(
        decided
            .decisions
            .values()
            .all(|one| one.verdict == Verdict::Nothing)
    );
    // The hub made anew takes all with it.
    let Some(Sight::Present(hub)) = world.0.sights.get_mut(&id("net.hub/hub")) else {
        unreachable!("the hub is there");
    };
    hub.fields.insert("range".to_owned(), Value::text("s"));
    let decided = world.decide();
    assert!(
        decided
            .decisions
            .values()
            .all(|one| one.verdict == Verdict::Replace)
    );
}
