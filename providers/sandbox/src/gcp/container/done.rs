//! What operations do when they end.

use jiff::Timestamp;
use serde_json::Value;

use super::cluster::{Cluster, ERROR, RUNNING, STOPPING};
use super::fields::list;
use super::pool::{self, Pool, RUNNING_WITH_ERROR};
use super::work::target;
use super::{network, nodes};
use crate::gcp::operation::{self, DONE, Failure, Work};
use crate::gcp::{Call, policy};
use crate::store::{Place, Tx};

/// Ends an operation now.
pub(super) fn finish(call: &mut Call<'_>, place: &Place, work: &mut Work) {
    let now: Timestamp = call.now();
    DONE.clone_into(&mut work.phase.state);
    work.phase.since = now;
    work.ended = Some(now);
    turned(&mut call.tx, place, work);
    operation::put(&mut call.tx, place, work);
}

/// An operation came to RUNNING or DONE; at its end what it was for is done, or has failed.
pub(super) fn turned(tx: &mut Tx<'_>, place: &Place, work: &mut Work) {
    if !work.phase.is(DONE) {
        return;
    }
    let (name, pool) = match target(work) {
        Some((cluster, pool)) => (cluster.to_owned(), pool.map(str::to_owned)),
        None => return,
    };
    let Some(mut cluster) = tx.get::<Cluster>(place, &name) else {
        return;
    };
    let what = work
        .detail
        .get("do")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    if let Some(failure) = &mut work.error {
        nodes::worded(failure, place, &cluster, pool.as_deref());
    }
    let failure = work.error.clone();
    match (what.as_str(), pool, failure) {
        ("create", None, failure) => created(tx, place, &mut cluster, failure.as_ref()),
        ("create", Some(pool), failure) => {
            pool_created(tx, place, &cluster, &pool, failure.as_ref());
        }
        ("delete", None, None) => deleted(tx, place, &cluster),
        ("delete", Some(pool), None) => {
            nodes::forget_pool(tx, place, &cluster, &pool);
            tx.delete::<Pool>(place, &pool::key(&cluster.name, &pool));
        }
        ("delete", None, Some(_)) => {
            RUNNING.clone_into(&mut cluster.status);
            tx.put(place, &cluster);
            for mut pool in pool::of(tx, place, &cluster.name) {
                RUNNING.clone_into(&mut pool.status);
                tx.put(place, &pool);
            }
        }
        ("delete", Some(pool), Some(_)) => {
            if let Some(mut pool) = tx.get::<Pool>(place, &pool::key(&cluster.name, &pool)) {
                RUNNING.clone_into(&mut pool.status);
                tx.put(place, &pool);
            }
        }
        (_, _, None) => applied(tx, place, &mut cluster, &work.detail),
        (_, _, Some(_)) => {}
    }
}

fn created(tx: &mut Tx<'_>, place: &Place, cluster: &mut Cluster, failure: Option<&Failure>) {
    let status = if failure.is_some() { ERROR } else { RUNNING };
    status.clone_into(&mut cluster.status);
    if let Some(failure) = failure {
        cluster.message.clone_from(&failure.message);
        cluster.conditions = nodes::conditions(failure);
    }
    tx.put(place, cluster);
    for pool in pool::of(tx, place, &cluster.name) {
        pool_created(tx, place, cluster, &pool.name, failure);
    }
    let pool = super::fields::text(&cluster.fields, "workloadIdentityConfig.workloadPool");
    if failure.is_none() && !pool.is_empty() {
        policy::open_pool(tx, &place.account);
    }
}

fn pool_created(
    tx: &mut Tx<'_>,
    place: &Place,
    cluster: &Cluster,
    name: &str,
    failure: Option<&Failure>,
) {
    let Some(mut pool) = tx.get::<Pool>(place, &pool::key(&cluster.name, name)) else {
        return;
    };
    match failure {
        None => {
            RUNNING.clone_into(&mut pool.status);
            pool.nodes = pool.first_size();
        }
        Some(failure) => {
            pool.conditions = nodes::conditions(failure);
            pool.message.clone_from(&failure.message);
            let status = if pool.conditions.is_empty() {
                ERROR
            } else {
                RUNNING_WITH_ERROR
            };
            status.clone_into(&mut pool.status);
        }
    }
    tx.put(place, &pool);
    nodes::place_pool(tx, place, cluster, &pool);
}

fn deleted(tx: &mut Tx<'_>, place: &Place, cluster: &Cluster) {
    for pool in pool::of(tx, place, &cluster.name) {
        nodes::forget_pool(tx, place, cluster, &pool.name);
        tx.delete::<Pool>(place, &pool::key(&cluster.name, &pool.name));
    }
    nodes::forget_cluster(tx, place, cluster);
    network::give_back(tx, place, cluster);
    tx.delete::<Cluster>(place, &cluster.name);
}

/// Puts the fields in place that the operation was for.
fn applied(tx: &mut Tx<'_>, place: &Place, cluster: &mut Cluster, detail: &Value) {
    if let Some(fields) = detail.get("cluster").and_then(Value::as_object) {
        cluster.fields.clone_from(fields);
        tx.put(place, cluster);
        if !super::fields::text(fields, "workloadIdentityConfig.workloadPool").is_empty() {
            policy::open_pool(tx, &place.account);
        }
    }
    let rows = detail.get("pools").and_then(Value::as_array);
    for row in rows.into_iter().flatten() {
        let parts = (
            row.get(0).and_then(Value::as_str),
            row.get(1).and_then(Value::as_object),
            row.get(2).and_then(Value::as_u64),
        );
        let (Some(name), Some(fields), Some(count)) = parts else {
            continue;
        };
        let Some(mut pool) = tx.get::<Pool>(place, &pool::key(&cluster.name, name)) else {
            continue;
        };
        // Groups of zones that are no longer wanted go.
        if pool.zones() != list(fields, "locations") {
            nodes::forget_pool(tx, place, cluster, name);
        }
        pool.fields.clone_from(fields);
        pool.nodes = count;
        if pool.status != STOPPING {
            RUNNING.clone_into(&mut pool.status);
            pool.message.clear();
            pool.conditions.clear();
        }
        tx.put(place, &pool);
        nodes::place_pool(tx, place, cluster, &pool);
    }
}
