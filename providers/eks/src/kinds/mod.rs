//! The kinds of EKS objects, one file each.

mod access_entry;
mod addon;
mod cluster;
mod nodegroup;

pub use access_entry::{AccessEntry, AccessPolicy};
pub use addon::Addon;
pub use cluster::Cluster;
pub use nodegroup::NodeGroup;

use provision_core::model::Table;

/// The tables of all kinds, in the order in which they are listed.
#[must_use]
pub fn tables() -> Vec<Table> {
    vec![
        Cluster::schema(),
        NodeGroup::schema(),
        Addon::schema(),
        AccessEntry::schema(),
    ]
}
