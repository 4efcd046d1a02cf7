//! Target groups of balancers, as far as ECS looks at them.
//!
//! The seam to Elastic Load Balancing: whether anything sends to a group, and the targets that tasks are in it.

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::common::{invalid, items, text, whole};
use super::task::Target;
use super::{Task, TaskDefinition};
use crate::aws::Call;
use crate::aws::elbv2::{Target as Registered, TargetGroup};
use crate::phase::Phase;
use crate::store::{Document, Place, Tx};
use crate::wire::ApiError;

/// Refuses balancers that a service cannot have.
pub(super) fn check(
    call: &Call<'_>,
    balancers: &[Value],
    definition: &TaskDefinition,
) -> Result<(), ApiError> {
    if balancers.len() > 5 {
        return Err(invalid("load balancers can have at most 5 items."));
    }
    for balancer in balancers {
        container(balancer, definition)?;
        let Some(arn) = text(balancer, "targetGroupArn") else {
            return Err(invalid(
                "Classic Load Balancers are not supported for services with network mode awsvpc: specify a \
                 targetGroupArn.",
            ));
        };
        let Some(group) = call.tx.see::<TargetGroup>(&call.place, arn) else {
            return Err(invalid(format!(
                "Unable to describe the target group with targetGroupArn {arn}: One or more target groups not found"
            )));
        };
        let wanted = match definition.network_mode() {
            "awsvpc" => "ip",
            _ => "instance",
        };
        if group.target_type != wanted {
            return Err(invalid(format!(
                "The provided target group {arn} has target type {}, which is incompatible with the {} network mode \
                 specified in the task definition.",
                group.target_type,
                definition.network_mode()
            )));
        }
        if group.balancers(&call.tx, &call.place).is_empty() {
            return Err(invalid(format!(
                "The target group with targetGroupArn {arn} does not have an associated load balancer."
            )));
        }
    }
    Ok(())
}

/// Refuses a container or port that the task definition does not have.
fn container(balancer: &Value, definition: &TaskDefinition) -> Result<(), ApiError> {
    let name = text(balancer, "containerName").unwrap_or_default();
    let port = whole(balancer, "containerPort");
    let mut all = definition.containers().iter();
    let Some(found) = all.find(|one| text(one, "name") == Some(name)) else {
        return Err(invalid(format!(
            "The container {name} does not exist in the task definition."
        )));
    };
    let Some(port) = port else {
        return Err(invalid("containerPort can not be null."));
    };
    let mut ports = items(found, "portMappings").iter();
    match ports.any(|one| whole(one, "containerPort") == Some(port)) {
        true => Ok(()),
        false => Err(invalid(format!(
            "The container {name} did not have a container port {port} defined."
        ))),
    }
}

/// Puts a task that begins to run into its target groups, and tells how long they take to find it healthy, in seconds.
pub(super) fn register(tx: &mut Tx<'_>, place: &Place, task: &mut Task, at: Timestamp) -> u64 {
    let mut longest = 0;
    for balancer in task.balancers.clone() {
        let arn = text(&balancer, "targetGroupArn").unwrap_or_default();
        let Some(group) = tx.get::<TargetGroup>(place, arn) else {
            continue;
        };
        let port = whole(&balancer, "containerPort").and_then(|port| u16::try_from(port).ok());
        let target = match (&task.interface, &task.machine) {
            (Some(interface), _) => Target {
                group: group.arn.clone(),
                target: interface.ip.clone(),
                port: port.unwrap_or(group.port),
            },
            (None, Some(machine)) => Target {
                group: group.arn.clone(),
                target: machine.clone(),
                port: host_port(&task.id),
            },
            (None, None) => continue,
        };
        Registered::register(tx, place, &target.group, &target.target, target.port);
        if let Some(mut one) = registered(tx, place, &target) {
            one.phase.since = at;
            tx.put(place, &one);
        }
        task.targets.push(target);
        longest = longest.max(to_healthy(&group));
    }
    longest
}

/// How long the checks of a group take to find a new target healthy, in seconds.
fn to_healthy(group: &TargetGroup) -> u64 {
    // The first good answer is enough for an application balancer.
    let http = ["HTTP", "HTTPS"].contains(&group.protocol.as_str());
    let checks = if http { 1 } else { group.health.healthy };
    10 + checks * group.health.interval
}

/// How long targets that leave a group drain, in seconds.
fn draining(group: &TargetGroup) -> u64 {
    let delay = group.attributes.get("deregistration_delay.timeout_seconds");
    delay.and_then(|delay| delay.parse().ok()).unwrap_or(300)
}

fn registered(tx: &Tx<'_>, place: &Place, target: &Target) -> Option<Registered> {
    Registered::find(tx, place, &target.group, &target.target, target.port)
}

/// A port that the host gives: the task's id tells which.
fn host_port(task: &str) -> u16 {
    let hash = Sha256::digest(task);
    let byte = |at: usize| hash.get(at).copied().map_or(0, u16::from);
    32_768 + (byte(0) << 8 | byte(1)) % 28_232
}

/// Lets the targets of a task go, and tells how long their connections drain, in seconds.
pub(super) fn deregister(tx: &mut Tx<'_>, place: &Place, task: &mut Task, at: Timestamp) -> u64 {
    let mut longest = 0;
    for target in std::mem::take(&mut task.targets) {
        let delay = tx
            .get::<TargetGroup>(place, &target.group)
            .map_or(0, |group| draining(&group));
        match registered(tx, place, &target) {
            Some(one) if one.phase.is("unused") => tx.delete::<Registered>(place, &one.id()),
            Some(mut one) => {
                one.phase = Phase::new("draining", at);
                tx.put(place, &one);
                longest = longest.max(delay);
            }
            None => {}
        }
    }
    longest
}

/// How the targets of a task do: the worst of them.
pub(super) fn health(tx: &Tx<'_>, place: &Place, task: &Task) -> &'static str {
    let mut worst = "healthy";
    for target in &task.targets {
        let group = tx.get::<TargetGroup>(place, &target.group);
        let one = registered(tx, place, target);
        let state = one
            .zip(group)
            .map(|(one, group)| one.health(tx, place, &group).state);
        match state {
            Some("healthy") => {}
            Some("unhealthy") => return "unhealthy",
            state => worst = state.unwrap_or("unused"),
        }
    }
    worst
}

/// How long the checks of a task's target groups take to find it unhealthy, in seconds.
pub(super) fn patience(tx: &Tx<'_>, place: &Place, task: &Task) -> u64 {
    let groups = task.targets.iter();
    let groups = groups.filter_map(|target| tx.get::<TargetGroup>(place, &target.group));
    groups
        .map(|group| group.health.unhealthy * group.health.interval)
        .max()
        .unwrap_or(60)
}

/// Makes the targets of a task answer health checks, or not.
pub(super) fn answer(tx: &mut Tx<'_>, place: &Place, task: &Task, answers: bool) {
    for target in &task.targets {
        if let Some(mut one) = registered(tx, place, target)
            && one.answers != answers
        {
            one.answers = answers;
            tx.put(place, &one);
        }
    }
}
