//! A driver in virtual time: every command takes a fixed while, and a run can be killed at any record.

use std::collections::BTreeMap;

use super::tables;
use super::toy::Cloud;
use crate::apply::{Command, Event, Input, Options, Prior, Run, RunResult};
use crate::plan::PlanFile;

/// Milliseconds a record takes to be durable.
const FSYNC: u64 = 1;
/// Milliseconds a call takes there, and back.
const WAY: u64 = 20;

/// Where a run is killed, counted in records of this run from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kill {
    /// Never.
    No,
    /// The n-th record is not written any more.
    Before(usize),
    /// The n-th record is durable, nothing follows from it.
    After(usize),
    /// As `After`, and calls that are out are taken by the cloud.
    AfterTaken(usize),
}

/// What is out.
enum Out {
    Input(Input),
    Act(Box<crate::contract::Act>, u32),
    Poll(Box<crate::contract::Poll>, u32),
    Look(crate::model::ResourceId, u32),
    Cancel,
}

/// The world around runs: a cloud, a clock and a journal.
#[derive(Default)]
pub(super) struct World {
    pub(super) cloud: Cloud,
    pub(super) now: u64,
    pub(super) journal: String,
    pub(super) events: Vec<Event>,
    /// Steps at work at once, at most.
    pub(super) most: usize,
    /// Bytes of journal in the last run.
    pub(super) written: usize,
    pub(super) records: usize,
    /// The journal's disk is full from this record on.
    pub(super) full: Option<usize>,
    /// Cancel that long after the start.
    pub(super) cancel: Option<u64>,
    queue: BTreeMap<(u64, u64), Out>,
    serial: u64,
}

impl World {
    fn later(&mut self, time: u64, out: Out) {
        self.serial += 1;
        self.queue.insert((time, self.serial), out);
    }

    /// Executes a plan; `None` when it was killed.
    pub(super) fn run(
        &mut self,
        plan: &PlanFile,
        options: Options,
        kill: Kill,
    ) -> Option<RunResult> {
        let prior = Prior::parse(&self.journal);
        let mut run = Run::new(plan, &tables(), options, prior).expect("a plan");
        self.queue.clear();
        self.events.clear();
        (self.records, self.written, self.most) = (0, 0, 0);
        self.later(self.now, Out::Input(Input::Start));
        if let Some(cancel) = self.cancel {
            self.later(self.now + cancel, Out::Cancel);
        }
        loop {
            let ((time, _), out) = self.queue.pop_first().expect("a run that goes on or stops");
            self.now = time;
            let Some(input) = self.deliver(out) else {
                continue;
            };
            for command in run.next(time, input) {
                match self.perform(command, kill) {
                    Performed::Yes => {}
                    Performed::Stopped(result) => return Some(result),
                    Performed::Killed => return None,
                }
            }
            self.most = self.most.max(run.at_work());
        }
    }

    /// What is out reaches the run, or the cloud, whose answer is then out.
    fn deliver(&mut self, out: Out) -> Option<Input> {
        let now = self.now;
        let answer = match out {
            Out::Input(input) => return Some(input),
            Out::Cancel => return Some(Input::Cancel),
            Out::Act(act, step) => {
                let outcome = self.cloud.act(now, &act);
                Input::Acted { step, outcome }
            }
            Out::Poll(poll, step) => {
                let outcome = self.cloud.poll(now, &poll);
                Input::Polled { step, outcome }
            }
            Out::Look(id, step) => {
                let sight = Ok(self.cloud.look(now, &id));
                Input::Looked { step, sight }
            }
        };
        self.later(now + WAY, Out::Input(answer));
        None
    }

    fn perform(&mut self, command: Command, kill: Kill) -> Performed {
        let now = self.now;
        match command {
            Command::Journal(record) => {
                self.records += 1;
                if kill == Kill::Before(self.records) {
                    return Performed::Killed;
                }
                let seq = record.seq;
                if self.full.is_some_and(|full| self.records >= full) {
                    let reason = "no space left".to_owned();
                    self.later(now, Out::Input(Input::JournalFailed { seq, reason }));
                    return Performed::Yes;
                }
                let line = serde_json::to_string(&record).expect("json");
                self.written += line.len() + 1;
                self.journal.push_str(&line);
                self.journal.push('\n');
                if kill == Kill::After(self.records) {
                    return Performed::Killed;
                }
                if kill == Kill::AfterTaken(self.records) {
                    self.take_all();
                    return Performed::Killed;
                }
                self.later(now + FSYNC, Out::Input(Input::Journalled { seq }));
            }
            Command::Act { step, request, .. } => self.later(now + WAY, Out::Act(request, step)),
            Command::Poll { step, request, .. } => self.later(now + WAY, Out::Poll(request, step)),
            Command::LookUp { step, resource, .. } => {
                self.later(now + WAY, Out::Look(resource.id, step));
            }
            Command::WakeAt(time) => self.later(time.max(now), Out::Input(Input::Woke)),
            Command::Emit(event) => self.events.push(event),
            Command::Stop(result) => return Performed::Stopped(result),
        }
        Performed::Yes
    }

    /// Calls that are under way reach the cloud.
    fn take_all(&mut self) {
        let now = self.now;
        for out in std::mem::take(&mut self.queue).into_values() {
            if let Out::Act(act, _) = out {
                self.cloud.act(now, &act);
            }
        }
    }
}

enum Performed {
    Yes,
    Stopped(RunResult),
    Killed,
}
