//! Services behind balancers.

use serde_json::json;

use super::world::{World, between};
use crate::Config;

#[test]
fn a_target_group_needs_a_listener_and_finds_tasks_healthy() {
    let world = World::new(Config::default()).up();
    let elb = |pairs: &[(&str, &str)]| world.query("elasticloadbalancing", "2015-12-01", pairs);
    let group = elb(&[
        ("Action", "CreateTargetGroup"),
        ("Name", "web"),
        ("Protocol", "HTTP"),
        ("Port", "80"),
        ("VpcId", &world.vpc),
        ("TargetType", "ip"),
    ]);
    let group = between(&group, "TargetGroupArn");
    let mut wish = world.service("web", 1);
    wish["loadBalancers"] =
        json!([{"targetGroupArn": group, "containerName": "app", "containerPort": 80}]);
    wish["healthCheckGracePeriodSeconds"] = 60.into();
    world.refused(
        "CreateService",
        &wish,
        "InvalidParameterException",
        "does not have an associated load balancer.",
    );
    let balancer = elb(&[
        ("Action", "CreateLoadBalancer"),
        ("Name", "web"),
        ("Subnets.member.1", &world.subnets[0]),
        ("Subnets.member.2", &world.subnets[1]),
        ("SecurityGroups.member.1", &world.group),
    ]);
    let balancer = between(&balancer, "LoadBalancerArn");
    world.wait(200);
    elb(&[
        ("Action", "CreateListener"),
        ("LoadBalancerArn", &balancer),
        ("Protocol", "HTTP"),
        ("Port", "80"),
        ("DefaultActions.member.1.Type", "forward"),
        ("DefaultActions.member.1.TargetGroupArn", &group),
    ]);
    let open = format!(
        "AuthorizeSecurityGroupIngress&GroupId={0}&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=80\
         &IpPermissions.1.ToPort=80&IpPermissions.1.Groups.1.GroupId={0}",
        world.group
    );
    world.try_ec2(&open).unwrap();
    world.ok("CreateService", &wish);
    world.wait(31);
    assert_eq!(world.counts("web"), (1, 0));
    assert_eq!(
        world.see("web")["deployments"][0]["rolloutState"],
        "IN_PROGRESS"
    );
    world.wait(60);
    assert_eq!(
        world.see("web")["deployments"][0]["rolloutState"],
        "COMPLETED"
    );
    let health = elb(&[
        ("Action", "DescribeTargetHealth"),
        ("TargetGroupArn", &group),
    ]);
    assert!(health.contains("<State>healthy</State>"), "{health}");
    world.ok(
        "DeleteService",
        &json!({"cluster": "shop", "service": "web", "force": true}),
    );
    let health = elb(&[
        ("Action", "DescribeTargetHealth"),
        ("TargetGroupArn", &group),
    ]);
    assert!(health.contains("draining"), "{health}");
    world.wait(290);
    assert_eq!(world.see("web")["status"], "DRAINING");
    world.wait(40);
    assert_eq!(world.see("web")["status"], "INACTIVE");
}
