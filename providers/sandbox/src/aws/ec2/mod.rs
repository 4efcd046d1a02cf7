//! EC2: the network, launch templates, and what of instances a cluster shows.

mod zone;

use super::{Operation, Service};
use crate::object::Object;
use crate::store::Tx;
use crate::wire::Protocol;

/// The service.
pub(crate) const SERVICE: Service = Service {
    name: "ec2",
    protocol: Protocol::Ec2,
    global: false,
    operations: OPERATIONS,
    settle,
    objects,
};

const OPERATIONS: &[Operation] =
    &[Operation::read("DescribeAvailabilityZones", zone::describe).accepts(zone::ACCEPTS)];

fn settle(_tx: &mut Tx<'_>) {}

fn objects(_tx: &Tx<'_>) -> Vec<Object> {
    Vec::new()
}
