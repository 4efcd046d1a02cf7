//! Target groups of balancers, as far as ECS looks at them.
//!
//! The seam to Elastic Load Balancing: ECS reads whether a listener sends to a group; [`of_group`] tells that service
//! which tasks are in it.

use serde_json::Value;

use super::common::{invalid, items, text, whole};
use super::{Service, Task, TaskDefinition};
use crate::aws::Call;
use crate::aws::elbv2::TargetGroup;
use crate::store::{Place, Tx};
use crate::wire::ApiError;

/// A task behind a balancer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// The task's address.
    pub(crate) ip: String,
    /// The container's port.
    pub(crate) port: i64,
    /// `initial`, `healthy`, `unhealthy` or `draining`.
    pub(crate) state: &'static str,
}

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
        if group.balancers.is_empty() {
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

/// The tasks that ECS has in a target group.
pub(crate) fn of_group(tx: &Tx<'_>, place: &Place, arn: &str) -> Vec<Target> {
    let mut found = Vec::new();
    let tasks = tx.list::<Task>(place);
    for service in tx.list::<Service>(place) {
        let balancers = service.balancers().iter();
        let mine = balancers.filter(|one| text(one, "targetGroupArn") == Some(arn));
        for port in mine.filter_map(|one| whole(one, "containerPort")) {
            let of_it = tasks.iter().filter(|task| task.is_of(&service));
            found.extend(of_it.filter_map(|task| target(task, port)));
        }
    }
    found
}

fn target(task: &Task, port: i64) -> Option<Target> {
    let state = match task.phase.state.as_str() {
        "RUNNING" if task.ready => "healthy",
        "RUNNING" if task.ails() => "unhealthy",
        "RUNNING" => "initial",
        "DEACTIVATING" => "draining",
        _ => return None,
    };
    let ip = task.interface.as_ref()?.ip.clone();
    Some(Target { ip, port, state })
}
