//! A network with two zones, and calls in it.

use crate::tests::{at, request, text};
use crate::{Cloud, Config};

/// A cloud with a network.
pub(super) struct World {
    pub(super) cloud: Cloud,
    pub(super) vpc: String,
    pub(super) subnets: Vec<String>,
}

/// What a tag of an answer holds, the first time it is there.
pub(super) fn field(answer: &str, tag: &str) -> String {
    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
    let start = answer.find(&open).map(|at| at + open.len());
    let rest = start.and_then(|start| answer.get(start..));
    let end = rest.and_then(|rest| rest.split(&close).next());
    end.unwrap_or_else(|| panic!("no {tag} in {answer}"))
        .to_owned()
}

impl World {
    /// Real durations, so that the states between can be seen.
    pub(super) fn new() -> Self {
        let config = Config {
            duration_scale: 1.0,
            ..Config::default()
        };
        let mut world = Self {
            cloud: Cloud::in_memory(config),
            vpc: String::new(),
            subnets: Vec::new(),
        };
        let answer = world.ec2(0, "Action=CreateVpc&CidrBlock=10.0.0.0/16");
        world.vpc = field(&answer, "vpcId");
        for (zone, net) in [("a", 0), ("b", 1), ("b", 2)] {
            let body = format!(
                "Action=CreateSubnet&VpcId={}&CidrBlock=10.0.{net}.0/24&AvailabilityZone=eu-west-1{zone}",
                world.vpc
            );
            let subnet = field(&world.ec2(0, &body), "subnetId");
            world.subnets.push(subnet);
        }
        world
    }

    pub(super) fn ec2(&self, second: i64, body: &str) -> String {
        self.call(second, "ec2", "2016-11-15", body)
    }

    pub(super) fn elb(&self, second: i64, body: &str) -> String {
        self.call(second, "elasticloadbalancing", "2015-12-01", body)
    }

    fn call(&self, second: i64, service: &str, version: &str, body: &str) -> String {
        let body = format!("Version={version}&{body}");
        let request = request("111122223333", "eu-west-1", service, None, body);
        text(&self.cloud.handle(at(second), request))
    }

    /// A balancer in the first two subnets: its ARN.
    pub(super) fn balancer(&self, name: &str, more: &str) -> String {
        let answer = self.create(name, more);
        field(&answer, "LoadBalancerArn")
    }

    pub(super) fn create(&self, name: &str, more: &str) -> String {
        let [a, b, ..] = self.subnets.as_slice() else {
            panic!("no subnets");
        };
        let body = format!(
            "Action=CreateLoadBalancer&Name={name}&Scheme=internal&Subnets.member.1={a}&Subnets.member.2={b}{more}"
        );
        self.elb(0, &body)
    }

    /// A target group: its ARN.
    pub(super) fn group(&self, name: &str, more: &str) -> String {
        let body = format!(
            "Action=CreateTargetGroup&Name={name}&Protocol=HTTP&Port=8080&TargetType=ip&VpcId={}{more}",
            self.vpc
        );
        field(&self.elb(0, &body), "TargetGroupArn")
    }

    /// A listener that forwards: its ARN.
    pub(super) fn listener(&self, balancer: &str, port: u16, group: &str) -> String {
        let body = format!(
            "Action=CreateListener&LoadBalancerArn={balancer}&Protocol=HTTP&Port={port}\
             &DefaultActions.member.1.Type=forward&DefaultActions.member.1.TargetGroupArn={group}"
        );
        field(&self.elb(0, &body), "ListenerArn")
    }

    #[track_caller]
    pub(super) fn refused(&self, code: &str, body: &str) -> String {
        let answer = self.elb(0, body);
        assert!(answer.contains(&format!("<Code>{code}</Code>")), "{answer}");
        field(&answer, "Message")
    }
}
