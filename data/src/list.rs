//! The list prices of a region, whichever cloud it is of, in one form: machines and everything else.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::aws;

/// What one unit of something costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPrice {
    /// What: `eks.cluster`, `ec2.instance.m5.large`.
    pub item: String,
    /// The unit: `hour`, `GB-month`.
    pub unit: Cow<'static, str>,
    /// Nano-dollars a unit.
    pub nanos: u64,
    /// When the source was read, as exactly as is known; `undated` where that is not.
    pub as_of: String,
    /// Where it was read.
    pub source: String,
    /// How sure it is: `high`, `medium`; of machines `observed`, or how it was derived.
    pub quality: String,
}

const AWS_SERVICES: &str = include_str!("../prices/aws/services.csv");
const AWS_SOURCES: &str = include_str!("../prices/aws/service_sources.csv");

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

#[derive(Deserialize)]
struct Source {
    code: String,
    source: String,
}

/// All prices of a region, by item. Empty for a region that we know nothing of.
#[must_use]
pub fn list_prices(region: &str) -> Vec<ListPrice> {
    let machines = aws::prices(region);
    let services = services(region, machines.is_some());
    let machines = machines.unwrap_or_default();
    let sources = aws::sources();
    let named = |code: &str| sources.get(code).cloned().unwrap_or_default();
    let machines = machines.iter().map(|price| ListPrice {
        item: format!("ec2.instance.{}", price.name),
        unit: Cow::Borrowed("hour"),
        nanos: price.usd_micros * 1000,
        as_of: price.as_of.clone(),
        source: named(&price.source),
        quality: price.quality.clone(),
    });
    let mut all: Vec<ListPrice> = machines.chain(services).collect();
    all.sort_by(|a, b| a.item.cmp(&b.item));
    all
}

/// Nano-dollars a unit of something that is no machine; `None` where we have no price of it.
#[must_use]
pub fn service_nanos(region: &str, item: &str) -> Option<u64> {
    let known = aws::prices(region).is_some();
    let rows = service_rows(region, known, |row| row.item == item);
    rows.get(item).map(|row| row.usd_nanos)
}

/// The region's own rows, and where it has none those of all commercial regions.
fn service_rows(
    region: &str,
    known: bool,
    counts: impl Fn(&Row) -> bool,
) -> BTreeMap<&'static str, &'static Row> {
    static ALL: LazyLock<Vec<Row>> = LazyLock::new(|| aws::rows(AWS_SERVICES));
    let known = known || ALL.iter().any(|row| row.region == region);
    let commercial = known && !region.starts_with("us-gov-") && !region.starts_with("cn-");
    let mut rows: BTreeMap<&str, &Row> = BTreeMap::new();
    for row in ALL.iter().filter(|row| counts(row)) {
        let (own, item) = (row.region == region, row.item.as_str());
        if own || (row.region == ANY && commercial && !rows.contains_key(item)) {
            rows.insert(item, row);
        }
    }
    rows
}

/// Prices of what is no machine.
fn services(region: &str, known: bool) -> impl Iterator<Item = ListPrice> + use<> {
    let rows = service_rows(region, known, |_| true);
    let sources = aws::rows::<Source>(AWS_SOURCES).into_iter();
    let sources: BTreeMap<String, String> = sources.map(|row| (row.code, row.source)).collect();
    rows.into_values().map(move |row| ListPrice {
        item: row.item.clone(),
        unit: Cow::Borrowed(row.unit.as_str()),
        nanos: row.usd_nanos,
        as_of: row.as_of.clone(),
        source: sources.get(&row.source).cloned().unwrap_or_default(),
        quality: row.confidence.clone(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn nanos(region: &str, item: &str) -> Option<u64> {
        let all = list_prices(region);
        all.iter()
            .find(|price| price.item == item)
            .map(|price| price.nanos)
    }

    #[test]
    fn every_row_parses_and_has_a_source() {
        let rows = aws::rows::<Row>(AWS_SERVICES);
        assert_eq!(rows.len(), AWS_SERVICES.lines().count() - 1);
        for price in aws::regions().flat_map(list_prices) {
            assert!(!price.source.is_empty(), "{price:?}");
            assert!(!price.as_of.is_empty(), "{price:?}");
            assert!(price.nanos > 0, "{price:?}");
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
    }

    #[test]
    fn a_region_without_a_price_has_none() {
        assert_eq!(nanos("sa-east-1", "vpc.nat"), None);
        assert_eq!(nanos("sa-east-1", "vpc.ipv4"), Some(5_000_000));
        // What holds everywhere does not hold in a partition of its own.
        assert_eq!(nanos("us-gov-west-1", "vpc.ipv4"), None);
        // Too unsure to be shipped.
        assert_eq!(nanos("eu-central-1", "vpc.nat.data"), None);
        // Nobody read what machines cost there.
        assert_eq!(nanos("ap-southeast-5", "eks.cluster"), Some(100_000_000));
        assert_eq!(nanos("ap-southeast-5", "ec2.instance.m5.large"), None);
        assert!(list_prices("mars-north-1").is_empty());
    }
}
