//! What containers write: a task runs nothing, so it says what it would run, and how it ended.

use jiff::Timestamp;

use super::common::{given, text, texts};
use super::{Task, TaskDefinition};
use crate::aws::logs::LogStream;
use crate::store::{Place, Tx};

/// Its containers have begun.
pub(super) fn began(
    tx: &mut Tx<'_>,
    place: &Place,
    task: &Task,
    of: &TaskDefinition,
    at: Timestamp,
) {
    for container in of.containers() {
        let name = text(container, "name").unwrap_or_default();
        let image = text(container, "image").unwrap_or_default();
        let other = super::common::items(&task.overrides, "containerOverrides").iter();
        let mut other = other.filter(|one| text(one, "name") == Some(name));
        let other = other.find_map(|one| given(one, "command").map(|_| texts(one, "command")));
        let command = other
            .unwrap_or_else(|| texts(container, "command"))
            .join(" ");
        let first = match command.is_empty() {
            true => format!("[sandbox] {name} runs {image}"),
            false => format!("[sandbox] {name} runs `{command}` of {image}"),
        };
        let mut lines = vec![first];
        let ports = super::common::items(container, "portMappings").iter();
        let ports = ports.filter_map(|port| super::common::whole(port, "containerPort"));
        lines.extend(ports.map(|port| format!("[sandbox] {name} listens on {port}")));
        write(tx, place, task, container, &lines, at);
    }
}

/// Its containers have ended, as their exit codes say.
pub(super) fn ended(tx: &mut Tx<'_>, place: &Place, task: &Task, at: Timestamp) {
    // What never began has nothing to say.
    if task.started.is_none() {
        return;
    }
    let Some(of) = tx.get::<TaskDefinition>(place, &task.definition_key()) else {
        return;
    };
    for container in of.containers() {
        let name = text(container, "name").unwrap_or_default();
        let own = task.containers.iter().find(|one| one.name == name);
        if let Some(code) = own.and_then(|one| one.exit) {
            let line = format!("[sandbox] {name} ends with {code}");
            write(tx, place, task, container, &[line], at);
        }
    }
}

/// Into the stream that the driver `awslogs` would have: `PREFIX/CONTAINER/TASK`.
fn write(
    tx: &mut Tx<'_>,
    place: &Place,
    task: &Task,
    container: &serde_json::Value,
    lines: &[String],
    at: Timestamp,
) {
    let Some(logs) = given(container, "logConfiguration") else {
        return;
    };
    let options = &logs["options"];
    let here = text(options, "awslogs-region") == Some(place.region.as_str());
    let group = text(options, "awslogs-group");
    let (Some(group), true, Some("awslogs")) = (group, here, text(&logs, "logDriver")) else {
        return;
    };
    let name = text(container, "name").unwrap_or_default();
    let stream = match text(options, "awslogs-stream-prefix") {
        Some(prefix) => format!("{prefix}/{name}/{}", task.id),
        None => task.id.clone(),
    };
    let lines: Vec<(Timestamp, String)> = lines.iter().map(|line| (at, line.clone())).collect();
    LogStream::append(tx, place, (group, &stream), &lines);
}
