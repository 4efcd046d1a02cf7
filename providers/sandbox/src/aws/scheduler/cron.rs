//! Cron expressions of six fields: minutes, hours, days of the month, months, days of the week, years.
//!
//! The grammar, and what becomes of moments that a clock leaves out or has twice: "Schedule types in EventBridge
//! Scheduler" (user guide).

use jiff::civil::{Date, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp};

const MONTHS: &[&str] = &[
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const DAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// A field: least and most value, and the words that stand for values from the least on.
type Field = (i16, i16, &'static [&'static str]);

const MINUTES: Field = (0, 59, &[]);
const HOURS: Field = (0, 23, &[]);
const DAYS_OF_MONTH: Field = (1, 31, &[]);
const MONTH: Field = (1, 12, MONTHS);
const DAYS_OF_WEEK: Field = (1, 7, DAYS);
const YEARS: Field = (1970, 2199, &[]);

/// A cron expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cron {
    minutes: Vec<i16>,
    hours: Vec<i16>,
    days: Vec<Day>,
    months: Vec<i16>,
    years: Vec<i16>,
}

/// Days that are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Day {
    /// Of the month, by number.
    OfMonth(Vec<i16>),
    /// The last of the month.
    Last,
    /// The last of the month that is no Saturday or Sunday.
    LastWorking,
    /// The one of the month's working days that is nearest to a day.
    Near(i16),
    /// Of the week: Sunday is 1.
    OfWeek(Vec<i16>),
    /// The last such day of the week in the month.
    LastOfWeek(i16),
    /// The so manieth such day of the week in the month.
    Nth(i16, i16),
}

impl Cron {
    /// The text inside `cron(…)`; none when it is none. Of the two kinds of days exactly one is `?`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.split(' ').collect();
        let [minutes, hours, day, month, weekday, year] = fields.as_slice() else {
            return None;
        };
        let days = match (*day, *weekday) {
            ("?", "?") => return None,
            ("?", weekday) => all(weekday, day_of_week)?,
            (day, "?") => all(day, day_of_month)?,
            _ => return None,
        };
        Some(Self {
            minutes: list(minutes, MINUTES)?,
            hours: list(hours, HOURS)?,
            days,
            months: list(month, MONTH)?,
            years: list(year, YEARS)?,
        })
    }

    /// The last so many moments after one and up to another, in their order.
    pub(super) fn between(
        &self,
        zone: &TimeZone,
        after: Timestamp,
        until: Timestamp,
        most: usize,
    ) -> Vec<Timestamp> {
        let first = zone.to_datetime(after).date();
        let mut date = zone.to_datetime(until).date();
        let mut found = Vec::new();
        while date >= first && found.len() < most {
            let mut today = self.of_day(zone, date);
            today.retain(|at| *at > after && *at <= until);
            found.extend(today.into_iter().rev());
            match date.checked_sub(Span::new().days(1)) {
                Ok(before) => date = before,
                Err(_) => break,
            }
        }
        found.truncate(most);
        found.reverse();
        found
    }

    /// The moments of a day. What the clock leaves out is skipped; what it has twice comes once.
    fn of_day(&self, zone: &TimeZone, date: Date) -> Vec<Timestamp> {
        let meant = self.years.contains(&date.year())
            && self.months.contains(&i16::from(date.month()))
            && self.days.iter().any(|day| day.is(date));
        if !meant {
            return Vec::new();
        }
        let times = self.hours.iter().flat_map(|hour| {
            let minutes = self.minutes.iter();
            minutes.filter_map(move |minute| {
                Some((i8::try_from(*hour).ok()?, i8::try_from(*minute).ok()?))
            })
        });
        let mut found: Vec<Timestamp> = times
            .filter_map(|(hour, minute)| {
                let at = zone.to_ambiguous_timestamp(date.at(hour, minute, 0, 0));
                match at.offset() {
                    AmbiguousOffset::Gap { .. } => None,
                    _ => at.earlier().ok(),
                }
            })
            .collect();
        found.sort();
        found
    }
}

impl Day {
    fn is(&self, date: Date) -> bool {
        let day = i16::from(date.day());
        let length = i16::from(date.days_in_month());
        let weekday = i16::from(date.weekday().to_sunday_one_offset());
        match self {
            Self::OfMonth(days) => days.contains(&day),
            Self::Last => day == length,
            Self::LastWorking => Some(day) == working(date, length),
            Self::Near(near) => *near <= length && Some(day) == working(date, *near),
            Self::OfWeek(days) => days.contains(&weekday),
            Self::LastOfWeek(of) => weekday == *of && day + 7 > length,
            Self::Nth(of, n) => weekday == *of && (day + 6) / 7 == *n,
        }
    }
}

/// The working day of the date's month that is nearest to a day of it; never one of another month.
fn working(date: Date, near: i16) -> Option<i16> {
    let on = Date::new(date.year(), date.month(), i8::try_from(near).ok()?).ok()?;
    let length = i16::from(date.days_in_month());
    Some(match on.weekday() {
        Weekday::Saturday if near == 1 => 3,
        Weekday::Saturday => near - 1,
        Weekday::Sunday if near == length => near - 2,
        Weekday::Sunday => near + 1,
        _ => near,
    })
}

fn all<T>(text: &str, item: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    text.split(',').map(item).collect()
}

