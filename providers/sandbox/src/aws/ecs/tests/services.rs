//! Clusters and services: how they come, change and go.

use serde_json::{Value, json};

use super::world::{ACCOUNT, World};
use crate::Config;

#[test]
fn a_cluster_is_made_once_and_stays_inactive() {
    let world = World::new(Config::default());
    let wish = json!({"clusterName": "shop", "tags": [{"key": "a", "value": "b"}]});
    let made = world.ok("CreateCluster", &wish);
    assert_eq!(made["cluster"]["status"], "ACTIVE");
    assert_eq!(
        made["cluster"]["settings"],
        json!([{"name": "containerInsights", "value": "disabled"}])
    );
    world.ok("CreateCluster", &wish);
    let other = json!({"clusterName": "shop", "settings": [{"name": "containerInsights", "value": "enabled"}]});
    world.refused(
        "CreateCluster",
        &other,
        "InvalidParameterException",
        "inconsistent",
    );
    let both = world.ok(
        "DescribeClusters",
        &json!({"clusters": ["shop", "none"], "include": ["TAGS"]}),
    );
    assert_eq!(both["clusters"][0]["tags"], wish["tags"]);
    assert_eq!(
        both["failures"][0],
        json!({"arn": format!("arn:aws:ecs:eu-west-1:{ACCOUNT}:cluster/none"), "reason": "MISSING"})
    );
    world.ok("DeleteCluster", &json!({"cluster": "shop"}));
    assert_eq!(world.live("cluster"), 0);
    let after = world.ok("DescribeClusters", &json!({"clusters": ["shop"]}));
    assert_eq!(after["clusters"][0]["status"], "INACTIVE");
    assert_eq!(
        world.ok("ListClusters", &json!({}))["clusterArns"],
        json!([])
    );
    world.refused(
        "DeleteCluster",
        &json!({"cluster": "shop"}),
        "ClusterNotFoundException",
        "Cluster not found.",
    );
    world.refused(
        "UpdateCluster",
        &json!({"cluster": "shop"}),
        "ClientException",
        "The referenced cluster was inactive.",
    );
    world.ok("CreateCluster", &other);
    assert_eq!(world.live("cluster"), 1);
}

#[test]
fn a_service_comes_to_a_steady_state_and_leaves_nothing() {
    let world = World::new(Config::default()).up();
    let interfaces = world.live("network-interface");
    let made = world.ok("CreateService", &world.service("web", 2));
    let service = &made["service"];
    assert_eq!(service["status"], "ACTIVE");
    assert_eq!(service["deployments"][0]["rolloutState"], "IN_PROGRESS");
    assert_eq!(
        service["serviceArn"],
        format!("arn:aws:ecs:eu-west-1:{ACCOUNT}:service/shop/web")
    );
    assert!(
        service["roleArn"]
            .as_str()
            .unwrap()
            .ends_with("/AWSServiceRoleForECS")
    );
    world.wait(1);
    assert_eq!(world.counts("web"), (0, 2));
    world.wait(29);
    assert_eq!(world.counts("web"), (2, 0));
    world.wait(15);
    let service = world.see("web");
    assert_eq!(service["deployments"][0]["rolloutState"], "COMPLETED");
    assert_eq!(world.live("network-interface"), interfaces + 2);
    let events = world.events("web");
    assert!(
        events[0].starts_with("(service web) has started 2 tasks: (task "),
        "{events:?}"
    );
    assert!(events[1].ends_with("deployment completed."), "{events:?}");
    assert_eq!(events[2], "(service web) has reached a steady state.");
    world.refused(
        "DeleteService",
        &json!({"cluster": "shop", "service": "web"}),
        "InvalidParameterException",
        "while it is scaled above 0.",
    );
    world.refused(
        "DeleteCluster",
        &json!({"cluster": "shop"}),
        "ClusterContainsServicesException",
        "Services are active",
    );
    let gone = world.ok(
        "DeleteService",
        &json!({"cluster": "shop", "service": "web", "force": true}),
    );
    assert_eq!(gone["service"]["status"], "DRAINING");
    assert_eq!(gone["service"]["runningCount"], 2);
    world.refused(
        "CreateService",
        &world.service("web", 1),
        "InvalidParameterException",
        "Unable to Start a service that is still Draining.",
    );
    world.wait(16);
    assert_eq!(world.see("web")["status"], "INACTIVE");
    world.refused(
        "UpdateService",
        &json!({"cluster": "shop", "service": "web"}),
        "ServiceNotActiveException",
        "Service was not ACTIVE.",
    );
    let subnet = format!("DeleteSubnet&SubnetId={}", world.subnets[0]);
    assert!(
        world
            .try_ec2(&subnet)
            .unwrap_err()
            .contains("DependencyViolation")
    );
    let group = format!("DeleteSecurityGroup&GroupId={}", world.group);
    assert!(
        world
            .try_ec2(&group)
            .unwrap_err()
            .contains("DependencyViolation")
    );
    world.wait(31);
    assert_eq!(world.live("network-interface"), interfaces);
    world.ok("DeleteCluster", &json!({"cluster": "shop"}));
    world.create_again();
}

impl World {
    fn create_again(&self) {
        self.ok("CreateCluster", &json!({"clusterName": "shop"}));
        self.create("web", 1);
        self.wait(40);
        assert_eq!(self.counts("web"), (1, 0));
    }

    fn update(&self, more: &Value) -> Value {
        let mut body = json!({"cluster": "shop", "service": "web"});
        for (member, value) in more.as_object().unwrap() {
            body[member] = value.clone();
        }
        self.ok("UpdateService", &body)
    }
}

