//! The way of one step: unlocked, begun, announced, called, noted, at rest.

use super::outcome::internal;
use super::pace::Pace;
use super::protocol::{Command, EventKind, RecordKind};
use super::report::Says;
use super::run::{Phase, Run, Scope};
use super::token::{Turn, token};
use super::work::{Job, Look, Next, Stage, Then};
use crate::contract::{Act, ActStep, Does, Failure, Handle};
use crate::model::{Identity, Never, Observed, Resource, Value, Values};

impl Run {
    /// All that a step comes after is done.
    pub(super) fn unlock(&mut self, at: usize) {
        let (wait, look) = self.caution(at);
        self.works[at].look_first = look;
        let settled = self.started + self.options.settle_ms;
        if wait && self.now < settled {
            self.works[at].stage = Stage::Settling;
            self.wake_at(settled, at);
        } else {
            self.enqueue(at);
        }
    }

    /// Whether a step must wait until everything an earlier run may have made is visible, and look it up then.
    ///
    /// A create without a guard of its own must (a name is none where an object of another one may have replaced it), unless this run made the account's claim (then there was no
    /// earlier run) or repeats a call under its old token. The claim itself is deleted only then, because
    /// whoever makes it anew relies on it.
    fn caution(&self, at: usize) -> (bool, bool) {
        let work = &self.works[at];
        match (work.step.does, work.identity) {
            (Does::Delete, _) => (work.claim, false),
            (Does::Create, Identity::Anonymous | Identity::Token) => {
                let unsure = self.unsure.contains(&work.step.id);
                let first = self.is_fresh(&work.step.provider) && !unsure;
                let repeat = work.identity == Identity::Token && self.is_repeat(at);
                (!first && !repeat, !first && !repeat)
            }
            (Does::Create, Identity::Named) if work.succeeds && !self.replaces(at) => {
                let first = self.is_fresh(&work.step.provider);
                (!first, !first)
            }
            _ => (false, false),
        }
    }

    /// Whether it is the new object of a replacement: its name tells which old one it replaces.
    fn replaces(&self, at: usize) -> bool {
        self.plan.live.contains_key(&self.works[at].step.id)
    }

    /// Where a provider acts. Several providers can act in one scope (a network's and a cluster's), and one claim
    /// speaks for all of them.
    fn scope(&self, provider: &str) -> Option<Scope> {
        let context = self.plan.contexts.get(provider)?;
        Some((context.account.clone(), context.region.clone()))
    }

    fn is_fresh(&self, provider: &str) -> bool {
        self.scope(provider)
            .is_some_and(|scope| self.fresh.contains(&scope))
    }

    fn is_repeat(&self, at: usize) -> bool {
        self.request(at)
            .is_ok_and(|act| self.prior.knows(&self.token(&act, 0)))
    }

    /// A step waits for a place.
    pub(super) fn enqueue(&mut self, at: usize) {
        self.works[at].stage = Stage::Ready;
        self.queue.push(self.works[at].rank, at);
    }

    /// A step has its place and begins.
    pub(super) fn begin(&mut self, at: usize) {
        self.works[at].placed = true;
        self.works[at].laned = true;
        if self.works[at].stage != Stage::Ready {
            self.step_aside(at);
            self.works[at].laned = false;
            self.queue.release(self.works[at].step.lane.as_deref());
            return;
        }
        self.tell(at, EventKind::StepStarted, Says::default());
        match self.request(at) {
            Ok(mut act) => {
                act.look_first = self.works[at].look_first;
                self.works[at].job = Some(Box::new(Job {
                    act,
                    began: self.now,
                    undone: None,
                    attempt: 0,
                    leg: 0,
                    trouble: None,
                    look: Look::First,
                    handle: Handle::default(),
                    pace: Pace::new(self.now),
                    news: (String::new(), None),
                }));
                if self.works[at].look_first {
                    self.look(at);
                } else {
                    self.intend(at);
                }
            }
            Err(failure) => self.fail(at, failure),
        }
    }

    /// The request of a step, without its token.
    fn request(&self, at: usize) -> Result<Act, Failure> {
        let step = &self.works[at].step;
        let context = self
            .plan
            .contexts
            .get(&step.provider)
            .cloned()
            .ok_or_else(|| internal(&format!("no context for provider `{}`", step.provider)))?;
        let desired = self.desired(at)?;
        let live = self.live(at).cloned();
        let parent = desired
            .as_ref()
            .and_then(|desired| desired.parent.clone())
            .or_else(|| live.as_ref().and_then(|live| live.parent.clone()))
            .map(|parent| self.known.parent(&self.plan, &parent));
        Ok(Act {
            context,
            step: ActStep {
                id: step.id.clone(),
                kind: step.kind.clone(),
                does: step.does,
                fields: step.fields.clone(),
            },
            desired,
            live,
            parent,
            token: String::new(),
            look_first: false,
            values: Values::none(),
        })
    }

    fn desired(&self, at: usize) -> Result<Option<Resource<Never>>, Failure> {
        let step = &self.works[at].step;
        if step.does == Does::Delete {
            return Ok(None);
        }
        match self.plan.desired.get(&step.id) {
            Some(desired) => {
                let mut desired = self
                    .known
                    .resolve(&self.plan, desired)
                    .map_err(|missing| internal(&missing.to_string()))?;
                desired.fields.extend(step.set.clone());
                Ok(Some(desired))
            }
            None if matches!(step.does, Does::Cordon | Does::Drain) => Ok(None),
            None => Err(internal(&format!(
                "the plan does not say what {} shall be",
                step.id
            ))),
        }
    }

