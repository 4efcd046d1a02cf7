//! A month of a demand in one variant: what it would use, as meters.

use super::allocatable::Room;
use super::demand::Demand;
use super::group::{Group, Load, Pods};
use super::known::Master;
use super::machines::{
    Fleet, accelerated, auto_hours, coredns, fleet, others, pods, room, volume, wanted,
};
use super::rounding::{self, Sold};
use super::sheet::{Asked, Sheet, month_of};
use super::{Column, Machine, Markets, PoolOf, Variant, around};
use crate::cost::{Meter, Part, Percent, Quantity, Range};
use crate::model::{Platform, ResourceId};
use crate::spec::Arch;

/// GiB of a pod's own disk that Autopilot takes for granted and charges for.
const EPHEMERAL_GIB: u64 = 1;

/// Millicores for which one node of Autopilot is taken to stand.
const HIDDEN_NODE: u64 = 4000;

/// Items of Autopilot: vCPU, and memory with its unit.
const AUTOPILOT: (&str, (&str, &str)) =
    ("gke.autopilot.vcpu", ("gke.autopilot.memory", "GiB-hour"));

/// Items of Fargate: vCPU, and memory with its unit.
const FARGATE: (&str, (&str, &str)) = ("fargate.vcpu", ("fargate.memory", "GB-hour"));

/// The same on arm64.
const FARGATE_ARM: (&str, (&str, &str)) = ("fargate.arm.vcpu", ("fargate.arm.memory", "GB-hour"));

/// Pods of CoreDNS on Fargate, which nobody asked for.
const COREDNS: &str = "coredns";

/// What is said of a fee that the credit pays.
const CREDIT: &str = "Google's credit for one cluster of the billing account pays for it";

/// Before an item: its price without a commitment, on which fees are reckoned.
pub const ON_DEMAND: &str = "on-demand.";

/// Prices a demand.
pub(super) fn column(variant: Variant, demand: &Demand, markets: &Markets) -> Column {
    let mut sheet = Sheet::new(variant, demand, markets);
    masters(&mut sheet);
    for group in &demand.groups {
        match room(variant) {
            Some(room) => nodes(&mut sheet, group, room),
            None => without_nodes(&mut sheet, group),
        }
        accelerators(&mut sheet, group);
    }
    around::around(&mut sheet);
    sheet.finish()
}

/// Control planes, and CoreDNS where nothing else carries it.
fn masters(sheet: &mut Sheet<'_>) {
    let platform = sheet.variant.platform();
    let item = match platform {
        Platform::Gke => "gke.cluster",
        Platform::Eks => "eks.cluster",
        _ => return,
    };
    let mut credit = sheet.markets.free_cluster;
    for master in &sheet.demand.masters {
        let address = format!("cluster.{}", master.cluster);
        let id = ResourceId::new(address.as_str(), "cluster");
        let fee = |hours| Meter::listed("control plane", Part::ControlPlane, item, "hour", hours);
        match credit && credited(sheet.variant, master) {
            true => {
                credit = false;
                sheet.charge(&id, &fee(Quantity::whole(0)).assuming(CREDIT));
            }
            false => {
                sheet.charge(&id, &fee(Quantity::month()));
            }
        }
        if master.platform == platform {
            for meter in &master.on_top {
                sheet.charge(&id, meter);
            }
        }
        if sheet.variant == Variant::EksFargate {
            let id = ResourceId::new(address.as_str(), COREDNS);
            sell(sheet, &id, &coredns(), Arch::Amd64);
        }
    }
}

/// Whether Google's credit may pay for a cluster: for one of Autopilot, and for a zonal one.
fn credited(variant: Variant, master: &Master) -> bool {
    match variant {
        Variant::GkeAutopilot => true,
        Variant::GkeStandard => master.zonal,
        _ => false,
    }
}

