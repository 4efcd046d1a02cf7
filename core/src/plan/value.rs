//! The plan as a value: what people approve, what a plan file holds, what apply executes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::contract::{Context, Does, Note};
use crate::cost::PlanCost;
use crate::model::{
    Address, Effect, Fields, Kind, Never, Observed, Pending, Platform, Resource, ResourceId, Value,
};
use crate::spec::SecretSource;

/// Version of the JSON forms below; fields are only ever added.
pub const FORMAT_VERSION: u32 = 1;

/// A whole plan; serialised as is by `plan --json` (contract: DESIGN 3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// Tool and version: `provision 0.1.0`.
    pub tool: String,
    /// The stack.
    pub stack: String,
    /// SHA-256 over the resolved spec, hex.
    pub spec_digest: String,
    /// Made with `--target`: not the whole stack.
    pub partial: bool,
    /// Every resource that changes or is blocked, in address order; unchanged ones are left out.
    pub changes: Vec<Change>,
    /// What apply does, numbered from 1, in an order in which each comes after what it waits for.
    pub steps: Vec<Step>,
    /// Counts of actions.
    pub summary: Summary,
    /// Cost before, after and delta; `None` where nobody asked for prices.
    pub cost: Option<PlanCost>,
    /// How long it takes.
    pub estimate: Estimate,
    /// Notes, worst first.
    pub notes: Vec<Note>,
}

/// Counts of actions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// New objects.
    pub create: u32,
    /// Objects changed in place or rolling.
    pub update: u32,
    /// Objects made anew.
    pub replace: u32,
    /// Objects removed.
    pub delete: u32,
    /// Foreign objects taken over.
    pub adopt: u32,
    /// Jobs run.
    pub run: u32,
    /// Objects nothing can be done about now.
    pub blocked: u32,
    /// Objects left alone on purpose (a secret whose value is not at hand).
    pub keep: u32,
}

/// What happens to one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The resource.
    pub id: ResourceId,
    /// Its address.
    pub address: Address,
    /// Its platform.
    pub platform: Option<Platform>,
    /// Its provider.
    pub provider: String,
    /// Its kind.
    pub kind: Kind,
    /// What happens.
    pub action: Action,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Field by field.
    pub fields: Vec<FieldChange>,
}

/// What happens to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Made.
    Create,
    /// Changed.
    Update,
    /// Made anew.
    Replace,
    /// Removed.
    Delete,
    /// Marked as ours.
    Adopt,
    /// Run.
    Run,
    /// Nothing can be done about it now.
    Blocked,
    /// Left alone on purpose.
    Keep,
    /// No longer managed, kept alive.
    Forget,
}

/// Why an action was chosen, or refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Reason {
    /// Declared, and not there.
    NotThere,
    /// It has never run, or never to a good end.
    NotRun,
    /// Fields differ.
    Differs {
        /// Which.
        fields: Vec<String>,
    },
    /// These fields cannot be changed on a live object.
    CannotChange {
        /// Which.
        fields: Vec<String>,
    },
    /// Live and marked, no longer declared.
    NotDeclared,
    /// `destroy` was asked for.
    Destroy,
    /// An earlier run has made the object that replaces it.
    Superseded {
        /// That object.
        id: ResourceId,
    },
    /// Something it refers to is made anew.
    ReplacedWith {
        /// That thing.
        id: ResourceId,
    },
    /// The object it lives in is made anew or removed.
    ParentGoes {
        /// That object.
        id: ResourceId,
    },
    /// It came to rest in failure.
    FailedState {
        /// The cloud's reason.
        reason: String,
    },
    /// An earlier run left it unfinished.
    Unfinished {
        /// The cloud's word.
        phase: String,
    },
    /// Could not be read.
    Unread {
        /// Why.
        reason: String,
    },
    /// `protect` is set.
    Protected,
    /// A foreign object holds the name.
    NameTaken {
        /// That object.
        physical: String,
    },
    /// It stands already and is taken over.
    Adopts {
        /// That object.
        physical: String,
    },
    /// It was adopted, or is to be, and such objects are never made anew.
    Adopted,
    /// Several live objects carry the id.
    Twice {
        /// All of them.
        physical: Vec<String>,
    },
    /// The change is refused by the table.
    Refused {
        /// The field.
        field: String,
        /// What to do.
        advice: String,
    },
    /// The cloud says that it is not ready for the change.
    NotReady {
        /// The cloud's reason, and what to do.
        reason: String,
    },
    /// A controller inside that object made it, and it would outlive it.
    LeftBy {
        /// What went before it, or goes.
        id: ResourceId,
        /// Whose controller: `cluster shop-prod`.
        of: String,
    },
    /// It holds data, and nobody has said that data shall go.
    Data,
    /// Needs something that is itself blocked.
    Needs {
        /// That thing.
        id: ResourceId,
    },
}

