//! What is to run, whatever the platform: the workloads of a spec, or where it has none, its pools.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::group::{Group, Load, Node, Pods, PoolWords};
use super::known::{Doors, Master, Providers, doors};
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
    /// Requests of workloads where a cluster has some, capacity of pools where it has none.
    Mixed,
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
    /// The control planes, a cluster each.
    pub masters: Vec<Master>,
    /// What runs.
    pub groups: Vec<Group>,
    /// Ways out.
    pub ways: Vec<Way>,
    /// Private endpoints.
    pub doors: Vec<Doors>,
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
    pub fn of(spec: &Spec, providers: &dyn Providers) -> Self {
        let mut notes = BTreeSet::new();
        let mut bases = BTreeSet::new();
        let mut groups = Vec::new();
        for (name, cluster) in &spec.clusters {
            let runs = spec.workloads.values().any(|of| of.cluster == *name);
            let own = match runs {
                true => of_workloads(spec, name, cluster, &mut notes),
                false => {
                    let network = spec.networks.get(&cluster.network);
                    let zones = network.map_or(1, |network| u64::from(network.zones));
                    of_pools(name, cluster, zones, &mut notes)
                }
            };
            if !own.is_empty() {
                bases.insert(runs);
            }
            groups.extend(own);
        }
        let basis = match (bases.contains(&true), bases.contains(&false)) {
            (true, true) => Basis::Mixed,
            (true, false) => Basis::Workloads,
            (false, _) => Basis::Pools,
        };
        if !spec.jobs.is_empty() {
            notes.insert("jobs run for minutes and are in no column".to_owned());
        }
        let running = groups.iter().map(|group| group.cluster.as_str());
        let doors = doors(spec, providers, &running.collect());
        let masters = spec.clusters.iter();
        let balancers = spec.load_balancers.iter();
        let secrets = |kept: fn(&Secret) -> bool| {
            let own = spec.secrets.iter();
            let own =
                own.filter(|(_, of)| !matches!(of.from, SecretSource::Existing(_)) && kept(of));
            own.map(|(name, _)| name.clone()).collect()
        };
        Self {
            basis,
            masters: masters
                .map(|(name, of)| Master::of(spec, name, of, providers))
                .collect(),
            groups,
            ways: ways(spec),
            doors,
            balancers: balancers
                .map(|(name, of)| balancer(spec, name, of))
                .collect(),
            task_secrets: secrets(|of| of.store.is_none()),
            cloud_secrets: secrets(|of| of.store.as_deref() == Some("cloud")),
            notes,
        }
    }

    /// What one cluster of a spec asks for, with the balancers of its network.
    #[must_use]
    pub fn of_cluster(spec: &Spec, name: &str, providers: &dyn Providers) -> Self {
        let mut one = spec.clone();
        one.clusters.retain(|cluster, _| cluster == name);
        let network = one.clusters.values().next();
        let network = network.map(|cluster| cluster.network.clone());
        one.workloads.retain(|_, of| of.cluster == name);
        one.jobs.retain(|_, of| of.cluster == name);
        one.secrets
            .retain(|_, of| of.cluster.as_deref().is_none_or(|of| of == name));
        one.load_balancers
            .retain(|_, of| Some(&of.network) == network.as_ref());
        Self {
            // Nodes are added to it, even where the spec has none.
            doors: doors(&one, providers, &BTreeSet::from([name])),
            ..Self::of(&one, providers)
        }
    }

    /// Something of it runs, now or with all nodes.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.groups.iter().any(|group| match &group.load {
            Load::Pods(pods) => pods.iter().any(|pods| pods.count.max > 0),
            Load::Machines(count) => count.max > 0,
        })
    }

    /// The same with so many machines of one sort instead of what runs.
    #[must_use]
    pub fn with_machines(&self, number: u64, node: &Node) -> Self {
        let cluster = self.masters.first().map(|master| master.cluster.clone());
        let cluster = cluster.unwrap_or_default();
        Self {
            basis: Basis::Pools,
            groups: vec![Group {
                name: format!("cluster.{cluster}"),
                cluster,
                load: Load::Machines(Range::exactly(number)),
                zones: 1,
                machine: node.machine.clone(),
                disk_gib: node.disk_gib,
                disk_type: node.disk_type.clone(),
                pools: vec![PoolWords {
                    name: "a node".to_owned(),
                    machine: node.machine.clone(),
                    attached: node.attached.clone(),
                }],
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

fn of_pools(name: &str, cluster: &Cluster, zones: u64, notes: &mut BTreeSet<String>) -> Vec<Group> {
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
        zones,
        machine: of.machine.clone(),
        disk_gib: gib(of.disk),
        disk_type: of.gke.disk_type.clone(),
        pools: vec![PoolWords::of(name, pool, of)],
    };
    let machines = cluster.pools.iter();
    let machines = machines.filter(|(_, pool)| has_machines(pool));
    machines.map(group).collect()
}

/// Whether a pool says which machines it has. On Fargate it has none, and only says which sort of capacity.
pub(super) fn has_machines(pool: &Pool) -> bool {
    let wish = &pool.machine;
    wish.cpu_milli.is_some() || wish.memory.is_some() || !wish.types.is_empty()
}

/// Workloads of a cluster, those of one architecture together.
fn of_workloads(
    spec: &Spec,
    name: &str,
    cluster: &Cluster,
    notes: &mut BTreeSet<String>,
) -> Vec<Group> {
    let mut by_arch: BTreeMap<Arch, (Vec<Pods>, BTreeSet<Option<&str>>)> = BTreeMap::new();
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
        let (all, pools) = by_arch.entry(arch).or_default();
        all.push(pods(workload, of, notes));
        pools.insert(of.pool.as_deref());
    }
    let words = |pool: &str| Some(PoolWords::of(name, pool, cluster.pools.get(pool)?));
    let group = |(arch, (pods, pools)): (Arch, (Vec<Pods>, BTreeSet<Option<&str>>))| {
        let (disk_gib, disk_type) = disk(cluster, arch, &pools);
        Group {
            name: match arch {
                Arch::Amd64 => format!("cluster.{name}"),
                Arch::Arm64 => format!("cluster.{name}.arm64"),
            },
            cluster: name.to_owned(),
            zones: 1,
            load: Load::Pods(pods),
            machine: spec::Machine {
                arch,
                ..spec::Machine::default()
            },
            disk_gib,
            disk_type,
            pools: pools.into_iter().flatten().filter_map(words).collect(),
        }
    };
    by_arch.into_iter().map(group).collect()
}

/// The disk of the machines that pods run on, by GiB and type: the largest of the pools that they name, or may run on where one
/// of them names none.
fn disk(cluster: &Cluster, arch: Arch, named: &BTreeSet<Option<&str>>) -> (u64, Option<String>) {
    let anywhere =
        |pool: &Pool| named.contains(&None) && pool.machine.arch == arch && pool.taints.is_empty();
    let pools = cluster.pools.iter();
    let pools = pools.filter(|(name, pool)| named.contains(&Some(name)) || anywhere(pool));
    let pools: Vec<&Pool> = pools.map(|(_, pool)| pool).collect();
    let largest = pools.iter().map(|pool| gib(pool.disk)).max();
    let mut types = pools.iter().map(|pool| &pool.gke.disk_type);
    let first = types.next().cloned().flatten();
    let disk_type = first.filter(|first| types.all(|other| other.as_ref() == Some(first)));
    (largest.unwrap_or(DISK_GIB), disk_type)
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
