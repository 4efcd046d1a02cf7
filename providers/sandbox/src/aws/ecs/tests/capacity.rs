//! Capacity providers, and what a cluster does with them.

use serde_json::{Value, json};

use super::world::World;
use crate::aws::autoscaling::Group;
use crate::aws::ec2::{Instance, Launch, Subnet};
use crate::store::{Place, Tx};
use crate::tests::at;
use crate::{Cloud, Config};

#[test]
fn fargate_has_its_own_providers() {
    let world = World::new(Config::default()).up();
    let all = world.ok("DescribeCapacityProviders", &json!({}));
    let names: Vec<&Value> = all["capacityProviders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert_eq!(names, ["FARGATE", "FARGATE_SPOT"]);
    let one = json!({"capacityProvider": "FARGATE"});
    world.refused(
        "DeleteCapacityProvider",
        &one,
        "ClientException",
        "reserved",
    );
    for name in ["fargate-mine", "aws-one", "ECSthing", "a b"] {
        let wish =
            json!({"name": name, "autoScalingGroupProvider": {"autoScalingGroupArn": "arn:x"}});
        world.refused(
            "CreateCapacityProvider",
            &wish,
            "InvalidParameterException",
            "name is invalid",
        );
    }
    let wish =
        json!({"name": "mine", "autoScalingGroupProvider": {"autoScalingGroupArn": "arn:x"}});
    world.refused(
        "CreateCapacityProvider",
        &wish,
        "ClientException",
        "Auto Scaling group",
    );
    let gone = world.ok(
        "DescribeCapacityProviders",
        &json!({"capacityProviders": ["mine"]}),
    );
    assert_eq!(gone["failures"][0]["reason"], "MISSING");
}

#[test]
fn a_cluster_keeps_the_providers_that_its_services_use() {
    let world = World::new(Config::default()).up();
    let mut wish = world.service("web", 3);
    wish["launchType"] = Value::Null;
    wish["capacityProviderStrategy"] = json!([
        {"capacityProvider": "FARGATE", "weight": 1, "base": 1},
        {"capacityProvider": "FARGATE_SPOT", "weight": 4},
    ]);
    world.ok("CreateService", &wish);
    world.wait(60);
    let service = world.see("web");
    assert_eq!(service.get("launchType"), None);
    assert_eq!(service["capacityProviderStrategy"][1]["weight"], 4);
    let less = json!({"cluster": "shop", "capacityProviders": ["FARGATE"], "defaultCapacityProviderStrategy": []});
    world.refused(
        "PutClusterCapacityProviders",
        &less,
        "ResourceInUseException",
        "in use",
    );
    world.ok(
        "DeleteService",
        &json!({"cluster": "shop", "service": "web", "force": true}),
    );
    world.wait(60);
    let answer = world.ok("PutClusterCapacityProviders", &less);
    assert_eq!(answer["cluster"]["attachmentsStatus"], "UPDATE_IN_PROGRESS");
    world.refused(
        "PutClusterCapacityProviders",
        &less,
        "UpdateInProgressException",
        "busy state",
    );
    world.refused(
        "DeleteCluster",
        &json!({"cluster": "shop"}),
        "UpdateInProgressException",
        "busy state",
    );
    world.wait(10);
    let bad = json!({"cluster": "shop", "capacityProviders": [], "defaultCapacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}]});
    world.refused(
        "PutClusterCapacityProviders",
        &bad,
        "InvalidParameterException",
        "not associated with the cluster",
    );
    world.ok("DeleteCluster", &json!({"cluster": "shop"}));
}

#[test]
fn without_instances_a_service_waits() {
    let world = World::new(Config::default()).up();
    world.ok("RegisterTaskDefinition", &json!({"family": "old", "containerDefinitions": [{"name": "a", "image": "nginx", "memory": 128}]}));
    world.ok("CreateService", &json!({"cluster": "shop", "serviceName": "old", "taskDefinition": "old", "desiredCount": 1, "launchType": "EC2"}));
    world.wait(30);
    let events = world.events("old");
    assert!(
        events[0].contains("No Container Instances were found in your cluster."),
        "{events:?}"
    );
    let run = json!({"cluster": "shop", "taskDefinition": "old", "launchType": "EC2"});
    world.refused(
        "RunTask",
        &run,
        "InvalidParameterException",
        "No Container Instances were found in your cluster.",
    );
    let fargate = json!({"cluster": "shop", "taskDefinition": "old", "launchType": "FARGATE"});
    world.refused(
        "RunTask",
        &fargate,
        "InvalidParameterException",
        "does not support launch_type FARGATE",
    );
}

const GROUP: &str =
    "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:0:autoScalingGroupName/web";

/// A group as Auto Scaling keeps it, with an instance.
fn with_group(cloud: &Cloud, second: i64, subnet: &str, protected: bool) {
    let place = Place {
        account: super::world::ACCOUNT.into(),
        region: "eu-west-1".into(),
    };
    cloud.edit(at(second), |tx: &mut Tx<'_>| {
        let group = Group::bare("web", GROUP, protected, tx.now());
        tx.put(&place, &group);
        let subnet = tx.get::<Subnet>(&place, subnet).unwrap();
        let launch = Launch {
            instance_type: "m7i.large".into(),
            image_id: "ami-0123456789abcdef0".into(),
            spot: false,
            subnet: &subnet,
            groups: Vec::new(),
            tags: [("aws:autoscaling:groupName".to_owned(), "web".to_owned())].into(),
        };
        Instance::launch(tx, &place, launch).unwrap();
    });
}

#[test]
fn instances_of_a_group_take_tasks_as_long_as_there_is_room() {
    let world = World::new(Config::default()).up();
    with_group(&world.cloud, 1_780_000_000, &world.subnets[0], false);
    world.wait(60);
    let mut wish = json!({"name": "web", "autoScalingGroupProvider": {
        "autoScalingGroupArn": GROUP, "managedScaling": {"status": "ENABLED"}, "managedTerminationProtection": "ENABLED",
    }});
    world.refused(
        "CreateCapacityProvider",
        &wish,
        "ClientException",
        "must have instance protection from scale in enabled.",
    );
    wish["autoScalingGroupProvider"]["managedTerminationProtection"] = "DISABLED".into();
    wish["autoScalingGroupProvider"]["managedScaling"]["status"] = "DISABLED".into();
    let made = world.ok("CreateCapacityProvider", &wish);
    assert_eq!(
        made["capacityProvider"]["autoScalingGroupProvider"]["managedScaling"]["targetCapacity"],
        100
    );
    world.refused(
        "CreateCapacityProvider",
        &wish,
        "ClientException",
        "already exists",
    );
    let put = json!({"cluster": "shop", "capacityProviders": ["web"], "defaultCapacityProviderStrategy": [{"capacityProvider": "web", "weight": 1}]});
    world.ok("PutClusterCapacityProviders", &put);
    world.wait(20);
    world.refused(
        "DeleteCapacityProvider",
        &json!({"capacityProvider": "web"}),
        "ClientException",
        "associated with cluster: shop.",
    );
    let instances = world.ok("ListContainerInstances", &json!({"cluster": "shop"}));
    assert_eq!(
        instances["containerInstanceArns"].as_array().unwrap().len(),
        1
    );
    world.refused(
        "DeleteCluster",
        &json!({"cluster": "shop"}),
        "ClusterContainsContainerInstancesException",
        "Container Instances",
    );
    world.ok("RegisterTaskDefinition", &json!({"family": "old", "containerDefinitions": [{"name": "a", "image": "nginx", "memory": 5000}]}));
    let run = world.ok(
        "RunTask",
        &json!({"cluster": "shop", "taskDefinition": "old", "count": 2}),
    );
    assert_eq!(run["tasks"].as_array().unwrap().len(), 1);
    assert_eq!(run["tasks"][0]["capacityProviderName"], "web");
    assert_eq!(run["failures"][0]["reason"], "RESOURCE:MEMORY");
    let none =
        json!({"cluster": "shop", "capacityProviders": [], "defaultCapacityProviderStrategy": []});
    world.refused(
        "PutClusterCapacityProviders",
        &none,
        "ResourceInUseException",
        "in use and cannot be removed",
    );
    let stop = json!({"cluster": "shop", "task": run["tasks"][0]["taskArn"]});
    world.ok("StopTask", &stop);
    world.wait(120);
    world.ok("PutClusterCapacityProviders", &none);
    world.wait(20);
    let gone = world.ok(
        "DeleteCapacityProvider",
        &json!({"capacityProvider": "web"}),
    );
    assert_eq!(
        gone["capacityProvider"]["updateStatus"],
        "DELETE_IN_PROGRESS"
    );
    world.wait(20);
    let told = world.ok(
        "DescribeCapacityProviders",
        &json!({"capacityProviders": ["web"]}),
    );
    assert_eq!(told["capacityProviders"][0]["status"], "INACTIVE");
    assert_eq!(
        told["capacityProviders"][0]["updateStatus"],
        "DELETE_COMPLETE"
    );
    world.ok("CreateCapacityProvider", &wish);
}
