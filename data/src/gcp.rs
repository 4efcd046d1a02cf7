//! Google Compute Engine: shapes of machine types, what holds of whole series, and Linux prices by region, on demand
//! and Spot.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use serde::{Deserialize, Deserializer};

use crate::table;

/// The folder of its tables.
pub(crate) const CLOUD: &str = "gcp";

/// What a machine type has.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Shape {
    /// Its name: `n2-standard-4`.
    #[serde(rename = "type")]
    pub name: String,
    /// Virtual processors that it shows.
    pub vcpu: u32,
    /// Millicores that it is charged for, which are fewer where processors are shared: an `e2-medium` shows 2 and has 1.
    pub billed_milli: u32,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// `x86_64` or `arm64`.
    pub arch: String,
    /// Thousandths of graphics or accelerator devices: a `g4-standard-6` has an eighth of one.
    pub gpu_milli: u32,
    /// Which ones: `nvidia-l4`.
    pub accelerator: Option<String>,
}

/// What holds of a whole series.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Family {
    /// Its name: `n2`.
    pub family: String,
    /// Whether it is for anything, and not for something that few need.
    #[serde(deserialize_with = "yes")]
    pub general: bool,
    /// The disks it boots from; `None` where we do not know.
    pub disks: Option<Disks>,
    /// Per cent that a machine costs less when it runs for a whole month.
    pub sustained_percent: u8,
}

/// Kinds of boot disks that a series takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Disks {
    /// Persistent disks: `pd-balanced`.
    Pd,
    /// Hyperdisks alone: `hyperdisk-balanced`.
    Hyperdisk,
    /// Either.
    Both,
}

/// What an hour of a machine type costs in one region.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Price {
    /// The machine type.
    #[serde(rename = "type")]
    pub name: String,
    /// Micro-dollars an hour on demand, before any discount.
    pub usd_micros: u64,
    /// Micro-dollars an hour as a Spot machine on the day it was read; it may change once a month.
    pub spot_micros: Option<u64>,
    /// When the source was read.
    pub as_of: String,
    /// Code of the source, for [`source`].
    pub source: String,
    /// `y` or `n` where it is known whether the region sells it.
    pub offered: Option<String>,
}

/// A machine type that a region sells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What it has.
    pub shape: &'static Shape,
    /// What it costs there.
    pub price: &'static Price,
}

fn yes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(String::deserialize(deserializer)? == "y")
}

/// The series of a machine type: `n2` of `n2-standard-4`.
#[must_use]
pub fn series(name: &str) -> &str {
    name.split_once('-').map_or(name, |(series, _)| series)
}

/// What holds of the series of a machine type; `None` for a series that the tables do not have.
#[must_use]
pub fn family(name: &str) -> Option<&'static Family> {
    static ALL: LazyLock<Vec<Family>> = LazyLock::new(|| table::rows(CLOUD, "families"));
    let series = series(name);
    ALL.iter().find(|family| family.family == series)
}

impl Shape {
    /// Whether its cores are shared with other machines: `e2-medium`, `f1-micro` have no class in their names.
    #[must_use]
    pub fn shares_cores(&self) -> bool {
        self.name.matches('-').count() < 2
    }

    /// Whether it does for anything, so that it may be chosen without being named: no accelerator, whole processors, no bare
    /// metal, of a general series.
    #[must_use]
    pub fn is_general(&self) -> bool {
        !self.shares_cores()
            && self.gpu_milli == 0
            && !self.name.ends_with("-metal")
            && family(&self.name).is_some_and(|family| family.general)
    }
}

impl Price {
    /// Nano-dollars an hour of a machine that runs for the whole month, after the discount that Google gives for that by itself.
    #[must_use]
    pub fn month_nanos(&self) -> u64 {
        let off = family(&self.name).map_or(0, |family| u64::from(family.sustained_percent));
        // A per cent of a micro-dollar is ten nano-dollars: nothing is rounded.
        self.usd_micros * 10 * (100 - off.min(100))
    }
}

/// All shapes, by name. Read once, when first asked for.
#[must_use]
pub fn shapes() -> &'static [Shape] {
    static ALL: LazyLock<Vec<Shape>> = LazyLock::new(|| table::rows(CLOUD, "shapes"));
    &ALL
}

