//! Networks of tasks: what a request may say, and the interface that a task holds.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::TaskDefinition;
use super::common::{given, invalid, text, texts};
use crate::aws::Call;
use crate::aws::ec2::{NetworkInterface, NewInterface, SecurityGroup, Subnet, VpcEndpoint};
use crate::store::{Place, Tx};
use crate::wire::ApiError;

/// Where tasks of the mode `awsvpc` are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Network {
    /// Ids of subnets.
    pub(super) subnets: Vec<String>,
    /// Ids of security groups; without any the VPC's own.
    pub(super) groups: Vec<String>,
    /// Whether tasks get a public address.
    pub(super) public: bool,
}

/// The interface of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Interface {
    /// Its id.
    pub(super) id: String,
    /// Its private address.
    pub(super) ip: String,
    /// Whether it is gone.
    pub(super) gone: bool,
}

impl Network {
    /// How it is told.
    pub(super) fn words(&self) -> Value {
        let public = if self.public { "ENABLED" } else { "DISABLED" };
        json!({"awsvpcConfiguration": {
            "subnets": self.subnets,
            "securityGroups": self.groups,
            "assignPublicIp": public,
        }})
    }
}

/// The network of a request for a task definition; none when its mode has none.
pub(super) fn read(
    call: &Call<'_>,
    of: &Value,
    definition: &TaskDefinition,
    fargate: bool,
) -> Result<Option<Network>, ApiError> {
    let asked = given(of, "networkConfiguration")
        .and_then(|network| given(&network, "awsvpcConfiguration"));
    let awsvpc = definition.network_mode() == "awsvpc";
    match (asked, awsvpc) {
        (None, false) => Ok(None),
        (None, true) => Err(invalid(
            "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
        )),
        (Some(_), false) => Err(invalid(
            "Network Configuration is not valid for the given networkMode of this task definition.",
        )),
        (Some(asked), true) => check(call, &asked, fargate).map(Some),
    }
}

fn check(call: &Call<'_>, asked: &Value, fargate: bool) -> Result<Network, ApiError> {
    let network = Network {
        subnets: texts(asked, "subnets"),
        groups: texts(asked, "securityGroups"),
        public: text(asked, "assignPublicIp") == Some("ENABLED"),
    };
    if network.subnets.is_empty() {
        return Err(invalid("subnets can not be empty."));
    }
    if network.subnets.len() > 16 {
        return Err(invalid("subnets can have at most 16 items."));
    }
    if network.groups.len() > 5 {
        return Err(invalid("securityGroups can have at most 5 items."));
    }
    if network.public && !fargate {
        return Err(invalid(
            "Assign public IP is not supported for this launch type.",
        ));
    }
    let mut vpcs = Vec::new();
    for id in &network.subnets {
        let subnet = call.tx.see::<Subnet>(&call.place, id).ok_or_else(|| {
            invalid(format!(
                "Error retrieving subnet information for [{id}]: The subnet ID '{id}' does not exist (ErrorCode: \
                 InvalidSubnetID.NotFound)"
            ))
        })?;
        vpcs.push(subnet.vpc_id);
    }
    vpcs.dedup();
    if vpcs.len() > 1 {
        return Err(invalid("All subnets must be in the same VPC."));
    }
    for id in &network.groups {
        let group = call.tx.see::<SecurityGroup>(&call.place, id);
        let group = group.ok_or_else(|| {
            invalid(format!(
                "Error retrieving security group information for [{id}]: The security group '{id}' does not exist \
                 (ErrorCode: InvalidGroup.NotFound)"
            ))
        })?;
        if !vpcs.contains(&group.vpc_id) {
            return Err(invalid(format!(
                "Security group {id} does not appear to belong to the same VPC as the input subnets."
            )));
        }
    }
    Ok(network)
}

/// Makes the interface of a task in a subnet, or tells in ECS's words why it cannot be made.
pub(super) fn attach(
    tx: &mut Tx<'_>,
    place: &Place,
    network: &Network,
    subnet: &str,
    attachment: &str,
) -> Result<Interface, String> {
    let public = if network.public {
        "enabled"
    } else {
        "disabled"
    };
    let failed = |why: String| {
        format!(
            "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment {public} in \
             subnet '{subnet}': {why}"
        )
    };
    let Some(found) = tx.get::<Subnet>(place, subnet) else {
        return Err(failed("InvalidSubnetID.NotFound".to_owned()));
    };
    let groups = groups(tx, place, network, &found.vpc_id);
    let there = |id: &&String| tx.get::<SecurityGroup>(place, id).is_none();
    if groups.iter().any(|id| there(&id)) || groups.is_empty() {
        return Err(failed("InvalidGroup.NotFound".to_owned()));
    }
    let new = NewInterface {
        subnet: &found,
        groups,
        interface_type: "interface",
        description: super::common::arn(place, &format!("attachment/{attachment}")),
        requester: Some("amazon-ecs"),
        instance_id: None,
    };
    let Some(mut made) = NetworkInterface::make(tx, place, new) else {
        return Err(failed("InsufficientFreeAddressesInSubnet".to_owned()));
    };
    if network.public {
        made.own_public_ip = Some(public_address(&made.id));
        tx.put(place, &made);
    }
    Ok(Interface {
        id: made.id,
        ip: made.private_ip.to_string(),
        gone: false,
    })
}

/// An address of Amazon's; the interface's id tells which.
fn public_address(id: &str) -> Ipv4Addr {
    let hash = Sha256::digest(id);
    let byte = |at: usize| hash.get(at).copied().unwrap_or(1);
    Ipv4Addr::new(18, byte(0), byte(1), byte(2).max(1))
}

fn groups(tx: &Tx<'_>, place: &Place, network: &Network, vpc: &str) -> Vec<String> {
    if !network.groups.is_empty() {
        return network.groups.clone();
    }
    let all = tx.list::<SecurityGroup>(place).into_iter();
    let own = all.filter(|group| group.vpc_id == vpc && group.name == "default");
    own.map(|group| group.id).collect()
}

/// Whether a task in the subnet reaches the internet: through a gateway only with a public address.
pub(super) fn reaches_out(tx: &Tx<'_>, place: &Place, network: &Network, subnet: &str) -> bool {
    let Some(subnet) = tx.get::<Subnet>(place, subnet) else {
        return false;
    };
    match subnet.is_public(tx, place) {
        true => network.public,
        false => subnet.has_way_out(tx, place),
    }
}

/// Whether a task in the subnet reaches ECR by endpoints, where it has no way out.
pub(super) fn reaches_images(tx: &Tx<'_>, place: &Place, subnet: &str) -> bool {
    let Some(subnet) = tx.get::<Subnet>(place, subnet) else {
        return false;
    };
    let by = |service: &str| VpcEndpoint::reaches(tx, place, &subnet, service);
    ["ecr.api", "ecr.dkr", "s3"].into_iter().all(by)
}
