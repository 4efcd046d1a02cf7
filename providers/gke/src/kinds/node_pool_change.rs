//! The calls of `gke.node_pool`: one group of fields each.

use google_cloud_container_v1::builder::cluster_manager::UpdateNodePool;
use google_cloud_container_v1::model::{
    NetworkTags, NodeLabels, NodeNetworkConfig, NodePool as Wire, NodeTaints, ResourceLabels,
};
use provision_core::contract::{Does, Failure};
use provision_core::model::{Fields, Minor, Observed, Value};
use provision_kind::marks::PROTECT;
use provision_kind::{Next, Serves, Tags, internal};

use super::container::{cluster_of, minor, new_labels, parent, pool_handle, send};
use super::differs::{next, wanted};
use super::node_count::{self, per_zone};
use super::node_pool::NodePool;
use super::node_pool_body as body;
use super::node_pool_read::{ADOPTED_POOL, fields, get, labels};
use super::operation::{last, underway};
use super::{Cx, Stop, cluster_change, node_pool_read};
use crate::marks::encoded;

const UPDATE: &str = "container.nodePools.update";

/// The version of nodes that means the control plane's.
const AS_CONTROL_PLANE: &str = "-";

/// Makes a pool in a cluster that stands.
pub(super) async fn create(cx: &Cx<'_>, want: &NodePool) -> Result<Next, Stop> {
    let (cluster, name) = (parent(cx)?, cx.name()?);
    let mut pool = body::body(name, want, new_labels(cx, &want.tags))?;
    // The newest patch of the minor may be newer than the control plane's, which GKE refuses.
    pool.version = match older(Some(pool.version.as_str()), plane(cx)) {
        true => AS_CONTROL_PLANE.to_owned(),
        false => version(cx, &pool.version),
    };
    let client = cx.gcp.container().await?;
    let request = client
        .create_node_pool()
        .set_parent(&cluster)
        .set_node_pool(pool);
    let operation = cx
        .gcp
        .write("container.nodePools.create", || request.clone().send())
        .await?;
    Ok(underway(&operation, &pool_handle(&cluster, name)))
}

/// The minor of the control plane.
fn plane<'a>(cx: &Cx<'a>) -> Option<&'a str> {
    let version = cx.parent.and_then(|parent| parent.outputs.get("version"));
    version.and_then(|version| version.as_text()).map(minor)
}

/// Whether a version is of an older minor than another.
fn older(one: Option<&str>, other: Option<&str>) -> bool {
    let minor = |version: Option<&str>| version.and_then(Minor::of);
    matches!((minor(one), minor(other)), (Some(one), Some(other)) if one < other)
}

/// The version to ask for: of the control plane's own minor, its very version.
fn version(cx: &Cx<'_>, wanted: &str) -> String {
    match wanted.is_empty() || plane(cx) == Some(minor(wanted)) {
        true => AS_CONTROL_PLANE.to_owned(),
        false => wanted.to_owned(),
    }
}

/// Makes the next change that brings a live pool to what is wanted.
pub(super) async fn change(
    cx: &Cx<'_>,
    want: &NodePool,
    live: &Observed,
) -> Result<Option<Next>, Stop> {
    let table = NodePool::table();
    let fields = wanted(want)?;
    // A version is a floor: nodes never go back to it.
    let text = |fields: &Fields| fields.get("version")?.as_text().map(str::to_owned);
    let (has, wanted) = (text(&live.fields), text(&fields));
    let newer = older(wanted.as_deref(), has.as_deref());
    let changes = |name: &str| match name {
        "initial" | "nodes" | "own_taints" => false,
        "version" => !newer,
        _ => true,
    };
    let row = next(cx, &table, &fields, live, changes);
    let row = row.filter(|row| row.group.is_some());
    let group = row.and_then(|row| row.group.as_deref());
    if group.is_none()
        && sized(cx, want, live)
        && let Some(next) = fit(cx, want, live).await?
    {
        return Ok(Some(next));
    }
    if group.is_none() && cx.protect() == live.protect {
        return Ok(None);
    }
    // Somebody may have changed it since the plan: what is sent says what it was decided on.
    let Some(wire) = get(cx.gcp, &live.physical).await? else {
        return Err(Stop::Later("the pool is not visible yet".to_owned()));
    };
    match group {
        Some("size") => resize(cx, want, live, &wire).await.map(Some),
        Some("management") => manage(cx, want, live, &wire).await.map(Some),
        group => {
            let client = cx.gcp.container().await?;
            let request = client
                .update_node_pool()
                .set_name(&live.physical)
                .set_etag(&wire.etag);
            let request = update(cx, group.unwrap_or("tags"), want, &wire, request)?;
            send(cx, UPDATE, live, || request.clone().send())
                .await
                .map(Some)
        }
    }
}

