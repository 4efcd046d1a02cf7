//! Availability zones.

use super::common::invalid;
use super::resource::Filters;
use super::tags::Tags;
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

/// The zones of a region: three in most, six in us-east-1 and four in us-west-2, of each of which EKS refuses one.
pub(crate) fn zones(region: &str) -> Vec<Zone> {
    let number = match region {
        "us-east-1" => 6,
        "us-west-2" => 4,
        _ => 3,
    };
    ["a", "b", "c", "d", "e", "f"]
        .iter()
        .take(number)
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

const FILTERS: &[&str] = &[
    "zone-name",
    "zone-id",
    "region-name",
    "state",
    "zone-type",
    "opt-in-status",
    "group-name",
];

/// DescribeAvailabilityZones.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let region = call.region.clone();
    let all = zones(&region);
    let (names, ids) = (call.params.list("ZoneName"), call.params.list("ZoneId"));
    let known = |asked: &String| {
        all.iter()
            .any(|zone| zone.name == *asked || zone.id == *asked)
    };
    if let Some(strange) = names.iter().chain(&ids).find(|asked| !known(asked)) {
        return Err(invalid(format!("Invalid availability zone: [{strange}]")));
    }
    let filters = Filters::read(&call.params, FILTERS)?;
    let asked = |zone: &&Zone| {
        let named = names.is_empty() || names.contains(&zone.name);
        let told = ids.is_empty() || ids.contains(&zone.id);
        named && told && filters.admit(&Tags::new(), |name| vec![zone.value(name, &region)])
    };
    let items = all.iter().filter(asked).map(|zone| zone.fields(&region));
    Ok(Body::Xml(Fields::new().list(
        "availabilityZoneInfo",
        "item",
        items,
    )))
}

impl Zone {
    fn value(&self, filter: &str, region: &str) -> String {
        match filter {
            "zone-name" => self.name.clone(),
            "zone-id" => self.id.clone(),
            "state" => "available".to_owned(),
            "zone-type" => "availability-zone".to_owned(),
            "opt-in-status" => "opt-in-not-required".to_owned(),
            _ => region.to_owned(),
        }
    }

    fn fields(&self, region: &str) -> Fields {
        Fields::new()
            .text("zoneName", &self.name)
            .text("zoneState", "available")
            .text("regionName", region)
            .list("messageSet", "item", [])
            .text("zoneId", &self.id)
            .text("groupName", region)
            .text("networkBorderGroup", region)
            .text("optInStatus", "opt-in-not-required")
            .text("zoneType", "availability-zone")
    }
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
