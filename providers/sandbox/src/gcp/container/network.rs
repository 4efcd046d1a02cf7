//! Network, subnetwork and ranges of a cluster: they must be there, and what is not named is made.

use serde_json::{Value, json};

use super::cluster::{Cluster, region_of};
use super::fields::{Fields, default, set, text};
use super::words;
use crate::aws::ec2::cidr::Cidr;
use crate::gcp::compute::{self, Item};
use crate::gcp::shape::digest;
use crate::gcp::{Call, shape};
use crate::store::{Place, Tx};
use crate::wire::ApiError;

/// Where Google itself keeps the addresses of services.
const SERVICES: &str = "34.118.224.0/20";

/// Network and subnetwork of a cluster.
pub(super) struct Found {
    /// Where the subnetwork lies.
    pub(super) place: Place,
    /// The subnetwork.
    pub(super) subnetwork: Item,
    network: (Place, Item),
}

/// Finds network and subnetwork, and writes them as the API shows them.
pub(super) fn find(call: &Call<'_>, place: &Place, fields: &mut Fields) -> Result<Found, ApiError> {
    let region = region_of(&place.region);
    let wished = |one: &str, other: &str| {
        [one, other]
            .map(|path| text(fields, path).to_owned())
            .into_iter()
            .find(|name| !name.is_empty())
    };
    let network =
        wished("network", "networkConfig.network").unwrap_or_else(|| "default".to_owned());
    let subnetwork = wished("subnetwork", "networkConfig.subnetwork");
    let name = shape::last(&network).to_owned();
    let full = if network.contains('/') {
        network
    } else {
        format!("global/networks/{network}")
    };
    let found = compute::usable(&call.tx, &call.project, &full);
    let network = found.map_err(|error| match error.status {
        404 => words::no_network(&call.project, &name).into(),
        _ => error,
    })?;
    let link = network.1.link(&network.0);
    let subnetwork = match subnetwork {
        Some(named) if named.contains('/') => named,
        Some(named) => format!("regions/{region}/subnetworks/{named}"),
        None => implied(call, region, &link, &name)?,
    };
    let (at, subnetwork) = compute::usable(&call.tx, &call.project, &subnetwork)?;
    if at.region != region || subnetwork.text("network") != link {
        return Err(words::bad(format!(
            "Subnetwork \"{}\" is not in network \"{name}\" and region \"{region}\".",
            subnetwork.name
        ))
        .into());
    }
    let path = |at: &Place, item: &Item| format!("projects/{}/{}", at.account, item.path(at));
    set(fields, "network", name);
    set(fields, "subnetwork", subnetwork.name.as_str());
    set(
        fields,
        "networkConfig.network",
        path(&network.0, &network.1),
    );
    set(fields, "networkConfig.subnetwork", path(&at, &subnetwork));
    Ok(Found {
        place: at,
        subnetwork,
        network,
    })
}

/// The subnetwork of the network's name, as networks of the auto mode have one in each region.
fn implied(call: &Call<'_>, region: &str, network: &str, name: &str) -> Result<String, ApiError> {
    let place = call.place(region);
    let all = call.tx.list::<Item>(&place);
    let fits = |one: &&Item| {
        one.api == "subnetworks" && one.text("network") == network && one.name == name
    };
    match all.iter().find(fits) {
        Some(one) => Ok(one.path(&place)),
        None => Err(words::bad(format!(
            "Network \"{name}\" is a custom mode network, and a subnetwork must be specified."
        ))
        .into()),
    }
}

