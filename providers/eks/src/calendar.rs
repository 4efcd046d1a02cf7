//! Which Kubernetes minors EKS runs, and how long it supports each.
//!
//! The table and its source are in `provision_data::calendar`. A minor has standard support for 14 months, then extended support for 12 more at a higher price.
//! The account's own list, where it could be read, goes before this table.

use jiff::civil::Date;
use provision_core::contract::Facts;
use provision_core::model::Minor;
pub(crate) use provision_data::calendar::{EKS as MINORS, EKS_AS_OF as AS_OF, Lifetime};

/// The minor for new clusters while the account's own default is not known: the newest but one, which add-ons and
/// tools have caught up with.
pub(crate) const DEFAULT: &str = "1.35";

/// The dates of a minor, where the table has it.
pub(crate) fn dates(name: &str) -> Option<&'static Lifetime> {
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

/// Whether a minor is newer than all that the table knows.
pub(crate) fn is_newer(name: &str) -> bool {
    let newest = MINORS.first().and_then(|minor| Minor::of(minor.name));
    Minor::of(name) > newest
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
            assert!(Minor::of(pair[0].name) > Minor::of(pair[1].name));
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
