//! Looking things up before a call that might be a repeat, and waiting for what was accepted.

use super::outcome::gave_up;
use super::pace::{backoff, patience};
use super::protocol::Command;
use super::run::Run;
use super::work::{Look, Next, Stage, Then};
use crate::contract::{Class, Does, Failure, Poll, PollOutcome};
use crate::model::{Observed, Sight, Status};

impl Run {
    /// Asks for a look-up of a step's object.
    pub(super) fn look(&mut self, at: usize) {
        let work = &mut self.works[at];
        let desired = work.job.as_ref().and_then(|job| job.act.desired.clone());
        let Some(resource) = desired else {
            return self.intend(at);
        };
        work.stage = Stage::Looking;
        self.out.push(Command::LookUp {
            step: work.step.n,
            provider: work.step.provider.clone(),
            resource: Box::new(resource),
        });
    }

    /// A look-up came back.
    pub(super) fn looked(&mut self, at: usize, sight: Result<Sight, Failure>) {
        match sight {
            Ok(Sight::Present(observed) | Sight::Adoptable(observed))
                if !self.is_old(at, &observed.physical) =>
            {
                self.found(at, *observed);
            }
            Ok(Sight::Present(_) | Sight::Adoptable(_) | Sight::Absent) => self.not_found(at),
            Ok(Sight::Twice { physical, objects }) => self.several(at, &physical, objects),
            Ok(Sight::Clash { physical, owner }) => {
                self.fail(at, clash(&physical, owner.as_deref()));
            }
            Ok(Sight::Unknown { reason }) => self.look_again(at, &reason),
            Err(failure) if matches!(failure.class, Class::Denied | Class::Credentials) => {
                self.fail(at, failure);
            }
            Err(failure) => self.look_again(at, &failure.to_string()),
        }
    }

    /// There are several: while a replacement is under way, the old one is among them.
    fn several(&mut self, at: usize, physical: &[String], objects: Vec<Observed>) {
        let meant = objects.into_iter().find(|one| self.is_meant(at, one));
        match meant {
            Some(one) => self.found(at, one),
            // The other is what this step made.
            None if physical.iter().any(|physical| self.is_old(at, physical)) => self.intend(at),
            None => self.fail(at, self.twice(at, physical)),
        }
    }

    /// Whether an object is the one that this step is about: the one it had, or the one of the name it gives.
    fn is_meant(&self, at: usize, object: &Observed) -> bool {
        let Some(job) = self.works[at].job.as_ref() else {
            return false;
        };
        let had = job.act.live.as_ref().map(|live| &live.physical);
        let name = job
            .act
            .desired
            .as_ref()
            .and_then(|desired| desired.name.as_deref());
        let given = object.outputs.get("name").and_then(|name| name.as_text());
        let goes = matches!(object.status, Status::Deleting { .. });
        had == Some(&object.physical)
            || (given.is_some() && given == name && !goes && !self.is_old(at, &object.physical))
    }

    /// Whether it is the object that this step's replacement shall replace.
    fn is_old(&self, at: usize, physical: &str) -> bool {
        let step = &self.works[at].step;
        step.does == Does::Create
            && self
                .plan
                .live
                .get(&step.id)
                .is_some_and(|old| old.physical == physical)
    }

    /// It is there: the provider carries on from what it is.
    fn found(&mut self, at: usize, observed: Observed) {
        if let Some(job) = self.works[at].job.as_mut() {
            job.act.live = Some(observed);
        }
        self.intend(at);
    }

    fn not_found(&mut self, at: usize) {
        let look = self.works[at].job.as_ref().map(|job| job.look);
        if look == Some(Look::Made) {
            // It was made a moment ago and is not visible yet; making another would be wrong.
            self.look_again(at, "what was just made is not visible yet");
        } else {
            self.intend(at);
        }
    }

    fn look_again(&mut self, at: usize, reason: &str) {
        self.news(at, "looking it up", Some(reason));
        if self.stuck(at).is_some() {
            return self.fail(at, gave_up("look-up", reason));
        }
        let tries = self.tries(at);
        self.pause(at, self.now + backoff(tries), Next::Look);
    }

    fn tries(&self, at: usize) -> u32 {
        self.works[at]
            .job
            .as_ref()
            .and_then(|job| job.trouble.as_ref())
            .map_or(0, |trouble| trouble.tries)
    }

