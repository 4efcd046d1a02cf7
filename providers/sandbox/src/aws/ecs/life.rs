//! The life of a task: what follows by time alone.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::fate::{self, End};
use super::task::Stop;
use super::{Task, TaskDefinition, diary, managed, network, targets};
use crate::aws::ec2::NetworkInterface;
use crate::config::Config;
use crate::phase::Phase;
use crate::store::{Document, Place, Tx};

/// How long states last, in seconds.
const PROVISIONING: u64 = 10;
const PENDING: u64 = 20;
const STOPPING: u64 = 5;
const DEPROVISIONING: u64 = 10;
/// How long an interface outlives its task.
const INTERFACE: u64 = 30;
/// How long a stopped task is told of.
const MEMORY: u64 = 3600;
/// A quick clock does not hide how a task ended.
const LEAST_MEMORY: SignedDuration = SignedDuration::from_secs(60);

fn after(config: &Config, from: Timestamp, seconds: u64) -> Timestamp {
    let lasts = config.scaled(Duration::from_secs(seconds));
    from.checked_add(lasts).unwrap_or(Timestamp::MAX)
}

/// When something happens to the task next; none when nothing does by time alone.
pub(super) fn due(config: &Config, task: &Task) -> Option<Timestamp> {
    let since = task.phase.since;
    let seconds = match task.phase.state.as_str() {
        "PROVISIONING" if task.waits() => {
            let lasts = config.scaled(Duration::from_secs(managed::PATIENCE));
            return since.checked_add(lasts.max(managed::LEAST_PATIENCE)).ok();
        }
        "PROVISIONING" => PROVISIONING,
        "PENDING" => PENDING,
        "DEACTIVATING" => task.drain,
        "STOPPING" => STOPPING,
        "DEPROVISIONING" => DEPROVISIONING,
        "STOPPED" if has_interface(task) => INTERFACE,
        "STOPPED" => {
            let lasts = config.scaled(Duration::from_secs(MEMORY)).max(LEAST_MEMORY);
            return since.checked_add(lasts).ok();
        }
        _ => return due_of_running(config, task),
    };
    Some(after(config, since, seconds))
}

fn due_of_running(config: &Config, task: &Task) -> Option<Timestamp> {
    let end = task.end.as_ref().and_then(|end| end.at);
    let health = (!task.checked).then(|| after(config, task.phase.since, task.wait));
    end.into_iter().chain(health).min()
}

fn has_interface(task: &Task) -> bool {
    task.interface.as_ref().is_some_and(|one| !one.gone)
}

/// Does what is due at the moment; tells whether the task is still known.
pub(super) fn advance(
    tx: &mut Tx<'_>,
    place: &Place,
    task: &mut Task,
    definition: Option<&TaskDefinition>,
    at: Timestamp,
) -> bool {
    match task.phase.state.as_str() {
        "PROVISIONING" if task.waits() => failed(task, managed::NO_ROOM.to_owned(), at),
        "PROVISIONING" => provisioned(tx, place, task, at),
        "PENDING" => pulled(tx, place, task, definition, at),
        "RUNNING" => running(tx, place, task, at),
        "DEACTIVATING" => enter(task, "STOPPING", at),
        "STOPPING" => executed(tx, place, task, at),
        "DEPROVISIONING" => stopped(task, at),
        _ if has_interface(task) => {
            if let Some(interface) = &mut task.interface {
                NetworkInterface::remove(tx, place, &interface.id);
                interface.gone = true;
            }
        }
        _ => {
            tx.delete::<Task>(place, &task.id());
            return false;
        }
    }
    tx.put(place, task);
    true
}

fn enter(task: &mut Task, state: &str, at: Timestamp) {
    task.phase = Phase::new(state, at);
    task.version += 1;
}

