//! How the share of the control plane falls with nodes, and from how many on which platform costs least.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::column::column;
use super::demand::{Demand, gib, has_machines};
use super::group::Node;
use super::{Column, Markets, Variant, ground, lacks};
use crate::cost::{CURRENCY, HOURS, Line, Money, PERIOD, Part, Shares, Unpriced};
use crate::model::Platform;
use crate::plan::FORMAT_VERSION;
use crate::spec::{self, Cluster, Pool, Spec};

/// A control plane that is no more than this of the bill hardly counts any more: tenths of a per cent.
const LITTLE: i64 = 100;

/// What a node is where no pool says it: two processors, 8 GiB and a disk of 50.
const NODE: (u64, u64, u64) = (2000, 8 << 30, 50);

/// One curve for each way of running it; serialised as is by `cost breakeven --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breakeven {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// [`CURRENCY`].
    pub currency: String,
    /// [`PERIOD`].
    pub period: String,
    /// [`HOURS`].
    pub hours: u32,
    /// The cluster whose control plane is held against more and more nodes.
    pub cluster: String,
    /// The region on AWS.
    pub aws_region: String,
    /// The region on Google Cloud.
    pub gcp_region: String,
    /// GiB of a node's disk.
    pub disk_gib: u64,
    /// One for each way of running it.
    pub curves: Vec<Curve>,
    /// Who costs least, by the number of nodes.
    pub cheapest: Vec<Cheapest>,
    /// What was assumed.
    pub assumptions: Vec<String>,
}

/// One way of running it, with more and more nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Curve {
    /// The platform.
    pub platform: Platform,
    /// [`Variant::word`].
    pub variant: String,
    /// The machine type; `None` where there are no nodes, but pods as large as one.
    pub machine: Option<String>,
    /// Everything in it has a price. One that is not complete is never called the cheapest.
    pub complete: bool,
    /// From so many nodes on the control plane is a tenth of it and its nodes, or less.
    pub little_from: Option<u64>,
    /// By the number of nodes, from one on.
    pub points: Vec<Point>,
    /// What one node costs, line by line.
    pub lines: Vec<Line>,
    /// What has no price here.
    pub unpriced: Vec<Unpriced>,
}

impl Curve {
    /// Something of these parts has no price, so that what they come to is not known.
    #[must_use]
    pub fn lacks(&self, parts: &[Part]) -> bool {
        lacks(&self.unpriced, parts)
    }
}

/// A month with so many nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// How many.
    pub nodes: u64,
    /// The control plane.
    pub control_plane: Money,
    /// All of it.
    pub total: Money,
    /// How much of it is the control plane.
    pub master_share: Shares,
}

/// Numbers of nodes with which one way costs least.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cheapest {
    /// The least of them.
    pub from: u64,
    /// The most of them.
    pub to: u64,
    /// The platform.
    pub platform: Platform,
    /// [`Variant::word`].
    pub variant: String,
    /// No other costs less. Not certain where less is known of one of which something has no price.
    pub certain: bool,
}

/// The cluster of the largest pool; the first one where no pool has machines.
#[must_use]
pub fn largest(spec: &Spec) -> Option<&str> {
    let clusters = spec.clusters.iter();
    let sizes = clusters.filter_map(|(name, cluster)| Some((name, size(of_cluster(cluster)?))));
    let largest = sizes.min_by_key(|(_, size)| Reverse(*size));
    let name = largest.map(|(name, _)| name);
    name.or_else(|| spec.clusters.keys().next())
        .map(String::as_str)
}

/// How large a pool is: by its least nodes, then by its most.
const fn size(pool: &Pool) -> (u32, u32) {
    (pool.nodes.min, pool.nodes.max)
}

/// The largest pool of a cluster that has machines.
fn of_cluster(cluster: &Cluster) -> Option<&Pool> {
    let pools = cluster.pools.values().filter(|pool| has_machines(pool));
    pools.min_by_key(|pool| Reverse(size(pool)))
}

