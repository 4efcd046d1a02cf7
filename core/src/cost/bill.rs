//! The bill of a stack: by cluster, by part, by pool, line by line.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::holders::{Holders, cluster_of};
use super::price::price;
use super::{
    CURRENCY, Catalogue, HOURS, Item, Line, Money, PERIOD, Part, Parts, Percent, Range, Unpriced,
    Usage,
};
use crate::model::{Address, Platform};
use crate::plan::FORMAT_VERSION;

/// What nobody can say before it has happened.
const NOT_IN_IT: &str = "traffic between zones is in no line, and of what leaves the cloud only what `prices` tells (`egress_gb`)";

/// A month of a stack; serialised as is by `cost --json` (contract: DESIGN 3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// [`CURRENCY`].
    pub currency: String,
    /// [`PERIOD`].
    pub period: String,
    /// [`HOURS`].
    pub hours: u32,
    /// The prices that were used.
    pub catalogue: Tables,
    /// Each cluster with what only it uses.
    pub clusters: Vec<ClusterBill>,
    /// What several clusters share, or none uses.
    pub shared: Vec<SharedBill>,
    /// All of it, as expected.
    pub total: Money,
    /// From the least nodes to the most.
    pub range: Range<Money>,
    /// What it may come to, where the spec says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Money>,
    /// What is charged for and has no price here; no part of any sum.
    pub unpriced: Vec<Unpriced>,
    /// What was assumed because nobody declares it.
    pub assumptions: Vec<String>,
    /// How many resources cost nothing, by the reason.
    pub free: BTreeMap<String, u32>,
}

/// What prices a bill was made with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tables {
    /// The youngest date of a price.
    pub as_of: Option<String>,
    /// The oldest one.
    pub oldest: Option<String>,
    /// Where they were read.
    pub sources: BTreeSet<String>,
}

/// A month of one cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterBill {
    /// Its address.
    pub address: Address,
    /// Its platform.
    pub platform: Option<Platform>,
    /// A sum for every part.
    #[serde(flatten)]
    pub parts: Parts,
    /// All of it, as expected.
    pub total: Money,
    /// From the least nodes to the most.
    pub range: Range<Money>,
    /// Everything that is expected in it has a price. Sums and shares of one that is not complete are of what has.
    pub complete: bool,
    /// How much of it is the control plane.
    pub master_share: Shares,
    /// Its pools.
    pub pools: Vec<PoolBill>,
    /// Line by line.
    pub lines: Vec<Line>,
}

/// The share of the control plane, of three wholes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shares {
    /// Of control plane and machines.
    pub instances: Percent,
    /// Of control plane and nodes with their disks.
    pub nodes: Percent,
    /// Of everything.
    pub total: Percent,
}

/// A month of one pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolBill {
    /// Its address.
    pub address: Address,
    /// Everything that is expected in it has a price.
    pub complete: bool,
    /// How many nodes it has.
    pub nodes: Range<u64>,
    /// Its machines; `None` where they have no price.
    pub instances: Option<Money>,
    /// Their disks; `None` where they have no price.
    pub disks: Option<Money>,
    /// All of it, as expected.
    pub total: Money,
    /// From the least nodes to the most.
    pub range: Range<Money>,
}

/// A month of something that belongs to no single cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedBill {
    /// Its address.
    pub address: Address,
    /// The clusters that use it.
    pub used_by: Vec<Address>,
    /// A sum for every part.
    #[serde(flatten)]
    pub parts: Parts,
    /// All of it, as expected.
    pub total: Money,
    /// From the least to the most.
    pub range: Range<Money>,
    /// Everything that is expected in it has a price.
    pub complete: bool,
    /// Line by line.
    pub lines: Vec<Line>,
}

impl Bill {
    /// How many things the expected sum lacks. What there is none of now is missing from the most alone.
    #[must_use]
    pub fn lacks(&self) -> usize {
        self.unpriced.iter().filter(|one| one.counts()).count()
    }

    /// The same of a stack with this budget.
    #[must_use]
    pub fn within(self, budget: Option<Money>) -> Self {
        Self { budget, ..self }
    }

    /// What it is held against: `$12.00 below the budget of $900.00`.
    #[must_use]
    pub fn of_budget(&self) -> Option<String> {
        let budget = self.budget?;
        let left = budget - self.total;
        let word = match left < Money::ZERO {
            true => "above",
            false => "below",
        };
        let (left, budget) = (left.abs().cents(), budget.cents());
        Some(format!("{left} {word} the budget of {budget}"))
    }
}

