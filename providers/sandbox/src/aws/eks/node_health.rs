//! Why nodes cannot join their cluster. EKS does not look at this when a node group is asked for: it shows at the end.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Addon, Cluster, NodeGroup, role_check};
use crate::aws::ec2::{Subnet, Vpc, VpcEndpoint};
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
    /// The issue in an answer.
    pub(super) fn json(&self) -> Value {
        json!({"code": self.code, "message": self.message, "resourceIds": self.resources})
    }
}

/// What keeps the group's nodes from working; nothing when they can.
pub(super) fn issues(tx: &Tx<'_>, place: &Place, group: &NodeGroup) -> Vec<Issue> {
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
