//! What crosses the border between planner or executor and a provider.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{
    Fields, Kind, Never, Observed, Open, Pending, Resource, ResourceId, Sight, Stray,
};
use crate::spec::Spec;

use super::{Import, Imported};

/// What every call knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// The stack, with its environment: `shop-staging`. Written on every object as `provision-stack`.
    pub stack: String,
    /// The account or project the spec names; `None` while `init` looks for it.
    pub account: Option<String>,
    /// The region.
    pub region: String,
    /// `[labels]` of the spec.
    pub labels: BTreeMap<String, String>,
}

/// What a survey learns of an account, for expansion.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The caller's account: `123456789012`.
    pub account: String,
    /// Who calls: an ARN or an e-mail.
    pub caller: String,
    /// Zones that clusters can use, in order: `eu-west-1a`.
    pub zones: Vec<String>,
    /// Kubernetes minors on offer, newest first; the default one first of all.
    pub versions: Vec<String>,
    /// Machine types offered in the region; empty = not known (offline): the table decides.
    pub machines: Vec<String>,
    /// Anything else a provider needs in its own expansion.
    pub extra: BTreeMap<String, String>,
    /// Blocks whose objects were taken over: the object that each named, by address. Read off marks, so that the word
    /// `adopt` may go from the spec once it is done.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub adopted: BTreeMap<String, String>,
}

/// Asks a provider to expand its blocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExpandRequest {
    /// The context.
    pub context: Context,
    /// The whole spec; the provider takes the blocks lowered to it.
    pub spec: Spec,
    /// Addresses of the blocks lowered to it.
    pub blocks: Vec<String>,
    /// Facts of the account; `None` offline.
    pub facts: Option<Facts>,
}

/// The resources of those blocks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExpandAnswer {
    /// Desired resources, in a stable order.
    pub resources: Vec<Resource<Open>>,
    /// Things worth saying (a word that means something else here, a rounding).
    pub notes: Vec<Note>,
    /// What cannot be expanded: the plan fails with them, all in one run.
    pub failures: Vec<Failure>,
}

/// A sentence for people beside a plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Note {
    /// How much it matters.
    pub severity: Severity,
    /// A stable word for programs: `nat-single`, `downtime`.
    pub code: String,
    /// The sentence.
    pub message: String,
    /// What it is about: an address or a resource id.
    pub address: Option<String>,
}

/// How much a note matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Look at it before you say yes.
    Warning,
    /// Loses something.
    Danger,
}

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

/// Asks a provider what is worth saying of objects and dates: of what is live, or else of what is wanted. Pure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemarkRequest {
    /// The context.
    pub context: Context,
    /// Facts of the account; `None` offline.
    pub facts: Option<Facts>,
    /// The day that the plan is of: `2026-11-25`. Absent: nobody says.
    pub today: Option<String>,
    /// Its desired resources.
    pub resources: Vec<Resource<Pending>>,
    /// Its live objects.
    pub live: Vec<Observed>,
}

/// What a provider is asked to look into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advised {
    /// The context.
    pub context: Context,
    /// Its fields that go by stops.
    pub walks: Vec<Walking>,
    /// Its live objects, as the survey saw them.
    pub live: Vec<Observed>,
    /// The time that the plan is of, in seconds since the epoch.
    pub now: i64,
}

/// A field that is to go by stops from what is live to what is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walking {
    /// The object, as it is wanted.
    pub desired: Resource<Pending>,
    /// The object, as it is.
    pub live: Observed,
    /// The field.
    pub field: String,
    /// Where it stands.
    pub from: String,
    /// Where it goes, one after the other.
    pub stops: Vec<String>,
}

/// What a provider says of fields that go by stops.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    /// Things worth saying.
    pub notes: Vec<Note>,
    /// Objects that the cloud would not let go, each with its reasons: they are blocked.
    pub not_ready: BTreeMap<ResourceId, Vec<String>>,
    /// What goes along: several of one object and stop are taken in this order.
    pub follow: Vec<Follow>,
}

/// Values that another object must take at a stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follow {
    /// The object whose field goes by stops.
    pub walker: ResourceId,
    /// The stop, or where it stands now.
    pub stop: String,
    /// The object that goes along.
    pub id: ResourceId,
    /// At one stop, those of a lower rank come first. What refers to the field has rank 0.
    pub rank: u32,
    /// What it takes there.
    pub set: Fields,
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
}

/// What goes and may leave something behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leavers {
    /// The context.
    pub context: Context,
    /// Each of them, of whatever provider.
    pub going: Vec<Leaver>,
    /// Names of objects of such kinds that stay or are to be made: what carries these names is theirs.
    pub stays: Vec<String>,
    /// What holds data shall go as well.
    pub data: bool,
}

/// One object that goes, or is gone already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaver {
    /// Its id.
    pub id: ResourceId,
    /// Its kind.
    pub kind: Kind,
    /// Its name, when its kind has names.
    pub name: Option<String>,
    /// The object; `None` when it is gone already and what it left may still be there.
    pub live: Option<Observed>,
}

/// An object that somebody else made from inside an object of ours, and that outlives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// The object. Its id lies within the address of what it was made from.
    pub observed: Observed,
    /// What goes, and left it.
    pub by: ResourceId,
    /// That is what made it and would make it anew: it goes first.
    pub maker: bool,
    /// That in words: `cluster shop-prod`.
    pub of: String,
    /// It holds data: it goes only when that was asked for.
    pub data: bool,
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

/// Facts of an account, with notes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The facts.
    pub facts: Facts,
    /// Things worth saying.
    pub notes: Vec<Note>,
}

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
    /// It came to rest in failure.
    Failed {
        /// Why, and what to do.
        failure: Failure,
    },
}

/// A classified failure, with everything a person needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What sort of failure.
    pub class: Class,
    /// The cloud's code: `VpcLimitExceeded`.
    pub code: String,
    /// The cloud's own words.
    pub message: String,
    /// The call: `ec2:CreateVpc`.
    pub call: Option<String>,
    /// The object it is about: an id or an ARN.
    pub object: Option<String>,
    /// What to do next.
    pub advice: Option<String>,
}

/// Sorts of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// No, expired or unusable credentials.
    Credentials,
    /// The caller may not do this.
    Denied,
    /// A limit of the account.
    Quota,
    /// Somebody else's object holds the name.
    Clash,
    /// It, or something it needs, is not there.
    NotFound,
    /// The request is wrong for the cloud.
    Invalid,
    /// Something else still uses or changes it.
    Conflict,
    /// The cloud could not be reached or answered 5xx.
    Unavailable,
    /// The cloud took it and then failed.
    CloudFailed,
    /// A fault of ours.
    Internal,
}
