//! The same spec on every platform, side by side.

use std::fmt::Write as _;

use comfy_table::Table;
use owo_colors::OwoColorize as _;
use provision_core::cost::compare::{Basis, Column, Comparison};
use provision_core::cost::{Line, Money, Part, Percent, Range, Unpriced};

use super::{cost, heading, hung, plain, room};

mod files;
mod narrow;

pub use files::{csv, markdown};
pub(super) use narrow::width;

/// For people: platforms beside each other.
#[must_use]
pub fn text(stack: &str, of: &Comparison) -> String {
    let basis = match of.basis {
        Basis::Workloads => "its workloads",
        Basis::Pools => "the capacity of its pools",
        Basis::Mixed => "its workloads, and the capacity of pools where a cluster has none",
    };
    let first = format!(
        "by {basis}, a month of {} hours, in {} and {}",
        of.hours, of.aws_region, of.gcp_region
    );
    let stack = heading(&format!("Stack `{}`", plain(stack)));
    let mut out = hung(&stack, &first, 2);
    out += &tables(&of.columns);
    if let Some(verdict) = verdict(&of.columns, &|name| name.bold().to_string()) {
        let (first, rest) = verdict.split_once(' ').unwrap_or((&verdict, ""));
        out += &hung(first, rest, 2);
    }
    out += &in_no_sum(&causes(of));
    let _ = writeln!(out, "\n{}", heading("Assumed"));
    for assumption in &of.assumptions {
        out += &hung("  -", &plain(assumption), 4);
    }
    let _ = writeln!(out, "  {}", dates(of));
    out
}

/// `gke standard`.
fn title(column: &Column) -> String {
    format!("{} {}", column.platform, column.variant)
}

/// Who costs least of those in which everything has a price, and who may cost less still because what is known of it is less.
fn verdict(columns: &[Column], mark: &dyn Fn(&str) -> String) -> Option<String> {
    let complete = columns.iter().filter(|column| column.complete);
    let best = complete.min_by_key(|column| column.total)?;
    let open = columns.iter().filter(|column| !column.complete);
    let below = open.filter(|open| open.total < best.total).map(title);
    let below: Vec<String> = below.collect();
    let (name, total) = (mark(&title(best)), best.total.cents());
    Some(match below.is_empty() {
        true => format!("Cheapest: {name} for {total} a month."),
        false => format!(
            "Cheapest of those with all prices: {name} for {total} a month. {} may cost less: something of it has no price here.",
            below.join(", ")
        ),
    })
}

/// The table, turned or in parts where the terminal is too narrow for it.
fn tables(columns: &[Column]) -> String {
    let wide = table(columns).to_string();
    let width = wide.lines().map(|line| line.chars().count()).max();
    match room() {
        Some(room) if width > Some(room) => narrow::tables(columns, room),
        _ => format!("{wide}\n"),
    }
}

/// Something of it has more nodes, or replicas, at the most.
fn grows(columns: &[Column]) -> bool {
    let grows = |column: &Column| column.range.max > column.total;
    let may = |column: &Column| column.complete && !column.unpriced.is_empty();
    columns.iter().any(|column| grows(column) || may(column))
}

fn table(columns: &[Column]) -> Table {
    let row = |name: &str, cell: &dyn Fn(&Column) -> String| -> Vec<String> {
        let cells = columns.iter().map(cell);
        std::iter::once(name.to_owned()).chain(cells).collect()
    };
    let mut table = cost::table([""]);
    table.set_header(row("", &|column| {
        format!("{}\n{}", column.platform, column.variant)
    }));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(comfy_table::CellAlignment::Right);
    }
    for part in Part::ALL {
        if columns
            .iter()
            .any(|column| column.parts.of(part) != Money::ZERO)
        {
            table.add_row(row(part.title(), &|column| column.parts.of(part).cents()));
        }
    }
    table.add_row(row("total", &total));
    if grows(columns) {
        table.add_row(row("at most", &at_most));
    }
    table.add_row(row("master share", &of_instances));
    table.add_row(row("… with disks", &with_disks));
    table.add_row(row("… of all", &of_all));
    table.add_row(row("machines", &|column| machines(column, "\n")));
    table.add_row(row("stranded", &stranded));
    table
}

/// What it costs; `+ ?` where something of it has no price.
fn total(column: &Column) -> String {
    match column.complete {
        true => column.total.cents(),
        false => format!("{} + ?", column.total.cents()),
    }
}

/// The most of it; `+ ?` where something of that has no price, be it that there is none of it now.
fn at_most(column: &Column) -> String {
    let open = if column.unpriced.is_empty() {
        ""
    } else {
        " + ?"
    };
    format!("{}{open}", column.range.max.cents())
}

