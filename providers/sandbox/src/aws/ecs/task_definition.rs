//! Task definitions: register, describe.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::common::{arn, client, invalid, is_name, named, required, stamp, text};
use super::shape::check as shape;
use super::tags::{self, Tags};
use super::{definition_defaults, definition_requests, definition_rules, definition_traits};
use crate::aws::{Call, Outcome};
use crate::phase::{Phase, StateTable, Step};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body};

/// States of a revision.
pub(super) const STATES: StateTable = &[Step {
    from: "DELETE_IN_PROGRESS",
    seconds: 60,
    to: "gone",
}];

/// A revision of a task definition.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TaskDefinition {
    /// Its family.
    pub(super) family: String,
    /// Its number in the family.
    pub(super) revision: u32,
    /// `ACTIVE`, `INACTIVE` or `DELETE_IN_PROGRESS`.
    pub(super) phase: Phase,
    /// What was registered, with everything that ECS fills in.
    pub(super) body: Value,
    /// Who registered it.
    pub(super) registered_by: String,
    /// When it was deregistered.
    pub(super) deregistered: Option<Timestamp>,
    /// Its tags.
    pub(super) tags: Tags,
    /// When it was registered.
    pub(super) created: Timestamp,
}

impl Document for TaskDefinition {
    const SERVICE: &'static str = "ecs";
    const KIND: &'static str = "task-definition";

    fn id(&self) -> String {
        key(&self.family, self.revision)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

/// The last number of a family, which none of its revisions has twice.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Family {
    name: String,
    last: u32,
    created: Timestamp,
}

impl Document for Family {
    const SERVICE: &'static str = "ecs";
    const KIND: &'static str = "family";

