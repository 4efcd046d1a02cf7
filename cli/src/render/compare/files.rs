//! A comparison for other programs: a table in Markdown, a sheet of comma-separated values.

use std::fmt::Write as _;

use provision_core::cost::Part;
use provision_core::cost::compare::{Column, Comparison};

use super::super::plain;
use super::{at_most, causes, dates, grows, machines, of_instances, tenths, title, total, verdict};

/// For a comment on a pull request: a platform a row.
#[must_use]
pub fn markdown(stack: &str, of: &Comparison) -> String {
    let mut out = format!(
        "**`{}`** on every platform, US dollars a month ({}, {})\n\n",
        cell(stack),
        of.aws_region,
        of.gcp_region
    );
    let grows = grows(&of.columns);
    let parts = || Part::ALL.iter().map(|part| part.title());
    let names = parts().collect::<Vec<_>>().join(" | ");
    let lines = "---:|".repeat(Part::ALL.len() + 1 + usize::from(grows));
    let most = if grows { " at most |" } else { "" };
    let _ = writeln!(
        out,
        "| platform | {names} | **total** |{most} control plane of it and machines | machines | stranded |\n|---|{lines}---:|---|---:|"
    );
    for column in &of.columns {
        let parts = Part::ALL.iter().map(|part| column.parts.of(*part).cents());
        let most = match grows {
            true => format!(" {} |", at_most(column)),
            false => String::new(),
        };
        let _ = writeln!(
            out,
            "| {} | {} | **{}** |{most} {} | {} | {} % |",
            title(column),
            parts.collect::<Vec<_>>().join(" | "),
            total(column),
            of_instances(column),
            cell(&machines(column, ", ")),
            tenths(column.stranded.permille, 10)
        );
    }
    if let Some(verdict) = verdict(&of.columns, &str::to_owned) {
        let _ = writeln!(out, "\n{verdict}");
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
    for (nth, cause) in causes(of).iter().enumerate() {
        if nth == 0 {
            out.push_str("\nIn no sum:\n\n");
        }
        let things = cause.things.iter().map(|(id, component)| {
            let id = id.replace('`', "'");
            format!("`{}` {}", cell(&id), cell(component))
        });
        let things: Vec<String> = things.collect();
        let _ = writeln!(
            out,
            "- {}: {}: {}",
            cause.columns.join(", "),
            things.join(", "),
            cell(&cause.why)
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
