//! EventBridge Scheduler: groups of schedules, and schedules. What is due runs its ECS task; targets of other
//! services are kept and checked, and not called.
//!
//! Codes and messages: the EventBridge Scheduler API reference, and what users of the API quote in public issues.

mod common;
mod cron;
mod expression;
mod fire;
mod group;
mod schedule;
mod schedule_read;
mod tags;
mod target;

#[cfg(test)]
mod tests;

use super::{Operation, Service};
use crate::object::Object;
use crate::store::{Document, Place, Tx};
use crate::wire::Protocol;

use group::Group;
use schedule::Schedule;

/// The service.
pub(crate) const SERVICE: Service = Service {
    name: "scheduler",
    protocol: Protocol::Rest,
    global: false,
    operations: OPERATIONS,
    settle,
    objects,
};

const SCHEDULE: &[&str] = &[
    "Name",
    "GroupName",
    "ScheduleExpression",
    "StartDate",
    "EndDate",
    "Description",
    "ScheduleExpressionTimezone",
    "State",
    "KmsKeyArn",
    "Target",
    "FlexibleTimeWindow",
    "ClientToken",
    "ActionAfterCompletion",
];

const PAGE: &[&str] = &["NamePrefix", "NextToken", "MaxResults"];

const OPERATIONS: &[Operation] = &[
    Operation::write("CreateScheduleGroup", group::create)
        .at("POST /schedule-groups/{Name}")
        .accepts(&[&["Name", "Tags", "ClientToken"]]),
    Operation::read("GetScheduleGroup", group::get)
        .at("GET /schedule-groups/{Name}")
        .accepts(&[&["Name"]]),
    Operation::read("ListScheduleGroups", group::list)
        .at("GET /schedule-groups")
        .accepts(&[PAGE]),
    Operation::write("DeleteScheduleGroup", group::delete)
        .at("DELETE /schedule-groups/{Name}")
        .accepts(&[&["Name", "clientToken"]]),
    Operation::write("CreateSchedule", schedule::create)
        .at("POST /schedules/{Name}")
        .accepts(&[SCHEDULE]),
    Operation::write("UpdateSchedule", schedule::update)
        .at("PUT /schedules/{Name}")
        .accepts(&[SCHEDULE]),
    Operation::read("GetSchedule", schedule_read::get)
        .at("GET /schedules/{Name}")
        .accepts(&[&["Name", "groupName"]]),
    Operation::read("ListSchedules", schedule_read::list)
        .at("GET /schedules")
        .accepts(&[PAGE, &["ScheduleGroup", "State"]]),
    Operation::write("DeleteSchedule", schedule_read::delete)
        .at("DELETE /schedules/{Name}")
        .accepts(&[&["Name", "groupName", "clientToken"]]),
    Operation::write("TagResource", tags::tag)
        .at("POST /tags/{ResourceArn}")
        .accepts(&[&["ResourceArn", "Tags"]]),
    Operation::write("UntagResource", tags::untag)
        .at("DELETE /tags/{ResourceArn}")
        .accepts(&[&["ResourceArn", "TagKeys", "TagKeys.N"]]),
    Operation::read("ListTagsForResource", tags::list)
        .at("GET /tags/{ResourceArn}")
        .accepts(&[&["ResourceArn"]]),
];

fn settle(tx: &mut Tx<'_>) {
    fire::settle(tx);
    group::settle(tx);
    schedule::settle(tx);
}

fn objects(tx: &Tx<'_>) -> Vec<Object> {
    let groups = tx.everywhere::<Group>().into_iter().map(|(place, group)| {
        let marks = group.tags.clone();
        Object {
            marks,
            ..object(place, &group)
        }
    });
    let schedules = tx.everywhere::<Schedule>().into_iter();
    let schedules = schedules.map(|(place, schedule)| object(place, &schedule));
    groups.chain(schedules).collect()
}

/// Schedules cannot be marked, and cost by the call.
fn object<D: Document>(place: Place, document: &D) -> Object {
    Object {
        account: place.account,
        region: place.region,
        service: D::SERVICE.to_owned(),
        kind: D::KIND.to_owned(),
        id: document.id(),
        marks: std::collections::BTreeMap::new(),
        billable: false,
        created: document.created(),
        own_of_cloud: false,
    }
}
