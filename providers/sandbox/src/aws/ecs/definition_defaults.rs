//! What ECS fills into a task definition that does not say it.

use serde_json::{Value, json};

use super::common::{given, text};

/// Fills in.
pub(super) fn fill(body: &mut Value) {
    if given(body, "networkMode").is_none() {
        body["networkMode"] = "bridge".into();
    }
    let mode = text(body, "networkMode").unwrap_or_default().to_owned();
    absent(body, "volumes", || json!([]));
    absent(body, "placementConstraints", || json!([]));
    each(body, "containerDefinitions", |container| {
        fill_container(container, &mode);
    });
    each(body, "volumes", |volume| {
        if given(volume, "efsVolumeConfiguration").is_some() {
            absent(
                &mut volume["efsVolumeConfiguration"],
                "rootDirectory",
                || "/".into(),
            );
        } else if given(volume, "dockerVolumeConfiguration").is_none() {
            absent(volume, "host", || json!({}));
        }
    });
    nulls(body);
}

fn fill_container(container: &mut Value, mode: &str) {
    absent(container, "cpu", || 0.into());
    absent(container, "essential", || true.into());
    for member in [
        "portMappings",
        "environment",
        "mountPoints",
        "volumesFrom",
        "systemControls",
    ] {
        absent(container, member, || json!([]));
    }
    each(container, "portMappings", |port| {
        absent(port, "protocol", || "tcp".into());
        if given(port, "containerPortRange").is_some() {
            return;
        }
        let inside = port["containerPort"].clone();
        match mode {
            "awsvpc" | "host" => port["hostPort"] = inside,
            _ => absent(port, "hostPort", || 0.into()),
        }
    });
    if given(container, "healthCheck").is_some() {
        let health = &mut container["healthCheck"];
        absent(health, "interval", || 30.into());
        absent(health, "timeout", || 5.into());
        absent(health, "retries", || 3.into());
    }
    each(container, "mountPoints", |mount| {
        absent(mount, "readOnly", || false.into());
    });
}

fn absent(of: &mut Value, member: &str, usual: impl Fn() -> Value) {
    if given(of, member).is_none() {
        of[member] = usual();
    }
}

fn each(of: &mut Value, member: &str, change: impl Fn(&mut Value)) {
    let items = of.get_mut(member).and_then(Value::as_array_mut);
    for item in items.into_iter().flatten() {
        change(item);
    }
}

/// A member that was given as null was not given.
fn nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(nulls),
        _ => {}
    }
}
