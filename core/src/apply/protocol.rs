//! What the executor and its driver say to each other.
//!
//! The driver calls `Run::next(now, input)` and performs every command of the answer; each command but
//! `Emit` and `Stop` leads to exactly one later input. Time is milliseconds on the driver's clock.

use serde::{Deserialize, Serialize};

use crate::contract::{Act, Does, Failure, Outcome, Poll, PollOutcome};
use crate::model::{Never, Resource, ResourceId, Sight};

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Begin.
    Start,
    /// The record is durable.
    Journalled {
        /// Its sequence number.
        seq: u64,
    },
    /// The record could not be written (disk full): nothing more may be started.
    JournalFailed {
        /// Its sequence number.
        seq: u64,
        /// Why.
        reason: String,
    },
    /// An act came back.
    Acted {
        /// The step.
        step: u32,
        /// With this.
        outcome: Outcome,
    },
    /// A poll came back.
    Polled {
        /// The step.
        step: u32,
        /// With this.
        outcome: PollOutcome,
    },
    /// A look-up came back.
    Looked {
        /// The step.
        step: u32,
        /// With this; `Err` when even the reading failed.
        sight: Result<Sight, Failure>,
    },
    /// A time that was asked for has come.
    Woke,
    /// Stop starting things (first SIGINT).
    Cancel,
}

/// What the driver shall do.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Write this record durably, then say `Journalled`.
    Journal(Record),
    /// Call the provider's `act`.
    Act {
        /// The step.
        step: u32,
        /// The provider.
        provider: String,
        /// The request.
        request: Box<Act>,
    },
    /// Call the provider's `poll`.
    Poll {
        /// The step.
        step: u32,
        /// The provider.
        provider: String,
        /// The request.
        request: Box<Poll>,
    },
    /// Survey this one resource (no orphans).
    LookUp {
        /// The step.
        step: u32,
        /// The provider.
        provider: String,
        /// The resource.
        resource: Box<Resource<Never>>,
    },
    /// Say `Woke` at this time, in milliseconds on the driver's clock.
    WakeAt(u64),
    /// Show it.
    Emit(Event),
    /// The run is over.
    Stop(RunResult),
}

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Sequence number within the run, from 1.
    pub seq: u64,
    /// Milliseconds since the epoch.
    pub at: u64,
    /// The run.
    pub run: String,
    /// What is recorded.
    #[serde(flatten)]
    pub kind: RecordKind,
}

/// What a journal line records. Never a field value: a secret could be in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum RecordKind {
    /// A run begins.
    RunStarted {
        /// Format of the journal.
        format_version: u32,
        /// The stack.
        stack: String,
        /// Digest of the plan.
        plan: String,
    },
    /// A mutating call is about to be made.
    Intent {
        /// The step.
        step: u32,
        /// The resource.
        id: ResourceId,
        /// What is done.
        does: Does,
        /// The idempotency token.
        token: String,
        /// Counts the calls of this step, from 1.
        attempt: u32,
    },
    /// It came back.
    Outcome {
        /// The step.
        step: u32,
        /// The resource.
        id: ResourceId,
        /// Which of `done`, `gone`, `accepted`, `again`, `retry`, `unknown`, `failed`.
        outcome: String,
        /// The object's physical handle, once known.
        physical: Option<String>,
    },
    /// The run ended in order.
    RunFinished {
        /// Steps done.
        done: u32,
        /// Steps failed.
        failed: u32,
        /// Steps not started.
        not_started: u32,
    },
}

/// One event; a line of `apply --json` (contract: DESIGN 3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Format version.
    pub format_version: u32,
    /// The run.
    pub run: String,
    /// Milliseconds since the epoch; rendered as RFC 3339.
    pub at: u64,
    /// What happened.
    pub event: EventKind,
    /// The step.
    pub step: Option<u32>,
    /// The resource.
    pub id: Option<ResourceId>,
    /// Its address.
    pub address: Option<String>,
    /// The cloud's word, or the step's.
    pub phase: Option<String>,
    /// Seconds since the step started.
    pub seconds: Option<u64>,
    /// For people.
    pub message: Option<String>,
    /// On failures: the cloud's own reason.
    pub reason: Option<Failure>,
    /// On the last event.
    pub result: Option<RunResult>,
}

/// Kinds of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The run begins.
    RunStarted,
    /// A step begins.
    StepStarted,
    /// News of a step.
    StepProgress,
    /// A step is done.
    StepDone,
    /// A step failed.
    StepFailed,
    /// A step will not be started: something it needs failed, or the run was cancelled.
    StepSkipped,
    /// The run ends.
    RunFinished,
}

/// How a run ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunResult {
    /// Steps done.
    pub done: Vec<u32>,
    /// Steps failed, with why.
    pub failed: Vec<(u32, Failure)>,
    /// Steps not started, or started and left to the next run.
    pub not_started: Vec<u32>,
    /// It was cancelled, or the journal could not be written: a second apply resumes (exit 3).
    pub interrupted: bool,
    /// What stopped it, when that was not a cancellation.
    pub stopped_by: Option<Failure>,
}
