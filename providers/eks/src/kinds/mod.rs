//! The kinds of EKS objects, one file each, and what they have in common.

mod access_calls;
mod access_entry;
mod addon;
mod addon_calls;
pub(crate) mod cluster;
mod cluster_calls;
mod cluster_read;
mod cluster_rows;
mod eks;
mod encryption;
mod inside;
mod nodegroup;
mod nodegroup_calls;
#[cfg(test)]
mod tests;

use provision_aws::kind::{Face, Ops};
use provision_core::model::Table;

pub use access_entry::{AccessEntry, AccessPolicy};
pub use addon::Addon;
pub use cluster::{Cluster, control_plane};
pub use nodegroup::NodeGroup;

pub(crate) use cluster_read::read as read_cluster;
pub(crate) use eks::{eks as client, is_anywhere, is_everybody, parts};

/// Every kind, in the order in which they are listed; the first is what the others lie in.
pub(crate) const ALL: [&dyn Ops; 4] = [
    &Face::<Cluster>::NEW,
    &Face::<NodeGroup>::NEW,
    &Face::<Addon>::NEW,
    &Face::<AccessEntry>::NEW,
];

/// The tables of all kinds, in the order in which they are listed.
#[must_use]
pub fn tables() -> Vec<Table> {
    ALL.iter().map(|ops| ops.table()).collect()
}

/// Finds a kind's operations.
pub(crate) fn ops(kind: &str) -> Option<&'static dyn Ops> {
    ALL.iter().copied().find(|ops| ops.name() == kind)
}
