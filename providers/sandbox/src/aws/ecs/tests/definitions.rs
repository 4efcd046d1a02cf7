//! Task definitions: what is refused, what is filled in, how revisions live.

use serde_json::{Value, json};

use super::world::{ACCOUNT, World};
use crate::Config;

#[test]
fn a_revision_has_what_ecs_fills_in() {
    let world = World::new(Config::default());
    let mut wish = world.definition("web");
    wish["cpu"] = ".25 vCPU".into();
    wish["memory"] = "0.5 GB".into();
    wish["tags"] = json!([{"key": "team", "value": "shop"}]);
    let answer = world.ok("RegisterTaskDefinition", &wish);
    let made = &answer["taskDefinition"];
    assert_eq!(answer["tags"], wish["tags"]);
    assert_eq!(
        (&made["cpu"], &made["memory"]),
        (&json!("256"), &json!("512"))
    );
    assert_eq!(made["revision"], 1);
    assert_eq!(made["status"], "ACTIVE");
    assert_eq!(made["compatibilities"], json!(["EC2", "FARGATE"]));
    let arn = format!("arn:aws:ecs:eu-west-1:{ACCOUNT}:task-definition/web:1");
    assert_eq!(made["taskDefinitionArn"], arn);
    let container = &made["containerDefinitions"][0];
    assert_eq!(container["essential"], true);
    assert_eq!(container["cpu"], 0);
    assert_eq!(
        container["portMappings"][0],
        json!({"containerPort": 80, "hostPort": 80, "protocol": "tcp", "name": "http"})
    );
    assert_eq!(container["environment"], json!([]));
    assert_eq!(made["volumes"], json!([]));
    let told = world.ok("DescribeTaskDefinition", &json!({"taskDefinition": "web"}));
    assert_eq!(told["taskDefinition"], *made);
    assert_eq!(told["tags"], json!([]));
}

#[test]
fn what_cannot_be_registered_is_refused() {
    let world = World::new(Config::default());
    let refused = |change: &dyn Fn(&mut Value), words: &str| {
        let mut wish = world.definition("web");
        change(&mut wish);
        world.refused("RegisterTaskDefinition", &wish, "ClientException", words);
    };
    refused(
        &|one| one["memory"] = "4096".into(),
        "No Fargate configuration exists for given values: 256 CPU, 4096 memory",
    );
    refused(
        &|one| one["networkMode"] = "bridge".into(),
        "Fargate only supports network mode ‘awsvpc’.",
    );
    refused(
        &|one| drop(one.as_object_mut().unwrap().remove("cpu")),
        "Fargate requires that 'cpu' be defined at the task level.",
    );
    refused(
        &|one| one["family"] = "no good".into(),
        "Family contains invalid characters",
    );
    refused(
        &|one| one["containerDefinitions"] = json!([]),
        "Container list cannot be empty.",
    );
    let container = |member: &'static str, value: Value| {
        move |one: &mut Value| one["containerDefinitions"][0][member] = value.clone()
    };
    refused(&container("essential", false.into()), "essential container");
    refused(
        &container("image", Value::Null),
        "Container.image should not be null or empty.",
    );
    refused(
        &container(
            "image",
            format!("{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/web:1").into(),
        ),
        "Fargate requires task definition to have execution role ARN to support ECR images.",
    );
    refused(
        &container(
            "secrets",
            json!([{"name": "A", "valueFrom": "arn:aws:ssm:eu-west-1:1:parameter/a"}]),
        ),
        "you must also specify a value for 'executionRoleArn'",
    );
    let logs = json!({"logDriver": "awslogs", "options": {"awslogs-group": "g", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "p"}});
    refused(
        &container("logConfiguration", logs),
        "execution role ARN to support log driver awslogs.",
    );
    refused(
        &container(
            "portMappings",
            json!([{"containerPort": 80, "hostPort": 81}]),
        ),
        "must match",
    );
    refused(
        &container("memory", 1024.into()),
        "cannot be greater than the task 'memory'",
    );
    refused(
        &container(
            "dependsOn",
            json!([{"containerName": "x", "condition": "START"}]),
        ),
        "does not exist",
    );
    refused(
        &|one| one["executionRoleArn"] = "nobody".into(),
        "Role is not valid",
    );
    let mut strange = world.definition("web");
    strange["containerDefinitions"][0]["colour"] = "red".into();
    world.refused(
        "RegisterTaskDefinition",
        &strange,
        "UnknownParameter",
        "containerDefinitions[0].colour",
    );
    strange = world.definition("web");
    strange["cpu"] = 256.into();
    world.refused(
        "RegisterTaskDefinition",
        &strange,
        "SerializationException",
        "cpu",
    );
    world.refused(
        "DescribeTaskDefinition",
        &json!({"taskDefinition": "web"}),
        "ClientException",
        "Unable to describe task definition.",
    );
}

