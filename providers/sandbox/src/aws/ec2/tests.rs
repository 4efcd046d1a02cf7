//! Life cycles and refusals of the network, through the wire.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::cell::Cell;

use crate::tests::{at, signed, text};
use crate::{Cloud, Config};

/// A caller of EC2 with a clock of its own.
struct Ec2 {
    cloud: Cloud,
    now: Cell<i64>,
}

impl Ec2 {
    fn new(config: Config) -> Self {
        Self {
            cloud: Cloud::in_memory(config),
            now: Cell::new(1000),
        }
    }

    /// Real durations, so that seconds of the table are seconds of the test.
    fn real_time() -> Self {
        Self::new(Config {
            duration_scale: 1.0,
            ..Config::default()
        })
    }

    fn wait(&self, seconds: i64) {
        self.now.set(self.now.get() + seconds);
    }

    /// The answer, or the error's code.
    fn call(&self, query: &str) -> Result<String, String> {
        let answer = self.cloud.handle(
            at(self.now.get()),
            signed("111122223333", "eu-west-1", query),
        );
        let body = text(&answer);
        if answer.status().is_success() {
            Ok(body)
        } else {
            Err(element(&body, "Code"))
        }
    }

    fn ok(&self, query: &str) -> String {
        self.call(query)
            .unwrap_or_else(|code| panic!("{query}: {code}"))
    }

    fn refused(&self, query: &str) -> String {
        self.call(query).expect_err(query)
    }

    /// The first text of an element of the answer.
    fn get(&self, query: &str, name: &str) -> String {
        element(&self.ok(query), name)
    }

    fn vpc(&self) -> String {
        self.get("CreateVpc&CidrBlock=10.0.0.0/16", "vpcId")
    }

    fn subnet(&self, vpc: &str, third: u8) -> String {
        self.get(
            &format!("CreateSubnet&VpcId={vpc}&CidrBlock=10.0.{third}.0/24"),
            "subnetId",
        )
    }

    fn gateway(&self, vpc: &str) -> String {
        let id = self.get("CreateInternetGateway", "internetGatewayId");
        self.ok(&format!(
            "AttachInternetGateway&VpcId={vpc}&InternetGatewayId={id}"
        ));
        id
    }

    /// Live objects that the cloud did not make itself: `kind`, in order.
    fn live(&self) -> Vec<String> {
        let objects = self.cloud.objects(at(self.now.get())).unwrap();
        objects
            .into_iter()
            .filter(|object| !object.own_of_cloud)
            .map(|object| object.kind)
            .collect()
    }
}

fn element(body: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let start = body
        .find(&open)
        .unwrap_or_else(|| panic!("no {name} in {body}"))
        + open.len();
    let end = body[start..].find(&close).unwrap();
    body[start..start + end].to_owned()
}

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

#[test]
fn quotas_hold() {
    let ec2 = Ec2::real_time();
    for _ in 0..5 {
        ec2.vpc();
        ec2.ok("AllocateAddress");
    }
    assert_eq!(
        ec2.refused("CreateVpc&CidrBlock=10.0.0.0/16"),
        "VpcLimitExceeded"
    );
    assert_eq!(ec2.refused("AllocateAddress"), "AddressLimitExceeded");
    // Another account and another region have their own.
    let elsewhere = |key: &str, region: &str| {
        let request = signed(key, region, "CreateVpc&CidrBlock=10.0.0.0/16");
        ec2.cloud.handle(at(2000), request).status().as_u16()
    };
    assert_eq!(elsewhere("999988887777", "eu-west-1"), 200);
    assert_eq!(elsewhere("111122223333", "us-east-1"), 200);
}

