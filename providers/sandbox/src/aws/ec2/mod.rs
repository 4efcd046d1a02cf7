//! EC2: the network, launch templates, and what of instances a cluster shows.
//!
//! For other services: [`Subnet`], [`SecurityGroup`] and [`Vpc`] are read by `call.tx`; [`NetworkInterface::make`] and
//! [`NetworkInterface::remove`] give a service its interfaces, [`SecurityGroup::make`] and [`SecurityGroup::remove`] its
//! groups, [`Instance::launch`] and [`Instance::terminate`] its instances.
//!
//! Codes and messages: "Error codes for the Amazon EC2 API", and what users of the API quote in public issues.

mod address;
mod admission;
mod association;
pub(crate) mod cidr;
mod common;
mod instance;
mod internet_gateway;
mod launch_template;
mod launch_template_version;
mod nat_gateway;
mod network_acl;
mod network_interface;
mod offering;
mod operations;
mod oracle;
mod resource;
mod route;
mod route_table;
mod rule;
mod rule_change;
mod security_group;
mod subnet;
mod tags;
mod volume;
mod vpc;
mod vpc_attribute;
mod vpc_endpoint;
mod vpc_endpoint_change;
mod zone;

#[cfg(test)]
mod tests;

use super::Service;
use crate::store::Tx;
use crate::wire::Protocol;

pub(crate) use address::Address;
pub(crate) use admission::lets_in;
pub(crate) use instance::{Instance, Launch};
pub(crate) use internet_gateway::InternetGateway;
pub(crate) use launch_template::LaunchTemplate;
pub(crate) use nat_gateway::NatGateway;
pub(crate) use network_acl::NetworkAcl;
pub(crate) use network_interface::{NetworkInterface, NewInterface};
pub(crate) use offering::types;
pub(crate) use route_table::RouteTable;
pub(crate) use rule::{SecurityGroupRule, allow_group, allow_members};
pub(crate) use security_group::SecurityGroup;
pub(crate) use subnet::Subnet;
pub(crate) use tags::Tags;
pub(crate) use volume::Volume;
pub(crate) use vpc::Vpc;
pub(crate) use vpc_endpoint::VpcEndpoint;

/// The service.
pub(crate) const SERVICE: Service = Service {
    name: "ec2",
    protocol: Protocol::Ec2,
    global: false,
    operations: operations::OPERATIONS,
    settle,
    objects: oracle::objects,
};

fn settle(tx: &mut Tx<'_>) {
    for (place, mut vpc) in tx.everywhere::<Vpc>() {
        if vpc.phase.advance(vpc::STATES, tx.config(), tx.now()) {
            tx.put(&place, &vpc);
        }
    }
    for (place, mut subnet) in tx.everywhere::<Subnet>() {
        if subnet.phase.advance(subnet::STATES, tx.config(), tx.now()) {
            tx.put(&place, &subnet);
        }
    }
    NatGateway::settle(tx);
    VpcEndpoint::settle(tx);
    Instance::settle(tx);
    Volume::settle(tx);
}
