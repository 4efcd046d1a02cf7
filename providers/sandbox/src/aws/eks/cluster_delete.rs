//! The end of a cluster.

use serde_json::json;

use super::common::{Owned, cluster, in_use, invalid_request, of_cluster};
use super::{AccessEntry, Addon, Cluster, NodeGroup, PodIdentity, Update};
use crate::aws::ec2::{NetworkInterface, SecurityGroup};
use crate::aws::{Call, Outcome};
use crate::phase::Phase;
use crate::store::{Place, Tx};
use crate::wire::Body;

/// DeleteCluster: refused while it has node groups, is protected, or is being changed.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let mut cluster = cluster(call)?;
    let name = cluster.name.clone();
    let refused = |error: crate::wire::ApiError| Err(error.with("clusterName", name.as_str()));
    if cluster.deletion_protection {
        return refused(invalid_request(format!(
            "Cannot delete cluster {name} because deletion protection is enabled. Disable deletion protection with \
             UpdateClusterConfig first."
        )));
    }
    if !of_cluster::<NodeGroup>(&call.tx, &call.place, &name).is_empty() {
        return refused(in_use("Cluster has nodegroups attached"));
    }
    if cluster.phase.is("UPDATING") || cluster.phase.is("CREATING") {
        return refused(in_use(format!(
            "Cannot delete because cluster {name} currently has an update in progress"
        )));
    }
    if cluster.phase.is("DELETING") {
        return refused(in_use(format!(
            "Cannot delete because cluster {name} currently has a deletion in progress"
        )));
    }
    cluster.phase = Phase::new("DELETING", call.now());
    call.tx.put(&call.place, &cluster);
    Ok(Body::Json(json!({"cluster": cluster.json(&call.place)})))
}

/// Takes away the cluster and all that came with it. A group that something of others still needs stays behind, as it
/// does in the real cloud.
pub(super) fn remove(tx: &mut Tx<'_>, place: &Place, cluster: &Cluster) {
    for interface in &cluster.interfaces {
        NetworkInterface::remove(tx, place, interface);
    }
    if let Some(group) = tx.get::<SecurityGroup>(place, &cluster.own_group_id)
        && !group.needed(tx, place)
    {
        SecurityGroup::remove(tx, place, &group.id);
    }
    remove_all::<Addon>(tx, place, &cluster.name);
    remove_all::<AccessEntry>(tx, place, &cluster.name);
    remove_all::<PodIdentity>(tx, place, &cluster.name);
    remove_all::<Update>(tx, place, &cluster.name);
    tx.delete::<Cluster>(place, &cluster.name);
}

fn remove_all<D: Owned>(tx: &mut Tx<'_>, place: &Place, cluster: &str) {
    for one in of_cluster::<D>(tx, place, cluster) {
        tx.delete::<D>(place, &one.id());
    }
}
