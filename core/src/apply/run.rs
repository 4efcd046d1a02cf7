//! The run: inputs in, commands out.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::prior::Prior;
use super::protocol::{Command, EventKind, Input, Record, RecordKind, RunResult};
use super::queue::Queue;
use super::report::{FORMAT_VERSION, Says};
use super::resolve::Known;
use super::work::{Next, RunError, Stage, Work, graph};
use crate::contract::{Class, Failure};
use crate::model::{Kind, ResourceId, Table};
use crate::plan::PlanFile;

/// What a run is told besides its plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Id of the run, unique; a resumed run keeps the id of the one it resumes ([`Run::id`]).
    pub run: String,
    /// Steps that make calls at once. What waits for the cloud to finish what it accepted is not counted: a stack is
    /// not built slower for being wide.
    pub parallel: usize,
    /// How long an object that was just made may stay invisible to reads.
    pub settle_ms: u64,
    /// How long a step may go without progress before it fails.
    pub retry_deadline_ms: u64,
    /// After a cancellation: how long to wait for the answers of calls that are out.
    pub grace_ms: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            run: String::new(),
            parallel: 10,
            settle_ms: 40_000,
            retry_deadline_ms: 120_000,
            grace_ms: 1_500,
        }
    }
}

/// Where the run as a whole stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Not begun, or its first record is being written.
    Opening,
    /// At work.
    Working,
    /// Nothing new is started until this time at the latest.
    Stopping(u64),
    /// Its last record is being written.
    Closing,
    /// Over.
    Over,
}

/// Where objects lie: account and region.
pub(super) type Scope = (Option<String>, String);

/// One execution of a plan. Holds no clock and does nothing itself: see [`Input`] and [`Command`].
#[derive(Clone, Debug)]
pub struct Run {
    pub(super) plan: PlanFile,
    pub(super) options: Options,
    pub(super) prior: Prior,
    pub(super) run: String,
    pub(super) works: Vec<Work>,
    pub(super) index: BTreeMap<u32, usize>,
    pub(super) queue: Queue,
    pub(super) known: Known,
    pub(super) phase: Phase,
    pub(super) now: u64,
    pub(super) started: u64,
    /// Scopes whose claim was made by this very run: no earlier run can have left anything unseen there.
    pub(super) fresh: BTreeSet<Scope>,
    /// Ids for which an earlier run may have made a call of which nobody knows the answer.
    pub(super) unsure: BTreeSet<ResourceId>,
    /// Journal numbers of the last announced deletion by id.
    pub(super) deletions: BTreeMap<ResourceId, u64>,
    pub(super) out: Vec<Command>,
    seq: u64,
    records: BTreeMap<u64, Option<usize>>,
    timers: BTreeSet<(u64, usize)>,
    wakes: BTreeSet<u64>,
    rested: usize,
    result: RunResult,
}

impl Run {
    /// Makes a run ready; it begins with [`Input::Start`]. The plan is copied.
    ///
    /// # Errors
    /// When the steps are no graph, or of kinds that `tables` does not have.
    pub fn new(
        plan: &PlanFile,
        tables: &BTreeMap<Kind, Table>,
        options: Options,
        prior: Prior,
    ) -> Result<Self, RunError> {
        let works = graph(&plan.plan.steps, tables)?;
        let index = works
            .iter()
            .enumerate()
            .map(|(at, work)| (work.step.n, at))
            .collect();
        let prior = prior.of_stack(&plan.plan.stack);
        let resumed = prior.unfinished().map(|(run, _)| run.to_owned());
        Ok(Self {
            index,
            plan: plan.clone(),
            run: resumed.unwrap_or_else(|| options.run.clone()),
            queue: Queue::new(options.parallel),
            options,
            works,
            known: Known::default(),
            phase: Phase::Opening,
            now: 0,
            started: 0,
            fresh: BTreeSet::new(),
            unsure: prior.unsure_ids(),
            deletions: prior.deletions().clone(),
            out: Vec::new(),
            seq: prior.last_seq(),
            records: BTreeMap::new(),
            timers: BTreeSet::new(),
            wakes: BTreeSet::new(),
            rested: 0,
            result: RunResult::default(),
            prior,
        })
    }

