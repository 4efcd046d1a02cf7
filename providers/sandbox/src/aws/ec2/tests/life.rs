//! Life cycles and refusals of a network.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{Ec2, element};
use crate::tests::at;

#[test]
fn a_network_comes_and_goes_and_leaves_nothing() {
    let ec2 = Ec2::real_time();
    let vpc = ec2.vpc();
    let subnet = ec2.subnet(&vpc, 0);
    let gateway = ec2.gateway(&vpc);
    let address = ec2.get("AllocateAddress&Domain=vpc", "allocationId");
    let nat = ec2.get(
        &format!("CreateNatGateway&SubnetId={subnet}&AllocationId={address}"),
        "natGatewayId",
    );
    let table = ec2.get(&format!("CreateRouteTable&VpcId={vpc}"), "routeTableId");
    ec2.ok(&format!(
        "CreateRoute&RouteTableId={table}&DestinationCidrBlock=0.0.0.0/0&GatewayId={gateway}"
    ));
    let association = ec2.get(
        &format!("AssociateRouteTable&RouteTableId={table}&SubnetId={subnet}"),
        "associationId",
    );
    assert_eq!(
        ec2.live(),
        [
            "vpc",
            "subnet",
            "internet-gateway",
            "address",
            "nat-gateway",
            "route-table"
        ]
    );

    assert_eq!(
        ec2.refused(&format!("DeleteVpc&VpcId={vpc}")),
        "DependencyViolation"
    );
    assert_eq!(
        ec2.refused(&format!("DeleteSubnet&SubnetId={subnet}")),
        "DependencyViolation"
    );
    let detach = format!("DetachInternetGateway&InternetGatewayId={gateway}&VpcId={vpc}");
    assert_eq!(ec2.refused(&detach), "DependencyViolation");
    assert_eq!(
        ec2.refused(&format!(
            "DeleteInternetGateway&InternetGatewayId={gateway}"
        )),
        "DependencyViolation"
    );
    assert_eq!(
        ec2.refused(&format!("ReleaseAddress&AllocationId={address}")),
        "InvalidIPAddress.InUse"
    );
    assert_eq!(
        ec2.refused(&format!("DeleteRouteTable&RouteTableId={table}")),
        "DependencyViolation"
    );

    ec2.ok(&format!("DeleteNatGateway&NatGatewayId={nat}"));
    assert_eq!(
        ec2.refused(&format!("ReleaseAddress&AllocationId={address}")),
        "InvalidIPAddress.InUse"
    );
    ec2.wait(50);
    ec2.ok(&format!("ReleaseAddress&AllocationId={address}"));
    ec2.ok(&detach);
    ec2.ok(&format!(
        "DeleteInternetGateway&InternetGatewayId={gateway}"
    ));
    ec2.ok(&format!(
        "DisassociateRouteTable&AssociationId={association}"
    ));
    ec2.ok(&format!("DeleteRouteTable&RouteTableId={table}"));
    ec2.ok(&format!("DeleteSubnet&SubnetId={subnet}"));
    ec2.ok(&format!("DeleteVpc&VpcId={vpc}"));
    assert!(ec2.cloud.objects(at(ec2.now.get())).unwrap().is_empty());
}

#[test]
fn nat_gateways_take_their_time_and_stay_in_sight() {
    let ec2 = Ec2::real_time();
    let vpc = ec2.vpc();
    let subnet = ec2.subnet(&vpc, 0);
    ec2.gateway(&vpc);
    let address = ec2.get("AllocateAddress", "allocationId");
    let create =
        format!("CreateNatGateway&SubnetId={subnet}&AllocationId={address}&ClientToken=t1");
    let nat = ec2.get(&create, "natGatewayId");
    assert_eq!(ec2.get(&create, "natGatewayId"), nat);
    assert_eq!(
        ec2.refused(&format!("{create}&ConnectivityType=public")),
        "IdempotentParameterMismatch"
    );
    let state = || {
        ec2.get(
            &format!("DescribeNatGateways&NatGatewayId.1={nat}"),
            "state",
        )
    };
    assert_eq!(state(), "pending");
    ec2.wait(106);
    assert_eq!(state(), "available");
    assert!(
        ec2.ok(&format!("DescribeAddresses&AllocationId.1={address}"))
            .contains("<associationId>")
    );
    ec2.ok(&format!("DeleteNatGateway&NatGatewayId={nat}"));
    assert_eq!(state(), "deleting");
    ec2.wait(45);
    assert_eq!(state(), "deleted");
    assert!(!ec2.ok("DescribeAddresses").contains("<associationId>"));
    assert_eq!(
        ec2.refused(&format!("DeleteNatGateway&NatGatewayId={nat}")),
        "NatGatewayNotFound"
    );
    ec2.wait(3600);
    assert_eq!(
        ec2.refused(&format!("DescribeNatGateways&NatGatewayId.1={nat}")),
        "NatGatewayNotFound"
    );
}

