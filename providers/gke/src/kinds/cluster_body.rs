//! What a new cluster is asked for with.

use google_cloud_container_v1::model::control_plane_endpoints_config::{
    DNSEndpointConfig, IPEndpointsConfig,
};
use google_cloud_container_v1::model::database_encryption::State;
use google_cloud_container_v1::model::gateway_api_config::Channel as GatewayChannel;
use google_cloud_container_v1::model::logging_component_config::Component as Logged;
use google_cloud_container_v1::model::master_authorized_networks_config::CidrBlock;
use google_cloud_container_v1::model::monitoring_component_config::Component as Measured;
use google_cloud_container_v1::model::release_channel::Channel;
use google_cloud_container_v1::model::{
    Autopilot, AutoprovisioningNodePoolDefaults, Cluster as Wire, ClusterAutoscaling,
    ControlPlaneEndpointsConfig, DatabaseEncryption, DatapathProvider, GatewayAPIConfig,
    IPAllocationPolicy, LoggingComponentConfig, LoggingConfig, MasterAuthorizedNetworksConfig,
    MaxPodsConstraint, MonitoringComponentConfig, MonitoringConfig, NetworkConfig,
    NodePool as WirePool, ReleaseChannel, ShieldedNodes, VerticalPodAutoscaling,
    WorkloadIdentityConfig,
};
use provision_core::contract::Failure;
use provision_core::model::ResourceId;
use provision_kind::{Next, internal};

use super::cluster::{Cluster, NewPool};
use super::container::{cluster_handle, new_labels};
use super::operation::underway;
use super::{Cx, Stop, cluster_addons, maintenance, node_pool_body};
use crate::marks::labelled;

/// No channel, in a spec's words.
pub(super) const NO_CHANNEL: &str = "NONE";

/// Makes a cluster with its pools: one operation.
pub(super) async fn create(cx: &Cx<'_>, want: &Cluster) -> Result<Next, Stop> {
    let name = cx.name()?;
    let parent = format!("projects/{}/locations/{}", cx.gcp.project(), want.location);
    let client = cx.gcp.container().await?;
    let pools: Result<Vec<WirePool>, Failure> =
        want.pools.iter().map(|pool| new_pool(cx, pool)).collect();
    let wire = body(cx.gcp.project(), want)?
        .set_name(name)
        .set_resource_labels(new_labels(cx, &want.tags))
        .set_node_pools(pools?);
    let request = client.create_cluster().set_parent(parent).set_cluster(wire);
    let operation = cx
        .gcp
        .write("container.clusters.create", || request.clone().send())
        .await?;
    let physical = cluster_handle(cx.gcp, &want.location, name);
    Ok(underway(&operation, &physical))
}

/// The zones of nodes; none where Google chooses.
pub(super) fn zones(want: &Cluster) -> Result<Vec<String>, Failure> {
    let zones = want.zones.as_ref().map(|zones| zones.known("zones"));
    Ok(zones.transpose()?.cloned().unwrap_or_default())
}

/// The cluster as it is asked for; its pools come on top.
pub(super) fn body(project: &str, want: &Cluster) -> Result<Wire, Failure> {
    let within = |path: &str| format!("projects/{project}/{path}");
    let pods = want.pods_range.known("pods_range")?;
    let ranges = IPAllocationPolicy::new()
        .set_use_ip_aliases(true)
        .set_cluster_secondary_range_name(pods);
    let mut wire = Wire::new()
        .set_network(within(want.network.known("network")?))
        .set_subnetwork(within(want.subnetwork.known("subnetwork")?))
        .set_ip_allocation_policy(ranges)
        .set_locations(zones(want)?)
        .set_initial_cluster_version(want.version.as_deref().unwrap_or_default())
        .set_release_channel(channel(&want.channel))
        .set_control_plane_endpoints_config(endpoints(want))
        .set_logging_config(logging(&want.logging))
        .set_addons_config(cluster_addons::config(&want.addons))
        .set_or_clear_monitoring_config(asked_monitoring(want))
        .set_or_clear_maintenance_policy(maintenance::policy(want)?)
        .set_or_clear_vertical_pod_autoscaling(want.vertical_pod_autoscaling.map(vertical))
        .set_or_clear_default_max_pods_constraint(want.max_pods_per_node.map(max_pods))
        .set_network_config(network(want));
    if !want.kms_key.is_empty() {
        wire = wire.set_database_encryption(encryption(&want.kms_key));
    }
    if want.autopilot {
        return Ok(wire
            .set_autopilot(Autopilot::new().set_enabled(true))
            .set_or_clear_autoscaling(nodes_of_autopilot(want)));
    }
    if !want.workload_pool.is_empty() {
        wire = wire.set_workload_identity_config(identities(&want.workload_pool));
    }
    Ok(wire.set_shielded_nodes(ShieldedNodes::new().set_enabled(want.shielded_nodes)))
}

