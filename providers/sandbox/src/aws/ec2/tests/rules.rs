//! Routes, rules and launch templates.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{Ec2, element};
use crate::tests::at;

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
