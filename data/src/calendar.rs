//! Until when the platforms support a Kubernetes minor.
//!
//! EKS: "Amazon EKS Kubernetes release calendar" (docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html), as of
//! August 2026. GKE: the release schedule (cloud.google.com/kubernetes-engine/docs/release-schedule) as kept by
//! endoflife.date, February 2026: a minor has standard support for 14 months from its day in the Regular channel, and 24
//! months altogether in the Extended channel. Google calls days to come estimates. The schedule's day for the end of 1.34
//! breaks that rule there, so the rule's day stands.

/// One minor and its dates, written as `2026-07-29`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// Its name: `1.35`.
    pub name: &'static str,
    /// The day on which it was offered; on GKE in the Regular channel.
    pub released: &'static str,
    /// The last day of standard support.
    pub standard: &'static str,
    /// The last day of extended support, which costs more.
    pub extended: &'static str,
}

const fn minor(
    name: &'static str,
    released: &'static str,
    standard: &'static str,
    extended: &'static str,
) -> Lifetime {
    Lifetime {
        name,
        released,
        standard,
        extended,
    }
}

/// When the table of EKS was looked up.
pub const EKS_AS_OF: &str = "2026-08";

/// Minors of EKS, newest first.
pub const EKS: &[Lifetime] = &[
    minor("1.36", "2026-06-02", "2027-08-02", "2028-08-02"),
    minor("1.35", "2026-01-28", "2027-03-27", "2028-03-27"),
    minor("1.34", "2025-10-06", "2026-12-02", "2027-12-02"),
    minor("1.33", "2025-05-28", "2026-07-29", "2027-07-29"),
    minor("1.32", "2025-01-25", "2026-03-23", "2027-03-23"),
    minor("1.31", "2024-09-26", "2025-11-26", "2026-11-26"),
];

/// When the table of GKE was looked up.
pub const GKE_AS_OF: &str = "2026-02";

/// Minors of GKE, newest first. What came after the table was looked up is not in it.
pub const GKE: &[Lifetime] = &[
    minor("1.35", "2026-02-11", "2027-04-11", "2028-02-11"),
    minor("1.34", "2025-09-30", "2026-11-30", "2027-09-30"),
    minor("1.33", "2025-06-03", "2026-08-03", "2027-06-03"),
    minor("1.32", "2025-02-11", "2026-04-11", "2027-02-11"),
    minor("1.31", "2024-10-25", "2026-01-16", "2026-10-25"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minors_are_newest_first_and_their_days_in_order() {
        for table in [EKS, GKE] {
            assert!(table.is_sorted_by(|a, b| a.name > b.name && a.standard > b.standard));
            for minor in table {
                let days = [minor.released, minor.standard, minor.extended];
                assert!(
                    days.is_sorted() && days.iter().all(|day| day.len() == 10),
                    "{minor:?}"
                );
            }
        }
    }
}