/// The ranges of pods and services. Answers the names of those that were added to the subnetwork.
pub(super) fn ranges(
    call: &mut Call<'_>,
    found: &mut Found,
    cluster: &str,
    uid: &str,
    fields: &mut Fields,
) -> Result<Vec<String>, ApiError> {
    let policy = |name: &str| format!("ipAllocationPolicy.{name}");
    let pods = text(fields, &policy("clusterSecondaryRangeName")).to_owned();
    let services = text(fields, &policy("servicesSecondaryRangeName")).to_owned();
    if !pods.is_empty() && pods == services {
        return Err(words::same_range(&pods).into());
    }
    let short = uid.get(..8).unwrap_or_default();
    let mut own = Vec::new();
    let (pods, pods_range) = match pods.is_empty() {
        false => (pods.clone(), named(found, "Pod", &pods)?),
        true => {
            let name = format!("gke-{cluster}-pods-{short}");
            let given = [
                policy("clusterIpv4CidrBlock"),
                policy("clusterIpv4Cidr"),
                "clusterIpv4Cidr".to_owned(),
            ];
            let wish = given
                .iter()
                .map(|path| text(fields, path))
                .find(|wish| !wish.is_empty());
            let range = free(&call.tx, &found.place, wish.unwrap_or("/14"))?;
            own.push(add(call, found, &name, &range));
            (name, range)
        }
    };
    let services_range = match services.is_empty() {
        false => named(found, "Service", &services)?,
        true => {
            let wish = text(fields, &policy("servicesIpv4CidrBlock"));
            match Cidr::parse(wish) {
                Some(range) => range.to_string(),
                None => SERVICES.to_owned(),
            }
        }
    };
    set(fields, &policy("clusterSecondaryRangeName"), pods);
    for path in [
        "clusterIpv4Cidr".to_owned(),
        policy("clusterIpv4Cidr"),
        policy("clusterIpv4CidrBlock"),
    ] {
        set(fields, &path, pods_range.as_str());
    }
    for path in [
        "servicesIpv4Cidr".to_owned(),
        policy("servicesIpv4Cidr"),
        policy("servicesIpv4CidrBlock"),
    ] {
        set(fields, &path, services_range.as_str());
    }
    set(fields, &policy("useIpAliases"), true);
    default(fields, &policy("stackType"), "IPV4");
    default(fields, &policy("podCidrOverprovisionConfig"), json!({}));
    default(
        fields,
        &policy("networkTierConfig.networkTier"),
        "NETWORK_TIER_DEFAULT",
    );
    Ok(own)
}

/// The range of a name.
fn named(found: &Found, kind: &str, name: &str) -> Result<String, ApiError> {
    let of = |row: &&Value| row.get("rangeName").and_then(Value::as_str) == Some(name);
    let row = found.subnetwork.list("secondaryIpRanges").iter().find(of);
    let range = row
        .and_then(|row| row.get("ipCidrRange"))
        .and_then(Value::as_str);
    range.map(str::to_owned).ok_or_else(|| {
        let network = found.network.1.link(&found.network.0);
        words::no_range(kind, name, &network, &found.subnetwork.name).into()
    })
}

/// A range of the project that nothing has: `10.8.0.0/14` as it is, `/14` the first free one of this size.
fn free(tx: &Tx<'_>, place: &Place, wish: &str) -> Result<String, ApiError> {
    if let Some(range) = Cidr::parse(wish) {
        return Ok(range.to_string());
    }
    let bits: u32 = wish.trim_start_matches('/').parse().unwrap_or(14);
    if !(9..=21).contains(&bits) {
        return Err(words::bad(format!("Invalid CIDR range \"{wish}\" for pods.")).into());
    }
    let all = tx.everywhere::<Item>();
    let mine = all
        .iter()
        .filter(|(at, one)| at.account == place.account && one.api == "subnetworks");
    let taken: Vec<Cidr> = mine.flat_map(|(_, one)| all_of(one)).collect();
    let size = 1_u32 << (32 - bits);
    let first = u32::from(std::net::Ipv4Addr::new(10, 0, 0, 0));
    let candidates = (1..(1_u32 << (bits - 8))).map(|n| std::net::Ipv4Addr::from(first + n * size));
    let mut ranges = candidates.filter_map(|base| Cidr::parse(&format!("{base}/{bits}")));
    let range = ranges.find(|range| !taken.iter().any(|other| other.overlaps(*range)));
    range.map(|range| range.to_string()).ok_or_else(|| {
        words::bad(format!(
            "The network has no space left for a range of size {wish}."
        ))
        .into()
    })
}

fn all_of(subnetwork: &Item) -> Vec<Cidr> {
    let of = |row: &Value| Cidr::parse(row.get("ipCidrRange")?.as_str()?);
    let secondary = subnetwork.list("secondaryIpRanges").iter().filter_map(of);
    Cidr::parse(subnetwork.text("ipCidrRange"))
        .into_iter()
        .chain(secondary)
        .collect()
}

/// Adds a secondary range to the subnetwork.
fn add(call: &mut Call<'_>, found: &mut Found, name: &str, range: &str) -> String {
    let mut rows = found.subnetwork.list("secondaryIpRanges").to_vec();
    rows.push(json!({ "rangeName": name, "ipCidrRange": range }));
    found
        .subnetwork
        .fields
        .insert("secondaryIpRanges".to_owned(), json!(rows));
    call.tx.put(&found.place, &found.subnetwork);
    name.to_owned()
}

