//! Why nodes cannot join their cluster. EKS does not look at this when a node group is asked for: it shows at the end.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Addon, Cluster, NodeGroup, role_check};
use crate::ailment::{Patient, Stage};
use crate::aws::ec2::{LaunchTemplate, Subnet, Vpc, VpcEndpoint};
use crate::aws::iam::Role;
use crate::store::{Place, Tx};

/// What is wrong with a node group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Issue {
    /// `NodeCreationFailure`.
    pub(super) code: String,
    /// The words beside it.
    pub(super) message: String,
    /// What it is about.
    pub(super) resources: Vec<String>,
}

impl Issue {
    /// What the knobs say of an object; `about` tells what a code is usually about.
    pub(super) fn injected(
        tx: &Tx<'_>,
        (on, when, name): (Patient, Stage, &str),
        about: impl Fn(&str) -> Vec<String>,
    ) -> Vec<Self> {
        let all = tx.config().ailments(on, when, name).into_iter();
        all.map(|one| Self {
            code: one.code.clone(),
            message: one.words(),
            resources: match one.resources.is_empty() {
                true => about(&one.code),
                false => one.resources.clone(),
            },
        })
        .collect()
    }

    /// The issue among the errors of an update.
    pub(super) fn error(&self) -> Value {
        json!({"errorCode": self.code, "errorMessage": self.message, "resourceIds": self.resources})
    }

    /// Whether it is known only when nodes are given up, not while they are waited for.
    pub(super) fn is_late(&self) -> bool {
        ["NodeCreationFailure", "Unknown", "InternalFailure"].contains(&self.code.as_str())
    }

    /// The issue in an answer.
    pub(super) fn json(&self) -> Value {
        json!({"code": self.code, "message": self.message, "resourceIds": self.resources})
    }
}

/// What a code of a node group is usually about.
pub(super) fn about(group: &NodeGroup, code: &str) -> Vec<String> {
    match code {
        _ if code.starts_with("Ec2Subnet") => group.subnets.clone(),
        "InsufficientFreeAddresses" => group.subnets.clone(),
        "NodeCreationFailure" | "NodeTerminationFailure" | "PodEvictionFailure" => {
            group.instances.clone()
        }
        _ if code.starts_with("AutoScalingGroup") || code.starts_with("Asg") => vec![group.asg()],
        "IamInstanceProfileNotFound" => vec![group.profile()],
        "IamNodeRoleNotFound" => vec![group.node_role.clone()],
        _ if code.contains("LaunchTemplate") => {
            group.template.iter().map(|one| one.id.clone()).collect()
        }
        _ => vec![group.name.clone()],
    }
}

/// What a working group has lost; nothing when all is there.
pub(super) fn losses(tx: &Tx<'_>, place: &Place, group: &NodeGroup) -> Vec<Issue> {
    let injected = (Patient::Nodegroup, Stage::Active, group.name.as_str());
    let injected = Issue::injected(tx, injected, |code| about(group, code));
    if !injected.is_empty() {
        return injected;
    }
    let issue = |code: &str, message: &str, resources: &[String]| {
        vec![Issue {
            code: code.to_owned(),
            message: message.to_owned(),
            resources: resources.to_vec(),
        }]
    };
    if Role::of_arn(tx, &group.node_role).is_none() {
        let text = "We couldn't find the IAM role for your managed node group.";
        return issue(
            "IamNodeRoleNotFound",
            text,
            &about(group, "IamNodeRoleNotFound"),
        );
    }
    let gone = |id: &&String| tx.get::<Subnet>(place, id).is_none();
    if let Some(id) = group.subnets.iter().find(gone) {
        let text = format!("The subnet ID '{id}' does not exist");
        return issue("Ec2SubnetNotFound", &text, std::slice::from_ref(id));
    }
    match &group.template {
        Some(one) if tx.get::<LaunchTemplate>(place, &one.id).is_none() => issue(
            "Ec2LaunchTemplateNotFound",
            "We couldn't find the Amazon EC2 launch template for your managed node group.",
            std::slice::from_ref(&one.id),
        ),
        _ => Vec::new(),
    }
}

