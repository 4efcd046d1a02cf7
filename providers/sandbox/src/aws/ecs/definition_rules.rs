//! What a task definition must obey as a whole.
//!
//! Sources: "Task definition parameters" and "Task definition differences for Fargate" (Amazon ECS developer guide);
//! messages as users quote them in public issues.

use serde_json::Value;

use super::common::{client, given, items, text, texts, truth, whole};
use super::{container_rules, role};
use crate::aws::Call;
use crate::wire::ApiError;

/// Refuses what cannot be registered; puts sizes and roles into the form in which they are kept.
pub(super) fn check(call: &Call<'_>, body: &mut Value) -> Result<(), ApiError> {
    units(body, "cpu")?;
    units(body, "memory")?;
    for member in ["taskRoleArn", "executionRoleArn"] {
        if let Some(role) = text(body, member).filter(|role| !role.is_empty()) {
            body[member] = role::named(call, role)?.into();
        }
    }
    let fargate = texts(body, "requiresCompatibilities").contains(&"FARGATE".to_owned());
    container_rules::check(body, fargate)?;
    volumes(body, fargate)?;
    if fargate {
        on_fargate(body)?;
    }
    let disk = body.get("ephemeralStorage");
    let disk = disk.and_then(|disk| whole(disk, "sizeInGiB"));
    if disk.is_some_and(|size| !(21..=200).contains(&size)) {
        return Err(client(
            "Invalid ephemeral storage setting. The minimum supported value is 21 GiB and the maximum supported value \
             is 200 GiB.",
        ));
    }
    sum(body)
}

/// A size in units, from `1 vCPU` or `2GB`.
fn units(body: &mut Value, member: &str) -> Result<(), ApiError> {
    let Some(given) = text(body, member) else {
        return Ok(());
    };
    let lower = given.trim().to_ascii_lowercase();
    let ends: &[&str] = if member == "cpu" { &["vcpu"] } else { &["gb"] };
    let scaled = ends.iter().find_map(|end| {
        let number: f64 = lower.strip_suffix(end)?.trim().parse().ok()?;
        let units = number * 1024.0;
        (units.fract() == 0.0 && units > 0.0 && units < 1e9).then(|| format!("{units:.0}"))
    });
    let plain = || lower.parse::<u32>().ok().map(|units| units.to_string());
    match scaled.or_else(plain) {
        Some(units) if units != "0" => {
            body[member] = units.into();
            Ok(())
        }
        _ => Err(client(format!(
            "Invalid '{member}' setting for task. For more information, see the Troubleshooting section of the Amazon \
             ECS Developer Guide."
        ))),
    }
}

/// Whether Fargate has tasks of a size ("Task CPU and memory", Amazon ECS developer guide).
pub(super) fn fargate_size(cpu: i64, memory: i64) -> bool {
    let (least, most, step) = match cpu {
        256 => return [512, 1024, 2048].contains(&memory),
        512 => (1024, 4096, 1024),
        1024 => (2048, 8192, 1024),
        2048 => (4096, 16_384, 1024),
        4096 => (8192, 30_720, 1024),
        8192 => (16_384, 61_440, 4096),
        16_384 => (32_768, 122_880, 8192),
        _ => return false,
    };
    (least..=most).contains(&memory) && (memory - least) % step == 0
}

fn on_fargate(body: &Value) -> Result<(), ApiError> {
    if text(body, "networkMode") != Some("awsvpc") {
        return Err(client("Fargate only supports network mode ‘awsvpc’."));
    }
    let size = |member: &str| {
        let found = text(body, member).and_then(|units| units.parse::<i64>().ok());
        found.ok_or_else(|| {
            client(format!(
                "Fargate requires that '{member}' be defined at the task level."
            ))
        })
    };
    let (cpu, memory) = (size("cpu")?, size("memory")?);
    if !fargate_size(cpu, memory) {
        return Err(client(format!(
            "No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. See the Amazon ECS \
             documentation for the valid values."
        )));
    }
    if !items(body, "placementConstraints").is_empty() {
        return Err(client(
            "Placement constraints are not supported with Fargate launch type.",
        ));
    }
    for (member, bad) in [("pidMode", "host"), ("ipcMode", "host")] {
        if text(body, member) == Some(bad) {
            return Err(client(format!(
                "The {member} '{bad}' is not supported on Fargate."
            )));
        }
    }
    if given(body, "ipcMode").is_some() {
        return Err(client("IPC mode is not supported on Fargate."));
    }
    Ok(())
}

