//! Goes on from every moment, and asks the oracle.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use provision::journal::Forgetful;
use provision_sandbox::Fault;

use super::record::{Moment, Recording};
use crate::world::{Census, Settings, Setup, World, census, in_virtual_time, loaded};

/// How a series of second runs goes.
#[derive(Clone, Copy, Debug)]
pub struct Resume {
    /// Whether the second run has the journal of the first.
    pub journal: bool,
    /// Settings of the second run.
    pub settings: Settings,
    /// How many runs it may take; one, unless what the first left is no more what is wanted and is not seen in time.
    pub runs: usize,
}

/// What came of a series.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Second runs made.
    pub runs: usize,
    /// Those that did not end as they should: where the first was killed, and what was wrong.
    pub wrong: Vec<String>,
}

impl Outcome {
    /// Fails the test when anything went wrong.
    ///
    /// # Panics
    /// Then.
    pub fn expect_none_wrong(&self) {
        let shown: Vec<&str> = self.wrong.iter().take(5).map(String::as_str).collect();
        assert!(
            self.wrong.is_empty(),
            "{} of {} runs went wrong:\n{}",
            self.wrong.len(),
            self.runs,
            shown.join("\n\n")
        );
        assert!(self.runs > 0, "nothing was tried");
    }
}

/// Goes on from every moment of a recording, on all processors.
///
/// Without a journal, moments that left the same cloud are one.
#[must_use]
pub fn resume_all(setup: &Setup, recording: &Recording, resume: Resume) -> Outcome {
    let mut moments: Vec<&Moment> = recording.moments.iter().collect();
    if !resume.journal {
        // Moments are in the order of applied calls, and the cloud follows from these alone.
        moments.dedup_by_key(|moment| moment.applied);
    }
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(moment) = moments.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let tried = catch_unwind(AssertUnwindSafe(|| {
                        in_virtual_time(|| second_run(setup, moment, &recording.census, resume))
                    }));
                    let problem = match tried {
                        Ok(Ok(())) => continue,
                        Ok(Err(problem)) => problem,
                        Err(_) => "the test broke off".to_owned(),
                    };
                    let told = format!("killed at {:?}: {problem}", moment.points);
                    wrong.lock().expect("no panic holds it").push(told);
                }
            });
        }
    });
    Outcome {
        runs: moments.len(),
        wrong: wrong.into_inner().expect("no panic holds it"),
    }
}

async fn second_run(
    setup: &Setup,
    moment: &Moment,
    wanted: &Census,
    resume: Resume,
) -> Result<(), String> {
    let loaded = loaded(&setup.spec);
    let world = World::of(&loaded.spec, moment.cloud.fork(), moment.now, None);
    let prior = if resume.journal {
        moment.journal.as_slice()
    } else {
        &[]
    };
    for run in 1..=resume.runs {
        let plan = world.plan(&loaded, setup.goal).await;
        let result = world
            .apply(&plan, resume.settings, prior, &mut Forgetful)
            .await;
        let done = result.failed.is_empty() && result.not_started.is_empty();
        if !done && run == resume.runs {
            return Err(format!("run {run} after that: {result:#?}"));
        }
        if run < resume.runs {
            tokio::time::sleep(Duration::from_secs(resume.settings.lag)).await;
        }
    }
    tokio::time::sleep(Duration::from_secs(resume.settings.lag)).await;
    let now = world.clock.now();
    let found = census(&world.cloud, now);
    if found != *wanted {
        return Err(difference(wanted, &found));
    }
    let again = world.plan(&loaded, setup.goal).await;
    if again.plan.steps.is_empty() {
        Ok(())
    } else {
        Err(format!("a third plan: {:#?}", again.plan.changes))
    }
}

/// One run from nothing in which a call goes wrong that way: it ends well by itself, with what an undisturbed one makes.
///
/// # Errors
/// What it ended with instead.
pub fn with_fault(
    setup: &Setup,
    settings: Settings,
    wanted: &Census,
    fault: Fault,
    at: Timestamp,
) -> Result<(), String> {
    let moment = Moment {
        cloud: settings.cloud(),
        now: at,
        journal: Vec::new(),
        applied: 0,
        points: Vec::new(),
    };
    moment.cloud.add_fault(fault).expect("a fault");
    let resume = Resume {
        journal: false,
        settings,
        runs: 1,
    };
    in_virtual_time(|| second_run(setup, &moment, wanted, resume))
}

fn difference(wanted: &Census, found: &Census) -> String {
    let mut told = Vec::new();
    for key in wanted.keys().chain(found.keys()) {
        let (want, have) = (wanted.get(key), found.get(key));
        if want != have {
            let (want, have) = (want.unwrap_or(&0), have.unwrap_or(&0));
            told.push(format!("{key}: {have} instead of {want}"));
        }
    }
    told.sort();
    told.dedup();
    told.join(", ")
}
