//! What a schedule does when it is due: it runs its ECS task, as if its role had called RunTask at that moment.
//!
//! A run that ECS refuses is not tried again. A target of another service is not called. Who asks the cloud after a long
//! time finds the last runs only: those before them would have been forgotten by now.
//!
//! Sources: "Schedule types in EventBridge Scheduler" and "Managing a schedule" (user guide), and `EcsParameters` (API
//! reference); that tasks are started by `chronos-schedule/NAME` users quote in public issues.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::expression;
use super::group::Group;
use super::schedule::Schedule;
use crate::aws::iam::Role;
use crate::aws::{Call, ecs};
use crate::store::{Document, Place, Tx};
use crate::wire::Params;

/// How many runs are made up for at most: ECS tells of a stopped task for an hour, and no schedule comes twice a minute.
const MOST: usize = 60;

/// Runs what came due since it was looked at last.
pub(super) fn settle(tx: &mut Tx<'_>) {
    let on = |one: &Schedule| one.about["State"] == "ENABLED";
    for (place, mut schedule) in tx.everywhere_where(on) {
        let due = due(&schedule, tx.now());
        let Some(last) = due.last() else {
            continue;
        };
        let group = tx.get::<Group>(&place, &schedule.group);
        if group.unwrap_or_else(Group::usual).active() {
            for at in &due {
                run(tx, &place, &schedule, *at);
            }
        }
        schedule.look(*last);
        tx.put(&place, &schedule);
    }
}

/// The moments at which it came since it was looked at.
fn due(schedule: &Schedule, now: Timestamp) -> Vec<Timestamp> {
    let when = schedule.text("ScheduleExpression");
    let zone = schedule.text("ScheduleExpressionTimezone");
    let looked = schedule.looked();
    if expression::comes_once(when) {
        let at = expression::once(when, zone);
        let in_time = |at: &Timestamp| *at > looked && *at <= now;
        return at.filter(in_time).into_iter().collect();
    }
    let (start, end) = (schedule.date("StartDate"), schedule.date("EndDate"));
    let base = start.unwrap_or_else(|| schedule.created());
    let until = end.map_or(now, |end| end.min(now));
    let mut due = expression::between(when, zone, base, (looked, until), MOST);
    due.retain(|at| start.is_none_or(|start| *at >= start));
    due
}

/// Runs the target as its role does at the moment; what a refused call changed is not kept.
fn run(tx: &mut Tx<'_>, place: &Place, schedule: &Schedule, at: Timestamp) {
    let target = &schedule.about["Target"];
    let role = target["RoleArn"].as_str().unwrap_or_default();
    if target["EcsParameters"].is_null() {
        return;
    }
    let name = &schedule.name;
    let input = target["Input"].as_str().map(serde_json::from_str);
    let Ok(input) = input.transpose() else {
        tracing::info!(
            schedule = name,
            "a schedule's input is no JSON, so its task does not run"
        );
        return;
    };
    if Role::usable_by(tx, &place.account, role, "scheduler.amazonaws.com").is_err() {
        tracing::info!(
            schedule = name,
            "a schedule cannot take its role on, so its task does not run"
        );
        return;
    }
    let mut call = Call {
        tx: tx.at(at),
        place: place.clone(),
        region: place.region.clone(),
        access_key: String::new(),
        caller: role.to_owned(),
        operation: "RunTask",
        params: Params::default(),
        json: request(name, target, input),
    };
    match ecs::run_task(&mut call) {
        Ok(_) => tx.keep(call.tx),
        Err(refused) => {
            tracing::info!(
                schedule = name,
                code = refused.code,
                "a schedule's task does not run"
            );
        }
    }
}

/// The call that a target comes to.
fn request(name: &str, target: &Value, input: Option<Value>) -> Value {
    let asked = &target["EcsParameters"];
    let mut request = Map::new();
    let mut put = |member: &str, value: Value| {
        if !value.is_null() {
            request.insert(member.to_owned(), value);
        }
    };
    put("cluster", target["Arn"].clone());
    put("startedBy", format!("chronos-schedule/{name}").into());
    for (theirs, ours) in [
        ("TaskDefinitionArn", "taskDefinition"),
        ("TaskCount", "count"),
        ("LaunchType", "launchType"),
        ("PlatformVersion", "platformVersion"),
        ("Group", "group"),
        ("CapacityProviderStrategy", "capacityProviderStrategy"),
        ("EnableECSManagedTags", "enableECSManagedTags"),
        ("EnableExecuteCommand", "enableExecuteCommand"),
        ("PropagateTags", "propagateTags"),
        ("ReferenceId", "referenceId"),
        ("Tags", "tags"),
    ] {
        put(ours, asked[theirs].clone());
    }
    let network = &asked["NetworkConfiguration"]["awsvpcConfiguration"];
    if let Some(network) = network.as_object() {
        let camel = |member: &String| {
            let mut chars = member.chars();
            let first = chars.next().map(|first| first.to_ascii_lowercase());
            first.into_iter().chain(chars).collect::<String>()
        };
        let members = network
            .iter()
            .map(|(member, value)| (camel(member), value.clone()));
        put(
            "networkConfiguration",
            json!({"awsvpcConfiguration": members.collect::<Map<_, _>>()}),
        );
    }
    put("overrides", input.unwrap_or_default());
    request.into()
}
