//! Groups through the wire.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::tests::{at, request, text};
use crate::{Cloud, Config};

struct World {
    cloud: Cloud,
    template: String,
    subnets: Vec<String>,
}

fn field(answer: &str, tag: &str) -> String {
    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
    let rest = answer.split(&open).nth(1);
    let rest = rest.unwrap_or_else(|| panic!("no {tag} in {answer}"));
    rest.split(&close).next().unwrap_or_default().to_owned()
}

impl World {
    /// Real durations, so that the states between can be seen.
    fn new() -> Self {
        let config = Config {
            duration_scale: 1.0,
            ..Config::default()
        };
        let mut world = Self {
            cloud: Cloud::in_memory(config),
            template: String::new(),
            subnets: Vec::new(),
        };
        let vpc = field(
            &world.ec2(0, "Action=CreateVpc&CidrBlock=10.0.0.0/16"),
            "vpcId",
        );
        for (zone, net) in [("a", 0), ("b", 1)] {
            let body = format!(
                "Action=CreateSubnet&VpcId={vpc}&CidrBlock=10.0.{net}.0/24&AvailabilityZone=eu-west-1{zone}"
            );
            let subnet = field(&world.ec2(0, &body), "subnetId");
            world.subnets.push(subnet);
        }
        let body = "Action=CreateLaunchTemplate&LaunchTemplateName=pool&LaunchTemplateData.ImageId=ami-0123456789abcdef0\
                    &LaunchTemplateData.InstanceType=t3.small";
        world.template = field(&world.ec2(0, body), "launchTemplateId");
        world
    }

    fn ec2(&self, second: i64, body: &str) -> String {
        self.call(second, "ec2", "2016-11-15", body)
    }

    fn asg(&self, second: i64, body: &str) -> String {
        self.call(second, "autoscaling", "2011-01-01", body)
    }

    fn call(&self, second: i64, service: &str, version: &str, body: &str) -> String {
        let body = format!("Version={version}&{body}");
        let request = request("111122223333", "eu-west-1", service, None, body);
        text(&self.cloud.handle(at(second), request))
    }

    fn wish(&self, more: &str) -> String {
        format!(
            "Action=CreateAutoScalingGroup&AutoScalingGroupName=pool&LaunchTemplate.LaunchTemplateId={}\
             &MinSize=0&MaxSize=3&DesiredCapacity=2&VPCZoneIdentifier={}{more}",
            self.template,
            self.subnets.join(",")
        )
    }

    fn create(&self, more: &str) {
        let answer = self.asg(0, &self.wish(more));
        assert!(
            answer.contains("CreateAutoScalingGroupResponse"),
            "{answer}"
        );
    }

    fn show(&self, second: i64) -> String {
        self.asg(
            second,
            "Action=DescribeAutoScalingGroups&AutoScalingGroupNames.member.1=pool",
        )
    }

    fn count(&self, second: i64, state: &str) -> usize {
        let shown = self.show(second);
        shown.matches(&format!("<LifecycleState>{state}<")).count()
    }

    #[track_caller]
    fn refused(&self, second: i64, code: &str, body: &str) -> String {
        let answer = self.asg(second, body);
        assert!(answer.contains(&format!("<Code>{code}</Code>")), "{answer}");
        field(&answer, "Message")
    }
}

const DELETE: &str = "Action=DeleteAutoScalingGroup&AutoScalingGroupName=pool";

#[test]
fn instances_come_over_time_in_both_zones_and_go_likewise() {
    let world = World::new();
    world.create("");
    assert_eq!(world.count(9, "Pending"), 0);
    assert_eq!(world.count(10, "Pending"), 2);
    assert_eq!(world.count(25, "InService"), 2);
    let shown = world.show(25);
    assert!(
        shown.contains("<AvailabilityZone>eu-west-1a<")
            && shown.contains("<AvailabilityZone>eu-west-1b<")
    );
    let activities = "Action=DescribeScalingActivities&AutoScalingGroupName=pool";
    let shown = world.asg(26, activities);
    assert_eq!(
        shown.matches("<StatusCode>Successful<").count(),
        2,
        "{shown}"
    );
    world.refused(30, "ResourceInUse", DELETE);
    let none =
        "Action=UpdateAutoScalingGroup&AutoScalingGroupName=pool&MinSize=0&DesiredCapacity=0";
    world.asg(30, none);
    assert_eq!(world.count(40, "Terminating"), 2);
    world.refused(50, "ScalingActivityInProgress", DELETE);
    assert_eq!(world.count(81, "Terminating"), 0);
    world.asg(82, DELETE);
    assert_eq!(field(&world.show(83), "Status"), "Delete in progress");
    world.refused(84, "AlreadyExists", &world.wish(""));
    assert!(!world.show(92).contains("<AutoScalingGroupName>"));
}

