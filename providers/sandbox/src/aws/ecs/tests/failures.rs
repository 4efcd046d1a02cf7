//! Tasks that fail, and what their services do about it.

use serde_json::json;

use super::world::World;
use crate::Config;

fn breaking(world: &World, name: &str) {
    let mut wish = world.service(name, 2);
    wish["deploymentConfiguration"] =
        json!({"deploymentCircuitBreaker": {"enable": true, "rollback": true}});
    world.ok("CreateService", &wish);
}

#[test]
fn a_task_says_why_it_did_not_start() {
    let world = World::new(Config::default()).up();
    for (ailment, start) in [
        (
            "task/web:create:CannotPullContainerError",
            "CannotPullContainerError: ",
        ),
        (
            "task/web:create:ResourceInitializationError",
            "ResourceInitializationError: unable to pull secrets",
        ),
    ] {
        world.ail(&[ailment]);
        let run = world.run(&json!({}));
        world.wait(41);
        let task = world.task(&run);
        assert_eq!(task["stopCode"], "TaskFailedToStart", "{task}");
        assert!(
            task["stoppedReason"].as_str().unwrap().starts_with(start),
            "{task}"
        );
        assert_eq!(task["containers"][0].get("exitCode"), None);
    }
}

#[test]
fn exit_codes_and_memory_are_told() {
    let world = World::new(Config::default()).up();
    world.ail(&["task/web:active:Exit:3"]);
    let exit = world.run(&json!({}));
    world.wait(80);
    assert_eq!(world.task(&exit)["containers"][0]["exitCode"], 3);
    world.ail(&["task/web:active:OutOfMemoryError"]);
    let memory = world.run(&json!({}));
    world.wait(80);
    let container = &world.task(&memory)["containers"][0];
    assert_eq!(container["exitCode"], 137);
    assert_eq!(
        container["reason"],
        "OutOfMemoryError: Container killed due to memory usage"
    );
}

#[test]
fn without_room_nothing_starts() {
    let world = World::new(Config::default()).up();
    world.ail(&["task/web:create:Capacity"]);
    let run = world.run(&json!({}));
    assert_eq!(run["tasks"], json!([]));
    assert!(
        run["failures"][0]["reason"]
            .as_str()
            .unwrap()
            .starts_with("Capacity is unavailable")
    );
    world.create("web", 1);
    world.wait(60);
    let events = world.events("web");
    assert!(
        events[0].starts_with(
            "(service web) was unable to place a task. Reason: Capacity is unavailable"
        ),
        "{events:?}"
    );
    world.ail(&[]);
    world.wait(600);
    assert_eq!(world.counts("web"), (1, 0));
}

#[test]
fn what_is_missing_around_a_task_stops_it() {
    let world = World::new(Config::default()).up();
    let mut wish = world.definition("logs");
    wish["executionRoleArn"] = "exec".into();
    wish["containerDefinitions"][0]["logConfiguration"] = json!({"logDriver": "awslogs", "options": {
        "awslogs-group": "/shop/web", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "web",
    }});
    world.ok("RegisterTaskDefinition", &wish);
    let run = world.run(&json!({"taskDefinition": "logs"}));
    world.wait(41);
    let reason = world.task(&run)["stoppedReason"].clone();
    assert!(
        reason
            .as_str()
            .unwrap()
            .contains("The specified log group does not exist."),
        "{reason}"
    );
    let mut hidden = world.network();
    hidden["awsvpcConfiguration"]["assignPublicIp"] = "DISABLED".into();
    let run = world.run(&json!({"networkConfiguration": hidden}));
    world.wait(41);
    let reason = world.task(&run)["stoppedReason"].clone();
    assert!(
        reason
            .as_str()
            .unwrap()
            .starts_with("CannotPullContainerError"),
        "{reason}"
    );
    world.role("other", "ec2.amazonaws.com");
    wish = world.definition("role");
    wish["taskRoleArn"] = "other".into();
    world.ok("RegisterTaskDefinition", &wish);
    world.wait(60);
    let run = world.run(&json!({"taskDefinition": "role"}));
    world.wait(41);
    let reason = world.task(&run)["stoppedReason"].clone();
    assert!(
        reason
            .as_str()
            .unwrap()
            .starts_with("ECS was unable to assume the role"),
        "{reason}"
    );
}

