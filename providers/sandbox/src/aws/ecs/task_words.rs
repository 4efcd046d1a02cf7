//! How a task is told.

use serde_json::{Value, json};

use super::Task;
use super::common::{arn, items, stamp, text};
use super::tags;
use super::task::Container;
use crate::aws::ec2::NetworkInterface;
use crate::store::{Place, Tx};

/// The task in an answer.
pub(super) fn words(tx: &Tx<'_>, place: &Place, task: &Task, with_tags: bool) -> Value {
    let desired = if task.wanted() { "RUNNING" } else { "STOPPED" };
    let cluster = arn(place, &format!("cluster/{}", task.cluster));
    let containers = task.containers.iter();
    let containers: Value = containers.map(|one| container(place, task, one)).collect();
    let mut words = json!({
        "attachments": attachments(tx, place, task),
        "attributes": [{"name": "ecs.cpu-architecture", "value": "x86_64"}],
        "clusterArn": cluster,
        "containers": containers,
        "createdAt": stamp(task.created),
        "desiredStatus": desired,
        "enableExecuteCommand": task.exec,
        "group": task.group,
        "healthStatus": health(task),
        "inferenceAccelerators": [],
        "lastStatus": task.phase.state,
        "overrides": overrides(task),
        "tags": if with_tags { tags::words(&task.tags) } else { json!([]) },
        "taskArn": task.arn(place),
        "taskDefinitionArn": task.definition_arn(place),
        "version": task.version,
    });
    let mut put = |member: &str, value: Option<Value>| {
        if let Some(value) = value {
            words[member] = value;
        }
    };
    let of = |text: &Option<String>| text.clone().map(Value::from);
    put("availabilityZone", of(&task.zone));
    put("capacityProviderName", of(&task.provider));
    put("containerInstanceArn", of(&task.instance));
    put("cpu", of(&task.cpu));
    put("memory", of(&task.memory));
    put("platformVersion", of(&task.platform));
    put("startedBy", of(&task.started_by));
    if task.provider.is_none() || task.launch_type == "FARGATE" {
        put("launchType", Some(task.launch_type.clone().into()));
    }
    if task.launch_type == "FARGATE" {
        put("platformFamily", Some("Linux".into()));
        let size = items_size(task);
        put("ephemeralStorage", Some(json!({ "sizeInGiB": size })));
    }
    times(task, &mut words);
    if let Some(stop) = &task.stop {
        words["stoppedReason"] = stop.reason.clone().into();
        words["stopCode"] = stop.code.clone().into();
    }
    words
}

fn times(task: &Task, words: &mut Value) {
    let pulled = task.pulling.and(task.started.or(task.executed));
    let all = [
        ("connectivityAt", task.pulling),
        ("pullStartedAt", task.pulling),
        ("pullStoppedAt", pulled),
        ("startedAt", task.started),
        ("stoppingAt", task.stop.as_ref().map(|stop| stop.at)),
        ("executionStoppedAt", task.executed),
        ("stoppedAt", task.stopped),
    ];
    for (member, at) in all {
        if let Some(at) = at {
            words[member] = stamp(at);
        }
    }
    if task.pulling.is_some() {
        words["connectivity"] = "CONNECTED".into();
    }
}

/// The size of the task's own disk, in GiB.
fn items_size(task: &Task) -> i64 {
    let own = task.overrides.get("ephemeralStorage");
    let own = own.and_then(|disk| super::common::whole(disk, "sizeInGiB"));
    own.unwrap_or(20)
}

fn overrides(task: &Task) -> Value {
    let given = items(&task.overrides, "containerOverrides");
    let of = |container: &Container| {
        let mut all = given.iter();
        let own = all.find(|one| text(one, "name") == Some(&container.name));
        own.cloned()
            .unwrap_or_else(|| json!({"name": container.name}))
    };
    let containers: Value = task.containers.iter().map(of).collect();
    let mut overrides = task.overrides.clone();
    if !overrides.is_object() {
        overrides = json!({});
    }
    overrides["containerOverrides"] = containers;
    overrides["inferenceAcceleratorOverrides"] = json!([]);
    overrides
}

fn health(task: &Task) -> &'static str {
    match task.containers.iter().any(|one| one.checked) {
        false => "UNKNOWN",
        true if task.healthy() => "HEALTHY",
        true if task.ails() && task.is("RUNNING") => "UNHEALTHY",
        true => "UNKNOWN",
    }
}

fn container(place: &Place, task: &Task, one: &Container) -> Value {
    let status = match task.phase.state.as_str() {
        "PROVISIONING" | "PENDING" => "PENDING",
        "RUNNING" | "DEACTIVATING" | "STOPPING" => "RUNNING",
        _ => "STOPPED",
    };
    let interfaces = match (&task.interface, &task.attachment) {
        (Some(interface), Some(attachment)) => {
            json!([{"attachmentId": attachment, "privateIpv4Address": interface.ip}])
        }
        _ => json!([]),
    };
    let path = format!("container/{}/{}/{}", task.cluster, task.id, one.id);
    let mut words = json!({
        "containerArn": arn(place, &path),
        "taskArn": task.arn(place),
        "name": one.name,
        "image": one.image,
        "lastStatus": status,
        "networkBindings": [],
        "networkInterfaces": interfaces,
        "healthStatus": if one.checked { health(task) } else { "UNKNOWN" },
        "managedAgents": agents(task),
        "cpu": "0",
        "gpuIds": [],
    });
    if task.started.is_some() {
        let digits: String = one
            .id
            .bytes()
            .filter(u8::is_ascii_digit)
            .map(char::from)
            .collect();
        let end: String = digits.chars().take(10).collect();
        words["runtimeId"] = format!("{}-{end}", task.id).into();
    }
    if let Some(code) = one.exit {
        words["exitCode"] = code.into();
    }
    if let Some(reason) = &one.reason {
        words["reason"] = reason.clone().into();
    }
    words
}

fn agents(task: &Task) -> Value {
    if !task.exec {
        return json!([]);
    }
    let status = match task.phase.state.as_str() {
        "PROVISIONING" | "PENDING" => "PENDING",
        "RUNNING" => "RUNNING",
        _ => "STOPPED",
    };
    let mut agent = json!({"name": "ExecuteCommandAgent", "lastStatus": status});
    if let Some(at) = task.started {
        agent["lastStartedAt"] = stamp(at);
    }
    json!([agent])
}

fn attachments(tx: &Tx<'_>, place: &Place, task: &Task) -> Value {
    let (Some(id), Some(subnet)) = (&task.attachment, &task.subnet) else {
        return json!([]);
    };
    let status = match task.phase.state.as_str() {
        "PROVISIONING" => "PRECREATED",
        "STOPPED" => "DELETED",
        "DEPROVISIONING" => "DETACHING",
        _ => "ATTACHED",
    };
    let mut details = vec![json!({"name": "subnetId", "value": subnet})];
    if let Some(interface) = &task.interface {
        let dashed = interface.ip.replace('.', "-");
        let dns = format!("ip-{dashed}.{}.compute.internal", place.region);
        details.push(json!({"name": "networkInterfaceId", "value": interface.id}));
        if let Some(found) = tx.get::<NetworkInterface>(place, &interface.id) {
            details.push(json!({"name": "macAddress", "value": found.mac()}));
        }
        details.push(json!({"name": "privateDnsName", "value": dns}));
        details.push(json!({"name": "privateIPv4Address", "value": interface.ip}));
    }
    json!([{"id": id, "type": "ElasticNetworkInterface", "status": status, "details": details}])
}
