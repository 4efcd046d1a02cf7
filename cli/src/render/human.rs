//! Short results for people.

use std::fmt::Write as _;

use owo_colors::OwoColorize as _;
use provision_core::contract::{LeftOut, Note, Severity};
use provision_core::spec::Loaded;

use super::{count, hung, plain};

/// A spec without mistakes.
#[must_use]
pub fn valid(loaded: &Loaded) -> String {
    let spec = &loaded.spec;
    let pools = spec.clusters.values().map(|cluster| cluster.pools.len());
    let mut out = format!(
        "{} stack `{}`: {}, {}, {}\n",
        "valid:".green().bold(),
        spec.stack,
        count(spec.networks.len(), "network"),
        count(spec.clusters.len(), "cluster"),
        count(pools.sum(), "pool"),
    );
    out += &notes(&loaded.notes);
    out
}

/// A spec of a live cluster, and what is not in it.
#[must_use]
pub fn imported(file: &str, left: &[LeftOut]) -> String {
    let mut out = String::new();
    for left in left {
        let _ = writeln!(
            out,
            "{} {}: {}",
            "left:".yellow().bold(),
            plain(&left.of),
            plain(&left.what)
        );
    }
    if !left.is_empty() {
        let number = count(left.len(), "setting");
        let _ = writeln!(
            out,
            "{number} cannot be expressed in a spec and are left unchanged.\n"
        );
    }
    let _ = writeln!(out, "Wrote {0}. Next: provision plan {0}", plain(file));
    out
}

/// Notes, worst first.
#[must_use]
pub fn notes(notes: &[Note]) -> String {
    let mut sorted: Vec<&Note> = notes.iter().collect();
    sorted.sort_by(|one, other| other.severity.cmp(&one.severity).then(one.cmp(other)));
    let mut out = String::new();
    for note in sorted {
        let word = match note.severity {
            Severity::Danger => "danger:".red().bold().to_string(),
            Severity::Warning => "warning:".yellow().bold().to_string(),
            Severity::Info => "note:".cyan().to_string(),
        };
        let mut text = plain(&note.message);
        if let Some(address) = &note.address {
            let _ = write!(text, " {}", format!("({})", plain(address)).dimmed());
        }
        out += &hung(&word, &text, 2);
    }
    out
}