/// The share of the control plane of these parts. Nobody knows it where some of them has no price, unless there is no control plane
/// to pay for.
fn share(column: &Column, percent: Percent, parts: &[Part]) -> String {
    let none = column.parts.control_plane == Money::ZERO && !column.lacks(&[Part::ControlPlane]);
    match column.lacks(parts) && !none {
        true => "?".to_owned(),
        false => format!("{percent} %"),
    }
}

fn of_instances(column: &Column) -> String {
    let parts = [Part::ControlPlane, Part::Nodes];
    share(column, column.master_share.instances, &parts)
}

fn with_disks(column: &Column) -> String {
    let parts = [Part::ControlPlane, Part::Nodes, Part::Storage];
    share(column, column.master_share.nodes, &parts)
}

fn of_all(column: &Column) -> String {
    share(column, column.master_share.total, &Part::ALL)
}

fn machines(column: &Column, between: &str) -> String {
    let pools = column.nodes_by_pool.iter();
    let shown = pools.filter(|pool| pool.nodes.max > 0).map(|pool| {
        let Range { expected, max, .. } = pool.nodes;
        match expected == max {
            true => format!("{expected} {}", plain(&pool.machine)),
            false => format!("{expected}–{max} {}", plain(&pool.machine)),
        }
    });
    let shown: Vec<String> = shown.collect();
    match shown.is_empty() {
        true => "none".to_owned(),
        false => shown.join(between),
    }
}

fn stranded(column: &Column) -> String {
    let of = &column.stranded;
    format!(
        "{} vCPU\n{} GiB\n{} %",
        tenths(of.cpu, 1000),
        tenths(of.memory, 1024),
        tenths(of.permille, 10)
    )
}

/// A quotient with one decimal, half a tenth up.
fn tenths(number: u64, by: u64) -> String {
    let tenths = (number * 10 + by / 2) / by;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// Why something is in no sum, where one cause is that of several columns.
pub(super) struct Cause {
    /// Their names.
    pub(super) columns: Vec<String>,
    /// What it is: resource and component.
    pub(super) things: Vec<(String, String)>,
    /// Why.
    pub(super) why: String,
}

/// What has no price, by its cause.
fn causes(of: &Comparison) -> Vec<Cause> {
    let columns = of.columns.iter();
    causes_of(columns.map(|column| (title(column), column.unpriced.as_slice())))
}

/// The causes in the order in which they are met; columns that lack the same things for the same reason are together.
pub(super) fn causes_of<'a>(all: impl Iterator<Item = (String, &'a [Unpriced])>) -> Vec<Cause> {
    let mut causes: Vec<Cause> = Vec::new();
    for (name, unpriced) in all {
        let mut own: Vec<Cause> = Vec::new();
        for one in unpriced {
            let thing = (one.id.to_string(), one.component.clone());
            match own.iter_mut().find(|cause| cause.why == one.why) {
                Some(cause) => cause.things.push(thing),
                None => own.push(Cause {
                    columns: vec![name.clone()],
                    things: vec![thing],
                    why: one.why.clone(),
                }),
            }
        }
        for cause in own {
            let same =
                |other: &&mut Cause| (&other.why, &other.things) == (&cause.why, &cause.things);
            match causes.iter_mut().find(same) {
                Some(other) => other.columns.push(name.clone()),
                None => causes.push(cause),
            }
        }
    }
    causes
}

/// What has no price, with the columns that lack it.
pub(super) fn in_no_sum(causes: &[Cause]) -> String {
    let mut out = String::new();
    for (nth, cause) in causes.iter().enumerate() {
        if nth == 0 {
            let _ = writeln!(out, "\n{}", heading("In no sum"));
        }
        let things = cause.things.iter();
        let things = things.map(|(id, component)| format!("{} {}", plain(id), plain(component)));
        let things: Vec<String> = things.collect();
        let columns = format!("  {}:", cause.columns.join(", ").yellow());
        let text = format!("{}: {}", things.join(", "), plain(&cause.why));
        out += &hung(&columns, &text, 4);
    }
    out
}

/// When the prices were read.
fn dates(of: &Comparison) -> String {
    let lines = of.columns.iter().flat_map(|column| &column.lines);
    dates_of(lines, "compare")
}

/// When the prices of these lines were read, which the JSON of a verb of `cost` has one by one.
pub(super) fn dates_of<'a>(lines: impl Iterator<Item = &'a Line>, verb: &str) -> String {
    let days = lines.map(|line| line.as_of.as_str());
    let mut days: Vec<&str> = days
        .filter(|day| day.starts_with(|first: char| first.is_ascii_digit()))
        .collect();
    days.sort_unstable();
    match (days.first(), days.last()) {
        (Some(oldest), Some(youngest)) => format!(
            "list prices read {oldest} to {youngest}; each line with its source in `provision cost {verb} --json`"
        ),
        _ => "no price is known here".to_owned(),
    }
}
