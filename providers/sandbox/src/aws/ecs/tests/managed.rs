//! Groups that ECS scales by what runs on them.

use serde_json::{Value, json};

use super::world::{World, between};
use crate::Config;

const VERSION: &str = "2011-01-01";

/// A cluster with a group of `m7i.large` that goes from none to `max`.
struct Pool {
    world: World,
}

impl Pool {
    fn new(max: u32, scaling: &Value) -> Self {
        let world = World::new(Config::default());
        let template = world.ec2(
            "CreateLaunchTemplate&LaunchTemplateName=pool&LaunchTemplateData.ImageId=ami-0123456789abcdef0\
             &LaunchTemplateData.InstanceType=m7i.large",
            "launchTemplateId",
        );
        let (max, subnets) = (max.to_string(), world.subnets.join(","));
        let pairs = [
            ("Action", "CreateAutoScalingGroup"),
            ("AutoScalingGroupName", "pool"),
            ("LaunchTemplate.LaunchTemplateId", &template),
            ("MinSize", "0"),
            ("MaxSize", &max),
            ("VPCZoneIdentifier", &subnets),
            ("NewInstancesProtectedFromScaleIn", "true"),
        ];
        world.query("autoscaling", VERSION, &pairs);
        let pool = Self { world };
        let group = between(&pool.shown(), "AutoScalingGroupARN");
        let wish = json!({"name": "pool", "autoScalingGroupProvider": {
            "autoScalingGroupArn": group, "managedScaling": scaling, "managedTerminationProtection": "ENABLED",
        }});
        pool.world.ok("CreateCapacityProvider", &wish);
        let strategy = json!([{"capacityProvider": "pool", "weight": 1}]);
        let cluster = json!({
            "clusterName": "shop", "capacityProviders": ["pool"], "defaultCapacityProviderStrategy": strategy,
        });
        pool.world.ok("CreateCluster", &cluster);
        pool.world.wait(60);
        let large = json!({"name": "a", "image": "nginx", "memory": 5000});
        let family = json!({"family": "large", "containerDefinitions": [large]});
        pool.world.ok("RegisterTaskDefinition", &family);
        pool
    }

    fn shown(&self) -> String {
        let pairs = [("Action", "DescribeAutoScalingGroups")];
        self.world.query("autoscaling", VERSION, &pairs)
    }

    fn desired(&self) -> String {
        between(&self.shown(), "DesiredCapacity")
    }

    /// Lets time pass in steps, since each service looks only when it is asked.
    fn pass(&self, seconds: i64) {
        for _ in 0..seconds / 10 {
            self.world.wait(10);
            self.shown();
        }
    }

    fn serve(&self, count: i64) {
        let wish = json!({
            "cluster": "shop", "serviceName": "web", "taskDefinition": "large", "desiredCount": count,
        });
        self.world.ok("CreateService", &wish);
    }

    fn want(&self, count: i64) {
        let wish = json!({"cluster": "shop", "service": "web", "desiredCount": count});
        self.world.ok("UpdateService", &wish);
    }
}

#[test]
fn tasks_that_wait_bring_instances_and_idle_ones_go() {
    let pool = Pool::new(5, &json!({"status": "ENABLED"}));
    pool.serve(3);
    pool.world.wait(10);
    assert_eq!(pool.world.counts("web"), (0, 3));
    assert_eq!(pool.desired(), "0");
    // Of none there come two, for the reservation is 200 then, whatever waits.
    pool.pass(70);
    assert_eq!(pool.desired(), "2");
    pool.pass(50);
    assert_eq!(pool.world.counts("web").0, 2);
    pool.pass(180);
    assert_eq!(pool.desired(), "3");
    assert_eq!(pool.world.counts("web"), (3, 0));
    assert!(
        pool.world
            .events("web")
            .iter()
            .any(|one| one.contains("has reached a steady state."))
    );
    // Two are idle then, and go when that has lasted: half of the group at once at most.
    pool.want(1);
    pool.pass(600);
    assert_eq!(pool.desired(), "3");
    assert!(!pool.shown().contains("<ProtectedFromScaleIn>false"));
    pool.pass(400);
    assert_eq!(pool.desired(), "2");
    pool.pass(1000);
    assert_eq!(pool.desired(), "1");
    assert_eq!(pool.world.counts("web"), (1, 0));
    assert_eq!(pool.world.live("instance"), 1);
    assert!(pool.shown().contains("<ProtectedFromScaleIn>true"));
    pool.want(0);
    pool.pass(1200);
    assert_eq!(pool.desired(), "0");
}

#[test]
fn steps_and_the_size_of_the_group_bound_what_comes() {
    let one = json!({"status": "ENABLED", "maximumScalingStepSize": 1});
    let pool = Pool::new(4, &one);
    pool.serve(6);
    pool.pass(80);
    assert_eq!(pool.desired(), "2");
    pool.pass(80);
    assert_eq!(pool.desired(), "3");
    pool.pass(600);
    assert_eq!(pool.desired(), "4");
    assert_eq!(pool.world.counts("web"), (4, 2));
    let three = json!({"status": "ENABLED", "minimumScalingStepSize": 3});
    let pool = Pool::new(9, &three);
    pool.serve(3);
    pool.pass(240);
    assert_eq!(pool.desired(), "5");
}

#[test]
fn a_target_below_the_whole_leaves_room() {
    let pool = Pool::new(9, &json!({"status": "ENABLED", "targetCapacity": 50}));
    pool.serve(2);
    pool.pass(400);
    assert_eq!(pool.world.counts("web"), (2, 0));
    assert_eq!(pool.desired(), "4");
}

#[test]
fn a_task_that_fits_nowhere_waits_in_vain() {
    let pool = Pool::new(3, &json!({"status": "ENABLED"}));
    let huge = json!({"family": "huge", "containerDefinitions": [{"name": "a", "image": "nginx", "memory": 60000}]});
    pool.world.ok("RegisterTaskDefinition", &huge);
    let run = json!({"cluster": "shop", "taskDefinition": "huge"});
    let run = pool.world.ok("RunTask", &run);
    assert_eq!(run["tasks"][0]["lastStatus"], "PROVISIONING");
    assert_eq!(run["tasks"][0]["capacityProviderName"], "pool");
    assert_eq!(run["tasks"][0].get("containerInstanceArn"), None);
    pool.pass(1700);
    assert_eq!(pool.world.task(&run)["lastStatus"], "PROVISIONING");
    pool.pass(200);
    let task = pool.world.task(&run);
    assert_eq!(task["lastStatus"], "STOPPED");
    assert_eq!(task["stopCode"], "TaskFailedToStart");
    assert_eq!(task["stoppedReason"], "EMPTY CAPACITY PROVIDER");
    assert_eq!(pool.desired(), "0");
}

#[test]
fn a_task_ends_with_its_instance() {
    let pool = Pool::new(3, &json!({"status": "ENABLED"}));
    pool.serve(1);
    pool.pass(300);
    let tasks = pool.world.ok("ListTasks", &json!({"cluster": "shop"}));
    let run = json!({"tasks": [{"taskArn": tasks["taskArns"][0]}]});
    let pairs = [
        ("Action", "DeleteAutoScalingGroup"),
        ("AutoScalingGroupName", "pool"),
        ("ForceDelete", "true"),
    ];
    pool.world.query("autoscaling", VERSION, &pairs);
    pool.pass(60);
    let task = pool.world.task(&run);
    let reason = task["stoppedReason"].as_str().unwrap();
    assert!(reason.starts_with("Host EC2 (instance i-"), "{task}");
    assert_eq!(pool.world.counts("web"), (0, 1));
}
