//! Random graphs, random faults.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::driver::{Kill, World};
use super::toy::Fault;
use super::{id, plan, step};
use crate::apply::{EventKind, Options};
use crate::contract::Does;
use crate::plan::Step;

/// A random graph: each step comes after some of those before it.
fn graph(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let one = (
        prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        1..4_usize,
        0..4_u8,
        1_u32..300,
    );
    prop::collection::vec(one, 1..most).prop_map(|ones| {
        ones.into_iter()
            .enumerate()
            .map(|(at, (after, kind, lane, seconds))| {
                let n = u32::try_from(at).unwrap() + 1;
                let mut after: Vec<u32> = match at {
                    0 => Vec::new(),
                    _ => after
                        .iter()
                        .map(|one| u32::try_from(one.index(at)).unwrap() + 1)
                        .collect(),
                };
                after.sort_unstable();
                after.dedup();
                let kind = if at == 0 { 0 } else { kind };
                let mut step = step(n, super::KINDS[kind].0, Does::Create, &after, seconds);
                step.lane = (lane < 2).then(|| format!("lane-{lane}"));
                step.lane_width = u32::from(lane) + 1;
                step
            })
            .collect()
    })
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        3 => Just(Fault::Throttled),
        2 => Just(Fault::LostAnswer),
        2 => Just(Fault::LostRequest),
        1 => Just(Fault::Refused),
    ]
}

type Faults = Vec<(prop::sample::Index, Vec<Fault>)>;

fn faults() -> impl Strategy<Value = Faults> {
    prop::collection::vec(
        (
            any::<prop::sample::Index>(),
            prop::collection::vec(fault(), 1..4),
        ),
        0..8,
    )
}

fn world(steps: &[Step], faults: Faults) -> World {
    let mut world = World::default();
    world.cloud.lag = 5_000;
    world.cloud.two_calls = true;
    for step in steps {
        world
            .cloud
            .takes
            .insert(step.id.clone(), u64::from(step.seconds) * 300);
    }
    for (at, faults) in faults {
        world
            .cloud
            .faults
            .insert(steps[at.index(steps.len())].id.clone(), faults);
    }
    world
}

fn options(parallel: usize) -> Options {
    Options {
        run: "run-1".to_owned(),
        parallel,
        settle_ms: 6_000,
        ..Options::default()
    }
}

/// When each step began and came to rest.
fn spans(world: &World) -> BTreeMap<u32, (u64, u64)> {
    let mut spans = BTreeMap::new();
    for event in &world.events {
        let Some(step) = event.step else { continue };
        match event.event {
            EventKind::StepStarted => {
                assert!(spans.insert(step, (event.at, u64::MAX)).is_none(), "twice");
            }
            EventKind::StepDone | EventKind::StepFailed | EventKind::StepSkipped => {
                if let Some((_, end)) = spans.get_mut(&step) {
                    assert_eq!(*end, u64::MAX, "one end");
                    *end = event.at;
                }
            }
            _ => {}
        }
    }
    spans
}

fn longest(steps: &[Step]) -> u64 {
    let mut ends: BTreeMap<u32, u64> = BTreeMap::new();
    for step in steps {
        let begins = step
            .after
            .iter()
            .map(|after| ends[after])
            .max()
            .unwrap_or(0);
        ends.insert(step.n, begins + u64::from(step.seconds) * 1000);
    }
    ends.into_values().max().unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn order_lanes_places_and_an_end(steps in graph(30), faults in faults(), parallel in 1..6_usize) {
        let mut world = world(&steps, faults);
        let result = world.run(&plan(steps.clone()), options(parallel), Kill::No).unwrap();
        let spans = spans(&world);
        prop_assert!(world.most <= parallel);
        let rested = result.done.len() + result.failed.len() + result.not_started.len();
        prop_assert_eq!(rested, steps.len());
        for step in &steps {
            let Some((begin, _)) = spans.get(&step.n) else { continue };
            for after in &step.after {
                prop_assert!(result.done.contains(after));
                prop_assert!(spans[after].1 <= *begin);
            }
        }
        for one in steps.iter().filter(|one| one.lane.is_some()) {
            let Some((begin, _)) = spans.get(&one.n) else { continue };
            let same = steps.iter().filter(|other| other.lane == one.lane);
            let under_way = same.filter_map(|other| spans.get(&other.n)).filter(|span| span.0 <= *begin && *begin < span.1);
            prop_assert!(under_way.count() <= one.lane_width as usize, "a lane held too often");
        }
        prop_assert!(world.cloud.count().values().all(|count| *count == 1), "nothing twice");
        for done in &result.done {
            prop_assert!(world.cloud.count().contains_key(&id(*done)));
        }
        prop_assert!(world.written <= 2_048 * (usize::try_from(world.cloud.mutations).unwrap() + steps.len() + 60));
    }

    #[test]
    fn cancelled_at_any_time_it_stops_soon(steps in graph(20), faults in faults(), after in 0_u64..100_000) {
        let mut world = world(&steps, faults);
        world.cancel = Some(after);
        let result = world.run(&plan(steps.clone()), options(4), Kill::No).unwrap();
        prop_assert!(!result.interrupted || world.now <= after + 2_000, "{}", world.now);
        let rested = result.done.len() + result.failed.len() + result.not_started.len();
        prop_assert_eq!(rested, steps.len());
    }

    /// Known durations that differ from the estimate, as many places as it takes.
    #[test]
    fn the_makespan_is_the_critical_path(mut steps in graph(40), off in 70_u32..140) {
        for step in &mut steps {
            step.lane = None;
        }
        let mut world = World::default();
        for step in &mut steps {
            world.cloud.takes.insert(step.id.clone(), u64::from(step.seconds) * 1000);
        }
        let path = longest(&steps);
        for step in &mut steps {
            step.seconds = (step.seconds * off / 100).max(1);
        }
        let settle = Options { settle_ms: 0, ..options(usize::MAX) };
        world.run(&plan(steps), settle, Kill::No).unwrap();
        prop_assert!(world.now <= path * 103 / 100 + 3_000, "{} for {path}", world.now);
    }
}
