//! Amazon EKS: clusters, node groups, add-ons, access entries.

mod kinds;

/// This provider's name.
pub const PROVIDER: &str = "eks";

pub use kinds::{AccessEntry, AccessPolicy, Addon, Cluster, NodeGroup, tables};
