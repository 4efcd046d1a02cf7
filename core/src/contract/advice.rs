//! What a provider has to say beside a plan: of dates, and of fields that go by stops.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Fields, Observed, Pending, Resource, ResourceId};

use super::{Context, Facts, Note};

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