/// The group of fields of an update.
fn update(
    cx: &Cx<'_>,
    group: &str,
    want: &NodePool,
    wire: &Wire,
    request: UpdateNodePool,
) -> Result<UpdateNodePool, Failure> {
    Ok(match group {
        "version" => {
            let wanted = want.version.as_ref().map(|field| field.known("version"));
            request.set_node_version(version(cx, wanted.transpose()?.map_or("", String::as_str)))
        }
        "machine" => machine(want, wire, request)?,
        "image_type" => request.set_image_type(&want.image_type),
        "zones" => request.set_locations(body::zones(want)?),
        "labels" => request.set_labels(NodeLabels::new().set_labels(want.labels.clone())),
        "taints" => {
            // All of them are replaced: GKE's own go along, each once.
            let mut all = fields(wire).own_taints.unwrap_or_default();
            all.extend(want.taints.clone());
            request.set_taints(NodeTaints::new().set_taints(body::taints(&all)?))
        }
        "upgrade" => request.set_upgrade_settings(body::upgrade(want)?),
        "network_tags" => request.set_tags(NetworkTags::new().set_tags(want.network_tags.clone())),
        "private_nodes" => request.set_node_network_config(
            NodeNetworkConfig::new().set_or_clear_enable_private_nodes(want.private_nodes),
        ),
        "workload_metadata" => {
            request.set_workload_metadata_config(body::metadata(&want.workload_metadata))
        }
        "tags" => request
            .set_resource_labels(ResourceLabels::new().set_labels(relabelled(cx, want, wire))),
        other => return Err(internal(format!("a pool has no change of {other}"))),
    })
}

/// Machine and boot disk, as far as they are to be others.
fn machine(
    want: &NodePool,
    wire: &Wire,
    request: UpdateNodePool,
) -> Result<UpdateNodePool, Failure> {
    let now = fields(wire);
    let wanted = want.machine_type.known("machine_type")?;
    let mut request = request;
    if now.machine_type.get() != Some(wanted) {
        request = request.set_machine_type(wanted);
    }
    if now.disk_type != want.disk_type {
        request = request.set_disk_type(&want.disk_type);
    }
    if now.disk_gib != want.disk_gib {
        request = request.set_disk_size_gb(want.disk_gib);
    }
    Ok(request)
}

/// All labels of the machines: those that are there, ours, and the mark of protection.
fn relabelled(cx: &Cx<'_>, want: &NodePool, wire: &Wire) -> Tags {
    let mut all = labels(wire);
    // Google's own come by themselves, and are refused when they are sent.
    all.retain(|key, _| !key.starts_with("goog-"));
    if cx.wants("tags") {
        all.extend(want.tags.clone());
    }
    all.extend(new_labels(cx, &Tags::new()));
    if !cx.protect() {
        all.remove(PROTECT);
    }
    all
}