#[test]
fn tags_are_given_changed_and_looked_for() {
    let ec2 = Ec2::real_time();
    let tag = "TagSpecification.1.ResourceType=vpc&TagSpecification.1.Tag.1.Key=provision-stack\
               &TagSpecification.1.Tag.1.Value=shop";
    let vpc = ec2.get(&format!("CreateVpc&CidrBlock=10.0.0.0/16&{tag}"), "vpcId");
    ec2.vpc();
    let found = |filter: &str, value: &str| {
        let query = format!("DescribeVpcs&Filter.1.Name={filter}&Filter.1.Value.1={value}");
        ec2.ok(&query).matches("<vpcId>").count()
    };
    assert_eq!(found("tag:provision-stack", "shop"), 1);
    assert_eq!(found("tag:provision-stack", "sh*"), 1);
    assert_eq!(found("tag-key", "provision-stack"), 1);
    assert_eq!(found("cidr-block", "10.0.0.0/16"), 2);
    ec2.ok(&format!(
        "CreateTags&ResourceId.1={vpc}&Tag.1.Key=Name&Tag.1.Value=a"
    ));
    ec2.ok(&format!(
        "DeleteTags&ResourceId.1={vpc}&Tag.1.Key=provision-stack&Tag.1.Value=other"
    ));
    assert_eq!(found("tag:provision-stack", "shop"), 1);
    ec2.ok(&format!(
        "DeleteTags&ResourceId.1={vpc}&Tag.1.Key=provision-stack"
    ));
    assert_eq!(found("tag:provision-stack", "shop"), 0);
    assert_eq!(found("tag:Name", "a"), 1);
    let wrong = format!("CreateSubnet&VpcId={vpc}&CidrBlock=10.0.0.0/24&{tag}");
    assert_eq!(ec2.refused(&wrong), "InvalidParameterValue");
}

#[test]
fn young_objects_are_neither_shown_nor_found() {
    let ec2 = Ec2::new(Config {
        visibility_lag_ms: 30_000,
        ..Config::default()
    });
    let vpc = ec2.vpc();
    assert!(!ec2.ok("DescribeVpcs").contains(&vpc));
    assert_eq!(
        ec2.refused(&format!("DescribeVpcs&VpcId.1={vpc}")),
        "InvalidVpcID.NotFound"
    );
    assert_eq!(
        ec2.refused(&format!("CreateSubnet&VpcId={vpc}&CidrBlock=10.0.0.0/24")),
        "InvalidVpcID.NotFound"
    );
    assert_eq!(ec2.live(), ["vpc"]);
    ec2.wait(30);
    assert!(ec2.ok("DescribeVpcs").contains(&vpc));
    ec2.subnet(&vpc, 0);
}

#[test]
fn pages_hold_everything_once() {
    let ec2 = Ec2::real_time();
    let vpc = ec2.vpc();
    (0..12).for_each(|n| drop(ec2.subnet(&vpc, n)));
    let mut seen = Vec::new();
    let mut next = String::new();
    loop {
        let page = ec2.ok(&format!("DescribeSubnets&MaxResults=5{next}"));
        seen.extend(
            page.split("<subnetId>")
                .skip(1)
                .map(|rest| rest[..24].to_owned()),
        );
        if !page.contains("<nextToken>") {
            break;
        }
        next = format!("&NextToken={}", element(&page, "nextToken"));
    }
    assert_eq!(seen.len(), 12);
    seen.dedup();
    assert_eq!(seen.len(), 12);
}

#[test]
fn routes_are_checked_and_go_dark() {
    let ec2 = Ec2::real_time();
    let (vpc, other) = (ec2.vpc(), ec2.vpc());
    let subnet = ec2.subnet(&vpc, 0);
    let (mine, foreign) = (ec2.gateway(&vpc), ec2.gateway(&other));
    let table = ec2.get(
        &format!("CreateRouteTable&VpcId={vpc}&ClientToken=a"),
        "routeTableId",
    );
    assert_eq!(
        ec2.get(
            &format!("CreateRouteTable&VpcId={vpc}&ClientToken=a"),
            "routeTableId"
        ),
        table
    );
    let route = |verb: &str, to: &str, through: &str| {
        ec2.call(&format!(
            "{verb}&RouteTableId={table}&DestinationCidrBlock={to}&{through}"
        ))
    };
    let through = |id: &str| format!("GatewayId={id}");
    assert_eq!(
        route("CreateRoute", "0.0.0.0/0", &through(&foreign)).unwrap_err(),
        "InvalidParameterValue"
    );
    assert_eq!(
        route("ReplaceRoute", "0.0.0.0/0", &through(&mine)).unwrap_err(),
        "InvalidParameterValue"
    );
    route("CreateRoute", "0.0.0.0/0", &through(&mine)).unwrap();
    assert_eq!(
        route("CreateRoute", "0.0.0.0/0", &through(&mine)).unwrap_err(),
        "RouteAlreadyExists"
    );
    let nat = "NatGatewayId=nat-00000000000000000";
    assert_eq!(
        route("CreateRoute", "10.9.0.0/16", nat).unwrap_err(),
        "InvalidNatGatewayID.NotFound"
    );
    let local = format!("DeleteRoute&RouteTableId={table}&DestinationCidrBlock=10.0.0.0/16");
    assert_eq!(ec2.refused(&local), "InvalidParameterValue");
    ec2.ok(&format!(
        "DetachInternetGateway&InternetGatewayId={mine}&VpcId={vpc}"
    ));
    assert!(
        ec2.ok(&format!("DescribeRouteTables&RouteTableId.1={table}"))
            .contains("blackhole")
    );

    let associate = format!("AssociateRouteTable&RouteTableId={table}&SubnetId={subnet}");
    let first = ec2.get(&associate, "associationId");
    assert_eq!(ec2.refused(&associate), "Resource.AlreadyAssociated");
    let second = ec2.get(&format!("CreateRouteTable&VpcId={vpc}"), "routeTableId");
    let replace =
        format!("ReplaceRouteTableAssociation&AssociationId={first}&RouteTableId={second}");
    let moved = ec2.get(&replace, "newAssociationId");
    assert_ne!(moved, first);
    assert_eq!(ec2.refused(&replace), "InvalidAssociationID.NotFound");
    ec2.ok(&format!("DeleteRouteTable&RouteTableId={table}"));
    ec2.ok(&format!("DisassociateRouteTable&AssociationId={moved}"));
}

