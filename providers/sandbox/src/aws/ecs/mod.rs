//! ECS: clusters, capacity providers, task definitions, services and tasks.
//!
//! A task runs nothing: how it ends is told by the knobs ([`crate::Ailment`] of tasks and services), and by what is
//! missing around it. The seams to other services: `scaling_group` reads Auto Scaling groups and their instances,
//! `targets` the target groups of balancers.
//!
//! Codes and messages: the Amazon ECS API reference and developer guide, recorded answers, and what users of the API
//! quote in public issues.

mod account;
mod breaker;
mod capacity;
mod capacity_provider;
mod capacity_provider_change;
mod cluster;
mod cluster_change;
mod cluster_words;
mod common;
mod container_instance;
mod container_rules;
mod definition_defaults;
mod definition_list;
mod definition_requests;
mod definition_rules;
mod definition_traits;
mod deployment;
mod diary;
mod execute;
mod fate;
mod life;
mod managed;
mod managed_size;
mod namespace;
mod network;
mod operations;
mod oracle;
mod requests;
mod role;
mod rollout;
mod scaling_group;
mod scheduler;
mod service;
mod service_change;
mod service_create;
mod service_list;
mod shape;
mod start;
mod strategy;
mod tags;
mod targets;
mod task;
mod task_definition;
mod task_list;
mod task_run;
mod task_words;

#[cfg(test)]
mod tests;

use super::Service as ServiceOf;
use crate::wire::Protocol;

use capacity_provider::CapacityProvider;
use cluster::Cluster;
use service::Service;
use task::Task;
use task_definition::TaskDefinition;

pub(crate) use task_definition::tags_of as definition_tags;
pub(crate) use task_run::run as run_task;

/// The service.
pub(crate) const SERVICE: ServiceOf = ServiceOf {
    name: "ecs",
    protocol: Protocol::Json,
    global: false,
    operations: operations::OPERATIONS,
    settle: scheduler::settle,
    objects: oracle::objects,
};
