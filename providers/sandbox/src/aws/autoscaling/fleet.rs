//! How a group comes to as many instances as it should have: it looks from time to time, starts some or ends some.

use std::time::Duration;

use jiff::Timestamp;

use super::activity::Activity;
use super::group::Member;
use super::{Group, Refresh, template};
use crate::aws::ec2::{Instance, Launch, Subnet};
use crate::aws::elbv2::{Target, TargetGroup};
use crate::aws::iam::Role;
use crate::store::{Place, Tx};

/// Seconds after a request until the group looks.
pub(super) const LOOKS: u64 = 10;

/// Seconds until it tries again what failed.
const AGAIN: u64 = 60;

/// Brings all groups to the present.
pub(super) fn settle(tx: &mut Tx<'_>) {
    for (place, before) in tx.everywhere::<Group>() {
        let mut group = before;
        let mut changed = follow(tx, &place, &mut group);
        let now = tx.now();
        if group.due.is_some_and(|due| due <= now) {
            group.due = None;
            look(tx, &place, &mut group);
            changed = true;
        }
        if group.deleting.is_some() && group.members.is_empty() && group.due.is_none() {
            remove(tx, &place, &group);
            continue;
        }
        if changed {
            tx.put(&place, &group);
        }
        Refresh::settle(tx, &place, group);
    }
}

fn remove(tx: &mut Tx<'_>, place: &Place, group: &Group) {
    Activity::remove_all(tx, place, &group.name);
    Refresh::remove_all(tx, place, &group.name);
    tx.delete::<Group>(place, &group.name);
}

/// A moment so many real seconds from now.
pub(super) fn after(tx: &Tx<'_>, seconds: u64) -> Option<Timestamp> {
    let wait = tx.config().scaled(Duration::from_secs(seconds));
    tx.now().checked_add(wait).ok()
}

/// Follows what became of its instances; tells whether something changed.
fn follow(tx: &mut Tx<'_>, place: &Place, group: &mut Group) -> bool {
    let mut changed = false;
    let members = std::mem::take(&mut group.members);
    for mut member in members {
        match member.lifecycle(tx, place) {
            None => {
                Activity::end(tx, place, &group.name, &member.activity);
                changed = true;
                // One that ended though nobody here ended it is made anew.
                if group.due.is_none() && group.deleting.is_none() {
                    group.due = Some(tx.now());
                }
                continue;
            }
            Some("InService") if !member.attached => {
                attach(tx, place, group, &member.id);
                member.attached = true;
                Activity::end(tx, place, &group.name, &member.activity);
                changed = true;
            }
            _ => {}
        }
        group.members.push(member);
    }
    changed
}

fn attach(tx: &mut Tx<'_>, place: &Place, group: &Group, id: &str) {
    for arn in &group.target_groups {
        if let Some(found) = tx.get::<TargetGroup>(place, arn) {
            Target::register(tx, place, arn, id, found.port);
        }
    }
}

fn look(tx: &mut Tx<'_>, place: &Place, group: &mut Group) {
    let wanted = usize::try_from(group.sizes.desired).unwrap_or_default();
    let mut have = group.living(tx, place).len();
    while have < wanted {
        match start(tx, place, group) {
            true => have += 1,
            false => {
                group.due = after(tx, AGAIN);
                return;
            }
        }
    }
    while have > wanted {
        let Some(id) = victim(tx, place, group) else {
            group.due = after(tx, AGAIN);
            return;
        };
        end(tx, place, group, &id);
        have -= 1;
    }
}

/// Starts one instance; tells whether it could.
fn start(tx: &mut Tx<'_>, place: &Place, group: &mut Group) -> bool {
    match try_start(tx, place, group) {
        Ok(()) => true,
        Err(why) => {
            Activity::failed(tx, place, group, &why);
            false
        }
    }
}

/// Starts one instance in the subnet with the fewest of the group, or in the next that has room.
fn try_start(tx: &mut Tx<'_>, place: &Place, group: &mut Group) -> Result<(), String> {
    let template = template::resolved(tx, place, &group.source.template)
        .ok_or("The launch template does not exist. Launching EC2 instance failed.")?;
    let living = group.living(tx, place).into_iter();
    let running: Vec<Instance> = living.filter_map(|one| tx.get(place, &one.id)).collect();
    let on_demand = running.iter().filter(|one| !one.spot).count();
    let on_demand = i64::try_from(on_demand).unwrap_or(i64::MAX);
    let spot = group.source.next_is_spot(on_demand, group.sizes.desired);
    if spot {
        Role::service_linked(tx, &place.account, "spot.amazonaws.com");
    }
    for subnet in by_room(tx, place, group, &running) {
        let launch = template::launch(tx, place, group, &template, &subnet)?;
        if let Some(instance) = Instance::launch(tx, place, Launch { spot, ..launch }) {
            let activity = Activity::launch(tx, place, group, &instance);
            group.members.push(Member {
                id: instance.id,
                protected: group.protected,
                template,
                attached: false,
                activity,
            });
            return Ok(());
        }
    }
    Err(format!(
        "There are not enough free addresses in subnet '{}' to satisfy the requested number of instances. Launching \
         EC2 instance failed.",
        group.subnets.join(",")
    ))
}

/// The group's subnets, the one with the fewest of its instances first.
fn by_room(tx: &Tx<'_>, place: &Place, group: &Group, running: &[Instance]) -> Vec<Subnet> {
    let ids = group.subnets.iter();
    let mut subnets: Vec<Subnet> = ids.filter_map(|id| tx.get(place, id)).collect();
    subnets.sort_by_key(|subnet| {
        let there = running.iter().filter(|one| one.subnet_id == subnet.id);
        there.count()
    });
    subnets
}

/// The instance that goes first: of the zone with the most, the one with the oldest template, the oldest. Scaling in
/// passes by what is protected; a deletion does not.
fn victim(tx: &Tx<'_>, place: &Place, group: &Group) -> Option<String> {
    let zone = |id: &str| tx.get::<Instance>(place, id).map(|one| one.zone);
    let living = group.living(tx, place);
    let crowd = |id: &str| {
        let own = zone(id);
        living.iter().filter(|one| zone(&one.id) == own).count()
    };
    let free = living
        .iter()
        .filter(|one| !one.protected || group.deleting.is_some());
    let mut free: Vec<_> = free.collect();
    free.sort_by_key(|one| {
        let version: u64 = one.template.version.parse().unwrap_or_default();
        (std::cmp::Reverse(crowd(&one.id)), version)
    });
    free.first().map(|one| one.id.clone())
}

/// Ends an instance of the group.
pub(super) fn end(tx: &mut Tx<'_>, place: &Place, group: &mut Group, id: &str) {
    for arn in &group.target_groups {
        if let Some(found) = tx.get::<TargetGroup>(place, arn) {
            Target::deregister(tx, place, arn, id, found.port);
        }
    }
    let activity = Activity::terminate(tx, place, group, id);
    if let Some(member) = group.members.iter_mut().find(|one| one.id == id) {
        Activity::end(tx, place, &group.name, &member.activity);
        member.activity = activity;
    }
    Instance::terminate(tx, place, id);
}