#[test]
fn a_nat_gateway_without_a_way_out_fails_later() {
    let ec2 = Ec2::real_time();
    let subnet = ec2.subnet(&ec2.vpc(), 0);
    let address = ec2.get("AllocateAddress", "allocationId");
    ec2.ok(&format!(
        "CreateNatGateway&SubnetId={subnet}&AllocationId={address}"
    ));
    ec2.wait(30);
    let answer = ec2.ok("DescribeNatGateways");
    assert_eq!(element(&answer, "state"), "failed");
    assert_eq!(element(&answer, "failureCode"), "Gateway.NotAttached");
    ec2.ok(&format!("DeleteSubnet&SubnetId={subnet}"));
}

#[test]
fn what_is_wrong_is_refused_in_the_real_words() {
    let ec2 = Ec2::real_time();
    let vpc = ec2.vpc();
    ec2.subnet(&vpc, 0);
    for (query, code) in [
        ("CreateVpc".to_owned(), "MissingParameter"),
        (
            "CreateVpc&CidrBlock=10.0.0.0".into(),
            "InvalidParameterValue",
        ),
        ("CreateVpc&CidrBlock=10.0.0.0/8".into(), "InvalidVpc.Range"),
        (
            "CreateVpc&CidrBlock=10.0.0.0/16&Ipv4Pool=x".into(),
            "UnknownParameter",
        ),
        (
            "CreateVpc&CidrBlock=10.0.0.0/16&DryRun=true".into(),
            "DryRunOperation",
        ),
        (
            format!("CreateSubnet&VpcId={vpc}&CidrBlock=10.0.0.128/25"),
            "InvalidSubnet.Conflict",
        ),
        (
            format!("CreateSubnet&VpcId={vpc}&CidrBlock=10.1.0.0/24"),
            "InvalidSubnet.Range",
        ),
        (
            format!("CreateSubnet&VpcId={vpc}&CidrBlock=10.0.9.0/24&AvailabilityZone=eu-west-1q"),
            "InvalidParameterValue",
        ),
        (
            "DescribeVpcs&VpcId.1=vpc-00000000000000000".into(),
            "InvalidVpcID.NotFound",
        ),
        (
            "DescribeVpcs&VpcId.1=nonsense".into(),
            "InvalidVpcID.Malformed",
        ),
        (
            "DescribeVpcs&Filter.1.Name=colour&Filter.1.Value.1=red".into(),
            "InvalidParameterValue",
        ),
        ("DescribeVpcs&MaxResults=1".into(), "InvalidParameterValue"),
        (
            "DescribeVpcs&MaxResults=5&NextToken=zzz".into(),
            "InvalidNextToken",
        ),
        (
            format!("CreateSecurityGroup&GroupName=default&GroupDescription=x&VpcId={vpc}"),
            "InvalidParameterValue",
        ),
        (
            "CreateTags&ResourceId.1=vpc-00000000000000000&Tag.1.Key=a".into(),
            "InvalidVpcID.NotFound",
        ),
        (
            format!("CreateTags&ResourceId.1={vpc}&Tag.1.Key=aws:a"),
            "InvalidParameterValue",
        ),
        (
            "ReleaseAddress&AllocationId=eipalloc-00000000000000000".into(),
            "InvalidAllocationID.NotFound",
        ),
    ] {
        assert_eq!(ec2.refused(&query), code, "{query}");
    }
    assert_eq!(ec2.live(), ["vpc", "subnet"]);
}
