//! What ECS finds out about a task definition: what it needs of an instance, and where it can run.
//!
//! Source: "Amazon ECS container agent" attributes in answers that users quote in public issues.

use serde_json::{Value, json};

use super::common::{given, items, text};
use super::container_rules::is_ecr;
use super::definition_rules::fargate_size;

/// Adds `requiresAttributes` and `compatibilities`.
pub(super) fn fill(body: &mut Value) {
    let mut names = Vec::new();
    if text(body, "networkMode") == Some("awsvpc") {
        names.push("com.amazonaws.ecs.capability.docker-remote-api.1.18".to_owned());
        names.push("ecs.capability.task-eni".to_owned());
    }
    if text(body, "taskRoleArn").is_some_and(|role| !role.is_empty()) {
        names.push("com.amazonaws.ecs.capability.task-iam-role".to_owned());
    }
    let role = text(body, "executionRoleArn").is_some_and(|role| !role.is_empty());
    for container in items(body, "containerDefinitions") {
        of_container(container, role, &mut names);
    }
    for volume in items(body, "volumes") {
        if given(volume, "efsVolumeConfiguration").is_some() {
            names.push("ecs.capability.efs".to_owned());
        }
    }
    let mut once = Vec::<String>::new();
    for name in names {
        if !once.contains(&name) {
            once.push(name);
        }
    }
    let needs: Vec<Value> = once.iter().map(|name| json!({ "name": name })).collect();
    body["requiresAttributes"] = needs.into();
    body["compatibilities"] = compatibilities(body).into();
}

fn of_container(container: &Value, role: bool, names: &mut Vec<String>) {
    let mut add = |name: &str| names.push(name.to_owned());
    if let Some(logs) = given(container, "logConfiguration") {
        let driver = text(&logs, "logDriver").unwrap_or_default();
        add(&format!(
            "com.amazonaws.ecs.capability.logging-driver.{driver}"
        ));
        add("com.amazonaws.ecs.capability.docker-remote-api.1.19");
        if driver == "awslogs" && role {
            add("ecs.capability.execution-role-awslogs");
        }
    }
    if is_ecr(text(container, "image").unwrap_or_default()) {
        add("com.amazonaws.ecs.capability.ecr-auth");
        if role {
            add("ecs.capability.execution-role-ecr-pull");
        }
    }
    for secret in items(container, "secrets") {
        let from = text(secret, "valueFrom").unwrap_or_default();
        let store = match from.contains(":secretsmanager:") {
            true => "asm",
            false => "ssm",
        };
        add(&format!(
            "ecs.capability.secrets.{store}.environment-variables"
        ));
    }
    if given(container, "healthCheck").is_some() {
        add("ecs.capability.container-health-check");
    }
    let ordered = !items(container, "dependsOn").is_empty()
        || given(container, "startTimeout").is_some()
        || given(container, "stopTimeout").is_some();
    if ordered {
        add("ecs.capability.container-ordering");
    }
}

fn compatibilities(body: &Value) -> Vec<&'static str> {
    let size = |member: &str| text(body, member).and_then(|units| units.parse::<i64>().ok());
    let sized = size("cpu")
        .zip(size("memory"))
        .is_none_or(|(cpu, memory)| fargate_size(cpu, memory));
    let plain = |container: &Value| container["privileged"] != true;
    match text(body, "networkMode").unwrap_or_default() {
        "awsvpc" if sized && items(body, "containerDefinitions").iter().all(plain) => {
            vec!["EC2", "FARGATE"]
        }
        "awsvpc" => vec!["EC2"],
        _ => vec!["EXTERNAL", "EC2"],
    }
}