#[test]
fn security_groups_keep_their_rules_apart() {
    let ec2 = Ec2::real_time();
    let vpc = ec2.vpc();
    let create =
        |name: &str| format!("CreateSecurityGroup&GroupName={name}&GroupDescription=x&VpcId={vpc}");
    let (one, two) = (
        ec2.get(&create("one"), "groupId"),
        ec2.get(&create("two"), "groupId"),
    );
    assert_eq!(ec2.refused(&create("one")), "InvalidGroup.Duplicate");
    let web = format!(
        "GroupId={one}&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=443&IpPermissions.1.ToPort=443\
         &IpPermissions.1.IpRanges.1.CidrIp=10.0.0.7/16&IpPermissions.1.IpRanges.1.Description=inside"
    );
    let rule = ec2.ok(&format!("AuthorizeSecurityGroupIngress&{web}"));
    assert_eq!(element(&rule, "cidrIpv4"), "10.0.0.0/16");
    let rule = element(&rule, "securityGroupRuleId");
    assert_eq!(
        ec2.refused(&format!("AuthorizeSecurityGroupIngress&{web}")),
        "InvalidPermission.Duplicate"
    );
    let members = format!(
        "GroupId={one}&IpPermissions.1.IpProtocol=-1&IpPermissions.1.Groups.1.GroupId={two}"
    );
    ec2.ok(&format!("AuthorizeSecurityGroupIngress&{members}"));
    assert_eq!(
        ec2.refused(&format!("DeleteSecurityGroup&GroupId={two}")),
        "DependencyViolation"
    );
    let modify = format!(
        "ModifySecurityGroupRules&GroupId={one}&SecurityGroupRule.1.SecurityGroupRuleId={rule}\
         &SecurityGroupRule.1.SecurityGroupRule.IpProtocol=tcp&SecurityGroupRule.1.SecurityGroupRule.FromPort=8443\
         &SecurityGroupRule.1.SecurityGroupRule.ToPort=8443&SecurityGroupRule.1.SecurityGroupRule.CidrIpv4=10.0.0.0/16"
    );
    ec2.ok(&modify);
    let shown = ec2.ok(&format!("DescribeSecurityGroups&GroupId.1={one}"));
    assert!(shown.contains("<fromPort>8443</fromPort>"));
    assert_eq!(
        ec2.refused(&format!("RevokeSecurityGroupIngress&{web}")),
        "InvalidPermission.NotFound"
    );
    ec2.ok(&format!(
        "RevokeSecurityGroupIngress&GroupId={one}&SecurityGroupRuleId.1={rule}"
    ));
    ec2.ok(&format!("RevokeSecurityGroupIngress&{members}"));
    ec2.ok(&format!("DeleteSecurityGroup&GroupId={two}"));
    assert_eq!(
        ec2.refused(&format!("DeleteVpc&VpcId={vpc}")),
        "DependencyViolation"
    );
    ec2.ok(&format!("DeleteSecurityGroup&GroupId={one}"));
    ec2.ok(&format!("DeleteVpc&VpcId={vpc}"));
    assert!(ec2.cloud.objects(at(9999)).unwrap().is_empty());
}

