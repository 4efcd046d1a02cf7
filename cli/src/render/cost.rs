//! Money for people.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, Table, TableComponent, presets};
use owo_colors::OwoColorize as _;
use provision_core::cost::{
    Bill, ClusterBill, Line, Money, Part, Parts, PlanCost, PoolBill, Range, Rate, SharedBill,
    Unpriced,
};
use provision_core::model::Platform;
use provision_data::ListPrice;

use super::bill::{place, quantity};
use super::{count, heading, plain};

/// So many lines of a plan's cost are shown: those that move most.
const MOVERS: usize = 3;

/// What a plan does to the bill: one line, what moves most, and what is in no sum.
#[must_use]
pub fn of_plan(cost: &PlanCost) -> String {
    let mut out = format!("{} {}", heading("Cost:"), delta(cost));
    if cost.range.max > cost.after {
        let _ = write!(out, ", up to {} with all nodes", cost.range.max.cents());
    }
    out += &missing(cost.unpriced.len());
    out.push_str(".\n");
    if let (Some(budget), false) = (cost.budget, cost.unpriced.is_empty()) {
        let _ = writeln!(
            out,
            "  The budget of {} was held against what has a price.",
            budget.cents()
        );
    }
    for moved in cost.lines.iter().take(MOVERS) {
        let _ = writeln!(
            out,
            "  {:>11}  {} {}",
            moved.delta.signed_cents(),
            plain(&moved.id.to_string()),
            plain(&moved.component).dimmed()
        );
    }
    if cost.lines.len() > MOVERS {
        let others = cost.lines.iter().skip(MOVERS).map(|moved| moved.delta);
        let _ = writeln!(
            out,
            "  {:>11}  {}",
            others.sum::<Money>().signed_cents(),
            format!("in {} more", cost.lines.len() - MOVERS).dimmed()
        );
    }
    out += &unpriced(&cost.unpriced);
    out
}

fn delta(cost: &PlanCost) -> String {
    match cost.delta {
        Money::ZERO => format!("{} a month", cost.after.cents()),
        delta => format!(
            "{} → {} a month ({})",
            cost.before.cents(),
            cost.after.cents(),
            delta.signed_cents()
        ),
    }
}

