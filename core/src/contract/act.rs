//! One step of a plan, as a provider is asked to make it, and what came of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Fields, Kind, Never, Observed, Resource, ResourceId, Values, crossing};

use super::{Context, Failure};

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// Makes the object.
    Create,
    /// Changes the fields named in the step.
    Update,
    /// Waits until the object is usable.
    Wait,
    /// Stops new pods on the nodes.
    Cordon,
    /// Moves pods away.
    Drain,
    /// Runs a job.
    Run,
    /// Marks a foreign object as ours.
    Adopt,
    /// Removes the object.
    Delete,
}

/// The step as the provider sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActStep {
    /// The object.
    pub id: ResourceId,
    /// Its kind.
    pub kind: Kind,
    /// What to do.
    pub does: Does,
    /// For updates: the fields of this step's group.
    pub fields: Vec<String>,
}

/// Asks for the next mutating call of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// The context.
    pub context: Context,
    /// The step.
    pub step: ActStep,
    /// What is wanted; `None` for deletions of what the spec no longer has.
    pub desired: Option<Resource<Never>>,
    /// What was last seen of it.
    pub live: Option<Observed>,
    /// Physical names and outputs of its parent, when it has one.
    pub parent: Option<Parent>,
    /// Idempotency token, a UUID: same step, same parameters, same run, same token.
    pub token: String,
    /// Whether an earlier create of this id may have happened that we know nothing of: look first.
    pub look_first: bool,
    /// The value of the secret that it is about, when it is at hand. Who drives the run puts it in: the executor never has it.
    #[serde(default, with = "crossing", skip_serializing_if = "Values::is_empty")]
    pub values: Values,
}

/// What a step must know of the object it lives in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// Its id.
    pub id: ResourceId,
    /// Its name.
    pub name: Option<String>,
    /// Its outputs.
    pub outputs: Fields,
}

/// What a mutating call came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The goal is reached; outputs are complete.
    Done {
        /// The object now.
        observed: Box<Observed>,
    },
    /// The object is gone (deletions).
    Gone,
    /// The cloud took it and works on it: poll.
    Accepted {
        /// What to poll.
        handle: Handle,
        /// The cloud's word for now.
        phase: String,
    },
    /// One call done, more are needed: act again.
    Again {
        /// What was done: `attached internet gateway`.
        did: String,
        /// The object, as soon as a call of this step has made it: the next act gets it as `live`, so that
        /// no look-up through a visibility lag is needed to find it again. `None` = as it was.
        observed: Option<Box<Observed>>,
    },
    /// Not taken (throttled, a dependency not visible yet): nothing was changed, act again later.
    Retry {
        /// Not before this long.
        after_ms: u64,
        /// Why.
        reason: String,
        /// For how long it may go on like this, where that is known; else the executor's patience rules.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within_ms: Option<u64>,
    },
    /// Sent, and nobody knows whether it was taken: look it up before anything else.
    Unknown {
        /// Why.
        reason: String,
    },
    /// Refused or failed.
    Failed {
        /// Why, and what to do.
        failure: Failure,
    },
}

/// A provider's note to itself on what it waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Handle(pub BTreeMap<String, String>);

/// Asks whether an accepted call has come to rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    /// The context.
    pub context: Context,
    /// The step.
    pub step: ActStep,
    /// From [`Outcome::Accepted`].
    pub handle: Handle,
    /// As in [`Act`].
    pub desired: Option<Resource<Never>>,
    /// As in [`Act`].
    pub live: Option<Observed>,
    /// As in [`Act`].
    pub parent: Option<Parent>,
}

/// The answer to a poll.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "poll", rename_all = "snake_case")]
pub enum PollOutcome {
    /// Still at work.
    Pending {
        /// The cloud's word.
        phase: String,
        /// A problem the cloud already knows of, though it still tries.
        trouble: Option<String>,
    },
    /// The goal is reached.
    Done {
        /// The object now.
        observed: Box<Observed>,
    },
    /// The object is gone.
    Gone,
    /// This part is done, the step needs another call.
    Again {
        /// As in [`Outcome::Again`].
        observed: Option<Box<Observed>>,
    },
    /// A deletion that was accepted came to nothing: it may be asked for again later.
    Retry {
        /// Not before this long.
        after_ms: u64,
        /// Why.
        reason: String,
        /// As in [`Outcome::Retry`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within_ms: Option<u64>,
    },
    /// It came to rest in failure.
    Failed {
        /// Why, and what to do.
        failure: Failure,
    },
}
