//! Making and deleting pools, and changes of them that have methods of their own.

use serde_json::json;

use super::cluster::{Cluster, STOPPING, home, named as cluster_named};
use super::create::{self, name_legal, request};
use super::done::finish;
use super::fields::{Fields, number, set, text};
use super::pool::{self, Pool, named};
use super::work::{Plan, admit, start, upgrade_of};
use super::{defaults, nodes, taints, words};
use crate::gcp::{Call, Outcome};
use crate::store::Place;
use crate::wire::ApiError;

/// Waiting and running, in seconds, of making and of deleting a pool: a log of operations.
const CREATE: (u64, u64) = (2, 103);
const DELETE: (u64, u64) = (1, 10);
/// Of other changes; assumed.
const RESIZE: (u64, u64) = (2, 40);
const SETTING: (u64, u64) = (1, 10);

/// The pool that the path names, when nothing stands in the way of a change.
pub(super) fn free(call: &Call<'_>) -> Result<(Place, Cluster, Pool), ApiError> {
    let place = home(call)?;
    let cluster = cluster_named(call, &place)?;
    if cluster.is_autopilot() {
        return Err(words::autopilot_pools().into());
    }
    let (place, cluster, pool) = named(call)?;
    admit(call, &place, &cluster.name, Some(&pool.name))?;
    Ok((place, cluster, pool))
}

/// `nodePools.create`.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let place = home(call)?;
    let mut body = request(call, "CreateNodePoolRequest")?;
    let cluster = cluster_named(call, &place)?;
    let fields = pool::asked(&mut body);
    let name = text(&fields, "name").to_owned();
    name_legal("node_pool.name", &name)?;
    if cluster.is_autopilot() {
        return Err(words::autopilot_pools().into());
    }
    let pools = pool::of(&call.tx, &place, &cluster.name);
    if pools.iter().any(|one| one.name == name) {
        return Err(words::pool_exists(&call.project, &place.region, &cluster.name, &name).into());
    }
    admit(call, &place, &cluster.name, Some(&name))?;
    let order = pools.last().map_or(0, |last| last.order + 1);
    let mut pool = create::pool(call, &cluster, fields, order)?;
    let others = pools.iter().any(|one| !taints::has_gpus(&one.fields));
    taints::add(&mut pool.fields, others);
    nodes::affordable(call, &place, &[(&pool.fields, pool.first_size())])?;
    call.tx.put(&place, &pool);
    nodes::place_pool(&mut call.tx, &place, &cluster, &pool);
    start(
        call,
        &place,
        &cluster.name,
        Some(&name),
        Plan::new("CREATE_NODE_POOL", CREATE, "create"),
    )
}

/// `nodePools.delete`.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let (place, cluster, mut pool) = free(call)?;
    STOPPING.clone_into(&mut pool.status);
    call.tx.put(&place, &pool);
    start(
        call,
        &place,
        &cluster.name,
        Some(&pool.name),
        Plan::new("DELETE_NODE_POOL", DELETE, "delete"),
    )
}

/// Starts an operation that gives a pool other fields and another size.
pub(super) fn alter(
    call: &mut Call<'_>,
    place: &Place,
    pool: Pool,
    kind: &'static str,
    seconds: (u64, u64),
    fields: Fields,
    count: u64,
) -> Outcome {
    let mut plan = Plan::new(kind, seconds, "set");
    let Pool { name, cluster, .. } = pool;
    plan.pools.push((name.clone(), fields, count));
    start(call, place, &cluster, Some(&name), plan)
}

/// `setSize`: nodes in each zone.
pub(super) fn set_size(call: &mut Call<'_>) -> Outcome {
    let body = request(call, "SetNodePoolSizeRequest")?;
    let (place, _, pool) = free(call)?;
    let count = number(&body, "nodeCount");
    let more = count.saturating_sub(pool.nodes);
    nodes::affordable(call, &place, &[(&pool.fields, more)])?;
    let mut fields = pool.fields.clone();
    // "Resizing your node pool manually may change this value": terraform-provider-google, `container_node_pool`.
    set(&mut fields, "initialNodeCount", count);
    alter(
        call,
        &place,
        pool,
        "SET_NODE_POOL_SIZE",
        RESIZE,
        fields,
        count,
    )
}

/// `setAutoscaling`.
pub(super) fn set_autoscaling(call: &mut Call<'_>) -> Outcome {
    let body = request(call, "SetNodePoolAutoscalingRequest")?;
    let (place, cluster, pool) = free(call)?;
    let mut fields = pool.fields.clone();
    set(&mut fields, "autoscaling", body.get("autoscaling").cloned());
    defaults::autoscaling(&mut fields);
    create::legal(call, &cluster, &fields)?;
    // New bounds alone change no number: the autoscaler "waits to take effect until a new node is needed in the node pool or
    // until a node can be safely deleted" (About cluster autoscaling).
    let count = pool.nodes;
    alter(call, &place, pool, "UPDATE_CLUSTER", SETTING, fields, count)
}

/// `setManagement`.
pub(super) fn set_management(call: &mut Call<'_>) -> Outcome {
    let body = request(call, "SetNodePoolManagementRequest")?;
    let (place, cluster, pool) = free(call)?;
    let mut fields = pool.fields.clone();
    set(
        &mut fields,
        "management",
        body.get("management").cloned().unwrap_or_else(|| json!({})),
    );
    create::legal(call, &cluster, &fields)?;
    let count = pool.nodes;
    alter(
        call,
        &place,
        pool,
        "SET_NODE_POOL_MANAGEMENT",
        SETTING,
        fields,
        count,
    )
}

/// `rollback`: an upgrade that was cancelled or failed left nodes of both kinds; they become as they were.
pub(super) fn rollback(call: &mut Call<'_>) -> Outcome {
    request(call, "RollbackNodePoolUpgradeRequest")?;
    let (place, _, pool) = free(call)?;
    let (seconds, count) = (super::pool_update::rolled(&pool), pool.nodes);
    let fields = pool.fields.clone();
    alter(
        call,
        &place,
        pool,
        "UPGRADE_NODES",
        (2, seconds),
        fields,
        count,
    )
}

/// `completeUpgrade`: a blue-green upgrade need not wait until its soak time is over.
pub(super) fn complete(call: &mut Call<'_>) -> Outcome {
    request(call, "CompleteNodePoolUpgradeRequest")?;
    let (place, cluster, pool) = named(call)?;
    match upgrade_of(&call.tx, &place, &cluster.name, &pool.name) {
        Some(mut work) if text(&pool.fields, "upgradeSettings.strategy") == "BLUE_GREEN" => {
            finish(call, &place, &mut work);
            Ok(json!({}))
        }
        _ => {
            let text = format!(
                "Node pool \"{}\" has no blue-green upgrade that could be completed.",
                pool.name
            );
            Err(crate::gcp::refusal::precondition(text))
        }
    }
}
