//! What lies in a network and may have been left there, read at once.

use std::collections::BTreeMap;

use futures::join;

use super::{balancers, machines, networks};
use crate::client::Aws;
use crate::error::Fault;
use crate::marks::Tags;

/// Sorts of what controllers leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sort {
    /// An application, network or gateway balancer.
    Balancer,
    /// A classic balancer.
    Classic,
    /// A target group.
    TargetGroup,
    /// A network interface.
    Interface,
    /// A security group.
    Group,
    /// A volume.
    Volume,
}

/// One object that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// What it is.
    pub(super) sort: Sort,
    /// What it is deleted by: an ARN, an id, a name.
    pub(super) physical: String,
    /// What people know it by.
    pub(super) name: String,
    /// Its network; none of volumes.
    pub(super) vpc: Option<String>,
    /// Its tags.
    pub(super) tags: Tags,
    /// Handles of what it uses.
    pub(super) uses: Vec<String>,
    /// Of a volume: its type and its GiB.
    pub(super) size: Option<(String, i64)>,
    /// Why it cannot be deleted now: an interface in use, a volume attached.
    pub(super) busy: Option<Busy>,
}

/// Why an object cannot be deleted now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Busy {
    /// It goes by itself: the interface of a balancer or of a control plane that is gone.
    Going(String),
    /// Something holds it, which is named.
    Held(String),
}

/// All that was found in some networks.
#[derive(Debug, Default)]
pub(super) struct World {
    /// Everything, balancers first: the order in which it is deleted.
    pub(super) found: Vec<Found>,
    /// The networks' gateways, subnets and groups: nothing of them can go before what was left is gone.
    pub(super) ground: BTreeMap<String, Vec<String>>,
    /// Which of the networks carry the mark of which stack.
    pub(super) marks: BTreeMap<String, Option<String>>,
    /// Clusters whose control planes have interfaces in use here: they live.
    pub(super) alive: Vec<String>,
    /// Subnets without a mark, by network: somebody's own.
    pub(super) strange: Vec<(String, String)>,
    /// Not all balancers could be listed: none that is not found is known to be gone.
    pub(super) blind: bool,
    /// What could not be read, with the reason.
    pub(super) unread: Vec<Fault>,
}

impl World {
    /// The objects of one read, or its fault.
    pub(super) fn take<T>(&mut self, read: Result<Vec<T>, Fault>) -> Vec<T> {
        read.unwrap_or_else(|fault| {
            self.unread.push(fault);
            Vec::new()
        })
    }
}

/// Reads it. `clusters` are those whose volumes are looked for.
pub(super) async fn look(aws: &Aws, vpcs: &[String], clusters: &[String]) -> World {
    let (balancers, ground, volumes) = join!(
        balancers::read(aws, vpcs),
        networks::read(aws, vpcs),
        machines::volumes(aws, clusters)
    );
    let mut world = World {
        found: balancers.found,
        blind: balancers.blind,
        unread: balancers.unread,
        ..World::default()
    };
    networks::add(&mut world, ground);
    let volumes = world.take(volumes);
    world.found.extend(volumes);
    world
}
