//! Regions, zones, and the project with its quotas.
//!
//! "Regions and zones" of the Compute Engine documentation.

use serde_json::{Value, json};

use super::call::rows_of;
use super::item::Item;
use super::kind::not_found;
use super::link::link;
use crate::gcp::project;
use crate::gcp::shape::{digest, stamp_home};
use crate::gcp::{Call, Outcome};

/// Every region and the letters of its zones.
pub(crate) const REGIONS: &[(&str, &str)] = &[
    ("africa-south1", "abc"),
    ("asia-east1", "abc"),
    ("asia-east2", "abc"),
    ("asia-northeast1", "abc"),
    ("asia-northeast2", "abc"),
    ("asia-northeast3", "abc"),
    ("asia-south1", "abc"),
    ("asia-south2", "abc"),
    ("asia-southeast1", "abc"),
    ("asia-southeast2", "abc"),
    ("asia-southeast3", "abc"),
    ("australia-southeast1", "abc"),
    ("australia-southeast2", "abc"),
    ("europe-central2", "abc"),
    ("europe-north1", "abc"),
    ("europe-north2", "abc"),
    ("europe-southwest1", "abc"),
    ("europe-west1", "bcd"),
    ("europe-west10", "abc"),
    ("europe-west12", "abc"),
    ("europe-west2", "abc"),
    ("europe-west3", "abc"),
    ("europe-west4", "abc"),
    ("europe-west6", "abc"),
    ("europe-west8", "abc"),
    ("europe-west9", "abc"),
    ("me-central1", "abc"),
    ("me-central2", "abc"),
    ("me-west1", "abc"),
    ("northamerica-northeast1", "abc"),
    ("northamerica-northeast2", "abc"),
    ("northamerica-south1", "abc"),
    ("southamerica-east1", "abc"),
    ("southamerica-west1", "abc"),
    ("us-central1", "abcf"),
    ("us-east1", "bcd"),
    ("us-east4", "abc"),
    ("us-east5", "abc"),
    ("us-south1", "abc"),
    ("us-west1", "abc"),
    ("us-west2", "abc"),
    ("us-west3", "abc"),
    ("us-west4", "abc"),
];

/// Zones for accelerators alone, which are listed with all others ("AI zones" of the Compute Engine documentation;
/// terraform-provider-google#25914). Nothing here has the machines that there are in them.
const AI_ZONES: &[(&str, &str)] = &[("us-central1", "ai1a"), ("us-south1", "ai1b")];

/// All zones of a region, as the lists have them.
fn listed_zones(region: &str) -> Vec<String> {
    let ai = AI_ZONES.iter().filter(|(name, _)| *name == region);
    let ai = ai.map(|(_, end)| format!("{region}-{end}"));
    zones_of(region).into_iter().chain(ai).collect()
}

/// The zones of a region that have machines of all families; none when there is no such region.
pub(crate) fn zones_of(region: &str) -> Vec<String> {
    let letters = REGIONS.iter().find(|(name, _)| *name == region);
    let letters = letters.map_or("", |(_, letters)| letters);
    letters
        .chars()
        .map(|letter| format!("{region}-{letter}"))
        .collect()
}

/// Whether it is a region.
pub(super) fn is_region(name: &str) -> bool {
    REGIONS.iter().any(|(region, _)| *region == name)
}

/// Whether it is a zone.
pub(super) fn is_zone(name: &str) -> bool {
    name.rsplit_once('-')
        .is_some_and(|(region, _)| zones_of(region).iter().any(|zone| zone == name))
}

/// The scopes that an aggregated list of a collection has.
pub(super) fn scopes(collection: &str) -> Vec<String> {
    let regions = || {
        REGIONS
            .iter()
            .map(|(region, _)| format!("regions/{region}"))
    };
    let zones = || {
        let of = |(region, _): &(&str, &str)| zones_of(region);
        REGIONS
            .iter()
            .flat_map(of)
            .map(|zone| format!("zones/{zone}"))
    };
    let global = std::iter::once("global".to_owned());
    match collection {
        "subnetworks" | "routers" | "targetPools" => regions().collect(),
        "addresses" | "forwardingRules" | "healthChecks" | "backendServices" => {
            global.chain(regions()).collect()
        }
        "machineTypes" | "instances" => zones().collect(),
        "networkEndpointGroups" => global.chain(regions()).chain(zones()).collect(),
        _ => regions().chain(zones()).collect(),
    }
}

fn made() -> String {
    stamp_home(jiff::Timestamp::UNIX_EPOCH)
}