/// The node that a cluster grows by: that of its largest pool.
#[must_use]
pub fn node(spec: &Spec, cluster: &str) -> Node {
    let largest = spec.clusters.get(cluster).and_then(of_cluster);
    let (cpu, memory, disk) = NODE;
    let plain = || spec::Machine {
        cpu_milli: Some(cpu),
        memory: Some(memory),
        ..spec::Machine::default()
    };
    match largest {
        Some(pool) => Node {
            machine: pool.machine.clone(),
            disk_gib: gib(pool.disk),
            disk_type: pool.gke.disk_type.clone(),
            attached: pool.gke.accelerators.clone(),
        },
        None => Node {
            machine: plain(),
            disk_gib: disk,
            disk_type: None,
            attached: BTreeMap::new(),
        },
    }
}

/// Prices one node to `most` nodes of a cluster on every platform, with what else its demand needs.
#[must_use]
pub fn breakeven(demand: &Demand, node: &Node, most: u64, markets: &Markets) -> Breakeven {
    let demands: Vec<Demand> = (1..=most)
        .map(|nodes| demand.with_machines(nodes, node))
        .collect();
    let curves: Vec<Curve> = Variant::ALL
        .into_iter()
        .map(|variant| curve(variant, &demands, markets))
        .collect();
    let master = demand.masters.first();
    Breakeven {
        format_version: FORMAT_VERSION,
        currency: CURRENCY.to_owned(),
        period: PERIOD.to_owned(),
        hours: HOURS,
        cluster: master
            .map(|master| master.cluster.clone())
            .unwrap_or_default(),
        aws_region: markets.aws.region.clone(),
        gcp_region: markets.gcp.region.clone(),
        disk_gib: node.disk_gib,
        cheapest: cheapest(&curves),
        curves,
        assumptions: ground::of_breakeven(demand, markets),
    }
}

fn curve(variant: Variant, demands: &[Demand], markets: &Markets) -> Curve {
    let columns = demands
        .iter()
        .map(|demand| column(variant, demand, markets));
    let columns: Vec<Column> = columns.collect();
    let points = columns.iter().zip(1..).map(|(column, nodes)| Point {
        nodes,
        control_plane: column.parts.control_plane,
        total: column.total,
        master_share: column.master_share,
    });
    let points: Vec<Point> = points.collect();
    let little = |point: &&Point| point.master_share.nodes.tenths() <= LITTLE;
    let first = columns.into_iter().next();
    let (lines, unpriced, pools) = first.map_or_else(Default::default, |column| {
        (column.lines, column.unpriced, column.nodes_by_pool)
    });
    Curve {
        platform: variant.platform(),
        variant: variant.word().to_owned(),
        machine: pools.into_iter().next().map(|pool| pool.machine),
        complete: !unpriced.iter().any(Unpriced::counts),
        little_from: points.iter().find(little).map(|point| point.nodes),
        points,
        lines,
        unpriced,
    }
}

/// Who costs least of those in which everything has a price, number by number, alike ones together. Of equal ones the first in
/// the order of [`Variant::ALL`].
fn cheapest(curves: &[Curve]) -> Vec<Cheapest> {
    let (complete, open): (Vec<&Curve>, Vec<&Curve>) =
        curves.iter().partition(|curve| curve.complete);
    let numbers = complete.iter().map(|curve| curve.points.len()).max();
    let mut spans: Vec<Cheapest> = Vec::new();
    for at in 0..numbers.unwrap_or(0) {
        let priced = complete.iter();
        let priced = priced.filter_map(|curve| Some((curve.points.get(at)?, *curve)));
        let Some((point, curve)) = priced.min_by_key(|(point, _)| point.total) else {
            continue;
        };
        let known = open.iter().filter_map(|curve| curve.points.get(at));
        let certain = known.map(|open| open.total).all(|open| open >= point.total);
        let same = |last: &&mut Cheapest| {
            (last.platform, &last.variant, last.certain)
                == (curve.platform, &curve.variant, certain)
        };
        match spans.last_mut().filter(same) {
            Some(last) => last.to = point.nodes,
            None => spans.push(Cheapest {
                from: point.nodes,
                to: point.nodes,
                platform: curve.platform,
                variant: curve.variant.clone(),
                certain,
            }),
        }
    }
    spans
}
