//! The kinds of ECS objects, one file each, and what they have in common.

mod autoscaling_calls;
mod autoscaling_group;
mod autoscaling_reads;
mod autoscaling_refresh;
mod autoscaling_trouble;
mod call;
mod capacity_provider;
mod capacity_reads;
mod cluster;
mod cluster_capacity;
mod cluster_reads;
mod container;
mod container_instance;
mod found;
mod namespace;
mod run;
mod scaling;
mod scaling_reads;
mod schedule;
mod schedule_calls;
mod schedule_group;
mod service;
mod service_calls;
mod service_health;
mod service_live;
mod service_reads;
mod service_rollout;
mod task_definition;
mod task_definition_calls;
mod task_definition_kept;
mod task_definition_list;
mod task_definition_reads;
mod task_usage;
#[cfg(test)]
mod tests_run;

use provision_aws::kind::{Face, Ops};
use provision_core::model::Table;

pub(crate) use autoscaling_group::AutoScalingGroup;
pub(crate) use call::{Capacity, ecs, network, strategy};
pub(crate) use capacity_provider::CapacityProvider;
pub(crate) use cluster::Cluster;
pub(crate) use cluster_capacity::{ClusterCapacity, FARGATE, FARGATE_SPOT, PART as CAPACITY};
pub(crate) use cluster_reads::{Found, survey as survey_clusters};
pub(crate) use container::Container;
pub(crate) use found::{
    Found as FoundCluster, Job as FoundJob, Pool as FoundPool, Runs, Unread, found,
};
pub(crate) use namespace::Namespace;
pub(crate) use run::{Run, unplaced};
pub(crate) use scaling::Scaling;
pub(crate) use schedule::Schedule;
pub(crate) use schedule_group::{
    ScheduleGroup, id as schedule_group_id, name as schedule_group_name,
};
pub(crate) use service::{Balancer, Service};
pub(crate) use service_calls::PORT_NAME;
pub(crate) use service_health::{advice, ended, tasks};
pub(crate) use task_definition::TaskDefinition;

/// Every kind, in the order in which they are listed.
pub(crate) const ALL: [&dyn Ops; 11] = [
    &Face::<Namespace>::NEW,
    &Face::<Cluster>::NEW,
    &Face::<AutoScalingGroup>::NEW,
    &Face::<CapacityProvider>::NEW,
    &Face::<ClusterCapacity>::NEW,
    &Face::<TaskDefinition>::NEW,
    &Face::<Service>::NEW,
    &Face::<Scaling>::NEW,
    &Face::<Run>::NEW,
    &Face::<ScheduleGroup>::NEW,
    &Face::<Schedule>::NEW,
];

/// The tables of all kinds, in the order in which they are listed.
#[must_use]
pub fn tables() -> Vec<Table> {
    ALL.iter().map(|ops| ops.table()).collect()
}

/// Finds a kind's operations.
pub(crate) fn ops(kind: &str) -> Option<&'static dyn Ops> {
    ALL.iter().copied().find(|ops| ops.name() == kind)
}
