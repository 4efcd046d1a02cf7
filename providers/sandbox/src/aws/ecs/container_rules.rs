//! What the containers of a task definition must obey.

use serde_json::Value;

use super::common::{client, given, is_name, items, text, texts, whole};
use super::definition_rules::essential;
use crate::wire::ApiError;

/// Refuses containers that cannot be registered.
pub(super) fn check(body: &Value, fargate: bool) -> Result<(), ApiError> {
    let containers = items(body, "containerDefinitions");
    if containers.is_empty() {
        return Err(client("Container list cannot be empty."));
    }
    if containers.len() > 10 {
        return Err(client(
            "A task definition can have a maximum of 10 containers.",
        ));
    }
    let mut names = Vec::new();
    for container in containers {
        let name = text(container, "name").unwrap_or_default();
        if name.is_empty() {
            return Err(client("Container.name should not be null or empty."));
        }
        if !is_name(name) {
            return Err(client("Container.name contains invalid characters."));
        }
        if names.contains(&name) {
            return Err(client(format!("Container.name '{name}' is not unique.")));
        }
        names.push(name);
        one(body, container, name, fargate)?;
    }
    if !containers.iter().any(essential) {
        return Err(client(
            "Task definition does not have an essential container. At least one container must be essential.",
        ));
    }
    dependencies(containers)
}

fn one(body: &Value, container: &Value, name: &str, fargate: bool) -> Result<(), ApiError> {
    image(body, container, fargate)?;
    memory(body, container, name)?;
    ports(container, text(body, "networkMode").unwrap_or("bridge"))?;
    health(container)?;
    logs(body, container, fargate)?;
    secrets(body, container)?;
    limits(container, name, fargate)?;
    if fargate {
        on_fargate(container)?;
    }
    Ok(())
}

fn image(body: &Value, container: &Value, fargate: bool) -> Result<(), ApiError> {
    let image = text(container, "image").unwrap_or_default();
    if image.is_empty() {
        return Err(client("Container.image should not be null or empty."));
    }
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_:./#@".contains(&byte);
    if image.len() > 255 || !image.bytes().all(legal) {
        return Err(client("Container.image contains invalid characters."));
    }
    match fargate && is_ecr(image) && !has_execution_role(body) {
        true => Err(client(
            "Fargate requires task definition to have execution role ARN to support ECR images.",
        )),
        false => Ok(()),
    }
}

/// Whether an image lies in a private repository of ECR.
pub(super) fn is_ecr(image: &str) -> bool {
    let host = image.split('/').next().unwrap_or_default();
    host.contains(".dkr.ecr.") && host.contains(".amazonaws.com")
}

fn has_execution_role(body: &Value) -> bool {
    text(body, "executionRoleArn").is_some_and(|role| !role.is_empty())
}

fn memory(body: &Value, container: &Value, name: &str) -> Result<(), ApiError> {
    let hard = whole(container, "memory");
    let soft = whole(container, "memoryReservation");
    if hard.is_none() && soft.is_none() && text(body, "memory").is_none() {
        return Err(client(format!(
            "Invalid setting for container '{name}'. At least one of 'memory' or 'memoryReservation' must be specified."
        )));
    }
    if [hard, soft].into_iter().flatten().any(|size| size < 6) {
        return Err(client(format!(
            "Invalid setting for container '{name}'. The minimum value for 'memory' and 'memoryReservation' is 6 MiB."
        )));
    }
    match (hard, soft) {
        (Some(hard), Some(soft)) if soft > hard => Err(client(format!(
            "Invalid setting for container '{name}'. The 'memory' value must be greater than or equal to the \
             'memoryReservation' value."
        ))),
        _ if whole(container, "cpu").is_some_and(|cpu| cpu < 0) => Err(client(format!(
            "Invalid setting for container '{name}'. The 'cpu' value cannot be negative."
        ))),
        _ => Ok(()),
    }
}