#[test]
fn on_instances_a_container_needs_memory_of_its_own() {
    let world = World::new(Config::default());
    let mut wish =
        json!({"family": "old", "containerDefinitions": [{"name": "a", "image": "nginx"}]});
    world.refused(
        "RegisterTaskDefinition",
        &wish,
        "ClientException",
        "At least one of 'memory' or 'memoryReservation' must be specified.",
    );
    wish["containerDefinitions"][0]["memoryReservation"] = 128.into();
    let made = world.ok("RegisterTaskDefinition", &wish);
    assert_eq!(made["taskDefinition"]["networkMode"], "bridge");
    assert_eq!(
        made["taskDefinition"]["compatibilities"],
        json!(["EXTERNAL", "EC2"])
    );
}

#[test]
fn revisions_count_up_and_never_come_again() {
    let world = World::new(Config::default());
    for _ in 0..3 {
        world.register("web");
    }
    world.register("jobs");
    let page = world.ok(
        "ListTaskDefinitions",
        &json!({"familyPrefix": "web", "maxResults": 2}),
    );
    assert_eq!(page["taskDefinitionArns"].as_array().unwrap().len(), 2);
    let rest = json!({"familyPrefix": "web", "maxResults": 2, "nextToken": page["nextToken"]});
    let rest = world.ok("ListTaskDefinitions", &rest);
    assert_eq!(rest["taskDefinitionArns"].as_array().unwrap().len(), 1);
    assert_eq!(rest.get("nextToken"), None);
    let families = world.ok("ListTaskDefinitionFamilies", &json!({}));
    assert_eq!(families["families"], json!(["jobs", "web"]));
    let failure = world.ok(
        "DeleteTaskDefinitions",
        &json!({"taskDefinitions": ["web:3"]}),
    );
    assert_eq!(failure["taskDefinitions"], json!([]));
    assert!(
        failure["failures"][0]["detail"]
            .as_str()
            .unwrap()
            .contains("ACTIVE")
    );
    world.ok(
        "DeregisterTaskDefinition",
        &json!({"taskDefinition": "web:3"}),
    );
    let newest = world.ok("DescribeTaskDefinition", &json!({"taskDefinition": "web"}));
    assert_eq!(newest["taskDefinition"]["revision"], 2);
    let gone = world.ok(
        "DeleteTaskDefinitions",
        &json!({"taskDefinitions": ["web:3"]}),
    );
    assert_eq!(gone["taskDefinitions"][0]["status"], "DELETE_IN_PROGRESS");
    world.wait(61);
    world.refused(
        "DescribeTaskDefinition",
        &json!({"taskDefinition": "web:3"}),
        "ClientException",
        "Unable to describe",
    );
    world.register("web");
    let newest = world.ok("DescribeTaskDefinition", &json!({"taskDefinition": "web"}));
    assert_eq!(newest["taskDefinition"]["revision"], 4);
}
