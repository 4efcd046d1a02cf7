//! EKS: control planes, node groups, add-ons, and who may do what in a cluster.
//!
//! A control plane takes real addresses: it has interfaces in its subnets and a security group of its own; node groups
//! start instances. Nothing answers at a cluster's endpoint. Changes of clusters, node groups and add-ons are
//! [`Update`]s that take their time and are applied when they end.
//!
//! Codes and messages: the EKS API reference, recorded answers, and what users of the API quote in public issues.

mod access_entry;
mod access_policy;
mod addon;
mod addon_change;
mod addon_list;
mod cluster;
mod cluster_change;
mod cluster_create;
mod cluster_delete;
mod cluster_version;
mod common;
mod encryption;
mod fargate;
mod insight;
mod machine;
mod network;
mod node_health;
mod nodegroup;
mod nodegroup_change;
mod nodegroup_create;
mod nodes;
mod operations;
mod oracle;
mod pod_identity;
mod role_check;
mod tags;
mod template;
mod token;
mod update;
mod version;

#[cfg(test)]
mod tests;

use super::Service;
use crate::store::Tx;
use crate::wire::Protocol;

use access_entry::AccessEntry;
use addon::Addon;
pub(crate) use cluster::Cluster;
use nodegroup::NodeGroup;
use pod_identity::PodIdentity;
use update::Update;

/// The service.
pub(crate) const SERVICE: Service = Service {
    name: "eks",
    protocol: Protocol::Rest,
    global: false,
    operations: operations::OPERATIONS,
    settle,
    objects: oracle::objects,
};

/// Updates end before what they change is looked at.
fn settle(tx: &mut Tx<'_>) {
    Update::settle(tx);
    Cluster::settle(tx);
    NodeGroup::settle(tx);
    Addon::settle(tx);
}
