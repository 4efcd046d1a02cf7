//! Versions of GKE: which patches there are, which channel has them when, what a name stands for.
//!
//! Patches are recorded ones (2025-07 to 2026-08) where there are some. The months in which a minor came to Regular are
//! those of the release schedule as far as known, the newest two are estimates; 14 months of standard and 24 months of
//! support altogether follow from them (GKE versioning and support).

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

/// A Kubernetes minor of GKE.
struct Minor {
    /// When Regular offered it first.
    regular: Date,
    /// Its patches, oldest first.
    patches: &'static [&'static str],
}

const fn minor(regular: Date, patches: &'static [&'static str]) -> Minor {
    Minor { regular, patches }
}

/// Oldest first.
const MINORS: &[Minor] = &[
    minor(
        date(2025, 2, 11),
        &["1.32.4-gke.1353003", "1.32.4-gke.1415000"],
    ),
    minor(
        date(2025, 6, 3),
        &["1.33.2-gke.1240000", "1.33.5-gke.2100000"],
    ),
    minor(
        date(2025, 10, 1),
        &["1.34.8-gke.1278000", "1.34.9-gke.1131000"],
    ),
    minor(
        date(2026, 2, 10),
        &["1.35.5-gke.1241004", "1.35.6-gke.1250000"],
    ),
    minor(date(2026, 6, 16), &["1.36.0-gke.3302004"]),
];

/// The channels, the quickest first: how many days before or after Regular a minor is offered, after how many more it is
/// the default, and for how many months it stays.
const CHANNELS: &[(&str, i64, i64, i64)] = &[
    ("RAPID", -60, 60, 14),
    ("REGULAR", 0, 90, 14),
    ("STABLE", 30, 150, 14),
    ("EXTENDED", 0, 90, 24),
];

/// What a channel has at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Channel {
    /// `REGULAR`.
    pub(super) name: &'static str,
    /// What a cluster gets that asks for nothing.
    pub(super) default: &'static str,
    /// What may be asked for, newest first.
    pub(super) valid: Vec<&'static str>,
}

/// The channel called `name`; a cluster on none goes by Regular's versions.
pub(super) fn channel(name: &str, now: Timestamp) -> Channel {
    let wanted = |row: &&(&str, i64, i64, i64)| row.0 == name;
    let rows = CHANNELS.iter().find(wanted).or_else(|| CHANNELS.get(1));
    let (name, shift, settle, months) = rows.copied().unwrap_or(("REGULAR", 0, 90, 14));
    let today = TimeZone::UTC.to_datetime(now).date();
    let offered = |one: &&Minor| {
        let until = one.regular.saturating_add(months.months());
        one.regular.saturating_add(shift.days()) <= today && today < until
    };
    let mut minors: Vec<&Minor> = MINORS.iter().filter(offered).collect();
    // A clock before or after all that is known gets what is nearest.
    if minors.is_empty() {
        let first = MINORS.first().filter(|one| today < one.regular);
        minors.extend(first.or_else(|| MINORS.last()));
    }
    let settled = |one: &&&Minor| one.regular.saturating_add((shift + settle).days()) <= today;
    let default = minors.iter().rfind(settled).or_else(|| minors.first());
    let newest = |one: &Minor| one.patches.last().copied().unwrap_or_default();
    let patches = minors.iter().flat_map(|one| one.patches.iter().copied());
    let mut valid: Vec<&str> = patches.collect();
    valid.reverse();
    Channel {
        name,
        default: default.map_or("", |one| newest(one)),
        valid,
    }
}

impl Channel {
    /// What a wish stands for: nothing, `-` and `default` the default, `latest` the newest, `1.35` and `1.35.6` the newest of them; none
    /// when the channel does not have it.
    pub(super) fn resolve(&self, wish: &str) -> Option<&'static str> {
        match wish {
            "" | "-" | "default" => Some(self.default),
            "latest" => self.valid.first().copied(),
            _ => {
                let of = |one: &&&str| {
                    let rest = one.strip_prefix(wish);
                    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
                };
                self.valid.iter().find(of).copied()
            }
        }
    }
}

/// The version itself, when there is or was such a one.
pub(super) fn known(version: &str) -> Option<&'static str> {
    let mut all = MINORS.iter().flat_map(|one| one.patches.iter().copied());
    all.find(|one| *one == version)
}

/// The minor and the order of a version: `1.35.6-gke.1250000` is (35, 6, 1250000).
pub(super) fn order(version: &str) -> Option<(u16, u16, u32)> {
    let (kubernetes, build) = version.split_once("-gke.")?;
    let mut parts = kubernetes.split('.').skip(1);
    let minor = parts.next()?.parse().ok()?;
    let patch = parts.next()?.parse().ok()?;
    Some((minor, patch, build.parse().ok()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(year: i16, month: i8, day: i8) -> Timestamp {
        let midnight = date(year, month, day).at(0, 0, 0, 0);
        TimeZone::UTC.to_timestamp(midnight).unwrap()
    }

    #[test]
    fn channels_move_with_the_calendar() {
        let august = at(2026, 8, 6);
        assert_eq!(channel("STABLE", august).default, "1.34.9-gke.1131000");
        assert_eq!(channel("REGULAR", august).default, "1.35.6-gke.1250000");
        assert_eq!(channel("RAPID", august).default, "1.36.0-gke.3302004");
        assert!(
            channel("REGULAR", august).resolve("1.33").is_none(),
            "ended"
        );
        assert_eq!(
            channel("EXTENDED", august).resolve("1.33"),
            Some("1.33.5-gke.2100000")
        );
        assert_eq!(
            channel("REGULAR", at(2026, 11, 1)).default,
            "1.36.0-gke.3302004"
        );
    }

    #[test]
    fn short_names_stand_for_the_newest_of_them() {
        let regular = channel("REGULAR", at(2026, 8, 6));
        assert_eq!(regular.resolve("1.35"), Some("1.35.6-gke.1250000"));
        assert_eq!(regular.resolve("1.35.5"), Some("1.35.5-gke.1241004"));
        assert_eq!(regular.resolve("1.3"), None);
        assert_eq!(regular.resolve("latest"), Some("1.36.0-gke.3302004"));
        assert_eq!(regular.resolve(""), regular.resolve("default"));
    }

    #[test]
    fn versions_have_an_order() {
        assert!(order("1.35.6-gke.1250000") > order("1.35.6-gke.1127000"));
        assert!(order("1.34.9-gke.1131000") < order("1.35.5-gke.1"));
        assert_eq!(order("1.35"), None);
    }
}
