//! How the share of the control plane falls with nodes, as tables.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, Table};
use owo_colors::OwoColorize as _;
use provision_core::cost::compare::{Breakeven, Curve, Point};
use provision_core::cost::{Money, Part};

use super::compare::{causes_of, dates_of, in_no_sum, width};
use super::{cost, heading, hung, plain, room};

/// Numbers of nodes that are shown, as far as they are reckoned.
const SHOWN: [u64; 13] = [1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 100, 1000];

/// For people.
#[must_use]
pub fn text(stack: &str, of: &Breakeven) -> String {
    let stack = heading(&format!("Stack `{}`,", plain(stack)));
    let first = format!(
        "cluster `{}` with more and more nodes, in {} and {}",
        plain(&of.cluster),
        of.aws_region,
        of.gcp_region
    );
    let mut out = hung(&stack, &first, 2);
    let what = "the control plane of control plane and nodes with their disks";
    out += &hung("\nMaster share:", what, 2);
    let share = |curve: &Curve, point: &Point| match is_unknown(curve) {
        true => "?".to_owned(),
        false => format!("{} %", point.master_share.nodes),
    };
    let little = |curve: &Curve| match (is_unknown(curve), curve.little_from) {
        (true, _) => "?".to_owned(),
        (false, Some(nodes)) => format!("from {nodes}"),
        (false, None) => "later".to_owned(),
    };
    out += &tables(of, &share, ("10 % or less", &little));
    let _ = writeln!(out, "\nAll of it, a month");
    let machine = |curve: &Curve| curve.machine.clone().unwrap_or_else(|| "none".to_owned());
    let total = |_: &Curve, point: &Point| point.total.cents();
    out += &tables(of, &total, ("machine", &machine));
    let _ = writeln!(out, "\n{}", heading("Cheapest"));
    for span in &of.cheapest {
        let nodes = match (span.from, span.to) {
            (1, 1) => "1 node".to_owned(),
            (from, to) if from == to => format!("{from} nodes"),
            (from, to) => format!("{from} to {to} nodes"),
        };
        let name = format!("{} {}", span.platform, span.variant);
        let but = match span.certain {
            true => "",
            false => ", of those with all prices: what is known of another is less",
        };
        let _ = writeln!(out, "  {nodes}: {}{but}", name.bold());
    }
    let curves = of.curves.iter();
    let open = curves.map(|curve| (title(curve), curve.unpriced.as_slice()));
    out += &in_no_sum(&causes_of(open));
    let _ = writeln!(out, "\n{}", heading("Assumed"));
    for assumption in &of.assumptions {
        out += &hung("  -", &plain(assumption), 4);
    }
    let lines = of.curves.iter().flat_map(|curve| &curve.lines);
    let _ = writeln!(out, "  {}", dates_of(lines, "breakeven"));
    out
}

/// `gke standard`.
fn title(curve: &Curve) -> String {
    format!("{} {}", curve.platform, curve.variant)
}

/// Nobody knows what the control plane is of it and its nodes with their disks.
pub(super) fn is_unknown(curve: &Curve) -> bool {
    let mut points = curve.points.iter();
    let none = points.all(|point| point.control_plane == Money::ZERO);
    let none = none && !curve.lacks(&[Part::ControlPlane]);
    curve.lacks(&[Part::ControlPlane, Part::Nodes, Part::Storage]) && !none
}

/// A figure of a curve.
type Figure<'a> = &'a dyn Fn(&Curve) -> String;

/// A figure of a curve with so many nodes.
type AtNodes<'a> = &'a dyn Fn(&Curve, &Point) -> String;

/// One table, or where the terminal is narrow, several, each with as many curves as there is room for.
fn tables(of: &Breakeven, cell: AtNodes<'_>, last: (&str, Figure<'_>)) -> String {
    let room = room().unwrap_or(usize::MAX);
    let mut out = String::new();
    let mut rest = of.curves.as_slice();
    while !rest.is_empty() {
        let sizes = (1..=rest.len()).rev();
        let mut tried = sizes.map(|number| {
            let curves = rest.get(..number).unwrap_or(rest);
            (number, table(curves, cell, last))
        });
        let Some((number, table)) =
            tried.find(|(number, table)| *number == 1 || width(table) <= room)
        else {
            break;
        };
        let _ = writeln!(out, "{table}");
        rest = rest.get(number..).unwrap_or_default();
    }
    out
}

fn row(name: &str, curves: &[Curve], cell: Figure<'_>) -> Vec<String> {
    let cells = curves.iter().map(cell);
    std::iter::once(name.to_owned()).chain(cells).collect()
}

/// A row for each number of nodes that is shown.
fn table(curves: &[Curve], cell: AtNodes<'_>, (name, last): (&str, Figure<'_>)) -> Table {
    let mut table = cost::table([""]);
    table.set_header(row("nodes", curves, &|curve| {
        let mark = if curve.complete { "" } else { " + ?" };
        format!("{}\n{}{mark}", curve.platform, curve.variant)
    }));
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let most = curves.iter().map(|curve| curve.points.len()).max();
    let most = u64::try_from(most.unwrap_or(0)).unwrap_or(u64::MAX);
    let shown = SHOWN.into_iter().filter(|nodes| *nodes < most);
    for nodes in shown.chain([most]) {
        let point = |curve: &Curve| {
            let point = curve.points.iter().find(|point| point.nodes == nodes);
            point.map_or_else(String::new, |point| cell(curve, point))
        };
        table.add_row(row(&nodes.to_string(), curves, &point));
    }
    table.add_row(row(name, curves, last));
    table
}