#[test]
fn one_long_wait_ends_as_many_short_ones() {
    let long = World::new(Config::default()).up();
    long.create("web", 3);
    long.wait(4000);
    let short = World::new(Config::default()).up();
    short.create("web", 3);
    for _ in 0..4000 / 20 {
        short.wait(20);
        short.see("web");
    }
    let told = |world: &World| {
        let service = world.see("web");
        let events = service["events"].as_array().unwrap().iter();
        let events: Vec<Value> = events
            .map(|one| json!([one["createdAt"], one["message"].as_str().unwrap().len()]))
            .collect();
        (events, service["deployments"][0]["updatedAt"].clone())
    };
    assert_eq!(told(&long), told(&short));
}

#[test]
fn a_deployment_replaces_tasks_without_a_gap() {
    let world = World::new(Config::default()).up();
    world.create("web", 2);
    world.wait(60);
    world.register("web");
    let answer = world.update(&json!({"taskDefinition": "web"}));
    let deployments = answer["service"]["deployments"].as_array().unwrap();
    assert_eq!(deployments[0]["status"], "PRIMARY");
    assert_eq!(deployments[1]["status"], "ACTIVE");
    world.wait(1);
    assert_eq!(world.counts("web"), (2, 2));
    world.wait(45);
    let service = world.see("web");
    assert_eq!(service["deployments"][0]["rolloutState"], "COMPLETED");
    assert!(service["taskDefinition"].as_str().unwrap().ends_with(":2"));
    world.wait(20);
    assert_eq!(world.counts("web"), (2, 0));
    assert_eq!(world.see("web")["deployments"].as_array().unwrap().len(), 1);
    let before = world.see("web")["deployments"][0]["id"].clone();
    world.update(&json!({"desiredCount": 0}));
    world.wait(60);
    let service = world.see("web");
    assert_eq!(service["deployments"][0]["id"], before);
    assert_eq!(world.counts("web"), (0, 0));
    let events = world.events("web");
    assert!(
        events
            .iter()
            .any(|one| one.starts_with("(service web) has stopped 2 running tasks: (task ")),
        "{events:?}"
    );
    assert_eq!(
        events.last().unwrap(),
        "(service web) has reached a steady state."
    );
    world.ok(
        "DeleteService",
        &json!({"cluster": "shop", "service": "web"}),
    );
    world.wait(1);
    assert_eq!(world.see("web")["status"], "INACTIVE");
}

#[test]
fn tokens_bind_what_was_asked_for() {
    let world = World::new(Config::default()).up();
    let mut wish = world.service("web", 1);
    wish["clientToken"] = "t-1".into();
    let first = world.ok("CreateService", &wish);
    let again = world.ok("CreateService", &wish);
    assert_eq!(
        first["service"]["deployments"][0]["id"],
        again["service"]["deployments"][0]["id"]
    );
    let not = "Creation of service was not idempotent.";
    world.refused(
        "CreateService",
        &world.service("web", 1),
        "InvalidParameterException",
        not,
    );
    wish["desiredCount"] = 2.into();
    world.refused("CreateService", &wish, "InvalidParameterException", not);
    wish["serviceName"] = "other".into();
    world.refused("CreateService", &wish, "InvalidParameterException", not);
}

#[test]
fn what_a_service_cannot_have_is_refused() {
    let world = World::new(Config::default()).up();
    let refused = |change: &dyn Fn(&mut Value), words: &str| {
        let mut wish = world.service("web", 1);
        change(&mut wish);
        world.refused("CreateService", &wish, "InvalidParameterException", words);
    };
    refused(
        &|one| one["networkConfiguration"] = Value::Null,
        "Network Configuration must be provided",
    );
    let network = |member: &'static str, value: Value| {
        move |one: &mut Value| {
            one["networkConfiguration"]["awsvpcConfiguration"][member] = value.clone();
        }
    };
    refused(
        &network("subnets", json!(["subnet-0"])),
        "The subnet ID 'subnet-0' does not exist",
    );
    refused(
        &network("securityGroups", json!(["sg-0"])),
        "The security group 'sg-0' does not exist",
    );
    refused(
        &|one| {
            one["capacityProviderStrategy"] = json!([{"capacityProvider": "FARGATE", "weight": 1}]);
        },
        "Specifying both a launch type and capacity provider strategy is not supported.",
    );
    refused(
        &|one| one["placementStrategy"] = json!([{"type": "random"}]),
        "Placement strategies are not supported with FARGATE",
    );
    refused(
        &|one| one["healthCheckGracePeriodSeconds"] = 10.into(),
        "Health check grace period is only valid",
    );
    refused(
        &|one| {
            one["deploymentConfiguration"] =
                json!({"maximumPercent": 100, "minimumHealthyPercent": 100});
        },
        "block deployments",
    );
    let balancer = |name: &'static str, port: i64| {
        move |one: &mut Value| {
            one["loadBalancers"] =
                json!([{"targetGroupArn": "arn:x", "containerName": name, "containerPort": port}]);
        }
    };
    refused(
        &balancer("none", 80),
        "The container none does not exist in the task definition.",
    );
    refused(
        &balancer("app", 81),
        "The container app did not have a container port 81 defined.",
    );
    world.refused(
        "CreateService",
        &json!({"cluster": "none", "serviceName": "a", "taskDefinition": "web", "desiredCount": 1}),
        "ClusterNotFoundException",
        "Cluster not found.",
    );
    let services = json!({"cluster": "shop", "services": ["web"]});
    assert_eq!(
        world.ok("DescribeServices", &services)["failures"][0]["reason"],
        "MISSING"
    );
    let many: Vec<String> = (0..11).map(|n| n.to_string()).collect();
    world.refused(
        "DescribeServices",
        &json!({"cluster": "shop", "services": many}),
        "InvalidParameterException",
        "more than 10",
    );
}
