//! What the cloud answered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Kind, Never, ResourceId, Value};

/// Fully known fields by name.
pub type Fields = BTreeMap<String, Value<Never>>;

/// One live object of ours, normalised: its fields are the rows of the kind's table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// The id it is marked with.
    pub id: ResourceId,
    /// Its kind.
    pub kind: Kind,
    /// The provider that read it.
    pub provider: String,
    /// The cloud's own handle: an ARN, `vpc-0abc…`.
    pub physical: String,
    /// The object it lives in.
    pub parent: Option<ResourceId>,
    /// Its fields, as far as the cloud returns them.
    pub fields: Fields,
    /// Its outputs, by the names of the kind's table.
    pub outputs: Fields,
    /// Whether it can be used.
    pub status: Status,
    /// It carries the mark or the server's own switch of `protect`.
    pub protect: bool,
    /// Ids of live objects of ours that it needs; gives deletion its order when the spec is gone.
    pub needs: Vec<ResourceId>,
    /// Handles of what else it uses: its provider does not know whose these are. Who asks several providers fills `needs`
    /// from them, by the handles and the outputs `name` and `arn` of what all of them answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<String>,
    /// Children without a mark that we did not declare; noted, never changed.
    pub foreign: Vec<String>,
    /// It was made by somebody else and taken over: the object that its block named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adopted: Option<String>,
}

impl Observed {
    /// How the cloud's own switch against deletion is turned off, in its provider's words: where that is on and the spec has
    /// no word for it. It is the computed field `protection` of the kinds that have such a switch.
    #[must_use]
    pub fn switch(&self) -> Option<&str> {
        self.fields.get("protection")?.as_text()
    }
}

/// State of a live object, in words common to all clouds plus its own phrase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Status {
    /// Can be used.
    Ready,
    /// Can be used, and does badly: nothing of it is waited for.
    Degraded {
        /// The cloud's own reason, and what to do.
        reason: String,
    },
    /// The cloud is working on it.
    Changing {
        /// The cloud's word: `CREATING`, `UPDATING`.
        phase: String,
    },
    /// On its way out.
    Deleting {
        /// The cloud's word.
        phase: String,
    },
    /// Came to rest in a state that cannot be used.
    Failed {
        /// The cloud's own reason.
        reason: String,
    },
}

/// What a survey can say of one id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "sight", rename_all = "snake_case")]
pub enum Sight {
    /// It is there, with our mark.
    Present(Box<Observed>),
    /// It is there without a mark of anybody's, and the spec asks to take it over.
    Adoptable(Box<Observed>),
    /// It is not there: every place it could be was read.
    Absent,
    /// It could not be read; never taken for absent.
    Unknown {
        /// Why, in the cloud's words.
        reason: String,
    },
    /// An object holds its name and does not carry our mark.
    Clash {
        /// That object.
        physical: String,
        /// What it is marked with instead, if anything.
        owner: Option<String>,
    },
    /// Several live objects carry this one id.
    Twice {
        /// All of them.
        physical: Vec<String>,
        /// All of them as they are, where they could be the new and the old one of a replacement.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        objects: Vec<Observed>,
    },
}

impl Sight {
    /// The object that is there, ours or to be taken over.
    #[must_use]
    pub fn live(&self) -> Option<&Observed> {
        match self {
            Self::Present(live) | Self::Adoptable(live) => Some(live),
            _ => None,
        }
    }
}

/// A marked object of this stack in another region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stray {
    /// The object.
    pub physical: String,
    /// Where it is.
    pub place: String,
}
