//! The making of a node group.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::common::{
    body, fresh_uuid, in_use, invalid, invalid_request, name, of_cluster, one_of, present, within,
    working,
};
use super::nodegroup::{Scaling, Taint, Template};
use super::token::{made_before, remember};
use super::{AccessEntry, Cluster, NodeGroup, network, nodes, role_check, tags, template, version};
use crate::aws::ec2::types;
use crate::aws::iam::{InstanceProfile, Role};
use crate::aws::{Call, Outcome};
use crate::phase::Phase;
use crate::wire::{ApiError, Body, Params};

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

/// Images with their architecture, of those that EKS makes for Kubernetes versions of today.
const IMAGES: &[&str] = &[
    "AL2023_x86_64_STANDARD",
    "AL2023_ARM_64_STANDARD",
    "AL2023_x86_64_NEURON",
    "AL2023_x86_64_NVIDIA",
    "AL2023_ARM_64_NVIDIA",
    "BOTTLEROCKET_x86_64",
    "BOTTLEROCKET_ARM_64",
    "BOTTLEROCKET_x86_64_FIPS",
    "BOTTLEROCKET_ARM_64_FIPS",
    "BOTTLEROCKET_x86_64_NVIDIA",
    "BOTTLEROCKET_ARM_64_NVIDIA",
    "WINDOWS_CORE_2019_x86_64",
    "WINDOWS_FULL_2019_x86_64",
    "WINDOWS_CORE_2022_x86_64",
    "WINDOWS_FULL_2022_x86_64",
    "WINDOWS_CORE_2025_x86_64",
    "WINDOWS_FULL_2025_x86_64",
];

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
    Role::service_linked(
        &mut call.tx,
        &call.place.account,
        "eks-nodegroup.amazonaws.com",
    );
    let role = group.node_role.rsplit('/').next().unwrap_or_default();
    InstanceProfile::make(&mut call.tx, &call.place.account, &group.profile(), role);
    if cluster.has_entries() {
        let kind = if group.ami_type.starts_with("WINDOWS") {
            "EC2_WINDOWS"
        } else {
            "EC2_LINUX"
        };
        AccessEntry::ensure(
            &mut call.tx,
            &call.place,
            &cluster.name,
            &group.node_role,
            kind,
        );
    }
    nodes::fit(&mut call.tx, &call.place, &mut group);
    call.tx.put(&call.place, &group);
    remember(call, &key);
    Ok(Body::Json(json!({"nodegroup": group.json(&call.place)})))
}

