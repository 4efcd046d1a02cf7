//! What runs together: pods or machines, and what their pools say of those.

use std::collections::{BTreeMap, BTreeSet};

use super::{BootDisk, Machine, Variant};
use crate::cost::Range;
use crate::spec::{self, Pool};

/// Pods that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pods {
    /// Their address: `workload.web`.
    pub name: String,
    /// How many.
    pub count: Range<u64>,
    /// What each asks for, in millicores.
    pub cpu_milli: u64,
    /// What each asks for, in MiB.
    pub memory_mib: u64,
    /// GiB of the disks that each keeps.
    pub volumes_gib: u64,
}

/// What is to be carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Load {
    /// Pods, on as many machines as they need.
    Pods(Vec<Pods>),
    /// So many machines.
    Machines(Range<u64>),
}

/// What runs together on machines of one sort.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its address: `cluster.prod.pool.web`; of packed pods `cluster.prod`.
    pub name: String,
    /// Zones in which GKE makes as many of them each; one where a number of machines is just that.
    pub zones: u64,
    /// The cluster that it is in.
    pub cluster: String,
    /// What it carries.
    pub load: Load,
    /// Which machines are wanted; of pods only the architecture.
    pub machine: spec::Machine,
    /// GiB of a node's disk.
    pub disk_gib: u64,
    /// What that is on Google Cloud, where the spec says it: `pd-ssd`.
    pub disk_type: Option<String>,
    /// The pools that it stands for: its own, or those that its pods name.
    pub pools: Vec<PoolWords>,
}

/// What a pool says of its machines.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolWords {
    /// Its address: `cluster.prod.pool.web`.
    pub name: String,
    /// Which machines are wanted.
    pub machine: spec::Machine,
    /// Accelerators that Google Cloud attaches to each: how many by type.
    pub attached: BTreeMap<String, u32>,
}

impl PoolWords {
    pub(super) fn of(cluster: &str, name: &str, pool: &Pool) -> Self {
        Self {
            name: format!("cluster.{cluster}.pool.{name}"),
            machine: pool.machine.clone(),
            attached: pool.gke.accelerators.clone(),
        }
    }
}

impl Group {
    /// How many of its machines there are on a variant. GKE has as many in each zone, and none where there are to be fewer than zones:
    /// it begins with more than the least, which its autoscaler takes when it can.
    pub(super) fn spread(&self, variant: Variant, count: Range<u64>) -> Range<u64> {
        if variant != Variant::GkeStandard {
            return count;
        }
        let zones = self.zones.min(count.max).max(1);
        let expected = count.expected.div_ceil(zones) * zones;
        Range {
            expected,
            max: count.max.max(expected),
            ..count
        }
    }

    /// How many machines it has, where that is said.
    pub(super) fn count(&self) -> Option<Range<u64>> {
        match &self.load {
            Load::Machines(count) => Some(*count),
            Load::Pods(_) => None,
        }
    }

    /// Some of its pods run.
    pub(super) fn runs_pods(&self) -> bool {
        match &self.load {
            Load::Pods(pods) => pods.iter().any(|pods| pods.count.expected > 0),
            Load::Machines(_) => false,
        }
    }

    /// The accelerators that its pools attach.
    pub(super) fn attached(&self) -> BTreeSet<&str> {
        let pools = self.pools.iter();
        let all = pools.flat_map(|pool| pool.attached.keys());
        all.map(String::as_str).collect()
    }

    /// Whether a machine boots from the disk that is wanted; where none is named, from one whose price somebody has read.
    pub(super) fn boots(&self, machine: &Machine) -> bool {
        match &self.disk_type {
            Some(named) => machine.disk.takes(named),
            None => machine.disk != BootDisk::Hyperdisk,
        }
    }

    /// The item of a machine's disk, and its unit.
    pub(super) fn disk_of(&self, machine: &Machine) -> (String, &'static str) {
        machine.disk.item(self.disk_type.as_deref())
    }
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The machine.
    pub machine: spec::Machine,
    /// GiB of its disk.
    pub disk_gib: u64,
    /// What that is on Google Cloud, where the spec says it.
    pub disk_type: Option<String>,
    /// Accelerators that Google Cloud attaches to it: how many by type.
    pub attached: BTreeMap<String, u32>,
}
