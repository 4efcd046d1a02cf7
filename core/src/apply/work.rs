//! The steps of a plan as a graph, and where each of them stands.

use std::collections::BTreeMap;

use super::pace::Pace;
use crate::contract::{Act, Failure, Handle};
use crate::model::{Identity, Kind, Observed, ReplaceOrder, Table};
use crate::plan::Step;

/// A plan that cannot be executed as it stands; plan files are checked for it before anything is called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// Two steps have one number.
    #[error("the plan has two steps numbered {0}")]
    TwoSteps(u32),
    /// A step waits for one that does not exist.
    #[error("step {step} of the plan comes after step {after}, which is not in it")]
    NoStep {
        /// The step.
        step: u32,
        /// What it waits for.
        after: u32,
    },
    /// Steps wait for each other.
    #[error("step {0} of the plan waits for itself through other steps")]
    Cycle(u32),
    /// A step of a kind that no linked provider has.
    #[error("step {step} of the plan is of kind `{kind}`, which no provider here knows")]
    NoKind {
        /// The step.
        step: u32,
        /// The kind.
        kind: Kind,
    },
}

/// One step at work or waiting.
#[derive(Clone, Debug)]
pub(super) struct Work {
    /// The step of the plan.
    pub(super) step: Step,
    /// How objects of its kind are told apart.
    pub(super) identity: Identity,
    /// One of another name may stand for it: it is replaced by new ones of other names.
    pub(super) succeeds: bool,
    /// Its kind is the account's claim: it has an output `fresh`.
    pub(super) claim: bool,
    /// Predecessors that are not done.
    pub(super) waits_for: usize,
    /// Indices of the steps that come after it.
    pub(super) dependents: Vec<usize>,
    /// Estimated seconds from its start to the end of the longest chain behind it.
    pub(super) rank: u64,
    /// Must be looked up before its first call.
    pub(super) look_first: bool,
    /// It holds a place.
    pub(super) placed: bool,
    /// It holds its lane.
    pub(super) laned: bool,
    /// Where it stands.
    pub(super) stage: Stage,
    /// What is at hand while it is at work.
    pub(super) job: Option<Box<Job>>,
}

/// Where a step stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stage {
    /// For its predecessors.
    Waiting,
    /// Until objects that an earlier run may have made are visible; holds no place.
    Settling,
    /// For a place and its lane.
    Ready,
    /// A look-up is out.
    Looking,
    /// Until a time, then this.
    Paused(Next),
    /// The intent is being written.
    Intending,
    /// The call is out.
    Acting,
    /// A poll is out.
    Polling,
    /// The outcome is being written, then this.
    Noting(Then),
    /// At rest: done.
    Done,
    /// At rest: failed.
    Failed,
    /// At rest: not started, or left to the next run.
    Left,
}

impl Stage {
    /// Nothing more happens to it in this run.
    pub(super) const fn rests(&self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Left)
    }
}

/// What follows a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Look the object up.
    Look,
    /// Announce and make the next call.
    Call,
    /// Poll.
    Poll,
}

/// What follows a written outcome.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Then {
    /// Done; the object is as observed (`None` = gone).
    Rest(Option<Box<Observed>>),
    /// Go on with the next call.
    Call,
    /// Poll.
    Poll,
    /// Pause, then go on.
    Pause(u64, Next),
    /// Fail.
    Fail(Failure),
}

/// What is at hand while a step is at work.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// The request; its token and live object change from call to call.
    pub(super) act: Act,
    /// When the step began.
    pub(super) began: u64,
    /// Calls so far.
    pub(super) attempt: u32,
    /// Calls that were answered with "more are needed".
    pub(super) leg: u32,
    /// Since when nothing went forward.
    pub(super) trouble: Option<Trouble>,
    /// Since when what is accepted comes to nothing.
    pub(super) undone: Option<u64>,
    /// Why the look-up that is out was made.
    pub(super) look: Look,
    /// What is polled.
    pub(super) handle: Handle,
    /// The pace of polls.
    pub(super) pace: Pace,
    /// The last news shown.
    pub(super) news: (String, Option<String>),
}

/// A stretch of attempts without progress.
#[derive(Clone, Debug)]
pub(super) struct Trouble {
    /// Its first time.
    pub(super) since: u64,
    /// Attempts in it.
    pub(super) tries: u32,
}

/// Why a look-up is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Before the first create: an earlier run may have made it.
    First,
    /// After a call of which nobody knows whether it was taken.
    Unknown,
    /// After a call that made the object and did not say which it is.
    Made,
}

/// Builds the graph: counts of predecessors, dependents, ranks; linear in steps and edges.
pub(super) fn graph(steps: &[Step], tables: &BTreeMap<Kind, Table>) -> Result<Vec<Work>, RunError> {
    let mut works = Vec::with_capacity(steps.len());
    let mut index = BTreeMap::new();
    for (at, step) in steps.iter().enumerate() {
        if index.insert(step.n, at).is_some() {
            return Err(RunError::TwoSteps(step.n));
        }
        works.push(work(step, tables)?);
    }
    for (at, step) in steps.iter().enumerate() {
        for after in &step.after {
            let before = *index.get(after).ok_or(RunError::NoStep {
                step: step.n,
                after: *after,
            })?;
            works[before].dependents.push(at);
            works[at].waits_for += 1;
        }
    }
    rank(&mut works)?;
    Ok(works)
}

fn work(step: &Step, tables: &BTreeMap<Kind, Table>) -> Result<Work, RunError> {
    let table = tables.get(&step.kind).ok_or_else(|| RunError::NoKind {
        step: step.n,
        kind: step.kind.clone(),
    })?;
    Ok(Work {
        step: step.clone(),
        identity: table.identity,
        succeeds: table.replace == ReplaceOrder::CreateFirst,
        claim: table.outputs.iter().any(|output| output.name == "fresh"),
        waits_for: 0,
        dependents: Vec::new(),
        rank: 0,
        look_first: false,
        placed: false,
        laned: false,
        stage: Stage::Waiting,
        job: None,
    })
}

/// Longest estimated chain behind each step, walked backwards through one topological order.
fn rank(works: &mut [Work]) -> Result<(), RunError> {
    let mut open: Vec<usize> = works.iter().map(|work| work.waits_for).collect();
    let mut order: Vec<usize> = (0..works.len()).filter(|at| open[*at] == 0).collect();
    let mut next = 0;
    while let Some(at) = order.get(next).copied() {
        next += 1;
        for dependent in &works[at].dependents {
            open[*dependent] -= 1;
            if open[*dependent] == 0 {
                order.push(*dependent);
            }
        }
    }
    if let Some(stuck) = open.iter().position(|count| *count > 0) {
        return Err(RunError::Cycle(works[stuck].step.n));
    }
    for at in order.into_iter().rev() {
        let behind = works[at]
            .dependents
            .iter()
            .map(|dependent| works[*dependent].rank)
            .max();
        works[at].rank = behind.unwrap_or(0) + u64::from(works[at].step.seconds.max(1));
    }
    Ok(())
}
