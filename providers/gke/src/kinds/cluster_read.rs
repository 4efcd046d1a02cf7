//! A cluster as read: about ninety fields that the service fills in by itself are brought to the few that are declared.

use google_cloud_container_v1::model::control_plane_endpoints_config::IPEndpointsConfig;
use google_cloud_container_v1::model::master_authorized_networks_config::CidrBlock;
use google_cloud_container_v1::model::{Cluster as Wire, NetworkConfig};
use provision_core::model::ResourceId;
use provision_kind::{Field, Live, Tags};

use super::cluster::Cluster;
use super::cluster_body::NO_CHANNEL;
use super::compute::{found, local};
use super::container::{handle, minor, region_of, status, trouble};
use super::{cluster_addons, maintenance};
use crate::client::Gcp;
use crate::error::Fault;
use crate::marks::{of_labels, plain};

/// Reads a cluster by its handle; `None` when it is not there.
pub(super) async fn get(gcp: &Gcp, physical: &str) -> Result<Option<Wire>, Fault> {
    let client = gcp.container().await?;
    let request = client.get_cluster().set_name(physical);
    found(
        gcp.read("container.clusters.get", || request.clone().send())
            .await,
    )
}

/// All labels of a cluster.
pub(super) fn labels(wire: &Wire) -> Tags {
    wire.resource_labels
        .iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// A cluster as read. `asked` are ids that its marks may be cut ones of.
// Of states without conditions the deprecated message is the only word.
#[allow(deprecated)]
pub(super) fn live(wire: &Wire, asked: &[&ResourceId]) -> Live {
    let all = labels(wire);
    let fields = fields(wire);
    let physical = handle(&wire.self_link);
    let word = wire.status.name().unwrap_or("PROVISIONING");
    let (status, ailment) = status(word, &wire.conditions, &wire.status_message);
    let ca = wire.master_auth.as_ref();
    let ca = ca.map(|auth| auth.cluster_ca_certificate.as_str());
    let needs = [&fields.network, &fields.subnetwork];
    let needs: Vec<String> = needs.iter().filter_map(|one| one.get().cloned()).collect();
    let mut live = Live::new(&physical, &Tags::new(), &fields)
        .output("name", wire.name.as_str())
        .output("id", physical.as_str())
        .output("location", wire.location.as_str())
        .output("dns_endpoint", dns_endpoint(wire))
        .maybe("control_plane", control_plane(wire).as_deref())
        .output("version", minor(&wire.current_master_version))
        .maybe(
            "endpoint",
            Some(wire.endpoint.as_str()).filter(|one| !one.is_empty()),
        )
        .maybe("ca", ca)
        .status(status)
        .needs(needs);
    // Made with it, and resources of their own from then on.
    live.fields.remove("pools");
    live.marks = of_labels(&all, asked);
    live.trouble = trouble(&wire.conditions);
    live.ailment = ailment;
    live.names = vec![wire.name.clone(), physical];
    live
}

fn dns_endpoint(wire: &Wire) -> &str {
    let config = wire.control_plane_endpoints_config.as_ref();
    let config = config.and_then(|config| config.dns_endpoint_config.as_ref());
    config.map_or("", |config| config.endpoint.as_str())
}

/// From where the control plane reaches nodes: the range that it has to itself, or its one address among the nodes. Nothing is told
/// of one that is reached by its name alone.
// Clusters from before the endpoints' message tell it in the deprecated one.
#[allow(deprecated)]
fn control_plane(wire: &Wire) -> Option<String> {
    let private = wire.private_cluster_config.as_ref();
    let range = private.map(|private| private.master_ipv4_cidr_block.clone());
    if let Some(range) = range.filter(|range| !range.is_empty()) {
        return Some(range);
    }
    let config = wire.control_plane_endpoints_config.as_ref();
    let ip = config.and_then(|config| config.ip_endpoints_config.as_ref());
    if ip.is_some_and(|ip| ip.enabled == Some(false)) {
        return Some(String::new());
    }
    let told = ip.map(|ip| ip.private_endpoint.as_str());
    let told = told.or(private.map(|private| private.private_endpoint.as_str()));
    let told = told.filter(|address| !address.is_empty());
    told.map(|address| format!("{address}/32"))
}

/// What is declared of it.
pub(crate) fn fields(wire: &Wire) -> Cluster {
    let network = wire.network_config.as_ref();
    let autopilot = wire.autopilot.as_ref().is_some_and(|one| one.enabled);
    let ranges = wire.ip_allocation_policy.as_ref();
    let monitoring = wire.monitoring_config.as_ref();
    let prometheus = monitoring.and_then(|one| one.managed_prometheus_config.as_ref());
    let identities = wire.workload_identity_config.as_ref();
    let max_pods = wire.default_max_pods_constraint.as_ref();
    let vertical = wire.vertical_pod_autoscaling.as_ref();
    let window = maintenance::read(wire.maintenance_policy.as_ref());
    let (node_account, node_scopes) = nodes_of_autopilot(wire, autopilot);
    Cluster {
        location: wire.location.clone(),
        autopilot,
        network: network_path(wire, network).into(),
        subnetwork: subnetwork_path(wire, network).into(),
        pods_range: ranges
            .map(|ranges| ranges.cluster_secondary_range_name.clone())
            .unwrap_or_default()
            .into(),
        datapath: datapath(network),
        max_pods_per_node: max_pods.map(|one| one.max_pods_per_node),
        version: Some(minor(&wire.current_master_version).to_owned()),
        channel: channel(wire),
        zones: Some(Field::Known(sorted(wire.locations.clone()))),
        workload_pool: identities
            .map(|one| one.workload_pool.clone())
            .unwrap_or_default(),
        shielded_nodes: wire.shielded_nodes.as_ref().is_some_and(|one| one.enabled),
        kms_key: key(wire),
        logging: logging(wire),
        monitoring: Some(measured(wire)),
        managed_prometheus: prometheus.is_some_and(|one| one.enabled),
        addons: cluster_addons::read(&wire.addons_config.clone().unwrap_or_default()),
        vertical_pod_autoscaling: Some(vertical.is_some_and(|one| one.enabled)),
        gateway_api: Some(gateway(network)),
        private_nodes: private_nodes(wire, network),
        tags: plain(&labels(wire)),
        node_account,
        node_scopes,
        ..reached(wire, window)
    }
}

/// Where it is reached, beside its window of maintenance.
// Clusters from before the endpoints' message tell it in the deprecated one.
#[allow(deprecated)]
fn reached(wire: &Wire, window: Cluster) -> Cluster {
    let config = wire.control_plane_endpoints_config.as_ref();
    let ip = config.and_then(|config| config.ip_endpoints_config.as_ref());
    let dns = config.and_then(|config| config.dns_endpoint_config.as_ref());
    let private = wire.private_cluster_config.as_ref();
    let told = |ip: &IPEndpointsConfig| {
        ip.enabled != Some(false) && ip.enable_public_endpoint.unwrap_or(true)
    };
    let before = || !private.is_some_and(|private| private.enable_private_endpoint);
    let networks = ip.and_then(|ip| ip.authorized_networks_config.as_ref());
    let networks = networks.or(wire.master_authorized_networks_config.as_ref());
    let restricted = networks.is_some_and(|networks| networks.enabled);
    let networks = networks.filter(|networks| networks.enabled);
    let ranges = |blocks: &Vec<CidrBlock>| {
        let ranges = blocks.iter().map(|block| block.cidr_block.clone());
        sorted(ranges.collect())
    };
    Cluster {
        public_endpoint: ip.map_or_else(before, told),
        restricted: Some(restricted),
        authorized_networks: networks
            .map(|networks| ranges(&networks.cidr_blocks))
            .unwrap_or_default(),
        dns_endpoint: dns.is_some_and(|dns| dns.allow_external_traffic == Some(true)),
        ..window
    }
}

fn network_path(wire: &Wire, network: Option<&NetworkConfig>) -> String {
    match network.map(|network| network.network.as_str()) {
        Some(path) if !path.is_empty() => local(path),
        _ if wire.network.contains('/') => local(&wire.network),
        _ => format!("global/networks/{}", wire.network),
    }
}

fn subnetwork_path(wire: &Wire, network: Option<&NetworkConfig>) -> String {
    match network.map(|network| network.subnetwork.as_str()) {
        Some(path) if !path.is_empty() => local(path),
        _ if wire.subnetwork.contains('/') => local(&wire.subnetwork),
        _ => {
            let region = region_of(&wire.location);
            format!("regions/{region}/subnetworks/{}", wire.subnetwork)
        }
    }
}

fn datapath(network: Option<&NetworkConfig>) -> String {
    let word = network.and_then(|network| network.datapath_provider.name());
    match word {
        Some("ADVANCED_DATAPATH") => "ADVANCED_DATAPATH",
        _ => "LEGACY_DATAPATH",
    }
    .to_owned()
}

fn channel(wire: &Wire) -> String {
    let channel = wire.release_channel.as_ref();
    match channel.and_then(|one| one.channel.name()) {
        None | Some("UNSPECIFIED") => NO_CHANNEL.to_owned(),
        Some(word) => word.to_owned(),
    }
}

/// The key of yours; where Google's are used the state says so.
fn key(wire: &Wire) -> String {
    let encryption = wire.database_encryption.as_ref();
    let own = encryption.filter(|one| one.state.name() != Some("DECRYPTED"));
    own.map(|one| one.key_name.clone()).unwrap_or_default()
}

/// Who the nodes of Autopilot are, and what they may ask for.
fn nodes_of_autopilot(wire: &Wire, autopilot: bool) -> (String, Vec<String>) {
    let scaled = wire.autoscaling.as_ref().filter(|_| autopilot);
    let defaults = scaled.and_then(|one| one.autoprovisioning_node_pool_defaults.as_ref());
    let (account, scopes) = defaults
        .map(|one| (one.service_account.clone(), one.oauth_scopes.clone()))
        .unwrap_or_default();
    (account, sorted(scopes))
}

fn logging(wire: &Wire) -> Vec<String> {
    let config = wire.logging_config.as_ref();
    let components = config.and_then(|config| config.component_config.as_ref());
    let components = components.map(|one| one.enable_components.iter());
    let components = components.into_iter().flatten();
    sorted(
        components
            .map(|one| component(one.name(), one.value()))
            .collect(),
    )
}

/// A component by its name, or by its number where it came as one that is not known yet: it is live all the same.
fn component(name: Option<&str>, number: Option<i32>) -> String {
    name.map_or_else(
        || format!("COMPONENT_{}", number.unwrap_or_default()),
        str::to_owned,
    )
}

fn measured(wire: &Wire) -> Vec<String> {
    let config = wire.monitoring_config.as_ref();
    let components = config.and_then(|config| config.component_config.as_ref());
    let components = components.map(|one| one.enable_components.iter());
    let components = components.into_iter().flatten();
    sorted(
        components
            .map(|one| component(one.name(), one.value()))
            .collect(),
    )
}

fn gateway(network: Option<&NetworkConfig>) -> bool {
    let config = network.and_then(|network| network.gateway_api_config.as_ref());
    config.is_some_and(|config| {
        !matches!(
            config.channel.name(),
            None | Some("CHANNEL_UNSPECIFIED" | "CHANNEL_DISABLED")
        )
    })
}

// As above.
#[allow(deprecated)]
fn private_nodes(wire: &Wire, network: Option<&NetworkConfig>) -> bool {
    let told = network.and_then(|network| network.default_enable_private_nodes);
    let private = wire.private_cluster_config.as_ref();
    told.unwrap_or_else(|| private.is_some_and(|private| private.enable_private_nodes))
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list
}
