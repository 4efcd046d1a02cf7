//! How the share of the control plane falls with nodes, as tables.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, Table};
use owo_colors::OwoColorize as _;
use provision_core::cost::compare::{Breakeven, Curve, Point};

use super::{cost, heading, hung, plain};

/// Numbers of nodes that are shown, as far as they are reckoned.
const SHOWN: [u64; 13] = [1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 100, 1000];

/// For people.
#[must_use]
pub fn text(stack: &str, of: &Breakeven) -> String {
    let mut out = format!(
        "{}, cluster `{}` with more and more nodes, in {} and {}\n",
        heading(&format!("Stack `{}`", plain(stack))),
        plain(&of.cluster),
        of.aws_region,
        of.gcp_region
    );
    let _ = writeln!(
        out,
        "\nMaster share: the control plane of control plane and nodes with their disks"
    );
    let share = |point: &Point| format!("{} %", point.master_share.nodes);
    let mut shares = table(of, &share);
    let little = |curve: &Curve| match curve.little_from {
        Some(nodes) => format!("from {nodes}"),
        None => "later".to_owned(),
    };
    shares.add_row(row("10 % or less", of, &little));
    let _ = writeln!(out, "{shares}\n\nAll of it, a month");
    let mut totals = table(of, &|point| point.total.cents());
    let machine = |curve: &Curve| curve.machine.clone().unwrap_or_else(|| "none".to_owned());
    totals.add_row(row("machine", of, &machine));
    let _ = writeln!(out, "{totals}\n\n{}", heading("Cheapest"));
    for span in &of.cheapest {
        let nodes = match (span.from, span.to) {
            (1, 1) => "1 node".to_owned(),
            (from, to) if from == to => format!("{from} nodes"),
            (from, to) => format!("{from} to {to} nodes"),
        };
        let name = format!("{} {}", span.platform, span.variant);
        let _ = writeln!(out, "  {nodes}: {}", name.bold());
    }
    out += &open(of);
    let _ = writeln!(out, "\n{}", heading("Assumed"));
    for assumption in &of.assumptions {
        out += &hung("  -", &plain(assumption), 4);
    }
    out
}

fn row(name: &str, of: &Breakeven, cell: &dyn Fn(&Curve) -> String) -> Vec<String> {
    let cells = of.curves.iter().map(cell);
    std::iter::once(name.to_owned()).chain(cells).collect()
}

/// A row for each number of nodes that is shown.
fn table(of: &Breakeven, cell: &dyn Fn(&Point) -> String) -> Table {
    let mut table = cost::table([""]);
    table.set_header(row("nodes", of, &|curve| {
        let mark = if curve.complete { "" } else { " + ?" };
        format!("{}\n{}{mark}", curve.platform, curve.variant)
    }));
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let most = of.curves.iter().map(|curve| curve.points.len()).max();
    let most = u64::try_from(most.unwrap_or(0)).unwrap_or(u64::MAX);
    let shown = SHOWN.into_iter().filter(|nodes| *nodes < most);
    for nodes in shown.chain([most]) {
        let point = |curve: &Curve| {
            let point = curve.points.iter().find(|point| point.nodes == nodes);
            point.map_or_else(String::new, cell)
        };
        table.add_row(row(&nodes.to_string(), of, &point));
    }
    table
}

/// Who cannot be the cheapest, because something of it has no price.
fn open(of: &Breakeven) -> String {
    let mut out = String::new();
    for curve in of.curves.iter().filter(|curve| !curve.complete) {
        let name = format!("{} {}", curve.platform, curve.variant);
        for one in &curve.unpriced {
            let what = format!("{} {}: {}", one.id, one.component, one.why);
            let _ = writeln!(
                out,
                "  {} has no whole price: {}",
                name.yellow(),
                plain(&what)
            );
        }
    }
    out
}