/// Makes the bill; `networks` says which clusters are declared to be in which. Same items, same bill, whatever their order.
#[must_use]
pub fn bill(items: &[Item<'_>], networks: &[(Address, Address)], catalogue: &Catalogue) -> Bill {
    let (mut lines, mut unpriced) = (Vec::new(), Vec::new());
    for item in items {
        price(item, catalogue, &mut lines, &mut unpriced);
    }
    lines.sort_by(|a, b| (&a.id, &a.component).cmp(&(&b.id, &b.component)));
    unpriced.sort();
    let holders = Holders::new(items, networks);
    for one in &mut unpriced {
        let address = &one.id.address;
        let cluster = holders.holder(address).map(Address::new);
        one.of = Some(cluster.unwrap_or_else(|| address.clone()));
    }
    let tables = tables(&lines);
    let assumptions = assumptions(&lines);
    let (clusters, shared) = share_out(&holders, lines, &unpriced);
    let of_clusters = clusters.iter().map(|cluster| cluster.range);
    let range = sum(of_clusters.chain(shared.iter().map(|shared| shared.range)));
    Bill {
        format_version: FORMAT_VERSION,
        currency: CURRENCY.to_owned(),
        period: PERIOD.to_owned(),
        hours: HOURS,
        catalogue: tables,
        clusters,
        shared,
        total: range.expected,
        range,
        budget: None,
        unpriced,
        assumptions,
        free: free(items),
    }
}

/// Gives every line to the cluster that alone is served by it, or to what is shared.
fn share_out(
    holders: &Holders<'_>,
    lines: Vec<Line>,
    unpriced: &[Unpriced],
) -> (Vec<ClusterBill>, Vec<SharedBill>) {
    let mut of_clusters: BTreeMap<&str, Vec<Line>> = BTreeMap::new();
    let mut others: BTreeMap<Address, Vec<Line>> = BTreeMap::new();
    for cluster in holders.clusters.keys() {
        of_clusters.insert(cluster, Vec::new());
    }
    for line in lines {
        match holders.holder(&line.id.address) {
            Some(cluster) => of_clusters.entry(cluster).or_default().push(line),
            None => others
                .entry(line.id.address.clone())
                .or_default()
                .push(line),
        }
    }
    let mut without: BTreeMap<&str, Vec<&Unpriced>> = BTreeMap::new();
    let mut open: BTreeSet<&Address> = BTreeSet::new();
    for one in unpriced {
        let address = &one.id.address;
        match holders.holder(address) {
            Some(cluster) => without.entry(cluster).or_default().push(one),
            None => {
                others.entry(address.clone()).or_default();
                if one.counts() {
                    open.insert(address);
                }
            }
        }
    }
    let clusters = of_clusters.into_iter().map(|(name, lines)| {
        let platform = holders.clusters.get(name).copied().flatten();
        let unpriced = without.remove(name).unwrap_or_default();
        cluster(Address::new(name), platform, lines, &unpriced)
    });
    let clusters = clusters.collect();
    let shared = others.into_iter().map(|(address, lines)| {
        let users = holders.users.get(&address).into_iter().flatten();
        SharedBill {
            used_by: users.map(|name| Address::new(*name)).collect(),
            parts: parts(&lines),
            total: sum(lines.iter().map(|line| line.range)).expected,
            range: sum(lines.iter().map(|line| line.range)),
            complete: !open.contains(&address),
            lines,
            address,
        }
    });
    (clusters, shared.collect())
}

/// The pool that an address is, by its name in a cluster.
fn pool_of(address: &Address) -> Option<&Address> {
    let rest = address.as_str().strip_prefix(cluster_of(address)?)?;
    rest.starts_with(".pool.").then_some(address)
}

fn cluster(
    address: Address,
    platform: Option<Platform>,
    lines: Vec<Line>,
    unpriced: &[&Unpriced],
) -> ClusterBill {
    let parts = parts(&lines);
    let range = sum(lines.iter().map(|line| line.range));
    let pools = pools(&lines, unpriced);
    let of_pools: Money = pools.iter().map(|pool| pool.total).sum();
    let master = parts.control_plane;
    ClusterBill {
        address,
        platform,
        parts,
        total: range.expected,
        range,
        complete: !unpriced.iter().any(|one| one.counts()),
        master_share: Shares {
            instances: master.share_of(master + parts.nodes),
            nodes: master.share_of(master + of_pools),
            total: master.share_of(range.expected),
        },
        pools,
        lines,
    }
}

fn pools(lines: &[Line], unpriced: &[&Unpriced]) -> Vec<PoolBill> {
    let mut by_pool: BTreeMap<&Address, (Vec<&Line>, Vec<&Unpriced>)> = BTreeMap::new();
    for line in lines {
        if let Some(pool) = pool_of(&line.id.address) {
            by_pool.entry(pool).or_default().0.push(line);
        }
    }
    for one in unpriced {
        if let Some(pool) = pool_of(&one.id.address) {
            by_pool.entry(pool).or_default().1.push(one);
        }
    }
    let pools = by_pool.iter();
    pools
        .map(|(address, (lines, unpriced))| pool(address, lines, unpriced))
        .collect()
}

fn pool(address: &Address, lines: &[&Line], unpriced: &[&Unpriced]) -> PoolBill {
    let of = |part| {
        let without = |one: &&Unpriced| one.counts() && one.part.is_none_or(|of| of == part);
        let lines = lines.iter().filter(|line| line.part == part);
        let sum = lines.map(|line| line.monthly).sum();
        (!unpriced.iter().any(without)).then_some(sum)
    };
    let range = sum(lines.iter().map(|line| line.range));
    let counts = lines.iter().map(|line| line.count);
    let counts = counts.chain(unpriced.iter().filter_map(|one| one.count));
    PoolBill {
        address: address.clone(),
        complete: !unpriced.iter().any(|one| one.counts()),
        nodes: counts
            .max_by_key(|count| count.expected)
            .unwrap_or_default(),
        instances: of(Part::Nodes),
        disks: of(Part::Storage),
        total: range.expected,
        range,
    }
}

fn parts(lines: &[Line]) -> Parts {
    let mut parts = Parts::default();
    for line in lines {
        parts.add(line.part, line.monthly);
    }
    parts
}

pub(super) fn sum(ranges: impl Iterator<Item = Range<Money>>) -> Range<Money> {
    ranges.fold(Range::default(), |sum, one| Range {
        min: sum.min + one.min,
        expected: sum.expected + one.expected,
        max: sum.max + one.max,
    })
}

fn tables(lines: &[Line]) -> Tables {
    // Prices without a date say nothing about the age of the others.
    let dated = |line: &&Line| line.as_of.starts_with(|first: char| first.is_ascii_digit());
    let dates = || lines.iter().filter(dated).map(|line| &line.as_of);
    let sources: BTreeSet<&str> = lines.iter().map(|line| line.source.as_str()).collect();
    Tables {
        as_of: dates().max().cloned(),
        oldest: dates().min().cloned(),
        sources: sources.into_iter().map(str::to_owned).collect(),
    }
}

fn assumptions(lines: &[Line]) -> Vec<String> {
    let said = lines
        .iter()
        .filter_map(|line| Some((line.component.as_str(), line.assumption.as_deref()?)));
    let said: BTreeSet<(&str, &str)> = said.collect();
    let said: BTreeSet<String> = said
        .into_iter()
        .map(|(component, assumption)| format!("{component}: {assumption}"))
        .collect();
    let always = std::iter::once(NOT_IN_IT.to_owned());
    always.chain(said).chain(reckoned(lines)).collect()
}

/// Prices that nobody has read: they follow from those of other sizes, regions or months.
fn reckoned(lines: &[Line]) -> Option<String> {
    let is_reckoned = |word: &str| word == "derived" || word == "scaled" || word.ends_with("-min");
    let all = lines.iter().filter(|line| is_reckoned(&line.quality));
    let all = all.map(|line| format!("{} in {} ({})", line.item, line.region, line.quality));
    let all: Vec<String> = all.collect::<BTreeSet<String>>().into_iter().collect();
    (!all.is_empty()).then(|| format!("reckoned from other prices, not read: {}", all.join(", ")))
}

fn free(items: &[Item<'_>]) -> BTreeMap<String, u32> {
    let mut free: BTreeMap<String, u32> = BTreeMap::new();
    for item in items {
        if let Some(Usage::Free { why }) = item.usage {
            match free.get_mut(&**why) {
                Some(number) => *number += 1,
                None => {
                    free.insert(why.clone().into_owned(), 1);
                }
            }
        }
    }
    free
}
