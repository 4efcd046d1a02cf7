//! Executes a plan: journal, driver, progress, summary.

use std::path::Path;

use jiff::Timestamp;
use provision_core::apply::{Event, Options, Run, RunResult};
use provision_core::contract::{Class, Failure};
use provision_core::plan::{PlanFile, Tables};
use tokio::time::Instant;

use crate::drive::Drive;
use crate::error::Error;
use crate::exit::Exit;
use crate::journal::{self, FileJournal, Forgetful, Journal};
use crate::registry::Registry;
use crate::render::outcome;
use crate::render::progress::{self, Progress};
use crate::screen::Screen;
use crate::signals::Signals;

/// How long an object of a real cloud may stay invisible after it was made, in milliseconds.
const SETTLE_MS: u64 = 40_000;

/// How a plan is executed.
pub struct Execution<'a> {
    /// Where `.provision` is.
    pub base: &'a Path,
    /// The screen.
    pub screen: Screen,
    /// Ctrl-C.
    pub signals: &'a Signals,
    /// Providers and tables.
    pub registry: &'a Registry,
    /// Steps that make calls at once.
    pub parallel: u16,
    /// Visibility lag in milliseconds.
    pub settle_ms: u64,
    /// How to go on after a run that did not do everything, as a sentence.
    pub again: &'static str,
}

impl Execution<'_> {
    /// Executes the plan and says how it went.
    ///
    /// # Errors
    /// When it cannot be begun. What fails on the way is in the summary, and in the exit code.
    pub async fn run(&self, file: &PlanFile) -> Result<Exit, Error> {
        let began = Instant::now();
        let result = self.perform(file).await?;
        if !self.screen.json {
            let took = began.elapsed().as_secs();
            let text = outcome::human(&file.plan, &result, took, self.again);
            self.screen.print(&text)?;
        }
        Ok(exit(file, &result))
    }

    async fn perform(&self, file: &PlanFile) -> Result<RunResult, Error> {
        let now = Timestamp::now();
        let stack = &file.plan.stack;
        let prior = journal::prior(self.base, stack);
        // A run that has nothing to do leaves no journal, unless it closes one that was left open.
        let quiet = file.plan.steps.is_empty() && prior.unfinished().is_none();
        let options = Options {
            run: journal::new_run(now),
            parallel: usize::from(self.parallel),
            settle_ms: self.settle_ms,
            ..Options::default()
        };
        let run = Run::new(file, &self.registry.tables, options, prior).map_err(|error| {
            Error::cloud(Failure {
                class: Class::Internal,
                code: "plan".to_owned(),
                message: error.to_string(),
                call: None,
                object: None,
                advice: None,
            })
        })?;
        let mut journal: Box<dyn Journal> = match quiet {
            true => Box::new(Forgetful),
            false => Box::new(FileJournal::new(self.base, stack, run.id())),
        };
        let epoch_ms = u64::try_from(now.as_millisecond()).unwrap_or_default();
        let drive = Drive::new(file, self.registry.providers.clone(), epoch_ms)
            .with_values(self.registry.values.clone());
        let mut sink = self.sink(file.plan.steps.len());
        let stop = self.signals.receiver();
        Ok(drive.run(run, journal.as_mut(), &mut sink, stop).await)
    }

    fn sink(&self, steps: usize) -> impl FnMut(&Event) + Send + use<> {
        let screen = self.screen;
        let mut progress = Progress::new(steps);
        move |event| {
            if screen.json {
                // A reader that has gone away must not stop a run half way.
                let _ = screen.line(&progress::json(event));
            } else if let Some(line) = progress.line(event) {
                screen.say(&line);
            }
        }
    }
}

/// A plan whose steps are all done, and that could do nothing about something, has not reached its goal.
fn exit(file: &PlanFile, result: &RunResult) -> Exit {
    if result.interrupted {
        Exit::Interrupted
    } else if result.failed.is_empty()
        && result.not_started.is_empty()
        && file.plan.summary.blocked == 0
    {
        Exit::Ok
    } else {
        Exit::Failed
    }
}

/// The visibility lag to reckon with: the sandbox's own, or `PROVISION_SETTLE` in seconds, or 40 s.
///
/// # Errors
/// When `PROVISION_SETTLE` is no number of seconds.
pub fn settle_ms(sandbox_lag_ms: Option<u64>) -> Result<u64, Error> {
    if let Some(lag) = sandbox_lag_ms {
        return Ok(lag);
    }
    match std::env::var("PROVISION_SETTLE") {
        Err(_) => Ok(SETTLE_MS),
        Ok(text) => text
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|seconds| (0.0..=3600.0).contains(seconds))
            .and_then(|seconds| {
                let time = std::time::Duration::try_from_secs_f64(seconds).ok()?;
                u64::try_from(time.as_millis()).ok()
            })
            .ok_or_else(|| {
                Error::Usage(format!(
                    "PROVISION_SETTLE is `{text}`, which is no number of seconds up to 3600"
                ))
            }),
    }
}

/// What a plan shows before it is executed.
///
/// # Errors
/// When stdout does not take it.
pub fn show_plan(screen: Screen, file: &PlanFile, tables: &Tables) -> Result<(), Error> {
    if !screen.json {
        screen.print(&crate::render::plan::human(
            &file.plan,
            tables,
            screen.verbose,
        ))?;
    }
    Ok(())
}
