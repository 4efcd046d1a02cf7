//! From blocks on ECS to resources.

use provision_core::contract::{ExpandAnswer, ExpandRequest};
use provision_core::model::Platform;

mod balancers;
mod cluster;
mod cluster_notes;
mod cron;
mod identity;
mod job;
mod machines;
mod secret;
mod size;
mod task;
#[cfg(test)]
mod tests_cluster;
#[cfg(test)]
mod tests_run;
mod unit;
mod workload;

pub(crate) use cron::expression as cron_expression;
pub(crate) use job::by_hand;

/// The platform of this provider's blocks.
const PLATFORM: Platform = Platform::Ecs;

/// The clusters, workloads and jobs on ECS among the blocks.
#[must_use]
pub fn expand(request: &ExpandRequest) -> ExpandAnswer {
    let mut answer = ExpandAnswer::default();
    cluster::clusters(request, &mut answer);
    workload::workloads(request, &mut answer);
    job::jobs(request, &mut answer);
    answer
}