/// One field's difference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Path inside the resource: `scaling.max`, `tags.team`.
    pub path: String,
    /// What is live; `null` when not set.
    pub before: Value<Never>,
    /// What is wanted; an object `{"$ref": …}` when it is known only later.
    pub after: Value<Pending>,
    /// What the change does.
    pub effect: ShownEffect,
    /// Shown as `(sensitive)`.
    pub sensitive: bool,
}

/// An effect without its condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShownEffect {
    /// In place.
    InPlace,
    /// Rolls nodes.
    Rolling,
    /// Makes the object anew.
    Replace,
    /// Refused.
    Refused,
}

/// One thing apply does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its number, from 1.
    pub n: u32,
    /// The resource.
    pub id: ResourceId,
    /// What is done.
    pub does: Does,
    /// In words: `create cluster`, `delete old node group`.
    pub phase: String,
    /// Numbers of steps that come before.
    pub after: Vec<u32>,
    /// Estimated seconds.
    pub seconds: u32,
    /// The kind.
    pub kind: Kind,
    /// The provider.
    pub provider: String,
    /// Fields of an update.
    pub fields: Vec<String>,
    /// Values that hold for this step alone, in place of the desired ones: a stop on the way (`version` = `1.34`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: Fields,
    /// Steps of one lane exclude each other.
    pub lane: Option<String>,
    /// How many steps of its lane may be under way at once.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub lane_width: u32,
}

impl Step {
    /// Its lane, and how wide that is.
    #[must_use]
    pub fn lane(&self) -> Option<(&str, u32)> {
        Some((self.lane.as_deref()?, self.lane_width))
    }
}

const fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks like this")]
const fn is_one(width: &u32) -> bool {
    *width == 1
}

/// How long a plan takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// Along the critical path.
    pub seconds: u32,
    /// Its steps, in order.
    pub critical_path: Vec<u32>,
}

/// Everything apply needs: the plan and the values behind it. This is what `--out` writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanFile {
    /// `provision-plan`, by which `apply` tells a plan file from a spec.
    pub magic: String,
    /// The plan that was shown.
    pub plan: Plan,
    /// Contexts by provider.
    pub contexts: BTreeMap<String, Context>,
    /// How the clouds are reached, as far as the spec says: `aws.profile`, `aws.assume_role`. Never a credential.
    #[serde(default)]
    pub access: BTreeMap<String, String>,
    /// Where values of secrets come from, by name of the block: they are asked for again when the plan is applied. Never a
    /// value.
    #[serde(default)]
    pub secrets: BTreeMap<String, SecretSource>,
    /// Desired resources, choices taken.
    pub desired: BTreeMap<ResourceId, Resource<Pending>>,
    /// What was live, orphans included.
    pub live: BTreeMap<ResourceId, Observed>,
    /// Digest per resource over its managed, normalised fields (`absent` when it was not there): apply
    /// refuses when one of a planned resource or of what it refers to is different.
    pub digests: BTreeMap<ResourceId, String>,
}

impl From<&Effect> for ShownEffect {
    fn from(effect: &Effect) -> Self {
        match effect {
            Effect::InPlace | Effect::Stepwise | Effect::CreateOnly | Effect::Computed => {
                Self::InPlace
            }
            Effect::Rolling => Self::Rolling,
            Effect::Replace => Self::Replace,
            Effect::Refused { .. } => Self::Refused,
            Effect::When { otherwise, .. } => Self::from(otherwise.as_ref()),
        }
    }
}
