//! Which machine carries a group, and how many of it.

use super::allocatable::{self, Room};
use super::demand::{Demand, Group, Load, Pods};
use super::pack;
use super::{Machine, Market, Markets, Variant};
use crate::cost::{Catalogue, HOURS, Money, Quantity, Range};
use crate::model::Platform;
use crate::spec;

/// A machine type and how many of it.
pub(super) struct Fleet<'a> {
    pub(super) machine: &'a Machine,
    pub(super) nodes: Range<u64>,
}

/// What a variant leaves of a machine for pods; `None` where it has no nodes.
pub(super) fn room(variant: Variant) -> Option<fn(&Machine) -> Room> {
    match variant {
        Variant::GkeStandard => Some(allocatable::gke_managed),
        Variant::EksNodes => Some(allocatable::eks_managed),
        Variant::EksAuto => Some(allocatable::eks),
        Variant::EcsEc2 => Some(allocatable::ecs),
        Variant::GkeAutopilot | Variant::EksFargate | Variant::EcsFargate => None,
    }
}

/// CoreDNS, which runs on nodes or Fargate pods that one pays for: twice 100m and 70 MiB.
pub(super) fn coredns() -> Pods {
    Pods {
        name: "coredns".to_owned(),
        count: Range::exactly(2),
        cpu_milli: 100,
        memory_mib: 70,
    }
}

/// The machines for a group; why there are none otherwise.
pub(super) fn fleet<'a>(
    variant: Variant,
    group: &Group,
    markets: &'a Markets,
) -> Result<Fleet<'a>, String> {
    let market = variant.market(markets);
    match &group.load {
        Load::Machines(nodes) => Ok(Fleet {
            machine: wanted(variant.platform(), &group.machine, markets, market)?,
            nodes: *nodes,
        }),
        Load::Pods(pods) => packed(variant, group, pods, market, &markets.catalogue),
    }
}

/// The machine that a pool's words lead to: a named one of this cloud, else the cheapest that has at least as much.
pub(super) fn wanted<'a>(
    platform: Platform,
    wish: &spec::Machine,
    markets: &'a Markets,
    market: &'a Market,
) -> Result<&'a Machine, String> {
    let find = |market: &'a Market, name: &String| {
        let mut all = market.general.iter().chain(&market.named);
        all.find(|machine| machine.name == *name)
    };
    let alike: &[Platform] = match platform {
        Platform::Ecs => &[Platform::Ecs, Platform::Eks],
        Platform::Eks => &[Platform::Eks, Platform::Ecs],
        _ => &[Platform::Gke],
    };
    for name in alike.iter().filter_map(|one| wish.types.get(one)).flatten() {
        match find(market, name) {
            Some(machine) => return Ok(machine),
            None => return Err(format!("no price of {name} in {}", market.region)),
        }
    }
    // Named on the other cloud alone: what that one has.
    let elsewhere = wish.types.values().flatten();
    let elsewhere = elsewhere
        .filter_map(|name| find(&markets.aws, name).or_else(|| find(&markets.gcp, name)))
        .next();
    let (cpu, memory, arch) = match elsewhere {
        Some(other) => (u64::from(other.vcpu) * 1000, other.memory_mib, other.arch),
        None => (
            wish.cpu_milli.unwrap_or(0),
            wish.memory.unwrap_or(0).div_ceil(1 << 20),
            wish.arch,
        ),
    };
    let fits = |machine: &&Machine| {
        u64::from(machine.vcpu) * 1000 >= cpu && machine.memory_mib >= memory && machine.arch == arch
    };
    let cheapest = market.general.iter().find(fits);
    cheapest.ok_or_else(|| format!("no machine in {} has {cpu}m and {memory} MiB", market.region))
}

