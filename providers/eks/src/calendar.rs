//! Which Kubernetes minors EKS runs, and how long it supports each.
//!
//! Source: "Amazon EKS Kubernetes release calendar" (docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html),
//! as of August 2026. A minor has standard support for 14 months, then extended support for 12 more at a higher price.
//! The account's own list, where it could be read, goes before this table.

use jiff::civil::Date;
use provision_core::contract::Facts;

/// One minor and its dates, written as `2026-07-29`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Minor {
    /// Its name: `1.35`.
    pub(crate) name: &'static str,
    /// The day on which EKS offered it.
    pub(crate) released: &'static str,
    /// The last day of standard support.
    pub(crate) standard: &'static str,
    /// The last day of extended support; then EKS upgrades the cluster by itself.
    pub(crate) extended: &'static str,
}

const fn minor(
    name: &'static str,
    released: &'static str,
    standard: &'static str,
    extended: &'static str,
) -> Minor {
    Minor {
        name,
        released,
        standard,
        extended,
    }
}

/// When this table was looked up.
pub(crate) const AS_OF: &str = "2026-08";

/// The minor for new clusters while the account's own default is not known: the newest but one, which add-ons and
/// tools have caught up with.
pub(crate) const DEFAULT: &str = "1.35";

/// Minors on offer, newest first.
pub(crate) const MINORS: &[Minor] = &[
    minor("1.36", "2026-06-02", "2027-08-02", "2028-08-02"),
    minor("1.35", "2026-01-28", "2027-03-27", "2028-03-27"),
    minor("1.34", "2025-10-06", "2026-12-02", "2027-12-02"),
    minor("1.33", "2025-05-28", "2026-07-29", "2027-07-29"),
    minor("1.32", "2025-01-25", "2026-03-23", "2027-03-23"),
    minor("1.31", "2024-09-26", "2025-11-26", "2026-11-26"),
];

/// The dates of a minor, where the table has it.
pub(crate) fn dates(name: &str) -> Option<&'static Minor> {
    MINORS.iter().find(|minor| minor.name == name)
}

/// The ends of a minor's standard and extended support: by the account's word, else by the table.
pub(crate) fn ends(name: &str, facts: Option<&Facts>) -> Option<(Date, Date)> {
    let said = facts.and_then(|facts| facts.extra.get(&key(name)));
    let said = said.and_then(|said| said.split_once(' '));
    let (standard, extended) = match (said, dates(name)) {
        (Some(said), _) => said,
        (None, Some(row)) => (row.standard, row.extended),
        (None, None) => return None,
    };
    Some((standard.parse().ok()?, extended.parse().ok()?))
}

/// What the account says of a minor, as a fact.
pub(crate) fn fact(name: &str, standard: &str, extended: &str) -> (String, String) {
    (key(name), format!("{standard} {extended}"))
}

fn key(name: &str) -> String {
    format!("eks.support.{name}")
}

/// The default first, the others newest first.
pub(crate) fn offered() -> Vec<String> {
    let rest = MINORS
        .iter()
        .map(|minor| minor.name)
        .filter(|name| *name != DEFAULT);
    std::iter::once(DEFAULT)
        .chain(rest)
        .map(str::to_owned)
        .collect()
}

/// A minor as numbers; `None` when it is none.
pub(crate) fn parts(name: &str) -> Option<(u32, u32)> {
    let (major, minor) = name.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Whether a minor is newer than all that the table knows.
pub(crate) fn is_newer(name: &str) -> bool {
    let newest = MINORS.first().and_then(|minor| parts(minor.name));
    parts(name) > newest
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn minors_go_down_and_each_has_a_year_of_extended_support() {
        for pair in MINORS.windows(2) {
            assert!(parts(pair[0].name) > parts(pair[1].name));
            assert!(date(pair[0].released) > date(pair[1].released));
            assert!(date(pair[0].standard) > date(pair[1].standard));
        }
        for minor in MINORS {
            let standard = date(minor.standard);
            assert_eq!(
                standard.saturating_add(jiff::Span::new().years(1)),
                date(minor.extended)
            );
            let months = (standard - date(minor.released)).get_days() / 30;
            assert!((13..=15).contains(&months), "{}: {months}", minor.name);
        }
    }

    #[test]
    fn the_default_is_offered_first_and_every_minor_once() {
        let offered = offered();
        assert_eq!(offered[0], DEFAULT);
        assert_eq!(offered.len(), MINORS.len());
        assert!(dates(DEFAULT).is_some());
        assert!(is_newer("1.99") && !is_newer("1.36") && !is_newer("1.9"));
    }
}
