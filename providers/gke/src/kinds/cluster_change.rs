//! The calls that change a cluster: one field of one update each, with the etag of what was read just before.

use google_cloud_container_v1::model::{
    Cluster as Wire, ClusterUpdate, ControlPlaneEndpointsConfig, ShieldedNodes,
};
use provision_core::contract::Failure;
use provision_core::model::Observed;
use provision_kind::marks::{ADOPTED, PROTECT};
use provision_kind::{Next, Serves, Tags, internal};

use super::cluster::Cluster;
use super::cluster_body as body;
use super::cluster_read::{get, labels};
use super::container::{new_labels, send};
use super::differs::{next, wanted};
use super::{Cx, Stop, cluster_addons, maintenance};
use crate::marks::rooted;

const UPDATE: &str = "container.clusters.update";

/// Makes the next change that brings a live cluster to what is wanted.
pub(super) async fn change(
    cx: &Cx<'_>,
    want: &Cluster,
    live: &Observed,
) -> Result<Option<Next>, Stop> {
    let table = Cluster::table();
    let fields = wanted(want)?;
    let row = next(cx, &table, &fields, live, |name| is_changed(name, want));
    let group = row.and_then(|row| row.group.as_deref());
    if group.is_none() && cx.protect() == live.protect {
        return Ok(None);
    }
    // Somebody may have changed it since the plan: what is sent says what it was decided on.
    let Some(wire) = get(cx.gcp, &live.physical).await? else {
        return Err(Stop::Later("the cluster is not visible yet".to_owned()));
    };
    match group {
        None | Some("tags") => relabel(cx, want, live, &wire).await.map(Some),
        Some("maintenance") => maintain(cx, want, live, &wire).await.map(Some),
        Some(group) => {
            let update = update(group, want, &wire)?.set_etag(&wire.etag);
            let client = cx.gcp.container().await?;
            let request = client
                .update_cluster()
                .set_name(&live.physical)
                .set_update(update);
            send(cx, UPDATE, live, || request.clone().send())
                .await
                .map(Some)
        }
    }
}

/// Whether a call changes a field. What Autopilot decides by itself is left to it.
fn is_changed(name: &str, want: &Cluster) -> bool {
    let fixed = [
        "location",
        "autopilot",
        "network",
        "subnetwork",
        "pods_range",
        "datapath",
        "max_pods_per_node",
        "zones",
        "node_account",
        "node_scopes",
        "pools",
    ];
    let googles = ["workload_pool", "shielded_nodes"];
    !(fixed.contains(&name) || want.autopilot && googles.contains(&name))
}

/// The one field of an update.
fn update(group: &str, want: &Cluster, wire: &Wire) -> Result<ClusterUpdate, Failure> {
    let update = ClusterUpdate::new();
    Ok(match group {
        "version" => update.set_desired_master_version(want.version.as_deref().unwrap_or_default()),
        "channel" => update.set_desired_release_channel(body::channel(&want.channel)),
        "private_nodes" => update.set_desired_default_enable_private_nodes(want.private_nodes),
        "endpoint" => update.set_desired_control_plane_endpoints_config(endpoints(want, wire)),
        "workload_pool" => {
            update.set_desired_workload_identity_config(body::identities(&want.workload_pool))
        }
        "shielded_nodes" => {
            update.set_desired_shielded_nodes(ShieldedNodes::new().set_enabled(want.shielded_nodes))
        }
        "kms_key" => update.set_desired_database_encryption(body::encryption(&want.kms_key)),
        "logging" => update.set_desired_logging_config(body::logging(&want.logging)),
        "monitoring" => {
            let now = wire.monitoring_config.clone().unwrap_or_default();
            update.set_desired_monitoring_config(body::monitoring(now, want))
        }
        "addons" => update.set_desired_addons_config(cluster_addons::config(&want.addons)),
        "vertical_pod_autoscaling" => update.set_or_clear_desired_vertical_pod_autoscaling(
            want.vertical_pod_autoscaling.map(body::vertical),
        ),
        "gateway_api" => {
            update.set_or_clear_desired_gateway_api_config(want.gateway_api.map(body::gateway))
        }
        other => return Err(internal(format!("a cluster has no change of {other}"))),
    })
}

/// How the API is reached. What of it has no word in a spec stays as it is.
fn endpoints(want: &Cluster, wire: &Wire) -> ControlPlaneEndpointsConfig {
    let mut config = body::endpoints(want);
    let now = wire.control_plane_endpoints_config.as_ref();
    let now = now.and_then(|now| now.ip_endpoints_config.as_ref());
    if let (Some(now), Some(ip)) = (now, config.ip_endpoints_config.as_mut()) {
        ip.global_access = now.global_access;
        let kept = now.authorized_networks_config.as_ref();
        if let (Some(kept), Some(networks)) = (kept, ip.authorized_networks_config.as_mut()) {
            // Without a public address there is no saying who may come by it.
            if !want.public_endpoint && want.restricted.is_none() {
                networks.enabled = kept.enabled || !want.authorized_networks.is_empty();
            }
            networks.gcp_public_cidrs_access_enabled = kept.gcp_public_cidrs_access_enabled;
            networks.private_endpoint_enforcement_enabled =
                kept.private_endpoint_enforcement_enabled;
        }
    }
    config
}