fn number(name: &str) -> String {
    let hex = digest(name, 8);
    (1000 + u64::from_str_radix(&hex, 16).unwrap_or_default() % 9000).to_string()
}

fn shown_region(call: &Call<'_>, name: &str) -> Value {
    let project = &call.project;
    let zones: Vec<String> = listed_zones(name)
        .iter()
        .map(|zone| link(project, &format!("zones/{zone}")))
        .collect();
    let used = |api: &str| {
        let place = call.place(name);
        let items = call.tx.list::<Item>(&place);
        items.iter().filter(|item| item.api == api).count()
    };
    let addresses = call.tx.config().quota("compute:addresses");
    json!({
        "kind": "compute#region",
        "id": number(name),
        "creationTimestamp": made(),
        "name": name,
        "description": name,
        "status": "UP",
        "zones": zones,
        "quotas": [
            { "metric": "STATIC_ADDRESSES", "limit": addresses, "usage": used("addresses") },
            { "metric": "CPUS", "limit": call.tx.config().quota("compute:cpus"), "usage": 0 },
        ],
        "selfLink": link(project, &format!("regions/{name}")),
        "supportsPzs": false,
    })
}

fn shown_zone(call: &Call<'_>, name: &str) -> Value {
    let region = name.rsplit_once('-').map_or("", |(region, _)| region);
    json!({
        "kind": "compute#zone",
        "id": number(name),
        "creationTimestamp": made(),
        "name": name,
        "description": name,
        "status": "UP",
        "region": link(&call.project, &format!("regions/{region}")),
        "selfLink": link(&call.project, &format!("zones/{name}")),
        "availableCpuPlatforms": ["Intel Broadwell", "Intel Cascade Lake", "AMD Milan", "AMD Rome"],
        "supportsPzs": false,
    })
}

/// `regions.get`.
pub(super) fn region(call: &mut Call<'_>) -> Outcome {
    let name = call.param("resource").to_owned() + call.param("region");
    match is_region(&name) {
        true => Ok(shown_region(call, &name)),
        false => Err(not_found(&format!(
            "projects/{}/regions/{name}",
            call.project
        ))),
    }
}

/// `regions.list`.
pub(super) fn regions(call: &mut Call<'_>) -> Outcome {
    let rows = REGIONS
        .iter()
        .map(|(name, _)| shown_region(call, name))
        .collect();
    rows_of(call, "", "regions", "region", rows)
}

/// `zones.get`.
pub(super) fn zone(call: &mut Call<'_>) -> Outcome {
    let name = call.param("resource").to_owned() + call.param("zone");
    let region = name.rsplit_once('-').map_or("", |(region, _)| region);
    match listed_zones(region).contains(&name) {
        true => Ok(shown_zone(call, &name)),
        false => Err(not_found(&format!(
            "projects/{}/zones/{name}",
            call.project
        ))),
    }
}

/// `zones.list`.
pub(super) fn zones(call: &mut Call<'_>) -> Outcome {
    let all = REGIONS.iter().flat_map(|(region, _)| listed_zones(region));
    let rows = all.map(|name| shown_zone(call, &name)).collect();
    rows_of(call, "", "zones", "zone", rows)
}

/// `projects.get`.
pub(super) fn project(call: &mut Call<'_>) -> Outcome {
    let all = call.tx.everywhere::<Item>();
    let quota = |metric: &str, name: &str, api: &str| {
        let mine = |(at, item): &&(crate::store::Place, Item)| {
            at.account == call.project && item.api == api
        };
        let used = all.iter().filter(mine).count();
        json!({ "metric": metric, "limit": call.tx.config().quota(name), "usage": used })
    };
    let number = call.number();
    Ok(json!({
        "kind": "compute#project",
        "id": number,
        "creationTimestamp": stamp_home(project::created(&call.tx, &call.project)),
        "name": call.project,
        "selfLink": format!("https://www.googleapis.com/compute/v1/projects/{}", call.project),
        "defaultServiceAccount": format!("{number}-compute@developer.gserviceaccount.com"),
        "defaultNetworkTier": "PREMIUM",
        "xpnProjectStatus": "UNSPECIFIED_XPN_PROJECT_STATUS",
        "quotas": [
            quota("NETWORKS", "compute:networks", "networks"),
            quota("FIREWALLS", "compute:firewalls", "firewalls"),
            quota("ROUTERS", "compute:routers", "routers"),
            quota("ROUTES", "compute:routes", "routes"),
            quota("SUBNETWORKS", "compute:subnetworks", "subnetworks"),
            quota("STATIC_ADDRESSES", "compute:global-addresses", "globalAddresses"),
        ],
    }))
}
