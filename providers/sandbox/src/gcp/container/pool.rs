//! Pools of nodes: kept, found, shown, listed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::cluster::{self, Cluster, RECONCILING, RUNNING, home, link, written};
use super::fields::{Fields, list, members, set};
use super::{nodes, words, work};
use crate::gcp::shape::digest;
use crate::gcp::{Call, Outcome, compute};
use crate::store::{Document, Place, Tx};
use crate::wire::ApiError;

/// Runs, but not all of it.
pub(super) const RUNNING_WITH_ERROR: &str = "RUNNING_WITH_ERROR";

/// A pool.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Pool {
    /// Its cluster.
    pub(super) cluster: String,
    /// Its name.
    pub(super) name: String,
    /// Where it stands among the pools of its cluster.
    pub(super) order: u64,
    /// The message without what is computed.
    pub(super) fields: Fields,
    /// Nodes in each zone; none while they are being made.
    pub(super) nodes: u64,
    /// `PROVISIONING`, `RUNNING`, `RUNNING_WITH_ERROR`, `STOPPING`, `ERROR`; `RECONCILING` is computed.
    pub(super) status: String,
    /// What went wrong.
    #[serde(default)]
    pub(super) message: String,
    /// What ails it.
    #[serde(default)]
    pub(super) conditions: Vec<Value>,
    /// Whether the cloud made it by itself.
    #[serde(default)]
    pub(super) own: bool,
    /// When it was made.
    pub(super) created: Timestamp,
}

impl Document for Pool {
    const SERVICE: &'static str = "container";
    const KIND: &'static str = "pool";

    fn id(&self) -> String {
        key(&self.cluster, &self.name)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

/// The id of a pool's document.
pub(super) fn key(cluster: &str, name: &str) -> String {
    format!("{cluster}/{name}")
}

/// The pools of a cluster, in the order in which they were made.
pub(super) fn of(tx: &Tx<'_>, place: &Place, cluster: &str) -> Vec<Pool> {
    let mut pools = tx.list::<Pool>(place);
    pools.retain(|one| one.cluster == cluster);
    pools.sort_by_key(|one| one.order);
    pools
}

impl Pool {
    /// Its zones.
    pub(super) fn zones(&self) -> Vec<String> {
        list(&self.fields, "locations")
    }

    /// Nodes in all zones.
    pub(super) fn total(&self) -> u64 {
        self.nodes * self.zones().len() as u64
    }

    /// Nodes in each zone that it starts with.
    pub(super) fn first_size(&self) -> u64 {
        let number = |path: &str| super::fields::number(&self.fields, path);
        let zones = (self.zones().len() as u64).max(1);
        let least = number("autoscaling.minNodeCount")
            .max(number("autoscaling.totalMinNodeCount").div_ceil(zones));
        number("initialNodeCount").max(least)
    }

    /// Links of its groups of machines.
    pub(super) fn urls(&self, place: &Place, cluster: &Cluster) -> Vec<String> {
        let of = |zone: &String| {
            let name = nodes::group(cluster, self, zone);
            let path = format!("zones/{zone}/instanceGroupManagers/{name}");
            compute::link(&place.account, &path)
        };
        self.zones().iter().map(of).collect()
    }

    /// As the API shows it.
    pub(super) fn show(&self, tx: &Tx<'_>, place: &Place, cluster: &Cluster) -> Value {
        let mut out = self.fields.clone();
        set(&mut out, "name", self.name.as_str());
        set(&mut out, "instanceGroupUrls", self.urls(place, cluster));
        let busy = || {
            work::busy(tx, place, &self.cluster)
                .iter()
                .any(|one| one.is_of(&self.name))
        };
        let status = match self.status.as_str() {
            RUNNING if busy() => RECONCILING,
            other => other,
        };
        set(&mut out, "status", status);
        set(&mut out, "statusMessage", self.message.as_str());
        set(&mut out, "conditions", self.conditions.clone());
        let path = format!("{}/nodePools/{}", cluster.path(place), self.name);
        set(&mut out, "selfLink", link(&place.account, &path));
        set(&mut out, "etag", self.etag());
        written("NodePool", Value::Object(out))
    }

    /// Its etag, in the form of a UUID.
    pub(super) fn etag(&self) -> String {
        let of = json!([
            self.created,
            self.fields,
            self.nodes,
            self.status,
            self.message
        ]);
        let hex = digest(&of.to_string(), 32);
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        format!(
            "{}-{}-{}-{}-{}",
            part(0, 8),
            part(8, 12),
            part(12, 16),
            part(16, 20),
            part(20, 32)
        )
    }
}

/// The pool that the path names, with place and cluster.
pub(super) fn named(call: &Call<'_>) -> Result<(Place, Cluster, Pool), ApiError> {
    let place = home(call)?;
    let cluster = cluster::named(call, &place)?;
    let pool = call.param("pool");
    let pool = of_name(call, &place, &cluster, pool)?;
    Ok((place, cluster, pool))
}

/// The pool of a name in a cluster.
pub(super) fn of_name(
    call: &Call<'_>,
    place: &Place,
    cluster: &Cluster,
    name: &str,
) -> Result<Pool, ApiError> {
    let found = call.tx.get::<Pool>(place, &key(&cluster.name, name));
    found.ok_or_else(|| words::no_pool(name).into())
}

/// `nodePools.get`.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let (place, cluster, pool) = named(call)?;
    if !call.tx.visible(&pool) {
        return Err(words::no_pool(&pool.name).into());
    }
    Ok(pool.show(&call.tx, &place, &cluster))
}

/// `nodePools.list`.
pub(super) fn list_all(call: &mut Call<'_>) -> Outcome {
    let place = home(call)?;
    let cluster = cluster::named(call, &place)?;
    let mut pools = of(&call.tx, &place, &cluster.name);
    pools.retain(|one| call.tx.visible(one));
    let rows = pools.iter().map(|one| one.show(&call.tx, &place, &cluster));
    let answer = json!({ "nodePools": rows.collect::<Vec<_>>() });
    Ok(written("ListNodePoolsResponse", answer))
}

/// The message of a request's pool.
pub(super) fn asked(request: &mut Fields) -> Fields {
    members(request.remove("nodePool").unwrap_or_default())
}
