//! A live cluster in the words of a spec.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::Context;

/// Asks a provider what a live cluster would be in a spec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// The context; its stack does not own the cluster yet.
    pub context: Context,
    /// The cluster, by name or ARN.
    pub cluster: String,
}

/// Keys of a block with their values, as the spec writes them.
pub type Words = BTreeMap<String, Json>;

/// A live cluster, as far as a spec can say it, and the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// The cluster's own name.
    pub name: String,
    /// Words of its network's block.
    pub network: Words,
    /// Words of its block, but for `network` and the pools.
    pub cluster: Words,
    /// Words of its pools, by their own names.
    pub pools: BTreeMap<String, Words>,
    /// What no word can say; it stays as it is.
    pub left: Vec<LeftOut>,
}

/// Something of a live cluster that no word can say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LeftOut {
    /// What it belongs to: `cluster`, `network`, `pool web`.
    pub of: String,
    /// What it is, as one sentence without a full stop.
    pub what: String,
}
