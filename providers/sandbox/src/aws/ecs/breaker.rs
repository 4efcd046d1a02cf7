//! Failing tasks of services: they are counted, and a deployment with too many is given up when the service wants that.

use jiff::Timestamp;

use super::common::text;
use super::deployment::Deployment;
use super::rollout::try_again;
use super::{Service, Task};
use crate::store::{Place, Tx};

/// The failures that end a deployment: half of the tasks that are wanted, but neither few nor very many.
fn threshold(desired: i64) -> u32 {
    let half = (desired + 1) / 2;
    u32::try_from(half.clamp(3, 200)).unwrap_or(200)
}

/// Counts tasks that have ended by themselves, or that a health check has ended.
pub(super) fn count(
    tx: &mut Tx<'_>,
    place: &Place,
    service: &mut Service,
    tasks: &mut [Task],
    at: Timestamp,
) {
    let mut failed = Vec::new();
    for task in tasks.iter_mut().filter(|task| !task.seen) {
        let Some(stop) = &task.stop else { continue };
        failed.extend(stop.failure.clone().map(|failure| (failure, task.clone())));
        task.seen = true;
        tx.put(place, task);
    }
    for (failure, task) in failed {
        tell(tx, service, &failure, &task, at);
        service.steady = false;
        service.failures += 1;
        let mut all = service.deployments.iter_mut();
        if let Some(deployment) = all.find(|one| one.has(&task)) {
            deployment.failed += 1;
            deployment.updated = at;
        }
        hold(tx, service, at);
    }
}

/// Slows the starting of tasks that keep failing.
fn hold(tx: &mut Tx<'_>, service: &mut Service, at: Timestamp) {
    if service.failures == 3 {
        service.note(
            tx,
            at,
            "is unable to consistently start tasks successfully. For more information, see the Troubleshooting section \
             of the Amazon ECS Developer Guide.",
        );
    }
    try_again(tx, service, at);
}

/// A task that found no place counts too.
pub(super) fn not_placed(tx: &mut Tx<'_>, service: &mut Service, at: Timestamp) {
    service.failures += 1;
    service.steady = false;
    if let Some(primary) = service.deployments.first_mut() {
        primary.failed += 1;
    }
    hold(tx, service, at);
}

fn tell(tx: &mut Tx<'_>, service: &mut Service, failure: &str, task: &Task, at: Timestamp) {
    match failure {
        "container" => {
            let words = format!("(task {}) failed container health checks.", task.id);
            service.note(tx, at, &words);
        }
        "balancer" => {
            let first = service.balancers().first();
            let port = first.and_then(|one| super::common::whole(one, "containerPort"));
            let arn = first.and_then(|one| text(one, "targetGroupArn"));
            let words = format!(
                "(port {}) is unhealthy in (target-group {}) due to (reason Health checks failed).",
                port.unwrap_or_default(),
                arn.unwrap_or_default()
            );
            service.note(tx, at, &words);
        }
        _ => return,
    }
    let words = format!("has stopped 1 running tasks: (task {}).", task.id);
    service.note(tx, at, &words);
}

/// Gives up a deployment with too many failures, and goes back to the last good one when that is wanted.
pub(super) fn trip(tx: &mut Tx<'_>, service: &mut Service, at: Timestamp) {
    let (on, back) = service.breaker();
    let most = threshold(service.desired);
    let Some(primary) = service.deployments.first_mut() else {
        return;
    };
    if !on || !primary.is("IN_PROGRESS") || primary.failed < most {
        return;
    }
    let id = primary.id.clone();
    let reason = "ECS deployment circuit breaker: tasks failed to start.";
    primary.set("FAILED", reason.to_owned(), at);
    service.failures = 0;
    service.next = None;
    let words = format!("(deployment {id}) deployment failed: tasks failed to start.");
    service.note(tx, at, &words);
    let good = service.good.clone().filter(|(good, _)| back && *good != id);
    let Some((good, spec)) = good else { return };
    for deployment in &mut service.deployments {
        deployment.old = true;
    }
    let mut new = Deployment::new(tx, spec, at);
    new.reason = format!("ECS deployment circuit breaker: rolling back to deploymentId {good}.");
    service.deployments.insert(0, new);
    let words = format!("rolling back to (deployment {good}).");
    service.note(tx, at, &words);
}

#[cfg(test)]
mod tests {
    use super::threshold;

    #[test]
    fn the_threshold_is_half_of_what_is_wanted_within_bounds() {
        let wanted = [1, 6, 7, 25, 400, 800];
        assert_eq!(wanted.map(threshold), [3, 3, 4, 13, 200, 200]);
    }
}
