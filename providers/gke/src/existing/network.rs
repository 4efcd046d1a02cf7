//! Networks that somebody else owns: read, judged, used, and never changed.
//!
//! They are no resources, since nothing is ever done to them. All that is wrong with one is told at once, before anything is
//! made; then its subnetwork and its range for pods stand in the fields of the clusters in it.

use std::collections::BTreeMap;

use futures::future::try_join3;
use google_cloud_compute_v1::model::{Router, Subnetwork as Wire};
use provision_core::contract::{ExpandRequest, Facts};
use provision_core::model::{Choice, Opt, Value};
use provision_core::spec::Network;
use provision_kind::Field;
use serde::{Deserialize, Serialize};

use crate::client::Gcp;
use crate::error::Fault;
use crate::kinds::compute::{local, pages};
use crate::kinds::get_network;

/// What was read of a network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Found {
    /// It is there.
    pub(crate) is_there: bool,
    /// Its subnetworks in the region, and those of other networks there that the spec names.
    pub(crate) subnets: Vec<FoundSubnet>,
    /// A router in the region gives its machines a way to the internet.
    pub(crate) nat: bool,
}

/// A subnetwork.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FoundSubnet {
    /// Its name.
    pub(crate) name: String,
    /// Its network's.
    pub(crate) network: String,
    /// The range of nodes.
    pub(crate) cidr: String,
    /// Secondary ranges, by name.
    pub(crate) ranges: BTreeMap<String, String>,
    /// Machines without public addresses reach Google's services.
    pub(crate) private_access: bool,
}

/// Addresses of a range; 0 of one that is none.
pub(crate) fn addresses(cidr: &str) -> u64 {
    let prefix: Option<u32> = cidr
        .split_once('/')
        .and_then(|(_, prefix)| prefix.parse().ok());
    prefix
        .filter(|prefix| *prefix <= 32)
        .map_or(0, |prefix| 1 << (32 - prefix))
}

impl FoundSubnet {
    /// Names of its secondary ranges, the best one for pods first: the one that is called so, then the largest.
    pub(crate) fn for_pods(&self) -> Vec<(&String, u64)> {
        let sized = self
            .ranges
            .iter()
            .map(|(name, cidr)| (name, addresses(cidr)));
        let mut all: Vec<(&String, u64)> = sized.collect();
        all.sort_by_key(|(name, size)| (*name != crate::kinds::PODS, std::cmp::Reverse(*size)));
        all
    }
}

fn key(network: &str) -> String {
    format!("gke.network.{network}")
}

/// The networks that the spec names, as facts.
pub(super) async fn read(
    gcp: &Gcp,
    request: &ExpandRequest,
) -> Result<BTreeMap<String, String>, Fault> {
    let mut facts = BTreeMap::new();
    for (name, block) in &request.spec.networks {
        let listed = request.blocks.contains(&format!("network.{name}"));
        let existing = block.existing.as_ref().filter(|_| listed);
        let Some(network) = existing.and_then(|existing| existing.get("gcp")) else {
            continue;
        };
        let found = find(gcp, network).await?;
        let text = serde_json::to_string(&found).unwrap_or_default();
        facts.insert(key(name), text);
    }
    Ok(facts)
}

async fn find(gcp: &Gcp, network: &str) -> Result<Found, Fault> {
    let asked = try_join3(get_network(gcp, network), subnets(gcp), routers(gcp));
    let (wire, subnets, routers) = asked.await?;
    let path = format!("global/networks/{network}");
    let has_nat = |router: &Router| {
        let of = router.network.as_deref().map(local);
        of.as_deref() == Some(path.as_str()) && !router.nats.is_empty()
    };
    Ok(Found {
        is_there: wire.is_some(),
        subnets: subnets.iter().map(subnet).collect(),
        nat: routers.iter().any(has_nat),
    })
}

fn subnet(wire: &Wire) -> FoundSubnet {
    let network = local(wire.network.as_deref().unwrap_or_default());
    let ranges = wire.secondary_ip_ranges.iter().filter_map(|range| {
        let cidr = range.ip_cidr_range.clone()?;
        Some((range.range_name.clone()?, cidr))
    });
    FoundSubnet {
        name: wire.name.clone().unwrap_or_default(),
        network: network.rsplit('/').next().unwrap_or_default().to_owned(),
        cidr: wire.ip_cidr_range.clone().unwrap_or_default(),
        ranges: ranges.collect(),
        private_access: wire.private_ip_google_access.unwrap_or_default(),
    }
}

