//! Groups of schedules. One that is deleted takes its schedules with it, in its own time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::common::{CODE, DEFAULT, arn, check_name, conflict, group, invalid, listing, name};
use super::schedule::Schedule;
use super::tags;
use crate::aws::shape::{Tag, Tags, body, stamp};
use crate::aws::{Call, Outcome};
use crate::phase::{Phase, StateTable, Step};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body};

/// First the schedules go, then the group.
const STATES: StateTable = &[
    Step {
        from: "DELETING",
        seconds: 10,
        to: "EMPTIED",
    },
    Step {
        from: "EMPTIED",
        seconds: 10,
        to: "GONE",
    },
];

/// A group of schedules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) tags: Tags,
    token: Option<String>,
    /// `ACTIVE`, or how far its deletion is.
    phase: Phase,
    pub(super) modified: Timestamp,
    created: Timestamp,
}

impl Document for Group {
    const SERVICE: &'static str = "scheduler";
    const KIND: &'static str = "schedule-group";

    fn id(&self) -> String {
        self.name.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Group {
    /// The group that is there without being made.
    pub(super) fn usual() -> Self {
        Self::new(DEFAULT, Timestamp::UNIX_EPOCH)
    }

    fn new(name: &str, now: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            tags: Tags::new(),
            token: None,
            phase: Phase::new("ACTIVE", now),
            modified: now,
            created: now,
        }
    }

    /// Whether it takes schedules.
    pub(super) fn active(&self) -> bool {
        self.phase.is("ACTIVE")
    }

    /// The ARN.
    pub(super) fn arn(&self, place: &Place) -> String {
        arn(place, &format!("schedule-group/{}", self.name))
    }

    fn row(&self, place: &Place) -> Value {
        let state = if self.active() { "ACTIVE" } else { "DELETING" };
        json!({
            "Arn": self.arn(place),
            "Name": self.name,
            "State": state,
            "CreationDate": stamp(self.created),
            "LastModificationDate": stamp(self.modified),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    #[serde(default)]
    tags: Vec<Tag>,
    client_token: Option<String>,
}

/// CreateScheduleGroup. The same call again, with its token, is the same group.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let name = name(call)?;
    let request: Request = body(call, CODE)?;
    if let Some(token) = &request.client_token {
        check_name("ClientToken", token)?;
    }
    let mut group = Group::new(&name, call.now());
    group.tags = tags::given(request.tags)?;
    group.token = request.client_token;
    let answer = json!({"ScheduleGroupArn": group.arn(&call.place)});
    match call.tx.get::<Group>(&call.place, &name) {
        None if name == DEFAULT => return Err(exists(&name)),
        None => {}
        Some(old) if old.active() && old.token.is_some() && old.token == group.token => {
            return Ok(Body::Json(answer));
        }
        Some(old) if old.active() => return Err(exists(&name)),
        Some(_) => return Err(leaving(&name)),
    }
    let have = call.tx.list::<Group>(&call.place).len() as u64;
    if have >= call.tx.config().quota("scheduler:groups") {
        let text = "The maximum number of schedule groups has been reached.";
        return Err(ApiError::new(402, "ServiceQuotaExceededException", text));
    }
    call.tx.put(&call.place, &group);
    Ok(Body::Json(answer))
}

fn exists(name: &str) -> ApiError {
    conflict(format!("Schedule group {name} already exists."))
}

/// The refusal of what a deletion that still runs is in the way of.
pub(super) fn leaving(name: &str) -> ApiError {
    conflict(format!("Schedule group {name} is being deleted."))
}

/// GetScheduleGroup.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let name = name(call)?;
    let group = group(call, &name)?;
    Ok(Body::Json(group.row(&call.place)))
}

/// ListScheduleGroups.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let mut found = call.tx.see_all::<Group>(&call.place);
    found.push(Group::usual());
    found.sort_by(|one, other| one.name.cmp(&other.name));
    let row = |group: &Group| group.row(&call.place);
    listing(call, "ScheduleGroups", found, |group| &group.name, row)
}

/// DeleteScheduleGroup.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let name = name(call)?;
    if name == DEFAULT {
        return Err(invalid("The default schedule group cannot be deleted."));
    }
    let mut group = group(call, &name)?;
    if !group.active() {
        return Err(leaving(&name));
    }
    group.phase = Phase::new("DELETING", call.now());
    group.modified = call.now();
    call.tx.put(&call.place, &group);
    Ok(Body::Json(json!({})))
}

/// Brings deletions to the present.
pub(super) fn settle(tx: &mut Tx<'_>) {
    for (place, mut group) in tx.everywhere::<Group>() {
        if !group.phase.advance(STATES, tx.config(), tx.now()) {
            continue;
        }
        for schedule in tx.list::<Schedule>(&place) {
            if schedule.group == group.name {
                tx.delete::<Schedule>(&place, &schedule.id());
            }
        }
        match group.phase.is("GONE") {
            true => tx.delete::<Group>(&place, &group.name),
            false => tx.put(&place, &group),
        }
    }
}
