//! What people and programs see. Text is made with its style; the screen takes the style away where it is not
//! wanted.

pub mod cost;
pub mod diagnostics;
pub mod error;
pub mod graph;
pub mod human;
pub mod outcome;
pub mod plan;
pub mod progress;
pub mod show;
pub mod value;

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
    fn escape_sequences_from_outside_do_nothing() {
        assert_eq!(plain("a\u{1b}[31mb"), "a\u{fffd}[31mb");
    }
}