/// The machine type on which the pods cost least, disks and fees included; the smaller number of equal ones.
fn packed<'a>(
    variant: Variant,
    group: &Group,
    pods: &[Pods],
    market: &'a Market,
    catalogue: &Catalogue,
) -> Result<Fleet<'a>, String> {
    let Some(room) = room(variant) else {
        return Err("it has no nodes".to_owned());
    };
    let mut all = pods.to_vec();
    if variant == Variant::EksNodes {
        all.push(coredns());
    }
    // A workload with two replicas is to outlive a machine.
    let least = u64::from(pods.iter().any(|pods| pods.count.expected > 1)) + 1;
    let disk = catalogue.price(&market.region, disk(variant).0);
    let disk = disk.map_or(Money::ZERO, |price| {
        price.rate.of(Quantity::whole(group.disk_gib))
    });
    let mut best: Option<(Money, u64, &Machine)> = None;
    let fitting = market.general.iter();
    for machine in fitting.filter(|machine| machine.arch == group.machine.arch) {
        let Some(price) = catalogue.price(&market.region, &machine.item) else {
            continue;
        };
        let expected = |pods: &Pods| pods.count.expected;
        let Some(nodes) = pack::nodes(&all, room(machine), expected) else {
            continue;
        };
        let nodes = nodes.max(least);
        let month = price.rate.of(hours(variant).times(nodes));
        let disks = Money::micros(disk.as_micros() * i64::try_from(nodes).unwrap_or(i64::MAX));
        let found = (month + disks, nodes, machine);
        if best.is_none_or(|(sum, number, _)| (found.0, found.1) < (sum, number)) {
            best = Some(found);
        }
    }
    let Some((_, expected, machine)) = best else {
        return Err(format!("no machine in {} holds its largest pod", market.region));
    };
    let of = |count: fn(&Pods) -> u64| {
        let nodes = pack::nodes(&all, room(machine), count);
        nodes.unwrap_or(expected).max(least)
    };
    let (min, max) = (of(|pods| pods.count.min), of(|pods| pods.count.max));
    let nodes = Range {
        min: min.min(expected),
        expected,
        max: max.max(expected),
    };
    Ok(Fleet { machine, nodes })
}

/// Hours of a machine as they count when machines are compared: with the fee of Auto Mode.
fn hours(variant: Variant) -> Quantity {
    let hours = i64::from(HOURS) * 1000;
    match variant {
        Variant::EksAuto => Quantity::thousandths(hours * 112 / 100),
        _ => Quantity::thousandths(hours),
    }
}

/// The disk of a node, and its unit.
pub(super) fn disk(variant: Variant) -> (&'static str, &'static str) {
    match variant.platform() {
        Platform::Gke => ("gce.disk.pd-balanced", "GiB-month"),
        _ => ("ebs.gp3", "GB-month"),
    }
}

/// The pods of a group where there are no nodes: its own, or one for each machine, as large as what that leaves.
pub(super) fn pods(variant: Variant, group: &Group, markets: &Markets) -> Result<Vec<Pods>, String> {
    let count = match &group.load {
        Load::Pods(pods) => return Ok(pods.clone()),
        Load::Machines(count) => *count,
    };
    let platform = variant.platform();
    let machine = wanted(platform, &group.machine, markets, variant.market(markets))?;
    let room = match platform {
        Platform::Gke => allocatable::gke_managed(machine),
        _ => allocatable::eks_managed(machine),
    };
    Ok(vec![Pods {
        name: group.name.clone(),
        count,
        cpu_milli: room.cpu_milli,
        memory_mib: room.memory_mib,
    }])
}

/// Nodes that stand behind a NAT gateway without being paid for: one for 4 cores.
pub(super) fn hidden_nodes(demand: &Demand, variant: Variant, markets: &Markets) -> u64 {
    let groups = demand.groups.iter();
    let cores = groups
        .filter_map(|group| pods(variant, group, markets).ok())
        .flatten()
        .map(|pods| pods.cpu_milli * pods.count.expected);
    cores.sum::<u64>().div_ceil(4000)
}
