//! Schedules run tasks by the clock. The world begins on 2026-05-28 at 20:26:40.

use serde_json::{Value, json};

use super::world::{ACCOUNT, World};
use crate::Config;

fn world() -> World {
    let world = World::new(Config::default()).up();
    world.role("tick", "scheduler.amazonaws.com");
    world.wait(60);
    world
}

fn schedule(world: &World, when: &str, more: &Value) -> Value {
    let arn = |service: &str, what: &str| format!("arn:aws:{service}:eu-west-1:{ACCOUNT}:{what}");
    let mut wish = json!({
        "ScheduleExpression": when,
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {
            "Arn": arn("ecs", "cluster/shop"),
            "RoleArn": format!("arn:aws:iam::{ACCOUNT}:role/tick"),
            "Input": "{\"containerOverrides\": [{\"name\": \"app\", \"command\": [\"report\"]}]}",
            "EcsParameters": {
                "TaskDefinitionArn": arn("ecs", "task-definition/web:1"),
                "CapacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
                "PropagateTags": "TASK_DEFINITION",
                "EnableECSManagedTags": true,
                "NetworkConfiguration": {"awsvpcConfiguration": {
                    "Subnets": world.subnets, "SecurityGroups": [world.group], "AssignPublicIp": "ENABLED",
                }},
            },
        },
    });
    for (member, value) in more.as_object().unwrap() {
        wish[member] = value.clone();
    }
    wish
}

fn make(world: &World, when: &str, more: &Value) {
    let wish = schedule(world, when, more);
    world.rest("scheduler", "POST /schedules/tick", &wish);
}

/// The tasks that run or ran, the oldest first.
fn tasks(world: &World) -> Vec<Value> {
    let of = |status: &str| {
        let body = json!({"cluster": "shop", "desiredStatus": status});
        let mut answer = world.ok("ListTasks", &body);
        serde_json::from_value::<Vec<Value>>(answer["taskArns"].take()).unwrap()
    };
    let arns = [of("STOPPED"), of("RUNNING")].concat();
    if arns.is_empty() {
        return arns;
    }
    let body = json!({"cluster": "shop", "tasks": arns});
    let mut answer = world.ok("DescribeTasks", &body);
    let mut tasks: Vec<Value> = serde_json::from_value(answer["tasks"].take()).unwrap();
    tasks.sort_by_key(|task| {
        task["createdAt"]
            .as_f64()
            .map(|at| (at * 1000.0).round().to_string())
    });
    tasks
}

#[test]
fn a_schedule_runs_its_task_at_its_hour_in_its_zone() {
    let world = world();
    make(
        &world,
        "cron(30 23 * * ? *)",
        &json!({"ScheduleExpressionTimezone": "Europe/Berlin"}),
    );
    world.until("2026-05-28T21:29:59Z");
    assert!(tasks(&world).is_empty());
    world.until("2026-05-28T21:30:05Z");
    let task = tasks(&world).pop().unwrap();
    assert_eq!(task["lastStatus"], "PROVISIONING");
    assert_eq!(task["createdAt"], 1_780_003_800.0);
    assert_eq!(task["startedBy"], "chronos-schedule/tick");
    assert_eq!(task["group"], "family:web");
    assert_eq!(task["capacityProviderName"], "FARGATE_SPOT");
    let given = &task["overrides"]["containerOverrides"][0];
    assert_eq!(given, &json!({"name": "app", "command": ["report"]}));
    // It ends by itself, and comes again on the next day: once.
    world.until("2026-05-28T21:40:00Z");
    let task = tasks(&world).pop().unwrap();
    assert_eq!(task["lastStatus"], "STOPPED");
    assert_eq!(task["containers"][0]["exitCode"], 0);
    world.until("2026-05-29T21:30:30Z");
    assert_eq!(tasks(&world).len(), 1);
    world.wait(60);
    assert_eq!(tasks(&world).len(), 1);
}

#[test]
fn what_is_off_does_not_run_and_what_is_on_again_makes_nothing_up() {
    let world = world();
    make(&world, "cron(0 * * * ? *)", &json!({"State": "DISABLED"}));
    world.until("2026-05-28T21:30:00Z");
    assert!(tasks(&world).is_empty());
    let on = schedule(&world, "cron(0 * * * ? *)", &json!({}));
    world.rest("scheduler", "PUT /schedules/tick", &on);
    world.until("2026-05-28T21:59:59Z");
    assert!(tasks(&world).is_empty());
    world.until("2026-05-28T22:00:00Z");
    assert_eq!(tasks(&world).len(), 1);
}

#[test]
fn a_rate_begins_at_once_or_at_its_start_and_ends_at_its_end() {
    let world = world();
    make(&world, "rate(20 minutes)", &json!({}));
    assert_eq!(tasks(&world).len(), 1);
    // One step of the clock has in it what many have.
    world.wait(45 * 60);
    assert_eq!(tasks(&world).len(), 3);
    world.rest("scheduler", "DELETE /schedules/tick", &Value::Null);
    world.until("2026-05-29T04:00:00Z");
    assert!(tasks(&world).is_empty());
    let (start, end) = (1_780_030_800 + 600, 1_780_030_800 + 1800);
    make(
        &world,
        "rate(10 minutes)",
        &json!({"StartDate": start, "EndDate": end}),
    );
    world.until("2026-05-29T05:09:59Z");
    assert!(tasks(&world).is_empty());
    world.until("2026-05-29T05:59:00Z");
    let moments: Vec<f64> = tasks(&world)
        .iter()
        .map(|task| task["createdAt"].as_f64().unwrap())
        .collect();
    let expected = [start, start + 600, end].map(f64::from);
    assert_eq!(moments, expected);
}

#[test]
fn what_comes_once_runs_once_and_goes_when_that_is_asked() {
    let world = world();
    make(
        &world,
        "at(2026-05-28T22:00:00)",
        &json!({"ActionAfterCompletion": "DELETE"}),
    );
    world.until("2026-05-28T21:59:00Z");
    assert!(tasks(&world).is_empty());
    assert_eq!(world.live("schedule"), 1);
    world.until("2026-05-28T22:00:20Z");
    assert_eq!(tasks(&world).len(), 1);
    assert_eq!(world.live("schedule"), 0);
    world.until("2026-05-29T22:10:00Z");
    assert!(tasks(&world).is_empty());
}

#[test]
fn a_run_that_is_refused_leaves_nothing() {
    let world = world();
    make(&world, "cron(0 22 * * ? *)", &json!({}));
    world.ok(
        "DeregisterTaskDefinition",
        &json!({"taskDefinition": "web:1"}),
    );
    world.until("2026-05-28T22:00:20Z");
    assert!(tasks(&world).is_empty());
    // The cloud goes on.
    world.register("web");
    let next = schedule(&world, "cron(0 23 * * ? *)", &json!({}));
    let text = next.to_string().replace("web:1", "web:2");
    let next = serde_json::from_str(&text).unwrap();
    world.rest("scheduler", "PUT /schedules/tick", &next);
    world.until("2026-05-28T23:00:20Z");
    assert_eq!(tasks(&world).len(), 1);
}
