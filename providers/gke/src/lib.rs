//! Google Cloud: networks, identities of nodes, clusters and node pools on GKE, secrets.
//!
//! Rooms: [`Gcp`] is the one place that sends; [`Reach`] says where to; [`Fault`] sorts what comes back; `kinds` has one file
//! for each kind of object; [`marks`] tells whose an object is.

mod account;
mod advice;
mod client;
mod error;
mod existing;
mod expand;
mod import;
mod kinds;
mod machine;
pub mod marks;
mod pricing;
mod provider;
mod reach;
mod remark;
mod sweep;
mod upgrade;

/// This provider's name.
pub const PROVIDER: &str = "gke";

pub use client::{CALL, Gcp};
pub use error::{Fault, How};
pub use kinds::{
    ADDONS, Cluster, Firewall, Google, Network, NewPool, NodePool, On, ProjectBinding, Router,
    Secret, ServiceAccount, Subnetwork, control_plane,
};
pub use pricing::price_lists;
pub use provider::GkeProvider;
pub use reach::Reach;
pub use sweep::{
    SweptBackendService, SweptDisk, SweptEndpointGroup, SweptFirewall, SweptForwardingRule,
    SweptTargetPool,
};
