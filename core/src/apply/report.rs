//! What is shown: events.

use super::protocol::{Command, Event, EventKind, RunResult};
use super::run::Run;
use crate::contract::Failure;

/// Version of the event lines.
pub(super) const FORMAT_VERSION: u32 = 1;

/// What an event says beside its step.
#[derive(Default)]
pub(super) struct Says {
    /// The cloud's word, or the step's.
    pub(super) phase: Option<String>,
    /// For people.
    pub(super) message: Option<String>,
    /// Why it failed.
    pub(super) reason: Option<Failure>,
    /// How the run ended.
    pub(super) result: Option<RunResult>,
}

impl Run {
    /// Emits an event of a step.
    pub(super) fn tell(&mut self, at: usize, event: EventKind, says: Says) {
        let work = &self.works[at];
        let seconds = work
            .job
            .as_ref()
            .map(|job| self.now.saturating_sub(job.began) / 1000);
        let event = Event {
            format_version: FORMAT_VERSION,
            run: self.run.clone(),
            at: self.now,
            event,
            step: Some(work.step.n),
            id: Some(work.step.id.clone()),
            address: Some(work.step.id.address.to_string()),
            phase: says.phase.or_else(|| Some(work.step.phase.clone())),
            seconds,
            message: says.message,
            reason: says.reason,
            result: says.result,
        };
        self.out.push(Command::Emit(event));
    }

    /// Emits an event of the run.
    pub(super) fn announce(&mut self, event: EventKind, says: Says) {
        let event = Event {
            format_version: FORMAT_VERSION,
            run: self.run.clone(),
            at: self.now,
            event,
            step: None,
            id: None,
            address: None,
            phase: says.phase,
            seconds: Some(self.now.saturating_sub(self.started) / 1000),
            message: says.message,
            reason: says.reason,
            result: says.result,
        };
        self.out.push(Command::Emit(event));
    }

    /// Emits progress when it says something new.
    pub(super) fn news(&mut self, at: usize, phase: &str, trouble: Option<&str>) {
        let Some(job) = self.works[at].job.as_mut() else {
            return;
        };
        if job.news.0 == phase && job.news.1.as_deref() == trouble {
            return;
        }
        job.news = (phase.to_owned(), trouble.map(ToOwned::to_owned));
        self.tell(
            at,
            EventKind::StepProgress,
            Says {
                phase: Some(phase.to_owned()),
                message: trouble.map(ToOwned::to_owned),
                ..Says::default()
            },
        );
    }
}
