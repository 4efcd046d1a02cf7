//! `clusters.update`: one field a call.

use serde_json::{Value, json};

use super::change::{UPDATE, addons, alter, free, locations, service, upgrade_master};
use super::cluster::Cluster;
use super::create::{node_version, request};
use super::fields::{Fields, at, default, list, members, merge, set, text, unset};
use super::pool::{self, Pool};
use super::pool_update::rolled;
use super::update_fields::{ELSEWHERE, MERGED, WITH};
use super::work::{Plan, start};
use super::{defaults, network, rules, settled, version, words};
use crate::gcp::{Call, Outcome};
use crate::store::Place;
use crate::wire::ApiError;

/// `clusters.update`.
pub(super) fn update(call: &mut Call<'_>) -> Outcome {
    let mut body = request(call, "UpdateClusterRequest")?;
    let update = members(body.remove("update").unwrap_or_default());
    let named: Vec<&String> = update
        .keys()
        .filter(|name| !WITH.contains(&name.as_str()))
        .collect();
    let (place, cluster) = (super::cluster::home(call)?, ());
    let () = cluster;
    let cluster = super::cluster::named(call, &place)?;
    let name = match named.as_slice() {
        [] if update.contains_key("desiredNodePoolId")
            || update.is_empty()
            || update.len() == 1 =>
        {
            return Err(words::no_field().into());
        }
        [one] => (*one).clone(),
        // A pool's image goes with its version.
        [one, other]
            if [one.as_str(), other.as_str()] == ["desiredImageType", "desiredNodeVersion"] =>
        {
            (*other).clone()
        }
        _ => return Err(words::many_fields().into()),
    };
    let etag = text(&update, "etag");
    let now = cluster.etag(&call.tx, &place);
    if !etag.is_empty() && etag != now {
        return Err(words::stale_etag(etag, &now).into());
    }
    let (place, cluster) = free(call)?;
    match name.as_str() {
        "desiredMasterVersion" => upgrade_master(call, &place, &cluster, text(&update, &name)),
        "desiredNodeVersion" | "desiredImageType" | "desiredNodePoolAutoscaling" => {
            of_pool(call, &place, &cluster, &name, &update)
        }
        _ => {
            let mut fields = cluster.fields.clone();
            let value = update.get(&name).cloned().unwrap_or_default();
            change(call, &place, &cluster, &mut fields, &name, value)?;
            alter(call, &place, &cluster, "UPDATE_CLUSTER", UPDATE, fields)
        }
    }
}

/// Changes of a pool that are asked of its cluster.
fn of_pool(
    call: &mut Call<'_>,
    place: &Place,
    cluster: &Cluster,
    name: &str,
    update: &Fields,
) -> Outcome {
    if cluster.is_autopilot() {
        return Err(words::autopilot_pools().into());
    }
    let pools = chosen(call, place, cluster, text(update, "desiredNodePoolId"))?;
    let upgrade = name != "desiredNodePoolAutoscaling";
    let kind = if upgrade {
        "UPGRADE_NODES"
    } else {
        "UPDATE_CLUSTER"
    };
    let mut plan = Plan::new(kind, (2, 10), "set");
    for pool in pools {
        let mut fields = pool.fields.clone();
        match upgrade {
            false => {
                set(&mut fields, "autoscaling", update.get(name).cloned());
                defaults::autoscaling(&mut fields);
            }
            true => {
                if let Some(image) = update.get("desiredImageType") {
                    set(&mut fields, "config.imageType", image.clone());
                }
                if update.contains_key("desiredNodeVersion") {
                    let version = node_version(call, cluster, text(update, "desiredNodeVersion"))?;
                    set(&mut fields, "version", version);
                    defaults::image(&mut fields);
                }
                plan.seconds.1 = plan.seconds.1.max(rolled(&pool));
            }
        }
        super::create::legal(call, cluster, &fields)?;
        plan.pools.push((pool.name, fields, pool.nodes));
    }
    start(call, place, &cluster.name, None, plan)
}

/// The pool that is meant; the only one when none is named.
fn chosen(
    call: &Call<'_>,
    place: &Place,
    cluster: &Cluster,
    name: &str,
) -> Result<Vec<Pool>, ApiError> {
    if !name.is_empty() {
        return Ok(vec![pool::of_name(call, place, cluster, name)?]);
    }
    let pools = pool::of(&call.tx, place, &cluster.name);
    match pools.len() {
        1 => Ok(pools),
        _ => Err(words::bad(
            "desired_node_pool_id must be specified for clusters with more than one node pool.",
        )
        .into()),
    }
}