    /// The live object a step is about. A create has none: in a replacement the other one is the old one.
    fn live(&self, at: usize) -> Option<&Observed> {
        let step = &self.works[at].step;
        let old = self.plan.live.get(&step.id);
        let now = self.known.get(&self.plan, &step.id);
        match step.does {
            Does::Create => None,
            Does::Delete | Does::Cordon | Does::Drain => now
                .filter(|now| old.is_none_or(|old| old.physical == now.physical))
                .or(old),
            Does::Update | Does::Wait | Does::Run | Does::Adopt => now,
        }
    }

    fn token(&self, act: &Act, leg: u32) -> String {
        let generation = match act.step.does {
            Does::Delete => 0,
            _ => self.deletions.get(&act.step.id).copied().unwrap_or(0),
        };
        let turn = Turn {
            run: &self.run,
            stack: &act.context.stack,
            generation,
            leg,
        };
        token(turn, &act.step, act.desired.as_ref())
    }

    /// Announces the next call of a step.
    pub(super) fn intend(&mut self, at: usize) {
        let Some(mut job) = self.works[at].job.take() else {
            return;
        };
        job.attempt += 1;
        job.act.token = self.token(&job.act, job.leg);
        let step = &self.works[at].step;
        let (id, does) = (step.id.clone(), step.does);
        let record = RecordKind::Intent {
            step: step.n,
            id: id.clone(),
            does,
            token: job.act.token.clone(),
            attempt: job.attempt,
        };
        self.works[at].job = Some(job);
        self.works[at].stage = Stage::Intending;
        let seq = self.write(record, Some(at));
        if does == Does::Delete {
            self.deletions.insert(id, seq);
        }
    }

    /// A record of a step is durable.
    pub(super) fn noted(&mut self, at: usize) {
        match std::mem::replace(&mut self.works[at].stage, Stage::Acting) {
            Stage::Intending => self.call(at),
            Stage::Noting(then) => self.follow(at, then),
            other => self.works[at].stage = other,
        }
    }

    fn call(&mut self, at: usize) {
        let work = &self.works[at];
        if let Some(job) = &work.job {
            self.out.push(Command::Act {
                step: work.step.n,
                provider: work.step.provider.clone(),
                request: Box::new(job.act.clone()),
            });
        }
    }

    fn follow(&mut self, at: usize, then: Then) {
        match then {
            Then::Rest(observed) => self.finish(at, observed),
            Then::Fail(failure) => self.fail(at, failure),
            _ if self.phase != Phase::Working => self.leave(at, "the run was stopped"),
            Then::Call => self.intend(at),
            Then::Poll => {
                self.step_aside(at);
                self.wait(at);
            }
            Then::Pause(until, next) => self.pause(at, until, next),
        }
    }

    /// Waits with its place kept.
    pub(super) fn pause(&mut self, at: usize, until: u64, next: Next) {
        self.works[at].stage = Stage::Paused(next);
        self.wake_at(until, at);
    }

    /// Writes an outcome; `then` follows when it is durable.
    pub(super) fn note(&mut self, at: usize, outcome: &str, physical: Option<String>, then: Then) {
        self.works[at].stage = Stage::Noting(then);
        let step = &self.works[at].step;
        let record = RecordKind::Outcome {
            step: step.n,
            id: step.id.clone(),
            outcome: outcome.to_owned(),
            physical,
        };
        self.write(record, Some(at));
    }

    /// A step is done: what it made is known from here on, and what comes after it is unlocked.
    pub(super) fn finish(&mut self, at: usize, observed: Option<Box<Observed>>) {
        let work = &self.works[at];
        match observed {
            Some(observed) => {
                let fresh = observed.outputs.get("fresh") == Some(&Value::Bool(true));
                if work.claim && work.step.does == Does::Create && fresh {
                    self.fresh.extend(self.scope(&work.step.provider));
                }
                self.known.publish(*observed);
            }
            None if work.step.does == Does::Delete => {
                let physical = work
                    .job
                    .as_ref()
                    .and_then(|job| Some(job.act.live.as_ref()?.physical.as_str()));
                self.known.remove(&work.step.id, physical);
            }
            None => {}
        }
        self.tell(at, EventKind::StepDone, Says::default());
        self.rest(at, Stage::Done);
        for dependent in std::mem::take(&mut self.works[at].dependents) {
            let work = &mut self.works[dependent];
            work.waits_for -= 1;
            if work.waits_for == 0 && work.stage == Stage::Waiting {
                self.unlock(dependent);
            }
        }
    }

    /// A step failed: what comes after it is not started, everything else goes on.
    pub(super) fn fail(&mut self, at: usize, failure: Failure) {
        self.failed(at, &failure);
        let needs = format!("{} failed", self.works[at].step.id);
        self.tell(
            at,
            EventKind::StepFailed,
            Says {
                message: Some(failure.to_string()),
                reason: Some(failure),
                ..Says::default()
            },
        );
        self.rest(at, Stage::Failed);
        let mut lost = std::mem::take(&mut self.works[at].dependents);
        while let Some(dependent) = lost.pop() {
            if self.works[dependent].stage == Stage::Waiting {
                self.leave(dependent, &needs);
                lost.append(&mut self.works[dependent].dependents);
            }
        }
    }

    /// A step is not started, or left to the next run.
    pub(super) fn leave(&mut self, at: usize, why: &str) {
        let begun = self.works[at].job.is_some();
        let why = match begun {
            true => format!("left to the next run: {why}"),
            false => format!("not started: {why}"),
        };
        self.tell(
            at,
            EventKind::StepSkipped,
            Says {
                message: Some(why),
                ..Says::default()
            },
        );
        self.rest(at, Stage::Left);
    }
}
