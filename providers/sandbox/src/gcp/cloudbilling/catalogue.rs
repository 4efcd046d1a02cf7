//! Services and SKUs. What is sold is a table, `skus.tsv`, which `data/tools/sandbox_skus.py` makes of the tables of prices: two
//! regions, and what is sold everywhere.

use serde_json::{Value, json};

use crate::gcp::refusal::{invalid, not_found};
use crate::gcp::shape::page;
use crate::gcp::{Call, Outcome};
use crate::wire::ApiError;

/// Service, SKU, family, group, sort of usage, region, unit, prices by the amount from which they count, description.
const SKUS: &str = include_str!("skus.tsv");

/// Numbers and names of services.
const SERVICES: &[(&str, &str)] = &[
    ("149C-F9EC-3994", "Artifact Registry"),
    ("5490-F7B7-8DF6", "Cloud Logging"),
    ("6F81-5844-456A", "Compute Engine"),
    ("CCD8-9BF1-090E", "Kubernetes Engine"),
    ("E505-1604-58F8", "Networking"),
    ("EE82-7A5E-871C", "Secret Manager"),
];

/// The most of a page, and what comes unasked.
const MOST: usize = 5000;

/// Since when all prices are in effect: like the real ones, from the morning in California.
const SINCE: &str = "2026-11-01T07:00:00Z";

/// Units: what they are called, the base unit, and how many of it they are.
const UNITS: &[(&str, &str, &str, &str, f64)] = &[
    ("h", "hour", "s", "second", 3600.0),
    ("GiBy", "gibibyte", "By", "byte", 1_073_741_824.0),
    (
        "GiBy.h",
        "gibibyte hour",
        "By.s",
        "byte second",
        3_865_470_566_400.0,
    ),
    (
        "GiBy.mo",
        "gibibyte month",
        "By.s",
        "byte second",
        2_876_406_952_099_840.0,
    ),
    ("mo", "month", "s", "second", 2_678_400.0),
    ("count", "count", "count", "count", 1.0),
];

/// `services.list`.
pub(super) fn services(call: &mut Call<'_>) -> Outcome {
    let row = |(id, name): &(&str, &str)| {
        json!({
            "name": format!("services/{id}"),
            "serviceId": id,
            "displayName": name,
            "businessEntityName": "businessEntities/GCP",
        })
    };
    let all = SERVICES.iter().map(row).collect();
    paged(call, "services", "serviceId", all)
}

/// `services.skus.list`.
pub(super) fn skus(call: &mut Call<'_>) -> Outcome {
    let service = call.param("service").to_owned();
    let Some((id, name)) = SERVICES.iter().find(|(id, _)| *id == service) else {
        return Err(not_found("Requested entity was not found."));
    };
    // Conversions are not here to be tested.
    if !matches!(call.param("currencyCode"), "" | "USD") {
        let text = "the sandbox sells in US dollars alone";
        return Err(ApiError::new(501, "UNIMPLEMENTED", text));
    }
    let rows = SKUS
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>());
    let own = rows.filter(|row| row.first() == Some(id));
    let all = own.filter_map(|row| sku(name, &row)).collect();
    paged(call, "skus", "skuId", all)
}

/// A page of rows, in the order of their numbers.
fn paged(call: &Call<'_>, member: &str, key: &str, mut all: Vec<Value>) -> Outcome {
    let number = |row: &Value| row[key].as_str().unwrap_or_default().to_owned();
    let size = match call.param("pageSize") {
        "" | "0" => MOST,
        text => text
            .parse::<usize>()
            .map_err(|_| invalid("Page size must be non-negative."))?,
    };
    all.sort_by_key(number);
    let (rows, next) = page(all, number, size.min(MOST), call.param("pageToken"))?;
    // The last page has the member as well, and empty.
    Ok(json!({member: rows, "nextPageToken": next.unwrap_or_default()}))
}

/// A row of the table as the API shows it.
fn sku(name: &str, row: &[&str]) -> Option<Value> {
    let [
        service,
        id,
        family,
        group,
        usage,
        region,
        unit,
        prices,
        words,
    ] = row
    else {
        return None;
    };
    let kind = match *region {
        "global" => json!({"type": "GLOBAL"}),
        region => json!({"type": "REGIONAL", "regions": [region]}),
    };
    Some(json!({
        "name": format!("services/{service}/skus/{id}"),
        "skuId": id,
        "description": words,
        "category": {
            "serviceDisplayName": name,
            "resourceFamily": family,
            "resourceGroup": group,
            "usageType": usage,
        },
        "serviceRegions": [region],
        "pricingInfo": [{
            "summary": "",
            "pricingExpression": expression(unit, prices)?,
            "currencyConversionRate": 1,
            "effectiveTime": SINCE,
        }],
        "serviceProviderName": "Google",
        "geoTaxonomy": kind,
    }))
}

fn expression(unit: &str, prices: &str) -> Option<Value> {
    let (_, said, base, base_said, factor) = UNITS.iter().find(|(name, ..)| *name == unit)?;
    let rates: Vec<Value> = prices.split(' ').map(rate).collect::<Option<_>>()?;
    Some(json!({
        "usageUnit": unit,
        "displayQuantity": 1,
        "tieredRates": rates,
        "usageUnitDescription": said,
        "baseUnit": base,
        "baseUnitDescription": base_said,
        "baseUnitConversionFactor": factor,
    }))
}

/// `30:40000000`: from 30 on, 0.04 dollars.
fn rate(text: &str) -> Option<Value> {
    const DOLLAR: u64 = 1_000_000_000;
    let (start, nanos) = text.split_once(':')?;
    let (start, nanos): (f64, u64) = (start.parse().ok()?, nanos.parse().ok()?);
    Some(json!({
        "startUsageAmount": start,
        "unitPrice": {
            "currencyCode": "USD",
            "units": (nanos / DOLLAR).to_string(),
            "nanos": nanos % DOLLAR,
        },
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_is_a_sku_of_a_service_and_bears_its_own_number() {
        let mut seen = BTreeSet::new();
        for line in SKUS.lines() {
            let row: Vec<&str> = line.split('\t').collect();
            let known = SERVICES.iter().any(|(id, _)| *id == row[0]);
            assert!(known && sku("x", &row).is_some(), "{line}");
            assert!(seen.insert(row[1]), "{line}");
        }
        assert!(seen.len() > 100);
    }

    #[test]
    fn prices_are_whole_dollars_and_nanos() {
        let price = rate("0.5:1500000000").unwrap();
        assert_eq!(price["startUsageAmount"], 0.5);
        assert_eq!(price["unitPrice"]["units"], "1");
        assert_eq!(price["unitPrice"]["nanos"], 500_000_000);
        assert!(rate("x").is_none());
    }
}
