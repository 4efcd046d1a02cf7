//! Tasks that are run by hand.

use serde_json::json;

use super::world::World;
use crate::Config;

#[test]
fn a_run_goes_through_its_states_and_is_forgotten() {
    let world = World::new(Config::default()).up();
    let run = world.run(&json!({"startedBy": "provision", "tags": [{"key": "a", "value": "b"}]}));
    let made = &run["tasks"][0];
    assert_eq!(made["lastStatus"], "PROVISIONING");
    assert_eq!(made["attachments"][0]["status"], "PRECREATED");
    assert_eq!(made["group"], "family:web");
    let state = || world.task(&run)["lastStatus"].as_str().unwrap().to_owned();
    world.wait(10);
    assert_eq!(state(), "PENDING");
    world.wait(20);
    let task = world.task(&run);
    assert_eq!(task["lastStatus"], "RUNNING");
    assert_eq!(
        task["attachments"][0]["details"][1]["name"],
        "networkInterfaceId"
    );
    world.wait(30);
    world.wait(5);
    assert_eq!(state(), "DEPROVISIONING");
    world.wait(10);
    let task = world.task(&run);
    assert_eq!(task["lastStatus"], "STOPPED");
    assert_eq!(task["desiredStatus"], "STOPPED");
    assert_eq!(task["stopCode"], "EssentialContainerExited");
    assert_eq!(task["stoppedReason"], "Essential container in task exited");
    assert_eq!(task["containers"][0]["exitCode"], 0);
    let by = json!({"cluster": "shop", "startedBy": "provision", "desiredStatus": "STOPPED"});
    let said = "startedBy must be the only filter that is used.";
    world.refused("ListTasks", &by, "InvalidParameterException", said);
    let by = json!({"cluster": "shop", "family": "web", "desiredStatus": "STOPPED"});
    assert_eq!(
        world.ok("ListTasks", &by)["taskArns"],
        json!([made["taskArn"]])
    );
    world.wait(3600);
    world.wait(40);
    let body = json!({"cluster": "shop", "tasks": [made["taskArn"]]});
    let gone = world.ok("DescribeTasks", &body);
    assert_eq!(gone["failures"][0]["reason"], "MISSING");
}

#[test]
fn a_task_can_be_stopped() {
    let world = World::new(Config::default()).up();
    world.ail(&["task/web:active:Runs"]);
    let run = world.run(&json!({}));
    world.wait(7200);
    assert_eq!(world.task(&run)["lastStatus"], "RUNNING");
    world.refused(
        "DeleteCluster",
        &json!({"cluster": "shop"}),
        "ClusterContainsTasksException",
        "Tasks are active",
    );
    let arn = &run["tasks"][0]["taskArn"];
    let answer = world.ok(
        "StopTask",
        &json!({"cluster": "shop", "task": arn, "reason": "enough"}),
    );
    assert_eq!(answer["task"]["desiredStatus"], "STOPPED");
    world.wait(15);
    let task = world.task(&run);
    assert_eq!(task["stopCode"], "UserInitiated");
    assert_eq!(task["stoppedReason"], "enough");
    assert_eq!(task["containers"][0]["exitCode"], 143);
    let gone = json!({"cluster": "shop", "task": "0123456789abcdef0123456789abcdef"});
    world.refused(
        "StopTask",
        &gone,
        "InvalidParameterException",
        "The referenced task was not found.",
    );
}

#[test]
fn a_token_starts_once() {
    let world = World::new(Config::default()).up();
    let wish = json!({"clientToken": "once", "count": 2});
    let first = world.run(&wish);
    let again = world.run(&wish);
    assert_eq!(first["tasks"].as_array().unwrap().len(), 2);
    assert_eq!(first["tasks"][0]["taskArn"], again["tasks"][0]["taskArn"]);
    let other = json!({
        "cluster": "shop", "taskDefinition": "web", "launchType": "FARGATE",
        "networkConfiguration": world.network(), "clientToken": "once",
    });
    world.refused("RunTask", &other, "ConflictException", "clientToken");
}

#[test]
fn overrides_name_containers_that_there_are() {
    let world = World::new(Config::default()).up();
    let mut wish = json!({
        "cluster": "shop", "taskDefinition": "web", "launchType": "FARGATE",
        "networkConfiguration": world.network(),
        "overrides": {"containerOverrides": [{"name": "none", "command": ["x"]}]},
    });
    world.refused(
        "RunTask",
        &wish,
        "InvalidParameterException",
        "is not a container in the TaskDefinition.",
    );
    wish["overrides"]["containerOverrides"][0]["name"] = "app".into();
    let run = world.ok("RunTask", &wish);
    assert_eq!(
        run["tasks"][0]["overrides"]["containerOverrides"][0]["command"],
        json!(["x"])
    );
    wish["count"] = 11.into();
    world.refused(
        "RunTask",
        &wish,
        "InvalidParameterException",
        "count must be between 1 and 10.",
    );
}

#[test]
fn tags_lie_on_everything_and_settings_are_told() {
    let world = World::new(Config::default()).up();
    world.create("web", 1);
    let arn = &world.see("web")["serviceArn"].clone();
    world.ok(
        "TagResource",
        &json!({"resourceArn": arn, "tags": [{"key": "a", "value": "b"}]}),
    );
    assert_eq!(
        world.see("web")["tags"],
        json!([{"key": "a", "value": "b"}])
    );
    world.ok(
        "UntagResource",
        &json!({"resourceArn": arn, "tagKeys": ["a"]}),
    );
    let tags = world.ok("ListTagsForResource", &json!({"resourceArn": arn}));
    assert_eq!(tags["tags"], json!([]));
    let aws = json!({"resourceArn": arn, "tags": [{"key": "aws:a", "value": "b"}]});
    world.refused("TagResource", &aws, "InvalidParameterException", "aws:");
    let all = world.ok("ListAccountSettings", &json!({"effectiveSettings": true}));
    assert!(all["settings"].as_array().unwrap().len() > 5);
}
