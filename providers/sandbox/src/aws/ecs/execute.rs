//! ECS Exec: a session is opened, and nobody is at its other end.
//!
//! Texts: "ExecuteCommand" (Amazon ECS API reference), and what users quote in public issues.

use serde_json::json;

use super::cluster::any;
use super::common::{arn, fresh_uuid, invalid, required, text, truth};
use super::shape::check as shape;
use super::task_list::key_of;
use super::{Task, requests};
use crate::aws::{Call, Outcome};
use crate::wire::Body;

/// ExecuteCommand.
pub(super) fn command(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::EXECUTE_COMMAND)?;
    let cluster = any(call)?;
    required(&call.json, "command")?;
    if truth(&call.json, "interactive") != Some(true) {
        return Err(invalid("Interactive is the only mode supported currently."));
    }
    let asked = required(&call.json, "task")?;
    let key = key_of(call, &cluster, &asked)?;
    let Some(task) = call.tx.see::<Task>(&call.place, &key) else {
        return Err(invalid("The referenced task was not found."));
    };
    if !task.exec || !task.is("RUNNING") {
        return Err(invalid(
            "The execute command failed because execute command was not enabled when the task was run or the execute \
             command agent isn’t running. Wait and try again or run a new task with execute command enabled and try again.",
        ));
    }
    let all = &task.containers;
    let container = match (text(&call.json, "container"), all.as_slice()) {
        (Some(name), _) => all.iter().find(|one| one.name == name),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    let Some(container) = container else {
        return Err(invalid(
            "The container name must be one of the containers of the task.",
        ));
    };
    let (id, name) = (container.id.clone(), container.name.clone());
    let session = format!(
        "ecs-execute-command-{}",
        fresh_uuid(&mut call.tx, "session")
    );
    let token = call.tx.fresh_hex("session-token");
    let place = &call.place;
    let url = format!(
        "wss://ssmmessages.{}.amazonaws.com/v1/data-channel/{session}?role=publish_subscribe",
        place.region
    );
    Ok(Body::Json(json!({
        "clusterArn": arn(place, &format!("cluster/{}", cluster.name)),
        "containerArn": arn(place, &format!("container/{}/{}/{id}", cluster.name, task.id)),
        "containerName": name,
        "interactive": true,
        "session": {"sessionId": session, "streamUrl": url, "tokenValue": token},
        "taskArn": task.arn(place),
    })))
}
