//! Running of tasks by hand.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::capacity::{Capacity, Full};
use super::cluster::{Cluster, working};
use super::common::{arn, between, given, invalid, items, required, text, truth};
use super::fate::Of;
use super::shape::check as shape;
use super::start::{self, New};
use super::tags::Tags;
use super::task_definition::to_run;
use super::task_words::words;
use super::{Task, TaskDefinition, network, requests, role, tags};
use crate::aws::{Call, Outcome};
use crate::store::{Document, hex};
use crate::wire::{ApiError, Body};

/// A call with a token, and what it started.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Run {
    token: String,
    cluster: String,
    digest: String,
    tasks: Vec<String>,
    created: Timestamp,
}

impl Document for Run {
    const SERVICE: &'static str = "ecs";
    const KIND: &'static str = "run";

    fn id(&self) -> String {
        format!("{}/{}", self.cluster, self.token)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

/// RunTask: up to ten at once.
pub(crate) fn run(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::RUN_TASK)?;
    let cluster = working(call)?;
    let digest = digest(&call.json);
    if let Some(answer) = repeated(call, &cluster, &digest)? {
        return Ok(answer);
    }
    let asked = required(&call.json, "taskDefinition")?;
    let definition = to_run(call, &asked)?;
    let count = between(&call.json, "count", 1, 10)?.unwrap_or(1);
    let (tasks, failures) = start_all(call, &cluster, &definition, count)?;
    if let Some(token) = text(&call.json, "clientToken") {
        let run = Run {
            token: token.to_owned(),
            cluster: cluster.name.clone(),
            digest,
            tasks: tasks.iter().map(|task| task.id.clone()).collect(),
            created: call.now(),
        };
        call.tx.put(&call.place, &run);
    }
    let started: Vec<Value> = tasks
        .iter()
        .map(|task| words(&call.tx, &call.place, task, true))
        .collect();
    Ok(Body::Json(
        json!({ "tasks": started, "failures": failures }),
    ))
}

fn digest(json: &Value) -> String {
    let mut rest = json.clone();
    if let Some(members) = rest.as_object_mut() {
        members.remove("clientToken");
    }
    hex(&Sha256::digest(rest.to_string()))
}

/// What the same call has started; a refusal when another call had the token.
fn repeated(call: &Call<'_>, cluster: &Cluster, digest: &str) -> Result<Option<Body>, ApiError> {
    let Some(token) = text(&call.json, "clientToken") else {
        return Ok(None);
    };
    if token.len() > 64 {
        return Err(invalid("clientToken can have up to 64 characters."));
    }
    let key = format!("{}/{token}", cluster.name);
    let Some(run) = call.tx.get::<Run>(&call.place, &key) else {
        return Ok(None);
    };
    if run.digest != digest {
        let ids = run.tasks.iter();
        let arns: Vec<String> = ids
            .map(|id| arn(&call.place, &format!("task/{}/{id}", cluster.name)))
            .collect();
        let text = "The clientToken is already used by a request with other parameters.";
        return Err(ApiError::bad("ConflictException", text).with("resourceIds", json!(arns)));
    }
    let ids = run.tasks.iter();
    let tasks = ids.filter_map(|id| {
        let key = format!("{}/{id}", cluster.name);
        call.tx.get::<Task>(&call.place, &key)
    });
    let tasks: Vec<Value> = tasks
        .map(|task| words(&call.tx, &call.place, &task, true))
        .collect();
    Ok(Some(Body::Json(json!({"tasks": tasks, "failures": []}))))
}

type Started = (Vec<Task>, Vec<Value>);

fn start_all(
    call: &mut Call<'_>,
    cluster: &Cluster,
    definition: &TaskDefinition,
    count: i64,
) -> Result<Started, ApiError> {
    let json = call.json.clone();
    let capacity = Capacity::read(&json, cluster, definition)?;
    let network = network::read(call, &json, definition, capacity.is_fargate())?;
    if capacity.is_fargate() {
        placement(&json)?;
    }
    overrides(&json["overrides"], definition)?;
    let started_by = limited(&json, "startedBy", 128)?;
    let group = limited(&json, "group", 255)?;
    if group
        .as_deref()
        .is_some_and(|group| group.starts_with("service:"))
    {
        return Err(invalid("The group name prefix service: is reserved."));
    }
    let tags = run_tags(&json, cluster, definition)?;
    role::usable(call)?;
    let of = Of {
        family: &definition.family,
        service: None,
    };
    let (mut tasks, mut failures) = (Vec::new(), Vec::new());
    let at = call.now();
    for turn in 0..usize::try_from(count).unwrap_or(1) {
        let place = &call.place;
        match capacity.spot(&call.tx, place, cluster, definition, &of, &tasks) {
            Err(full) => failures.push(failure(place, cluster, full)?),
            Ok(spot) => {
                let new = New {
                    cluster: &cluster.name,
                    definition,
                    capacity: &capacity,
                    network: network.as_ref(),
                    service: None,
                    group: group
                        .clone()
                        .unwrap_or_else(|| format!("family:{}", definition.family)),
                    started_by: started_by.clone(),
                    overrides: given(&json, "overrides").unwrap_or_else(|| json!({})),
                    exec: truth(&json, "enableExecuteCommand").unwrap_or_default(),
                    tags: tags.clone(),
                    at,
                    turn,
                };
                tasks.push(start::task(&mut call.tx, place, new, spot));
            }
        }
    }
    Ok((tasks, failures))
}

fn placement(json: &Value) -> Result<(), ApiError> {
    for (member, what) in [
        ("placementConstraints", "Placement constraints"),
        ("placementStrategy", "Placement strategies"),
    ] {
        if !items(json, member).is_empty() {
            return Err(invalid(format!(
                "{what} are not supported with FARGATE launch type."
            )));
        }
    }
    Ok(())
}

fn limited(json: &Value, member: &str, most: usize) -> Result<Option<String>, ApiError> {
    match text(json, member) {
        Some(text) if text.len() > most => Err(invalid(format!(
            "{member} can have up to {most} characters."
        ))),
        text => Ok(text.map(str::to_owned)),
    }
}

/// Refuses overrides of containers that there are not.
fn overrides(asked: &Value, definition: &TaskDefinition) -> Result<(), ApiError> {
    let names: Vec<&str> = definition
        .containers()
        .iter()
        .filter_map(|one| text(one, "name"))
        .collect();
    for container in items(asked, "containerOverrides") {
        let name = text(container, "name").unwrap_or_default();
        if !names.contains(&name) {
            return Err(invalid(format!(
                "Override for container named {name} is not a container in the TaskDefinition."
            )));
        }
    }
    match asked.to_string().len() > 8192 {
        true => Err(invalid("Container Overrides length must be at most 8192")),
        false => Ok(()),
    }
}

fn run_tags(
    json: &Value,
    cluster: &Cluster,
    definition: &TaskDefinition,
) -> Result<Tags, ApiError> {
    let own = tags::read(json)?;
    let taken_over = match text(json, "propagateTags") {
        Some("TASK_DEFINITION") => Some(&definition.tags),
        Some("SERVICE") => {
            return Err(invalid(
                "The propagateTags value SERVICE is not supported for RunTask.",
            ));
        }
        _ => None,
    };
    let managed = truth(json, "enableECSManagedTags").unwrap_or_default();
    let managed = managed.then_some((cluster.name.as_str(), None));
    Ok(start::tags(&own, taken_over, managed))
}

/// A task that found no place; without any instance the call is refused.
fn failure(place: &crate::store::Place, cluster: &Cluster, full: Full) -> Result<Value, ApiError> {
    match full {
        Full::Fargate => Ok(json!({
            "reason": "Capacity is unavailable at this time. Please try again later or in a different availability \
                       zone",
        })),
        Full::NoInstances(of) => Err(invalid(format!(
            "No Container Instances were found in your {of}."
        ))),
        Full::Instance(id, what) => {
            let arn = arn(place, &format!("container-instance/{}/{id}", cluster.name));
            let short = if what == "memory" { "MEMORY" } else { "CPU" };
            Ok(json!({"arn": arn, "reason": format!("RESOURCE:{short}")}))
        }
    }
}