    fn twice(&self, at: usize, physical: &[String]) -> Failure {
        Failure {
            class: Class::Conflict,
            code: "twice".to_owned(),
            message: format!(
                "several live objects carry the id {}: {}",
                self.works[at].step.id,
                physical.join(", ")
            ),
            call: None,
            object: None,
            advice: Some("delete the one that is not in use, then apply again".to_owned()),
        }
    }

    /// Waits for what the cloud accepted.
    pub(super) fn wait(&mut self, at: usize) {
        let (now, work) = (self.now, &mut self.works[at]);
        let seconds = work.step.seconds;
        if let Some(job) = work.job.as_mut() {
            let time = now + job.pace.next(now, seconds);
            self.pause(at, time, Next::Poll);
        }
    }

    /// Asks whether it has come to rest.
    pub(super) fn poll(&mut self, at: usize) {
        let work = &mut self.works[at];
        let Some(job) = work.job.as_ref() else {
            return;
        };
        let waited = self.now.saturating_sub(job.pace.since);
        if waited > patience(work.step.seconds) {
            let reason = format!("still {} after {} minutes", job.news.0, waited / 60_000);
            return self.fail(at, gave_up("patience", &reason));
        }
        let request = Box::new(Poll {
            context: job.act.context.clone(),
            step: job.act.step.clone(),
            handle: job.handle.clone(),
            desired: job.act.desired.clone(),
            live: job.act.live.clone(),
            parent: job.act.parent.clone(),
        });
        work.stage = Stage::Polling;
        self.out.push(Command::Poll {
            step: work.step.n,
            provider: work.step.provider.clone(),
            request,
        });
    }

    /// A poll came back.
    pub(super) fn polled(&mut self, at: usize, outcome: PollOutcome) {
        match outcome {
            PollOutcome::Pending { phase, trouble } => {
                self.news(at, &phase, trouble.as_deref());
                if let Some(job) = self.works[at].job.as_mut() {
                    job.trouble = None;
                }
                self.wait(at);
            }
            PollOutcome::Done { observed } => self.done(at, observed),
            PollOutcome::Gone => self.gone(at),
            PollOutcome::Again { observed } => self.again(at, observed),
            PollOutcome::Retry {
                after_ms,
                reason,
                within_ms,
            } => self.undone(at, after_ms, &reason, within_ms),
            // A read that failed says nothing about the operation, which goes on whoever may look at it.
            PollOutcome::Failed { failure }
                if matches!(failure.class, Class::Unavailable | Class::Credentials) =>
            {
                let advice = failure.advice.as_ref().map(|advice| format!(": {advice}"));
                let text = format!("{}{}", failure.message, advice.unwrap_or_default());
                self.news(at, "waiting", Some(&text));
                if self.stuck(at).is_some() {
                    self.note(at, "failed", None, Then::Fail(failure));
                } else {
                    let tries = self.tries(at);
                    self.pause(at, self.now + backoff(tries), Next::Poll);
                }
            }
            PollOutcome::Failed { failure } => {
                self.note(at, "failed", None, Then::Fail(failure));
            }
        }
    }

    /// What was accepted came to nothing. It is asked for again by a call of another token: the cloud knows this one as done.
    fn undone(&mut self, at: usize, after_ms: u64, reason: &str, within_ms: Option<u64>) {
        self.news(at, "waiting to try again", Some(reason));
        let (now, limit) = (self.now, within_ms.unwrap_or_else(|| self.patience()));
        let Some(job) = self.works[at].job.as_mut() else {
            return;
        };
        job.leg += 1;
        let since = *job.undone.get_or_insert(now);
        // A second create under another token could be a second object.
        let twice = self.works[at].step.does != Does::Delete;
        let then = match twice || now.saturating_sub(since) >= limit {
            true => Then::Fail(gave_up("retry", reason)),
            false => Then::Pause(now + after_ms.max(100), Next::Call),
        };
        self.note(at, "retry", None, then);
    }
}

fn clash(physical: &str, owner: Option<&str>) -> Failure {
    let owner = owner.unwrap_or("nobody we know");
    Failure {
        class: Class::Clash,
        code: "clash".to_owned(),
        message: format!("{physical} already has this name and belongs to {owner}"),
        call: None,
        object: Some(physical.to_owned()),
        advice: Some("give ours another name, or remove that object".to_owned()),
    }
}