/// Takes the ranges away that were added for a cluster.
pub(super) fn give_back(tx: &mut Tx<'_>, place: &Place, cluster: &Cluster) {
    let path = text(&cluster.fields, "networkConfig.subnetwork");
    let Some((at, mut item)) = compute::find(tx, &place.account, path) else {
        return;
    };
    let mut rows = item.list("secondaryIpRanges").to_vec();
    let own = |row: &Value| {
        let name = row
            .get("rangeName")
            .and_then(Value::as_str)
            .unwrap_or_default();
        cluster.own_ranges.iter().any(|own| own == name)
    };
    rows.retain(|row| !own(row));
    match rows.is_empty() {
        true => item.fields.remove("secondaryIpRanges"),
        false => item
            .fields
            .insert("secondaryIpRanges".to_owned(), json!(rows)),
    };
    tx.put(&at, &item);
}

/// Addresses of the control plane, and whether they can be reached from everywhere.
pub(super) fn endpoints(
    call: &Call<'_>,
    found: &Found,
    place: &Place,
    uid: &str,
    fields: &mut Fields,
) {
    let (dns, ip) = (
        "controlPlaneEndpointsConfig.dnsEndpointConfig",
        "controlPlaneEndpointsConfig.ipEndpointsConfig",
    );
    let host = format!(
        "gke-{}-{}.{}.gke.goog",
        uid.get(..36).unwrap_or_default(),
        call.number(),
        place.region
    );
    set(fields, &format!("{dns}.endpoint"), host);
    for name in [
        "allowExternalTraffic",
        "enableK8sCertsViaDns",
        "enableK8sTokensViaDns",
    ] {
        default(fields, &format!("{dns}.{name}"), false);
    }
    // The older message says the same as the newer one; the newer one counts.
    let private_only = super::fields::is(fields, "privateClusterConfig.enablePrivateEndpoint");
    default(fields, &format!("{ip}.enablePublicEndpoint"), !private_only);
    default(fields, &format!("{ip}.enabled"), true);
    if super::fields::is(fields, "privateClusterConfig.enablePrivateNodes") {
        default(fields, "networkConfig.defaultEnablePrivateNodes", true);
    }
    if let Some(blocks) = fields.get("masterAuthorizedNetworksConfig").cloned() {
        default(fields, &format!("{ip}.authorizedNetworksConfig"), blocks);
    }
    // Machines of Google Cloud may come in, except to a cluster of private nodes.
    let usual = match super::fields::is(fields, "networkConfig.defaultEnablePrivateNodes") {
        true => "privateEndpointEnforcementEnabled",
        false => "gcpPublicCidrsAccessEnabled",
    };
    let usual = format!("{ip}.authorizedNetworksConfig.{usual}");
    default(fields, &usual, true);
    let hex = digest(uid, 8);
    let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2).unwrap_or("1"), 16).unwrap_or(1);
    let public = format!("34.{}.{}.{}", byte(0), byte(2), byte(4).max(1));
    let own = all_of(&found.subnetwork)
        .first()
        .map(|range| range.address(u32::from(byte(6)) % 8));
    set(fields, &format!("{ip}.publicEndpoint"), public);
    set(
        fields,
        &format!("{ip}.privateEndpoint"),
        own.map(|own| own.to_string()),
    );
    mirror(fields);
}

/// Keeps the older messages about endpoints as the newer ones are.
pub(super) fn mirror(fields: &mut Fields) {
    let ip = "controlPlaneEndpointsConfig.ipEndpointsConfig";
    let of =
        |fields: &Fields, name: &str| super::fields::at(fields, &format!("{ip}.{name}")).cloned();
    let enabled = super::fields::is(fields, &format!("{ip}.enabled"));
    let public = enabled && super::fields::is(fields, &format!("{ip}.enablePublicEndpoint"));
    for name in [
        "publicEndpoint",
        "privateEndpoint",
        "privateEndpointSubnetwork",
    ] {
        set(
            fields,
            &format!("privateClusterConfig.{name}"),
            of(fields, name),
        );
    }
    set(
        fields,
        "privateClusterConfig.enablePrivateEndpoint",
        enabled && !public,
    );
    let private = super::fields::is(fields, "networkConfig.defaultEnablePrivateNodes");
    set(fields, "privateClusterConfig.enablePrivateNodes", private);
    set(
        fields,
        "masterAuthorizedNetworksConfig",
        of(fields, "authorizedNetworksConfig"),
    );
    let endpoint = match (public, enabled) {
        (true, _) => text(fields, &format!("{ip}.publicEndpoint")),
        (false, true) => text(fields, &format!("{ip}.privateEndpoint")),
        (false, false) => text(
            fields,
            "controlPlaneEndpointsConfig.dnsEndpointConfig.endpoint",
        ),
    };
    let endpoint = endpoint.to_owned();
    set(fields, "endpoint", endpoint);
}
