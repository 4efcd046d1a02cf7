//! What is to run, whatever the platform: the workloads of a spec, or where it has none, its pools.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{BootDisk, Machine};
use crate::cost::Range;
use crate::spec::{
    self, Arch, Cluster, Container, LoadBalancer, Nat, Pool, Replicas, Secret, SecretSource, Spec,
    Workload,
};

/// What a container is taken to ask for that does not say: millicores and MiB.
const UNSAID: (u64, u64) = (250, 512);

/// GiB of a node's disk where no pool says one.
const DISK_GIB: u64 = 50;

const SPOT: &str = "Spot capacity is reckoned at the price of on-demand capacity everywhere";

/// What a demand is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Requests of workloads.
    Workloads,
    /// Capacity of pools.
    Pools,
}

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
}

impl Group {
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
}

/// A network of one's own with a way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The network.
    pub network: String,
    /// NAT gateways on AWS. On Google Cloud there is one, whose price goes by the machines behind it.
    pub gateways: u64,
    /// The clusters that use it.
    pub clusters: BTreeSet<String>,
}

/// A load balancer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balancer {
    /// Its name.
    pub name: String,
    /// For HTTP, and not for connections.
    pub http: bool,
    /// Reached from the Internet.
    pub public: bool,
    /// How many zones it is in.
    pub zones: u64,
}

/// All that is to run, and what it needs beside machines.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// What it is made from.
    pub basis: Basis,
    /// The clusters.
    pub clusters: Vec<String>,
    /// What runs.
    pub groups: Vec<Group>,
    /// Ways out.
    pub ways: Vec<Way>,
    /// Load balancers.
    pub balancers: Vec<Balancer>,
    /// Secrets that a cloud's store holds on ECS alone.
    pub task_secrets: Vec<String>,
    /// Secrets that a cloud's store holds on every platform.
    pub cloud_secrets: Vec<String>,
    /// What was assumed.
    pub notes: BTreeSet<String>,
}

impl Demand {
    /// What a spec asks for.
    #[must_use]
    pub fn of(spec: &Spec) -> Self {
        let mut notes = BTreeSet::new();
        let basis = match spec.workloads.is_empty() {
            true => Basis::Pools,
            false => Basis::Workloads,
        };
        let clusters = spec.clusters.iter();
        let groups = clusters.flat_map(|(name, cluster)| match basis {
            Basis::Workloads => of_workloads(spec, name, cluster, &mut notes),
            Basis::Pools => of_pools(name, cluster, &mut notes),
        });
        let groups = groups.collect();
        if !spec.jobs.is_empty() {
            notes.insert("jobs run for minutes and are in no column".to_owned());
        }
        let balancers = spec.load_balancers.iter();
        let secrets = |kept: fn(&Secret) -> bool| {
            let own = spec.secrets.iter();
            let own =
                own.filter(|(_, of)| !matches!(of.from, SecretSource::Existing(_)) && kept(of));
            own.map(|(name, _)| name.clone()).collect()
        };
        Self {
            basis,
            clusters: spec.clusters.keys().cloned().collect(),
            groups,
            ways: ways(spec),
            balancers: balancers
                .map(|(name, of)| balancer(spec, name, of))
                .collect(),
            task_secrets: secrets(|of| of.store.is_none()),
            cloud_secrets: secrets(|of| of.store.as_deref() == Some("cloud")),
            notes,
        }
    }

    /// The same with so many machines of one sort instead of what runs.
    #[must_use]
    pub fn with_machines(&self, number: u64, node: &Node) -> Self {
        let cluster = self.clusters.first().cloned().unwrap_or_default();
        Self {
            basis: Basis::Pools,
            groups: vec![Group {
                name: format!("cluster.{cluster}"),
                cluster,
                load: Load::Machines(Range::exactly(number)),
                machine: node.machine.clone(),
                disk_gib: node.disk_gib,
                disk_type: node.disk_type.clone(),
            }],
            notes: BTreeSet::new(),
            ..self.clone()
        }
    }
}

/// GiB of bytes, rounded up.
pub(super) const fn gib(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 30)
}

const fn replicas(of: Replicas) -> Range<u64> {
    Range {
        min: of.min as u64,
        expected: of.min as u64,
        max: of.max as u64,
    }
}

/// Of each network that is made and used, the gateways.
fn ways(spec: &Spec) -> Vec<Way> {
    let own = spec.networks.iter();
    let own = own.filter(|(_, network)| network.existing.is_none());
    own.filter_map(|(name, network)| {
        let clusters = spec.clusters.iter();
        let clusters = clusters.filter(|(_, cluster)| cluster.network == *name);
        let clusters: BTreeSet<String> = clusters.map(|(name, _)| name.clone()).collect();
        let gateways = match network.nat {
            Nat::None => 0,
            Nat::Single => 1,
            Nat::PerZone => u64::from(network.zones),
        };
        (gateways > 0 && !clusters.is_empty()).then(|| Way {
            network: name.clone(),
            gateways,
            clusters,
        })
    })
    .collect()
}

