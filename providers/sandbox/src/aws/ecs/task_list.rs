//! Tasks: describe, list, stop.

use serde_json::json;

use super::cluster::{Cluster, any};
use super::common::{arn, invalid, listing, missing, named, required, text, texts};
use super::service::key;
use super::shape::check as shape;
use super::task::Stop;
use super::task_words::words;
use super::{Service, Task, life, requests, tags};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

/// The key of the task that a text names.
pub(super) fn key_of(call: &Call<'_>, cluster: &Cluster, text: &str) -> Result<String, ApiError> {
    let name = named(&call.place, "task", text)?;
    let id = name.rsplit('/').next().unwrap_or(name);
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    match !id.is_empty() && id.bytes().all(legal) {
        true => Ok(format!("{}/{id}", cluster.name)),
        false => Err(invalid(format!("taskId longer than 36 or invalid: {id}"))),
    }
}

/// DescribeTasks: up to 100.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::DESCRIBE_TASKS)?;
    let cluster = any(call)?;
    let asked = texts(&call.json, "tasks");
    if asked.is_empty() {
        return Err(invalid("Tasks cannot be empty."));
    }
    if asked.len() > 100 {
        return Err(invalid("Tasks cannot have more than 100 elements."));
    }
    let with_tags = tags::asked(call);
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for text in &asked {
        let key = key_of(call, &cluster, text)?;
        match call.tx.see::<Task>(&call.place, &key) {
            Some(task) => found.push(words(&call.tx, &call.place, &task, with_tags)),
            None => failures.push(missing(&arn(&call.place, &format!("task/{key}")))),
        }
    }
    Ok(Body::Json(json!({ "tasks": found, "failures": failures })))
}

/// ListTasks: by the status that is wanted of them, which is running unless the call says otherwise.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::LIST_TASKS)?;
    let cluster = any(call)?;
    let of = |member: &str| text(&call.json, member);
    let status = of("desiredStatus").unwrap_or("RUNNING");
    let beside = ["containerInstance", "family", "launchType", "serviceName"];
    let beside = status == "STOPPED" || beside.iter().any(|member| of(member).is_some());
    if of("startedBy").is_some() && beside {
        return Err(invalid("startedBy must be the only filter that is used."));
    }
    let service = match of("serviceName") {
        None => None,
        Some(asked) => {
            let name = named(&call.place, "service", asked)?;
            let name = name.rsplit('/').next().unwrap_or(name);
            let key = key(&cluster.name, name);
            let found = call.tx.see::<Service>(&call.place, &key);
            let gone = || ApiError::bad("ServiceNotFoundException", "Service not found.");
            Some(found.ok_or_else(gone)?)
        }
    };
    let hit = |task: &Task| {
        // No task is wanted to be pending.
        let desired = if task.wanted() { "RUNNING" } else { "STOPPED" };
        let is = |asked: Option<&str>, own: Option<&str>| asked.is_none() || asked == own;
        task.cluster == cluster.name
            && desired == status
            && service.as_ref().is_none_or(|one| task.is_of(one))
            && is(of("family"), Some(&task.family))
            && is(of("startedBy"), task.started_by.as_deref())
            && is(of("launchType"), Some(&task.launch_type))
            && of("containerInstance").is_none_or(|asked| {
                let id = asked.rsplit('/').next().unwrap_or(asked);
                task.instance.as_ref().is_some_and(|arn| arn.ends_with(id))
            })
    };
    let all = call.tx.see_all::<Task>(&call.place).into_iter();
    let rows = all.filter(hit).map(|task| {
        let arn = task.arn(&call.place);
        (task.id, arn)
    });
    listing(call, "taskArns", rows.collect())
}

/// StopTask: one that has stopped is told as it is.
pub(super) fn stop(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::STOP_TASK)?;
    let cluster = any(call)?;
    let asked = required(&call.json, "task")?;
    let key = key_of(call, &cluster, &asked)?;
    let Some(mut task) = call.tx.see::<Task>(&call.place, &key) else {
        return Err(invalid("The referenced task was not found."));
    };
    let reason = text(&call.json, "reason").unwrap_or("Task stopped by user");
    if reason.len() > 1024 {
        return Err(invalid("reason can have up to 1024 characters."));
    }
    let now = call.now();
    let stop = Stop {
        code: "UserInitiated".to_owned(),
        reason: reason.to_owned(),
        at: now,
        failure: None,
    };
    let place = call.place.clone();
    life::stop_with(&mut call.tx, &place, &mut task, stop, now);
    call.tx.put(&call.place, &task);
    let answer = words(&call.tx, &call.place, &task, true);
    Ok(Body::Json(json!({ "task": answer })))
}
