//! The list prices of a region, whichever cloud it is of, in one form: machines and everything else.
//!
//! Names of regions are a cloud's own (`us-east-1`, `us-east1`), so a region tells its cloud.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::{aws, gcp, table};

/// What one unit of something costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPrice {
    /// What: `eks.cluster`, `ec2.instance.m5.large`, `gce.instance.e2-standard-2`.
    pub item: String,
    /// The unit: `hour`, `GB-month`.
    pub unit: Cow<'static, str>,
    /// Nano-dollars a unit.
    pub nanos: u64,
    /// When the source was read, as exactly as is known. `collected 2026-11-23` where the source bears no date: it was true
    /// on that day at the latest.
    pub as_of: String,
    /// Where it was read.
    pub source: String,
    /// How sure it is: `high`, `medium`, `derived`; of machines `observed`, or how it was derived.
    pub quality: String,
}

/// How sure a price is that was read from the cloud's own list.
pub const REFRESHED: &str = "refreshed";

/// What was read of a cloud's own list for one region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceList {
    /// The prices, by item.
    pub prices: Vec<ListPrice>,
    /// Items that were there and could not be told, with why.
    pub unclear: BTreeMap<String, String>,
}

/// Clouds that have prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cloud {
    /// Amazon Web Services.
    Aws,
    /// Google Cloud.
    Gcp,
}

/// Stands for every commercial region that has no row of its own.
const ANY: &str = "*";

/// A row of `services.csv`.
#[derive(Deserialize)]
struct Row {
    item: String,
    region: String,
    unit: String,
    usd_nanos: u64,
    as_of: String,
    source: String,
    confidence: String,
}

/// The prices of everything of a cloud that is no machine.
struct Services {
    rows: Vec<Row>,
    sources: BTreeMap<String, String>,
}

impl Cloud {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Aws, Self::Gcp];

    /// Its word: `aws`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Aws => aws::CLOUD,
            Self::Gcp => gcp::CLOUD,
        }
    }

    /// Its regions with prices of machines, in order.
    pub fn regions(self) -> impl Iterator<Item = &'static str> {
        table::regions(self.word())
    }

    /// The cloud of a region that we know something of.
    #[must_use]
    pub fn of(region: &str) -> Option<Self> {
        let machines = |cloud: &Self| cloud.regions().any(|name| name == region);
        let others = |cloud: &Self| {
            let mut rows = cloud.services().rows.iter();
            region != ANY && rows.any(|row| row.region == region)
        };
        let by = |known: &dyn Fn(&Self) -> bool| Self::ALL.into_iter().find(known);
        by(&machines).or_else(|| by(&others))
    }

    /// Read once, when first asked for.
    fn services(self) -> &'static Services {
        static AWS: LazyLock<Services> = LazyLock::new(|| Services::read(aws::CLOUD));
        static GCP: LazyLock<Services> = LazyLock::new(|| Services::read(gcp::CLOUD));
        match self {
            Self::Aws => &AWS,
            Self::Gcp => &GCP,
        }
    }
}

impl Services {
    fn read(cloud: &str) -> Self {
        Self {
            rows: table::rows(cloud, "services"),
            sources: table::sources(cloud, "service_sources"),
        }
    }
}

/// Whether an item is a machine on demand.
#[must_use]
pub fn is_machine(item: &str) -> bool {
    ["ec2.instance.", "gce.instance.", "gce.sustained."]
        .iter()
        .any(|kind| item.starts_with(kind))
}

/// All prices of a region, by item. Empty for a region that we know nothing of.
#[must_use]
pub fn list_prices(region: &str) -> Vec<ListPrice> {
    let Some(cloud) = Cloud::of(region) else {
        return Vec::new();
    };
    let mut all: Vec<ListPrice> = services(cloud, region).collect();
    match cloud {
        Cloud::Aws => all.extend(ec2(region)),
        Cloud::Gcp => all.extend(gce(region)),
    }
    all.sort_by(|a, b| a.item.cmp(&b.item));
    all
}

