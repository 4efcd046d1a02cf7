//! What others made from inside of what is to be removed.

use serde::{Deserialize, Serialize};

use crate::model::{Kind, Observed, ResourceId};

use super::Context;

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
