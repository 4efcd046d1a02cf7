//! Instance types on offer: common ones, everywhere the same, but for the newest, which are not in every zone yet.

use super::common::invalid;
use super::resource::{Filters, Listing, page};
use super::tags::Tags;
use super::zone::zones;
use crate::aws::{Call, Outcome};
use crate::wire::{Body, Fields};

/// Sizes of the general families, from the smallest.
const SIZES: &[&str] = &[
    "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge",
];

/// Families that come in [`SIZES`].
const FAMILIES: &[&str] = &[
    "c5", "c5a", "c6a", "c6i", "c7a", "c7i", "m5", "m5a", "m6a", "m6i", "m7a", "m7i", "r5", "r5a",
    "r6a", "r6i", "r7a", "r7i",
];

/// Graviton families, with a smaller size and without 24xlarge.
const ARM_FAMILIES: &[&str] = &["c6g", "c7g", "m6g", "m7g", "r6g", "r7g"];

/// Burstable families and their sizes.
const BURSTABLE: &[&str] = &["t3", "t3a", "t4g"];
const BURSTABLE_SIZES: &[&str] = &[
    "nano", "micro", "small", "medium", "large", "xlarge", "2xlarge",
];

/// Others.
const SINGLE: &[&str] = &[
    "c7i-flex.large",
    "c7i-flex.xlarge",
    "c7i-flex.2xlarge",
    "g4dn.xlarge",
    "g5.xlarge",
    "i4i.large",
    "i4i.xlarge",
    "m7i-flex.large",
    "m7i-flex.xlarge",
    "m7i-flex.2xlarge",
    "m7i-flex.4xlarge",
];

/// Every type, in order.
pub(crate) fn types() -> Vec<String> {
    let cross = |families: &[&str], sizes: &[&str]| -> Vec<String> {
        families
            .iter()
            .flat_map(|family| sizes.iter().map(move |size| format!("{family}.{size}")))
            .collect()
    };
    let mut all = cross(FAMILIES, SIZES);
    all.extend(cross(
        ARM_FAMILIES,
        &[
            "medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge",
        ],
    ));
    all.extend(cross(BURSTABLE, BURSTABLE_SIZES));
    all.extend(SINGLE.iter().map(|&name| name.to_owned()));
    all.sort();
    all
}

/// DescribeInstanceTypeOfferings.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let kind = call
        .params
        .get("LocationType")
        .unwrap_or("region")
        .to_owned();
    let places: Vec<String> = match kind.as_str() {
        "region" => vec![call.region.clone()],
        "availability-zone" => zones(&call.region)
            .into_iter()
            .map(|zone| zone.name)
            .collect(),
        "availability-zone-id" => zones(&call.region)
            .into_iter()
            .map(|zone| zone.id)
            .collect(),
        other => {
            return Err(invalid(format!(
                "Value ({other}) for parameter locationType is invalid."
            )));
        }
    };
    let filters = Filters::read(&call.params, &["instance-type", "location"])?;
    let mut rows: Vec<(String, String)> = types()
        .into_iter()
        .flat_map(|name| {
            places
                .iter()
                .map(move |place| (name.clone(), place.clone()))
        })
        .collect();
    rows.retain(|(name, place)| {
        filters.admit(&Tags::new(), |filter| {
            vec![if filter == "location" {
                place.clone()
            } else {
                name.clone()
            }]
        })
    });
    let listing = Listing {
        ids: "",
        set: "instanceTypeOfferingSet",
        least: 5,
        most: 1000,
    };
    let (rows, next) = page(call, &listing, rows, false, |(name, place)| {
        format!("{name} {place}")
    })?;
    let items = rows.iter().map(|(name, place)| {
        Fields::new()
            .text("instanceType", name)
            .text("locationType", &kind)
            .text("location", place)
    });
    Ok(Body::Xml(
        Fields::new()
            .list(listing.set, "item", items)
            .maybe("nextToken", next),
    ))
}

#[cfg(test)]
mod tests {
    use super::types;

    #[test]
    fn types_are_unique_and_in_order() {
        let all = types();
        assert!(all.windows(2).all(|pair| matches!(pair, [a, b] if a < b)));
        assert!(all.contains(&"m7i.large".to_owned()));
    }
}