/// Who the nodes of Autopilot are. The service makes their pools, and takes this of the settings of such pools alone.
fn nodes_of_autopilot(want: &Cluster) -> Option<ClusterAutoscaling> {
    if want.node_account.is_empty() {
        return None;
    }
    let defaults = AutoprovisioningNodePoolDefaults::new()
        .set_service_account(want.node_account.as_str())
        .set_oauth_scopes(want.node_scopes.clone());
    Some(ClusterAutoscaling::new().set_autoprovisioning_node_pool_defaults(defaults))
}

/// A pool with the marks of its own resource.
fn new_pool(cx: &Cx<'_>, new: &NewPool) -> Result<WirePool, Failure> {
    let id: ResourceId = new
        .id
        .parse()
        .map_err(|_| internal(format!("`{}` is no id of a pool", new.id)))?;
    let labels = labelled(cx.context, &id, new.protect, &new.pool.tags);
    node_pool_body::body(&new.name, &new.pool, labels)
}

fn network(want: &Cluster) -> NetworkConfig {
    let config = NetworkConfig::new().set_default_enable_private_nodes(want.private_nodes);
    // On Autopilot GKE decides.
    let config = match want.autopilot || want.datapath.is_empty() {
        true => config,
        false => config.set_datapath_provider(DatapathProvider::from(want.datapath.as_str())),
    };
    config.set_or_clear_gateway_api_config(want.gateway_api.map(gateway))
}

/// The channel; `NONE` is the API's `UNSPECIFIED`.
pub(super) fn channel(word: &str) -> ReleaseChannel {
    let channel = match word {
        NO_CHANNEL => Channel::from("UNSPECIFIED"),
        word => Channel::from(word),
    };
    ReleaseChannel::new().set_channel(channel)
}

/// How the API is reached.
pub(super) fn endpoints(want: &Cluster) -> ControlPlaneEndpointsConfig {
    let blocks = want
        .authorized_networks
        .iter()
        .map(|range| CidrBlock::new().set_cidr_block(range));
    let networks = MasterAuthorizedNetworksConfig::new()
        .set_enabled(want.restricted == Some(true) || !want.authorized_networks.is_empty())
        .set_cidr_blocks(blocks);
    let addresses = IPEndpointsConfig::new()
        .set_enabled(true)
        .set_enable_public_endpoint(want.public_endpoint)
        .set_authorized_networks_config(networks);
    ControlPlaneEndpointsConfig::new()
        .set_dns_endpoint_config(
            DNSEndpointConfig::new().set_allow_external_traffic(want.dns_endpoint),
        )
        .set_ip_endpoints_config(addresses)
}

/// The pool of workload identities.
pub(super) fn identities(pool: &str) -> WorkloadIdentityConfig {
    WorkloadIdentityConfig::new().set_workload_pool(pool)
}

/// The key of yours, or Google's.
pub(super) fn encryption(key: &str) -> DatabaseEncryption {
    let state = match key.is_empty() {
        true => State::Decrypted,
        false => State::Encrypted,
    };
    DatabaseEncryption::new().set_state(state).set_key_name(key)
}

/// What is logged; nothing of it is no logging.
pub(super) fn logging(components: &[String]) -> LoggingConfig {
    let components = components.iter().map(|name| Logged::from(name.as_str()));
    LoggingConfig::new()
        .set_component_config(LoggingComponentConfig::new().set_enable_components(components))
}

/// What is measured, where that is not what the service measures by itself.
fn asked_monitoring(want: &Cluster) -> Option<MonitoringConfig> {
    let usual = want.monitoring.is_none() && want.managed_prometheus;
    (!usual).then(|| monitoring(MonitoringConfig::new(), want))
}

/// What is measured, laid over what there is: where nobody says which components these are, they stay, and so does what has
/// no word in a spec.
pub(super) fn monitoring(mut config: MonitoringConfig, want: &Cluster) -> MonitoringConfig {
    if let Some(components) = &want.monitoring {
        let components = components.iter().map(|name| Measured::from(name.as_str()));
        config = config.set_component_config(
            MonitoringComponentConfig::new().set_enable_components(components),
        );
    }
    let prometheus = config.managed_prometheus_config.take().unwrap_or_default();
    config.set_managed_prometheus_config(prometheus.set_enabled(want.managed_prometheus))
}

/// The Gateway API, on or off.
pub(super) fn gateway(on: bool) -> GatewayAPIConfig {
    let channel = match on {
        true => GatewayChannel::Standard,
        false => GatewayChannel::Disabled,
    };
    GatewayAPIConfig::new().set_channel(channel)
}

/// Vertical scaling of pods, on or off.
pub(super) fn vertical(on: bool) -> VerticalPodAutoscaling {
    VerticalPodAutoscaling::new().set_enabled(on)
}

/// The most pods of a node.
pub(super) fn max_pods(number: i64) -> MaxPodsConstraint {
    MaxPodsConstraint::new().set_max_pods_per_node(number)
}
