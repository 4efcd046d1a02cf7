//! GetSchedule, ListSchedules, DeleteSchedule.

use serde_json::{Value, json};

use super::common::{CODE, DEFAULT, check_name, group, listing, name};
use super::schedule::{Schedule, missing};
use crate::aws::shape::{one_of, stamp};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

/// The schedule of the path, in the group of the query.
fn named(call: &Call<'_>) -> Result<Schedule, ApiError> {
    let name = name(call)?;
    let group = call.params.get("groupName").unwrap_or(DEFAULT);
    check_name("GroupName", group)?;
    let id = format!("{group}/{name}");
    call.tx
        .see::<Schedule>(&call.place, &id)
        .ok_or_else(|| missing(&name))
}

/// GetSchedule.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let schedule = named(call)?;
    let mut answer = schedule.about.clone();
    answer["Arn"] = schedule.arn(&call.place).into();
    answer["Name"] = schedule.name.clone().into();
    answer["GroupName"] = schedule.group.clone().into();
    answer["CreationDate"] = stamp(crate::store::Document::created(&schedule));
    answer["LastModificationDate"] = stamp(schedule.modified);
    Ok(Body::Json(answer))
}

/// ListSchedules: of a group, or of all.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let mut found = call.tx.see_all::<Schedule>(&call.place);
    if let Some(name) = call.params.get("ScheduleGroup") {
        group(call, name)?;
        found.retain(|one| one.group == name);
    }
    if let Some(state) = call.params.get("State") {
        one_of(CODE, "State", state, &["ENABLED", "DISABLED"])?;
        found.retain(|one| one.about["State"] == state);
    }
    let row = |one: &Schedule| summary(call, one);
    listing(call, "Schedules", found, |one| &one.name, row)
}

fn summary(call: &Call<'_>, one: &Schedule) -> Value {
    json!({
        "Arn": one.arn(&call.place),
        "Name": one.name,
        "GroupName": one.group,
        "State": one.about["State"],
        "CreationDate": stamp(crate::store::Document::created(one)),
        "LastModificationDate": stamp(one.modified),
        "Target": {"Arn": one.about["Target"]["Arn"]},
    })
}

/// DeleteSchedule.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let schedule = named(call)?;
    let id = crate::store::Document::id(&schedule);
    call.tx.delete::<Schedule>(&call.place, &id);
    Ok(Body::Json(json!({})))
}
