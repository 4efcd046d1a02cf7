//! Which rule of a listener is looked at first.
//!
//! The most specific one must come first: an exact host before a pattern, a pattern before none, a longer path before a
//! shorter one. So each degree has a band of priorities of its own, which follows from host and path alone: a rule that
//! is added moves no other. Inside a band order means nothing, since no two of its rules fit one request unless
//! they are patterns of the same length; a rule takes the first free priority from a place that its digest gives, so that
//! it gets the same one again, and goes around those of others.

use std::collections::BTreeSet;

use provision_core::model::digest8;

/// Longest path, and longest host, that a condition takes (CreateRule).
pub(crate) const LONGEST: usize = 128;

/// Paths have one of so many lengths.
const LENGTHS: i64 = 129;

/// Patterns of hosts are told apart by so many numbers of labels.
const LABELS: i64 = 8;

/// Room in a band, by the sort of host.
const EXACT: i64 = 128;
const PATTERN: i64 = 24;
const NONE: i64 = 64;

/// The first priority of each sort.
const EXACT_FROM: i64 = 1;
const PATTERN_FROM: i64 = EXACT_FROM + LENGTHS * EXACT;
const NONE_FROM: i64 = PATTERN_FROM + LABELS * LENGTHS * PATTERN;
/// The first one that is in no band.
const END: i64 = NONE_FROM + LENGTHS * NONE;

/// The first priority of the band of a host and a path.
pub(crate) fn rank(host: Option<&str>, path: Option<&str>) -> i64 {
    let path = path.unwrap_or_default().trim_end_matches('/');
    let longest = i64::try_from(LONGEST).unwrap_or(LENGTHS - 1);
    let length = i64::try_from(path.chars().count()).unwrap_or(longest);
    let behind = longest - length.min(longest);
    match host {
        None => NONE_FROM + behind * NONE,
        Some(host) if host.contains(['*', '?']) => {
            let labels = i64::try_from(host.split('.').count()).unwrap_or(LABELS);
            let less = LABELS - labels.clamp(1, LABELS);
            PATTERN_FROM + (less * LENGTHS + behind) * PATTERN
        }
        Some(_) => EXACT_FROM + behind * EXACT,
    }
}

/// Room in the band that begins there.
const fn width(rank: i64) -> i64 {
    match rank {
        rank if rank < PATTERN_FROM => EXACT,
        rank if rank < NONE_FROM => PATTERN,
        _ => NONE,
    }
}

/// The first priority of the band in which a priority lies; itself where it lies in none.
pub(super) fn rank_of(priority: i64) -> i64 {
    let from = match priority {
        _ if !(EXACT_FROM..END).contains(&priority) => return priority,
        _ if priority < PATTERN_FROM => EXACT_FROM,
        _ if priority < NONE_FROM => PATTERN_FROM,
        _ => NONE_FROM,
    };
    let width = width(priority);
    from + (priority - from) / width * width
}

/// A free priority of a band; `None` when it is full.
pub(super) fn choose(rank: i64, key: &str, taken: &BTreeSet<i64>) -> Option<i64> {
    let width = width(rank);
    let digest = i64::from_str_radix(&digest8(&[key]), 16).unwrap_or_default();
    (0..width)
        .map(|step| rank + (digest + step) % width)
        .find(|priority| !taken.contains(priority))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_more_specific_comes_first() {
        let order = [
            (Some("shop.example"), Some("/api/v2")),
            (Some("shop.example"), Some("/api")),
            (Some("shop.example"), None),
            (Some("*.eu.shop.example"), None),
            (Some("*.shop.example"), Some("/api")),
            (Some("*.shop.example"), Some("/")),
            (None, Some("/api/v2")),
            (None, Some("/api/")),
            (None, Some("/")),
        ];
        let ranks: Vec<i64> = order
            .iter()
            .map(|(host, path)| rank(*host, *path))
            .collect();
        assert!(ranks.is_sorted_by(|one, next| one < next), "{ranks:?}");
        const { assert!(END <= 50_000) };
        let deep = "a.".repeat(20) + "*";
        let long = "/".to_owned() + &"x".repeat(200);
        assert_eq!(rank(Some(&deep), Some(&long)), PATTERN_FROM);
    }

    #[test]
    fn every_priority_of_a_band_tells_its_band() {
        for (host, path) in [
            (Some("shop.example"), Some("/api")),
            (Some("*.shop.example"), None),
            (None, Some("/")),
        ] {
            let rank = rank(host, path);
            for priority in rank..rank + width(rank) {
                assert_eq!(rank_of(priority), rank);
            }
            assert_ne!(rank_of(rank + width(rank)), rank);
            assert_ne!(rank_of(rank - 1), rank);
        }
        assert_eq!(rank_of(50_000), 50_000);
    }

    #[test]
    fn a_rule_gets_the_same_place_and_goes_around_others() {
        let rank = rank(None, Some("/api"));
        let first = choose(rank, "/api", &BTreeSet::new()).unwrap();
        assert_eq!(choose(rank, "/api", &BTreeSet::new()), Some(first));
        let other = choose(rank, "/api", &BTreeSet::from([first])).unwrap();
        assert_ne!(other, first);
        assert_eq!(rank_of(other), rank);
        let all = (rank..rank + width(rank)).collect();
        assert_eq!(choose(rank, "/api", &all), None);
    }
}
