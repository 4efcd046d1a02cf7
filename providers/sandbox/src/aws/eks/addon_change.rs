//! The making, changing and removing of add-ons.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::addon::{answer, named};
use super::addon_list::{self, Offer};
use super::common::{body, fresh_uuid, in_use, invalid, one_of, working};
use super::pod_identity::Wish as Identity;
use super::token::{made_before, remember};
use super::update::{self, New, Target};
use super::{Addon, Cluster, PodIdentity, Update, role_check, tags, version};
use crate::aws::{Call, Outcome};
use crate::phase::Phase;
use crate::store::Document;
use crate::wire::ApiError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Request {
    addon_name: String,
    addon_version: Option<String>,
    service_account_role_arn: Option<String>,
    resolve_conflicts: Option<String>,
    configuration_values: Option<String>,
    #[serde(default)]
    pod_identity_associations: Vec<Identity>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(rename = "clientRequestToken")]
    _token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct To {
    addon_version: Option<String>,
    service_account_role_arn: Option<String>,
    resolve_conflicts: Option<String>,
    configuration_values: Option<String>,
    pod_identity_associations: Option<Vec<Identity>>,
    #[serde(rename = "clientRequestToken")]
    _token: Option<String>,
}

/// What a new cluster has by itself unless it was told not to.
const SELF_MANAGED: &[&str] = &["vpc-cni", "kube-proxy", "coredns"];

/// CreateAddon. Settings of somebody else that are in its way show later, as state `CREATE_FAILED`.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call)?;
    if let Some(addon) = made_before(call)?.and_then(|id| call.tx.get::<Addon>(&call.place, &id)) {
        return answer(call, &addon);
    }
    let cluster = working(call)?;
    let about = |error: ApiError| {
        error
            .with("clusterName", cluster.name.as_str())
            .with("addonName", request.addon_name.as_str())
    };
    let key = Addon::key(&cluster.name, &request.addon_name);
    if call.tx.get::<Addon>(&call.place, &key).is_some() {
        return Err(about(in_use("Addon already exists.")));
    }
    let addon = fresh(call, &cluster, &request).map_err(about)?;
    call.tx.put(&call.place, &addon);
    identify(call, &addon, &request.pod_identity_associations).map_err(about)?;
    remember(call, &key);
    answer(call, &addon)
}

/// The add-on that a request asks for, checked.
fn fresh(call: &mut Call<'_>, cluster: &Cluster, request: &Request) -> Result<Addon, ApiError> {
    let Some(offer) = addon_list::find(&request.addon_name) else {
        return Err(invalid(format!(
            "Addon {} specified is not supported",
            request.addon_name
        )));
    };
    tags::check(&request.tags)?;
    let resolve = request.resolve_conflicts.as_deref().unwrap_or("NONE");
    one_of("resolveConflicts", resolve, &["OVERWRITE", "NONE"])?;
    let version = chosen(offer, &cluster.version, request.addon_version.as_deref())?;
    check_configuration(request.configuration_values.as_deref())?;
    check_role(call, request.service_account_role_arn.as_deref())?;
    Ok(Addon {
        name: request.addon_name.clone(),
        cluster: cluster.name.clone(),
        uid: fresh_uuid(&mut call.tx, "eks-addon"),
        version,
        role_arn: request.service_account_role_arn.clone(),
        configuration: request.configuration_values.clone(),
        conflict: resolve == "NONE"
            && cluster.self_managed_addons
            && SELF_MANAGED.contains(&offer.name),
        issues: Vec::new(),
        phase: Phase::new("CREATING", call.now()),
        tags: request.tags.clone(),
        created: call.now(),
    })
}

fn chosen(offer: &Offer, kubernetes: &str, wish: Option<&str>) -> Result<String, ApiError> {
    let wish = wish.map_or_else(|| offer.default(kubernetes), str::to_owned);
    match offer.versions(kubernetes).contains(&wish) {
        true => Ok(wish),
        false => Err(invalid(format!(
            "Addon version specified is not supported: {} {wish}",
            offer.name
        ))),
    }
}

/// JSON must be JSON; anything that is not may be YAML, which is taken as it is.
fn check_configuration(text: Option<&str>) -> Result<(), ApiError> {
    let broken = text.is_some_and(|text| {
        text.trim_start().starts_with('{')
            && serde_json::from_str::<serde_json::Value>(text).is_err()
    });
    match broken {
        true => Err(invalid(
            "ConfigurationValue is not in valid JSON or YAML format",
        )),
        false => Ok(()),
    }
}

fn check_role(call: &Call<'_>, arn: Option<&str>) -> Result<(), ApiError> {
    arn.map_or(Ok(()), |arn| role_check::exists(&call.tx, &call.place, arn))
}

/// Gives the add-on's service accounts their roles: these and no others.
fn identify(call: &mut Call<'_>, addon: &Addon, wishes: &[Identity]) -> Result<(), ApiError> {
    for one in addon.identities(&call.tx, &call.place) {
        call.tx.delete::<PodIdentity>(&call.place, &one.id());
    }
    let namespace = addon_list::find(&addon.name).map_or("kube-system", |offer| offer.namespace);
    for wish in wishes {
        PodIdentity::make_owned(call, addon, namespace, wish)?;
    }
    Ok(())
}