    /// The id of the run: the one it resumes, or the one of the options. The journal of a resumed run is
    /// appended to.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.run
    }

    /// Steps that hold a place.
    #[must_use]
    pub fn at_work(&self) -> usize {
        self.queue.taken()
    }

    /// Takes one input at a time and answers with what is to be done. `now` is in milliseconds since the epoch
    /// and never goes back; an earlier one counts as the latest seen.
    pub fn next(&mut self, now: u64, input: Input) -> Vec<Command> {
        self.now = self.now.max(now);
        if self.phase != Phase::Over {
            self.take(input);
            self.proceed();
        }
        std::mem::take(&mut self.out)
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Start => self.open(),
            Input::Journalled { seq } => self.journalled(seq),
            Input::JournalFailed { seq, reason } => {
                self.halt(Some(journal_failure(&reason)));
                self.journalled(seq);
            }
            Input::Acted { step, outcome } => {
                if let Some(at) = self.at(step, &Stage::Acting) {
                    self.acted(at, outcome);
                }
            }
            Input::Polled { step, outcome } => {
                if let Some(at) = self.at(step, &Stage::Polling) {
                    self.polled(at, outcome);
                }
            }
            Input::Looked { step, sight } => {
                if let Some(at) = self.at(step, &Stage::Looking) {
                    self.looked(at, sight);
                }
            }
            Input::Woke => self.woke(),
            Input::Cancel => self.halt(None),
        }
    }

    /// The step with that number, if that is where it stands: answers that come late change nothing.
    fn at(&self, step: u32, stage: &Stage) -> Option<usize> {
        let at = *self.index.get(&step)?;
        (self.works[at].stage == *stage).then_some(at)
    }

    fn open(&mut self) {
        self.started = self.now;
        self.announce(EventKind::RunStarted, Says::default());
        let text = serde_json::to_string(&self.plan.plan).unwrap_or_default();
        let plan = Sha256::digest(text.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let stack = self.plan.plan.stack.clone();
        self.write(
            RecordKind::RunStarted {
                format_version: FORMAT_VERSION,
                stack,
                plan,
            },
            None,
        );
    }

    /// Has a record written; `at` goes on when it is durable.
    pub(super) fn write(&mut self, kind: RecordKind, at: Option<usize>) -> u64 {
        self.seq += 1;
        self.records.insert(self.seq, at);
        self.out.push(Command::Journal(Record {
            seq: self.seq,
            at: self.now,
            run: self.run.clone(),
            kind,
        }));
        self.seq
    }

    fn journalled(&mut self, seq: u64) {
        match (self.records.remove(&seq), self.phase) {
            (Some(Some(at)), _) => self.noted(at),
            (Some(None), Phase::Opening) => {
                self.phase = Phase::Working;
                for at in 0..self.works.len() {
                    if self.works[at].waits_for == 0 {
                        self.unlock(at);
                    }
                }
            }
            (Some(None), Phase::Closing) => self.over(),
            _ => {}
        }
    }

    /// Asks to be woken for a step.
    pub(super) fn wake_at(&mut self, time: u64, at: usize) {
        self.timers.insert((time, at));
    }

    fn woke(&mut self) {
        self.wakes = self.wakes.split_off(&(self.now + 1));
        while let Some((time, at)) = self.timers.first().copied() {
            if time > self.now {
                break;
            }
            self.timers.pop_first();
            match self.works[at].stage {
                Stage::Settling => self.enqueue(at),
                Stage::Paused(Next::Look) => self.look(at),
                Stage::Paused(Next::Call) => self.intend(at),
                Stage::Paused(Next::Poll) => self.poll(at),
                _ => {}
            }
        }
    }

    /// Starts what can start, ends what is over, and asks for the next wake-up.
    fn proceed(&mut self) {
        match self.phase {
            Phase::Working => {
                while let Some(at) = {
                    let works = &self.works;
                    self.queue.pop(|at| works[at].step.lane())
                } {
                    self.begin(at);
                }
                if self.rested == self.works.len() {
                    self.close();
                }
            }
            Phase::Stopping(until) => {
                if self.rested == self.works.len() || self.now >= until {
                    self.over();
                }
            }
            Phase::Opening | Phase::Closing | Phase::Over => {}
        }
        self.set_wake();
    }

    fn set_wake(&mut self) {
        let timer = match self.phase {
            Phase::Working => self.timers.first().map(|(time, _)| *time),
            Phase::Stopping(until) => Some(until),
            _ => None,
        };
        if let Some(time) = timer
            && self.wakes.first().is_none_or(|wake| *wake > time)
        {
            self.wakes.insert(time);
            self.out.push(Command::WakeAt(time));
        }
    }

    /// Starts nothing more. Accepted operations stay with the cloud; the next run finds them.
    fn halt(&mut self, why: Option<Failure>) {
        self.result.stopped_by = self.result.stopped_by.take().or(why);
        if !matches!(self.phase, Phase::Opening | Phase::Working) {
            return;
        }
        self.result.interrupted = true;
        self.phase = Phase::Stopping(self.now + self.options.grace_ms);
        for at in 0..self.works.len() {
            let stage = &self.works[at].stage;
            if !stage.rests() && !matches!(stage, Stage::Acting | Stage::Noting(_)) {
                self.leave(at, "the run was stopped");
            }
        }
    }

    /// A step gives its place to another one; its lane stays its own.
    pub(super) fn step_aside(&mut self, at: usize) {
        if std::mem::take(&mut self.works[at].placed) {
            self.queue.leave();
        }
    }

    /// A step comes to rest.
    pub(super) fn rest(&mut self, at: usize, stage: Stage) {
        if self.works[at].stage.rests() {
            return;
        }
        self.step_aside(at);
        if std::mem::take(&mut self.works[at].laned) {
            self.queue.release(self.works[at].step.lane.as_deref());
        }
        self.works[at].stage = stage;
        self.works[at].job = None;
        self.rested += 1;
    }

    /// A step failed for good.
    pub(super) fn failed(&mut self, at: usize, failure: &Failure) {
        self.result
            .failed
            .push((self.works[at].step.n, failure.clone()));
    }

    fn close(&mut self) {
        self.phase = Phase::Closing;
        self.tally();
        let count = |steps: usize| u32::try_from(steps).unwrap_or(u32::MAX);
        let kind = RecordKind::RunFinished {
            done: count(self.result.done.len()),
            failed: count(self.result.failed.len()),
            not_started: count(self.result.not_started.len()),
        };
        self.write(kind, None);
    }

    fn tally(&mut self) {
        for work in &self.works {
            match work.stage {
                Stage::Done => self.result.done.push(work.step.n),
                Stage::Failed => {}
                _ => self.result.not_started.push(work.step.n),
            }
        }
        self.result.failed.sort_by_key(|(step, _)| *step);
    }

    fn over(&mut self) {
        if self.phase != Phase::Closing {
            self.tally();
        }
        self.phase = Phase::Over;
        let result = self.result.clone();
        self.announce(
            EventKind::RunFinished,
            Says {
                message: result.stopped_by.as_ref().map(ToString::to_string),
                reason: result.stopped_by.clone(),
                result: Some(result.clone()),
                ..Says::default()
            },
        );
        self.out.push(Command::Stop(result));
    }
}

fn journal_failure(reason: &str) -> Failure {
    Failure {
        class: Class::Unavailable,
        code: "journal".to_owned(),
        message: format!("the journal could not be written: {reason}"),
        call: None,
        object: None,
        advice: Some("make room where the journal is kept, then apply again".to_owned()),
    }
}