#[test]
fn a_forced_deletion_takes_protected_instances_along() {
    let world = World::new();
    world.create("&NewInstancesProtectedFromScaleIn=true");
    world.show(10);
    assert_eq!(world.count(25, "InService"), 2);
    let none = "Action=SetDesiredCapacity&AutoScalingGroupName=pool&DesiredCapacity=0";
    world.asg(30, none);
    assert_eq!(world.count(45, "InService"), 2);
    world.asg(50, &format!("{DELETE}&ForceDelete=true"));
    assert_eq!(world.count(60, "Terminating"), 2);
    let update = "Action=UpdateAutoScalingGroup&AutoScalingGroupName=pool&MaxSize=5";
    world.refused(61, "ValidationError", update);
    world.show(100);
    assert!(!world.show(101).contains("<AutoScalingGroupName>"));
    assert!(
        !world
            .ec2(102, "Action=DescribeInstances")
            .contains("<name>running<")
    );
}

#[test]
fn what_no_instance_can_be_made_of_is_refused() {
    let world = World::new();
    let wish = world.wish("");
    let words = world.refused(
        0,
        "ValidationError",
        &wish.replace(&world.template, "lt-0123456789abcdef0"),
    );
    assert!(
        words.contains("valid fully-formed launch template"),
        "{words}"
    );
    world.refused(
        0,
        "ValidationError",
        &wish.replace("MaxSize=3", "MaxSize=1"),
    );
    let subnet = world.subnets.first().unwrap();
    world.refused(
        0,
        "ValidationError",
        &wish.replace(subnet, "subnet-0123456789abcdef0"),
    );
    let body = "Action=CreateLaunchTemplate&LaunchTemplateName=bare&LaunchTemplateData.InstanceType=t3.small";
    let bare = field(&world.ec2(0, body), "launchTemplateId");
    let words = world.refused(0, "ValidationError", &wish.replace(&world.template, &bare));
    assert!(words.contains("ImageId"), "{words}");
    world.create("");
    world.refused(0, "AlreadyExists", &wish);
    let above = "Action=SetDesiredCapacity&AutoScalingGroupName=pool&DesiredCapacity=9";
    let words = world.refused(0, "ValidationError", above);
    assert!(words.contains("above max value 3"), "{words}");
    world.refused(0, "ValidationError", &DELETE.replace("=pool", "=none"));
}

#[test]
fn a_refresh_replaces_every_instance_one_after_the_other() {
    let world = World::new();
    world.create("");
    world.show(10);
    let before = world.show(25);
    let old = field(&before, "InstanceId");
    let start = "Action=StartInstanceRefresh&AutoScalingGroupName=pool";
    let id = field(&world.asg(30, start), "InstanceRefreshId");
    world.refused(31, "InstanceRefreshInProgress", start);
    let status = |second| {
        let body = format!(
            "Action=DescribeInstanceRefreshes&AutoScalingGroupName=pool&InstanceRefreshIds.member.1={id}"
        );
        field(&world.asg(second, &body), "Status")
    };
    assert_eq!(status(32), "InProgress");
    for second in (33..300).step_by(3) {
        world.show(second);
    }
    assert_eq!(status(300), "Successful");
    let after = world.show(301);
    assert!(!after.contains(&old), "{after}");
    assert_eq!(world.count(301, "InService"), 2);
    let cancel = "Action=CancelInstanceRefresh&AutoScalingGroupName=pool";
    world.refused(302, "ActiveInstanceRefreshNotFound", cancel);
}

#[test]
fn a_mixed_pool_has_the_share_of_spot_instances_that_it_wants() {
    let world = World::new();
    let plain = format!("LaunchTemplate.LaunchTemplateId={}", world.template);
    let mixed = format!(
        "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId={}\
        &MixedInstancesPolicy.LaunchTemplate.Overrides.member.1.InstanceType=m7i.large\
        &MixedInstancesPolicy.InstancesDistribution.OnDemandBaseCapacity=1\
        &MixedInstancesPolicy.InstancesDistribution.OnDemandPercentageAboveBaseCapacity=0\
        &MixedInstancesPolicy.InstancesDistribution.SpotAllocationStrategy=price-capacity-optimized",
        world.template
    );
    world.asg(0, &world.wish("").replace(&plain, &mixed));
    world.show(10);
    let shown = world.ec2(30, "Action=DescribeInstances");
    assert_eq!(
        shown.matches("<instanceLifecycle>spot<").count(),
        1,
        "{shown}"
    );
    assert_eq!(
        shown.matches("<instanceType>m7i.large<").count(),
        2,
        "{shown}"
    );
}