fn provisioned(tx: &mut Tx<'_>, place: &Place, task: &mut Task, at: Timestamp) {
    let asked = task
        .network
        .clone()
        .zip(task.subnet.clone())
        .zip(task.attachment.clone());
    if let Some(((network, subnet), attachment)) = asked {
        match network::attach(tx, place, &network, &subnet, &attachment) {
            Ok(interface) => {
                tag_interface(tx, place, task, &interface.id);
                task.interface = Some(interface);
            }
            Err(why) => return failed(task, why, at),
        }
    }
    task.pulling = Some(at);
    enter(task, "PENDING", at);
}

/// The interface has the tags that ECS manages.
fn tag_interface(tx: &mut Tx<'_>, place: &Place, task: &Task, id: &str) {
    if let Some(mut interface) = tx.get::<NetworkInterface>(place, id) {
        let managed = task
            .tags
            .iter()
            .filter(|(key, _)| key.starts_with("aws:ecs:"));
        let managed = managed.map(|(key, value)| (key.clone(), value.clone()));
        interface.tags.extend(managed);
        tx.put(place, &interface);
    }
}

fn pulled(
    tx: &mut Tx<'_>,
    place: &Place,
    task: &mut Task,
    definition: Option<&TaskDefinition>,
    at: Timestamp,
) {
    task.pulling.get_or_insert(task.phase.since);
    let Some(definition) = definition else {
        return failed(task, "The task definition is gone.".to_owned(), at);
    };
    if let Some(why) = fate::trouble(tx, place, task, definition) {
        return failed(task, why, at);
    }
    enter(task, "RUNNING", at);
    task.started = Some(at);
    diary::began(tx, place, task, definition, at);
    let of_balancers = targets::register(tx, place, task, at);
    task.wait = fate::to_health(definition).max(of_balancers);
    task.end = fate::end(tx, task, definition, at);
    targets::answer(tx, place, task, !fails_balancer(task));
    if task.wait == 0 {
        task.checked = true;
        task.ready = !task.ails();
    }
}

fn fails_balancer(task: &Task) -> bool {
    let end = task.end.as_ref();
    end.is_some_and(|end| end.injected && end.code == "LoadBalancerHealthCheck")
}

/// A task that cannot start.
fn failed(task: &mut Task, why: String, at: Timestamp) {
    if why.starts_with("CannotPullContainerError") {
        for container in &mut task.containers {
            container.reason = Some(why.clone());
        }
    }
    task.stop = Some(Stop {
        code: "TaskFailedToStart".to_owned(),
        reason: why,
        at,
        failure: Some("start".to_owned()),
    });
    task.executed = Some(at);
    enter(task, "DEPROVISIONING", at);
}

fn running(tx: &mut Tx<'_>, place: &Place, task: &mut Task, at: Timestamp) {
    let ends = task.end.clone();
    if let Some(end) = ends.filter(|end| end.at.is_some_and(|due| due <= at)) {
        return ended(tx, place, task, &end, at);
    }
    if after(tx.config(), task.phase.since, task.wait) <= at {
        task.checked = true;
        look(tx, place, task, at);
    }
}

/// Looks at the health of a task that has had its time; one that a balancer finds unhealthy has its grace, and ends.
fn look(tx: &Tx<'_>, place: &Place, task: &mut Task, at: Timestamp) {
    let injected = task.end.as_ref().is_some_and(|end| end.injected);
    let state = match task.balanced() {
        true => targets::health(tx, place, task),
        false => "healthy",
    };
    task.ready = state == "healthy" && !(injected && task.ails());
    if injected || !task.balanced() {
        return;
    }
    if state != "unhealthy" {
        task.end = None;
    } else if task.end.is_none() {
        let patience = targets::patience(tx, place, task);
        // A target that was never healthy has failed its checks by now.
        let due = match task
            .started
            .is_some_and(|from| after(tx.config(), from, task.wait) >= at)
        {
            true => at,
            false => after(tx.config(), at, patience),
        };
        let grace = after(tx.config(), task.started.unwrap_or(at), task.grace);
        task.end = Some(End {
            at: Some(due.max(grace)),
            code: "LoadBalancerHealthCheck".to_owned(),
            words: "Task failed ELB health checks".to_owned(),
            injected: false,
        });
    }
}

