//! Cron expressions of six fields: minutes, hours, days of the month, months, days of the week, years.
//!
//! The grammar: "Schedule types in EventBridge Scheduler" (user guide).

const MONTHS: &[&str] = &[
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const DAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// A field: least and most value, and the words that stand for values from the least on.
type Field = (u32, u32, &'static [&'static str]);

const MINUTES: Field = (0, 59, &[]);
const HOURS: Field = (0, 23, &[]);
const DAYS_OF_MONTH: Field = (1, 31, &[]);
const MONTH: Field = (1, 12, MONTHS);
const DAYS_OF_WEEK: Field = (1, 7, DAYS);
const YEARS: Field = (1970, 2199, &[]);

/// Whether the text inside `cron(…)` is one. Of the two kinds of days exactly one is `?`.
pub(super) fn is_cron(text: &str) -> bool {
    let fields: Vec<&str> = text.split(' ').collect();
    let [minutes, hours, day, month, weekday, year] = fields.as_slice() else {
        return false;
    };
    let days = match (*day, *weekday) {
        ("?", "?") => false,
        ("?", weekday) => list(weekday, DAYS_OF_WEEK, is_special_weekday),
        (day, "?") => list(day, DAYS_OF_MONTH, is_special_day),
        _ => false,
    };
    let plain = |_: &str| false;
    days && list(minutes, MINUTES, plain)
        && list(hours, HOURS, plain)
        && list(month, MONTH, plain)
        && list(year, YEARS, plain)
}

fn list(text: &str, field: Field, special: impl Fn(&str) -> bool) -> bool {
    text.split(',')
        .all(|item| special(item) || part(item, field))
}

/// `*`, `5`, `MON-FRI`, each also with a step.
fn part(item: &str, field: Field) -> bool {
    let (base, step) = match item.split_once('/') {
        Some((base, step)) => (base, Some(step)),
        None => (item, None),
    };
    let step_is_good = step.is_none_or(|step| number(step).is_some_and(|step| step > 0));
    let base_is_good = match base.split_once('-') {
        _ if base == "*" => true,
        None => value(base, field).is_some(),
        Some((from, to)) => match (value(from, field), value(to, field)) {
            (Some(from), Some(to)) => from <= to,
            _ => false,
        },
    };
    step_is_good && base_is_good
}

fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn value(text: &str, (least, most, words): Field) -> Option<u32> {
    let word = words.iter().zip(least..).find(|(word, _)| **word == text);
    let value = word.map(|(_, at)| at).or_else(|| number(text))?;
    (least..=most).contains(&value).then_some(value)
}

/// The last day, a weekday near a day.
fn is_special_day(item: &str) -> bool {
    let near = |day: &str| value(day, DAYS_OF_MONTH).is_some();
    matches!(item, "L" | "LW") || item.strip_suffix('W').is_some_and(near)
}

/// The last such day of the month, the second one.
fn is_special_weekday(item: &str) -> bool {
    let day = |day: &str| value(day, DAYS_OF_WEEK).is_some();
    let nth = item.split_once('#');
    item == "L"
        || item.strip_suffix('L').is_some_and(day)
        || nth.is_some_and(|(of, n)| day(of) && number(n).is_some_and(|n| (1..=5).contains(&n)))
}

#[cfg(test)]
mod tests {
    use super::is_cron;

    #[test]
    fn what_is_cron_and_what_is_not() {
        for good in [
            "0 3 * * ? *",
            "0/15 8-18 ? * MON-FRI 2026-2030",
            "15,45 0 1,L * ? *",
            "0 12 15W JAN,JUL ? *",
            "0 12 ? * 6L *",
            "0 12 ? * TUE#2 *",
            "0-15/1 8-8 ? * 2,3,4,5,6,7 *",
        ] {
            assert!(is_cron(good), "{good}");
        }
        for bad in [
            "0 3 * * *",
            "7 20 * * 1-7 *",
            "0 3 ? * ? *",
            "60 3 * * ? *",
            "0 24 * * ? *",
            "0 3 32 * ? *",
            "0 3 * 13 ? *",
            "0 3 ? * 0 *",
            "0 3 ? * MON#6 *",
            "0 3 * * ? 1969",
            "0/0 3 * * ? *",
            "0  3 * * ? *",
            "",
        ] {
            assert!(!is_cron(bad), "{bad}");
        }
    }
}
