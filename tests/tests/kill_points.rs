//! A run is killed at every point around every mutating call, and a second one goes on: nothing twice, nothing left, the
//! next plan empty. With the journal and without it; where reads see everything at once, and where they lag by 30 s.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use jiff::Timestamp;
use provision_core::plan::Goal;
use provision_sandbox::{Fault, FaultAction, Plant};
use provision_tests::kill::{Point, Recording, Resume, record, resume_all, with_fault};
use provision_tests::world::{Settings, Setup};

const SPEC: &str = include_str!("../../plans/minimal-eks.toml");

fn noon() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn setup(goal: Goal) -> Setup {
    Setup {
        spec: SPEC.to_owned(),
        goal,
    }
}

fn in_virtual_time<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(work)
}

/// Every point was met, and as often as there were calls.
fn covered(recording: &Recording) {
    let count = |point| recording.points.get(&point).copied().unwrap_or_default();
    let calls = count(Point::Applied);
    assert!(calls > 30, "only {calls} calls");
    for point in [
        Point::BeforeIntent,
        Point::BeforeSending,
        Point::Answered,
        Point::Journalled,
    ] {
        assert!(
            count(point) >= calls,
            "{point:?}: {} of {calls}",
            count(point)
        );
    }
}

fn built(settings: Settings) -> Recording {
    in_virtual_time(record(
        &setup(Goal::Reach),
        settings,
        settings.cloud(),
        noon(),
    ))
}

fn destroyed(settings: Settings) -> Recording {
    let built = built(settings);
    let recording = in_virtual_time(record(
        &setup(Goal::Destroy),
        settings,
        built.end.fork(),
        built.now,
    ));
    assert!(recording.census.is_empty(), "left: {:?}", recording.census);
    recording
}

fn apply(lag: u64) {
    let settings = Settings::lagging(lag);
    let recording = built(settings);
    covered(&recording);
    for journal in [true, false] {
        let resume = Resume {
            journal,
            settings,
            runs: 1,
        };
        resume_all(&setup(Goal::Reach), &recording, resume).expect_none_wrong();
    }
}

fn destroy(lag: u64) {
    let settings = Settings::lagging(lag);
    let recording = destroyed(settings);
    for journal in [true, false] {
        let resume = Resume {
            journal,
            settings,
            runs: 1,
        };
        resume_all(&setup(Goal::Destroy), &recording, resume).expect_none_wrong();
    }
}

#[test]
fn an_apply_survives_death_anywhere() {
    apply(0);
}

#[test]
fn an_apply_survives_death_anywhere_with_lagging_reads() {
    apply(30);
}

#[test]
fn a_destroy_survives_death_anywhere() {
    destroy(0);
}

#[test]
fn a_destroy_survives_death_anywhere_with_lagging_reads() {
    destroy(30);
}

/// The spec with another processor, which only a new node group has; and with spot capacity on top.
fn changed(more: &str) -> Setup {
    let wish = r#"memory = "8GiB" }"#;
    assert_eq!(SPEC.matches(wish).count(), 1, "{SPEC}");
    let other = format!("memory = \"8GiB\", arch = \"arm64\" }}\n{more}");
    Setup {
        spec: SPEC.replace(wish, &other),
        goal: Goal::Reach,
    }
}

/// A replacement whose new object is made before the old one goes, recorded.
fn replaced(settings: Settings, from: &Recording, setup: &Setup) -> Recording {
    in_virtual_time(record(setup, settings, from.end.fork(), from.now))
}

