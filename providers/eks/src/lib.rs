//! Amazon EKS: clusters, node groups, add-ons, access entries.
//!
//! Rooms: `kinds` has one file for each kind of object, with its calls beside it; `account` is wave 0 of a survey,
//! `advice` what is to be known before a cluster changes its version;
//! `expand` turns cluster blocks into resources, with the tables `calendar` and `addons`; [`EksProvider`] puts them
//! behind the contract. Clients, faults, marks and the machinery of kinds are those of
//! `provision-aws`.

mod account;
mod addons;
mod advice;
mod calendar;
mod existing;
mod expand;
mod health;
mod import;
mod kinds;
mod provider;
mod remark;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod testing;

/// This provider's name.
pub const PROVIDER: &str = "eks";

pub use expand::expand;
pub use kinds::{AccessEntry, AccessPolicy, Addon, Cluster, NodeGroup, control_plane, tables};
pub use provider::EksProvider;
