//! Changes of a node group.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::common::{body, in_use, invalid, invalid_request};
use super::nodegroup::{Taint, named};
use super::nodegroup_create::{Missing, ScalingWish, check_taints};
use super::token::remember;
use super::update::{New, Target, made_before};
use super::{Cluster, NodeGroup, Update, cluster_version, machine, nodes, template, version};
use crate::aws::{Call, Outcome};
use crate::store::Document;
use crate::wire::ApiError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Config {
    labels: Option<Labels>,
    taints: Option<Taints>,
    scaling_config: Option<ScalingWish>,
    update_config: Option<Missing>,
    #[serde(rename = "clientRequestToken")]
    _token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Labels {
    #[serde(default)]
    add_or_update_labels: BTreeMap<String, String>,
    #[serde(default)]
    remove_labels: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Taints {
    #[serde(default)]
    add_or_update_taints: Vec<Taint>,
    #[serde(default)]
    remove_taints: Vec<Taint>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct To {
    version: Option<String>,
    release_version: Option<String>,
    launch_template: Option<template::Wish>,
    #[serde(rename = "force")]
    _force: Option<bool>,
    #[serde(rename = "clientRequestToken")]
    _token: Option<String>,
}

/// UpdateNodegroupConfig: several kinds at once are fine.
pub(super) fn config(call: &mut Call<'_>) -> Outcome {
    let request: Config = body(call)?;
    let group = named(call)?;
    if let Some(update) = made_before(call)? {
        return update.answer();
    }
    let (mut params, mut changes) = (Vec::new(), Vec::new());
    if let Some(wish) = request.scaling_config {
        let after = wish
            .over(group.scaling)
            .map_err(|error| about(error, &group))?;
        params.push(("MinSize", after.min_size.to_string()));
        params.push(("MaxSize", after.max_size.to_string()));
        params.push(("DesiredSize", after.desired_size.to_string()));
        changes.push(("scaling", json!(after)));
    }
    if let Some(wish) = &request.labels {
        params.push(("LabelsToAdd", json!(wish.add_or_update_labels).to_string()));
        params.push(("LabelsToRemove", json!(wish.remove_labels).to_string()));
        changes.push(("labels", json!(labels(&group, wish))));
    }
    if let Some(wish) = &request.taints {
        check_taints(&wish.add_or_update_taints).map_err(|error| about(error, &group))?;
        params.push(("TaintsToAdd", json!(wish.add_or_update_taints).to_string()));
        params.push(("TaintsToRemove", json!(wish.remove_taints).to_string()));
        changes.push(("taints", json!(taints(&group, wish))));
    }
    if let Some(wish) = &request.update_config {
        let after = wish.checked().map_err(|error| about(error, &group))?;
        params.push(("MaxUnavailable", after.to_string()));
        changes.push(("update_config", after));
    }
    if changes.is_empty() {
        return Err(about(invalid("No changes needed"), &group));
    }
    begin(call, &group, "ConfigUpdate", params, changes)
}

fn labels(group: &NodeGroup, wish: &Labels) -> BTreeMap<String, String> {
    let mut after = group.labels.clone();
    after.retain(|key, _| !wish.remove_labels.contains(key));
    after.extend(wish.add_or_update_labels.clone());
    after
}

/// A taint is told by its key and effect.
fn taints(group: &NodeGroup, wish: &Taints) -> Vec<Taint> {
    let is = |one: &Taint, other: &Taint| one.key == other.key && one.effect == other.effect;
    let gone = |one: &Taint| {
        let all = wish.remove_taints.iter().chain(&wish.add_or_update_taints);
        all.into_iter().any(|other| is(one, other))
    };
    let mut after: Vec<Taint> = group
        .taints
        .iter()
        .filter(|one| !gone(one))
        .cloned()
        .collect();
    after.extend(wish.add_or_update_taints.clone());
    after
}

/// UpdateNodegroupVersion: another Kubernetes version, another version of the launch template.
pub(super) fn version(call: &mut Call<'_>) -> Outcome {
    let request: To = body(call)?;
    let group = named(call)?;
    if let Some(update) = made_before(call)? {
        return update.answer();
    }
    let refused = |error| about(error, &group);
    let version = chosen(call, &group, request.version.as_deref()).map_err(refused)?;
    let release = nodes::release(&version);
    if request
        .release_version
        .as_ref()
        .is_some_and(|wish| *wish != release)
    {
        let text =
            format!("Requested release version is not valid for kubernetes version {version}.");
        return Err(refused(invalid_request(text)));
    }
    let mut params = vec![
        ("Version", version.clone()),
        ("ReleaseVersion", release.clone()),
    ];
    let mut changes = vec![("version", json!(version)), ("release", json!(release))];
    if let Some(wish) = &request.launch_template {
        let before = group.template.as_ref().ok_or_else(|| {
            refused(invalid_request(
                "Cannot update a node group with a launch template that was created without one",
            ))
        })?;
        let after = template::find(call, wish).map_err(refused)?;
        if after.id != before.id {
            return Err(refused(invalid_request(
                "Launch template id must match the one that the node group was created with",
            )));
        }
        let data = template::data(&call.tx, &call.place, &after).unwrap_or_default();
        template::check(&data).map_err(refused)?;
        machine::rolls(&group, &data).map_err(refused)?;
        params.push(("LaunchTemplateName", after.name.clone()));
        params.push(("LaunchTemplateVersion", after.version.to_string()));
        changes.push(("template", json!(after)));
    }
    begin(call, &group, "VersionUpdate", params, changes)
}

fn chosen(call: &Call<'_>, group: &NodeGroup, wish: Option<&str>) -> Result<String, ApiError> {
    let wish = wish.unwrap_or(&group.version);
    let control = cluster_of(call, group);
    let control = control.map(|cluster| cluster.version).unwrap_or_default();
    let (from, to) = (version::minor(&group.version), version::minor(wish));
    let is_back = to < from;
    if to.is_none() || (is_back && !goes_back(call, group, wish)) || to > version::minor(&control) {
        return Err(invalid(format!(
            "Nodegroup Kubernetes version {wish} must be between its present {} and the cluster's {control}",
            group.version
        )));
    }
    Ok(wish.to_owned())
}

fn cluster_of(call: &Call<'_>, group: &NodeGroup) -> Option<Cluster> {
    call.tx.get::<Cluster>(&call.place, &group.cluster)
}

/// Nodes go back only ahead of a control plane that can go back: to the minor before its own ("Roll back a cluster to a
/// previous Kubernetes version").
fn goes_back(call: &Call<'_>, group: &NodeGroup, wish: &str) -> bool {
    cluster_of(call, group).is_some_and(|cluster| {
        let last = version::minor(&cluster.version).map(|minor| minor.saturating_sub(1));
        version::minor(wish) == last
            && cluster_version::can_go_back(&call.tx, &call.place, &cluster, call.now())
    })
}

type Params = Vec<(&'static str, String)>;
type Changes = Vec<(&'static str, serde_json::Value)>;

fn begin(
    call: &mut Call<'_>,
    group: &NodeGroup,
    kind: &str,
    params: Params,
    changes: Changes,
) -> Outcome {
    let target = Target::NodeGroup(group.name.clone());
    if let Some(update) = Update::running(&call.tx, &call.place, &group.cluster, &target) {
        let text = format!(
            "Nodegroup {} currently has update {} in progress",
            group.name, update.id
        );
        return Err(about(in_use(text), group));
    }
    // One that does badly takes other sizes, which may be the cure (aws/containers-roadmap#2326); rolls it does not take.
    let takes = group.phase.is("ACTIVE") || group.phase.is("DEGRADED") && kind != "VersionUpdate";
    if !takes {
        let text = format!(
            "Nodegroup cannot be updated as it is currently not in Active State: {}, in progress",
            group.phase.state
        );
        return Err(about(in_use(text), group));
    }
    let new = New {
        cluster: &group.cluster,
        target,
        kind,
        params,
        changes,
    };
    let update = Update::begin(&mut call.tx, &call.place, new);
    remember(call, &update.id());
    update.answer()
}

fn about(error: ApiError, group: &NodeGroup) -> ApiError {
    error
        .with("clusterName", group.cluster.as_str())
        .with("nodegroupName", group.name.as_str())
}
