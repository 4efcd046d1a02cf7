//! Every operation of EC2 that the sandbox has.

use super::common::{DESCRIBE, FILTERED, TAGGED};
use super::resource::{Listing, describe};
use super::{
    InternetGateway, NatGateway, NetworkAcl, NetworkInterface, RouteTable, SecurityGroup,
    SecurityGroupRule, Subnet, Vpc, VpcEndpoint, address, association, instance, internet_gateway,
    launch_template, launch_template_version, nat_gateway, network_interface, offering, route,
    route_table, rule_change, security_group, subnet, tags, volume, vpc, vpc_attribute,
    vpc_endpoint, vpc_endpoint_change, zone,
};
use crate::aws::{Call, Operation, Outcome};
use crate::wire::ApiError;

/// The list.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("DescribeAvailabilityZones", zone::describe).accepts(&[
        FILTERED,
        &["ZoneName.N", "ZoneId.N", "AllAvailabilityZones"],
    ]),
    Operation::read("DescribeInstanceTypeOfferings", offering::describe)
        .accepts(&[DESCRIBE, &["LocationType"]]),
    Operation::write("CreateVpc", vpc::create)
        .accepts(&[TAGGED, &["CidrBlock", "InstanceTenancy"]]),
    Operation::read("DescribeVpcs", vpcs).accepts(&[DESCRIBE, &["VpcId.N"]]),
    Operation::write("DeleteVpc", vpc::delete).accepts(&[&["VpcId", "DryRun"]]),
    Operation::write("ModifyVpcAttribute", vpc_attribute::modify).accepts(&[&[
        "VpcId",
        "EnableDnsHostnames.Value",
        "EnableDnsSupport.Value",
        "EnableNetworkAddressUsageMetrics.Value",
    ]]),
    Operation::read("DescribeVpcAttribute", vpc_attribute::describe).accepts(&[&[
        "VpcId",
        "Attribute",
        "DryRun",
    ]]),
    Operation::read("DescribeNetworkAcls", acls).accepts(&[DESCRIBE, &["NetworkAclId.N"]]),
    Operation::write("CreateSubnet", subnet::create).accepts(&[
        TAGGED,
        &[
            "VpcId",
            "CidrBlock",
            "AvailabilityZone",
            "AvailabilityZoneId",
        ],
    ]),
    Operation::read("DescribeSubnets", subnets).accepts(&[DESCRIBE, &["SubnetId.N"]]),
    Operation::write("DeleteSubnet", subnet::delete).accepts(&[&["SubnetId", "DryRun"]]),
    Operation::write("ModifySubnetAttribute", subnet::modify)
        .accepts(&[&["SubnetId", "MapPublicIpOnLaunch.Value"]]),
    Operation::write("CreateInternetGateway", internet_gateway::create).accepts(&[TAGGED]),
    Operation::read("DescribeInternetGateways", gateways)
        .accepts(&[DESCRIBE, &["InternetGatewayId.N"]]),
    Operation::write("DeleteInternetGateway", internet_gateway::delete)
        .accepts(&[&["InternetGatewayId", "DryRun"]]),
    Operation::write("AttachInternetGateway", internet_gateway::attach).accepts(&[&[
        "InternetGatewayId",
        "VpcId",
        "DryRun",
    ]]),
    Operation::write("DetachInternetGateway", internet_gateway::detach).accepts(&[&[
        "InternetGatewayId",
        "VpcId",
        "DryRun",
    ]]),
    Operation::write("AllocateAddress", address::allocate).accepts(&[TAGGED, &["Domain"]]),
    Operation::read("DescribeAddresses", address::describe).accepts(&[&[
        "PublicIp.N",
        "AllocationId.N",
        "Filter.N.Name",
        "Filter.N.Value.N",
        "DryRun",
    ]]),
    Operation::write("ReleaseAddress", address::release).accepts(&[&[
        "AllocationId",
        "PublicIp",
        "DryRun",
    ]]),
    Operation::write("CreateNatGateway", nat_gateway::create).accepts(&[
        TAGGED,
        &[
            "AllocationId",
            "ClientToken",
            "SubnetId",
            "ConnectivityType",
        ],
    ]),
    Operation::read("DescribeNatGateways", nat_gateways).accepts(&[DESCRIBE, &["NatGatewayId.N"]]),
    Operation::write("DeleteNatGateway", nat_gateway::delete)
        .accepts(&[&["NatGatewayId", "DryRun"]]),
    Operation::write("CreateRouteTable", route_table::create)
        .accepts(&[TAGGED, &["VpcId", "ClientToken"]]),
    Operation::read("DescribeRouteTables", route_tables).accepts(&[DESCRIBE, &["RouteTableId.N"]]),
    Operation::write("DeleteRouteTable", route_table::delete)
        .accepts(&[&["RouteTableId", "DryRun"]]),
    Operation::write("CreateRoute", route::create).accepts(&[route::ACCEPTS]),
    Operation::write("ReplaceRoute", route::replace).accepts(&[route::ACCEPTS]),
    Operation::write("DeleteRoute", route::delete).accepts(&[&[
        "RouteTableId",
        "DestinationCidrBlock",
        "DryRun",
    ]]),
    Operation::write("AssociateRouteTable", association::associate).accepts(&[&[
        "RouteTableId",
        "SubnetId",
        "DryRun",
    ]]),
    Operation::write("DisassociateRouteTable", association::disassociate)
        .accepts(&[&["AssociationId", "DryRun"]]),
    Operation::write("ReplaceRouteTableAssociation", association::replace).accepts(&[&[
        "AssociationId",
        "RouteTableId",
        "DryRun",
    ]]),
    Operation::write("CreateSecurityGroup", security_group::create)
        .accepts(&[TAGGED, &["GroupName", "GroupDescription", "VpcId"]]),
    Operation::read("DescribeSecurityGroups", groups)
        .accepts(&[DESCRIBE, &["GroupId.N", "GroupName.N"]]),
    Operation::write("DeleteSecurityGroup", security_group::delete)
        .accepts(&[&["GroupId", "DryRun"]]),
    Operation::write(
        "AuthorizeSecurityGroupIngress",
        rule_change::authorize_ingress,
    )
    .accepts(&[rule_change::PERMISSIONS, TAGGED]),
    Operation::write(
        "AuthorizeSecurityGroupEgress",
        rule_change::authorize_egress,
    )
    .accepts(&[rule_change::PERMISSIONS, TAGGED]),
    Operation::write("RevokeSecurityGroupIngress", rule_change::revoke_ingress).accepts(&[
        rule_change::PERMISSIONS,
        &["SecurityGroupRuleId.N", "DryRun"],
    ]),
    Operation::write("RevokeSecurityGroupEgress", rule_change::revoke_egress).accepts(&[
        rule_change::PERMISSIONS,
        &["SecurityGroupRuleId.N", "DryRun"],
    ]),
    Operation::read("DescribeSecurityGroupRules", rules)
        .accepts(&[DESCRIBE, &["SecurityGroupRuleId.N"]]),
    Operation::write("ModifySecurityGroupRules", rule_change::modify)
        .accepts(&[rule_change::MODIFY]),
    Operation::write("CreateLaunchTemplate", launch_template::create).accepts(&[
        TAGGED,
        launch_template_version::DATA,
        &["ClientToken", "LaunchTemplateName", "VersionDescription"],
    ]),
    Operation::read("DescribeLaunchTemplates", launch_template::describe)
        .accepts(&[DESCRIBE, &["LaunchTemplateId.N", "LaunchTemplateName.N"]]),
    Operation::write("DeleteLaunchTemplate", launch_template::delete).accepts(&[&[
        "LaunchTemplateId",
        "LaunchTemplateName",
        "DryRun",
    ]]),
    Operation::write("ModifyLaunchTemplate", launch_template::modify).accepts(&[&[
        "ClientToken",
        "LaunchTemplateId",
        "LaunchTemplateName",
        "SetDefaultVersion",
        "DryRun",
    ]]),
    Operation::write(
        "CreateLaunchTemplateVersion",
        launch_template_version::create,
    )
    .accepts(&[
        launch_template_version::DATA,
        &[
            "ClientToken",
            "LaunchTemplateId",
            "LaunchTemplateName",
            "SourceVersion",
            "VersionDescription",
            "DryRun",
        ],
    ]),
    Operation::read(
        "DescribeLaunchTemplateVersions",
        launch_template_version::describe,
    )
    .accepts(&[&[
        "LaunchTemplateId",
        "LaunchTemplateName",
        "LaunchTemplateVersion.N",
        "MinVersion",
        "MaxVersion",
        "NextToken",
        "MaxResults",
        "DryRun",
    ]]),
    Operation::write("CreateTags", tags::create).accepts(&[tags::ACCEPTS]),
    Operation::write("DeleteTags", tags::delete).accepts(&[tags::ACCEPTS]),
    Operation::read("DescribeNetworkInterfaces", interfaces)
        .accepts(&[DESCRIBE, &["NetworkInterfaceId.N"]]),
    Operation::write("DeleteNetworkInterface", network_interface::delete)
        .accepts(&[&["NetworkInterfaceId", "DryRun"]]),
    Operation::read("DescribeVolumes", volume::volumes).accepts(&[DESCRIBE, &["VolumeId.N"]]),
    Operation::write("DeleteVolume", volume::delete).accepts(&[&["VolumeId", "DryRun"]]),
    Operation::read("DescribeInstances", instance::describe)
        .accepts(&[DESCRIBE, &["InstanceId.N"]]),
    Operation::write("CreateVpcEndpoint", vpc_endpoint_change::create)
        .accepts(&[TAGGED, vpc_endpoint_change::CREATE]),
    Operation::write("ModifyVpcEndpoint", vpc_endpoint_change::modify)
        .accepts(&[vpc_endpoint_change::MODIFY]),
    Operation::write("DeleteVpcEndpoints", vpc_endpoint::delete)
        .accepts(&[&["VpcEndpointId.N", "DryRun"]]),
    Operation::read("DescribeVpcEndpoints", endpoints).accepts(&[DESCRIBE, &["VpcEndpointId.N"]]),
];

