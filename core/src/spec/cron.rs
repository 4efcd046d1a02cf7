//! Cron expressions of five fields: minute, hour, day of month, month, day of week.

use super::format::{Fault, fault};

/// A field: its name, its least and greatest value, and the words it knows.
struct Field {
    name: &'static str,
    least: u32,
    most: u32,
    words: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field {
        name: "minute",
        least: 0,
        most: 59,
        words: &[],
    },
    Field {
        name: "hour",
        least: 0,
        most: 23,
        words: &[],
    },
    Field {
        name: "day of month",
        least: 1,
        most: 31,
        words: &[],
    },
    Field {
        name: "month",
        least: 1,
        most: 12,
        words: &[
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ],
    },
    Field {
        name: "day of week",
        least: 0,
        most: 7,
        words: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    },
];

/// Whether `text` is a cron expression that Kubernetes and EventBridge Scheduler both can hold.
pub(super) fn check(text: &str) -> Result<(), Fault> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    if parts.len() != FIELDS.len() {
        let help = "write minute, hour, day of month, month and day of week: \"0 3 * * *\" is daily at three";
        let what = format!("has {} fields, not five", parts.len());
        return fault(what, Some(help.to_owned()));
    }
    for (field, part) in FIELDS.iter().zip(&parts) {
        if !part.split(',').all(|item| field.takes(item)) {
            let what = format!("has `{part}` as its {}", field.name);
            let help = format!(
                "a {} is `*`, {}-{}, a range `a-b`, a list `a,b` or a step `*/n`",
                field.name, field.least, field.most
            );
            return fault(what, Some(help));
        }
    }
    Ok(())
}

impl Field {
    fn takes(&self, item: &str) -> bool {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (item, None),
        };
        let step_fine = step.is_none_or(|step| {
            digits(step).is_some_and(|step| (1..=self.most.max(1)).contains(&step))
        });
        let range_fine = match range.split_once('-') {
            _ if range == "*" => true,
            Some((from, to)) => match (self.value(from), self.value(to)) {
                (Some(from), Some(to)) => from <= to,
                _ => false,
            },
            None => self.value(range).is_some(),
        };
        range_fine && step_fine
    }

    fn value(&self, text: &str) -> Option<u32> {
        let word = text.to_ascii_lowercase();
        let named = self.words.iter().position(|known| *known == word);
        let named = named.and_then(|at| u32::try_from(at).ok());
        named
            .map(|at| at + self.least)
            .or_else(|| digits(text))
            .filter(|value| (self.least..=self.most).contains(value))
    }
}

fn digits(text: &str) -> Option<u32> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cron_expressions() {
        for right in ["0 3 * * *", "*/15 0-6,20 1 jan-mar mon", "0 0 * * 7"] {
            assert!(check(right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "0 3 * *",
            "60 3 * * *",
            "0 3 0 * *",
            "*/0 * * * *",
            "5-1 * * * *",
            "+1 * * * *",
            "@daily",
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }
}
