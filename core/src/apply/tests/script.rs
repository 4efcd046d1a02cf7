//! Single situations, step by step.

use super::driver::{Kill, World};
use super::toy::Fault;
use super::{id, plan, step, tables};
use crate::apply::{Command, EventKind, Input, Options, Prior, Run, RunError};
use crate::contract::{Does, Outcome};
use crate::model::{Kind, Sight, Value};

fn options() -> Options {
    Options {
        run: "run-1".to_owned(),
        ..Options::default()
    }
}

fn chain() -> crate::plan::PlanFile {
    plan(vec![
        step(1, "toy.claim", Does::Create, &[], 1),
        step(2, "toy.anonymous", Does::Create, &[1], 1),
        step(3, "toy.named", Does::Create, &[2], 1),
        step(4, "toy.named", Does::Create, &[1], 1),
    ])
}

fn kinds(world: &World, kind: EventKind) -> Vec<u32> {
    let of_kind = world.events.iter().filter(|event| event.event == kind);
    of_kind.filter_map(|event| event.step).collect()
}

#[test]
fn a_fresh_claim_lets_creates_go_at_once() {
    let mut world = World::default();
    world.cloud.lag = 30_000;
    let result = world.run(&chain(), options(), Kill::No).unwrap();
    assert_eq!(result.done, [1, 2, 3, 4]);
    assert!(world.now < 1_000, "no settling: {} ms", world.now);
}

#[test]
fn a_fresh_claim_speaks_for_every_provider_of_its_account_and_region_and_no_other() {
    for (region, settles) in [("toy-1", false), ("toy-2", true)] {
        let mut plan = chain();
        plan.plan.steps[1].provider = "other".to_owned();
        let mut context = plan.contexts["toy"].clone();
        context.region = region.to_owned();
        plan.contexts.insert("other".to_owned(), context);
        let mut world = World::default();
        let result = world.run(&plan, options(), Kill::No).unwrap();
        assert_eq!(result.done, [1, 2, 3, 4]);
        assert_eq!(world.now >= 40_000, settles, "{region}: {} ms", world.now);
    }
}

#[test]
fn without_a_fresh_claim_an_anonymous_create_settles_and_looks() {
    let mut world = World::default();
    world.run(&chain(), options(), Kill::No).unwrap();
    let before = world.now;
    let more = plan(vec![step(9, "toy.anonymous", Does::Create, &[], 1)]);
    world.run(&more, options(), Kill::No).unwrap();
    assert!(world.now - before >= 40_000);
    let again = world.run(&more, options(), Kill::No).unwrap();
    assert_eq!(again.done, [9]);
    assert_eq!(world.cloud.count()[&id(9)], 1, "found by the look-up");
}

#[test]
fn what_waits_for_a_run_is_not_started_when_the_run_fails() {
    let rollout = || {
        plan(vec![
            step(1, "toy.claim", Does::Create, &[], 1),
            step(2, "toy.named", Does::Run, &[1], 30),
            step(3, "toy.named", Does::Create, &[2], 1),
        ])
    };
    let mut world = World::default();
    world.cloud.faults.insert(id(2), vec![Fault::Refused]);
    let result = world.run(&rollout(), options(), Kill::No).unwrap();
    assert_eq!((result.done, result.not_started), (vec![1], vec![3]));
    let mut world = World::default();
    world.cloud.takes.insert(id(2), 20_000);
    let result = world.run(&rollout(), options(), Kill::No).unwrap();
    assert_eq!(result.done, [1, 2, 3]);
    assert!(world.now >= 20_000, "it is waited for: {} ms", world.now);
}

#[test]
fn a_failure_stops_its_branch_alone() {
    let mut world = World::default();
    world.cloud.faults.insert(id(2), vec![Fault::Refused]);
    let result = world.run(&chain(), options(), Kill::No).unwrap();
    assert_eq!(result.done, [1, 4]);
    assert_eq!(result.failed.len(), 1);
    assert_eq!(result.not_started, [3]);
    assert!(!result.interrupted);
    assert_eq!(kinds(&world, EventKind::StepFailed), [2]);
    assert_eq!(kinds(&world, EventKind::StepSkipped), [3]);
}

