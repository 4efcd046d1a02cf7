//! The kinds of ECS objects, one file each, and what they have in common.

mod call;
mod container;
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
mod task_definition_reads;
mod task_usage;
#[cfg(test)]
mod tests_run;

use provision_aws::kind::{Face, Ops};
use provision_core::model::Table;

pub(crate) use call::Capacity;
pub(crate) use container::Container;
pub(crate) use run::Run;
pub(crate) use scaling::Scaling;
pub(crate) use schedule::Schedule;
pub(crate) use schedule_group::{
    ScheduleGroup, id as schedule_group_id, name as schedule_group_name,
};
pub(crate) use service::{Balancer, Service};
pub(crate) use service_calls::PORT_NAME;
pub(crate) use task_definition::TaskDefinition;

/// Every kind, in the order in which they are listed.
pub(crate) const ALL: [&dyn Ops; 6] = [
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