/// What has no price; what lacks the same one is one line.
fn unpriced(all: &[Unpriced]) -> String {
    let mut alike: Vec<(&Unpriced, usize)> = Vec::new();
    for one in all {
        let same = |(other, _): &&mut (&Unpriced, usize)| {
            (&other.component, &other.why) == (&one.component, &one.why)
        };
        match alike.iter_mut().find(same) {
            Some((_, more)) => *more += 1,
            None => alike.push((one, 0)),
        }
    }
    let mut out = String::new();
    for (one, more) in alike {
        let others = match more {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let _ = writeln!(
            out,
            "  {:>11}  {}{others} {}: {}",
            "not priced".yellow(),
            plain(&one.id.to_string()),
            plain(&one.component),
            plain(&one.why)
        );
    }
    out
}

/// A whole bill.
#[must_use]
pub fn bill(stack: &str, bill: &Bill) -> String {
    let mut out = String::new();
    for cluster in &bill.clusters {
        of_cluster(&mut out, cluster);
    }
    for shared in &bill.shared {
        of_shared(&mut out, shared);
    }
    if !bill.unpriced.is_empty() {
        let _ = writeln!(out, "{}", heading("In no sum"));
        out += &unpriced(&bill.unpriced);
        out.push('\n');
    }
    let _ = writeln!(out, "{}", heading("Assumed"));
    for assumption in &bill.assumptions {
        let _ = writeln!(out, "  {}", plain(assumption));
    }
    let free: u32 = bill.free.values().sum();
    let _ = writeln!(
        out,
        "  {} cost nothing by themselves",
        count(free as usize, "object")
    );
    dates(&mut out, bill);
    let budget = bill.of_budget().map(|said| format!("; {said}"));
    let _ = writeln!(
        out,
        "\n{} {} a month of {} hours{}{}{}.",
        heading(&format!("Stack `{}`:", plain(stack))),
        sum(bill.total, bill.lacks()).bold(),
        bill.hours,
        span(bill.range),
        missing(bill.lacks()),
        budget.unwrap_or_default()
    );
    out
}

fn dates(out: &mut String, bill: &Bill) {
    if let (Some(oldest), Some(youngest)) = (&bill.catalogue.oldest, &bill.catalogue.as_of) {
        let _ = writeln!(
            out,
            "  list prices read {oldest} to {youngest}; each with its name and source in `provision cost --csv`"
        );
    }
}

/// `, $100.00 to $400.00 as nodes and tasks scale`; nothing where that makes no difference.
fn span(range: Range<Money>) -> String {
    match range.min == range.max {
        true => String::new(),
        false => format!(
            ", {} to {} as nodes and tasks scale",
            range.min.cents(),
            range.max.cents()
        ),
    }
}

fn of_cluster(out: &mut String, cluster: &ClusterBill) {
    let platform = cluster.platform.map(Platform::word);
    let _ = writeln!(
        out,
        "{} on {}{}",
        heading(&plain(cluster.address.as_str())),
        platform.unwrap_or("an unknown platform"),
        plain(&place(&cluster.lines))
    );
    let _ = writeln!(
        out,
        "{}",
        lines(
            &cluster.lines,
            &cluster.parts,
            (cluster.total, cluster.complete)
        )
    );
    if !cluster.pools.is_empty() {
        let _ = writeln!(out, "{}", pools(&cluster.pools));
    }
    let share = &cluster.master_share;
    let _ = writeln!(
        out,
        "Master share{}: {} % of control plane and machines, {} % with their disks, {} % of all{}.\n",
        if cluster.complete {
            ""
        } else {
            " of what is priced"
        },
        share.instances,
        share.nodes,
        share.total,
        span(cluster.range)
    );
}

fn of_shared(out: &mut String, shared: &SharedBill) {
    let users: Vec<String> = shared
        .used_by
        .iter()
        .map(|user| plain(user.as_str()))
        .collect();
    let users = match users.is_empty() {
        true => "used by no cluster".to_owned(),
        false => format!("shared by {}", users.join(", ")),
    };
    let _ = writeln!(out, "{}, {users}", heading(&plain(shared.address.as_str())));
    let table = lines(
        &shared.lines,
        &shared.parts,
        (shared.total, shared.complete),
    );
    let _ = writeln!(out, "{table}\n");
}

/// Every line under its part, with the sums of the parts and their shares.
fn lines(lines: &[Line], parts: &Parts, (total, complete): (Money, bool)) -> Table {
    let mut table = table(["", "quantity", "price", "a month", "share"]);
    for part in Part::ALL {
        let of_part = || lines.iter().filter(|line| line.part == part);
        if of_part().next().is_none() {
            continue;
        }
        let sum = parts.of(part);
        let share = format!("{} %", sum.share_of(total));
        table.add_row([part.title(), "", "", &sum.cents(), &share]);
        for line in of_part() {
            table.add_row([
                format!(
                    "  {} {}",
                    plain(&line.id.to_string()),
                    plain(&line.component)
                ),
                plain(&quantity(line)),
                format!("${}", line.unit_price),
                line.monthly.cents(),
                String::new(),
            ]);
        }
    }
    let all = whole(total, complete);
    table.add_row(["total", "", "", &all, ""]);
    table
}

fn pools(pools: &[PoolBill]) -> Table {
    let mut table = table(["pool", "nodes", "machines", "disks", "a month"]);
    for pool in pools {
        let Range { min, expected, max } = pool.nodes;
        let nodes = match min == max {
            true => expected.to_string(),
            false => format!("{expected} of {min}–{max}"),
        };
        table.add_row([
            plain(pool.address.as_str()),
            nodes,
            priced(pool.instances),
            priced(pool.disks),
            whole(pool.total, pool.complete),
        ]);
    }
    table
}

/// A sum, or that it is not known.
pub(super) fn priced(sum: Option<Money>) -> String {
    sum.map_or_else(|| "not priced".to_owned(), Money::cents)
}

/// A sum, and whether it is all: `$73.00 + ?` where something has no price.
pub(super) fn sum(sum: Money, unpriced: usize) -> String {
    match unpriced {
        0 => sum.cents(),
        _ => format!("{} + ?", sum.cents()),
    }
}

/// The same where only is known whether something lacks.
pub(super) fn whole(total: Money, complete: bool) -> String {
    sum(total, usize::from(!complete))
}

/// What a question mark stands for.
pub(super) fn unknown(unpriced: usize) -> String {
    match unpriced {
        1 => "what one thing costs that has no price here".to_owned(),
        many => format!("what {many} things cost that have no price here"),
    }
}

/// Behind a sum: what is not in it; nothing where it is all.
fn missing(unpriced: usize) -> String {
    match unpriced {
        0 => String::new(),
        some => format!(", and {}", unknown(some)),
    }
}

/// List prices, with where and when each was read.
#[must_use]
pub fn prices(regions: &[(&str, Vec<ListPrice>)]) -> String {
    let header = ["item", "price", "unit", "as of", "quality", "source"];
    let mut table = match regions {
        [_] => table(header),
        _ => {
            let [item, rest @ ..] = header;
            let [price, unit, as_of, quality, source] = rest;
            table([item, "region", price, unit, as_of, quality, source])
        }
    };
    let mut shown = 0;
    for (region, prices) in regions {
        shown += prices.len();
        for price in prices {
            let mut row = vec![
                price.item.clone(),
                format!("${}", rate(price)),
                price.unit.to_string(),
                price.as_of.clone(),
                price.quality.clone(),
                price.source.clone(),
            ];
            if regions.len() > 1 {
                row.insert(1, (*region).to_owned());
            }
            table.add_row(row);
        }
    }
    format!("{table}\n{} in US dollars\n", count(shown, "price"))
}

/// What one unit costs.
#[must_use]
pub fn rate(price: &ListPrice) -> Rate {
    Rate::nanos(i64::try_from(price.nanos).unwrap_or(i64::MAX))
}

/// A table whose first column is text and whose others are figures.
pub(super) fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY);
    for between_rows in [
        TableComponent::HorizontalLines,
        TableComponent::MiddleIntersections,
        TableComponent::LeftBorderIntersections,
        TableComponent::RightBorderIntersections,
    ] {
        table.remove_style(between_rows);
    }
    table.set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