#[test]
fn an_unknown_answer_is_looked_up_past_the_lag() {
    for fault in [Fault::LostAnswer, Fault::LostRequest] {
        let mut world = World::default();
        world.cloud.lag = 30_000;
        world.cloud.two_calls = true;
        world.cloud.faults.insert(id(2), vec![fault, fault]);
        let result = world.run(&chain(), options(), Kill::No).unwrap();
        assert_eq!(result.done, [1, 2, 3, 4]);
        assert_eq!(world.cloud.count()[&id(2)], 1);
    }
}

#[test]
fn throttling_is_waited_out_and_given_up_on() {
    let mut world = World::default();
    world.cloud.faults.insert(id(3), vec![Fault::Throttled; 9]);
    let result = world.run(&chain(), options(), Kill::No).unwrap();
    assert_eq!(result.done.len(), 4);
    world
        .cloud
        .faults
        .insert(id(8), vec![Fault::Throttled; 9_999]);
    let more = plan(vec![step(8, "toy.named", Does::Create, &[], 1)]);
    let before = world.now;
    let result = world.run(&more, options(), Kill::No).unwrap();
    let (_, failure) = &result.failed[0];
    assert_eq!(failure.message, "slow down");
    assert!((120_000..125_000).contains(&(world.now - before)));
}

/// An upgrade of a control plane takes longer than the usual patience.
#[test]
fn what_is_known_to_take_long_is_waited_for() {
    let mut world = World::default();
    world.cloud.faults.insert(id(3), vec![Fault::Busy; 400]);
    let result = world.run(&chain(), options(), Kill::No).unwrap();
    assert_eq!(result.done.len(), 4);
    assert!(world.now > 2_000_000, "{} ms", world.now);
    let mut world = World::default();
    world.cloud.faults.insert(id(3), vec![Fault::Busy; 1_000]);
    let result = world.run(&chain(), options(), Kill::No).unwrap();
    assert_eq!(result.failed[0].0, 3, "an hour is enough");
}

#[test]
fn a_deletion_that_came_to_nothing_is_asked_for_anew() {
    let goes = || plan(vec![step(9, "toy.named", Does::Delete, &[], 1)]);
    let mut world = World::default();
    world.cloud.faults.insert(id(9), vec![Fault::Undone; 3]);
    let result = world.run(&goes(), options(), Kill::No).unwrap();
    assert_eq!(result.done, [9]);
    let mut tokens = world.cloud.undone.clone();
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), 3, "a token says which call it is");
    let mut world = World::default();
    world.cloud.faults.insert(id(9), vec![Fault::Undone; 100]);
    let result = world.run(&goes(), options(), Kill::No).unwrap();
    assert_eq!(result.failed[0].0, 9);
    assert!(world.now < 300_000, "{} ms", world.now);
}

#[test]
fn cancelling_leaves_polls_and_stops_within_the_grace() {
    let mut world = World::default();
    world.cloud.takes.insert(id(2), 600_000);
    world.cancel = Some(5_000);
    let result = world.run(&chain(), options(), Kill::No).unwrap();
    assert!(result.interrupted);
    assert_eq!(result.not_started, [2, 3]);
    assert!(world.now <= 6_500, "{}", world.now);
    assert!(Prior::parse(&world.journal).unfinished().is_some());
}

#[test]
fn a_full_disk_starts_nothing_more() {
    for full in 1..=10 {
        let mut world = World::default();
        world.full = Some(full);
        let result = world.run(&chain(), options(), Kill::No).unwrap();
        let failure = result.stopped_by.expect("a reason");
        assert!(failure.message.contains("no space left"));
        let announced = world.journal.matches("\"intent\"").count();
        let made = usize::try_from(world.cloud.mutations).unwrap();
        assert!(made <= announced, "{made} calls, {announced} intents");
    }
}

#[test]
fn journal_lines_hold_no_values_and_stay_small() {
    let mut world = World::default();
    world.run(&chain(), options(), Kill::No).unwrap();
    assert!(!world.journal.contains("needs"), "a field of the toy plan");
    assert!(world.written / 4 <= 2_048, "{} bytes", world.written);
}

