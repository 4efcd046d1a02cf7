//! What a service does about its tasks: it starts those that it lacks, replaces those of old deployments, and gives up
//! deployments whose tasks fail.
//!
//! Sources: "Amazon ECS deployment failure detection" and "Service event messages" (Amazon ECS developer guide);
//! recorded events.

use jiff::{SignedDuration, Timestamp};

use super::breaker;
use super::common::{text, truth};
use super::fate::{Of, later};
use super::start::{self, New};
use super::task::Stop;
use super::{Cluster, Service, Task, TaskDefinition, life};
use crate::store::{Place, Tx};

/// How long all tasks must be healthy before a deployment is done, in seconds.
const SETTLING: u64 = 15;

/// The shortest wait after a failure, however quick the clock.
const LEAST_WAIT: SignedDuration = SignedDuration::from_millis(200);

/// Looks at the tasks at a moment, and acts.
pub(super) fn step(
    tx: &mut Tx<'_>,
    place: &Place,
    service: &mut Service,
    tasks: &mut Vec<Task>,
    at: Timestamp,
) {
    registered(tx, service, tasks, at);
    breaker::count(tx, place, service, tasks, at);
    if service.is("DRAINING") {
        let all = tasks.iter_mut().filter(|task| task.wanted()).collect();
        stop(tx, place, service, all, at);
        if tasks.iter().all(|task| task.is("STOPPED")) {
            service.status = "INACTIVE".to_owned();
            service.deployments.truncate(1);
            service.next = None;
        }
        return;
    }
    breaker::trip(tx, service, at);
    scale_in(tx, place, service, tasks, at);
    replace(tx, place, service, tasks, at);
    launch(tx, place, service, tasks, at);
    finish(tx, service, tasks, at);
}

/// `3 tasks: (task a) (task b) (task c)`.
fn listed(ids: &[String]) -> String {
    let each: Vec<String> = ids.iter().map(|id| format!("(task {id})")).collect();
    each.join(" ")
}

/// Tasks that have begun to run are put into their target groups.
fn registered(tx: &mut Tx<'_>, service: &mut Service, tasks: &[Task], at: Timestamp) {
    let new = tasks
        .iter()
        .filter(|task| task.started == Some(at) && task.balanced());
    let count = new.count();
    if count == 0 {
        return;
    }
    for balancer in service.balancers().to_vec() {
        let arn = text(&balancer, "targetGroupArn").unwrap_or_default();
        let words = format!("registered {count} targets in (target-group {arn})");
        service.note(tx, at, &words);
    }
}

/// Stops tasks, and notes it.
fn stop(
    tx: &mut Tx<'_>,
    place: &Place,
    service: &mut Service,
    tasks: Vec<&mut Task>,
    at: Timestamp,
) {
    let mut ids = Vec::new();
    let mut draining = 0;
    for task in tasks {
        let deployment = task.started_by.clone().unwrap_or_default();
        let reason = format!("Scaling activity initiated by (deployment {deployment})");
        let stop = Stop {
            code: "ServiceSchedulerInitiated".to_owned(),
            reason,
            at,
            failure: None,
        };
        life::stop_with(tx, place, task, stop, at);
        draining += usize::from(task.is("DEACTIVATING"));
        tx.put(place, task);
        ids.push(task.id.clone());
    }
    if ids.is_empty() {
        return;
    }
    if draining > 0 {
        let words = format!("has begun draining connections on {draining} tasks.");
        service.note(tx, at, &words);
        for balancer in service.balancers().to_vec() {
            let arn = text(&balancer, "targetGroupArn").unwrap_or_default();
            let words = format!("deregistered {draining} targets in (target-group {arn})");
            service.note(tx, at, &words);
        }
    }
    service.steady = false;
    let words = format!("has stopped {} running tasks: {}.", ids.len(), listed(&ids));
    service.note(tx, at, &words);
}