/// Changes one field of the cluster.
fn change(
    call: &Call<'_>,
    place: &Place,
    cluster: &Cluster,
    fields: &mut Fields,
    name: &str,
    value: Value,
) -> Result<(), ApiError> {
    let is_on = |name: &str| value.get(name) == Some(&Value::Bool(true));
    match name {
        "desiredLocations" => locations(place, fields, value_list(&value))?,
        "desiredAddonsConfig" => {
            addons(fields, &members(value));
            rules::addons(fields)?;
        }
        "desiredLoggingService" | "desiredMonitoringService" => {
            let path = plain(name);
            service(fields, &path, value.as_str().unwrap_or_default());
        }
        "desiredReleaseChannel" => channel(call, cluster, fields, value)?,
        "desiredMasterAuthorizedNetworksConfig" => {
            set(
                fields,
                "controlPlaneEndpointsConfig.ipEndpointsConfig.authorizedNetworksConfig",
                value,
            );
            network::mirror(fields);
        }
        "desiredPrivateClusterConfig" => {
            let public = !is_on("enablePrivateEndpoint");
            set(
                fields,
                "controlPlaneEndpointsConfig.ipEndpointsConfig.enablePublicEndpoint",
                public,
            );
            network::mirror(fields);
        }
        "desiredEnablePrivateEndpoint" => {
            let public = value != Value::Bool(true);
            set(
                fields,
                "controlPlaneEndpointsConfig.ipEndpointsConfig.enablePublicEndpoint",
                public,
            );
            network::mirror(fields);
        }
        "desiredIntraNodeVisibilityConfig" => set(
            fields,
            "networkConfig.enableIntraNodeVisibility",
            is_on("enabled"),
        ),
        "desiredL4ilbSubsettingConfig" => set(
            fields,
            "networkConfig.enableL4ilbSubsetting",
            is_on("enabled"),
        ),
        "desiredAdditionalIpRangesConfig" => {
            let rows = value.get("additionalIpRangesConfigs").cloned();
            set(fields, "ipAllocationPolicy.additionalIpRangesConfigs", rows);
        }
        "additionalPodRangesConfig" | "removedAdditionalPodRangesConfig" => {
            pod_ranges(fields, name, &value);
        }
        "desiredEnterpriseConfig" => {
            set(
                fields,
                "enterpriseConfig.clusterTier",
                value.get("desiredTier").cloned(),
            );
        }
        _ if MERGED.contains(&name) => {
            let mut over = members(fields.get(&plain(name)).cloned().unwrap_or_default());
            let new = members(value);
            // The networks that may come in are told as a whole.
            let networks = "ipEndpointsConfig.authorizedNetworksConfig";
            if at(&new, networks).is_some() {
                unset(&mut over, &format!("{networks}.cidrBlocks"));
                unset(&mut over, &format!("{networks}.enabled"));
            }
            match name {
                // So are the parts of monitoring: what they leave out is off or empty.
                "desiredMonitoringConfig" => over.extend(new),
                _ => merge(&mut over, &new),
            }
            set(fields, &plain(name), over);
        }
        _ => {
            let row = ELSEWHERE.iter().find(|(field, _)| *field == name);
            let path = row.map_or_else(|| plain(name), |(_, path)| (*path).to_owned());
            set(fields, &path, value);
        }
    }
    after(fields, name);
    let key = text(&cluster.fields, "databaseEncryption.keyName");
    settled::decrypted(fields, key);
    Ok(())
}

/// What follows from a change.
fn after(fields: &mut Fields, name: &str) {
    match name {
        "desiredControlPlaneEndpointsConfig" | "desiredDefaultEnablePrivateNodes" => {
            network::mirror(fields);
        }
        "desiredLoggingConfig" | "desiredMonitoringConfig" => defaults::services(fields),
        "desiredDatabaseEncryption" => defaults::encryption(fields),
        "desiredAddonsConfig" => settled::cluster(fields),
        "desiredWorkloadIdentityConfig"
            if text(fields, "workloadIdentityConfig.workloadPool").is_empty() =>
        {
            unset(fields, "workloadIdentityConfig");
        }
        "desiredClusterAutoscaling" => {
            default(fields, "autoscaling.autoscalingProfile", "BALANCED");
            settled::cluster(fields);
        }
        _ => {}
    }
}

/// `desiredShieldedNodes` is `shieldedNodes`.
fn plain(name: &str) -> String {
    let bare = name.strip_prefix("desired").unwrap_or(name);
    let mut signs = bare.chars();
    let first = signs.next().map(|sign| sign.to_ascii_lowercase());
    first.into_iter().chain(signs).collect()
}

fn value_list(value: &Value) -> Vec<String> {
    let mut one = Fields::new();
    set(&mut one, "list", value.clone());
    list(&one, "list")
}

/// A channel can be taken when it has the version that the control plane is on.
fn channel(
    call: &Call<'_>,
    cluster: &Cluster,
    fields: &mut Fields,
    value: Value,
) -> Result<(), ApiError> {
    let name = value
        .get("channel")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let minor = |one: &str| version::order(one).map_or(0, |(minor, _, _)| minor);
    let now = minor(text(&cluster.fields, "currentMasterVersion"));
    let offers = version::channel(name, call.now());
    let newest = offers
        .valid
        .iter()
        .map(|one| minor(one))
        .max()
        .unwrap_or_default();
    if !name.is_empty() && newest < now {
        let version = text(&cluster.fields, "currentMasterVersion");
        let valid: Vec<String> = offers.valid.iter().map(|one| (*one).to_owned()).collect();
        return Err(words::no_master_version(version, Some((name, &valid))).into());
    }
    set(fields, "releaseChannel", value);
    Ok(())
}

fn pod_ranges(fields: &mut Fields, name: &str, value: &Value) {
    let path = "ipAllocationPolicy.additionalPodRangesConfig.podRangeNames";
    let mut names = list(fields, path);
    let given = value
        .get("podRangeNames")
        .map(value_list)
        .unwrap_or_default();
    names.retain(|one| !given.contains(one));
    if name == "additionalPodRangesConfig" {
        names.extend(given);
    }
    match names.is_empty() {
        true => unset(fields, "ipAllocationPolicy.additionalPodRangesConfig"),
        false => set(fields, path, json!(names)),
    }
}
