//! What a plan is made from, and what is decided about each resource before steps are made of it.

use std::collections::BTreeMap;

use crate::contract::{Advice, Context, Follow, Left, Note};
use crate::model::{
    Address, Kind, Observed, Open, Pending, Resource, ResourceId, Sight, Status, Stray, Table,
};

use super::{Action, FieldChange, Reason};
use crate::spec::SecretSource;

/// Schema tables of all linked providers, by kind.
pub type Tables = BTreeMap<Kind, Table>;

/// What is wanted of the stack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Goal {
    /// That live agrees with the spec.
    #[default]
    Reach,
    /// That nothing of it is left.
    Destroy,
}

/// Everything a plan is made from. Same inputs, same plan, byte for byte.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inputs {
    /// Tool and version: `provision 0.1.0`.
    pub tool: String,
    /// The stack.
    pub stack: String,
    /// SHA-256 over the resolved spec, hex.
    pub spec_digest: String,
    /// What is wanted.
    pub goal: Goal,
    /// Contexts by provider.
    pub contexts: BTreeMap<String, Context>,
    /// How the clouds are reached, for the plan file: see [`super::PlanFile::access`].
    pub access: BTreeMap<String, String>,
    /// Where values of secrets come from, for the plan file: see [`super::PlanFile::secrets`].
    pub secrets: BTreeMap<String, SecretSource>,
    /// Schema tables.
    pub tables: Tables,
    /// Desired resources out of expansion, in any order. With [`Goal::Destroy`] as well: they give names and words.
    pub resources: Vec<Resource<Open>>,
    /// What the survey says of each of them; a missing one counts as unknown.
    pub sights: BTreeMap<ResourceId, Sight>,
    /// Marked live objects that the spec does not declare.
    pub orphans: Vec<Observed>,
    /// Marked objects elsewhere: they stop the plan.
    pub strays: Vec<Stray>,
    /// Kinds of which orphans could not be listed, with the reason.
    pub unread: BTreeMap<String, String>,
    /// What others made from inside of what is to be removed; see [`super::leavers`].
    pub left: Vec<Left>,
    /// `--delete-volumes`: what holds data goes as well.
    pub delete_data: bool,
    /// Notes of spec, expansion and survey.
    pub notes: Vec<Note>,
    /// `--target`: only these addresses, what lies in them and what they need; empty = the whole stack.
    pub targets: Vec<Address>,
    /// `--rechoose`: sticky choices within these addresses are taken anew.
    pub rechoose: Vec<Address>,
    /// What providers say of changes that go by stops: see [`super::walks`].
    pub advice: Advice,
    /// Only to see how live differs: what stops a plan from being carried out does not stop this one.
    pub compare: bool,
}

/// What is decided about one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The resource.
    pub id: ResourceId,
    /// Its kind.
    pub kind: Kind,
    /// What is wanted, choices taken and sticky names kept; `None` for orphans.
    pub desired: Option<Resource<Pending>>,
    /// What is live.
    pub live: Option<Observed>,
    /// What is to be done.
    pub verdict: Verdict,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Field by field, in the order of the table's rows.
    pub fields: Vec<FieldChange>,
}

impl Decision {
    /// What is live came to rest in failure: nothing is lost with it, and nothing can move over from it.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        let status = self.live.as_ref().map(|live| &live.status);
        matches!(status, Some(Status::Failed { .. }))
    }

    /// Whether it goes because the object it lives in does.
    #[must_use]
    pub fn goes_with_parent(&self) -> bool {
        let mut reasons = self.reasons.iter();
        reasons.any(|reason| matches!(reason, Reason::ParentGoes { .. }))
    }
}

/// What is to be done about one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is as wanted.
    Nothing,
    /// It is as wanted, and still on its way there (a create or update an earlier run began): wait for it.
    Wait,
    /// Make it.
    Create,
    /// Change these fields of it, group after group; the fields of one group go in one step.
    Update {
        /// Names of fields, by group, in the order of the table's rows.
        groups: Vec<Vec<String>>,
    },
    /// Mark it as ours, then change these fields of it, group after group.
    Adopt {
        /// As in [`Verdict::Update`].
        groups: Vec<Vec<String>>,
    },
    /// Make it anew, in the order that its table says.
    Replace,
    /// Run it: it never went well, or has changed since.
    Run,
    /// Remove it.
    Delete,
    /// It goes by itself when its parent goes: no step.
    GoesWithParent,
    /// Left alone on purpose; the reasons say why.
    Keep,
    /// Nothing can be done about it; the reasons say why.
    Blocked,
}

impl Verdict {
    /// The word for people and programs; `None` where nothing is shown.
    #[must_use]
    pub const fn action(&self) -> Option<Action> {
        match self {
            Self::Nothing => None,
            Self::Wait | Self::Update { .. } => Some(Action::Update),
            Self::Create => Some(Action::Create),
            Self::Adopt { .. } => Some(Action::Adopt),
            Self::Replace => Some(Action::Replace),
            Self::Run => Some(Action::Run),
            Self::Delete | Self::GoesWithParent => Some(Action::Delete),
            Self::Keep => Some(Action::Keep),
            Self::Blocked => Some(Action::Blocked),
        }
    }
}

/// All decisions of a plan, one for each desired resource and each orphan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decided {
    /// By id.
    pub decisions: BTreeMap<ResourceId, Decision>,
    /// Notes that came up: better choices, names kept, foreign children.
    pub notes: Vec<Note>,
    /// What goes along with fields that go by stops, as providers advise.
    pub follow: Vec<Follow>,
}
