//! Changes of a cluster that have methods of their own, and its end.

use serde_json::json;

use super::cluster::{Cluster, STOPPING, home, named, region_of};
use super::create::{request, zones_legal};
use super::defaults;
use super::fields::{Fields, is, list, members, set, text};
use super::pool;
use super::work::{Plan, admit, start};
use super::{rules, version, words};
use crate::gcp::{Call, Outcome};
use crate::store::Place;
use crate::wire::ApiError;

/// How long a change of the cluster takes; assumed, as is that of a deletion.
pub(super) const UPDATE: (u64, u64) = (0, 45);
const DELETE: (u64, u64) = (0, 180);
/// How long the upgrade of a control plane takes; assumed.
const UPGRADE: (u64, u64) = (0, 420);

/// The cluster that the path names, when nothing stands in the way of a change.
pub(super) fn free(call: &Call<'_>) -> Result<(Place, Cluster), ApiError> {
    let place = home(call)?;
    let cluster = named(call, &place)?;
    admit(call, &place, &cluster.name, None)?;
    Ok((place, cluster))
}

/// `clusters.delete`.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let (place, mut cluster) = free(call)?;
    STOPPING.clone_into(&mut cluster.status);
    call.tx.put(&place, &cluster);
    for mut one in pool::of(&call.tx, &place, &cluster.name) {
        STOPPING.clone_into(&mut one.status);
        call.tx.put(&place, &one);
    }
    start(
        call,
        &place,
        &cluster.name,
        None,
        Plan::new("DELETE_CLUSTER", DELETE, "delete"),
    )
}

/// Starts an operation that gives a cluster other fields.
pub(super) fn alter(
    call: &mut Call<'_>,
    place: &Place,
    cluster: &Cluster,
    kind: &'static str,
    seconds: (u64, u64),
    fields: Fields,
) -> Outcome {
    let mut plan = Plan::new(kind, seconds, "set");
    // "Changing cluster locations will update the locations of all node pools and will result in nodes being added and/or
    // removed" (ClusterUpdate.desiredLocations), whatever zones a pool was given.
    let (before, after) = (cluster.locations(), list(&fields, "locations"));
    if before != after {
        for one in pool::of(&call.tx, place, &cluster.name) {
            let mut changed = one.fields.clone();
            set(&mut changed, "locations", after.clone());
            plan.pools.push((one.name, changed, one.nodes));
        }
    }
    plan.cluster = Some(fields);
    start(call, place, &cluster.name, None, plan)
}

/// `setResourceLabels`: all labels, against the fingerprint of those there were.
pub(super) fn set_labels(call: &mut Call<'_>) -> Outcome {
    let body = request(call, "SetLabelsRequest")?;
    let (place, cluster) = free(call)?;
    let (supplied, expected) = (text(&body, "labelFingerprint"), cluster.label_fingerprint());
    if supplied != expected {
        return Err(words::stale_labels(supplied, &expected).into());
    }
    let mut fields = cluster.fields.clone();
    let labels = body.get("resourceLabels").cloned();
    set(
        &mut fields,
        "resourceLabels",
        labels.unwrap_or_else(|| json!({})),
    );
    alter(call, &place, &cluster, "UPDATE_CLUSTER", UPDATE, fields)
}

/// `setMaintenancePolicy`.
pub(super) fn set_maintenance(call: &mut Call<'_>) -> Outcome {
    let body = request(call, "SetMaintenancePolicyRequest")?;
    let (place, cluster) = free(call)?;
    let (old, new) = (
        "maintenancePolicy.resourceVersion",
        text(&body, "maintenancePolicy.resourceVersion"),
    );
    let now = text(&cluster.fields, old);
    if !new.is_empty() && new != now {
        return Err(words::stale_policy(new, now).into());
    }
    let mut fields = cluster.fields.clone();
    let policy = body.get("maintenancePolicy").cloned();
    set(
        &mut fields,
        "maintenancePolicy",
        policy.unwrap_or_else(|| json!({})),
    );
    rules::window(&fields)?;
    defaults::maintenance(&mut fields);
    alter(call, &place, &cluster, "UPDATE_CLUSTER", UPDATE, fields)
}

