//! The network of a control plane: its subnets, groups and interfaces.

use std::collections::BTreeSet;

use super::Cluster;
use super::common::invalid;
use crate::aws::Call;
use crate::aws::ec2::{NetworkInterface, NewInterface, SecurityGroup, Subnet, Tags, allow_members};
use crate::store::{Place, Tx};
use crate::wire::ApiError;

/// Interfaces of a control plane: EKS makes two to four.
const INTERFACES: usize = 4;

/// Free addresses that each subnet must have ("Amazon EKS networking requirements").
const LEAST_FREE: u32 = 6;

/// The visible subnets of ids.
pub(super) fn subnets(call: &Call<'_>, ids: &[String]) -> Result<Vec<Subnet>, ApiError> {
    let find = |id: &String| {
        call.tx.see::<Subnet>(&call.place, id).ok_or_else(|| {
            invalid(format!(
                "The subnet ID '{id}' does not exist (Service: AmazonEC2; Status Code: 400; Error Code: \
                 InvalidSubnetID.NotFound)"
            ))
        })
    };
    ids.iter().map(find).collect()
}

/// The subnets, when a control plane can have them: of one VPC, in two zones, with room.
pub(super) fn control_plane(call: &Call<'_>, ids: &[String]) -> Result<Vec<Subnet>, ApiError> {
    if ids.len() < 2 {
        return Err(invalid(
            "Subnets specified must be in at least two different AZs",
        ));
    }
    let subnets = subnets(call, ids)?;
    let vpcs: BTreeSet<&str> = subnets.iter().map(|one| one.vpc_id.as_str()).collect();
    if vpcs.len() > 1 {
        return Err(invalid("Subnets specified must belong to the same VPC"));
    }
    let zones: BTreeSet<&str> = subnets.iter().map(|one| one.zone.as_str()).collect();
    if zones.len() < 2 {
        return Err(invalid(
            "Subnets specified must be in at least two different AZs",
        ));
    }
    for subnet in &subnets {
        if subnet.free(&call.tx, &call.place) < LEAST_FREE {
            return Err(invalid(format!(
                "Subnet {} does not have enough free addresses for the cluster: at least {LEAST_FREE} are needed",
                subnet.id
            )));
        }
    }
    Ok(subnets)
}

/// Refuses groups that do not exist, lie in another VPC, or are more than five.
pub(super) fn groups(call: &Call<'_>, ids: &[String], vpc_id: &str) -> Result<(), ApiError> {
    if ids.len() > 5 {
        return Err(invalid("At most five security groups can be specified"));
    }
    for id in ids {
        let Some(group) = call.tx.see::<SecurityGroup>(&call.place, id) else {
            return Err(invalid(format!(
                "The security group '{id}' does not exist (Service: AmazonEC2; Status Code: 400; Error Code: \
                 InvalidGroup.NotFound)"
            )));
        };
        if group.vpc_id != vpc_id {
            return Err(invalid(format!(
                "Security group(s) [{id}] are not in the same VPC as the subnets. Please specify Security Groups in \
                 the same VPC as the subnets."
            )));
        }
    }
    Ok(())
}

/// Makes the group that comes with a cluster: everything between its members, everything out.
pub(super) fn make_group(tx: &mut Tx<'_>, place: &Place, name: &str, vpc_id: &str) -> String {
    let digits: String = tx
        .fresh_hex("eks-cluster-sg")
        .bytes()
        .take(9)
        .map(|byte| char::from(b'0' + byte % 10))
        .collect();
    let group_name = format!("eks-cluster-sg-{name}-{digits}");
    let tags: Tags = [
        ("Name".to_owned(), group_name.clone()),
        ("aws:eks:cluster-name".to_owned(), name.to_owned()),
        (format!("kubernetes.io/cluster/{name}"), "owned".to_owned()),
    ]
    .into();
    let text = "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, as well \
                as any managed workloads.";
    let mut group = SecurityGroup::make(tx, place, vpc_id, &group_name, text, tags);
    group.own_of_cloud = true;
    tx.put(place, &group);
    allow_members(tx, place, &group);
    group.id
}

/// Gives the cluster interfaces in its subnets, in place of those that it had.
pub(super) fn connect(tx: &mut Tx<'_>, place: &Place, cluster: &mut Cluster) {
    for interface in std::mem::take(&mut cluster.interfaces) {
        NetworkInterface::remove(tx, place, &interface);
    }
    let mut groups = vec![cluster.own_group_id.clone()];
    groups.extend(cluster.security_group_ids.iter().cloned());
    for id in cluster.subnet_ids.iter().take(INTERFACES) {
        let Some(subnet) = tx.get::<Subnet>(place, id) else {
            continue;
        };
        let new = NewInterface {
            subnet: &subnet,
            groups: groups.clone(),
            interface_type: "interface",
            description: format!("Amazon EKS {}", cluster.name),
            requester: Some("amazon-eks"),
            instance_id: None,
        };
        if let Some(interface) = NetworkInterface::make(tx, place, new) {
            cluster.interfaces.push(interface.id);
        }
    }
}