/// The unit of an item that a cloud sells somewhere, whether or not we have its price of a certain region.
#[must_use]
pub fn unit(cloud: Cloud, item: &str) -> Option<&'static str> {
    let mut rows = cloud.services().rows.iter();
    if let Some(row) = rows.find(|row| row.item == item) {
        return Some(&row.unit);
    }
    let sold = match cloud {
        Cloud::Aws => {
            let name = item.strip_prefix("ec2.instance.")?;
            aws::shapes().iter().any(|shape| shape.name == name)
        }
        Cloud::Gcp => {
            let kinds = ["gce.instance.", "gce.spot."];
            let name = kinds.iter().find_map(|kind| item.strip_prefix(kind))?;
            gcp::shapes().iter().any(|shape| shape.name == name)
        }
    };
    sold.then_some("hour")
}

/// Nano-dollars a unit of something that is no machine; `None` where we have no price of it.
#[must_use]
pub fn service_nanos(region: &str, item: &str) -> Option<u64> {
    let rows = service_rows(Cloud::of(region)?, region, |row| row.item == item);
    rows.get(item).map(|row| row.usd_nanos)
}

/// The region's own rows, and where it has none those of all commercial regions.
fn service_rows(
    cloud: Cloud,
    region: &str,
    counts: impl Fn(&Row) -> bool,
) -> BTreeMap<&'static str, &'static Row> {
    let commercial = !region.starts_with("us-gov-") && !region.starts_with("cn-");
    let mut rows: BTreeMap<&str, &Row> = BTreeMap::new();
    for row in cloud.services().rows.iter().filter(|row| counts(row)) {
        let (own, item) = (row.region == region, row.item.as_str());
        if own || (row.region == ANY && commercial && !rows.contains_key(item)) {
            rows.insert(item, row);
        }
    }
    rows
}

/// Prices of what is no machine.
fn services(cloud: Cloud, region: &str) -> impl Iterator<Item = ListPrice> + use<> {
    let sources = &cloud.services().sources;
    let rows = service_rows(cloud, region, |_| true);
    rows.into_values().map(|row| ListPrice {
        item: row.item.clone(),
        unit: Cow::Borrowed(row.unit.as_str()),
        nanos: row.usd_nanos,
        as_of: row.as_of.clone(),
        source: sources.get(&row.source).cloned().unwrap_or_default(),
        quality: row.confidence.clone(),
    })
}

/// Machines of EC2, on demand.
fn ec2(region: &str) -> impl Iterator<Item = ListPrice> + use<> {
    let prices = aws::prices(region).unwrap_or_default();
    prices.iter().map(|price| ListPrice {
        item: format!("ec2.instance.{}", price.name),
        unit: Cow::Borrowed("hour"),
        nanos: price.usd_micros * 1000,
        as_of: price.as_of.clone(),
        source: aws::source(&price.source).unwrap_or_default(),
        quality: price.quality.clone(),
    })
}

