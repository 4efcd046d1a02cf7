//! Changes of a balancer: subnets, security groups, address type.

use super::common::{balancer, configuration, required, required_list, short_id};
use super::load_balancer_create::{address_type, stand};
use super::{Remains, ground};
use crate::aws::ec2::{NetworkInterface, Subnet};
use crate::aws::{Call, Outcome};
use crate::wire::{Body, Fields};

/// SetSubnets: the request names all that it is to have. Interfaces that it no longer needs go later.
pub(super) fn subnets(call: &mut Call<'_>) -> Outcome {
    let mut one = balancer(call)?;
    address_type(call)?;
    let wanted = ground::subnets(call, &one.kind)?;
    if wanted.iter().any(|subnet| subnet.vpc_id != one.vpc_id) {
        return Err(configuration(format!(
            "The subnets must be in the VPC of the load balancer, '{}'",
            one.vpc_id
        )));
    }
    let new = |subnet: &&Subnet| !one.subnet_ids.contains(&subnet.id);
    let new: Vec<Subnet> = wanted.iter().filter(new).cloned().collect();
    ground::has_room(call, &new)?;
    let stays = |id: &String| {
        let interface = call.tx.get::<NetworkInterface>(&call.place, id);
        interface.is_some_and(|it| wanted.iter().any(|subnet| subnet.id == it.subnet_id))
    };
    let (kept, gone): (Vec<String>, Vec<String>) = one.interfaces.iter().cloned().partition(stays);
    one.subnet_ids = wanted.into_iter().map(|subnet| subnet.id).collect();
    one.interfaces = kept;
    let made = stand(&mut call.tx, &call.place, &one, &new);
    one.interfaces.extend(made);
    call.tx.put(&call.place, &one);
    if !gone.is_empty() {
        let of = format!("{}/{}", one.arn, short_id(&mut call.tx));
        Remains::of(&mut call.tx, &call.place, &of, gone);
    }
    let zones = one.zones(&call.tx, &call.place);
    Ok(Body::Xml(
        Fields::new()
            .list("AvailabilityZones", "member", zones)
            .text("IpAddressType", "ipv4"),
    ))
}

/// SetSecurityGroups: the request names all that it is to have.
pub(super) fn groups(call: &mut Call<'_>) -> Outcome {
    let mut one = balancer(call)?;
    required_list(call, "SecurityGroups")?;
    let groups = ground::groups(call, &one.vpc_id)?;
    if one.groups.is_empty() && !one.is_application() {
        return Err(configuration(
            "You cannot associate security groups with a Network Load Balancer that was created without any",
        ));
    }
    one.groups = groups;
    one.regroup(&mut call.tx, &call.place);
    call.tx.put(&call.place, &one);
    Ok(Body::Xml(Fields::new().texts(
        "SecurityGroupIds",
        "member",
        one.groups,
    )))
}

/// SetIpAddressType.
pub(super) fn addresses(call: &mut Call<'_>) -> Outcome {
    balancer(call)?;
    required(call, "IpAddressType")?;
    address_type(call)?;
    Ok(Body::Xml(Fields::new().text("IpAddressType", "ipv4")))
}