fn replacement(lag: u64) {
    let settings = Settings::lagging(lag);
    let (once, twice) = (changed(""), changed("spot = true"));
    let recording = replaced(settings, &built(settings), &once);
    let again = replaced(settings, &recording, &twice);
    for journal in [true, false] {
        let resume = Resume {
            journal,
            settings,
            runs: 1,
        };
        resume_all(&once, &recording, resume).expect_none_wrong();
        resume_all(&twice, &again, resume).expect_none_wrong();
    }
    // The new one is replaced before it has replaced the old one. A run that does not see it yet meets it under the name
    // that it gives, and may have to leave it to the next run.
    let changed_mind = Recording {
        census: again.census,
        ..recording
    };
    let resume = Resume {
        journal: false,
        settings,
        runs: if lag == 0 { 1 } else { 2 },
    };
    resume_all(&twice, &changed_mind, resume).expect_none_wrong();
    let never = Setup {
        spec: SPEC.to_owned(),
        goal: Goal::Destroy,
    };
    let nothing = Recording {
        census: destroyed(settings).census,
        ..changed_mind
    };
    resume_all(&never, &nothing, resume).expect_none_wrong();
}

#[test]
fn a_replacement_survives_death_anywhere() {
    replacement(0);
}

#[test]
fn a_replacement_survives_death_anywhere_with_lagging_reads() {
    replacement(30);
}

/// Controllers left something, and the destroy dies anywhere: what they left goes as well, but for volumes.
#[test]
fn a_destroy_that_sweeps_survives_death_anywhere() {
    let settings = Settings::lagging(0);
    let built = built(settings);
    let from = built.end.fork();
    let plant = Plant {
        cluster: "hello-main".to_owned(),
        ..Plant::default()
    };
    from.plant(built.now, &plant).unwrap().unwrap();
    let recording = in_virtual_time(record(&setup(Goal::Destroy), settings, from, built.now));
    let volume = |key: &String| key.starts_with("ec2 volume ");
    assert_eq!(recording.census.len(), 2, "{:?}", recording.census);
    assert!(
        recording.census.keys().all(volume),
        "{:?}",
        recording.census
    );
    for journal in [true, false] {
        let resume = Resume {
            journal,
            settings,
            runs: 1,
        };
        resume_all(&setup(Goal::Destroy), &recording, resume).expect_none_wrong();
    }
}

/// A call whose answer is lost is looked up, and not made twice.
fn lost_answers(lag: u64) {
    let settings = Settings::lagging(lag);
    let recording = built(settings);
    let calls = recording.moments.iter().flat_map(|moment| &moment.points);
    let mut calls: Vec<&String> = calls
        .filter(|(point, _)| *point == Point::Applied)
        .map(|(_, call)| call)
        .collect();
    calls.sort();
    calls.dedup();
    assert!(calls.len() > 15, "{calls:?}");
    let actions = [
        FaultAction::DropBefore,
        FaultAction::DropAfter,
        FaultAction::FailAfter,
    ];
    let mut wrong = Vec::new();
    for (call, action) in calls
        .iter()
        .flat_map(|call| actions.clone().map(|one| (call, one)))
    {
        let fault = Fault {
            operation: (*call).clone(),
            skip: 0,
            times: 1,
            seen: 0,
            action: action.clone(),
        };
        let census = &recording.census;
        if let Err(problem) = with_fault(&setup(Goal::Reach), settings, census, fault, noon()) {
            wrong.push(format!("{call} {action:?}: {problem}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_lost_answer_is_looked_up() {
    lost_answers(0);
}

#[test]
fn a_lost_answer_is_looked_up_where_reads_lag() {
    lost_answers(30);
}

/// The harness can fail: a run that does not wait until everything is visible makes things twice.
#[test]
fn a_run_without_patience_is_found_out() {
    let recording = built(Settings::lagging(30));
    let hasty = Resume {
        journal: false,
        settings: Settings { lag: 30, settle: 0 },
        runs: 1,
    };
    let outcome = resume_all(&setup(Goal::Reach), &recording, hasty);
    let doubles = outcome
        .wrong
        .iter()
        .filter(|wrong| wrong.contains("2 instead of 1"));
    assert!(doubles.count() > 0, "nobody noticed: {:?}", outcome.wrong);
}
