//! Capacity providers: change, delete.

use serde_json::json;

use super::capacity_provider::{protectable, scaling};
use super::common::{client, invalid, named, required, text};
use super::shape::check as shape;
use super::strategy::is_fargate;
use super::{CapacityProvider, Cluster, requests, scaling_group};
use crate::aws::{Call, Outcome};
use crate::phase::Phase;
use crate::wire::{ApiError, Body};

fn find(call: &Call<'_>, member: &str) -> Result<CapacityProvider, ApiError> {
    let asked = required(&call.json, member)?;
    let name = named(&call.place, "capacity-provider", &asked)?;
    if is_fargate(name) {
        return Err(client(
            "The specified capacity provider is reserved and cannot be changed or deleted. Specify another capacity \
             provider and try again.",
        ));
    }
    let found = call.tx.see::<CapacityProvider>(&call.place, name);
    found.filter(CapacityProvider::active).ok_or_else(|| {
        invalid(
            "The specified capacity provider does not exist. Specify a valid name or ARN and try again.",
        )
    })
}

/// UpdateCapacityProvider.
pub(super) fn update(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::UPDATE_PROVIDER)?;
    let mut provider = find(call, "name")?;
    if provider.update.state.ends_with("_IN_PROGRESS") {
        return Err(ApiError::bad(
            "UpdateInProgressException",
            "The specified capacity provider has an update in progress.",
        ));
    }
    let asked = call.json["autoScalingGroupProvider"].clone();
    if !asked.is_object() {
        return Err(invalid(
            "The autoScalingGroupProvider can not be null. Specify one and try again.",
        ));
    }
    provider.scaling = scaling(&asked, provider.scaling)?;
    let word = |member: &str, old: &str| text(&asked, member).unwrap_or(old).to_owned();
    provider.protection = word("managedTerminationProtection", &provider.protection);
    provider.draining = word("managedDraining", &provider.draining);
    if let Some(group) = scaling_group::of_arn(&call.tx, &call.place, &provider.group) {
        protectable(&group, &provider.protection, &provider.scaling)?;
    }
    provider.update = Phase::new("UPDATE_IN_PROGRESS", call.now());
    call.tx.put(&call.place, &provider);
    let words = provider.words(&call.place, true);
    Ok(Body::Json(json!({ "capacityProvider": words })))
}

/// DeleteCapacityProvider: refused while a cluster has it.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::DELETE_PROVIDER)?;
    let mut provider = find(call, "capacityProvider")?;
    let clusters = call.tx.list::<Cluster>(&call.place);
    let has = |one: &&Cluster| !one.is("INACTIVE") && one.providers.contains(&provider.name);
    if let Some(cluster) = clusters.iter().find(has) {
        return Err(client(format!(
            "The capacity provider cannot be deleted because it is associated with cluster: {}. Remove the capacity \
             provider from the cluster and try again.",
            cluster.name
        )));
    }
    if !provider.leaving() {
        provider.update = Phase::new("DELETE_IN_PROGRESS", call.now());
        call.tx.put(&call.place, &provider);
    }
    let words = provider.words(&call.place, true);
    Ok(Body::Json(json!({ "capacityProvider": words })))
}