/// A task that ends by itself, or that fails a health check.
fn ended(tx: &mut Tx<'_>, place: &Place, task: &mut Task, end: &End, at: Timestamp) {
    let exit = end.code.strip_prefix("Exit:");
    let exit = exit.and_then(|code| code.parse::<i64>().ok());
    let (code, reason, failure) = match end.code.as_str() {
        "ContainerHealthCheck" => ("ServiceSchedulerInitiated", end.words.clone(), "container"),
        "LoadBalancerHealthCheck" => {
            let target = task.targets.first();
            let target = target.map_or("", |target| target.group.as_str());
            let reason = format!("{} in (target-group {target})", end.words);
            ("ServiceSchedulerInitiated", reason, "balancer")
        }
        _ => (
            "EssentialContainerExited",
            "Essential container in task exited".to_owned(),
            "exit",
        ),
    };
    if code == "EssentialContainerExited" {
        let oom = end.code == "OutOfMemoryError";
        if let Some(first) = task.containers.iter_mut().find(|one| one.essential) {
            first.exit = Some(if oom { 137 } else { exit.unwrap_or(1) });
            first.reason = oom.then(|| format!("OutOfMemoryError: {}", end.words));
        }
    }
    let stop = Stop {
        code: code.to_owned(),
        reason,
        at,
        failure: Some(failure.to_owned()),
    };
    stop_with(tx, place, task, stop, at);
}

/// Begins to stop a task, for whatever reason; one that stops already goes on.
pub(super) fn stop_with(
    tx: &mut Tx<'_>,
    place: &Place,
    task: &mut Task,
    stop: Stop,
    at: Timestamp,
) {
    if task.stop.is_some() || task.is("STOPPED") {
        return;
    }
    let exited = stop.code == "EssentialContainerExited";
    task.stop = Some(stop);
    task.ready = false;
    task.end = None;
    task.drain = targets::deregister(tx, place, task, at);
    match task.phase.state.as_str() {
        "RUNNING" if task.drain > 0 && !exited => enter(task, "DEACTIVATING", at),
        "RUNNING" => enter(task, "STOPPING", at),
        _ if task.network.is_some() => enter(task, "DEPROVISIONING", at),
        _ => stopped(task, at),
    }
}

/// The containers have ended: those that nobody ended before by the signal.
fn executed(tx: &mut Tx<'_>, place: &Place, task: &mut Task, at: Timestamp) {
    for container in &mut task.containers {
        container.exit.get_or_insert(143);
    }
    task.executed = Some(at);
    diary::ended(tx, place, task, at);
    match task.network.is_some() {
        true => enter(task, "DEPROVISIONING", at),
        false => stopped(task, at),
    }
}

fn stopped(task: &mut Task, at: Timestamp) {
    task.stopped = Some(at);
    enter(task, "STOPPED", at);
}

/// Looks at the knobs and the balancers anew: what they say holds from now on. Tells whether the task's health changed.
pub(super) fn reconsider(
    tx: &mut Tx<'_>,
    place: &Place,
    task: &mut Task,
    definition: Option<&TaskDefinition>,
) -> bool {
    let Some(definition) = definition else {
        return false;
    };
    if !task.is("RUNNING") || !task.wanted() {
        return false;
    }
    let now = tx.now();
    let before = (task.end.clone(), task.ready);
    let new = fate::end(tx, task, definition, now);
    let code = |end: &Option<End>| {
        let end = end.as_ref().filter(|end| end.injected);
        end.map(|end| (end.code.clone(), end.words.clone()))
    };
    if code(&new) != code(&task.end) {
        task.end = new;
        targets::answer(tx, place, task, !fails_balancer(task));
    }
    if task.checked {
        look(tx, place, task, now);
    }
    if before != (task.end.clone(), task.ready) {
        tx.put(place, task);
    }
    before.1 != task.ready
}