fn list(text: &str, field: Field) -> Option<Vec<i16>> {
    let mut values = all(text, |item| part(item, field))?.concat();
    values.sort_unstable();
    values.dedup();
    Some(values)
}

/// `*`, `5`, `MON-FRI`, each also with a step: the values that it stands for.
fn part(item: &str, field: Field) -> Option<Vec<i16>> {
    let (base, step) = match item.split_once('/') {
        Some((base, step)) => (base, Some(number(step).filter(|step| *step > 0)?)),
        None => (item, None),
    };
    let (least, most, _) = field;
    let (from, to) = match base.split_once('-') {
        _ if base == "*" => (least, most),
        Some((from, to)) => (value(from, field)?, value(to, field)?),
        // With a step one value is the first of many.
        None if step.is_some() => (value(base, field)?, most),
        None => (value(base, field)?, value(base, field)?),
    };
    let step = usize::try_from(step.unwrap_or(1)).ok()?;
    (from <= to).then(|| (from..=to).step_by(step).collect())
}

fn number(text: &str) -> Option<i16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn value(text: &str, (least, most, words): Field) -> Option<i16> {
    let word = words.iter().zip(least..).find(|(word, _)| **word == text);
    let value = word.map(|(_, at)| at).or_else(|| number(text))?;
    (least..=most).contains(&value).then_some(value)
}

fn day_of_month(item: &str) -> Option<Day> {
    let near = item.strip_suffix('W');
    match (item, near.and_then(|day| value(day, DAYS_OF_MONTH))) {
        ("L", _) => Some(Day::Last),
        ("LW", _) => Some(Day::LastWorking),
        (_, Some(day)) => Some(Day::Near(day)),
        _ => part(item, DAYS_OF_MONTH).map(Day::OfMonth),
    }
}

fn day_of_week(item: &str) -> Option<Day> {
    let day = |day: &str| value(day, DAYS_OF_WEEK);
    if item == "L" {
        return Some(Day::OfWeek(vec![7]));
    }
    if let Some((of, n)) = item.split_once('#') {
        let n = number(n).filter(|n| (1..=5).contains(n))?;
        return Some(Day::Nth(day(of)?, n));
    }
    match item.strip_suffix('L').and_then(day) {
        Some(of) => Some(Day::LastOfWeek(of)),
        None => part(item, DAYS_OF_WEEK).map(Day::OfWeek),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{Cron, TimeZone, Timestamp};

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
            assert!(Cron::read(good).is_some(), "{good}");
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
            assert!(Cron::read(bad).is_none(), "{bad}");
        }
    }

    /// The moments of an expression in a part of time, as UTC tells them.
    fn moments(cron: &str, zone: &str, from: &str, to: &str) -> Vec<String> {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let zone = TimeZone::get(zone).unwrap();
        let found = Cron::read(cron)
            .unwrap()
            .between(&zone, at(from), at(to), 9);
        found
            .iter()
            .map(|at| at.strftime("%m-%dT%H:%M").to_string())
            .collect()
    }

    #[test]
    fn the_moments_between_two() {
        let (from, to) = ("2026-11-01T03:00:00Z", "2026-11-30T23:59:00Z");
        let of = |cron| moments(cron, "UTC", from, to);
        // The beginning is not part of it, the end is.
        assert_eq!(of("0 3 1,2 * ? *"), ["11-02T03:00"]);
        assert_eq!(of("59 23 30 * ? *"), ["11-30T23:59"]);
        assert_eq!(of("0 12 L * ? *"), ["11-30T12:00"]);
        // The first is a Sunday, and so is the 15th; the 28th is a Saturday.
        assert_eq!(
            of("0 12 1W,15W,28W * ? *"),
            ["11-02T12:00", "11-16T12:00", "11-27T12:00"]
        );
        assert_eq!(of("0 12 LW * ? *"), ["11-30T12:00"]);
        assert_eq!(of("0 12 ? * 6L *"), ["11-27T12:00"]);
        assert_eq!(of("0 12 ? * TUE#2 *"), ["11-10T12:00"]);
        assert_eq!(
            of("0/30 7 ? * MON 2026"),
            [
                "11-02T07:00",
                "11-02T07:30",
                "11-09T07:00",
                "11-09T07:30",
                "11-16T07:00",
                "11-16T07:30",
                "11-23T07:00",
                "11-23T07:30",
                "11-30T07:00",
                "11-30T07:30",
            ][1..]
        );
        assert!(of("0 12 ? * * 2027").is_empty());
    }

    #[test]
    fn a_zone_has_its_own_hours_and_summer_skips_or_repeats_none() {
        let berlin = |cron, from, to| moments(cron, "Europe/Berlin", from, to);
        let spring = ("2026-03-28T00:00:00Z", "2026-03-30T12:00:00Z");
        // At two o'clock on the 29th it is three.
        assert_eq!(
            berlin("30 2 * * ? *", spring.0, spring.1),
            ["03-28T01:30", "03-30T00:30"]
        );
        assert_eq!(
            berlin("0 8 * * ? *", spring.0, spring.1),
            ["03-28T07:00", "03-29T06:00", "03-30T06:00"]
        );
        let autumn = ("2026-10-24T12:00:00Z", "2026-10-26T00:00:00Z");
        assert_eq!(berlin("30 2 * * ? *", autumn.0, autumn.1), ["10-25T00:30"]);
    }
}
