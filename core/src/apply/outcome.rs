//! What follows from an answer to a call.

use super::pace::{Pace, backoff};
use super::run::Run;
use super::work::{Look, Next, Then, Trouble};
use crate::contract::{Class, Does, Failure, Outcome};
use crate::model::{Identity, Observed};

/// A step that asks for more calls than this does not come to rest.
const MOST_CALLS: u32 = 100;

impl Run {
    /// An act came back: the outcome is written before anything follows from it.
    pub(super) fn acted(&mut self, at: usize, outcome: Outcome) {
        match outcome {
            Outcome::Done { observed } => self.done(at, observed),
            Outcome::Gone => self.gone(at),
            Outcome::Accepted { handle, phase } => {
                if let Some(job) = self.works[at].job.as_mut() {
                    job.handle = handle;
                    job.trouble = None;
                    job.pace = Pace::new(self.now);
                }
                self.news(at, &phase, None);
                self.note(at, "accepted", None, Then::Poll);
            }
            Outcome::Again { did, observed } => {
                self.news(at, &did, None);
                self.again(at, observed);
            }
            Outcome::Retry {
                after_ms,
                reason,
                within_ms,
            } => {
                self.news(at, "waiting to try again", Some(&reason));
                let then = match self.stuck_within(at, within_ms) {
                    Some(_) => Then::Fail(gave_up("retry", &reason)),
                    None => Then::Pause(self.now + after_ms.max(100), Next::Call),
                };
                self.note(at, "retry", None, then);
            }
            Outcome::Unknown { reason } => self.unknown(at, &reason),
            Outcome::Failed { failure } => self.note(at, "failed", None, Then::Fail(failure)),
        }
    }

    /// The goal is reached.
    pub(super) fn done(&mut self, at: usize, observed: Box<Observed>) {
        let physical = Some(observed.physical.clone());
        let observed = (self.works[at].step.does != Does::Delete).then_some(observed);
        self.note(at, "done", physical, Then::Rest(observed));
    }

    /// The object is gone, which is the goal of deletions alone.
    pub(super) fn gone(&mut self, at: usize) {
        let then = match self.works[at].step.does {
            Does::Delete | Does::Cordon | Does::Drain => Then::Rest(None),
            _ => Then::Fail(Failure {
                class: Class::NotFound,
                code: "gone".to_owned(),
                message: format!("{} is gone", self.works[at].step.id),
                call: None,
                object: None,
                advice: Some("somebody deleted it meanwhile; plan again".to_owned()),
            }),
        };
        self.note(at, "gone", None, then);
    }

    /// The step needs another call.
    pub(super) fn again(&mut self, at: usize, observed: Option<Box<Observed>>) {
        let physical = observed.as_ref().map(|observed| observed.physical.clone());
        let creates = self.works[at].step.does == Does::Create;
        let unguarded = creates && self.works[at].identity == Identity::Anonymous;
        let now = self.now;
        let Some(job) = self.works[at].job.as_mut() else {
            return;
        };
        job.leg += 1;
        job.trouble = None;
        if let Some(observed) = observed {
            job.act.live = Some(*observed);
        }
        let then = if job.leg >= MOST_CALLS {
            Then::Fail(internal("gave up: it has not settled after too many calls"))
        } else if unguarded && job.act.live.is_none() {
            job.look = Look::Made;
            Then::Pause(now, Next::Look)
        } else {
            Then::Call
        };
        self.note(at, "again", physical, then);
    }

    /// Nobody knows whether the call was taken: look first. A deletion is simply asked for again.
    fn unknown(&mut self, at: usize, reason: &str) {
        self.news(at, "not sure whether the cloud took it", Some(reason));
        let then = match self.stuck(at) {
            Some(_) => Then::Fail(gave_up("unknown", reason)),
            None => self.after_unknown(at),
        };
        self.note(at, "unknown", None, then);
    }

    fn after_unknown(&mut self, at: usize) -> Then {
        let work = &mut self.works[at];
        let Some(job) = work.job.as_mut() else {
            return Then::Call;
        };
        if work.step.does == Does::Delete {
            let tries = job.trouble.as_ref().map_or(0, |trouble| trouble.tries);
            return Then::Pause(self.now + backoff(tries), Next::Call);
        }
        job.look = Look::Unknown;
        let creates = work.step.does == Does::Create && job.act.live.is_none();
        let lag = match work.identity {
            Identity::Anonymous if creates => self.options.settle_ms,
            _ => 0,
        };
        Then::Pause(self.now + lag, Next::Look)
    }

    /// How long a step may go without progress.
    pub(super) fn patience(&self) -> u64 {
        self.options.retry_deadline_ms.max(self.options.settle_ms)
    }

    /// Counts an attempt without progress; answers how long that has been going on when it is too long.
    pub(super) fn stuck(&mut self, at: usize) -> Option<u64> {
        self.stuck_within(at, None)
    }

    /// The same, where it is known how long that may go on.
    fn stuck_within(&mut self, at: usize, within_ms: Option<u64>) -> Option<u64> {
        let now = self.now;
        let limit = within_ms.unwrap_or_else(|| self.patience());
        let job = self.works[at].job.as_mut()?;
        let trouble = job.trouble.get_or_insert(Trouble {
            since: now,
            tries: 0,
        });
        trouble.tries += 1;
        let lasted = now.saturating_sub(trouble.since);
        (trouble.tries > 2 && lasted >= limit).then_some(lasted)
    }
}

/// A fault of ours, or a plan that was tampered with.
pub(super) fn internal(message: &str) -> Failure {
    Failure {
        class: Class::Internal,
        code: "apply".to_owned(),
        message: message.to_owned(),
        call: None,
        object: None,
        advice: None,
    }
}

/// It has been tried long enough.
pub(super) fn gave_up(code: &str, reason: &str) -> Failure {
    Failure {
        class: Class::Unavailable,
        code: code.to_owned(),
        message: reason.to_owned(),
        call: None,
        object: None,
        advice: Some("run it again; it goes on from what is there".to_owned()),
    }
}
