//! Questions about what is live, and their answers, wave by wave.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Observed, Pending, Resource, ResourceId, Sight, Stray, Values, crossing};

use super::{
    Advice, Advised, Context, ExpandRequest, Facts, Import, Imported, Leavers, Left, Note,
};

/// One survey question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "wave", rename_all = "snake_case")]
pub enum SurveyRequest {
    /// Wave 0: who am I. Checks the account before any other call; of the facts, the answer holds account and caller.
    Caller {
        /// The context.
        context: Context,
    },
    /// Beside wave 1: what is on offer here. Checks the account as well, which costs no second call.
    Account {
        /// The context.
        context: Context,
    },
    /// The second half of wave 0: what the spec refers to and others own, for expansion to use and to judge. Read only,
    /// ever. Providers that know of nothing such answer without a call.
    Existing(Box<ExpandRequest>),
    /// Wave 1: the objects of the stack. What is asked for rests on the spec's words: facts of the account are being
    /// read at the same time, so names and parents hold, and values that facts decide may still be others.
    Objects(Objects),
    /// By itself: a live cluster in the words of a spec.
    Import(Import),
    /// After a first plan: what is to be known of changes that go by stops. A provider that finds nothing to look
    /// into answers without a call.
    Advice(Advised),
    /// After a first plan, and only when something is to be removed that others make objects from inside of: what
    /// they left.
    Left(Leavers),
}

/// A survey's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "wave", rename_all = "snake_case")]
pub enum SurveyAnswer {
    /// Of [`SurveyRequest::Caller`] and [`SurveyRequest::Account`].
    Account(Account),
    /// Of [`SurveyRequest::Import`].
    Imported(Box<Imported>),
    /// Of [`SurveyRequest::Existing`]: joins [`Facts::extra`].
    Existing {
        /// The facts.
        facts: BTreeMap<String, String>,
    },
    /// Of [`SurveyRequest::Objects`].
    Objects {
        /// One sight per asked resource.
        seen: BTreeMap<ResourceId, Sight>,
        /// Marked objects of the stack that were not asked for (or could not be read).
        orphans: Vec<Observed>,
        /// Marked objects elsewhere.
        strays: Vec<Stray>,
        /// Kinds of which the orphans could not be listed, with the reason.
        unread: BTreeMap<String, String>,
    },
    /// Of [`SurveyRequest::Advice`].
    Advice(Advice),
    /// Of [`SurveyRequest::Left`].
    Left {
        /// What was left, in a stable order.
        left: Vec<Left>,
        /// What is in the way and not ours, and what could not be read.
        notes: Vec<Note>,
    },
}

/// Which objects to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objects {
    /// The context.
    pub context: Context,
    /// Desired resources of this provider, names and parents included. Their sights are in the answer.
    pub resources: Vec<Resource<Pending>>,
    /// Names of desired parents that other providers hold, by id.
    pub parents: BTreeMap<ResourceId, String>,
    /// Also list marked objects of the stack that are not among `resources`, and strays in other regions.
    pub orphans: bool,
    /// Values of the secrets among `resources` that are at hand, to compare with.
    #[serde(default, with = "crossing", skip_serializing_if = "Values::is_empty")]
    pub values: Values,
}

/// Facts of an account, with notes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The facts.
    pub facts: Facts,
    /// Things worth saying.
    pub notes: Vec<Note>,
}
