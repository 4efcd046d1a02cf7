//! What a column is written on: meters become lines by the same multiplication as those of a bill.

use std::collections::BTreeMap;

use super::allocatable::Room;
use super::demand::Demand;
use super::group::Group;
use super::rounding::Sold;
use super::{Column, Markets, PoolOf, Stranded, Variant};
use crate::cost::bill::sum;
use crate::cost::price::{line, listed};
use crate::cost::{HOURS, Line, Meter, Money, Part, Parts, Quantity, Range, Shares, Unpriced};
use crate::model::{Platform, ResourceId};

/// A column that is being written.
pub(super) struct Sheet<'a> {
    pub(super) variant: Variant,
    pub(super) demand: &'a Demand,
    pub(super) markets: &'a Markets,
    /// Machines by cluster, where there are none those that a cloud runs.
    pub(super) machines: BTreeMap<&'a str, Range<u64>>,
    lines: Vec<Line>,
    unpriced: Vec<Unpriced>,
    pools: Vec<PoolOf>,
    /// Disks of machines.
    disks: Money,
    paid: Size,
    asked: Size,
}

/// Processors and memory.
#[derive(Clone, Copy, Default)]
struct Size {
    cpu: u64,
    memory: u64,
}

impl Size {
    fn add(&mut self, cpu: u64, memory: u64, count: u64) {
        self.cpu += cpu * count;
        self.memory += memory * count;
    }
}

impl<'a> Sheet<'a> {
    pub(super) fn new(variant: Variant, demand: &'a Demand, markets: &'a Markets) -> Self {
        Self {
            variant,
            demand,
            markets,
            machines: BTreeMap::new(),
            lines: Vec::new(),
            unpriced: Vec::new(),
            pools: Vec::new(),
            disks: Money::ZERO,
            paid: Size::default(),
            asked: Size::default(),
        }
    }

    pub(super) fn on_google(&self) -> bool {
        self.variant.platform() == Platform::Gke
    }

    fn region(&self) -> &'a str {
        &self.variant.market(self.markets).region
    }

    /// Something that is charged for: a line, or where there is no price of it, one of the unpriced.
    pub(super) fn charge(&mut self, id: &ResourceId, meter: &Meter) -> Money {
        let region = self.region();
        match listed(meter, region, &self.markets.catalogue) {
            Ok(price) => {
                let line = line(id, meter, price, region);
                let month = line.monthly;
                self.lines.push(line);
                month
            }
            Err(why) => {
                self.unpriced.push(Unpriced::of(id, meter, why));
                Money::ZERO
            }
        }
    }

    /// Something that cannot be priced here, and how many there are of it.
    pub(super) fn without(
        &mut self,
        (id, component): (&ResourceId, &str),
        part: Part,
        count: Option<Range<u64>>,
        why: String,
    ) {
        self.unpriced.push(Unpriced {
            id: id.clone(),
            component: component.to_owned(),
            part: Some(part),
            count,
            why,
            of: None,
        });
    }

    /// Whether CoreDNS runs on the machines of a group: of those of a cluster, on the first with pods that run, else on the
    /// first.
    pub(super) fn carries_dns(&self, group: &Group) -> bool {
        let own = self.demand.groups.iter();
        let mut own = own.filter(|other| other.cluster == group.cluster);
        let first = own.clone().find(|other| other.runs_pods());
        let first = first.or_else(|| own.next());
        self.variant == Variant::EksNodes && first.is_some_and(|first| first.name == group.name)
    }

    /// An hour's price, for the whole month.
    pub(super) fn hours(
        &mut self,
        id: &ResourceId,
        component: &str,
        part: Part,
        item: &str,
        count: Range<u64>,
    ) {
        let meter = Meter::listed(component, part, item, "hour", Quantity::month());
        self.charge(id, &meter.count(count));
    }

    /// The disks of machines.
    pub(super) fn disks(&mut self, id: &ResourceId, meter: &Meter) {
        let month = self.charge(id, meter);
        self.disks = self.disks + month;
    }

    /// Machines of a pool, which may leave this much to pods.
    pub(super) fn pool(&mut self, pool: PoolOf, capacity: Sold, asked: &Asked) {
        let nodes = pool.nodes.expected;
        self.paid
            .add(capacity.cpu_milli, capacity.memory_mib, nodes);
        match asked {
            Asked::Room(room) => self.asked.add(room.cpu_milli, room.memory_mib, nodes),
            Asked::Sum(cpu, memory) => self.asked.add(*cpu, *memory, 1),
        }
        self.pools.push(pool);
    }

    /// Pods of which each is charged for by itself.
    pub(super) fn sold(&mut self, sold: Sold, cpu: u64, memory: u64, count: u64) {
        self.paid.add(sold.cpu_milli, sold.memory_mib, count);
        self.asked.add(cpu, memory, count);
    }

    pub(super) fn finish(mut self) -> Column {
        let by_place = |line: &Line| (line.part, line.id.clone(), line.component.clone());
        self.lines.sort_by_key(by_place);
        self.unpriced.sort();
        let mut parts = Parts::default();
        for line in &self.lines {
            parts.add(line.part, line.monthly);
        }
        let range = sum(self.lines.iter().map(|line| line.range));
        let (master, machines) = (parts.control_plane, parts.control_plane + parts.nodes);
        Column {
            platform: self.variant.platform(),
            variant: self.variant.word().to_owned(),
            region: self.region().to_owned(),
            total: range.expected,
            range,
            master_share: Shares {
                instances: master.share_of(machines),
                nodes: master.share_of(machines + self.disks),
                total: master.share_of(range.expected),
            },
            parts,
            complete: !self.unpriced.iter().any(Unpriced::counts),
            nodes_by_pool: self.pools,
            stranded: stranded(self.paid, self.asked),
            lines: self.lines,
            unpriced: self.unpriced,
        }
    }
}

/// What of the machines of a pool is asked for.
pub(super) enum Asked {
    /// All that each leaves to pods.
    Room(Room),
    /// So many millicores and MiB, of all of them together.
    Sum(u64, u64),
}

/// A month of so many thousandths.
pub(super) fn month_of(thousandths: u64) -> Quantity {
    let hours = thousandths.saturating_mul(HOURS.into());
    Quantity::thousandths(i64::try_from(hours).unwrap_or(i64::MAX))
}

fn stranded(paid: Size, asked: Size) -> Stranded {
    let (cpu, memory) = (
        paid.cpu.saturating_sub(asked.cpu),
        paid.memory.saturating_sub(asked.memory),
    );
    let of = |left: u64, all: u64| (left * 1000).checked_div(all).unwrap_or(0);
    Stranded {
        cpu,
        memory,
        permille: of(cpu, paid.cpu).max(of(memory, paid.memory)),
    }
}