#[test]
fn a_resumed_run_keeps_its_id_and_tokens() {
    let two = plan(vec![step(1, "toy.token", Does::Create, &[], 1)]);
    let tokens = |world: &World| -> Vec<String> {
        let lines = world.journal.lines().filter(|line| line.contains("intent"));
        let token = |line: &str| {
            let json: serde_json::Value = serde_json::from_str(line).unwrap();
            json["token"].as_str().unwrap().to_owned()
        };
        lines.map(token).collect()
    };
    let mut world = World::default();
    world.cloud.lag = 30_000;
    assert!(world.run(&two, options(), Kill::Before(3)).is_none());
    let other = Options {
        run: "run-2".to_owned(),
        ..options()
    };
    world.run(&two, other, Kill::No).unwrap();
    let tokens = tokens(&world);
    assert_eq!(tokens.len(), 2);
    assert_eq!(tokens[0], tokens[1]);
    assert!(!world.journal.contains("run-2"));
    assert_eq!(world.cloud.count()[&id(1)], 1);
}

#[test]
fn what_was_read_back_is_given_to_the_next_call() {
    let one = plan(vec![step(1, "toy.anonymous", Does::Create, &[], 1)]);
    let mut run = Run::new(&one, &tables(), options(), Prior::none()).unwrap();
    run.next(0, Input::Start);
    run.next(0, Input::Journalled { seq: 1 });
    let looked = run.next(40_000, Input::Woke);
    assert!(matches!(
        looked.last(),
        Some(Command::LookUp { step: 1, .. })
    ));
    let seen = super::observed(&id(1), &Kind::new("toy.anonymous"), "obj-7", None);
    let sight = Ok(Sight::Present(Box::new(seen)));
    run.next(40_000, Input::Looked { step: 1, sight });
    let acts = run.next(40_000, Input::Journalled { seq: 2 });
    let Some(Command::Act { request, .. }) = acts.first() else {
        panic!("an act, not {acts:?}");
    };
    assert_eq!(request.live.as_ref().unwrap().physical, "obj-7");
}

#[test]
fn a_step_takes_the_values_that_it_carries_and_each_stop_is_a_call_of_its_own() {
    let mut plan = plan(vec![
        step(1, "toy.named", Does::Update, &[], 1),
        step(2, "toy.named", Does::Update, &[1], 1),
    ]);
    let seen = super::observed(&id(1), &Kind::new("toy.named"), "obj-1", None);
    plan.live.insert(id(1), seen.clone());
    plan.plan.steps[1].id = id(1);
    for (step, stop) in plan.plan.steps.iter_mut().zip(["1.34", "1.35"]) {
        step.set.insert("version".to_owned(), Value::text(stop));
    }
    let mut run = Run::new(&plan, &tables(), options(), Prior::none()).unwrap();
    let mut acted = Vec::new();
    let mut input = Input::Start;
    for now in 0..20 {
        let commands = run.next(now, input);
        let act = commands.iter().find_map(|command| match command {
            Command::Act { step, request, .. } => Some((*step, request.clone())),
            _ => None,
        });
        let journal = commands.iter().find_map(|command| match command {
            Command::Journal(record) => Some(record.seq),
            _ => None,
        });
        input = match (act, journal) {
            (Some((step, request)), _) => {
                let desired = request.desired.unwrap();
                acted.push((desired.fields["version"].clone(), request.token));
                let observed = Box::new(seen.clone());
                Input::Acted {
                    step,
                    outcome: Outcome::Done { observed },
                }
            }
            (None, Some(seq)) => Input::Journalled { seq },
            (None, None) => break,
        };
    }
    let values: Vec<_> = acted.iter().map(|(value, _)| value.as_text()).collect();
    assert_eq!(values, [Some("1.34"), Some("1.35")]);
    assert_ne!(acted[0].1, acted[1].1, "another token");
}

#[test]
fn broken_graphs_are_refused() {
    let new = |steps| Run::new(&plan(steps), &tables(), options(), Prior::none()).err();
    let named = |n, after: &[u32]| step(n, "toy.named", Does::Create, after, 1);
    assert_eq!(
        new(vec![named(1, &[]), named(1, &[])]),
        Some(RunError::TwoSteps(1))
    );
    assert_eq!(
        new(vec![named(1, &[7])]),
        Some(RunError::NoStep { step: 1, after: 7 })
    );
    assert_eq!(
        new(vec![named(1, &[2]), named(2, &[1])]),
        Some(RunError::Cycle(1))
    );
    assert!(matches!(
        new(vec![step(1, "no.such", Does::Create, &[], 1)]),
        Some(RunError::NoKind { step: 1, .. })
    ));
}
