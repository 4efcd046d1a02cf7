//! Both balancer services through the wire.
#![allow(clippy::unwrap_used)]

mod balancers;
mod listeners;
mod world;

use crate::tests::{at, request, text};
use crate::{Cloud, Config};

fn call(cloud: &Cloud, second: i64, version: &str, body: &str) -> String {
    let service = match version {
        "2016-11-15" => "ec2",
        _ => "elasticloadbalancing",
    };
    let body = format!("Version={version}&{body}");
    text(&cloud.handle(
        at(second),
        request("111122223333", "eu-west-1", service, None, body),
    ))
}

#[test]
fn one_name_signs_for_two_services_and_the_version_tells_them_apart() {
    let cloud = Cloud::in_memory(Config::default());
    let old = call(&cloud, 0, "2012-06-01", "Action=DescribeLoadBalancers");
    assert!(old.contains("<LoadBalancerDescriptions"), "{old}");
    let new = call(&cloud, 0, "2015-12-01", "Action=DescribeLoadBalancers");
    assert!(new.contains("<LoadBalancers"), "{new}");
    let other = call(&cloud, 0, "2010-01-01", "Action=DescribeLoadBalancers");
    assert!(other.contains("NoSuchVersion"), "{other}");
}

#[test]
fn what_is_not_there_is_named_and_deleting_it_is_no_error() {
    let cloud = Cloud::in_memory(Config::default());
    let arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/x/1";
    let one = format!("Action=DescribeLoadBalancers&LoadBalancerArns.member.1={arn}");
    let answer = call(&cloud, 0, "2015-12-01", &one);
    assert!(
        answer.contains("<Code>LoadBalancerNotFound</Code>"),
        "{answer}"
    );
    let delete = format!("Action=DeleteLoadBalancer&LoadBalancerArn={arn}");
    let answer = call(&cloud, 0, "2015-12-01", &delete);
    assert!(answer.contains("<DeleteLoadBalancerResult"), "{answer}");
    let tags = "Action=DescribeTags&LoadBalancerNames.member.1=x";
    let answer = call(&cloud, 0, "2012-06-01", tags);
    assert!(
        answer.contains("There is no ACTIVE Load Balancer named &apos;x&apos;"),
        "{answer}"
    );
}
