//! A bill for programs, pull requests and managers: what is shown is decided here, each format only writes it.

mod chart;
mod csv;
mod html;
mod markdown;

use std::collections::BTreeSet;

use provision_core::cost::{Bill, Line, Money, Parts, PoolBill, Range, Shares};
use provision_core::model::{Address, Platform};

use super::cost::whole;

pub use self::csv::sheet;
pub use html::page;
pub use markdown::comment;

/// So many lines are the largest.
const LARGEST: usize = 10;

/// A cluster, or something that several share or none uses.
struct Section<'a> {
    /// Its address.
    name: &'a str,
    /// `on eks`, `shared by cluster.a, cluster.b`.
    what: String,
    parts: &'a Parts,
    total: Money,
    range: Range<Money>,
    /// Everything in it has a price.
    complete: bool,
    lines: &'a [Line],
    /// Of clusters alone.
    cluster: Option<OfCluster<'a>>,
}

struct OfCluster<'a> {
    shares: &'a Shares,
    pools: &'a [PoolBill],
}

impl Section<'_> {
    /// What it costs; `+ ?` where something of it has no price.
    fn sum(&self) -> String {
        whole(self.total, self.complete)
    }
}

fn sections(bill: &Bill) -> Vec<Section<'_>> {
    let clusters = bill.clusters.iter().map(|one| Section {
        name: one.address.as_str(),
        what: match one.platform {
            Some(platform) => format!("on {}{}", Platform::word(platform), place(&one.lines)),
            None => "on an unknown platform".to_owned(),
        },
        parts: &one.parts,
        total: one.total,
        range: one.range,
        complete: one.complete,
        lines: &one.lines,
        cluster: Some(OfCluster {
            shares: &one.master_share,
            pools: &one.pools,
        }),
    });
    let shared = bill.shared.iter().map(|one| Section {
        name: one.address.as_str(),
        what: match one.used_by.as_slice() {
            [] => "used by no cluster".to_owned(),
            users => {
                let users: Vec<&str> = users.iter().map(Address::as_str).collect();
                format!("shared by {}", users.join(", "))
            }
        },
        parts: &one.parts,
        total: one.total,
        range: one.range,
        complete: one.complete,
        lines: &one.lines,
        cluster: None,
    });
    clusters.chain(shared).collect()
}

/// Where the prices of lines are of: ` in eu-west-1`.
pub(super) fn place(lines: &[Line]) -> String {
    let regions: BTreeSet<&str> = lines.iter().map(|line| line.region.as_str()).collect();
    let regions: Vec<&str> = regions.into_iter().collect();
    match regions.is_empty() {
        true => String::new(),
        false => format!(" in {}", regions.join(", ")),
    }
}

/// The lines that cost most, most first.
fn largest(bill: &Bill) -> Vec<&Line> {
    let all = sections(bill).into_iter().flat_map(|one| one.lines);
    let mut all: Vec<&Line> = all.filter(|line| line.monthly > Money::ZERO).collect();
    all.sort_by(|a, b| b.monthly.cmp(&a.monthly).then_with(|| a.id.cmp(&b.id)));
    all.truncate(LARGEST);
    all
}

/// `1460 hours`, `1 month`, `100 GB`.
pub(super) fn quantity(line: &Line) -> String {
    let number = line.quantity.to_string();
    let plural = match line.unit.as_str() {
        "hour" | "month" if number != "1" => "s",
        _ => "",
    };
    format!("{number} {}{plural}", line.unit)
}

/// `$100.00 to $400.00 as nodes and tasks scale`; nothing where that makes no difference.
fn span(range: Range<Money>) -> Option<String> {
    let (min, max) = (range.min.cents(), range.max.cents());
    (range.min != range.max).then(|| format!("{min} to {max} as nodes and tasks scale"))
}

/// `2 of 2–6`.
fn nodes(nodes: Range<u64>) -> String {
    let Range { min, expected, max } = nodes;
    match min == max {
        true => expected.to_string(),
        false => format!("{expected} of {min}–{max}"),
    }
}

/// All that was assumed, and how old the prices are.
fn assumptions(bill: &Bill) -> Vec<String> {
    let mut all = bill.assumptions.clone();
    let free: u32 = bill.free.values().sum();
    all.push(format!("{free} objects cost nothing by themselves"));
    if let (Some(oldest), Some(youngest)) = (&bill.catalogue.oldest, &bill.catalogue.as_of) {
        all.push(format!("list prices read {oldest} to {youngest}"));
    }
    all
}
