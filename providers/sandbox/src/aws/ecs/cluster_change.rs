//! Clusters: change, delete.

use serde_json::json;

use super::cluster::{Cluster, any, configuration, insights, providers, working};
use super::cluster_words::words;
use super::common::{blank, given};
use super::shape::check as shape;
use super::strategy::{self, is_fargate};
use super::{Service, Task, container_instance, namespace, requests};
use crate::aws::{Call, Outcome};
use crate::phase::Phase;
use crate::wire::{ApiError, Body};

fn told(call: &Call<'_>, cluster: &Cluster) -> Outcome {
    let include = ["CONFIGURATIONS", "SETTINGS", "TAGS", "ATTACHMENTS"].map(str::to_owned);
    let answer = words(&call.tx, &call.place, cluster, &include);
    Ok(Body::Json(json!({ "cluster": answer })))
}

/// UpdateCluster: what is not given stays.
pub(super) fn update(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::UPDATE_CLUSTER)?;
    let mut cluster = working(call)?;
    if let Some(insights) = insights(&call.json)? {
        cluster.insights = insights;
    }
    if let Some(configuration) = configuration(&call.json)? {
        cluster.configuration = Some(configuration);
    }
    if let Some(defaults) = given(&call.json, "serviceConnectDefaults") {
        cluster.namespace = namespace::read(call, &defaults)?;
    }
    call.tx.put(&call.place, &cluster);
    told(call, &cluster)
}

/// UpdateClusterSettings.
pub(super) fn settings(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::UPDATE_SETTINGS)?;
    let mut cluster = working(call)?;
    cluster.insights = insights(&call.json)?.ok_or_else(|| blank("settings"))?;
    call.tx.put(&call.place, &cluster);
    told(call, &cluster)
}

fn busy(cluster: &Cluster) -> Result<(), ApiError> {
    match cluster.busy() {
        true => Err(ApiError::bad(
            "UpdateInProgressException",
            "The specified cluster is in a busy state. Cluster attachments must be in UPDATE_COMPLETE or UPDATE_FAILED \
             state before they can be updated.",
        )),
        false => Ok(()),
    }
}

/// PutClusterCapacityProviders: replaces the whole list.
pub(super) fn put_providers(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::PUT_PROVIDERS)?;
    let mut cluster = working(call)?;
    busy(&cluster)?;
    let providers = providers(call)?;
    let strategy = strategy::read(&call.json, "defaultCapacityProviderStrategy", &providers)?;
    let services = call.tx.list::<Service>(&call.place);
    let tasks = call.tx.list::<Task>(&call.place);
    let used = |name: &String| {
        let of_it = |one: &&Service| one.cluster == cluster.name && !one.is("INACTIVE");
        let mut users = services.iter().filter(of_it);
        let on_it = |one: &Task| {
            let there = one.cluster == cluster.name && !one.is("STOPPED");
            there && one.provider.as_ref() == Some(name)
        };
        users.any(|one| one.uses(name)) || tasks.iter().any(on_it)
    };
    let removed = cluster.providers.iter();
    let mut removed = removed.filter(|name| !providers.contains(name));
    if removed.any(used) {
        return Err(ApiError::bad(
            "ResourceInUseException",
            "The specified capacity provider is in use and cannot be removed.",
        ));
    }
    let now = call.now();
    cluster.attach(providers, strategy, now);
    call.tx.put(&call.place, &cluster);
    told(call, &cluster)
}

/// DeleteCluster: refused while something is in it.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::DELETE_CLUSTER)?;
    let mut cluster = any(call)?;
    if cluster.is("INACTIVE") {
        return Err(ApiError::bad(
            "ClusterNotFoundException",
            "Cluster not found.",
        ));
    }
    busy(&cluster)?;
    empty(call, &cluster)?;
    if cluster.is("DEPROVISIONING") {
        return told(call, &cluster);
    }
    let tied = cluster.providers.iter().any(|name| !is_fargate(name));
    let state = if tied { "DEPROVISIONING" } else { "INACTIVE" };
    cluster.phase = Phase::new(state, call.now());
    call.tx.put(&call.place, &cluster);
    told(call, &cluster)
}

fn empty(call: &Call<'_>, cluster: &Cluster) -> Result<(), ApiError> {
    let services = call.tx.list::<Service>(&call.place);
    let live = |one: &Service| one.cluster == cluster.name && !one.is("INACTIVE");
    if services.iter().any(live) {
        return Err(ApiError::bad(
            "ClusterContainsServicesException",
            "The Cluster cannot be deleted while Services are active.",
        ));
    }
    if !container_instance::of_cluster(&call.tx, &call.place, cluster).is_empty() {
        return Err(ApiError::bad(
            "ClusterContainsContainerInstancesException",
            "The Cluster cannot be deleted while Container Instances are active or draining.",
        ));
    }
    let tasks = call.tx.list::<Task>(&call.place);
    let live = |one: &Task| one.cluster == cluster.name && !one.is("STOPPED");
    if tasks.iter().any(live) {
        return Err(ApiError::bad(
            "ClusterContainsTasksException",
            "The Cluster cannot be deleted while Tasks are active.",
        ));
    }
    Ok(())
}