/// The labels and the mark of protection: all labels in one call, with the fingerprint of those that were read.
async fn relabel(cx: &Cx<'_>, want: &Cluster, live: &Observed, wire: &Wire) -> Result<Next, Stop> {
    let mut all = labels(wire);
    // Labels that the file no longer has stay: they may be somebody's. Marks of adoption stay, too.
    if cx.wants("tags") {
        all.extend(want.tags.clone());
    }
    let marks = new_labels(cx, &Tags::new());
    all.extend(marks);
    if !cx.protect() {
        all.remove(PROTECT);
    }
    set_labels(cx, live, wire, all).await
}

async fn set_labels(cx: &Cx<'_>, live: &Observed, wire: &Wire, all: Tags) -> Result<Next, Stop> {
    let client = cx.gcp.container().await?;
    let request = client
        .set_labels()
        .set_name(&live.physical)
        .set_resource_labels(all)
        .set_label_fingerprint(&wire.label_fingerprint);
    send(cx, "container.clusters.setResourceLabels", live, || {
        request.clone().send()
    })
    .await
}

/// Window and exclusions, with the version of those that were read.
async fn maintain(cx: &Cx<'_>, want: &Cluster, live: &Observed, wire: &Wire) -> Result<Next, Stop> {
    let mut policy = maintenance::policy(want)?.unwrap_or_default();
    if let Some(now) = &wire.maintenance_policy {
        policy.resource_version.clone_from(&now.resource_version);
        policy.disruption_budget.clone_from(&now.disruption_budget);
        if want.maintenance_exclusions.is_none() {
            maintenance::keep_exclusions(&mut policy, now);
        }
    }
    let client = cx.gcp.container().await?;
    let request = client
        .set_maintenance_policy()
        .set_name(&live.physical)
        .set_maintenance_policy(policy);
    send(cx, "container.clusters.setMaintenancePolicy", live, || {
        request.clone().send()
    })
    .await
}

/// Marks a cluster that somebody else made.
pub(super) async fn mark(cx: &Cx<'_>, physical: &str, marks: &Tags) -> Result<(), Stop> {
    let root = marks.get(ADOPTED).map(String::as_str).unwrap_or_default();
    let mut all = new_labels(cx, &Tags::new());
    all.insert(ADOPTED.to_owned(), rooted(root));
    add_labels(cx, physical, all).await
}

/// Adds labels to a cluster.
pub(super) async fn add_labels(cx: &Cx<'_>, physical: &str, more: Tags) -> Result<(), Stop> {
    let Some(wire) = get(cx.gcp, physical).await? else {
        return Err(Stop::Later("the cluster is not visible yet".to_owned()));
    };
    let mut all = labels(&wire);
    all.extend(more);
    let client = cx.gcp.container().await?;
    let request = client
        .set_labels()
        .set_name(physical)
        .set_resource_labels(all)
        .set_label_fingerprint(&wire.label_fingerprint);
    cx.gcp
        .write("container.clusters.setResourceLabels", || {
            request.clone().send()
        })
        .await
        .map_err(|fault| Stop::Fault(fault.about(physical)))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    /// Google's enums grow: a component that is not known yet goes back as it came.
    #[test]
    fn what_is_measured_and_has_no_word_stays() {
        let body = json!({ "monitoringConfig": {
            "componentConfig": { "enableComponents": ["SYSTEM_COMPONENTS", 99, "LATER"] },
            "managedPrometheusConfig": { "enabled": true },
            "advancedDatapathObservabilityConfig": { "enableMetrics": true },
        } });
        let wire: Wire = serde_json::from_value(body.clone()).unwrap();
        let read = super::super::cluster_read::fields(&wire)
            .monitoring
            .unwrap();
        assert_eq!(read, ["COMPONENT_99", "LATER", "SYSTEM_COMPONENTS"]);
        let want = Cluster::default();
        let sent = serde_json::to_value(update("monitoring", &want, &wire).unwrap()).unwrap();
        let (sent, was) = (&sent["desiredMonitoringConfig"], &body["monitoringConfig"]);
        // What is off is not written.
        assert_eq!(sent["managedPrometheusConfig"], json!({}));
        let observed = "advancedDatapathObservabilityConfig";
        assert_eq!(
            sent[observed]["enableMetrics"],
            was[observed]["enableMetrics"]
        );
        let components = sent["componentConfig"]["enableComponents"]
            .as_array()
            .unwrap();
        assert_eq!(components.len(), 3, "{components:?}");
        assert!(components.contains(&json!(99)) && components.contains(&json!("LATER")));
    }
}