/// New bounds. How the autoscaler spreads nodes over zones has no word in a spec and stays.
async fn resize(cx: &Cx<'_>, want: &NodePool, live: &Observed, wire: &Wire) -> Result<Next, Stop> {
    let client = cx.gcp.container().await?;
    let scaled = wire.autoscaling.as_ref().filter(|now| now.enabled);
    if !body::autoscaled(want) && scaled.is_none() {
        let request = client
            .set_node_pool_size()
            .set_name(&live.physical)
            .set_node_count(0);
        return send(cx, "container.nodePools.setSize", live, || {
            request.clone().send()
        })
        .await;
    }
    let mut scaling = body::scaling(want)?;
    if let Some(now) = scaled.filter(|_| scaling.enabled) {
        scaling.location_policy.clone_from(&now.location_policy);
        let now = fields(wire);
        if (now.min, now.max) == (want.min, want.max) {
            return match brought(cx, want, live, wire).await? {
                Some(next) => Ok(next),
                None => by_itself(cx, live).await,
            };
        }
    }
    let request = client
        .set_node_pool_autoscaling()
        .set_name(&live.physical)
        .set_autoscaling(scaling);
    send(cx, "container.nodePools.setAutoscaling", live, || {
        request.clone().send()
    })
    .await
}

/// Whether a step may leave a pool outside of its bounds: it moves them, adds or takes zones with their nodes, or begins with
/// fewer nodes than are wanted.
fn sized(cx: &Cx<'_>, want: &NodePool, live: &Observed) -> bool {
    let mut fields = ["min", "max", "missing", "zones"].iter();
    let moves = body::autoscaled(want) && fields.any(|field| cx.wants(field));
    let began = match (live.fields.get("initial"), live.fields.get("zones")) {
        (Some(Value::Int(initial)), Some(Value::List(zones))) => {
            initial.saturating_mul(i64::try_from(zones.len()).unwrap_or(1))
        }
        _ => 0,
    };
    moves && (cx.step.does != Does::Create || began < want.min)
}

/// Brings a pool whose bounds are right between them; where they are not yet, the step that moves them does.
async fn fit(cx: &Cx<'_>, want: &NodePool, live: &Observed) -> Result<Option<Next>, Stop> {
    let Some(wire) = get(cx.gcp, &live.physical).await? else {
        return Err(Stop::Later("the pool is not visible yet".to_owned()));
    };
    let now = fields(&wire);
    match (now.min, now.max) == (want.min, want.max) {
        true => brought(cx, want, live, &wire).await,
        false => Ok(None),
    }
}

/// The call that brings a pool between its bounds; `None` when it is there, or nobody knows.
async fn brought(
    cx: &Cx<'_>,
    want: &NodePool,
    live: &Observed,
    wire: &Wire,
) -> Result<Option<Next>, Stop> {
    let count = node_count::read(cx.gcp, wire).await?;
    let zones = i64::try_from(wire.locations.len()).unwrap_or(1);
    let size = count.and_then(|count| per_zone(count, zones, want.min, want.max));
    let Some(size) = size else {
        return Ok(None);
    };
    let client = cx.gcp.container().await?;
    let request = client
        .set_node_pool_size()
        .set_name(&live.physical)
        .set_node_count(body::count(size)?);
    send(cx, "container.nodePools.setSize", live, || {
        request.clone().send()
    })
    .await
    .map(Some)
}

/// A pool that came between its bounds since the plan.
async fn by_itself(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
    let now = node_pool_read::read(cx, &live.physical).await?;
    let now = now.ok_or_else(|| Stop::Later("the pool is not visible yet".to_owned()))?;
    Ok(Next::More {
        did: "came between its bounds by itself".to_owned(),
        observed: cx.made(now),
    })
}

/// What GKE does by itself.
async fn manage(cx: &Cx<'_>, want: &NodePool, live: &Observed, wire: &Wire) -> Result<Next, Stop> {
    let mut management = body::management(want);
    if let Some(now) = &wire.management {
        management.upgrade_options.clone_from(&now.upgrade_options);
    }
    let client = cx.gcp.container().await?;
    let request = client
        .set_node_pool_management()
        .set_name(&live.physical)
        .set_management(management);
    send(cx, "container.nodePools.setManagement", live, || {
        request.clone().send()
    })
    .await
}

/// Marks a pool that somebody else made, on its cluster: an update of the pool might roll its nodes.
pub(super) async fn mark(cx: &Cx<'_>, physical: &str, _marks: &Tags) -> Result<(), Stop> {
    let label = format!("{ADOPTED_POOL}{}", last(physical));
    let labels = Tags::from([(label, encoded(cx.id()))]);
    cluster_change::add_labels(cx, cluster_of(physical), labels).await
}