fn vpcs(call: &mut Call<'_>) -> Outcome {
    describe::<Vpc>(
        call,
        &Listing {
            ids: "VpcId",
            set: "vpcSet",
            least: 5,
            most: 1000,
        },
    )
}

fn acls(call: &mut Call<'_>) -> Outcome {
    describe::<NetworkAcl>(
        call,
        &Listing {
            ids: "NetworkAclId",
            set: "networkAclSet",
            least: 5,
            most: 1000,
        },
    )
}

fn subnets(call: &mut Call<'_>) -> Outcome {
    describe::<Subnet>(
        call,
        &Listing {
            ids: "SubnetId",
            set: "subnetSet",
            least: 5,
            most: 1000,
        },
    )
}

fn gateways(call: &mut Call<'_>) -> Outcome {
    let listing = Listing {
        ids: "InternetGatewayId",
        set: "internetGatewaySet",
        least: 5,
        most: 1000,
    };
    describe::<InternetGateway>(call, &listing)
}

fn nat_gateways(call: &mut Call<'_>) -> Outcome {
    describe::<NatGateway>(
        call,
        &Listing {
            ids: "NatGatewayId",
            set: "natGatewaySet",
            least: 5,
            most: 1000,
        },
    )
}

fn route_tables(call: &mut Call<'_>) -> Outcome {
    describe::<RouteTable>(
        call,
        &Listing {
            ids: "RouteTableId",
            set: "routeTableSet",
            least: 5,
            most: 100,
        },
    )
}

