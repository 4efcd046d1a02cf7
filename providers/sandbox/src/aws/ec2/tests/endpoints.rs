//! Life cycles and refusals of VPC endpoints.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{Ec2, element};

const CREATE: &str = "CreateVpcEndpoint&VpcEndpointType=Interface";

fn named(ec2: &Ec2, vpc: &str) {
    ec2.ok(&format!(
        "ModifyVpcAttribute&VpcId={vpc}&EnableDnsHostnames.Value=true"
    ));
}

fn state(ec2: &Ec2, id: &str) -> String {
    element(
        &ec2.ok(&format!("DescribeVpcEndpoints&VpcEndpointId.1={id}")),
        "state",
    )
}

#[test]
fn an_interface_endpoint_takes_its_time_and_holds_its_subnet() {
    let ec2 = Ec2::real_time();
    let vpc = ec2.vpc();
    let subnet = ec2.subnet(&vpc, 0);
    let query =
        format!("{CREATE}&VpcId={vpc}&ServiceName=com.amazonaws.eu-west-1.ec2&SubnetId.1={subnet}");
    // A name that leads to it needs a VPC that resolves names.
    assert_eq!(ec2.refused(&query), "InvalidParameter");
    named(&ec2, &vpc);
    let id = ec2.get(&format!("{query}&ClientToken=t"), "vpcEndpointId");
    assert_eq!(
        ec2.get(&format!("{query}&ClientToken=t"), "vpcEndpointId"),
        id
    );
    assert_eq!(state(&ec2, &id), "pending");
    assert_eq!(ec2.refused(&query), "InvalidParameter");
    ec2.wait(91);
    assert_eq!(state(&ec2, &id), "available");
    assert_eq!(
        ec2.refused(&format!("DeleteSubnet&SubnetId={subnet}")),
        "DependencyViolation"
    );
    ec2.ok(&format!("DeleteVpcEndpoints&VpcEndpointId.1={id}"));
    assert_eq!(state(&ec2, &id), "deleting");
    assert_eq!(
        ec2.refused(&format!("DeleteSubnet&SubnetId={subnet}")),
        "DependencyViolation"
    );
    ec2.wait(61);
    assert_eq!(state(&ec2, &id), "deleted");
    ec2.ok(&format!("DeleteSubnet&SubnetId={subnet}"));
    ec2.ok(&format!("DeleteVpc&VpcId={vpc}"));
}

#[test]
fn a_gateway_endpoint_is_a_route() {
    let ec2 = Ec2::real_time();
    let vpc = ec2.vpc();
    let table = ec2.get(&format!("CreateRouteTable&VpcId={vpc}"), "routeTableId");
    let query = format!(
        "CreateVpcEndpoint&VpcId={vpc}&ServiceName=com.amazonaws.eu-west-1.s3&RouteTableId.1={table}"
    );
    let id = ec2.get(&query, "vpcEndpointId");
    assert_eq!(state(&ec2, &id), "available");
    let routes = ec2.ok(&format!("DescribeRouteTables&RouteTableId.1={table}"));
    assert!(
        routes.contains("pl-6da54004") && routes.contains(&id),
        "{routes}"
    );
    assert_eq!(ec2.refused(&query), "RouteAlreadyExists");
    assert_eq!(
        ec2.refused(&format!("DeleteRouteTable&RouteTableId={table}")),
        "DependencyViolation"
    );
    assert_eq!(
        ec2.refused(&format!("DeleteVpc&VpcId={vpc}")),
        "DependencyViolation"
    );
    ec2.ok(&format!(
        "ModifyVpcEndpoint&VpcEndpointId={id}&RemoveRouteTableId.1={table}"
    ));
    ec2.ok(&format!("DeleteRouteTable&RouteTableId={table}"));
    ec2.ok(&format!("DeleteVpcEndpoints&VpcEndpointId.1={id}"));
    ec2.ok(&format!("DeleteVpc&VpcId={vpc}"));
}

#[test]
fn endpoints_are_refused_what_ec2_refuses() {
    let ec2 = Ec2::real_time();
    let vpc = ec2.vpc();
    named(&ec2, &vpc);
    let (one, other) = (ec2.subnet(&vpc, 0), ec2.subnet(&vpc, 1));
    let service =
        |name: &str| format!("{CREATE}&VpcId={vpc}&ServiceName=com.amazonaws.eu-west-1.{name}");
    assert_eq!(ec2.refused(&service("nothing")), "InvalidServiceName");
    assert_eq!(ec2.refused(&service("dynamodb")), "InvalidParameter");
    let twice = format!("{}&SubnetId.1={one}&SubnetId.2={other}", service("sts"));
    assert_eq!(ec2.refused(&twice), "DuplicateSubnetsInSameZone");
    let gone = ec2.ok("DeleteVpcEndpoints&VpcEndpointId.1=vpce-0123456789abcdef0");
    assert_eq!(element(&gone, "code"), "InvalidVpcEndpointId.NotFound");
}
