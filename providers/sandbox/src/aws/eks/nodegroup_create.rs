//! The making of a node group.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::common::{
    body, fresh_uuid, in_use, invalid, invalid_request, name, of_cluster, one_of, present, within,
    working,
};
use super::machine::{Machine, MachineWish};
use super::nodegroup::{Scaling, Taint};
use super::token::{made_before, remember};
use super::{AccessEntry, Cluster, NodeGroup, network, nodes, role_check, tags, template, version};
use crate::aws::iam::{InstanceProfile, Role};
use crate::aws::{Call, Outcome};
use crate::phase::Phase;
use crate::wire::{ApiError, Body};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Request {
    nodegroup_name: String,
    node_role: String,
    subnets: Vec<String>,
    scaling_config: Option<ScalingWish>,
    disk_size: Option<i64>,
    instance_types: Option<Vec<String>>,
    ami_type: Option<String>,
    capacity_type: Option<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    taints: Vec<Taint>,
    launch_template: Option<template::Wish>,
    update_config: Option<Missing>,
    version: Option<String>,
    release_version: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(rename = "clientRequestToken")]
    _token: Option<String>,
}

/// `scalingConfig` of a request.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ScalingWish {
    min_size: Option<i64>,
    max_size: Option<i64>,
    desired_size: Option<i64>,
}

/// `updateConfig` of a request.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Missing {
    max_unavailable: Option<i64>,
    max_unavailable_percentage: Option<i64>,
    update_strategy: Option<String>,
}

impl Request {
    fn machine(&self) -> MachineWish<'_> {
        MachineWish {
            types: self.instance_types.as_deref().unwrap_or_default(),
            image: self.ami_type.as_deref(),
            disk: self.disk_size,
        }
    }
}

impl ScalingWish {
    /// The sizes after this, over those before.
    pub(super) fn over(self, before: Scaling) -> Result<Scaling, ApiError> {
        let after = Scaling {
            min_size: self.min_size.unwrap_or(before.min_size),
            max_size: self.max_size.unwrap_or(before.max_size),
            desired_size: self.desired_size.unwrap_or(before.desired_size),
        };
        let Scaling {
            min_size: min,
            max_size: max,
            desired_size: desired,
        } = after;
        if min < 0 || max < 1 || desired < 0 {
            return Err(invalid(
                "minSize and desiredSize must be at least 0, maxSize at least 1",
            ));
        }
        if min > max {
            return Err(invalid(format!(
                "Minimum capacity {min} can't be greater than maximum capacity {max}"
            )));
        }
        if min > desired {
            return Err(invalid(format!(
                "Minimum capacity {min} can't be greater than desired size {desired}"
            )));
        }
        if desired > max {
            return Err(invalid(format!(
                "desired capacity {desired} can't be greater than max size {max}"
            )));
        }
        Ok(after)
    }
}

impl Missing {
    /// As the group shows it.
    pub(super) fn checked(&self) -> Result<Value, ApiError> {
        if let Some(strategy) = &self.update_strategy {
            one_of("The updateStrategy", strategy, &["DEFAULT", "MINIMAL"])?;
        }
        let mut shown = match (self.max_unavailable, self.max_unavailable_percentage) {
            (Some(count), None) if (1..=100).contains(&count) => json!({"maxUnavailable": count}),
            (None, Some(share)) if (1..=100).contains(&share) => {
                json!({"maxUnavailablePercentage": share})
            }
            (None, None) => json!({"maxUnavailable": 1}),
            _ => {
                return Err(invalid(
                    "Specify one of maxUnavailable and maxUnavailablePercentage, between 1 and 100",
                ));
            }
        };
        if let Some(strategy) = &self.update_strategy {
            shown["updateStrategy"] = strategy.as_str().into();
        }
        Ok(shown)
    }
}

/// CreateNodegroup. What keeps nodes from joining shows later, as state `CREATE_FAILED`.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call)?;
    if let Some(group) =
        made_before(call)?.and_then(|id| call.tx.get::<NodeGroup>(&call.place, &id))
    {
        return Ok(Body::Json(json!({"nodegroup": group.json(&call.place)})));
    }
    let cluster = working(call)?;
    name("node group", &request.nodegroup_name, 63)?;
    let named = |error: ApiError| {
        error
            .with("clusterName", cluster.name.as_str())
            .with("nodegroupName", request.nodegroup_name.as_str())
    };
    let key = NodeGroup::key(&cluster.name, &request.nodegroup_name);
    if call.tx.get::<NodeGroup>(&call.place, &key).is_some() {
        let text = format!(
            "NodeGroup already exists with name {} and cluster name {}",
            request.nodegroup_name, cluster.name
        );
        return Err(named(in_use(text)));
    }
    let mut group = fresh(call, &cluster, &request).map_err(named)?;
    accompany(call, &cluster, &group);
    nodes::fit(&mut call.tx, &call.place, &mut group);
    call.tx.put(&call.place, &group);
    remember(call, &key);
    Ok(Body::Json(json!({"nodegroup": group.json(&call.place)})))
}