    fn id(&self) -> String {
        self.name.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

/// The key, in whose order revisions stand as their numbers do.
fn key(family: &str, revision: u32) -> String {
    format!("{family}/{revision:010}")
}

/// The tags of the visible revision `family:revision`.
pub(crate) fn tags_of(tx: &Tx<'_>, place: &Place, name: &str) -> Option<Tags> {
    let key = TaskDefinition::key_of(name)?;
    tx.see::<TaskDefinition>(place, &key).map(|one| one.tags)
}

impl TaskDefinition {
    /// The key of `family:revision`.
    pub(super) fn key_of(text: &str) -> Option<String> {
        let (family, revision) = text.rsplit_once(':')?;
        Some(key(family, revision.parse().ok()?))
    }

    /// `family:revision`.
    pub(super) fn name(&self) -> String {
        format!("{}:{}", self.family, self.revision)
    }

    /// Its ARN.
    pub(super) fn arn(&self, place: &Place) -> String {
        arn(place, &format!("task-definition/{}", self.name()))
    }

    /// Whether this is its state.
    pub(super) fn is(&self, state: &str) -> bool {
        self.phase.is(state)
    }

    /// Its containers.
    pub(super) fn containers(&self) -> &[Value] {
        super::common::items(&self.body, "containerDefinitions")
    }

    /// `awsvpc`, `bridge`, `host` or `none`.
    pub(super) fn network_mode(&self) -> &str {
        text(&self.body, "networkMode").unwrap_or("bridge")
    }

    /// Whether it can run on a launch type.
    pub(super) fn runs_on(&self, launch_type: &str) -> bool {
        super::common::texts(&self.body, "compatibilities").contains(&launch_type.to_owned())
    }

    /// How it is told.
    pub(super) fn words(&self, place: &Place) -> Value {
        let mut words = self.body.clone();
        words["taskDefinitionArn"] = self.arn(place).into();
        words["family"] = self.family.clone().into();
        words["revision"] = self.revision.into();
        words["status"] = self.phase.state.clone().into();
        words["registeredAt"] = stamp(self.created);
        words["registeredBy"] = self.registered_by.clone().into();
        if let Some(at) = self.deregistered {
            words["deregisteredAt"] = stamp(at);
        }
        if self.is("DELETE_IN_PROGRESS") {
            words["deleteRequestedAt"] = stamp(self.phase.since);
        }
        words
    }
}

/// The visible revision that a text names: `family`, `family:revision` or an ARN. A family alone names its newest active
/// revision.
pub(super) fn find(call: &Call<'_>, asked: &str) -> Result<Option<TaskDefinition>, ApiError> {
    let name = named(&call.place, "task-definition", asked)?;
    let Some((_, revision)) = name.rsplit_once(':') else {
        let all = call.tx.see_all::<TaskDefinition>(&call.place);
        let of_it = |one: &TaskDefinition| one.family == name && one.is("ACTIVE");
        return Ok(all.into_iter().rfind(of_it));
    };
    if revision.parse::<u32>().is_err() {
        return Err(invalid(format!(
            "Invalid revision number. Number: {revision}"
        )));
    }
    let key = TaskDefinition::key_of(name).unwrap_or_default();
    Ok(call.tx.see::<TaskDefinition>(&call.place, &key))
}

/// The revision that new tasks are to have, which must be active.
pub(super) fn to_run(call: &Call<'_>, asked: &str) -> Result<TaskDefinition, ApiError> {
    match find(call, asked)? {
        Some(one) if one.is("ACTIVE") => Ok(one),
        Some(_) => Err(client("TaskDefinition is inactive")),
        None => Err(client("TaskDefinition not found.")),
    }
}

/// RegisterTaskDefinition: every call makes a revision.
pub(super) fn register(call: &mut Call<'_>) -> Outcome {
    shape(call, &definition_requests::REGISTER)?;
    let family = required(&call.json, "family")?;
    if !is_name(&family) {
        return Err(client(
            "Family contains invalid characters. Up to 255 letters (uppercase and lowercase), numbers, hyphens, and \
             underscores are allowed.",
        ));
    }
    let tags = tags::read(&call.json)?;
    let mut body = call.json.clone();
    definition_rules::check(call, &mut body)?;
    definition_defaults::fill(&mut body);
    let most = 64 * 1024;
    let length = body.to_string().len();
    if length > most {
        return Err(client(format!(
            "Actual length: '{length}'. Max allowed length is '{most}' bytes."
        )));
    }
    definition_traits::fill(&mut body);
    if let Some(object) = body.as_object_mut() {
        object.remove("tags");
        object.remove("family");
    }
    let definition = TaskDefinition {
        revision: next(call, &family)?,
        family,
        phase: Phase::new("ACTIVE", call.now()),
        body,
        registered_by: call.caller.clone(),
        deregistered: None,
        tags,
        created: call.now(),
    };
    call.tx.put(&call.place, &definition);
    let mut answer = json!({ "taskDefinition": definition.words(&call.place) });
    if !definition.tags.is_empty() {
        answer["tags"] = tags::words(&definition.tags);
    }
    Ok(Body::Json(answer))
}

fn next(call: &mut Call<'_>, name: &str) -> Result<u32, ApiError> {
    let old = call.tx.get::<Family>(&call.place, name);
    let mut family = old.unwrap_or_else(|| Family {
        name: name.to_owned(),
        last: 0,
        created: call.now(),
    });
    if u64::from(family.last) >= call.tx.config().quota("ecs:revisions-per-family") {
        return Err(client("Too many revisions for the task definition family."));
    }
    family.last += 1;
    call.tx.put(&call.place, &family);
    Ok(family.last)
}

/// DescribeTaskDefinition: also of an inactive revision.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    shape(call, &definition_requests::DESCRIBE)?;
    let asked = required(&call.json, "taskDefinition")?;
    let found = find(call, &asked)?;
    let definition = found.ok_or_else(|| client("Unable to describe task definition."))?;
    let tags = match tags::asked(call) {
        true => tags::words(&definition.tags),
        false => json!([]),
    };
    let words = definition.words(&call.place);
    Ok(Body::Json(json!({ "taskDefinition": words, "tags": tags })))
}
