//! What is shown: quotas, tags, pages, lag, attributes, zones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{Ec2, element};
use crate::Config;
use crate::tests::{at, signed};

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