/// The shape of a machine type.
#[must_use]
pub fn shape(name: &str) -> Option<&'static Shape> {
    shapes().iter().find(|shape| shape.name == name)
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

/// What a region sells, as far as is known: the cheapest month first, equal ones by name.
#[must_use]
pub fn offers(region: &str) -> Vec<Offer> {
    let shapes: BTreeMap<&str, &'static Shape> = shapes()
        .iter()
        .map(|shape| (shape.name.as_str(), shape))
        .collect();
    let prices = prices(region).unwrap_or_default().iter();
    let sold = prices.filter(|price| price.offered.as_deref() != Some("n"));
    let mut offers: Vec<Offer> = sold
        .filter_map(|price| {
            let shape = shapes.get(price.name.as_str())?;
            Some(Offer { shape, price })
        })
        .collect();
    offers.sort_by_key(|offer| (offer.price.month_nanos(), &offer.shape.name));
    offers
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

    fn price(region: &str, name: &str) -> &'static Price {
        let mut all = prices(region).unwrap().iter();
        all.find(|price| price.name == name).unwrap()
    }

    #[test]
    fn every_row_of_every_table_parses_and_has_a_shape_and_a_source() {
        let lines = |name| table::text(CLOUD, name).lines().count() - 1;
        assert_eq!(shapes().len(), lines("shapes"));
        assert_eq!(
            table::rows::<Family>(CLOUD, "families").len(),
            lines("families")
        );
        for shape in shapes() {
            assert!(family(&shape.name).is_some(), "{}", shape.name);
            assert_eq!(
                shape.gpu_milli > 0,
                shape.accelerator.is_some(),
                "{}",
                shape.name
            );
        }
        assert_eq!(regions().count(), 43);
        let names: BTreeSet<&str> = shapes().iter().map(|shape| shape.name.as_str()).collect();
        for region in regions() {
            let prices = prices(region).unwrap();
            assert_eq!(prices.len(), lines(region), "{region}");
            for price in prices {
                assert!(
                    names.contains(price.name.as_str()),
                    "{region} {}",
                    price.name
                );
                assert!(
                    sources().contains_key(&price.source),
                    "{region} {}",
                    price.name
                );
                assert!(
                    price.usd_micros > 0 && price.spot_micros != Some(0),
                    "{price:?}"
                );
            }
        }
    }

    #[test]
    fn known_figures() {
        assert_eq!(price("us-central1", "e2-standard-2").usd_micros, 67_011);
        assert_eq!(
            price("us-central1", "e2-standard-2").month_nanos(),
            67_011_000
        );
        // 20 and 30 per cent off for a whole month.
        assert_eq!(price("us-central1", "n2-standard-4").usd_micros, 194_236);
        assert_eq!(
            price("us-central1", "n2-standard-4").month_nanos(),
            155_388_800
        );
        assert_eq!(
            price("us-central1", "n1-standard-4").month_nanos(),
            132_999_300
        );
        assert_eq!(
            price("us-central1", "n2-standard-4").spot_micros,
            Some(92_120)
        );
        let medium = shape("e2-medium").unwrap();
        assert_eq!((medium.vcpu, medium.billed_milli), (2, 1000));
        assert_eq!(
            family("c4-standard-4").unwrap().disks,
            Some(Disks::Hyperdisk)
        );
        assert!(prices("us-east-1").is_none() && source("s1").is_some());
    }

    #[test]
    fn a_region_is_chosen_from_by_what_a_month_costs() {
        let offers = offers("europe-west1");
        assert!(offers.len() > 100, "{}", offers.len());
        assert!(offers.is_sorted_by_key(|offer| offer.price.month_nanos()));
        assert!(
            offers
                .iter()
                .all(|offer| offer.price.offered.as_deref() == Some("y"))
        );
        assert!(super::offers("mars-north1").is_empty());
    }

    #[test]
    fn what_few_need_is_not_chosen_unnamed() {
        for (name, general) in [
            ("e2-standard-2", true),
            ("t2a-standard-4", true),
            ("c3-standard-4-lssd", true),
            ("e2-medium", false),
            ("f1-micro", false),
            ("g2-standard-4", false),
            ("m1-ultramem-40", false),
            ("c3-standard-192-metal", false),
            ("custom-1-7680-ext", false),
        ] {
            assert_eq!(shape(name).unwrap().is_general(), general, "{name}");
        }
    }
}
