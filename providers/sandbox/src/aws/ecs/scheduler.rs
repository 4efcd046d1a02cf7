//! The passing of time in ECS: clusters, providers, tasks, and services that look after their tasks.
//!
//! What happens between two requests happens in its own order: the moment of each change is computed, so that a long
//! wait in one step ends as many short ones do.

use std::collections::BTreeMap;

use super::{
    CapacityProvider, Cluster, Service, Task, TaskDefinition, capacity_provider, cluster, life,
    managed, managed_size, rollout, task_definition,
};
use crate::store::{Document, Place, Tx};

/// How many changes one service or task makes in one step at most: with no time between them they would never end.
const BOUND: usize = 400;

/// Brings everything to the present.
pub(super) fn settle(tx: &mut Tx<'_>) {
    for (place, mut one) in tx.everywhere::<Cluster>() {
        let now = tx.now();
        let mut changed = one.phase.advance(cluster::STATES, tx.config(), now);
        if let Some(phase) = &mut one.attachments {
            changed |= phase.advance(cluster::ATTACHMENTS, tx.config(), now);
        }
        if changed {
            tx.put(&place, &one);
        }
    }
    for (place, mut one) in tx.everywhere::<CapacityProvider>() {
        if one
            .update
            .advance(capacity_provider::STATES, tx.config(), tx.now())
        {
            tx.put(&place, &one);
        }
    }
    managed::give_room(tx);
    let mut tasks = by_service(tx);
    for (place, service) in tx.everywhere::<Service>() {
        if service.is("INACTIVE") {
            continue;
        }
        let of = (
            place.clone(),
            service.cluster.clone(),
            Some(service.name.clone()),
        );
        let named = tasks.remove(&of).unwrap_or_default().into_iter();
        // Tasks of one that had the name before have nobody any more.
        let (mine, others) = named.partition(|task| task.is_of(&service));
        tasks.insert(of, others);
        look_after(tx, &place, service, mine);
    }
    for ((place, _, _), tasks) in tasks {
        for task in tasks {
            alone(tx, &place, task);
        }
    }
    managed_size::settle(tx);
    // There are many, and time changes none but those that are to go.
    let goes = |one: &TaskDefinition| {
        task_definition::STATES
            .iter()
            .any(|step| one.phase.is(step.from))
    };
    for (place, mut one) in tx.everywhere_where(goes) {
        if one
            .phase
            .advance(task_definition::STATES, tx.config(), tx.now())
        {
            forget(tx, &place, &mut one);
        }
    }
}

/// All tasks by place, cluster and the name of their service.
fn by_service(tx: &Tx<'_>) -> BTreeMap<(Place, String, Option<String>), Vec<Task>> {
    let mut tasks = BTreeMap::<_, Vec<Task>>::new();
    for (place, task) in tx.everywhere::<Task>() {
        let of = (place, task.cluster.clone(), task.service.clone());
        tasks.entry(of).or_default().push(task);
    }
    tasks
}

/// A definition that is to go stays while a task or a service has it.
fn forget(tx: &mut Tx<'_>, place: &Place, one: &mut TaskDefinition) {
    let name = one.name();
    let tasks = tx.list::<Task>(place);
    let running = |task: &Task| !task.is("STOPPED") && task.definition_key() == one.id();
    let services = tx.list::<Service>(place);
    let using = |service: &Service| {
        let mut all = service.deployments.iter();
        !service.is("INACTIVE") && all.any(|deployment| deployment.spec.definition == name)
    };
    if !tasks.iter().any(running) && !services.iter().any(using) {
        tx.delete::<TaskDefinition>(place, &one.id());
    }
}

/// The definition of a task.
fn definition(tx: &Tx<'_>, place: &Place, task: &Task) -> Option<TaskDefinition> {
    tx.get::<TaskDefinition>(place, &task.definition_key())
}

/// A task that no service looks after.
fn alone(tx: &mut Tx<'_>, place: &Place, mut task: Task) {
    for _ in 0..BOUND {
        match life::due(tx.config(), &task) {
            Some(at) if at <= tx.now() => {
                let definition = definition(tx, place, &task);
                if !life::advance(tx, place, &mut task, definition.as_ref(), at) {
                    return;
                }
            }
            _ => break,
        }
    }
    reconsider(tx, place, &mut task);
}

/// Only the knobs and the balancers change a task otherwise than by time.
fn reconsider(tx: &mut Tx<'_>, place: &Place, task: &mut Task) -> bool {
    let injected = task.end.as_ref().is_some_and(|end| end.injected);
    let may = !tx.config().issues.is_empty() || injected || task.balanced();
    if !may || !task.is("RUNNING") {
        return false;
    }
    let definition = definition(tx, place, task);
    life::reconsider(tx, place, task, definition.as_ref())
}

/// A service and its tasks.
fn look_after(tx: &mut Tx<'_>, place: &Place, mut service: Service, mut tasks: Vec<Task>) {
    let before = service.clone();
    let now = tx.now();
    for _ in 0..BOUND {
        let next = tasks.iter().filter_map(|task| life::due(tx.config(), task));
        let next = next.chain(service.next).min();
        let Some(at) = next.filter(|at| *at <= now) else {
            break;
        };
        if service.next.is_some_and(|next| next <= at) {
            service.next = None;
        }
        tasks.retain_mut(|task| {
            if life::due(tx.config(), task).is_none_or(|due| due > at) {
                return true;
            }
            let definition = definition(tx, place, task);
            life::advance(tx, place, task, definition.as_ref(), at)
        });
        rollout::step(tx, place, &mut service, &mut tasks, at);
        if service.is("INACTIVE") {
            break;
        }
    }
    let mut changed = false;
    for task in &mut tasks {
        changed |= reconsider(tx, place, task);
    }
    if changed {
        service.next = Some(now);
    }
    if service != before {
        tx.put(place, &service);
    }
}