/// UpdateAddon. Roles by pod identity change at once, the rest when the update ends.
pub(super) fn change(call: &mut Call<'_>) -> Outcome {
    let request: To = body(call)?;
    let addon = named(call)?;
    if let Some(update) = update::made_before(call)? {
        return update.answer();
    }
    let about = |error: ApiError| {
        error
            .with("clusterName", addon.cluster.as_str())
            .with("addonName", addon.name.as_str())
    };
    free(call, &addon).map_err(about)?;
    let (params, changes) = read(call, &addon, &request).map_err(about)?;
    if let Some(wishes) = &request.pod_identity_associations {
        identify(call, &addon, wishes).map_err(about)?;
    }
    let new = New {
        cluster: &addon.cluster,
        target: Target::Addon(addon.name.clone()),
        kind: "AddonUpdate",
        params,
        changes,
    };
    let update = Update::begin(&mut call.tx, &call.place, new);
    remember(call, &update.id());
    update.answer()
}

type Params = Vec<(&'static str, String)>;
type Changes = Vec<(&'static str, serde_json::Value)>;

/// What a request changes. An update also puts right what was in the add-on's way.
fn read(call: &Call<'_>, addon: &Addon, request: &To) -> Result<(Params, Changes), ApiError> {
    let mut params = Vec::new();
    let mut changes = vec![("issues", json!([])), ("conflict", json!(false))];
    if let Some(wish) = request.addon_version.as_deref() {
        let version = step(call, addon, wish)?;
        params.push(("AddonVersion", version.clone()));
        changes.push(("version", json!(version)));
    }
    // A role that the request leaves out is taken away: the pods are back on that of their node.
    let role = request.service_account_role_arn.as_deref();
    check_role(call, role)?;
    changes.push(("role_arn", json!(role)));
    if let Some(role) = role {
        params.push(("ServiceAccountRoleArn", role.to_owned()));
    }
    if let Some(resolve) = request.resolve_conflicts.as_deref() {
        one_of(
            "resolveConflicts",
            resolve,
            &["OVERWRITE", "NONE", "PRESERVE"],
        )?;
        params.push(("ResolveConflicts", resolve.to_owned()));
    }
    if let Some(text) = request.configuration_values.as_deref() {
        check_configuration(Some(text))?;
        params.push(("ConfigurationValues", text.to_owned()));
        changes.push(("configuration", json!(text)));
    }
    if let Some(wishes) = &request.pod_identity_associations {
        let accounts: Vec<&str> = wishes
            .iter()
            .map(|wish| wish.service_account.as_str())
            .collect();
        params.push(("PodIdentityAssociations", json!(accounts).to_string()));
    }
    Ok((params, changes))
}

/// The version to go to. The network plug-in goes by one minor at a time.
fn step(call: &Call<'_>, addon: &Addon, wish: &str) -> Result<String, ApiError> {
    let cluster = call.tx.get::<Cluster>(&call.place, &addon.cluster);
    let kubernetes = cluster.map_or_else(version::default, |cluster| cluster.version);
    let Some(offer) = addon_list::find(&addon.name) else {
        return Err(invalid(format!(
            "Addon {} specified is not supported",
            addon.name
        )));
    };
    let version = chosen(offer, &kubernetes, Some(wish))?;
    let far = match (minor(&addon.version), minor(&version)) {
        (Some(from), Some(to)) => from.abs_diff(to) > 1,
        _ => false,
    };
    match far && addon.name == "vpc-cni" {
        true => Err(invalid(
            "Updating VPC-CNI can only go up or down 1 minor version at a time",
        )),
        false => Ok(version),
    }
}

/// The second number of `v1.21.1-eksbuild.7`.
fn minor(version: &str) -> Option<u32> {
    version.split('.').nth(1)?.parse().ok()
}

/// Refuses a change of an add-on that is not ready for one.
fn free(call: &Call<'_>, addon: &Addon) -> Result<(), ApiError> {
    let target = Target::Addon(addon.name.clone());
    if let Some(update) = Update::running(&call.tx, &call.place, &addon.cluster, &target) {
        return Err(in_use(format!(
            "Cannot AddonUpdate because addon {} currently has update {} in progress",
            addon.name, update.id
        )));
    }
    match addon.phase.is("CREATING") || addon.phase.is("DELETING") {
        true => Err(in_use(format!(
            "Addon {} cannot be updated as it is currently in {} state, in progress",
            addon.name, addon.phase.state
        ))),
        false => Ok(()),
    }
}

/// DeleteAddon. What it installed stays in the cluster with `preserve`; nothing of the cluster's inside shows here.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let mut addon = named(call)?;
    if !addon.phase.is("DELETING") {
        identify(call, &addon, &[])?;
        addon.phase = Phase::new("DELETING", call.now());
        call.tx.put(&call.place, &addon);
    }
    answer(call, &addon)
}