fn ports(container: &Value, mode: &str) -> Result<(), ApiError> {
    let mut names = Vec::new();
    for port in items(container, "portMappings") {
        if given(port, "containerPortRange").is_none() {
            let inside = whole(port, "containerPort").unwrap_or_default();
            if !(1..=65_535).contains(&inside) {
                return Err(client("Invalid container port in port mapping."));
            }
            let outside = whole(port, "hostPort");
            if outside.is_some_and(|port| !(0..=65_535).contains(&port)) {
                return Err(client("Invalid host port in port mapping."));
            }
            let shared = ["awsvpc", "host"].contains(&mode);
            if shared && outside.is_some_and(|port| port != 0 && port != inside) {
                return Err(client(format!(
                    "When networkMode={mode}, the host ports and container ports in port mappings must match."
                )));
            }
        }
        match text(port, "name") {
            Some(name) if !is_name(name) || name.len() > 64 => {
                return Err(client("Invalid port mapping name."));
            }
            Some(name) if names.contains(&name) => {
                return Err(client(format!("Port mapping name '{name}' is not unique.")));
            }
            name => names.extend(name),
        }
    }
    match mode == "none" && !items(container, "portMappings").is_empty() {
        true => Err(client(
            "Port mappings are not supported when networkMode=none.",
        )),
        false => Ok(()),
    }
}

fn health(container: &Value) -> Result<(), ApiError> {
    let Some(health) = given(container, "healthCheck") else {
        return Ok(());
    };
    let command = texts(&health, "command");
    let first = command.first().map_or("", String::as_str);
    if !["CMD", "CMD-SHELL", "NONE"].contains(&first) || (first != "NONE" && command.len() < 2) {
        return Err(client(
            "Health check command should not be empty and must start with CMD, CMD-SHELL or NONE.",
        ));
    }
    for (member, least, most) in [
        ("interval", 5, 300),
        ("timeout", 2, 60),
        ("retries", 1, 10),
        ("startPeriod", 0, 300),
    ] {
        if whole(&health, member).is_some_and(|value| !(least..=most).contains(&value)) {
            return Err(client(format!(
                "Health check {member} must be between {least} and {most}."
            )));
        }
    }
    Ok(())
}

fn logs(body: &Value, container: &Value, fargate: bool) -> Result<(), ApiError> {
    let Some(logs) = given(container, "logConfiguration") else {
        return Ok(());
    };
    let driver = text(&logs, "logDriver").unwrap_or_default();
    if fargate && !["awslogs", "splunk", "awsfirelens"].contains(&driver) {
        return Err(client(format!(
            "{driver} is not a valid log driver. Must be one of [awslogs,splunk,awsfirelens]"
        )));
    }
    if driver == "awslogs" {
        let options = &logs["options"];
        for option in ["awslogs-group", "awslogs-region"] {
            if text(options, option).is_none_or(str::is_empty) {
                return Err(client(format!(
                    "Log driver awslogs requires options: {option}"
                )));
            }
        }
        if fargate && text(options, "awslogs-stream-prefix").is_none_or(str::is_empty) {
            return Err(client(
                "Log driver awslogs requires options: awslogs-stream-prefix",
            ));
        }
        if fargate && !has_execution_role(body) {
            return Err(client(
                "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
            ));
        }
    }
    Ok(())
}

fn secrets(body: &Value, container: &Value) -> Result<(), ApiError> {
    let of_logs = container.get("logConfiguration");
    let of_logs = of_logs.map_or(&[][..], |logs| items(logs, "secretOptions"));
    let own = items(container, "secrets");
    if (!own.is_empty() || !of_logs.is_empty()) && !has_execution_role(body) {
        return Err(client(
            "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
        ));
    }
    let mut names: Vec<&str> = Vec::new();
    let variables = items(container, "environment").iter();
    names.extend(variables.filter_map(|one| text(one, "name")));
    for secret in own {
        let name = text(secret, "name").unwrap_or_default();
        if name.is_empty() || text(secret, "valueFrom").is_none_or(str::is_empty) {
            return Err(client("Secret name and valueFrom should not be empty."));
        }
        if names.contains(&name) {
            return Err(client(format!(
                "The secret name must be unique and not shared with any new or existing environment variables set on \
                 the container, such as '{name}'."
            )));
        }
        names.push(name);
    }
    Ok(())
}

