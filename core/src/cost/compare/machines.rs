//! Which machine carries a group, and how many of it.

use super::allocatable::{self, Room};
use super::group::{Group, Load, Pods};
use super::pack;
use super::{BootDisk, Machine, Market, Markets, ON_DEMAND, Variant};
use crate::cost::{HOURS, Money, Quantity, Range};
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
    with_dns: bool,
    markets: &'a Markets,
) -> Result<Fleet<'a>, String> {
    match &group.load {
        Load::Machines(nodes) => Ok(Fleet {
            machine: wanted(variant, group, markets)?,
            nodes: group.spread(variant, *nodes),
        }),
        Load::Pods(pods) => {
            let dns = with_dns.then(coredns);
            let all: Vec<Pods> = pods.iter().cloned().chain(dns).collect();
            // A workload with two replicas is to outlive a machine.
            let least = u64::from(pods.iter().any(|pods| pods.count.expected > 1)) + 1;
            let number = |machine: &Machine| {
                let room = room(machine);
                let holds = |pods: &&Pods| pods.count.expected > 0 || pack::holds(room, pods);
                let own: Vec<Pods> = all.iter().filter(holds).cloned().collect();
                number(&own, room, least)
            };
            packed(variant, group, number, markets)
        }
    }
}

/// The machines for pods of which there are none now and which the machines of the others would not hold: none of them now
/// either. `None` where all fit on those.
pub(super) fn others<'a>(
    variant: Variant,
    room: fn(&Machine) -> Room,
    group: &Group,
    found: &Machine,
    markets: &'a Markets,
) -> Option<Result<Fleet<'a>, String>> {
    let Load::Pods(pods) = &group.load else {
        return None;
    };
    let left = |pods: &&Pods| {
        pods.count.expected == 0 && pods.count.max > 0 && !pack::holds(room(found), pods)
    };
    let left: Vec<Pods> = pods.iter().filter(left).cloned().collect();
    let number = |machine: &Machine| number(&left, room(machine), 0);
    (!left.is_empty()).then(|| packed(variant, group, number, markets))
}

/// How many machines with this room hold all pods, at the least, as expected and at the most; `None` when one of them is too
/// large.
fn number(all: &[Pods], room: Room, least: u64) -> Option<Range<u64>> {
    let of = |count: fn(&Pods) -> u64| Some(pack::nodes(all, room, count)?.max(least));
    let expected = of(|pods| pods.count.expected)?;
    Some(Range {
        min: of(|pods| pods.count.min)?.min(expected),
        expected,
        max: of(|pods| pods.count.max)?.max(expected),
    })
}

/// The machine that a pool's words lead to: a named one of this cloud, else the cheapest that has at least as much.
pub(super) fn wanted<'a>(
    variant: Variant,
    group: &Group,
    markets: &'a Markets,
) -> Result<&'a Machine, String> {
    let wish = &group.machine;
    let alike = match variant.platform() {
        Platform::Gke => [Platform::Gke].as_slice(),
        Platform::Ecs => [Platform::Ecs, Platform::Eks].as_slice(),
        _ => [Platform::Eks, Platform::Ecs].as_slice(),
    };
    let market = variant.market(markets);
    let mut names = alike.iter().filter_map(|one| wish.types.get(one));
    if let Some(names) = names.next() {
        return named(variant, names, market);
    }
    if let Some(name) = accelerated(wish, markets) {
        let region = &market.region;
        return Err(format!(
            "{name} has accelerators, and nobody says which machine in {region} has the like of them"
        ));
    }
    let (cpu, memory, arch) = size(wish, markets)?;
    let fits = |machine: &&Machine| {
        u64::from(machine.vcpu) * 1000 >= cpu
            && machine.memory_mib >= memory
            && machine.arch == arch
            && group.boots(machine)
            && chooses(variant, machine)
    };
    market.general.iter().find(fits).ok_or_else(|| {
        let region = &market.region;
        format!("no machine with {cpu}m and {memory} MiB has a price in {region}")
    })
}

