//! From `[workload.NAME]` to resources: log group, roles, security group, task definition, service, scaling.

use std::collections::BTreeMap;

use provision_aws::Field;
use provision_core::contract::{ExpandAnswer, ExpandRequest, Severity};
use provision_core::model::ResourceId;
use provision_core::spec::{Health, Workload};

use super::balancers::{Way, port_names, ways};
use super::job;
use super::task::Main;
use super::unit::{Made, Unit, Words, keep};
use crate::kinds::{Scaling, Service};

/// In a deployment all that are wanted run, and as many again may.
const LEAST_PERCENT: i64 = 100;
const MOST_PERCENT: i64 = 200;

/// Seconds in which failed checks of a balancer do not count, where the spec says no `health.start`.
const GRACE: u64 = 60;

/// The workloads on ECS among the blocks.
pub(super) fn workloads(request: &ExpandRequest, answer: &mut ExpandAnswer) {
    for (name, workload) in &request.spec.workloads {
        let words = Words {
            sort: "workload",
            name,
            cluster: &workload.cluster,
            pool: workload.pool.as_deref(),
            container: &workload.container,
            identity: workload.identity.as_ref(),
        };
        match Unit::of(request, answer, &words) {
            Some(Ok(unit)) => one(&unit, workload, answer),
            Some(Err(failure)) => answer.failures.push(failure),
            None => {}
        }
    }
}

fn one(unit: &Unit<'_>, workload: &Workload, answer: &mut ExpandAnswer) {
    refusals(unit, workload, answer);
    let ways = ways(unit.request, unit.name, workload);
    let external = workload.image_external;
    let main = Main {
        ports: port_names(workload, &ways),
        health: workload
            .health
            .as_ref()
            .and_then(|health| health.command.as_deref()),
        start: start(workload.health.as_ref()).unwrap_or(0),
        stop_timeout: workload.stop_timeout,
        image_from: external.then(|| format!("{}/{}", unit.cluster_name(), unit.name)),
        sidecars: Some(&workload.sidecars),
    };
    let exec = unit.block.ecs.exec;
    let mut all = vec![
        unit.log_group(),
        unit.execution_role(&unit.secrets(&main), &unit.images(&main)),
        unit.task_role(exec),
        unit.security_group(),
    ];
    all.extend(unit.rules(&ways));
    all.extend(unit.rules_of_namespace(workload));
    all.push(unit.task_definition(&main, &mut answer.notes));
    all.push(service(unit, workload, &ways));
    all.extend(scaling(unit, workload));
    keep(answer, all);
}

fn start(health: Option<&Health>) -> Option<u64> {
    health.and_then(|health| health.start)
}

/// What ECS cannot do as the spec says it, each told by its word.
fn refusals(unit: &Unit<'_>, workload: &Workload, answer: &mut ExpandAnswer) {
    if let Some(path) = workload.volumes.keys().next() {
        let message = format!(
            "`volumes` wants a disk at {path} that stays, and ECS gives every task a new and empty one"
        );
        let advice = "keep the data in a database or a bucket, or run the workload on gke or eks";
        answer
            .failures
            .push(unit.refused("volume", &message, advice));
    }
    let path = workload.health.as_ref().and_then(|one| one.path.as_ref());
    let balanced = || !ways(unit.request, unit.name, workload).is_empty();
    if path.is_some() && !balanced() {
        let message = "on ECS it is a load balancer that asks for `health.path`, and none has this workload as its \
                       target: nothing asks";
        let note = unit.note(Severity::Warning, "health-unasked", message.to_owned());
        answer.notes.push(note);
    }
    if !unit.ground.way_out {
        let message = "its tasks have no way out of the network: they cannot pull an image from a registry outside";
        let note = unit.note(Severity::Warning, "no-way-out", message.to_owned());
        answer.notes.push(note);
    }
}

fn service(unit: &Unit<'_>, workload: &Workload, ways: &[Way]) -> Made {
    let (least, most) = (workload.replicas.min, workload.replicas.max);
    let namespace = unit.namespace.as_ref();
    let named = workload.port.filter(|_| namespace.is_some());
    let connect = named.map(|port| (unit.name.to_owned(), i64::from(port)));
    let grace = start(workload.health.as_ref()).unwrap_or(GRACE);
    let fields = Service {
        cluster: unit.cluster_name(),
        task_definition: Field::output(&unit.id("task-definition"), "arn"),
        image_external: workload.image_external,
        least: i64::from(least),
        most: i64::from(most),
        count: i64::from(least),
        capacity: unit.capacity(),
        subnets: unit.ground.nodes.clone(),
        security_groups: unit.groups(),
        balancers: unit.targets(ways),
        grace: match ways.is_empty() {
            true => 0,
            false => i64::try_from(grace).unwrap_or(i64::MAX),
        },
        minimum_percent: LEAST_PERCENT,
        maximum_percent: MOST_PERCENT,
        circuit_breaker: true,
        rollback: true,
        exec: unit.block.ecs.exec,
        propagate_tags: "SERVICE".to_owned(),
        namespace: namespace.map(|id| Field::output(id, "arn")),
        connect: connect.into_iter().collect::<BTreeMap<_, _>>(),
        tags: unit.tags(""),
    };
    let mut service = unit.own("service", "ecs.service", &fields)?;
    service.name = Some(unit.name.to_owned());
    service.parent = Some(unit.cluster_id("cluster"));
    service.after = comes_after(unit, ways);
    Ok(service)
}

/// What must stand, and what must have run, before its tasks roll.
fn comes_after(unit: &Unit<'_>, ways: &[Way]) -> Vec<ResourceId> {
    let mut after = unit.ready();
    after.extend(unit.rules(ways).into_iter().flatten().map(|rule| rule.id));
    for way in ways {
        after.extend(way.leading.iter().cloned());
    }
    after.extend(job::ahead_of(unit.request, unit.name));
    after.sort();
    after.dedup();
    after
}

/// Bounds and what moves the number between them; nothing where it is one number.
fn scaling(unit: &Unit<'_>, workload: &Workload) -> Option<Made> {
    let replicas = workload.replicas;
    if replicas.min == replicas.max {
        return None;
    }
    let fields = Scaling {
        resource: format!("service/{}/{}", unit.cluster_name(), unit.name),
        min: i64::from(replicas.min),
        max: i64::from(replicas.max),
        cpu: i64::from(replicas.cpu.unwrap_or(0)),
        memory: i64::from(replicas.memory.unwrap_or(0)),
    };
    Some(
        unit.own("scaling", "appscaling.target", &fields)
            .map(|mut target| {
                target.after.push(unit.id("service"));
                target
            }),
    )
}