/// What nobody has priced: accelerators that a pool attaches, and those of machines that the pods of a group would run on.
fn accelerators(sheet: &mut Sheet<'_>, group: &Group) {
    let id = ResourceId::new(group.name.as_str(), "accelerators");
    let (variant, markets) = (sheet.variant, sheet.markets);
    let count = group.count();
    let mut without = |why| sheet.without((&id, "accelerators"), Part::Nodes, count, why);
    if let Load::Machines(_) = group.load {
        // What a machine has by itself is in its price.
        let has_own = wanted(variant, group, markets).is_ok_and(|machine| machine.accelerated);
        let attached: Vec<&str> = group.attached().into_iter().collect();
        if !attached.is_empty() && !has_own {
            let region = &variant.market(markets).region;
            without(format!("no price of {} in {region}", attached.join(", ")));
        }
        return;
    }
    for pool in &group.pools {
        let named = accelerated(&pool.machine, markets);
        let attached = pool.attached.keys().map(String::as_str);
        let all: Vec<&str> = attached.chain(named).collect();
        if !all.is_empty() {
            without(format!(
                "pods of {} are reckoned by processors and memory alone, and its machines have accelerators ({})",
                pool.name,
                all.join(", ")
            ));
        }
    }
}

/// Machines with their disks and fees, and the disks that pods keep.
fn nodes<'a>(sheet: &mut Sheet<'a>, group: &'a Group, room: fn(&Machine) -> Room) {
    let id = ResourceId::new(group.name.as_str(), "machines");
    let (variant, markets) = (sheet.variant, sheet.markets);
    let found = match fleet(variant, room, group, sheet.carries_dns(group), markets) {
        Ok(found) => found,
        Err(why) => return sheet.without((&id, "machines"), Part::Nodes, group.count(), why),
    };
    let asked = match &group.load {
        Load::Machines(_) => Asked::Room(room(found.machine)),
        Load::Pods(pods) => {
            let of = |size: fn(&Pods) -> u64| {
                let sizes = pods.iter().map(|pods| size(pods) * pods.count.expected);
                sizes.sum()
            };
            pods.iter().for_each(|pods| volumes(sheet, pods));
            Asked::Sum(of(|pods| pods.cpu_milli), of(|pods| pods.memory_mib))
        }
    };
    machines(sheet, &id, group, &found, &asked);
    let Some(more) = others(variant, room, group, found.machine, markets) else {
        return;
    };
    let id = ResourceId::new(format!("{}.more", group.name), "machines");
    match more {
        Ok(more) => machines(sheet, &id, group, &more, &Asked::Sum(0, 0)),
        Err(why) => {
            let some = Range {
                max: 1,
                ..Range::default()
            };
            sheet.without((&id, "machines"), Part::Nodes, Some(some), why);
        }
    }
}

/// Machines of one type as a pool, with all that they cost.
fn machines<'a>(
    sheet: &mut Sheet<'a>,
    id: &ResourceId,
    group: &'a Group,
    fleet: &Fleet<'a>,
    asked: &Asked,
) {
    let (machine, nodes) = (fleet.machine, fleet.nodes);
    charge(sheet, id, group, machine, nodes);
    let capacity = Sold {
        cpu_milli: u64::from(machine.vcpu) * 1000,
        memory_mib: machine.memory_mib,
    };
    let pool = PoolOf {
        pool: id.address.as_str().to_owned(),
        machine: machine.name.clone(),
        nodes,
    };
    sheet.pool(pool, capacity, asked);
    behind(sheet, group, nodes);
}

/// Machines by the hour, the fee of Auto Mode, and root disks.
fn charge(
    sheet: &mut Sheet<'_>,
    id: &ResourceId,
    group: &Group,
    machine: &Machine,
    count: Range<u64>,
) {
    let (name, item) = (machine.name.as_str(), machine.item.as_str());
    sheet.hours(id, name, Part::Nodes, item, count);
    if let (Variant::EksAuto, Some(auto)) = (sheet.variant, machine.auto) {
        let component = format!("{name} Auto Mode fee");
        let item = format!("{ON_DEMAND}{item}");
        let hours = auto_hours(auto.permille);
        let fee = Meter::listed(&component, Part::Management, &item, "hour", hours);
        let percent = Percent::of_tenths(auto.permille.into());
        let said = format!("{percent} % of the machine's hours at its price on demand");
        sheet.charge(id, &fee.count(count).assuming(said));
    }
    let (item, unit) = group.disk_of(machine);
    let each = Quantity::whole(group.disk_gib);
    let disks = Meter::listed("root disk", Part::Storage, &item, unit, each);
    sheet.disks(id, &disks.count(count));
}

