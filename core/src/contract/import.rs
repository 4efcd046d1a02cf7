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

/// What a plan of the imported spec does with what is live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It takes it over: the blocks have the word `adopt`.
    #[default]
    Adopted,
    /// Nothing: it carries the marks of the stack already.
    Ours,
    /// It leaves it alone, and makes another one beside it: nothing of it can be taken over.
    Beside,
}

/// Names of blocks, where they are not made of the names of what is live.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Called {
    /// The cluster's block.
    pub cluster: String,
    /// Its network's block.
    pub network: String,
}

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
    /// What a plan does with it.
    #[serde(default)]
    pub standing: Standing,
    /// Names of its blocks; then names of pools are names of blocks as well.
    #[serde(default)]
    pub called: Option<Called>,
    /// The labels of everything.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Words of what runs in it, by the sort of block (`workload`, `secret`) and its name.
    #[serde(default)]
    pub blocks: BTreeMap<String, BTreeMap<String, Words>>,
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
