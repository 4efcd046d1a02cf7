//! The making and changing of VPC endpoints.
//!
//! Refusals: "Error codes for the Amazon EC2 API", and what users of CreateVpcEndpoint quote in public issues.

use std::collections::BTreeSet;

use super::common::{boolean, done, invalid, made_before, remember, required, within};
use super::network_interface::NewInterface;
use super::resource::{Resource, find};
use super::tags;
use super::vpc_endpoint::{VpcEndpoint, prefix_list};
use super::{NetworkInterface, RouteTable, SecurityGroup, Subnet, Vpc};
use crate::aws::{Call, Outcome};
use crate::phase::Phase;
use crate::wire::{ApiError, Body, Fields};

/// Parameters of CreateVpcEndpoint, besides tags.
pub(super) const CREATE: &[&str] = &[
    "ClientToken",
    "VpcId",
    "ServiceName",
    "VpcEndpointType",
    "SubnetId.N",
    "SecurityGroupId.N",
    "RouteTableId.N",
    "PrivateDnsEnabled",
];

/// Parameters of ModifyVpcEndpoint.
pub(super) const MODIFY: &[&str] = &[
    "VpcEndpointId",
    "AddRouteTableId.N",
    "RemoveRouteTableId.N",
    "AddSubnetId.N",
    "RemoveSubnetId.N",
    "AddSecurityGroupId.N",
    "RemoveSecurityGroupId.N",
    "PrivateDnsEnabled",
    "DryRun",
];

/// Services that have interface endpoints, as far as anybody here asks for them.
const INTERFACES: &[&str] = &[
    "autoscaling",
    "ec2",
    "ec2messages",
    "ecr.api",
    "ecr.dkr",
    "ecs",
    "ecs-agent",
    "ecs-telemetry",
    "eks",
    "eks-auth",
    "elasticloadbalancing",
    "kms",
    "logs",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "ssmmessages",
    "sts",
];

/// CreateVpcEndpoint.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    if let Some(endpoint) =
        made_before(call)?.and_then(|id| call.tx.get::<VpcEndpoint>(&call.place, &id))
    {
        return answer(call, &endpoint);
    }
    let vpc = find::<Vpc>(call, &required(call, "VpcId")?)?;
    let service_name = required(call, "ServiceName")?;
    let kind = call.params.get("VpcEndpointType").unwrap_or("Gateway");
    let (service, kind) = (service(call, &service_name, kind)?, kind.to_owned());
    let tags = tags::at_create(call, "vpc-endpoint")?;
    let mut endpoint = VpcEndpoint {
        id: call.tx.fresh_id("vpce"),
        vpc_id: vpc.id.clone(),
        service,
        service_name,
        kind,
        subnets: Vec::new(),
        groups: Vec::new(),
        route_tables: Vec::new(),
        interfaces: Vec::new(),
        private_dns: false,
        phase: Phase::new("available", call.now()),
        tags,
        created: call.now(),
    };
    let have = of_vpc(call, &vpc.id)
        .iter()
        .filter(|one| one.kind == endpoint.kind)
        .count();
    let (quota, noun) = ("ec2:vpc-endpoints-per-vpc", "VPC endpoints in the VPC");
    within(&call.tx, quota, have, "VpcEndpointLimitExceeded", noun)?;
    match endpoint.is_gateway() {
        true => as_gateway(call, &mut endpoint)?,
        false => as_interface(call, &vpc, &mut endpoint)?,
    }
    call.tx.put(&call.place, &endpoint);
    remember(call, &endpoint.id);
    answer(call, &endpoint)
}

fn answer(call: &Call<'_>, endpoint: &VpcEndpoint) -> Outcome {
    let fields = Fields::new()
        .fields("vpcEndpoint", endpoint.fields(&call.tx, &call.place))
        .maybe("clientToken", call.params.get("ClientToken"));
    Ok(Body::Xml(fields))
}

/// The short name of a service that the region has with this type.
fn service(call: &Call<'_>, name: &str, kind: &str) -> Result<String, ApiError> {
    let short = name.strip_prefix(&format!("com.amazonaws.{}.", call.region));
    let interface = short.is_some_and(|short| INTERFACES.contains(&short));
    let gateway = short.is_some_and(|short| prefix_list(short).is_some());
    let fits = match kind {
        "Interface" => interface,
        "Gateway" => gateway,
        other => {
            return Err(invalid(format!(
                "Value ({other}) for parameter vpcEndpointType is invalid."
            )));
        }
    };
    match short {
        Some(short) if fits => Ok(short.to_owned()),
        Some(_) if interface || gateway => Err(parameter(format!(
            "Endpoint type ({kind}) does not match available service types ([{}])",
            if interface { "Interface" } else { "Gateway" }
        ))),
        _ => Err(ApiError::bad(
            "InvalidServiceName",
            format!("The Vpc Endpoint Service '{name}' does not exist"),
        )),
    }
}