/// The version of the control plane that a wish stands for; one minor at a time, and never back.
pub(super) fn master_version(
    call: &Call<'_>,
    cluster: &Cluster,
    wish: &str,
) -> Result<String, ApiError> {
    let name = cluster.channel().unwrap_or_default();
    let channel = version::channel(name, call.now());
    let now = text(&cluster.fields, "currentMasterVersion");
    if wish == now {
        return Ok(now.to_owned());
    }
    let found = channel.resolve(wish).ok_or_else(|| {
        let valid: Vec<String> = channel.valid.iter().map(|one| (*one).to_owned()).collect();
        words::no_master_version(wish, cluster.channel().map(|name| (name, valid.as_slice())))
    })?;
    let minor = |one: &str| version::order(one).map_or(0, |(minor, _, _)| minor);
    if minor(found) < minor(now) {
        return Err(words::bad(format!(
            "Master cannot be downgraded from \"{now}\" to \"{found}\"."
        ))
        .into());
    }
    if minor(found) > minor(now) + 1 {
        return Err(words::bad(format!(
            "Master cannot be upgraded to \"{found}\": cannot upgrade the master more than a minor version at a time."
        ))
        .into());
    }
    Ok(found.to_owned())
}

/// Starts the upgrade of a control plane.
pub(super) fn upgrade_master(
    call: &mut Call<'_>,
    place: &Place,
    cluster: &Cluster,
    wish: &str,
) -> Outcome {
    let version = master_version(call, cluster, wish)?;
    let mut fields = cluster.fields.clone();
    set(&mut fields, "currentMasterVersion", version);
    alter(call, place, cluster, "UPGRADE_MASTER", UPGRADE, fields)
}

/// `updateMaster`.
pub(super) fn update_master(call: &mut Call<'_>) -> Outcome {
    let body = request(call, "UpdateMasterRequest")?;
    let (place, cluster) = free(call)?;
    upgrade_master(call, &place, &cluster, text(&body, "masterVersion"))
}

/// `setLocations`.
pub(super) fn set_locations(call: &mut Call<'_>) -> Outcome {
    let body = request(call, "SetLocationsRequest")?;
    let (place, cluster) = free(call)?;
    let mut fields = cluster.fields.clone();
    locations(&place, &mut fields, list(&body, "locations"))?;
    alter(call, &place, &cluster, "UPDATE_CLUSTER", UPDATE, fields)
}

/// Other zones, of which a zonal cluster's own is one.
pub(super) fn locations(
    place: &Place,
    fields: &mut Fields,
    zones: Vec<String>,
) -> Result<(), ApiError> {
    let region = region_of(&place.region);
    zones_legal(region, &zones)?;
    if zones.is_empty() || region != place.region && !zones.contains(&place.region) {
        return Err(words::bad("Locations must contain the location of the control plane.").into());
    }
    set(fields, "locations", zones);
    Ok(())
}

/// The older methods that set one message each: `setAddons`, `setLogging`, `setMonitoring`, `setLegacyAbac`.
pub(super) fn set_one(call: &mut Call<'_>) -> Outcome {
    let (message, from) = match call.operation.rsplit('.').next() {
        Some("setAddons") => ("SetAddonsConfigRequest", "addonsConfig"),
        Some("setLogging") => ("SetLoggingServiceRequest", "loggingService"),
        Some("setMonitoring") => ("SetMonitoringServiceRequest", "monitoringService"),
        _ => ("SetLegacyAbacRequest", "enabled"),
    };
    let body = request(call, message)?;
    let (place, cluster) = free(call)?;
    let mut fields = cluster.fields.clone();
    match from {
        "addonsConfig" => {
            let new = members(body.get(from).cloned().unwrap_or_default());
            addons(&mut fields, &new);
            rules::addons(&fields)?;
        }
        "enabled" => set(&mut fields, "legacyAbac.enabled", is(&body, from)),
        _ => service(&mut fields, from, text(&body, from)),
    }
    alter(call, &place, &cluster, "UPDATE_CLUSTER", UPDATE, fields)
}

/// Sets those add-ons that are named.
pub(super) fn addons(fields: &mut Fields, new: &Fields) {
    for (name, value) in new {
        set(fields, &format!("addonsConfig.{name}"), value.clone());
    }
}

/// Sets the service of logging or monitoring by its older name.
pub(super) fn service(fields: &mut Fields, path: &str, name: &str) {
    let config = path.replace("Service", "Config");
    set(fields, path, name);
    let components = match name {
        "none" => json!({}),
        _ => json!({ "enableComponents": ["SYSTEM_COMPONENTS", "WORKLOADS"] }),
    };
    set(fields, &format!("{config}.componentConfig"), components);
}