/// The first of some types that is sold and that the variant has; why the first of all is none otherwise.
fn named<'a>(
    variant: Variant,
    names: &[String],
    market: &'a Market,
) -> Result<&'a Machine, String> {
    let mut first = None;
    for name in names {
        let why = match market.find(name) {
            None => format!("no price of {name} in {}", market.region),
            Some(machine) => match refused(variant, machine) {
                None => return Ok(machine),
                Some(why) => why,
            },
        };
        first.get_or_insert(why);
    }
    Err(first.unwrap_or_else(|| "the pool does not say what machine it wants".to_owned()))
}

/// Why a variant has no such machine, or nobody can tell what it holds.
fn refused(variant: Variant, machine: &Machine) -> Option<String> {
    let name = &machine.name;
    match variant {
        Variant::EksAuto if machine.auto.is_none() => Some(format!(
            "EKS Auto Mode creates no {name}: it has not all families, and none with one processor"
        )),
        Variant::EcsEc2 if machine.interfaces.is_none() => Some(format!(
            "how many network interfaces {name} has is in no table, and each task needs one"
        )),
        _ => None,
    }
}

/// Whether a variant takes a machine that nobody names.
fn chooses(variant: Variant, machine: &Machine) -> bool {
    let unnamed = |auto: super::AutoMode| auto.unnamed;
    match variant {
        Variant::EksAuto => machine.auto.is_some_and(unnamed),
        _ => refused(variant, machine).is_none(),
    }
}

/// A named type of a wish that has accelerators, whichever cloud's it is.
pub(super) fn accelerated<'a>(wish: &'a spec::Machine, markets: &Markets) -> Option<&'a str> {
    let has = |name: &&String| {
        let found = markets.aws.find(name).or_else(|| markets.gcp.find(name));
        found.is_some_and(|machine| machine.accelerated)
    };
    let mut names = wish.types.values().flatten();
    names.find(has).map(String::as_str)
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

/// The machine type on which the pods that are expected cost least, disks and fees included; of equal ones that on which all of
/// them do, then the smaller number.
fn packed<'a>(
    variant: Variant,
    group: &Group,
    number: impl Fn(&Machine) -> Option<Range<u64>>,
    markets: &'a Markets,
) -> Result<Fleet<'a>, String> {
    let market = variant.market(markets);
    let fitting = market.general.iter().filter(|machine| {
        machine.arch == group.machine.arch && group.boots(machine) && chooses(variant, machine)
    });
    let priced = fitting.filter_map(|machine| {
        let nodes = number(machine)?;
        let month = |count| month(variant, group, machine, count, markets);
        let sums = (month(nodes.expected)?, month(nodes.max)?);
        Some((sums, nodes.expected, Fleet { machine, nodes }))
    });
    let best = priced.min_by_key(|(sums, expected, _)| (*sums, *expected));
    best.map(|(_, _, fleet)| fleet).ok_or_else(|| {
        let region = &market.region;
        format!("no machine that holds its largest pod has a price in {region}")
    })
}

/// A month of so many machines, with disks and fees; `None` where a machine has no price.
fn month(
    variant: Variant,
    group: &Group,
    machine: &Machine,
    count: u64,
    markets: &Markets,
) -> Option<Money> {
    let region = &variant.market(markets).region;
    let price = |item: &str| markets.catalogue.price(region, item);
    let hours = price(&machine.item)?
        .rate
        .of(Quantity::month().times(count));
    let disks = Quantity::whole(group.disk_gib).times(count);
    let disks = price(&group.disk_of(machine).0).map_or(Money::ZERO, |price| price.rate.of(disks));
    let fee = match variant {
        Variant::EksAuto => {
            let price = price(&format!("{ON_DEMAND}{}", machine.item))?;
            let fee = auto_hours(machine.auto?.permille);
            price.rate.of(fee.times(count))
        }
        _ => Money::ZERO,
    };
    Some(hours + fee + disks)
}

/// The fee of Auto Mode of so many thousandths, in hours of the machine at its price on demand.
pub(super) fn auto_hours(permille: u32) -> Quantity {
    Quantity::thousandths(i64::from(HOURS) * i64::from(permille))
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
    let machine = wanted(variant, group, markets)?;
    if machine.accelerated {
        let (platform, word) = (variant.platform(), variant.word());
        return Err(format!(
            "{} has accelerators, and those of pods on {platform} {word} have no price here",
            machine.name
        ));
    }
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