fn limits(container: &Value, name: &str, fargate: bool) -> Result<(), ApiError> {
    for member in ["startTimeout", "stopTimeout"] {
        let Some(seconds) = whole(container, member) else {
            continue;
        };
        let most = if fargate { 120 } else { 86_400 };
        if !(2..=most).contains(&seconds) {
            return Err(client(format!(
                "The {member} of container '{name}' must be between 2 and {most} seconds."
            )));
        }
    }
    for limit in items(container, "ulimits") {
        if whole(limit, "softLimit") > whole(limit, "hardLimit")
            && whole(limit, "hardLimit") != Some(-1)
        {
            return Err(client(format!(
                "The soft limit of a ulimit of container '{name}' must not be greater than its hard limit."
            )));
        }
    }
    Ok(())
}

/// Members that only containers on instances have.
fn on_fargate(container: &Value) -> Result<(), ApiError> {
    if container["privileged"] == true {
        return Err(client("Fargate does not support privileged containers."));
    }
    for (member, word) in [
        ("links", "links"),
        ("dnsServers", "DNS servers"),
        ("dnsSearchDomains", "DNS search domains"),
        ("extraHosts", "extra hosts"),
        ("dockerSecurityOptions", "Docker security options"),
        ("resourceRequirements", "resource requirements"),
    ] {
        if !items(container, member).is_empty() {
            return Err(client(format!("{word} are not supported on Fargate.")));
        }
    }
    let linux = &container["linuxParameters"];
    for member in ["devices", "tmpfs"] {
        if !items(linux, member).is_empty() {
            return Err(client(format!(
                "linuxParameters.{member} is not supported on Fargate."
            )));
        }
    }
    let added = texts(&linux["capabilities"], "add");
    match added.iter().find(|one| *one != "SYS_PTRACE") {
        Some(one) => Err(client(format!(
            "The Linux capability {one} cannot be added on Fargate."
        ))),
        None => Ok(()),
    }
}

fn dependencies(containers: &[Value]) -> Result<(), ApiError> {
    let find = |name: &str| {
        let mut all = containers.iter();
        all.find(|one| text(one, "name") == Some(name))
    };
    for container in containers {
        for dependency in items(container, "dependsOn") {
            let name = text(dependency, "containerName").unwrap_or_default();
            let Some(on) = find(name) else {
                return Err(client(format!(
                    "Cannot depend on container '{name}' because it does not exist"
                )));
            };
            match text(dependency, "condition").unwrap_or_default() {
                "SUCCESS" | "COMPLETE" if essential(on) => {
                    return Err(client(
                        "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container",
                    ));
                }
                "HEALTHY" if given(on, "healthCheck").is_none() => {
                    return Err(client(
                        "A dependency container with HEALTHY condition must have health check configured",
                    ));
                }
                _ => {}
            }
        }
        let name = text(container, "name").unwrap_or_default();
        if reaches(containers, name, name, containers.len()) {
            return Err(client("Container dependency cycle detected."));
        }
    }
    Ok(())
}

/// Whether `to` is among what `from` depends on, in so many steps.
fn reaches(containers: &[Value], from: &str, to: &str, steps: usize) -> bool {
    let mut all = containers.iter();
    let Some(container) = all.find(|one| text(one, "name") == Some(from)) else {
        return false;
    };
    steps > 0
        && items(container, "dependsOn").iter().any(|dependency| {
            let on = text(dependency, "containerName").unwrap_or_default();
            on == to || reaches(containers, on, to, steps - 1)
        })
}