/// The node group that a request asks for, checked.
fn fresh(call: &mut Call<'_>, cluster: &Cluster, request: &Request) -> Result<NodeGroup, ApiError> {
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
    let capacity = request
        .capacity_type
        .clone()
        .unwrap_or_else(|| "ON_DEMAND".to_owned());
    one_of("The capacityType", &capacity, &["ON_DEMAND", "SPOT"])?;
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
    let template = request
        .launch_template
        .as_ref()
        .map(|wish| template::find(call, wish))
        .transpose()?;
    let machine = Machine::read(call, request, template.as_ref())?;
    role_check::usable(
        &call.tx,
        &call.place,
        &request.node_role,
        "ec2.amazonaws.com",
    )?;
    let have = of_cluster::<NodeGroup>(&call.tx, &call.place, &cluster.name).len();
    within(
        &call.tx,
        "eks:nodegroups-per-cluster",
        have,
        "Nodegroup limit exceeded for this cluster",
    )?;
    let missing = request.update_config.as_ref().map(Missing::checked);
    Ok(NodeGroup {
        name: request.nodegroup_name.clone(),
        cluster: cluster.name.clone(),
        uid: fresh_uuid(&mut call.tx, "eks-nodegroup"),
        version,
        release,
        capacity,
        scaling,
        instance_types: machine.types,
        subnets: request.subnets.clone(),
        ami_type: machine.image,
        node_role: request.node_role.clone(),
        labels: request.labels.clone(),
        taints: request.taints.clone(),
        update_config: missing
            .transpose()?
            .unwrap_or_else(|| json!({"maxUnavailable": 1})),
        disk_size: machine.disk,
        template,
        issues: Vec::new(),
        instances: Vec::new(),
        phase: Phase::new("CREATING", call.now()),
        tags: request.tags.clone(),
        created: call.now(),
    })
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

/// What the nodes are.
struct Machine {
    types: Vec<String>,
    image: String,
    disk: Option<i64>,
}

impl Machine {
    fn read(
        call: &Call<'_>,
        request: &Request,
        template: Option<&Template>,
    ) -> Result<Self, ApiError> {
        let data = template
            .and_then(|one| template::data(&call.tx, &call.place, one))
            .unwrap_or_default();
        template::check(&data)?;
        let asked = request.instance_types.clone().unwrap_or_default();
        let own_type = data.get("InstanceType").map(str::to_owned);
        if own_type.is_some() && !asked.is_empty() {
            return Err(invalid_request(
                "Cannot specify instance types in launch template and API request",
            ));
        }
        if template.is_some() && request.disk_size.is_some() {
            return Err(invalid(
                "Disk size must be specified within the launch template.",
            ));
        }
        let mut shown = asked;
        if shown.is_empty() && own_type.is_none() {
            shown.push("t3.medium".to_owned());
        }
        let all: Vec<&String> = shown.iter().chain(own_type.as_ref()).collect();
        let image = image(request.ami_type.as_deref(), &data, &all)?;
        let disk = template.is_none().then(|| request.disk_size.unwrap_or(20));
        Ok(Self {
            types: shown,
            image,
            disk,
        })
    }
}

/// The image's type: that of the machines' architecture, without a wish.
fn image(wish: Option<&str>, data: &Params, machines: &[&String]) -> Result<String, ApiError> {
    let known = types();
    if let Some(strange) = machines.iter().find(|name| !known.contains(**name)) {
        return Err(invalid(format!(
            "The following supplied instance types do not exist: [{strange}]"
        )));
    }
    if data.get("ImageId").is_some() {
        return match wish {
            None | Some("CUSTOM") => Ok("CUSTOM".to_owned()),
            Some(_) => Err(invalid_request(
                "You cannot specify an image id within the launch template and an AMI type other than CUSTOM",
            )),
        };
    }
    let arm = machines.iter().filter(|name| is_arm(name)).count();
    if arm != 0 && arm != machines.len() {
        return Err(invalid(
            "The instance types must all have the same architecture",
        ));
    }
    let of_machines = if arm == 0 { "x86_64" } else { "ARM_64" };
    let image = match wish {
        None => return Ok(format!("AL2023_{of_machines}_STANDARD")),
        Some("CUSTOM") => {
            return Err(invalid_request(
                "AMI type CUSTOM needs an image id within the launch template",
            ));
        }
        Some(image) => image,
    };
    if image.starts_with("AL2_") {
        return Err(invalid_request(format!(
            "Requested amiType {image} is only supported for kubernetes version 1.32 or earlier"
        )));
    }
    one_of("The amiType", image, IMAGES)?;
    match image.contains(of_machines) {
        true => Ok(image.to_owned()),
        false => Err(invalid(format!(
            "{:?} is not a valid instance type for requested amiType {image}",
            machines
                .iter()
                .map(|name| name.as_str())
                .collect::<Vec<_>>()
        ))),
    }
}

/// Graviton: the family's digit is followed by a `g`.
fn is_arm(machine: &str) -> bool {
    let family = machine.split('.').next().unwrap_or_default();
    let after = family.trim_start_matches(|sign: char| sign.is_ascii_lowercase());
    after
        .trim_start_matches(|sign: char| sign.is_ascii_digit())
        .starts_with('g')
}

#[cfg(test)]
mod tests {
    use super::is_arm;

    #[test]
    fn graviton_is_told_by_the_familys_name() {
        for name in ["m7g.large", "t4g.medium", "c6gd.xlarge", "r8g.large"] {
            assert!(is_arm(name), "{name}");
        }
        for name in [
            "g5.xlarge",
            "m7i-flex.large",
            "g4dn.xlarge",
            "t3.medium",
            "c6a.large",
        ] {
            assert!(!is_arm(name), "{name}");
        }
    }
}
