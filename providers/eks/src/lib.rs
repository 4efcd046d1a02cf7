//! Amazon EKS: clusters, node groups, add-ons, access entries.

mod addons;
mod calendar;
mod expand;
mod kinds;

/// This provider's name.
pub const PROVIDER: &str = "eks";

pub use expand::expand;
pub use kinds::{AccessEntry, AccessPolicy, Addon, Cluster, NodeGroup, tables};