async fn subnets(gcp: &Gcp) -> Result<Vec<Wire>, Fault> {
    let client = gcp.subnetworks().await?;
    let pages = pages(|token| async move {
        let request = client
            .list()
            .set_project(gcp.project())
            .set_region(gcp.region())
            .set_or_clear_page_token(token);
        let call = "compute.subnetworks.list";
        let page = gcp.read(call, || request.clone().send()).await?;
        Ok((page.items, page.next_page_token))
    });
    Ok(pages.await?.into_iter().flatten().collect())
}

async fn routers(gcp: &Gcp) -> Result<Vec<Router>, Fault> {
    let client = gcp.routers().await?;
    let pages = pages(|token| async move {
        let request = client
            .list()
            .set_project(gcp.project())
            .set_region(gcp.region())
            .set_or_clear_page_token(token);
        let call = "compute.routers.list";
        let page = gcp.read(call, || request.clone().send()).await?;
        Ok((page.items, page.next_page_token))
    });
    Ok(pages.await?.into_iter().flatten().collect())
}

/// What the facts know of a network.
pub(crate) fn found(network: &str, facts: Option<&Facts>) -> Option<Found> {
    serde_json::from_str(facts?.extra.get(&key(network))?).ok()
}

/// The name of a network that somebody else owns.
pub(crate) fn named(block: &Network) -> Option<&str> {
    block.existing.as_ref()?.get("gcp").map(String::as_str)
}

/// Where a cluster in somebody else's network lies. The first choice of each belongs together; what is live stays.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    /// The network: `global/networks/NAME`.
    pub(crate) network: Field<String>,
    /// The subnetwork: `regions/R/subnetworks/NAME`.
    pub(crate) subnetwork: Field<String>,
    /// The secondary range of pods.
    pub(crate) pods_range: Field<String>,
}

/// The subnetworks that a cluster may lie in, the best one first: those that are named, else all of the network that have a
/// range for pods, the largest first.
pub(crate) fn usable<'a>(found: &'a Found, network: &str, block: &Network) -> Vec<&'a FoundSubnet> {
    let asked = block.subnets.as_ref().map_or(&[][..], |all| &all.private);
    let of_network = found.subnets.iter().filter(|one| one.network == network);
    let mut all: Vec<&FoundSubnet> = match asked.is_empty() {
        true => of_network.filter(|one| !one.ranges.is_empty()).collect(),
        false => of_network.filter(|one| asked.contains(&one.name)).collect(),
    };
    let room = |one: &FoundSubnet| one.for_pods().first().map_or(0, |(_, size)| *size);
    all.sort_by(|one, other| (room(other), &one.name).cmp(&(room(one), &other.name)));
    all
}

/// The ground of a cluster in it. Offline only the spec's own words are known.
pub(crate) fn ground(region: &str, name: &str, block: &Network, facts: Option<&Facts>) -> Ground {
    let network = named(block).unwrap_or_default();
    let path = |subnet: &str| format!("regions/{region}/subnetworks/{subnet}");
    let asked = block.subnets.as_ref().and_then(|all| all.private.first());
    let offline = Ground {
        network: format!("global/networks/{network}").into(),
        subnetwork: asked.map(|name| path(name)).unwrap_or_default().into(),
        pods_range: String::new().into(),
    };
    let Some(found) = found(name, facts) else {
        return offline;
    };
    let subnets = usable(&found, network, block);
    if subnets.is_empty() {
        return offline;
    }
    let ranges = subnets.iter().flat_map(|one| one.for_pods());
    let ranges: Vec<String> = ranges.map(|(name, _)| name.clone()).collect();
    Ground {
        subnetwork: sticky(
            subnets.iter().map(|one| path(&one.name)).collect(),
            "subnetwork",
        ),
        pods_range: match ranges.is_empty() {
            true => offline.pods_range,
            false => sticky(ranges, "range of pods"),
        },
        network: offline.network,
    }
}

/// The first one, unless something else is live.
fn sticky(values: Vec<String>, what: &str) -> Field<String> {
    let option = |value: String| Opt {
        value: Value::Text(value),
        hourly_micros: None,
    };
    Field::Choice(Choice {
        any_of: values.into_iter().map(option).collect(),
        keep_any: true,
        distinct: None,
        what: what.to_owned(),
    })
}
