//! The Kubernetes version of a cluster: up by one minor, or back to the one it came from.
//!
//! Rules: UpdateClusterVersion in the API reference, and "Roll back a cluster to a previous Kubernetes version" in the
//! user guide (conditions, what `force` does not override).

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;

use super::cluster_change::{Change, begin, free};
use super::common::{body, cluster, invalid, invalid_request, of_cluster};
use super::update::{Target, made_before};
use super::{Cluster, NodeGroup, Update, insight, version};
use crate::aws::{Call, Outcome};
use crate::store::{Place, Tx};
use crate::wire::ApiError;

/// How long after an upgrade a cluster can go back.
const WINDOW: SignedDuration = SignedDuration::from_hours(7 * 24);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct To {
    version: String,
    force: Option<bool>,
    rollback_config: Option<Rollback>,
    #[serde(rename = "clientRequestToken")]
    _token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Rollback {
    timeout_minutes: Option<i64>,
}

/// UpdateClusterVersion.
pub(super) fn change(call: &mut Call<'_>) -> Outcome {
    let request: To = body(call)?;
    let cluster = cluster(call)?;
    if let Some(update) = made_before(call)? {
        return update.answer();
    }
    let named = |error: ApiError| error.with("clusterName", cluster.name.as_str());
    let kind = kind(call, &cluster, &request).map_err(named)?;
    free(call, &cluster, kind).map_err(named)?;
    ready(call, &cluster, &request, kind).map_err(named)?;
    let change = Change {
        kind,
        params: vec![("Version", request.version.clone())],
        changes: vec![("version", json!(request.version))],
    };
    begin(call, &cluster, change)
}

/// What sort of change it is, when it is one that EKS makes.
fn kind(call: &Call<'_>, cluster: &Cluster, request: &To) -> Result<&'static str, ApiError> {
    let (from, to) = (
        version::minor(&cluster.version),
        version::minor(&request.version),
    );
    if version::supported(&request.version, call.now()).is_none() {
        let text = format!("unsupported Kubernetes version {}", request.version);
        return Err(invalid(text));
    }
    if to == from.map(|from| from + 1) {
        up(call, cluster, request)?;
        return Ok("VersionUpdate");
    }
    if to.map(|to| to + 1) == from {
        back(call, cluster, request)?;
        return Ok("VersionRollback");
    }
    Err(invalid(format!(
        "Unsupported Kubernetes minor version update from {} to {}",
        cluster.version, request.version
    )))
}

/// No node group may be behind the control plane.
fn up(call: &Call<'_>, cluster: &Cluster, request: &To) -> Result<(), ApiError> {
    if request.rollback_config.is_some() {
        return Err(invalid("rollbackConfig is for version rollbacks only"));
    }
    let behind: Vec<String> = of_cluster::<NodeGroup>(&call.tx, &call.place, &cluster.name)
        .into_iter()
        .filter(|group| group.version != cluster.version)
        .map(|group| group.name)
        .collect();
    match behind.is_empty() {
        true => Ok(()),
        false => Err(invalid_request(format!(
            "Nodegroup(s) {} must be updated to match cluster version {} before updating cluster version",
            behind.join(", "),
            cluster.version
        ))),
    }
}

fn back(call: &Call<'_>, cluster: &Cluster, request: &To) -> Result<(), ApiError> {
    let rollback = request.rollback_config.as_ref();
    let timeout = rollback.and_then(|rollback| rollback.timeout_minutes);
    if timeout.is_some_and(|minutes| !(120..=10080).contains(&minutes)) {
        return Err(invalid("timeoutMinutes must be between 120 and 10080"));
    }
    if !can_go_back(&call.tx, &call.place, cluster, call.now()) {
        return Err(invalid_request(format!(
            "Cluster version cannot be rolled back from {} to {}: the cluster was not upgraded to its version within \
             the last 7 days",
            cluster.version, request.version
        )));
    }
    let extended = version::is_extended(&request.version, call.now());
    match extended && cluster.support_type != "EXTENDED" {
        true => Err(invalid_request(format!(
            "Kubernetes version {} is in extended support: change the upgrade policy of the cluster to EXTENDED first",
            request.version
        ))),
        false => Ok(()),
    }
}

/// Whether the version that the cluster has is one that it was upgraded to within the last seven days.
pub(super) fn can_go_back(tx: &Tx<'_>, place: &Place, cluster: &Cluster, now: Timestamp) -> bool {
    let mut updates = of_cluster::<Update>(tx, place, &cluster.name);
    updates.retain(|update| {
        update.target == Target::Cluster
            && update.kind.starts_with("Version")
            && update.phase.is("Successful")
    });
    updates.sort_by_key(|update| update.phase.since);
    let last = updates.last();
    last.is_some_and(|last| {
        last.kind == "VersionUpdate" && now.duration_since(last.phase.since) <= WINDOW
    })
}

/// Insights of status `ERROR` stand in the way, unless it is forced.
fn ready(call: &Call<'_>, cluster: &Cluster, request: &To, kind: &str) -> Result<(), ApiError> {
    if request.force == Some(true) {
        return Ok(());
    }
    let category = match kind {
        "VersionUpdate" => insight::UPGRADE,
        _ => insight::ROLLBACK,
    };
    let blocking: Vec<String> = insight::all(&call.tx, &call.place, cluster, call.now())
        .into_iter()
        .filter(|one| one.category == category && one.status == "ERROR")
        .filter(|one| {
            one.version
                .as_ref()
                .is_none_or(|version| *version == request.version)
        })
        .map(|one| one.name)
        .collect();
    match blocking.is_empty() {
        true => Ok(()),
        false => Err(ApiError::bad(
            "InvalidStateException",
            format!(
                "Amazon EKS detected readiness issues: {}. Call ListInsights to view them, or pass the force flag to \
                 override them.",
                blocking.join(", ")
            ),
        )),
    }
}