#[test]
fn launch_templates_have_versions() {
    let ec2 = Ec2::real_time();
    let data = "LaunchTemplateData.BlockDeviceMapping.1.DeviceName=/dev/xvda\
                &LaunchTemplateData.BlockDeviceMapping.1.Ebs.VolumeSize=50\
                &LaunchTemplateData.MetadataOptions.HttpTokens=required";
    let create = format!("CreateLaunchTemplate&LaunchTemplateName=shop-web&ClientToken=x&{data}");
    let id = ec2.get(&create, "launchTemplateId");
    assert_eq!(ec2.get(&create, "launchTemplateId"), id);
    let again = format!("CreateLaunchTemplate&LaunchTemplateName=shop-web&{data}");
    assert_eq!(
        ec2.refused(&again),
        "InvalidLaunchTemplateName.AlreadyExistsException"
    );
    let next = format!(
        "CreateLaunchTemplateVersion&LaunchTemplateId={id}&SourceVersion=1\
         &LaunchTemplateData.BlockDeviceMapping.1.DeviceName=/dev/xvda\
         &LaunchTemplateData.BlockDeviceMapping.1.Ebs.VolumeSize=80"
    );
    let version = ec2.ok(&next);
    assert_eq!(element(&version, "versionNumber"), "2");
    assert_eq!(element(&version, "httpTokens"), "required");
    assert_eq!(element(&version, "volumeSize"), "80");
    ec2.ok(&format!(
        "ModifyLaunchTemplate&LaunchTemplateId={id}&SetDefaultVersion=2"
    ));
    let describe = |word: &str| {
        ec2.get(
            &format!("DescribeLaunchTemplateVersions&LaunchTemplateId={id}&{word}"),
            "versionNumber",
        )
    };
    assert_eq!(describe("LaunchTemplateVersion.1=$Default"), "2");
    assert_eq!(describe("MinVersion=1"), "1");
    let missing = format!("ModifyLaunchTemplate&LaunchTemplateId={id}&SetDefaultVersion=9");
    assert_eq!(
        ec2.refused(&missing),
        "InvalidLaunchTemplateId.VersionNotFound"
    );
    assert_eq!(
        ec2.refused("DescribeLaunchTemplates&LaunchTemplateName.1=none"),
        "InvalidLaunchTemplateName.NotFoundException"
    );
    ec2.ok("DeleteLaunchTemplate&LaunchTemplateName=shop-web");
    assert!(ec2.live().is_empty());
}

#[test]
fn attributes_of_a_vpc_change_one_at_a_time() {
    let ec2 = Ec2::real_time();
    let vpc = ec2.vpc();
    let shown = |attribute: &str| {
        element(
            &ec2.get(
                &format!("DescribeVpcAttribute&VpcId={vpc}&Attribute={attribute}"),
                attribute,
            ),
            "value",
        )
    };
    assert_eq!(
        (shown("enableDnsSupport"), shown("enableDnsHostnames")),
        ("true".into(), "false".into())
    );
    ec2.ok(&format!(
        "ModifyVpcAttribute&VpcId={vpc}&EnableDnsHostnames.Value=true"
    ));
    assert_eq!(shown("enableDnsHostnames"), "true");
    let both = format!(
        "ModifyVpcAttribute&VpcId={vpc}&EnableDnsHostnames.Value=true&EnableDnsSupport.Value=true"
    );
    assert_eq!(ec2.refused(&both), "InvalidParameterCombination");
}

#[test]
fn zones_are_filtered_and_strange_ones_refused() {
    let ec2 = Ec2::real_time();
    let count = |query: &str| {
        ec2.ok(&format!("DescribeAvailabilityZones{query}"))
            .matches("<zoneName>")
            .count()
    };
    assert_eq!(count(""), 3);
    assert_eq!(count("&ZoneName.1=eu-west-1b"), 1);
    assert_eq!(count("&Filter.1.Name=zone-id&Filter.1.Value.1=euw1-az3"), 1);
    assert_eq!(count("&Filter.1.Name=state&Filter.1.Value.1=impaired"), 0);
    assert_eq!(
        ec2.refused("DescribeAvailabilityZones&ZoneName.1=us-east-1a"),
        "InvalidParameterValue"
    );
}