/// What EKS makes with a node group: its own role, a profile for the nodes' role, the entry that lets nodes in.
fn accompany(call: &mut Call<'_>, cluster: &Cluster, group: &NodeGroup) {
    let account = call.place.account.clone();
    Role::service_linked(&mut call.tx, &account, "eks-nodegroup.amazonaws.com");
    let role = group.node_role.rsplit('/').next().unwrap_or_default();
    InstanceProfile::make(&mut call.tx, &account, &group.profile(), role);
    if cluster.has_entries() {
        let kind = match group.ami_type.starts_with("WINDOWS") {
            true => "EC2_WINDOWS",
            false => "EC2_LINUX",
        };
        let role = &group.node_role;
        AccessEntry::ensure(&mut call.tx, &call.place, &cluster.name, role, kind);
    }
}

/// The node group that a request asks for, checked.
fn fresh(call: &mut Call<'_>, cluster: &Cluster, request: &Request) -> Result<NodeGroup, ApiError> {
    check(call, cluster, request)?;
    let capacity = request.capacity_type.clone();
    let defaults = Scaling {
        min_size: 1,
        max_size: 2,
        desired_size: 2,
    };
    let scaling = request
        .scaling_config
        .map_or(Ok(defaults), |wish| wish.over(defaults))?;
    let version = chosen_version(cluster, request.version.as_deref())?;
    let release = chosen_release(&version, request.release_version.as_deref())?;
    let template = request.launch_template.as_ref();
    let template = template
        .map(|wish| template::find(call, wish))
        .transpose()?;
    let machine = Machine::read(call, &request.machine(), template.as_ref())?;
    role_check::usable(
        &call.tx,
        &call.place,
        &request.node_role,
        "ec2.amazonaws.com",
    )?;
    let missing = request
        .update_config
        .as_ref()
        .map(Missing::checked)
        .transpose()?;
    Ok(NodeGroup {
        name: request.nodegroup_name.clone(),
        cluster: cluster.name.clone(),
        uid: fresh_uuid(&mut call.tx, "eks-nodegroup"),
        version,
        release,
        capacity: capacity.unwrap_or_else(|| "ON_DEMAND".to_owned()),
        scaling,
        instance_types: machine.types,
        subnets: request.subnets.clone(),
        ami_type: machine.image,
        node_role: request.node_role.clone(),
        labels: request.labels.clone(),
        taints: request.taints.clone(),
        update_config: missing.unwrap_or_else(|| json!({"maxUnavailable": 1})),
        disk_size: machine.disk,
        template,
        issues: Vec::new(),
        instances: Vec::new(),
        phase: Phase::new("CREATING", call.now()),
        tags: request.tags.clone(),
        created: call.now(),
    })
}

/// Refuses subnets of elsewhere, tags and taints that are none, and one group too many.
fn check(call: &Call<'_>, cluster: &Cluster, request: &Request) -> Result<(), ApiError> {
    present("nodeRole", &request.node_role)?;
    if request.subnets.is_empty() {
        return Err(invalid("subnets cannot be empty."));
    }
    let subnets = network::subnets(call, &request.subnets)?;
    if let Some(strange) = subnets.iter().find(|one| one.vpc_id != cluster.vpc_id) {
        return Err(invalid(format!(
            "Subnet {} does not belong to the VPC {} of the cluster",
            strange.id, cluster.vpc_id
        )));
    }
    tags::check(&request.tags)?;
    check_taints(&request.taints)?;
    if let Some(capacity) = &request.capacity_type {
        one_of("The capacityType", capacity, &["ON_DEMAND", "SPOT"])?;
    }
    let have = of_cluster::<NodeGroup>(&call.tx, &call.place, &cluster.name).len();
    let full = "Nodegroup limit exceeded for this cluster";
    within(&call.tx, "eks:nodegroups-per-cluster", have, full)
}

/// Refuses taints that Kubernetes does not have.
pub(super) fn check_taints(taints: &[Taint]) -> Result<(), ApiError> {
    for taint in taints {
        one_of(
            "The taint effect",
            &taint.effect,
            &["NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"],
        )?;
        if taint.key.is_empty() || taint.key.len() > 63 {
            return Err(invalid("A taint's key has 1 to 63 characters"));
        }
    }
    Ok(())
}

/// Up to three minors behind the control plane, never ahead of it (Kubernetes version skew policy).
fn chosen_version(cluster: &Cluster, wish: Option<&str>) -> Result<String, ApiError> {
    let wish = wish.unwrap_or(&cluster.version);
    match (version::minor(wish), version::minor(&cluster.version)) {
        (Some(nodes), Some(control)) if nodes <= control && control - nodes <= 3 => {
            Ok(wish.to_owned())
        }
        _ => Err(invalid(format!(
            "Requested Nodegroup version {wish} is not supported with the cluster's version {}",
            cluster.version
        ))),
    }
}

fn chosen_release(version: &str, wish: Option<&str>) -> Result<String, ApiError> {
    let newest = nodes::release(version);
    match wish {
        None => Ok(newest),
        Some(wish) if wish == newest => Ok(newest),
        Some(wish) => Err(invalid_request(format!(
            "Requested release version {wish} is not valid for kubernetes version {version}."
        ))),
    }
}
