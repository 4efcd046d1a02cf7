//! Kubernetes versions that EKS has.
//!
//! Dates: EKS Kubernetes release calendar, and a recorded answer of DescribeClusterVersions.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::common::{invalid, listing, page, stamp};
use crate::aws::{Call, Outcome};

/// A Kubernetes minor of EKS.
pub(super) struct Version {
    /// Its second number.
    pub(super) minor: u16,
    patch: u16,
    platform: &'static str,
    released: Date,
    standard_ends: Date,
    extended_ends: Date,
}

const fn version(
    minor: u16,
    patch: u16,
    platform: &'static str,
    released: Date,
    standard_ends: Date,
    extended_ends: Date,
) -> Version {
    Version {
        minor,
        patch,
        platform,
        released,
        standard_ends,
        extended_ends,
    }
}

/// Oldest first.
const VERSIONS: &[Version] = &[
    version(
        31,
        14,
        "eks.47",
        date(2024, 9, 26),
        date(2025, 11, 26),
        date(2026, 11, 26),
    ),
    version(
        32,
        10,
        "eks.31",
        date(2025, 1, 23),
        date(2026, 3, 23),
        date(2027, 3, 23),
    ),
    version(
        33,
        6,
        "eks.24",
        date(2025, 5, 29),
        date(2026, 7, 29),
        date(2027, 7, 29),
    ),
    version(
        34,
        2,
        "eks.10",
        date(2025, 10, 2),
        date(2026, 12, 2),
        date(2027, 12, 2),
    ),
    version(
        35,
        2,
        "eks.6",
        date(2026, 1, 27),
        date(2027, 3, 27),
        date(2028, 3, 27),
    ),
    version(
        36,
        1,
        "eks.3",
        date(2026, 6, 2),
        date(2027, 8, 2),
        date(2028, 8, 2),
    ),
];

/// The minor that a cluster gets when none is asked for.
const DEFAULT: u16 = 35;

impl Version {
    /// `1.34`.
    pub(super) fn name(&self) -> String {
        format!("1.{}", self.minor)
    }

    /// `eks.10`.
    pub(super) fn platform(&self) -> &'static str {
        self.platform
    }

    fn status(&self, now: Timestamp) -> &'static str {
        if now < moment(self.standard_ends) {
            "STANDARD_SUPPORT"
        } else if now < moment(self.extended_ends) {
            "EXTENDED_SUPPORT"
        } else {
            "UNSUPPORTED"
        }
    }

    fn json(&self, now: Timestamp) -> Value {
        json!({
            "clusterVersion": self.name(),
            "clusterType": "eks",
            "defaultPlatformVersion": self.platform,
            "defaultVersion": self.minor == DEFAULT,
            "releaseDate": stamp(moment(self.released)),
            "endOfStandardSupportDate": stamp(moment(self.standard_ends)),
            "endOfExtendedSupportDate": stamp(moment(self.extended_ends)),
            "status": self.status(now),
            "versionStatus": self.status(now),
            "kubernetesPatchVersion": format!("1.{}.{}", self.minor, self.patch),
        })
    }
}

fn moment(day: Date) -> Timestamp {
    day.to_zoned_datetime(TimeZone::UTC)
        .map(|midnight| midnight.timestamp())
        .unwrap_or_default()
}

/// The version of a name, when EKS still makes clusters of it.
pub(super) fn supported(name: &str, now: Timestamp) -> Option<&'static Version> {
    VERSIONS
        .iter()
        .find(|version| version.name() == name && version.status(now) != "UNSUPPORTED")
}

/// Whether there is such a version.
pub(super) fn is_known(name: &str) -> bool {
    VERSIONS.iter().any(|version| version.name() == name)
}

/// Whether a version is in extended support.
pub(super) fn is_extended(name: &str, now: Timestamp) -> bool {
    let mut all = VERSIONS.iter();
    all.any(|version| version.name() == name && version.status(now) == "EXTENDED_SUPPORT")
}

/// Every version that EKS still makes clusters of, oldest first.
pub(super) fn all_supported(now: Timestamp) -> Vec<&'static Version> {
    let supported = |version: &&Version| version.status(now) != "UNSUPPORTED";
    VERSIONS.iter().filter(supported).collect()
}

/// The name of the default version.
pub(super) fn default() -> String {
    format!("1.{DEFAULT}")
}

/// The second number of `1.34`.
pub(super) fn minor(name: &str) -> Option<u16> {
    name.strip_prefix("1.")?.parse().ok()
}

/// The day of the newest node image of a version, as release versions have it: `20251002`.
pub(super) fn release_day(name: &str) -> String {
    let released = VERSIONS
        .iter()
        .find(|version| version.name() == name)
        .map_or(date(2024, 1, 1), |version| version.released);
    released
        .saturating_add(14.days())
        .strftime("%Y%m%d")
        .to_string()
}

/// The patch of a version: `1.34.2`.
pub(super) fn patch(name: &str) -> String {
    let patch = VERSIONS
        .iter()
        .find(|version| version.name() == name)
        .map_or(0, |version| version.patch);
    format!("{name}.{patch}")
}

/// DescribeClusterVersions. Newest first; those that are supported, without a wish.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let now = call.now();
    let asked = |name: &str| call.params.get(name);
    let wish = asked("versionStatus").or(asked("status")).map(status_word);
    if let Some(kind) = asked("clusterType").filter(|kind| *kind != "eks") {
        return Err(invalid(format!("The cluster type {kind} is not valid.")));
    }
    let named = call.params.all("clusterVersions");
    let fits = |version: &&Version| {
        let status = version.status(now);
        let listed = asked("includeAll") == Some("true") || !named.is_empty() || wish.is_some();
        (named.is_empty() || named.contains(&version.name()))
            && wish.as_ref().is_none_or(|wish| wish == status)
            && (listed || status != "UNSUPPORTED")
            && (asked("defaultOnly") != Some("true") || version.minor == DEFAULT)
    };
    let rows: Vec<&Version> = VERSIONS.iter().rev().filter(fits).collect();
    let (rows, next) = page(call, rows, |version| format!("{:04}", 9999 - version.minor))?;
    let rows: Vec<Value> = rows.iter().map(|version| version.json(now)).collect();
    listing("clusterVersions", &rows, next)
}

/// `status` is the old spelling of `versionStatus`: `standard-support`.
fn status_word(word: &str) -> String {
    word.to_ascii_uppercase().replace('-', "_")
}
