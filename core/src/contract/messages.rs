//! What crosses the border between planner or executor and a provider: places, facts, expansion, notes, failures.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Open, Resource};
use crate::spec::Spec;

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
    /// Secrets whose value was asked for and is not at hand, by name, with why. Empty offline, where nobody asks.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub not_at_hand: BTreeMap<String, String>,
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
