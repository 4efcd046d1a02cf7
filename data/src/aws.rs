//! Amazon EC2: shapes of machine types, and on-demand Linux prices by region.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use serde::Deserialize;

use crate::table;

/// The folder of its tables.
pub(crate) const CLOUD: &str = "aws";

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

/// All shapes, by name. Read once, when first asked for.
#[must_use]
pub fn shapes() -> &'static [Shape] {
    static ALL: LazyLock<Vec<Shape>> = LazyLock::new(|| table::rows(CLOUD, "shapes"));
    &ALL
}

/// Regions that have a shard, in order.
pub fn regions() -> impl Iterator<Item = &'static str> {
    table::regions(CLOUD)
}

/// Prices of one region, by machine type; `None` where we have no shard. A shard is read once, when first asked for.
#[must_use]
pub fn prices(region: &str) -> Option<&'static [Price]> {
    type Shards = BTreeMap<&'static str, OnceLock<Vec<Price>>>;
    static SHARDS: LazyLock<Shards> =
        LazyLock::new(|| regions().map(|name| (name, OnceLock::new())).collect());
    let shard = SHARDS.get(region)?;
    Some(shard.get_or_init(|| table::rows(CLOUD, region)))
}

/// What all source codes stand for.
pub(crate) fn sources() -> &'static BTreeMap<String, String> {
    static ALL: LazyLock<BTreeMap<String, String>> =
        LazyLock::new(|| table::sources(CLOUD, "sources"));
    &ALL
}

/// What a source code stands for.
#[must_use]
pub fn source(code: &str) -> Option<String> {
    sources().get(code).cloned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_of_every_table_parses_and_has_a_shape_and_a_source() {
        let shapes: BTreeSet<String> = shapes().iter().map(|shape| shape.name.clone()).collect();
        assert_eq!(
            shapes.len(),
            table::text(CLOUD, "shapes").lines().count() - 1
        );
        assert_eq!(regions().count(), 30);
        for region in regions() {
            let prices = prices(region).unwrap();
            let lines = table::text(CLOUD, region).lines().count();
            assert_eq!(prices.len(), lines - 1, "{region}");
            for price in prices {
                assert!(shapes.contains(&price.name), "{region} {}", price.name);
                assert!(
                    sources().contains_key(&price.source),
                    "{region} {}",
                    price.name
                );
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