#[test]
fn the_circuit_breaker_goes_back_to_what_was_good() {
    let world = World::new(Config::default()).up();
    breaking(&world, "web");
    world.wait(60);
    assert_eq!(
        world.see("web")["deployments"][0]["rolloutState"],
        "COMPLETED"
    );
    world.register("web");
    world.ail(&["service/web:create:CannotPullContainerError"]);
    world.ok(
        "UpdateService",
        &json!({"cluster": "shop", "service": "web", "taskDefinition": "web:2"}),
    );
    world.wait(100);
    let service = world.see("web");
    let all = service["deployments"].as_array().unwrap();
    assert!(
        all.iter().any(|one| one["rolloutState"] == "FAILED"),
        "{service}"
    );
    let primary = &all[0];
    assert!(
        primary["rolloutStateReason"]
            .as_str()
            .unwrap()
            .contains("rolling back to deploymentId ecs-svc/"),
        "{service}"
    );
    assert!(
        service["taskDefinition"]
            .as_str()
            .unwrap()
            .ends_with("web:1")
    );
    assert_eq!(world.counts("web").0, 2, "what ran before goes on");
    world.ail(&[]);
    world.wait(600);
    let service = world.see("web");
    assert_eq!(service["deployments"].as_array().unwrap().len(), 1);
    assert_eq!(service["deployments"][0]["rolloutState"], "COMPLETED");
    assert_eq!(world.counts("web"), (2, 0));
}

#[test]
fn a_first_deployment_that_fails_is_given_up() {
    let world = World::new(Config::default()).up();
    world.ail(&["service/web:active:Exit:1"]);
    breaking(&world, "web");
    world.wait(600);
    let service = world.see("web");
    assert_eq!(service["deployments"][0]["rolloutState"], "FAILED");
    assert_eq!(
        service["deployments"][0]["rolloutStateReason"],
        "ECS deployment circuit breaker: tasks failed to start."
    );
    assert_eq!(world.counts("web"), (0, 0));
}

#[test]
fn without_a_circuit_breaker_it_tries_ever_slower() {
    let world = World::new(Config::default()).up();
    world.ail(&["service/web:active:Exit:1"]);
    world.create("web", 1);
    world.wait(86_400);
    let service = world.see("web");
    assert_eq!(service["deployments"][0]["rolloutState"], "IN_PROGRESS");
    let failed = service["deployments"][0]["failedTasks"].as_u64().unwrap();
    assert!((40..100).contains(&failed), "{failed}");
    let events = world.events("web");
    let slow = "is unable to consistently start tasks successfully.";
    assert!(events.iter().any(|one| one.contains(slow)) || events.len() == 100);
    world.ail(&[]);
    world.wait(1700);
    assert_eq!(world.counts("web"), (1, 0));
}

#[test]
fn failing_health_checks_stop_running_tasks() {
    let world = World::new(Config::default()).up();
    world.create("web", 1);
    world.wait(60);
    world.ail(&["service/web:active:ContainerHealthCheck"]);
    world.see("web");
    world.wait(200);
    let events = world.events("web");
    assert!(
        events
            .iter()
            .any(|one| one.ends_with("failed container health checks.")),
        "{events:?}"
    );
    let stopped = json!({"cluster": "shop", "serviceName": "web", "desiredStatus": "STOPPED"});
    let stopped = world.ok("ListTasks", &stopped);
    let body = json!({"cluster": "shop", "tasks": stopped["taskArns"]});
    let task = &world.ok("DescribeTasks", &body)["tasks"][0];
    assert_eq!(task["stoppedReason"], "Task failed container health checks");
}
