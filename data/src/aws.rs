//! Amazon EC2: shapes of machine types, and on-demand Linux prices by region.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use serde::Deserialize;
use serde::de::DeserializeOwned;

const SHAPES: &str = include_str!("../prices/aws/shapes.csv");
const SOURCES: &str = include_str!("../prices/aws/sources.csv");
const REGIONS: &[(&str, &str)] = &[
    ("af-south-1", include_str!("../prices/aws/af-south-1.csv")),
    ("ap-east-1", include_str!("../prices/aws/ap-east-1.csv")),
    (
        "ap-northeast-1",
        include_str!("../prices/aws/ap-northeast-1.csv"),
    ),
    (
        "ap-northeast-2",
        include_str!("../prices/aws/ap-northeast-2.csv"),
    ),
    (
        "ap-northeast-3",
        include_str!("../prices/aws/ap-northeast-3.csv"),
    ),
    ("ap-south-1", include_str!("../prices/aws/ap-south-1.csv")),
    ("ap-south-2", include_str!("../prices/aws/ap-south-2.csv")),
    (
        "ap-southeast-1",
        include_str!("../prices/aws/ap-southeast-1.csv"),
    ),
    (
        "ap-southeast-2",
        include_str!("../prices/aws/ap-southeast-2.csv"),
    ),
    (
        "ap-southeast-3",
        include_str!("../prices/aws/ap-southeast-3.csv"),
    ),
    (
        "ap-southeast-4",
        include_str!("../prices/aws/ap-southeast-4.csv"),
    ),
    (
        "ca-central-1",
        include_str!("../prices/aws/ca-central-1.csv"),
    ),
    (
        "eu-central-1",
        include_str!("../prices/aws/eu-central-1.csv"),
    ),
    (
        "eu-central-2",
        include_str!("../prices/aws/eu-central-2.csv"),
    ),
    ("eu-north-1", include_str!("../prices/aws/eu-north-1.csv")),
    ("eu-south-1", include_str!("../prices/aws/eu-south-1.csv")),
    ("eu-south-2", include_str!("../prices/aws/eu-south-2.csv")),
    ("eu-west-1", include_str!("../prices/aws/eu-west-1.csv")),
    ("eu-west-2", include_str!("../prices/aws/eu-west-2.csv")),
    ("eu-west-3", include_str!("../prices/aws/eu-west-3.csv")),
    (
        "il-central-1",
        include_str!("../prices/aws/il-central-1.csv"),
    ),
    (
        "me-central-1",
        include_str!("../prices/aws/me-central-1.csv"),
    ),
    ("me-south-1", include_str!("../prices/aws/me-south-1.csv")),
    ("sa-east-1", include_str!("../prices/aws/sa-east-1.csv")),
    ("us-east-1", include_str!("../prices/aws/us-east-1.csv")),
    ("us-east-2", include_str!("../prices/aws/us-east-2.csv")),
    (
        "us-gov-east-1",
        include_str!("../prices/aws/us-gov-east-1.csv"),
    ),
    (
        "us-gov-west-1",
        include_str!("../prices/aws/us-gov-west-1.csv"),
    ),
    ("us-west-1", include_str!("../prices/aws/us-west-1.csv")),
    ("us-west-2", include_str!("../prices/aws/us-west-2.csv")),
];

/// What a machine type has.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Shape {
    /// Its name: `m7i.large`.
    #[serde(rename = "type")]
    pub name: String,
    /// Virtual processors.
    pub vcpu: u32,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// `x86_64` or `arm64`.
    pub arch: String,
    /// Graphics or accelerator devices.
    pub gpus: u32,
    /// Most pods that network interfaces allow, where known.
    pub max_pods: Option<u32>,
}

/// What an hour of a machine type costs in one region.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Price {
    /// The machine type.
    #[serde(rename = "type")]
    pub name: String,
    /// Micro-dollars an hour, on demand, Linux, shared tenancy.
    pub usd_micros: u64,
    /// When the source was read: a date, or a span of months.
    pub as_of: String,
    /// Code of the source, for [`source`].
    pub source: String,
    /// `observed`, or how it was derived.
    pub quality: String,
    /// `y` or `n` where it is known whether the region still sells it.
    pub offered: Option<String>,
}

#[derive(Deserialize)]
struct Source {
    code: String,
    source: String,
}

/// Rows of a table. The tables are compiled in and a test reads each of them, so a row that does not parse
/// cannot be in a released binary.
pub(crate) fn rows<T: DeserializeOwned>(table: &str) -> Vec<T> {
    csv::Reader::from_reader(table.as_bytes())
        .deserialize()
        .filter_map(Result::ok)
        .collect()
}

/// All shapes, by name. Read once, when first asked for.
#[must_use]
pub fn shapes() -> &'static [Shape] {
    static ALL: LazyLock<Vec<Shape>> = LazyLock::new(|| rows(SHAPES));
    &ALL
}

/// Regions that have a shard, in order.
pub fn regions() -> impl Iterator<Item = &'static str> {
    REGIONS.iter().map(|(name, _)| *name)
}

/// Prices of one region, by machine type; `None` where we have no shard. A shard is read once, when first asked for.
#[must_use]
pub fn prices(region: &str) -> Option<&'static [Price]> {
    static SHARDS: LazyLock<Vec<OnceLock<Vec<Price>>>> =
        LazyLock::new(|| REGIONS.iter().map(|_| OnceLock::new()).collect());
    let at = REGIONS.iter().position(|(name, _)| *name == region)?;
    let shard = SHARDS.get(at)?;
    Some(shard.get_or_init(|| rows(REGIONS[at].1)))
}

/// What all source codes stand for.
pub(crate) fn sources() -> BTreeMap<String, String> {
    let rows = rows::<Source>(SOURCES).into_iter();
    rows.map(|row| (row.code, row.source)).collect()
}

/// What a source code stands for.
#[must_use]
pub fn source(code: &str) -> Option<String> {
    rows::<Source>(SOURCES)
        .into_iter()
        .find(|row| row.code == code)
        .map(|row| row.source)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_of_every_table_parses_and_has_a_shape_and_a_source() {
        let shapes: BTreeSet<String> = shapes().iter().map(|shape| shape.name.clone()).collect();
        assert_eq!(shapes.len(), SHAPES.lines().count() - 1);
        let sources: BTreeSet<String> = rows::<Source>(SOURCES)
            .into_iter()
            .map(|row| row.code)
            .collect();
        for (region, table) in REGIONS {
            let prices = prices(region).unwrap();
            assert_eq!(prices.len(), table.lines().count() - 1, "{region}");
            for price in prices {
                assert!(shapes.contains(&price.name), "{region} {}", price.name);
                assert!(sources.contains(&price.source), "{region} {}", price.name);
                assert!(price.usd_micros > 0, "{region} {}", price.name);
            }
        }
    }

    #[test]
    fn known_figures() {
        let price = |region, name: &str| {
            prices(region)
                .unwrap()
                .iter()
                .find(|price| price.name == name)
                .unwrap()
                .usd_micros
        };
        assert_eq!(price("us-east-1", "m5.large"), 96_000);
        assert_eq!(price("us-east-1", "m7i.large"), 100_800);
        assert!(prices("mars-north-1").is_none());
        assert!(source("s1").is_some());
    }
}