fn parameter(message: impl Into<String>) -> ApiError {
    ApiError::bad("InvalidParameter", message)
}

fn of_vpc(call: &Call<'_>, vpc: &str) -> Vec<VpcEndpoint> {
    let mut all = call.tx.list::<VpcEndpoint>(&call.place);
    all.retain(|one| one.vpc_id == vpc && one.live());
    all
}

fn as_gateway(call: &Call<'_>, endpoint: &mut VpcEndpoint) -> Result<(), ApiError> {
    for name in ["SubnetId", "SecurityGroupId"] {
        if !call.params.list(name).is_empty() {
            return Err(parameter(format!(
                "{name} is not supported for gateway endpoints"
            )));
        }
    }
    if boolean(call, "PrivateDnsEnabled")? == Some(true) {
        return Err(parameter(
            "Private DNS can't be enabled for gateway endpoints.",
        ));
    }
    lead(call, endpoint, call.params.list("RouteTableId"))
}

/// Leads more route tables to it.
fn lead(call: &Call<'_>, endpoint: &mut VpcEndpoint, tables: Vec<String>) -> Result<(), ApiError> {
    for id in tables {
        let table = find::<RouteTable>(call, &id)?;
        if table.vpc_id != endpoint.vpc_id {
            return Err(parameter(format!(
                "Route table {id} does not belong to the VPC {}",
                endpoint.vpc_id
            )));
        }
        let list = prefix_list(&endpoint.service).unwrap_or_default();
        let mut others = call.tx.list::<VpcEndpoint>(&call.place).into_iter();
        let taken = others.any(|one| {
            one.live() && one.service == endpoint.service && one.route_tables.contains(&id)
        });
        if taken {
            return Err(ApiError::bad(
                "RouteAlreadyExists",
                format!(
                    "route table {id} already has a route with destination-prefix-list-id {list}"
                ),
            ));
        }
        endpoint.route_tables.push(id);
    }
    Ok(())
}

fn as_interface(
    call: &mut Call<'_>,
    vpc: &Vpc,
    endpoint: &mut VpcEndpoint,
) -> Result<(), ApiError> {
    if !call.params.list("RouteTableId").is_empty() {
        return Err(parameter(
            "RouteTableIds are not supported for interface endpoints",
        ));
    }
    let groups = call.params.list("SecurityGroupId");
    endpoint.groups = match groups.is_empty() {
        false => groups,
        true => {
            let all = call.tx.list::<SecurityGroup>(&call.place).into_iter();
            let mut own = all.filter(|group| group.vpc_id == vpc.id && group.is_default());
            own.next().map(|group| group.id).into_iter().collect()
        }
    };
    check_groups(call, endpoint, &endpoint.groups)?;
    endpoint.private_dns = boolean(call, "PrivateDnsEnabled")?.unwrap_or(true);
    check_dns(call, vpc, endpoint)?;
    endpoint.phase = Phase::new("pending", call.now());
    stand(call, endpoint, call.params.list("SubnetId"))
}

fn check_groups(
    call: &Call<'_>,
    endpoint: &VpcEndpoint,
    groups: &[String],
) -> Result<(), ApiError> {
    for id in groups {
        let group = find::<SecurityGroup>(call, id)?;
        if group.vpc_id != endpoint.vpc_id {
            return Err(parameter(format!(
                "Security group {id} does not belong to the VPC {}",
                endpoint.vpc_id
            )));
        }
    }
    Ok(())
}

/// A service's usual name can lead to one endpoint of a VPC that resolves names.
fn check_dns(call: &Call<'_>, vpc: &Vpc, endpoint: &VpcEndpoint) -> Result<(), ApiError> {
    if !endpoint.private_dns {
        return Ok(());
    }
    if !vpc.dns_support || !vpc.dns_hostnames {
        return Err(parameter(format!(
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for \
             {}",
            vpc.id
        )));
    }
    let taken = of_vpc(call, &vpc.id)
        .into_iter()
        .any(|one| one.id != endpoint.id && one.private_dns && one.service == endpoint.service);
    match taken {
        false => Ok(()),
        true => Err(parameter(format!(
            "private-dns-enabled cannot be set because there is already a conflicting DNS domain for {}.{}.amazonaws.com \
             in the VPC {}",
            endpoint.service, call.region, vpc.id
        ))),
    }
}