fn balancer(spec: &Spec, name: &str, of: &LoadBalancer) -> Balancer {
    let network = spec.networks.get(&of.network);
    let mut words = of.listeners.iter().map(|listener| &listener.protocol);
    Balancer {
        name: name.to_owned(),
        http: words.any(|word| word.starts_with("http")),
        public: of.public,
        zones: network.map_or(1, |network| network.zones.into()),
    }
}

fn of_pools(name: &str, cluster: &Cluster, notes: &mut BTreeSet<String>) -> Vec<Group> {
    if cluster.pools.values().any(|pool| pool.spot) {
        notes.insert(SPOT.to_owned());
    }
    let group = |(pool, of): (&String, &Pool)| Group {
        name: format!("cluster.{name}.pool.{pool}"),
        cluster: name.to_owned(),
        load: Load::Machines(Range {
            min: of.nodes.min.into(),
            expected: of.nodes.min.into(),
            max: of.nodes.max.into(),
        }),
        machine: of.machine.clone(),
        disk_gib: gib(of.disk),
        disk_type: of.gke.disk_type.clone(),
    };
    cluster.pools.iter().map(group).collect()
}

/// Workloads of a cluster, those of one architecture together.
fn of_workloads(
    spec: &Spec,
    name: &str,
    cluster: &Cluster,
    notes: &mut BTreeSet<String>,
) -> Vec<Group> {
    let mut by_arch: BTreeMap<Arch, Vec<Pods>> = BTreeMap::new();
    let arm = |pool: &Pool| pool.machine.arch == Arch::Arm64;
    let anywhere = match !cluster.pools.is_empty() && cluster.pools.values().all(arm) {
        true => Arch::Arm64,
        false => Arch::Amd64,
    };
    let own = spec.workloads.iter();
    for (workload, of) in own.filter(|(_, of)| of.cluster == name) {
        let pool = of.pool.as_ref().and_then(|pool| cluster.pools.get(pool));
        if pool.is_some_and(|pool| pool.spot) {
            notes.insert(SPOT.to_owned());
        }
        let arch = pool.map_or(anywhere, |pool| pool.machine.arch);
        let pods = pods(workload, of, notes);
        by_arch.entry(arch).or_default().push(pods);
    }
    let disks = cluster.pools.values().map(|pool| gib(pool.disk));
    let disk_gib = disks.max().unwrap_or(DISK_GIB);
    let mut types = cluster.pools.values().map(|pool| &pool.gke.disk_type);
    let first = types.next().cloned().flatten();
    let disk_type = first.filter(|first| types.all(|other| other.as_ref() == Some(first)));
    let group = |(arch, pods): (Arch, Vec<Pods>)| Group {
        name: match arch {
            Arch::Amd64 => format!("cluster.{name}"),
            Arch::Arm64 => format!("cluster.{name}.arm64"),
        },
        cluster: name.to_owned(),
        load: Load::Pods(pods),
        machine: spec::Machine {
            arch,
            ..spec::Machine::default()
        },
        disk_gib,
        disk_type: disk_type.clone(),
    };
    by_arch.into_iter().map(group).collect()
}

fn pods(name: &str, workload: &Workload, notes: &mut BTreeSet<String>) -> Pods {
    let mut asks = |of: &Container, what: &str| {
        if of.cpu_milli.is_none() || of.memory.is_none() {
            let (cpu, memory) = UNSAID;
            notes.insert(format!(
                "{what} does not say all that it asks for: {cpu}m and {memory} MiB are assumed of what is missing"
            ));
        }
        let memory = of.memory.map(|bytes| bytes.div_ceil(1 << 20));
        (of.cpu_milli.unwrap_or(UNSAID.0), memory.unwrap_or(UNSAID.1))
    };
    let address = format!("workload.{name}");
    let (mut cpu_milli, mut memory_mib) = asks(&workload.container, &address);
    for (sidecar, of) in &workload.sidecars {
        let (cpu, memory) = asks(of, &format!("{address}.sidecars.{sidecar}"));
        cpu_milli += cpu;
        memory_mib += memory;
    }
    Pods {
        name: address,
        count: replicas(workload.replicas),
        cpu_milli,
        memory_mib,
        volumes_gib: workload.volumes.values().map(|bytes| gib(*bytes)).sum(),
    }
}
