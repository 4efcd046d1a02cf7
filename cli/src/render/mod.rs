//! What people and programs see. Text is made with its style; the screen takes the style away where it is not
//! wanted.

pub mod bill;
pub mod breakeven;
pub mod compare;
pub mod cost;
pub mod curves;
pub mod diagnostics;
pub mod drift;
pub mod error;
pub mod graph;
pub mod human;
pub mod outcome;
pub mod plan;
pub mod progress;
pub mod refresh;
pub mod show;
pub mod value;

use std::io::IsTerminal as _;

use owo_colors::OwoColorize as _;

/// A duration for people: `8 s`, `14 min`, `2 h 5 min`.
#[must_use]
pub fn seconds(seconds: u64) -> String {
    match seconds {
        0..=89 => format!("{seconds} s"),
        90..=5399 => format!("{} min", (seconds + 30) / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// `1 step`, `2 steps`.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// A heading.
#[must_use]
pub fn heading(text: &str) -> String {
    text.bold().to_string()
}

/// Columns to keep within: what `COLUMNS` says, else those of the terminal; none where there is neither.
#[must_use]
pub fn columns() -> Option<usize> {
    let said = std::env::var("COLUMNS").ok();
    let said = said.and_then(|columns| columns.parse().ok());
    let seen = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    said.or_else(seen).filter(|columns| *columns > 0)
}

/// Columns that a table has to do with: what `COLUMNS` says, else those of the terminal that standard output is; none for a file
/// or another program.
#[must_use]
pub fn room() -> Option<usize> {
    let shown = std::env::var_os("COLUMNS").is_some() || std::io::stdout().is_terminal();
    columns().filter(|_| shown)
}

/// A sentence behind its word (`hint:`), which goes on below itself where the terminal is narrow.
#[must_use]
pub fn hung(before: &str, text: &str, indent: usize) -> String {
    let width = columns().map_or(usize::MAX, |width| width.max(20));
    fold(before, text, indent, width)
}

fn fold(before: &str, text: &str, indent: usize, width: usize) -> String {
    let mut out = before.to_owned();
    let mut at = anstream::adapter::strip_str(before)
        .to_string()
        .chars()
        .count();
    for word in text.split_whitespace() {
        let long = word.chars().count();
        if at + 1 + long > width && at > indent {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            at = indent;
        } else {
            out.push(' ');
            at += 1;
        }
        out.push_str(word);
        at += long;
    }
    out.push('\n');
    out
}

/// Text from outside, without what could steer a terminal.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|at| {
            if at.is_control() && at != '\n' {
                '\u{fffd}'
            } else {
                at
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_naturally() {
        let shown: Vec<String> = [0, 89, 90, 840, 7500].into_iter().map(seconds).collect();
        assert_eq!(shown, ["0 s", "89 s", "2 min", "14 min", "2 h 5 min"]);
    }

    #[test]
    fn sentences_go_on_below_themselves() {
        let folded = fold("hint:", "allow the caller that, then go on", 2, 20);
        assert_eq!(folded, "hint: allow the\n  caller that, then\n  go on\n");
        let long = fold("hint:", "arn:aws:iam::123456789012:role/dev", 2, 20);
        assert_eq!(long, "hint:\n  arn:aws:iam::123456789012:role/dev\n");
    }

    #[test]
    fn escape_sequences_from_outside_do_nothing() {
        assert_eq!(plain("a\u{1b}[31mb"), "a\u{fffd}[31mb");
    }
}