/// Pods that are charged for one by one.
fn without_nodes<'a>(sheet: &mut Sheet<'a>, group: &'a Group) {
    let all = match pods(sheet.variant, group, sheet.markets) {
        Ok(all) => all,
        Err(why) => {
            let id = ResourceId::new(group.name.as_str(), "pods");
            return sheet.without((&id, "pods"), Part::Nodes, group.count(), why);
        }
    };
    let arch = match &group.load {
        Load::Pods(_) => group.machine.arch,
        Load::Machines(_) => wanted(sheet.variant, group, sheet.markets)
            .map_or(group.machine.arch, |machine| machine.arch),
    };
    for pods in &all {
        let id = ResourceId::new(pods.name.as_str(), "pods");
        sell(sheet, &id, pods, arch);
        volumes(sheet, pods);
    }
    let cores = |count: fn(&Pods) -> u64| {
        let cores = all.iter().map(|pods| pods.cpu_milli * count(pods));
        cores.sum::<u64>().div_ceil(HIDDEN_NODE)
    };
    let hidden = Range {
        min: cores(|pods| pods.count.min),
        expected: cores(|pods| pods.count.expected),
        max: cores(|pods| pods.count.max),
    };
    behind(sheet, group, hidden);
}

/// Adds machines to those of a cluster.
fn behind<'a>(sheet: &mut Sheet<'a>, group: &'a Group, more: Range<u64>) {
    let known = sheet.machines.entry(group.cluster.as_str()).or_default();
    *known = Range {
        min: known.min + more.min,
        expected: known.expected + more.expected,
        max: known.max + more.max,
    };
}

/// Pods of one sort, rounded up to what is sold.
fn sell(sheet: &mut Sheet<'_>, id: &ResourceId, pods: &Pods, arch: Arch) {
    let (cpu, memory) = (pods.cpu_milli, pods.memory_mib);
    let (sold, (vcpu, gigabytes)) = match (sheet.variant, arch) {
        (Variant::GkeAutopilot, _) => (rounding::autopilot(cpu, memory), AUTOPILOT),
        (Variant::EksFargate, _) => (rounding::eks_fargate(cpu, memory), FARGATE),
        (_, Arch::Amd64) => (rounding::ecs_fargate(cpu, memory), FARGATE),
        (_, Arch::Arm64) => (rounding::ecs_fargate(cpu, memory), FARGATE_ARM),
    };
    let Some(sold) = sold else {
        let why = format!("nothing as large as {cpu}m and {memory} MiB is sold without a machine");
        return sheet.without((id, "pods"), Part::Nodes, Some(pods.count), why);
    };
    let autopilot = sheet.variant == Variant::GkeAutopilot;
    let mut charge = |component: &str, part, (item, unit): (&str, &str), each| {
        let meter = Meter::listed(component, part, item, unit, each);
        sheet.charge(id, &meter.count(pods.count));
    };
    charge(
        "vCPU",
        Part::Nodes,
        (vcpu, "vCPU-hour"),
        month_of(sold.cpu_milli),
    );
    let thousandths = (sold.memory_mib * 1000).div_ceil(1024);
    charge("memory", Part::Nodes, gigabytes, month_of(thousandths));
    if autopilot {
        let each = month_of(EPHEMERAL_GIB * 1000);
        let storage = ("gke.autopilot.storage", "GiB-hour");
        charge("ephemeral storage", Part::Storage, storage, each);
    }
    match id.part == COREDNS {
        true => sheet.sold(sold, 0, 0, pods.count.expected),
        false => sheet.sold(sold, cpu, memory, pods.count.expected),
    }
}

/// Disks that stay when a pod goes.
fn volumes(sheet: &mut Sheet<'_>, pods: &Pods) {
    if pods.volumes_gib == 0 {
        return;
    }
    let id = ResourceId::new(pods.name.as_str(), "volumes");
    let (item, unit) = match sheet.variant {
        Variant::EksFargate | Variant::EcsFargate | Variant::EcsEc2 => {
            let platform = sheet.variant.platform();
            let why = format!(
                "{} {} keeps no disk of a pod",
                platform.word(),
                sheet.variant.word()
            );
            return sheet.without((&id, "volumes"), Part::Storage, Some(pods.count), why);
        }
        variant => volume(variant),
    };
    let each = Quantity::whole(pods.volumes_gib);
    let meter = Meter::listed("volumes", Part::Storage, &item, unit, each);
    sheet.charge(&id, &meter.count(pods.count));
}