/// Machines of Compute Engine: on demand, on demand for whole months where that is cheaper by itself, and Spot.
fn gce(region: &str) -> impl Iterator<Item = ListPrice> + use<> {
    let prices = gcp::prices(region).unwrap_or_default();
    prices.iter().flat_map(|price| {
        let row = |kind: &str, nanos, quality: String| ListPrice {
            item: format!("gce.{kind}.{}", price.name),
            unit: Cow::Borrowed("hour"),
            nanos,
            as_of: price.as_of.clone(),
            source: gcp::source(&price.source).unwrap_or_default(),
            quality,
        };
        let (list, month) = (price.usd_micros * 1000, price.month_nanos());
        let observed = || "observed".to_owned();
        let sustained = (month < list).then(|| {
            let off = gcp::family(&price.name).map_or(0, |family| family.sustained_percent);
            row(
                "sustained",
                month,
                format!("derived: {off} % off for a whole month"),
            )
        });
        let spot = price
            .spot_micros
            .map(|micros| row("spot", micros * 1000, observed()));
        let all = [Some(row("instance", list, observed())), sustained, spot];
        all.into_iter().flatten()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn find(region: &str, item: &str) -> Option<ListPrice> {
        list_prices(region)
            .into_iter()
            .find(|price| price.item == item)
    }

    fn nanos(region: &str, item: &str) -> Option<u64> {
        find(region, item).map(|price| price.nanos)
    }

    #[test]
    fn every_row_parses_and_has_a_source() {
        for cloud in Cloud::ALL {
            let lines = table::text(cloud.word(), "services").lines().count();
            assert_eq!(cloud.services().rows.len(), lines - 1);
            for price in cloud.regions().flat_map(list_prices) {
                assert!(!price.source.is_empty(), "{price:?}");
                assert!(!price.as_of.is_empty(), "{price:?}");
                assert!(price.nanos > 0, "{price:?}");
            }
        }
    }

    #[test]
    fn known_figures() {
        assert_eq!(nanos("us-east-1", "eks.cluster"), Some(100_000_000));
        // On top of the standard fee.
        assert_eq!(
            nanos("us-east-1", "eks.cluster.extended"),
            Some(500_000_000)
        );
        assert_eq!(
            nanos("us-east-1", "ec2.instance.m5.large"),
            Some(96_000_000)
        );
        assert_eq!(nanos("eu-west-1", "vpc.nat"), Some(48_000_000));
        assert_eq!(nanos("eu-central-1", "vpc.nat"), Some(52_000_000));
        assert_eq!(nanos("eu-central-1", "vpc.nat.data"), Some(52_000_000));
    }

    #[test]
    fn known_figures_of_google_cloud() {
        let iowa = |item| nanos("us-central1", item);
        assert_eq!(iowa("gke.cluster"), Some(100_000_000));
        assert_eq!(iowa("gke.cluster.extended"), Some(500_000_000));
        assert_eq!(iowa("gke.credit"), Some(74_400_000_000));
        assert_eq!(iowa("gce.instance.n2-standard-4"), Some(194_236_000));
        assert_eq!(iowa("gce.sustained.n2-standard-4"), Some(155_388_800));
        assert_eq!(iowa("gce.spot.n2-standard-4"), Some(92_120_000));
        // No discount, so no second price.
        assert_eq!(iowa("gce.sustained.e2-standard-2"), None);
        assert_eq!(iowa("gke.autopilot.vcpu"), Some(44_500_000));
        assert_eq!(iowa("gce.disk.pd-balanced"), Some(100_000_000));
        // 32 machines reach the cap.
        assert_eq!(iowa("nat.vm").map(|each| each * 32), iowa("nat.gateway"));
        assert_eq!(iowa("secretmanager.version"), Some(60_000_000));
        // Nobody read it, and nothing stands in.
        assert_eq!(iowa("gce.disk.hyperdisk-balanced"), None);
        assert_eq!(nanos("europe-west1", "lb.rules"), None);
        assert_eq!(iowa("eks.cluster"), None);
        assert_eq!(nanos("us-east-1", "gke.cluster"), None);
    }

    #[test]
    fn what_bears_no_date_says_when_it_was_collected() {
        let price = find("sa-east-1", "fargate.vcpu").unwrap();
        assert_eq!(
            (price.nanos, price.as_of.as_str()),
            (69_600_000, "collected 2026-11-23")
        );
    }

    #[test]
    fn a_region_without_a_price_has_none() {
        assert_eq!(nanos("sa-east-1", "vpc.nat"), None);
        assert_eq!(nanos("sa-east-1", "vpc.ipv4"), Some(5_000_000));
        // What holds everywhere does not hold in a partition of its own.
        assert_eq!(nanos("us-gov-west-1", "vpc.ipv4"), None);
        // Too unsure to be shipped.
        assert_eq!(nanos("eu-central-1", "fargate.arm.vcpu"), None);
        // Nobody read what machines cost there.
        assert_eq!(nanos("ap-southeast-5", "eks.cluster"), Some(100_000_000));
        assert_eq!(nanos("ap-southeast-5", "ec2.instance.m5.large"), None);
        assert!(list_prices("mars-north-1").is_empty());
        assert!(list_prices("*").is_empty());
    }
}
