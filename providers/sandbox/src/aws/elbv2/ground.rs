//! Where a balancer stands: its subnets and security groups, and what the service wants of them.

use std::collections::BTreeSet;

use super::common::{configuration, invalid};
use crate::aws::Call;
use crate::aws::ec2::{InternetGateway, SecurityGroup, Subnet};
use crate::wire::ApiError;

/// Addresses that must be free in each subnet.
const FREE: u32 = 8;

/// The subnets that a call names, of one VPC and one for each zone.
pub(super) fn subnets(call: &Call<'_>, kind: &str) -> Result<Vec<Subnet>, ApiError> {
    let ids = named(call)?;
    let least = if kind == "application" { 2 } else { 1 };
    let too_few = || {
        invalid(match kind {
            "application" => {
                "At least two subnets in two different Availability Zones must be specified"
            }
            _ => "At least one subnet must be specified",
        })
    };
    let find = |id: &String| {
        let text = format!("The subnet ID '{id}' does not exist");
        let found = call.tx.see::<Subnet>(&call.place, id);
        found.ok_or_else(|| ApiError::bad("SubnetNotFound", text))
    };
    let subnets: Vec<Subnet> = ids.iter().map(find).collect::<Result<_, _>>()?;
    let unique = |of: fn(&Subnet) -> &String| subnets.iter().map(of).collect::<BTreeSet<_>>().len();
    if unique(|subnet| &subnet.vpc_id) > 1 {
        return Err(configuration("All subnets must belong to the same VPC"));
    }
    let zones = unique(|subnet| &subnet.zone);
    if zones < subnets.len() {
        return Err(configuration(
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
        ));
    }
    match zones < least {
        true => Err(too_few()),
        false => Ok(subnets),
    }
}

fn named(call: &Call<'_>) -> Result<Vec<String>, ApiError> {
    let plain = call.params.list("Subnets.member");
    let mapped = call.params.structures("SubnetMappings.member");
    if !plain.is_empty() && !mapped.is_empty() {
        return Err(invalid(
            "You can specify either subnets or subnet mappings, but not both",
        ));
    }
    let mapped = mapped
        .iter()
        .filter_map(|one| one.get("SubnetId").map(str::to_owned));
    Ok(plain.into_iter().chain(mapped).collect())
}

/// Refuses subnets in which a balancer cannot have an interface.
pub(super) fn has_room<'a>(
    call: &Call<'_>,
    subnets: impl IntoIterator<Item = &'a Subnet>,
) -> Result<(), ApiError> {
    for subnet in subnets {
        if subnet.free(&call.tx, &call.place) < FREE {
            let text = format!(
                "Not enough IP space available in {}. ELB requires at least {FREE} free IP addresses in each subnet.",
                subnet.id
            );
            return Err(ApiError::bad("InvalidSubnet", text));
        }
    }
    Ok(())
}

/// Refuses a VPC that the internet does not reach.
pub(super) fn faces_internet(call: &Call<'_>, vpc_id: &str) -> Result<(), ApiError> {
    let gateways = call.tx.list::<InternetGateway>(&call.place);
    let attached = |one: &InternetGateway| one.vpc_id.as_deref() == Some(vpc_id);
    match gateways.iter().any(attached) {
        true => Ok(()),
        false => {
            let text = format!("VPC {vpc_id} has no internet gateway");
            Err(ApiError::bad("InvalidSubnet", text))
        }
    }
}

/// The security groups that a call names, all of the VPC.
pub(super) fn groups(call: &Call<'_>, vpc_id: &str) -> Result<Vec<String>, ApiError> {
    let mut ids = call.params.list("SecurityGroups.member");
    let fits = |id: &String| {
        let group = call.tx.see::<SecurityGroup>(&call.place, id);
        group.is_some_and(|group| group.vpc_id == vpc_id)
    };
    if !ids.iter().all(fits) {
        return Err(configuration("One or more security groups are invalid"));
    }
    let mut seen = BTreeSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    Ok(ids)
}

/// The VPC's own group, which an application balancer has when the request names none.
pub(super) fn default_group(call: &Call<'_>, vpc_id: &str) -> Vec<String> {
    let all = call.tx.list::<SecurityGroup>(&call.place).into_iter();
    all.filter(|group| group.vpc_id == vpc_id && group.name == "default")
        .map(|group| group.id)
        .collect()
}
