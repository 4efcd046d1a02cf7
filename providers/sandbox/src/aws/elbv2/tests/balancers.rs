//! Balancers through the wire.

use super::world::{World, field};

#[test]
fn a_balancer_is_provisioned_over_time_and_keeps_its_name() {
    let world = World::new();
    let arn = world.balancer("web", "");
    let body = format!("Action=DescribeLoadBalancers&LoadBalancerArns.member.1={arn}");
    let state = |second| field(&field(&world.elb(second, &body), "State"), "Code");
    assert_eq!(state(149), "provisioning");
    assert_eq!(state(150), "active");
    let dns = |second| field(&world.elb(second, &body), "DNSName");
    assert!(dns(0).starts_with("internal-web-"), "{}", dns(0));
    assert_eq!(dns(0), dns(200));
}

#[test]
fn the_same_again_succeeds_and_other_settings_do_not() {
    let world = World::new();
    let arn = world.balancer("web", "&Tags.member.1.Key=a&Tags.member.1.Value=1");
    let again = world.balancer("web", "&Tags.member.1.Key=a&Tags.member.1.Value=2");
    assert_eq!(arn, again);
    let tags = format!("Action=DescribeTags&ResourceArns.member.1={arn}");
    assert_eq!(field(&world.elb(0, &tags), "Value"), "1");
    let other = world.create("web", "&Type=network");
    assert!(
        other.contains("<Code>DuplicateLoadBalancerName</Code>"),
        "{other}"
    );
}

#[test]
fn names_and_grounds_that_do_not_do_are_refused() {
    let world = World::new();
    for name in [
        "-web",
        "web-",
        "we_b",
        "internal-web",
        "a234567890123456789012345678901234",
    ] {
        let answer = world.create(name, "");
        assert!(answer.contains("<Code>ValidationError</Code>"), "{answer}");
    }
    let [a, b, c] = world.subnets.as_slice() else {
        panic!("three");
    };
    let one = format!("Action=CreateLoadBalancer&Name=web&Scheme=internal&Subnets.member.1={a}");
    let words = world.refused("ValidationError", &one);
    assert!(
        words.contains("two different Availability Zones"),
        "{words}"
    );
    let twice = format!("{one}&Subnets.member.2={b}&Subnets.member.3={c}");
    world.refused("InvalidConfigurationRequest", &twice);
    let facing =
        format!("Action=CreateLoadBalancer&Name=web&Subnets.member.1={a}&Subnets.member.2={b}");
    let words = world.refused("InvalidSubnet", &facing);
    assert!(words.contains("has no internet gateway"), "{words}");
    let strange =
        format!("{one}&Subnets.member.2={b}&SecurityGroups.member.1=sg-00000000000000000");
    world.refused("InvalidConfigurationRequest", &strange);
}

#[test]
fn interfaces_outlive_the_balancer_and_block_the_subnet() {
    let world = World::new();
    let arn = world.balancer("web", "");
    let subnet = world.subnets.first().unwrap();
    let delete = format!("Action=DeleteSubnet&SubnetId={subnet}");
    assert!(world.ec2(0, &delete).contains("DependencyViolation"));
    world.elb(
        10,
        &format!("Action=DeleteLoadBalancer&LoadBalancerArn={arn}"),
    );
    assert!(world.ec2(99, &delete).contains("DependencyViolation"));
    assert!(world.ec2(100, &delete).contains("<return>true</return>"));
}

#[test]
fn attributes_are_checked_and_protection_protects() {
    let world = World::new();
    let arn = world.balancer("web", "");
    let set = |key: &str, value: &str| {
        format!(
            "Action=ModifyLoadBalancerAttributes&LoadBalancerArn={arn}&Attributes.member.1.Key={key}\
             &Attributes.member.1.Value={value}"
        )
    };
    world.refused(
        "ValidationError",
        &set("idle_timeout.timeout_seconds", "4001"),
    );
    world.refused("ValidationError", &set("idle_timeout", "1"));
    world.refused(
        "InvalidConfigurationRequest",
        &set("access_logs.s3.enabled", "true"),
    );
    let answer = world.elb(0, &set("deletion_protection.enabled", "true"));
    assert!(
        answer.contains("<Key>idle_timeout.timeout_seconds</Key><Value>60</Value>"),
        "{answer}"
    );
    let delete = format!("Action=DeleteLoadBalancer&LoadBalancerArn={arn}");
    world.refused("OperationNotPermitted", &delete);
    world.elb(0, &set("deletion_protection.enabled", "false"));
    assert!(world.elb(0, &delete).contains("DeleteLoadBalancerResult"));
}