fn volumes(body: &Value, fargate: bool) -> Result<(), ApiError> {
    let mut names = Vec::new();
    for volume in items(body, "volumes") {
        let name = text(volume, "name").unwrap_or_default();
        if !super::common::is_name(name) {
            return Err(client("Volume name should not be null or empty."));
        }
        if names.contains(&name) {
            return Err(client(format!("Duplicate volume name '{name}'.")));
        }
        names.push(name);
        let path = volume.get("host").and_then(|host| text(host, "sourcePath"));
        if fargate && path.is_some() {
            return Err(client(
                "host.sourcePath should not be set for volumes in Fargate.",
            ));
        }
        if fargate && given(volume, "dockerVolumeConfiguration").is_some() {
            return Err(client(
                "dockerVolumeConfiguration is not supported on Fargate.",
            ));
        }
        efs(volume)?;
    }
    for container in items(body, "containerDefinitions") {
        for mount in items(container, "mountPoints") {
            let of = text(mount, "sourceVolume").unwrap_or_default();
            if !names.contains(&of) {
                return Err(client(format!("Unknown volume '{of}'.")));
            }
        }
    }
    Ok(())
}

fn efs(volume: &Value) -> Result<(), ApiError> {
    let Some(efs) = given(volume, "efsVolumeConfiguration") else {
        return Ok(());
    };
    let access = &efs["authorizationConfig"];
    let encrypted = text(&efs, "transitEncryption") == Some("ENABLED");
    let needs = access.is_object()
        && (text(access, "iam") == Some("ENABLED") || text(access, "accessPointId").is_some());
    match needs && !encrypted {
        true => Err(client(
            "EFS transit encryption must be enabled when using an access point or IAM authorization.",
        )),
        false => Ok(()),
    }
}

/// Containers together must not want more than the task has.
fn sum(body: &Value) -> Result<(), ApiError> {
    let containers = items(body, "containerDefinitions");
    let total = |member: &str| -> i64 {
        let each = containers.iter().filter_map(|one| whole(one, member));
        each.sum()
    };
    let task = |member: &str| text(body, member).and_then(|units| units.parse::<i64>().ok());
    if let Some(cpu) = task("cpu")
        && total("cpu") > cpu
    {
        return Err(client(
            "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
        ));
    }
    let Some(memory) = task("memory") else {
        return Ok(());
    };
    let over = |one: &Value| {
        whole(one, "memory").is_some_and(|own| own > memory)
            || whole(one, "memoryReservation").is_some_and(|own| own > memory)
    };
    if let Some(one) = containers.iter().find(|one| over(one)) {
        let name = text(one, "name").unwrap_or_default();
        return Err(client(format!(
            "Invalid setting for container '{name}'. The container 'memory' and 'memoryReservation' cannot be greater \
             than the task 'memory'."
        )));
    }
    match total("memoryReservation") > memory {
        true => Err(client(
            "The sum of all container 'memoryReservation' values cannot be greater than the value of the task \
             'memory'.",
        )),
        false => Ok(()),
    }
}

/// Whether a container is needed by its task; it is unless it says otherwise.
pub(super) fn essential(container: &Value) -> bool {
    truth(container, "essential").unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::fargate_size;

    #[test]
    fn fargate_has_these_sizes_and_no_others() {
        for (cpu, memory) in [
            (256, 512),
            (256, 2048),
            (512, 4096),
            (1024, 3072),
            (2048, 16_384),
            (4096, 30_720),
            (8192, 20_480),
            (16_384, 122_880),
        ] {
            assert!(fargate_size(cpu, memory), "{cpu} {memory}");
        }
        for (cpu, memory) in [
            (256, 1536),
            (256, 4096),
            (512, 512),
            (1024, 1024),
            (4096, 31_744),
            (8192, 17_408),
            (300, 1024),
        ] {
            assert!(!fargate_size(cpu, memory), "{cpu} {memory}");
        }
    }
}
