//! The same spec on every platform, side by side.

use std::fmt::Write as _;

use comfy_table::Table;
use owo_colors::OwoColorize as _;
use provision_core::cost::compare::{Basis, Column, Comparison};
use provision_core::cost::{Money, Part, Percent, Range};

use super::{cost, heading, hung, plain};

/// For people: platforms beside each other.
#[must_use]
pub fn text(stack: &str, of: &Comparison) -> String {
    let basis = match of.basis {
        Basis::Workloads => "its workloads",
        Basis::Pools => "the capacity of its pools",
        Basis::Mixed => "its workloads, and the capacity of pools where a cluster has none",
    };
    let mut out = format!(
        "{} by {basis}, a month of {} hours, in {} and {}\n{}\n",
        heading(&format!("Stack `{}`", plain(stack))),
        of.hours,
        of.aws_region,
        of.gcp_region,
        table(&of.columns)
    );
    if let Some(best) = cheapest(&of.columns) {
        let total = best.total.cents();
        let _ = writeln!(out, "Cheapest: {} for {total} a month.", title(best).bold());
    }
    out += &left_out(&of.columns);
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

/// The column that costs least of those in which everything has a price.
fn cheapest(columns: &[Column]) -> Option<&Column> {
    let complete = columns.iter().filter(|column| column.complete);
    complete.min_by_key(|column| column.total)
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
    if columns.iter().any(|column| column.range.max > column.total) {
        table.add_row(row("at most", &|column| column.range.max.cents()));
    }
    let share = |percent: Percent| format!("{percent} %");
    table.add_row(row("master share", &|column| {
        share(column.master_share.instances)
    }));
    table.add_row(row("… with disks", &|column| {
        share(column.master_share.nodes)
    }));
    table.add_row(row("… of all", &|column| {
        share(column.master_share.total)
    }));
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

/// What has no price, by column.
fn left_out(columns: &[Column]) -> String {
    let mut out = String::new();
    for column in columns.iter().filter(|column| !column.complete) {
        if out.is_empty() {
            let _ = writeln!(out, "\n{}", heading("In no sum"));
        }
        for one in &column.unpriced {
            let _ = writeln!(
                out,
                "  {}: {} {}: {}",
                title(column).yellow(),
                plain(&one.id.to_string()),
                plain(&one.component),
                plain(&one.why)
            );
        }
    }
    out
}

/// When the prices were read.
fn dates(of: &Comparison) -> String {
    let lines = of.columns.iter().flat_map(|column| &column.lines);
    let days = lines.map(|line| line.as_of.as_str());
    let mut days: Vec<&str> = days
        .filter(|day| day.starts_with(|first: char| first.is_ascii_digit()))
        .collect();
    days.sort_unstable();
    match (days.first(), days.last()) {
        (Some(oldest), Some(youngest)) => format!(
            "list prices read {oldest} to {youngest}; each line with its source in `provision cost compare --json`"
        ),
        _ => "no price is known here".to_owned(),
    }
}

/// For a comment on a pull request: a platform a row.
#[must_use]
pub fn markdown(stack: &str, of: &Comparison) -> String {
    let mut out = format!(
        "**`{}`** on every platform, US dollars a month ({}, {})\n\n",
        cell(stack),
        of.aws_region,
        of.gcp_region
    );
    let parts = || Part::ALL.iter().map(|part| part.title());
    let names = parts().collect::<Vec<_>>().join(" | ");
    let lines = "---:|".repeat(Part::ALL.len());
    let _ = writeln!(
        out,
        "| platform | {names} | **total** | master share | machines | stranded |\n|---|{lines}---:|---:|---|---:|"
    );
    for column in &of.columns {
        let parts = Part::ALL.iter().map(|part| column.parts.of(*part).cents());
        let _ = writeln!(
            out,
            "| {} | {} | **{}** | {} % | {} | {} % |",
            title(column),
            parts.collect::<Vec<_>>().join(" | "),
            total(column),
            column.master_share.instances,
            cell(&machines(column, ", ")),
            tenths(column.stranded.permille, 10)
        );
    }
    out += &footnotes(of);
    out
}

fn cell(text: &str) -> String {
    plain(text).replace('|', "\\|")
}

/// What is in no sum, and folded away, what was assumed.
fn footnotes(of: &Comparison) -> String {
    let mut out = String::new();
    let open = of.columns.iter();
    let open = open.flat_map(|column| column.unpriced.iter().map(move |one| (column, one)));
    for (nth, (column, one)) in open.enumerate() {
        if nth == 0 {
            out.push_str("\nIn no sum:\n\n");
        }
        let id = one.id.to_string().replace('`', "'");
        let (component, why) = (cell(&one.component), cell(&one.why));
        let _ = writeln!(
            out,
            "- {}: `{}` {component}: {why}",
            title(column),
            cell(&id)
        );
    }
    out.push_str("\n<details><summary>Assumed</summary>\n\n");
    for assumption in &of.assumptions {
        let _ = writeln!(out, "- {}", cell(assumption));
    }
    let _ = writeln!(out, "- {}\n\n</details>", dates(of));
    out
}

/// Comma-separated values: a platform a row.
///
/// # Errors
/// When a row cannot be written.
pub fn csv(of: &Comparison) -> Result<String, csv::Error> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let parts = Part::ALL.iter().map(|part| part.title().replace(' ', "_"));
    let mut header: Vec<String> = ["platform", "variant", "region"].map(str::to_owned).into();
    header.extend(parts);
    let rest = [
        "total",
        "min",
        "max",
        "currency",
        "complete",
        "master_share_percent",
        "master_share_with_disks_percent",
        "master_share_of_all_percent",
        "machines",
        "stranded_cpu_milli",
        "stranded_memory_mib",
        "unpriced",
    ];
    header.extend(rest.map(str::to_owned));
    out.write_record(header)?;
    for column in &of.columns {
        out.write_record(fields(column, &of.currency))?;
    }
    let bytes = out.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn fields(column: &Column, currency: &str) -> Vec<String> {
    let shares = column.master_share;
    let mut row = vec![
        column.platform.to_string(),
        column.variant.clone(),
        column.region.clone(),
    ];
    row.extend(
        Part::ALL
            .iter()
            .map(|part| column.parts.of(*part).to_string()),
    );
    row.extend([
        column.total.to_string(),
        column.range.min.to_string(),
        column.range.max.to_string(),
        currency.to_owned(),
        column.complete.to_string(),
        shares.instances.to_string(),
        shares.nodes.to_string(),
        shares.total.to_string(),
        machines(column, "; "),
        column.stranded.cpu.to_string(),
        column.stranded.memory.to_string(),
        column.unpriced.len().to_string(),
    ]);
    row
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_gets_out_of_a_footnote() {
        let found = json!({
            "format_version": 1, "currency": "USD", "period": "month", "hours": 730, "basis": "pools",
            "aws_region": "us-east-1", "gcp_region": "us-east4", "assumptions": [],
            "columns": [{
                "platform": "eks", "variant": "managed nodes", "region": "us-east-1",
                "control_plane": "0.00", "nodes": "0.00", "management": "0.00", "network": "0.00", "storage": "0.00", "secrets": "0.00",
                "total": "0.00", "range": {"min": "0.00", "expected": "0.00", "max": "0.00"},
                "master_share": {"instances": "0.0", "nodes": "0.0", "total": "0.0"},
                "complete": false, "nodes_by_pool": [], "stranded": {"cpu": 0, "memory": 0, "permille": 0}, "lines": [],
                "unpriced": [{"id": "cluster.a/machines", "component": "odd|name", "part": "nodes", "why": "no | price"}],
            }],
        });
        let found: Comparison = serde_json::from_value(found).unwrap();
        let notes = footnotes(&found);
        assert!(
            notes.contains("- eks managed nodes: `cluster.a/machines` odd\\|name: no \\| price\n"),
            "{notes}"
        );
    }
}