fn is_primary(service: &Service, task: &Task) -> bool {
    service.deployments.first().is_some_and(|one| one.has(task))
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Stops what the primary deployment has too many of, the youngest first.
fn scale_in(
    tx: &mut Tx<'_>,
    place: &Place,
    service: &mut Service,
    tasks: &mut [Task],
    at: Timestamp,
) {
    let mut mine: Vec<&mut Task> = tasks
        .iter_mut()
        .filter(|task| task.wanted() && is_primary(service, task))
        .collect();
    let above = number(mine.len()) - service.desired;
    mine.sort_by_key(|task| std::cmp::Reverse(task.created));
    mine.truncate(usize::try_from(above).unwrap_or(0));
    stop(tx, place, service, mine, at);
}

/// Stops tasks of old deployments, as many as leaves enough healthy ones.
fn replace(
    tx: &mut Tx<'_>,
    place: &Place,
    service: &mut Service,
    tasks: &mut [Task],
    at: Timestamp,
) {
    let percent = service.percent("minimumHealthyPercent", 100);
    let least = (service.desired * percent + 99) / 100;
    let healthy = number(tasks.iter().filter(|task| task.healthy()).count());
    let mut spare = usize::try_from(healthy - least).unwrap_or(0);
    // A deployment that was given up is not replaced: what there is of the last one stays.
    if service
        .deployments
        .first()
        .is_some_and(|one| one.is("FAILED"))
    {
        spare = 0;
    }
    let old = tasks
        .iter_mut()
        .filter(|task| task.wanted() && !is_primary(service, task));
    let mut going = Vec::new();
    for task in old {
        match task.healthy() {
            false => going.push(task),
            true if spare > 0 => {
                spare -= 1;
                going.push(task);
            }
            true => {}
        }
    }
    stop(tx, place, service, going, at);
}

/// Starts what the primary deployment lacks, as far as the deployment configuration lets it.
fn launch(
    tx: &mut Tx<'_>,
    place: &Place,
    service: &mut Service,
    tasks: &mut Vec<Task>,
    at: Timestamp,
) {
    let waits = service.next.is_some_and(|next| next > at);
    let Some(primary) = service.deployments.first() else {
        return;
    };
    if waits || primary.is("FAILED") {
        return;
    }
    let mine = tasks
        .iter()
        .filter(|task| task.wanted() && primary.has(task));
    let lacking = service.desired - number(mine.count());
    let most = service.desired * service.percent("maximumPercent", 200) / 100;
    let there = number(tasks.iter().filter(|task| task.wanted()).count());
    let count = lacking.min(most - there).max(0);
    let mut ids = Vec::new();
    for turn in 0..usize::try_from(count).unwrap_or(0) {
        match one(tx, place, service, tasks, (turn, at)) {
            Ok(task) => {
                ids.push(task.id.clone());
                tasks.push(task);
            }
            Err(why) => {
                service.note(tx, at, &why);
                breaker::not_placed(tx, service, at);
                break;
            }
        }
    }
    if !ids.is_empty() {
        service.steady = false;
        let words = format!("has started {} tasks: {}.", ids.len(), listed(&ids));
        service.note(tx, at, &words);
    }
}

/// Starts one task of the primary deployment, or tells why there is no place for it.
fn one(
    tx: &mut Tx<'_>,
    place: &Place,
    service: &Service,
    tasks: &[Task],
    (turn, at): (usize, Timestamp),
) -> Result<Task, String> {
    let unable = |why: &str| format!("was unable to place a task. Reason: {why}");
    let Some(primary) = service.deployments.first() else {
        return Err(unable("There is no deployment."));
    };
    let spec = &primary.spec;
    let key = TaskDefinition::key_of(&spec.definition).unwrap_or_default();
    let definition = tx.get::<TaskDefinition>(place, &key);
    let definition = definition.ok_or_else(|| unable("The task definition is gone."))?;
    let cluster = tx.get::<Cluster>(place, &service.cluster);
    let cluster = cluster.ok_or_else(|| unable("The cluster is gone."))?;
    let of = Of {
        family: &definition.family,
        service: Some(&service.name),
    };
    let spot = spec
        .capacity
        .spot(tx, place, &cluster, &definition, &of, tasks);
    let spot = spot.map_err(|full| full.event())?;
    let managed = truth(&service.told, "enableECSManagedTags").unwrap_or_default();
    let managed = managed.then_some((cluster.name.as_str(), Some(service.name.as_str())));
    let taken_over = match text(&service.told, "propagateTags") {
        Some("TASK_DEFINITION") => Some(&definition.tags),
        Some("SERVICE") => Some(&service.tags),
        _ => None,
    };
    let new = New {
        cluster: &cluster.name,
        definition: &definition,
        capacity: &spec.capacity,
        network: spec.network.as_ref(),
        service: Some(service),
        group: format!("service:{}", service.name),
        started_by: Some(primary.id.clone()),
        overrides: serde_json::json!({}),
        exec: truth(&service.told, "enableExecuteCommand").unwrap_or_default(),
        tags: start::tags(&super::tags::Tags::new(), taken_over, managed),
        at,
        turn: turn + tasks.iter().filter(|task| task.wanted()).count(),
    };
    Ok(start::task(tx, place, new, spot))
}

/// Ends deployments that are done, and notes a steady state when there is one.
fn finish(tx: &mut Tx<'_>, service: &mut Service, tasks: &[Task], at: Timestamp) {
    let wanted = tasks.iter().filter(|task| task.wanted());
    let others = wanted.filter(|task| !is_primary(service, task)).count();
    let healthy = tasks
        .iter()
        .filter(|task| task.healthy() && is_primary(service, task));
    let whole = number(healthy.count()) == service.desired && others == 0;
    let whole = lasts(tx, service, whole, at);
    let Some(primary) = service.deployments.first_mut() else {
        return;
    };
    let id = primary.id.clone();
    if whole && primary.is("IN_PROGRESS") {
        let reason = format!("ECS deployment {id} completed.");
        primary.set("COMPLETED", reason, at);
        primary.failed = 0;
        service.good = Some((id.clone(), primary.spec.clone()));
        service.failures = 0;
        service.note(tx, at, &format!("(deployment {id}) deployment completed."));
    }
    let live = |task: &&Task| !task.is("STOPPED") && !task.is("DEPROVISIONING");
    let before = service.deployments.len();
    let going_on = service
        .deployments
        .first()
        .is_some_and(|one| one.is("IN_PROGRESS"));
    service.deployments.retain(|one| {
        // What was given up is told of until something else is whole.
        !one.old
            || (one.is("FAILED") && going_on)
            || tasks.iter().filter(live).any(|task| one.has(task))
    });
    let alone = service.deployments.len() == 1;
    let stopping = tasks.iter().filter(live).any(|task| !task.wanted());
    if whole && alone && !stopping && (!service.steady || before > 1) {
        service.steady = true;
        service.failures = 0;
        service.note(tx, at, "has reached a steady state.");
    }
}

/// Whether the service has been whole for long enough: tasks that end at once make nothing steady.
fn lasts(tx: &Tx<'_>, service: &mut Service, whole: bool, at: Timestamp) -> bool {
    if !whole {
        service.whole = None;
        return false;
    }
    let since = *service.whole.get_or_insert(at);
    let due = later(tx, since, SETTLING);
    if due > at {
        service.next = Some(service.next.map_or(due, |next| next.min(due)));
    }
    due <= at
}

/// When the scheduler tries again after so many failures in a row.
pub(super) fn try_again(tx: &Tx<'_>, service: &mut Service, at: Timestamp) {
    let longest = 27 * 60;
    let wait = match service.failures {
        0..=2 => 1,
        more => (15_u64 << (more - 2).min(10)).min(longest),
    };
    // Without time between them failures would not end.
    let least = at.checked_add(LEAST_WAIT).unwrap_or(at);
    service.next = Some(later(tx, at, wait).max(least));
}
