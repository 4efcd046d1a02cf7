//! Which machine carries a group, and how many of it.

use super::allocatable::{self, Room};
use super::demand::{Group, Load, Pods};
use super::pack;
use super::{BootDisk, Machine, Market, Markets, ON_DEMAND, Variant};
use crate::cost::{Catalogue, HOURS, Money, Quantity, Range};
use crate::model::Platform;
use crate::spec::{self, Arch};

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
        volumes_gib: 0,
    }
}

/// The machines for a group; why there are none otherwise.
pub(super) fn fleet<'a>(
    variant: Variant,
    room: fn(&Machine) -> Room,
    group: &Group,
    markets: &'a Markets,
) -> Result<Fleet<'a>, String> {
    match &group.load {
        Load::Machines(nodes) => Ok(Fleet {
            machine: wanted(variant.platform(), group, markets)?,
            nodes: *nodes,
        }),
        Load::Pods(pods) => {
            let catalogue = &markets.catalogue;
            packed(
                variant,
                room,
                group,
                pods,
                variant.market(markets),
                catalogue,
            )
        }
    }
}

/// The machine that a pool's words lead to: a named one of this cloud, else the cheapest that has at least as much.
pub(super) fn wanted<'a>(
    platform: Platform,
    group: &Group,
    markets: &'a Markets,
) -> Result<&'a Machine, String> {
    let wish = &group.machine;
    let (market, alike) = match platform {
        Platform::Gke => (&markets.gcp, [Platform::Gke].as_slice()),
        Platform::Ecs => (&markets.aws, [Platform::Ecs, Platform::Eks].as_slice()),
        _ => (&markets.aws, [Platform::Eks, Platform::Ecs].as_slice()),
    };
    let names = alike.iter().filter_map(|one| wish.types.get(one));
    if let Some(name) = names.flatten().next() {
        let found = market.find(name);
        return found.ok_or_else(|| format!("no price of {name} in {}", market.region));
    }
    let (cpu, memory, arch) = size(wish, markets)?;
    let fits = |machine: &&Machine| {
        u64::from(machine.vcpu) * 1000 >= cpu
            && machine.memory_mib >= memory
            && machine.arch == arch
            && group.boots(machine)
    };
    market.general.iter().find(fits).ok_or_else(|| {
        let region = &market.region;
        format!("no machine with {cpu}m and {memory} MiB has a price in {region}")
    })
}

/// How large a machine is wanted: as the words say, else as one that is named on the other cloud.
fn size(wish: &spec::Machine, markets: &Markets) -> Result<(u64, u64, Arch), String> {
    if wish.cpu_milli.is_some() || wish.memory.is_some() {
        let memory = wish.memory.unwrap_or(0).div_ceil(1 << 20);
        return Ok((wish.cpu_milli.unwrap_or(0), memory, wish.arch));
    }
    let Some(name) = wish.types.values().flatten().next() else {
        return Err("the pool does not say what machine it wants".to_owned());
    };
    let other = markets.aws.find(name).or_else(|| markets.gcp.find(name));
    let Some(other) = other else {
        return Err(format!(
            "nobody knows how large a {name} is, so nothing as large is found"
        ));
    };
    Ok((u64::from(other.vcpu) * 1000, other.memory_mib, other.arch))
}

/// The machine type on which the pods cost least, disks and fees included; the smaller number of equal ones.
fn packed<'a>(
    variant: Variant,
    room: fn(&Machine) -> Room,
    group: &Group,
    pods: &[Pods],
    market: &'a Market,
    catalogue: &Catalogue,
) -> Result<Fleet<'a>, String> {
    let dns = (variant == Variant::EksNodes).then(coredns);
    let all: Vec<Pods> = pods.iter().cloned().chain(dns).collect();
    // A workload with two replicas is to outlive a machine.
    let least = u64::from(pods.iter().any(|pods| pods.count.expected > 1)) + 1;
    let month = |machine: &Machine, nodes: u64| {
        let price = catalogue.price(&market.region, &machine.item)?;
        let disk = catalogue.price(&market.region, &group.disk_of(machine).0);
        let disks = Quantity::whole(group.disk_gib).times(nodes);
        let disks = disk.map_or(Money::ZERO, |price| price.rate.of(disks));
        let fee = match variant {
            Variant::EksAuto => {
                let item = format!("{ON_DEMAND}{}", machine.item);
                let price = catalogue.price(&market.region, &item)?;
                price.rate.of(auto_hours().times(nodes))
            }
            _ => Money::ZERO,
        };
        Some(price.rate.of(Quantity::month().times(nodes)) + fee + disks)
    };
    let of = |machine: &Machine, count: fn(&Pods) -> u64| {
        Some(pack::nodes(&all, room(machine), count)?.max(least))
    };
    let fitting = market.general.iter();
    let fitting =
        fitting.filter(|machine| machine.arch == group.machine.arch && group.boots(machine));
    let priced = fitting.filter_map(|machine| {
        let nodes = of(machine, |pods| pods.count.expected)?;
        Some((month(machine, nodes)?, nodes, machine))
    });
    let best = priced.min_by_key(|(sum, nodes, _)| (*sum, *nodes));
    let Some((_, expected, machine)) = best else {
        let region = &market.region;
        return Err(format!(
            "no machine that holds its largest pod has a price in {region}"
        ));
    };
    let bound = |count| of(machine, count).unwrap_or(expected);
    let nodes = Range {
        min: bound(|pods| pods.count.min).min(expected),
        expected,
        max: bound(|pods| pods.count.max).max(expected),
    };
    Ok(Fleet { machine, nodes })
}

/// What the fee of Auto Mode is of the price of a machine, in per cent.
pub(super) const AUTO_PERCENT: i64 = 12;

/// The fee of Auto Mode, in hours of the machine at its price on demand.
pub(super) fn auto_hours() -> Quantity {
    Quantity::thousandths(i64::from(HOURS) * 10 * AUTO_PERCENT)
}

/// The disk that a pod keeps, and its unit.
pub(super) fn volume(variant: Variant) -> (String, &'static str) {
    let disk = match variant.platform() {
        Platform::Gke => BootDisk::Persistent,
        _ => BootDisk::Ebs,
    };
    disk.item(None)
}

/// The pods of a group where there are no nodes: its own, or one for each machine, as large as what that leaves.
pub(super) fn pods(
    variant: Variant,
    group: &Group,
    markets: &Markets,
) -> Result<Vec<Pods>, String> {
    let count = match &group.load {
        Load::Pods(pods) => return Ok(pods.clone()),
        Load::Machines(count) => *count,
    };
    let machine = wanted(variant.platform(), group, markets)?;
    let room = match variant.platform() {
        Platform::Gke => allocatable::gke_managed(machine),
        _ => allocatable::eks_managed(machine),
    };
    Ok(vec![Pods {
        name: group.name.clone(),
        count,
        cpu_milli: room.cpu_milli,
        memory_mib: room.memory_mib,
        volumes_gib: 0,
    }])
}
