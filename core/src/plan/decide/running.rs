//! Every rule of deciding about what is run, and what runs behind it.
#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::tests::{differs, update};
use super::world::{World, id, needs, want};
use crate::contract::Does;
use crate::model::{Open, Resource};
use crate::plan::{Goal, Reason, Verdict, make};

const DEFINITION: &str = "job.migrate/definition";
const RUN: &str = "job.migrate/run";
const SERVICE: &str = "workload.web/service";

/// A job's run: it refers to what it runs.
fn run() -> Resource<Open> {
    want(
        "job",
        RUN,
        &json!({"uses": "@job.migrate/definition#version", "once": "subnet-1"}),
    )
}

fn definition(size: i64) -> Resource<Open> {
    want("net", DEFINITION, &json!({"size": size}))
}

/// Something that rolls after the job.
fn service(size: i64) -> Resource<Open> {
    let mut service = want("net", SERVICE, &json!({"size": size}));
    service.after.push(id(RUN));
    service
}

#[test]
fn what_never_ran_runs_and_what_ran_does_not() {
    let world = World::new()
        .there(definition(1), &json!({"size": 1}))
        .absent(run());
    assert_eq!(world.verdict(RUN), (Verdict::Run, vec![Reason::NotRun]));
    let remembered = json!({"uses": "7"});
    let world = World::new()
        .there(definition(1), &json!({"size": 1}))
        .there(run(), &remembered);
    assert_eq!(world.verdict(RUN).0, Verdict::Nothing);
}

#[test]
fn it_runs_again_when_what_it_runs_changes_and_for_nothing_else() {
    let remembered = json!({"uses": "7", "once": "subnet-0"});
    let still = World::new()
        .there(definition(1), &json!({"size": 1}))
        .there(run(), &remembered);
    assert_eq!(still.verdict(RUN).0, Verdict::Nothing);
    let changed = World::new()
        .there(definition(2), &json!({"size": 1}))
        .there(run(), &remembered);
    assert_eq!(
        changed.verdict(RUN),
        (Verdict::Run, vec![differs(&["uses"])])
    );
    let other = World::new()
        .there(definition(1), &json!({"size": 1}))
        .there(run(), &json!({"uses": "6"}));
    assert_eq!(other.verdict(RUN).0, Verdict::Run);
}

#[test]
fn it_runs_after_what_it_needs_and_before_what_waits_for_it() {
    let world = World::new()
        .there(definition(2), &json!({"size": 1}))
        .there(run(), &json!({"uses": "7"}))
        .there(service(2), &json!({"size": 1}));
    let file = make(&world.0).unwrap();
    let steps: Vec<(String, Does, Vec<u32>)> = file
        .plan
        .steps
        .iter()
        .map(|step| (step.id.to_string(), step.does, step.after.clone()))
        .collect();
    assert_eq!(
        steps,
        [
            (DEFINITION.to_owned(), Does::Update, vec![]),
            (RUN.to_owned(), Does::Run, vec![1]),
            (SERVICE.to_owned(), Does::Update, vec![2]),
        ]
    );
    assert_eq!(file.plan.steps[1].phase, "run job");
    assert_eq!(file.plan.summary.run, 1);
}

#[test]
fn a_run_that_cannot_be_made_keeps_what_waits_for_it_from_changing() {
    let world = |size| {
        World::new()
            .unread(definition(1))
            .absent(run())
            .there(service(size), &json!({"size": 1}))
    };
    assert_eq!(
        world(1).verdict(RUN),
        (Verdict::Blocked, vec![needs(DEFINITION)])
    );
    assert_eq!(
        world(2).verdict(SERVICE),
        (Verdict::Blocked, vec![needs(RUN), differs(&["size"])])
    );
    assert_eq!(world(1).verdict(SERVICE).0, Verdict::Nothing);
}

#[test]
fn what_waits_for_a_run_that_is_not_due_goes_on_alone() {
    let world = World::new()
        .there(definition(1), &json!({"size": 1}))
        .there(run(), &json!({"uses": "7"}))
        .there(service(2), &json!({"size": 1}));
    assert_eq!(world.verdict(SERVICE).0, update(&[&["size"]]));
    assert_eq!(make(&world.0).unwrap().plan.steps.len(), 1);
}

#[test]
fn nothing_of_a_run_is_removed() {
    let mut world = World::new()
        .there(definition(1), &json!({"size": 1}))
        .there(run(), &json!({"uses": "7"}));
    world.0.goal = Goal::Destroy;
    assert_eq!(world.verdict(RUN).0, Verdict::Nothing);
    assert_eq!(world.verdict(DEFINITION).0, Verdict::Delete);
    let steps = make(&world.0).unwrap().plan.steps;
    assert_eq!(steps.len(), 1);
}