fn groups(call: &mut Call<'_>) -> Outcome {
    // Names work only in a default VPC, which the sandbox's accounts do not have.
    if let Some(name) = call.params.list("GroupName").first() {
        let text = format!("The security group '{name}' does not exist in default VPC");
        return Err(ApiError::bad("InvalidGroup.NotFound", text));
    }
    describe::<SecurityGroup>(
        call,
        &Listing {
            ids: "GroupId",
            set: "securityGroupInfo",
            least: 5,
            most: 1000,
        },
    )
}

fn rules(call: &mut Call<'_>) -> Outcome {
    let listing = Listing {
        ids: "SecurityGroupRuleId",
        set: "securityGroupRuleSet",
        least: 5,
        most: 1000,
    };
    describe::<SecurityGroupRule>(call, &listing)
}

fn interfaces(call: &mut Call<'_>) -> Outcome {
    let listing = Listing {
        ids: "NetworkInterfaceId",
        set: "networkInterfaceSet",
        least: 5,
        most: 1000,
    };
    describe::<NetworkInterface>(call, &listing)
}

fn endpoints(call: &mut Call<'_>) -> Outcome {
    let listing = Listing {
        ids: "VpcEndpointId",
        set: "vpcEndpointSet",
        least: 5,
        most: 1000,
    };
    describe::<VpcEndpoint>(call, &listing)
}
