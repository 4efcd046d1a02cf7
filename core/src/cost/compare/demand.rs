//! What is to run, whatever the platform: the workloads of a spec, or where it has none, its pools.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::cost::Range;
use crate::spec::{Arch, Cluster, Container, Machine, Nat, Pool, Spec, Workload};

/// What a container is taken to ask for that does not say.
const UNSAID: (u64, u64) = (250, 512);

/// GiB of a node's disk where no pool says one.
const DISK_GIB: u64 = 50;

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
    /// Whose they are.
    pub name: String,
    /// How many.
    pub count: Range<u64>,
    /// What each asks for, in millicores.
    pub cpu_milli: u64,
    /// What each asks for, in MiB.
    pub memory_mib: u64,
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
    /// Its name: `prod/web`.
    pub name: String,
    /// What it carries.
    pub load: Load,
    /// Which machines are wanted; of pods only the architecture.
    pub machine: Machine,
    /// GiB of a node's disk.
    pub disk_gib: u64,
}

/// All that is to run, and what it needs beside machines.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// What it is made from.
    pub basis: Basis,
    /// How many clusters.
    pub clusters: u64,
    /// What runs.
    pub groups: Vec<Group>,
    /// NAT gateways on AWS.
    pub gateways: u64,
    /// Public load balancers, with the zones that each is in, and internal ones with none: those for HTTP.
    pub application: Vec<u64>,
    /// The same: those for connections.
    pub network: Vec<u64>,
    /// Secrets that a cloud's store would hold on ECS.
    pub secrets: u64,
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
        let (mut application, mut network) = (Vec::new(), Vec::new());
        for balancer in spec.load_balancers.values() {
            let zones = spec.networks.get(&balancer.network);
            let zones = zones.map_or(0, |network| u64::from(network.zones));
            let http = balancer.listeners.iter();
            let http = http
                .map(|listener| &listener.protocol)
                .any(|word| word.starts_with("http"));
            match http {
                true => &mut application,
                false => &mut network,
            }
            .push(if balancer.public { zones } else { 0 });
        }
        Self {
            basis,
            clusters: u64::try_from(spec.clusters.len()).unwrap_or(u64::MAX),
            groups,
            gateways: gateways(spec),
            application,
            network,
            secrets: u64::try_from(spec.secrets.len()).unwrap_or(u64::MAX),
            notes,
        }
    }

    /// So many machines in one cluster, and nothing else.
    #[must_use]
    pub fn machines(number: u64, machine: Machine, disk_gib: u64) -> Self {
        Self {
            basis: Basis::Pools,
            clusters: 1,
            groups: vec![Group {
                name: "nodes".to_owned(),
                load: Load::Machines(Range::exactly(number)),
                machine,
                disk_gib,
            }],
            gateways: 0,
            application: Vec::new(),
            network: Vec::new(),
            secrets: 0,
            notes: BTreeSet::new(),
        }
    }
}

/// GiB of bytes, rounded up.
pub(super) const fn gib(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 30)
}

fn gateways(spec: &Spec) -> u64 {
    let used: BTreeSet<&String> = spec.clusters.values().map(|one| &one.network).collect();
    let own = used.into_iter().filter_map(|name| spec.networks.get(name));
    let own = own.filter(|network| network.existing.is_none());
    own.map(|network| match network.nat {
        Nat::None => 0,
        Nat::Single => 1,
        Nat::PerZone => u64::from(network.zones),
    })
    .sum()
}

fn of_pools(name: &str, cluster: &Cluster, notes: &mut BTreeSet<String>) -> Vec<Group> {
    if cluster.pools.values().any(|pool| pool.spot) {
        notes.insert("Spot capacity is reckoned at the price of on-demand capacity everywhere".to_owned());
    }
    let group = |(pool, of): (&String, &Pool)| Group {
        name: format!("{name}/{pool}"),
        load: Load::Machines(Range {
            min: of.nodes.min.into(),
            expected: of.nodes.min.into(),
            max: of.nodes.max.into(),
        }),
        machine: of.machine.clone(),
        disk_gib: gib(of.disk),
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
    let own = spec.workloads.iter();
    for (workload, of) in own.filter(|(_, of)| of.cluster == name) {
        let pool = of.pool.as_ref().and_then(|pool| cluster.pools.get(pool));
        if pool.is_some_and(|pool| pool.spot) {
            notes.insert("Spot capacity is reckoned at the price of on-demand capacity everywhere".to_owned());
        }
        let arch = pool.map_or(Arch::Amd64, |pool| pool.machine.arch);
        let pods = pods(workload, of, notes);
        by_arch.entry(arch).or_default().push(pods);
    }
    let disks = cluster.pools.values().map(|pool| gib(pool.disk));
    let disk_gib = disks.max().unwrap_or(DISK_GIB);
    let group = |(arch, pods): (Arch, Vec<Pods>)| Group {
        name: match arch {
            Arch::Amd64 => name.to_owned(),
            Arch::Arm64 => format!("{name}/arm64"),
        },
        load: Load::Pods(pods),
        machine: Machine {
            arch,
            ..Machine::default()
        },
        disk_gib,
    };
    by_arch.into_iter().map(group).collect()
}

fn pods(name: &str, workload: &Workload, notes: &mut BTreeSet<String>) -> Pods {
    let mut asks = |of: &Container, what: &str| {
        if of.cpu_milli.is_none() || of.memory.is_none() {
            let (cpu, memory) = UNSAID;
            notes.insert(format!(
                "{what} does not say what it asks for: {cpu}m and {memory} MiB are assumed of what is missing"
            ));
        }
        let memory = of.memory.map(|bytes| bytes.div_ceil(1 << 20));
        (
            of.cpu_milli.unwrap_or(UNSAID.0),
            memory.unwrap_or(UNSAID.1),
        )
    };
    let (mut cpu_milli, mut memory_mib) = asks(&workload.container, &format!("workload.{name}"));
    for (sidecar, of) in &workload.sidecars {
        let (cpu, memory) = asks(of, &format!("workload.{name}.sidecars.{sidecar}"));
        cpu_milli += cpu;
        memory_mib += memory;
    }
    Pods {
        name: name.to_owned(),
        count: Range {
            min: workload.replicas.min.into(),
            expected: workload.replicas.min.into(),
            max: workload.replicas.max.into(),
        },
        cpu_milli,
        memory_mib,
    }
}
