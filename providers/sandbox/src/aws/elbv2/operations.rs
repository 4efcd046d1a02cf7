//! The operations and their parameters.

use super::{
    action, certificate, condition, health_check, listener, listener_attribute, listener_change,
    load_balancer, load_balancer_attribute, load_balancer_change, load_balancer_create, rule,
    rule_change, tags, target_call, target_group, target_group_attribute, target_group_change,
};
use crate::aws::Operation;

const PAGE: &[&str] = &["Marker", "PageSize"];
const SUBNETS: &[&str] = &[
    "Subnets.member.N",
    "SubnetMappings.member.N.SubnetId",
    "IpAddressType",
];
const ATTRIBUTES: &[&str] = &["Attributes.member.N.Key", "Attributes.member.N.Value"];
const CERTIFICATES: &[&str] = &[
    "Certificates.member.N.CertificateArn",
    "Certificates.member.N.IsDefault",
];
const LISTENER: &[&str] = &["Protocol", "Port", "SslPolicy", "AlpnPolicy.member.N"];

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateLoadBalancer", load_balancer_create::create).accepts(&[
        &["Name", "SecurityGroups.member.N", "Scheme", "Type"],
        SUBNETS,
        tags::ACCEPTS,
    ]),
    Operation::read("DescribeLoadBalancers", load_balancer::describe)
        .accepts(&[&["LoadBalancerArns.member.N", "Names.member.N"], PAGE]),
    Operation::write("DeleteLoadBalancer", load_balancer::delete).accepts(&[&["LoadBalancerArn"]]),
    Operation::read(
        "DescribeLoadBalancerAttributes",
        load_balancer_attribute::describe,
    )
    .accepts(&[&["LoadBalancerArn"]]),
    Operation::write(
        "ModifyLoadBalancerAttributes",
        load_balancer_attribute::modify,
    )
    .accepts(&[&["LoadBalancerArn"], ATTRIBUTES]),
    Operation::write("SetSubnets", load_balancer_change::subnets)
        .accepts(&[&["LoadBalancerArn"], SUBNETS]),
    Operation::write("SetSecurityGroups", load_balancer_change::groups)
        .accepts(&[&["LoadBalancerArn", "SecurityGroups.member.N"]]),
    Operation::write("SetIpAddressType", load_balancer_change::addresses)
        .accepts(&[&["LoadBalancerArn", "IpAddressType"]]),
    Operation::write("CreateTargetGroup", target_group_change::create).accepts(&[
        &[
            "Name",
            "Protocol",
            "ProtocolVersion",
            "Port",
            "VpcId",
            "TargetType",
        ],
        health_check::ACCEPTS,
        tags::ACCEPTS,
    ]),
    Operation::read("DescribeTargetGroups", target_group::describe).accepts(&[
        &[
            "TargetGroupArns.member.N",
            "LoadBalancerArn",
            "Names.member.N",
        ],
        PAGE,
    ]),
    Operation::write("ModifyTargetGroup", target_group_change::modify)
        .accepts(&[&["TargetGroupArn"], health_check::ACCEPTS]),
    Operation::write("DeleteTargetGroup", target_group::delete).accepts(&[&["TargetGroupArn"]]),
    Operation::read(
        "DescribeTargetGroupAttributes",
        target_group_attribute::describe,
    )
    .accepts(&[&["TargetGroupArn"]]),
    Operation::write(
        "ModifyTargetGroupAttributes",
        target_group_attribute::modify,
    )
    .accepts(&[&["TargetGroupArn"], ATTRIBUTES]),
    Operation::write("RegisterTargets", target_call::register).accepts(&[target_call::ACCEPTS]),
    Operation::write("DeregisterTargets", target_call::deregister).accepts(&[target_call::ACCEPTS]),
    Operation::read("DescribeTargetHealth", target_call::health).accepts(&[target_call::ACCEPTS]),
    Operation::write("CreateListener", listener_change::create).accepts(&[
        &["LoadBalancerArn"],
        LISTENER,
        CERTIFICATES,
        action::DEFAULT,
        tags::ACCEPTS,
    ]),
    Operation::read("DescribeListeners", listener::describe)
        .accepts(&[&["LoadBalancerArn", "ListenerArns.member.N"], PAGE]),
    Operation::write("ModifyListener", listener_change::modify).accepts(&[
        &["ListenerArn"],
        LISTENER,
        CERTIFICATES,
        action::DEFAULT,
    ]),
    Operation::write("DeleteListener", listener::delete).accepts(&[&["ListenerArn"]]),
    Operation::read("DescribeListenerAttributes", listener_attribute::describe)
        .accepts(&[&["ListenerArn"]]),
    Operation::write("ModifyListenerAttributes", listener_attribute::modify)
        .accepts(&[&["ListenerArn"], ATTRIBUTES]),
    Operation::write("AddListenerCertificates", certificate::add)
        .accepts(&[&["ListenerArn"], CERTIFICATES]),
    Operation::write("RemoveListenerCertificates", certificate::remove)
        .accepts(&[&["ListenerArn"], CERTIFICATES]),
    Operation::read("DescribeListenerCertificates", certificate::describe)
        .accepts(&[&["ListenerArn"], PAGE]),
    Operation::write("CreateRule", rule_change::create).accepts(&[
        &["ListenerArn", "Priority"],
        condition::ACCEPTS,
        action::OF_RULE,
        tags::ACCEPTS,
    ]),
    Operation::read("DescribeRules", rule::describe)
        .accepts(&[&["ListenerArn", "RuleArns.member.N"], PAGE]),
    Operation::write("ModifyRule", rule_change::modify).accepts(&[
        &["RuleArn"],
        condition::ACCEPTS,
        action::OF_RULE,
    ]),
    Operation::write("DeleteRule", rule::delete).accepts(&[&["RuleArn"]]),
    Operation::write("SetRulePriorities", rule_change::priorities).accepts(&[&[
        "RulePriorities.member.N.RuleArn",
        "RulePriorities.member.N.Priority",
    ]]),
    Operation::write("AddTags", tags::add).accepts(&[&["ResourceArns.member.N"], tags::ACCEPTS]),
    Operation::write("RemoveTags", tags::remove)
        .accepts(&[&["ResourceArns.member.N", "TagKeys.member.N"]]),
    Operation::read("DescribeTags", tags::describe).accepts(&[&["ResourceArns.member.N"]]),
];