/// What keeps the group's nodes from working; nothing when they can.
pub(super) fn issues(tx: &Tx<'_>, place: &Place, group: &NodeGroup) -> Vec<Issue> {
    let injected = (Patient::Nodegroup, Stage::Create, group.name.as_str());
    let injected = Issue::injected(tx, injected, |code| about(group, code));
    if !injected.is_empty() {
        return injected;
    }
    let lost = losses(tx, place, group);
    let of_active = tx
        .config()
        .ailments(Patient::Nodegroup, Stage::Active, &group.name);
    if !lost.is_empty() && of_active.is_empty() {
        return lost;
    }
    let issue = |code: &str, message: &str, resources: &[String]| {
        vec![Issue {
            code: code.to_owned(),
            message: message.to_owned(),
            resources: resources.to_vec(),
        }]
    };
    let wanted = usize::try_from(group.scaling.desired_size).unwrap_or_default();
    if group.instances.len() < wanted {
        let text = "One or more of the subnets do not have enough free addresses for the nodes.";
        return issue("InsufficientFreeAddresses", text, &group.subnets);
    }
    if wanted == 0 {
        return Vec::new();
    }
    let unjoined = "Instances failed to join the kubernetes cluster";
    if !role_check::has_policy(tx, &group.node_role, "AmazonEKSWorkerNodePolicy") {
        return issue("NodeCreationFailure", unjoined, &group.instances);
    }
    let subnets: Vec<Subnet> = group
        .subnets
        .iter()
        .filter_map(|id| tx.get(place, id))
        .collect();
    if let Some(subnet) = subnets
        .iter()
        .find(|subnet| subnet.is_public(tx, place) && !subnet.public_addresses)
    {
        let text = format!(
            "One or more Amazon EC2 Subnets of [{}] for node group {} does not automatically assign public IP \
             addresses to instances launched into it.",
            subnet.id, group.name
        );
        return issue(
            "Ec2SubnetInvalidConfiguration",
            &text,
            std::slice::from_ref(&subnet.id),
        );
    }
    let named = subnets
        .first()
        .is_some_and(|subnet| resolves(tx, place, subnet));
    let arrives =
        |subnet: &Subnet| subnet.has_way_out(tx, place) || by_endpoints(tx, place, subnet);
    if !named || !subnets.iter().all(arrives) {
        return issue("NodeCreationFailure", unjoined, &group.instances);
    }
    if !has_network(tx, place, group) {
        let text = "Unhealthy nodes in the kubernetes cluster";
        return issue("NodeCreationFailure", text, &group.instances);
    }
    Vec::new()
}

/// Whether nodes in the subnet have names, under which they register.
fn resolves(tx: &Tx<'_>, place: &Place, subnet: &Subnet) -> bool {
    let vpc = tx.get::<Vpc>(place, &subnet.vpc_id);
    vpc.is_some_and(|vpc| vpc.dns_support && vpc.dns_hostnames)
}

/// Whether nodes in the subnet reach what they need without the internet.
fn by_endpoints(tx: &Tx<'_>, place: &Place, subnet: &Subnet) -> bool {
    let vital = ["ec2", "ecr.api", "ecr.dkr", "s3"];
    vital
        .iter()
        .all(|service| VpcEndpoint::reaches(tx, place, subnet, service))
}

/// Whether pods get addresses: the cluster has its network plug-in, and that may ask for them.
fn has_network(tx: &Tx<'_>, place: &Place, group: &NodeGroup) -> bool {
    let policy = "AmazonEKS_CNI_Policy";
    let by_nodes = role_check::has_policy(tx, &group.node_role, policy);
    let key = Addon::key(&group.cluster, "vpc-cni");
    let Some(addon) = tx.get::<Addon>(place, &key).filter(Addon::installs) else {
        let cluster = tx.get::<Cluster>(place, &group.cluster);
        return by_nodes && cluster.is_some_and(|cluster| cluster.self_managed_addons);
    };
    let own = addon.role_arn.clone().into_iter();
    let own = own.chain(
        addon
            .identities(tx, place)
            .into_iter()
            .map(|one| one.role_arn),
    );
    let mut own = own.filter(|role| role_check::has_policy(tx, role, policy));
    by_nodes || own.next().is_some()
}