/// Gives it interfaces in more subnets, one a zone.
fn stand(
    call: &mut Call<'_>,
    endpoint: &mut VpcEndpoint,
    subnets: Vec<String>,
) -> Result<(), ApiError> {
    let mut zones: BTreeSet<String> = endpoint
        .subnets
        .iter()
        .filter_map(|id| Some(call.tx.get::<Subnet>(&call.place, id)?.zone))
        .collect();
    for id in subnets {
        let subnet = find::<Subnet>(call, &id)?;
        if subnet.vpc_id != endpoint.vpc_id {
            return Err(parameter(format!(
                "Subnet {id} does not belong to the VPC {}",
                endpoint.vpc_id
            )));
        }
        if !zones.insert(subnet.zone.clone()) {
            return Err(ApiError::bad(
                "DuplicateSubnetsInSameZone",
                format!(
                    "Found another VPC endpoint subnet in the availability zone of {id}. VPC endpoint subnets should be \
                     in different availability zones supported by the VPC endpoint service."
                ),
            ));
        }
        let new = NewInterface {
            subnet: &subnet,
            groups: endpoint.groups.clone(),
            interface_type: "vpc_endpoint",
            description: format!("VPC Endpoint Interface {}", endpoint.id),
            requester: Some("amazon-aws"),
            instance_id: None,
        };
        let Some(interface) = NetworkInterface::make(&mut call.tx, &call.place, new) else {
            let text = format!("Insufficient free addresses in subnet {id}");
            return Err(ApiError::bad("InsufficientFreeAddressesInSubnet", text));
        };
        endpoint.subnets.push(id);
        endpoint.interfaces.push(interface.id);
    }
    Ok(())
}

/// ModifyVpcEndpoint.
pub(super) fn modify(call: &mut Call<'_>) -> Outcome {
    let mut endpoint = find::<VpcEndpoint>(call, &required(call, "VpcEndpointId")?)?;
    if !endpoint.phase.is("available") {
        let text = format!(
            "The VPC endpoint {} is in the {} state and cannot be modified.",
            endpoint.id, endpoint.phase.state
        );
        return Err(ApiError::bad("IncorrectState", text));
    }
    let wish = |name: &str| call.params.list(name);
    let (tables, less_tables) = (wish("AddRouteTableId"), wish("RemoveRouteTableId"));
    let (subnets, less_subnets) = (wish("AddSubnetId"), wish("RemoveSubnetId"));
    let (groups, less_groups) = (wish("AddSecurityGroupId"), wish("RemoveSecurityGroupId"));
    endpoint.route_tables.retain(|id| !less_tables.contains(id));
    lead(call, &mut endpoint, tables)?;
    check_groups(call, &endpoint, &groups)?;
    endpoint.groups.extend(groups);
    endpoint.groups.retain(|id| !less_groups.contains(id));
    if !endpoint.is_gateway() && endpoint.groups.is_empty() {
        return Err(parameter(
            "An interface endpoint must have at least one security group.",
        ));
    }
    if let Some(on) = boolean(call, "PrivateDnsEnabled")? {
        endpoint.private_dns = on;
        let vpc = find::<Vpc>(call, &endpoint.vpc_id)?;
        check_dns(call, &vpc, &endpoint)?;
    }
    leave(call, &mut endpoint, &less_subnets);
    if !subnets.is_empty() {
        endpoint.phase = Phase::new("pending", call.now());
    }
    stand(call, &mut endpoint, subnets)?;
    regroup(call, &endpoint);
    call.tx.put(&call.place, &endpoint);
    done()
}

/// Takes its interfaces out of subnets.
fn leave(call: &mut Call<'_>, endpoint: &mut VpcEndpoint, subnets: &[String]) {
    for id in subnets {
        if let Some(at) = endpoint.subnets.iter().position(|one| one == id) {
            endpoint.subnets.remove(at);
            let interface = endpoint.interfaces.remove(at);
            NetworkInterface::remove(&mut call.tx, &call.place, &interface);
        }
    }
}

/// Gives its interfaces its groups.
fn regroup(call: &mut Call<'_>, endpoint: &VpcEndpoint) {
    for id in &endpoint.interfaces {
        if let Some(mut interface) = call.tx.get::<NetworkInterface>(&call.place, id) {
            interface.groups.clone_from(&endpoint.groups);
            call.tx.put(&call.place, &interface);
        }
    }
}
