//! Managed scaling: ECS keeps a provider's group as large as its tasks need it.
//!
//! `CapacityProviderReservation` is M / N × 100: M instances are needed, N are there. Without instances it is 100 when no
//! task waits and 200 when one does. A target tracking policy holds it at the target capacity: after one minute above,
//! instances are added; after fifteen minutes below, idle ones are taken away, half of the group at once at most.
//!
//! Sources: "Automatically manage Amazon ECS capacity with cluster auto scaling" (Amazon ECS developer guide),
//! "ManagedScaling" (API reference), "Faster scaling-in for Amazon ECS cluster auto scaling" (AWS containers blog);
//! github.com/aws/containers-roadmap, issue 900 for the minutes and 1716 for the 200, which make two of none.

use jiff::Timestamp;

use super::container_instance::{self, ContainerInstance, size};
use super::fate::later;
use super::managed::{Alarm, scaling, tasks_of};
use super::{CapacityProvider, Cluster, Task, scaling_group};
use crate::aws::autoscaling::{Group, Size};
use crate::store::{Place, Tx};

/// Seconds above the target until instances are added.
const ABOVE: u64 = 60;
/// Seconds below it until some are taken away.
const BELOW: u64 = 15 * 60;

/// Looks at all groups that ECS scales.
pub(super) fn settle(tx: &mut Tx<'_>) {
    for (place, cluster, provider) in scaling(tx) {
        let Some(group) = scaling_group::of_arn(tx, &place, &provider.group) else {
            continue;
        };
        if let Some(size) = group.size() {
            let fleet = Fleet::new(tx, &place, &cluster, &provider, &group, size);
            fleet.tend(tx, &place, provider, group);
        }
    }
}

/// A group and what runs on it.
struct Fleet {
    size: Size,
    /// The instances that run, and whether each has a task.
    running: Vec<(ContainerInstance, bool)>,
    /// How many instances are on their way.
    starting: i64,
    /// How many more the tasks that wait would fill.
    lacking: i64,
}

impl Fleet {
    fn new(
        tx: &Tx<'_>,
        place: &Place,
        cluster: &Cluster,
        provider: &CapacityProvider,
        group: &Group,
        size: Size,
    ) -> Self {
        let tasks = tasks_of(tx, place, cluster, provider);
        let instances = container_instance::of_provider(tx, place, cluster, provider);
        let busy = |one: &ContainerInstance| {
            let mut all = tasks.iter();
            all.any(|task| task.instance.as_ref() == Some(&one.arn))
        };
        let running: Vec<_> = instances
            .into_iter()
            .map(|one| {
                let busy = busy(&one);
                (one, busy)
            })
            .collect();
        let starting = (size.desired - count(running.len())).max(0);
        let kind = group.next_type(tx, place);
        Self {
            lacking: kind.map_or(0, |kind| lacking(&tasks, &kind, starting)),
            size,
            running,
            starting,
        }
    }

    /// How many instances the target asks for.
    fn wanted(&self, provider: &CapacityProvider) -> i64 {
        let scaling = &provider.scaling;
        let target = scaling.target_capacity.max(1);
        let there = count(self.running.len()) + self.starting;
        let most = scaling.maximum_scaling_step_size;
        let step = |lacking: i64| lacking.max(scaling.minimum_scaling_step_size).min(most);
        let up = |reservation: i64| (reservation + target - 1) / target;
        match (self.lacking, there) {
            (0, 0) => 0,
            (_, 0) => up(200),
            (0, _) => {
                let busy = self.running.iter().filter(|(_, busy)| *busy).count();
                up((count(busy) + self.starting) * 100)
            }
            (lacking, _) => up((there + step(lacking)) * 100),
        }
    }

    /// Protects what has tasks; changes the size when it was wrong for long enough.
    fn tend(&self, tx: &mut Tx<'_>, place: &Place, mut provider: CapacityProvider, group: Group) {
        let (mut group, before) = (group, provider.alarm);
        let mut changed = false;
        if provider.protects() {
            for (one, _) in self.running.iter().filter(|(_, busy)| *busy) {
                changed |= group.guard(&one.instance, true);
            }
        }
        let there = self.size.desired;
        let wanted = self
            .wanted(&provider)
            .clamp(self.size.min, self.size.max.max(self.size.min));
        if wanted == there {
            provider.alarm = None;
        } else if before.is_none_or(|alarm| alarm.small != (wanted > there)) {
            provider.alarm = Some(Alarm {
                small: wanted > there,
                since: tx.now(),
            });
        }
        if let Some(to) = self.due(tx, &provider, wanted) {
            if provider.protects() && to < there {
                for (one, _) in self.running.iter().filter(|(_, busy)| !busy) {
                    group.guard(&one.instance, false);
                }
            }
            let policy = format!("ECSManagedAutoScalingPolicy-{}", provider.policy);
            group.scale(tx, to, &policy);
            provider.alarm = None;
            changed = true;
        }
        if changed {
            tx.put(place, &group);
        }
        if provider.alarm != before {
            tx.put(place, &provider);
        }
    }

    /// The size that the group is to have from now on, when it is time for another one.
    fn due(&self, tx: &Tx<'_>, provider: &CapacityProvider, wanted: i64) -> Option<i64> {
        let alarm = provider.alarm?;
        let there = self.size.desired;
        if alarm.small {
            return (alarm.after(tx, ABOVE) <= tx.now()).then_some(wanted);
        }
        let warmup = u64::try_from(provider.scaling.instance_warmup_period).unwrap_or(0);
        let warm = |one: &ContainerInstance| -> Timestamp { later(tx, one.since, warmup) };
        let all_warm = self.running.iter().all(|(one, _)| warm(one) <= tx.now());
        let quiet = alarm.after(tx, BELOW) <= tx.now() && self.starting == 0 && all_warm;
        let half = there - (there / 2).max(1);
        quiet.then_some(wanted.max(half).max(self.size.min))
    }
}

fn count(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

/// How many instances of a type are needed beside those on their way, so that all tasks that wait have room. One that is
/// larger than an instance asks for none.
fn lacking(tasks: &[Task], kind: &str, starting: i64) -> i64 {
    let (cpu, memory) = size(kind);
    let waiting = tasks.iter().filter(|task| task.waits());
    let mut needs: Vec<(i64, i64)> = waiting.map(|task| task.needs).collect();
    needs.retain(|(c, m)| *c <= cpu && *m <= memory);
    needs.sort_by_key(|(c, m)| std::cmp::Reverse((*m, *c)));
    let mut bins: Vec<(i64, i64)> = Vec::new();
    for (c, m) in needs {
        match bins.iter_mut().find(|bin| bin.0 >= c && bin.1 >= m) {
            Some(bin) => *bin = (bin.0 - c, bin.1 - m),
            None => bins.push((cpu - c, memory - m)),
        }
    }
    (count(bins.len()) - starting).max(0)
}
