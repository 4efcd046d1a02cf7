//! Tasks that wait for an instance: where ECS scales a provider's group, a task without room is started all the same, and
//! stays `PROVISIONING` until an instance has room for it.
//!
//! Sources: "Automatically manage Amazon ECS capacity with cluster auto scaling" and "Auto Scaling group capacity
//! providers" (Amazon ECS developer guide); github.com/aws/containers-roadmap, issue 2381, for how long tasks wait.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::container_instance::{self, ContainerInstance};
use super::fate::{self, Of};
use super::task::Stop;
use super::{CapacityProvider, Cluster, Task, life};
use crate::aws::ec2::Instance;
use crate::phase::Phase;
use crate::store::{Place, Tx};

/// How long a task waits, in seconds: ten to thirty minutes, say the documents.
pub(super) const PATIENCE: u64 = 30 * 60;

/// A quick clock still lets machines come: each service looks only when something is asked.
pub(super) const LEAST_PATIENCE: SignedDuration = SignedDuration::from_secs(5);

/// Why a task that waited in vain stops.
pub(super) const NO_ROOM: &str = "EMPTY CAPACITY PROVIDER";

/// How many tasks of a cluster may wait.
const MOST: usize = 500;

/// A group that has not the size that its tasks ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Alarm {
    /// Whether it is too small; otherwise it is too large.
    pub(super) small: bool,
    /// Since when.
    pub(super) since: Timestamp,
}

impl Alarm {
    /// The moment so many real seconds after it began.
    pub(super) fn after(&self, tx: &Tx<'_>, seconds: u64) -> Timestamp {
        let lasts = tx.config().scaled(Duration::from_secs(seconds));
        self.since.checked_add(lasts).unwrap_or(Timestamp::MAX)
    }
}

/// Whether a task that found no room on a provider's instances may wait for one.
pub(super) fn makes_room(
    tx: &Tx<'_>,
    place: &Place,
    cluster: &Cluster,
    of: &Of<'_>,
    provider: Option<&str>,
) -> bool {
    let provider = provider.and_then(|name| tx.get::<CapacityProvider>(place, name));
    let scales = provider.is_some_and(|one| one.active() && !one.leaving() && one.scales());
    if !scales || fate::no_capacity(tx, of) {
        return false;
    }
    let waiting = |task: &Task| task.cluster == cluster.name && task.waits();
    tx.list_where::<Task>(place, waiting).len() < MOST
}

/// The providers that scale their groups, each with its cluster.
pub(super) fn scaling(tx: &Tx<'_>) -> Vec<(Place, Cluster, CapacityProvider)> {
    let scales = |one: &CapacityProvider| one.active() && !one.leaving() && one.scales();
    let providers = tx.everywhere_where(scales).into_iter();
    let with_cluster = providers.filter_map(|(place, provider)| {
        let has = |one: &Cluster| one.is("ACTIVE") && one.providers.contains(&provider.name);
        let cluster = tx.list_where(&place, has).into_iter().next()?;
        Some((place, cluster, provider))
    });
    with_cluster.collect()
}

/// The tasks of a provider that have not stopped, the oldest first.
pub(super) fn tasks_of(
    tx: &Tx<'_>,
    place: &Place,
    cluster: &Cluster,
    provider: &CapacityProvider,
) -> Vec<Task> {
    let mut tasks = tx.list_where::<Task>(place, |task| {
        let of_it = task.cluster == cluster.name && task.provider.as_ref() == Some(&provider.name);
        of_it && !task.is("STOPPED")
    });
    tasks.sort_by(|one, other| (one.created, &one.id).cmp(&(other.created, &other.id)));
    tasks
}

/// Ends the tasks whose instance is gone, and gives those that wait the room there is.
pub(super) fn give_room(tx: &mut Tx<'_>) {
    bereaved(tx);
    for (place, cluster, provider) in scaling(tx) {
        let tasks = tasks_of(tx, &place, &cluster, &provider);
        if !tasks.iter().any(Task::waits) {
            continue;
        }
        let instances = container_instance::of_provider(tx, &place, &cluster, &provider);
        let room = |one: ContainerInstance| (one.free(&tasks), one);
        let mut free: Vec<_> = instances.into_iter().map(room).collect();
        for mut task in tasks.iter().filter(|task| task.waits()).cloned() {
            let fits = |(room, _): &&mut ((i64, i64), _)| {
                let (cpu, memory): (i64, i64) = *room;
                cpu >= task.needs.0 && memory >= task.needs.1
            };
            let best = free.iter_mut().filter(fits).max_by_key(|(room, _)| room.1);
            let Some((room, instance)) = best else {
                continue;
            };
            *room = (room.0 - task.needs.0, room.1 - task.needs.1);
            settle_on(tx, &place, &mut task, instance);
        }
    }
}

fn settle_on(tx: &mut Tx<'_>, place: &Place, task: &mut Task, instance: &ContainerInstance) {
    // On one that stood before, the room came by something that ended just now.
    let at = match instance.since > task.phase.since {
        true => instance.since,
        false => tx.now(),
    };
    task.instance = Some(instance.arn.clone());
    task.machine = Some(instance.instance.clone());
    task.zone = Some(instance.zone.clone());
    task.phase = match task.network.is_some() {
        true => Phase::new("PROVISIONING", at),
        false => Phase::new("PENDING", at),
    };
    task.version += 1;
    tx.put(place, task);
}

/// A task ends with its instance.
fn bereaved(tx: &mut Tx<'_>) {
    let on_machine = |task: &Task| task.machine.is_some() && task.wanted() && !task.is("STOPPED");
    let now = tx.now();
    for (place, mut task) in tx.everywhere_where(on_machine) {
        let id = task.machine.clone().unwrap_or_default();
        let lives = tx.get::<Instance>(&place, &id);
        if lives.is_some_and(|one| one.live()) {
            continue;
        }
        let stop = Stop {
            code: "TerminationNotice".to_owned(),
            reason: format!("Host EC2 (instance {id}) terminated."),
            at: now,
            failure: None,
        };
        life::stop_with(tx, &place, &mut task, stop, now);
        tx.put(&place, &task);
    }
}
