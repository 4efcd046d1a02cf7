//! Availability zones.

use crate::aws::{Call, Outcome};
use crate::wire::{Body, Fields};

/// A zone of a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Zone {
    /// `eu-west-1a`.
    pub(crate) name: String,
    /// `euw1-az1`.
    pub(crate) id: String,
}

/// The zones of a region: three, as in most.
pub(crate) fn zones(region: &str) -> Vec<Zone> {
    ["a", "b", "c"]
        .iter()
        .zip(1..)
        .map(|(letter, n)| Zone {
            name: format!("{region}{letter}"),
            id: format!("{}-az{n}", short(region)),
        })
        .collect()
}

/// `euw1` of `eu-west-1`, `apse2` of `ap-southeast-2`.
fn short(region: &str) -> String {
    region
        .split('-')
        .zip(0..)
        .map(|(part, n)| match (n, part) {
            (1, "southeast") => "se",
            (1, "southwest") => "sw",
            (1, "northeast") => "ne",
            (1, "northwest") => "nw",
            (1, part) => part.get(..1).unwrap_or_default(),
            (_, part) => part,
        })
        .collect()
}

/// DescribeAvailabilityZones.
pub(crate) fn describe(call: &mut Call<'_>) -> Outcome {
    let region = call.region.clone();
    let items = zones(&region).into_iter().map(|zone| {
        Fields::new()
            .text("zoneName", &zone.name)
            .text("zoneState", "available")
            .text("regionName", &region)
            .list("messageSet", "item", [])
            .text("zoneId", &zone.id)
            .text("groupName", &region)
            .text("networkBorderGroup", &region)
            .text("optInStatus", "opt-in-not-required")
            .text("zoneType", "availability-zone")
    });
    Ok(Body::Xml(Fields::new().list(
        "availabilityZoneInfo",
        "item",
        items,
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_have_names_and_ids() {
        let ids: Vec<String> = ["eu-west-1", "ap-southeast-2", "us-east-1"]
            .iter()
            .filter_map(|region| zones(region).into_iter().next().map(|zone| zone.id))
            .collect();
        assert_eq!(ids, ["euw1-az1", "apse2-az1", "use1-az1"]);
    }
}
