//! `aws.sweep`: the last look for what a cluster left, before its network goes.
//!
//! In the plan it stands for whatever carries the tags of these clusters in these networks of ours when it runs. It reads
//! everything again, deletes one object a call, and ends when nothing is there and nothing is on its way out.

use provision_core::contract::{Act, Context, Handle, Outcome, PollOutcome};
use provision_core::model::{Observed, Value};

use super::found::{Busy, Found, Sort, World, look};
use super::remove::{Did, holds, remove};
use super::{networks, owner};
use crate::client::Aws;
use crate::error::{Fault, How};
use crate::kinds::live::texts;
use crate::kinds::serve::stopped;
use crate::marks::Marks;

/// The kind's name.
pub(super) const KIND: &str = "aws.sweep";

/// Where a last look is made, and for what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rest {
    /// The clusters that are gone.
    pub(super) clusters: Vec<String>,
    /// The networks, all of them ours.
    pub(super) vpcs: Vec<String>,
    /// Volumes go as well.
    pub(super) volumes: bool,
    /// Free interfaces of nodes go, whatever their cluster was: the network goes.
    pub(super) nodes: bool,
}

/// What is left to do.
pub(super) enum To {
    /// This can be deleted.
    Delete(Box<Found>),
    /// This goes by itself.
    Wait(String),
    /// This is held by something else.
    Held(String),
    /// Some of it could not be read.
    Unread(String),
    /// Nothing.
    Nothing,
}

impl Rest {
    fn of(live: &Observed) -> Self {
        let is = |field: &str| live.fields.get(field) == Some(&Value::Bool(true));
        Self {
            clusters: texts(live, "clusters"),
            vpcs: texts(live, "vpcs"),
            volumes: is("volumes"),
            nodes: is("nodes"),
        }
    }

    async fn next(&self, aws: &Aws, context: &Context) -> To {
        let clusters = match self.volumes {
            true => self.clusters.as_slice(),
            false => &[],
        };
        let world = look(aws, &self.vpcs, clusters).await;
        // What the caller may not see cannot be swept: what it holds up says so itself.
        let passing = |fault: &&Fault| fault.how != How::Refused || fault.is_not_found();
        if let Some(fault) = world.unread.iter().find(passing) {
            return To::Unread(fault.to_string());
        }
        self.judge(&world, context)
    }

    pub(super) fn judge(&self, world: &World, context: &Context) -> To {
        let ours = |vpc: &String| {
            let stack = world.marks.get(vpc).and_then(Option::as_ref);
            stack == Some(&context.stack)
        };
        let here = |found: &&Found| match &found.vpc {
            Some(vpc) => ours(vpc),
            None => self.volumes && owner::is_claimed(&found.tags),
        };
        let (mut waits, mut held) = (None, None);
        for found in world.found.iter().filter(here) {
            let busy = self.busy(world, found);
            match (self.is_mine(found), busy) {
                (true, None) => return To::Delete(Box::new(found.clone())),
                (mine, Some(Busy::Going(what))) if mine || self.waits(world, found, context) => {
                    waits.get_or_insert(format!("{} of {what} goes", found.physical));
                }
                (true, Some(Busy::Held(_))) => held = held.or_else(|| holds_with(found, world)),
                (_, _) => {}
            }
        }
        match (waits, held) {
            (Some(what), _) => To::Wait(what),
            (None, Some(what)) => To::Held(what),
            (None, None) => To::Nothing,
        }
    }

    /// Whether an interface that goes holds up something of ours: it has a group of ours or of a cluster that is gone,
    /// or none that tells whose it was. Those of others come and go without end.
    fn waits(&self, world: &World, found: &Found, context: &Context) -> bool {
        let groups = world
            .found
            .iter()
            .filter(|one| one.sort == Sort::Group && found.uses.contains(&one.physical));
        let groups: Vec<&Found> = groups.collect();
        let ours = |group: &&Found| {
            let stack = Marks::of(&group.tags).stack;
            self.is_mine(group) || stack.as_ref() == Some(&context.stack)
        };
        found.sort == Sort::Interface && (groups.is_empty() || groups.iter().any(ours))
    }

    fn is_mine(&self, found: &Found) -> bool {
        match owner::maker(found) {
            Some(name) => self.clusters.iter().any(|mine| mine == name),
            None => self.nodes && owner::is_of_node(&found.tags),
        }
    }

    /// Why an object cannot be deleted now. A control plane's interfaces go with it; a group's members hold it.
    fn busy(&self, world: &World, found: &Found) -> Option<Busy> {
        if found.sort == Sort::Group {
            return member(world, found).map(|(id, busy)| match busy {
                Some(Busy::Going(what)) => Busy::Going(format!("{id}, which {what} had,")),
                Some(Busy::Held(what)) => Busy::Held(format!("{id} of {what}")),
                None => Busy::Held(id),
            });
        }
        let plane = found.name.strip_prefix(networks::CONTROL_PLANE);
        let mine = plane.is_some_and(|name| self.clusters.iter().any(|mine| mine == name));
        match &found.busy {
            Some(Busy::Held(what)) if found.sort == Sort::Interface && mine => {
                Some(Busy::Going(what.clone()))
            }
            busy => busy.clone(),
        }
    }
}

/// An interface that has the group, and why that cannot go; those that are held come first.
fn member(world: &World, group: &Found) -> Option<(String, Option<Busy>)> {
    let members = world
        .found
        .iter()
        .filter(|one| one.sort == Sort::Interface && one.uses.contains(&group.physical));
    let mut members: Vec<&Found> = members.collect();
    members.sort_by_key(|one| !matches!(one.busy, Some(Busy::Held(_))));
    let first = members.first()?;
    Some((first.physical.clone(), first.busy.clone()))
}

fn holds_with(found: &Found, world: &World) -> Option<String> {
    match member(world, found).filter(|_| found.sort == Sort::Group) {
        Some((id, busy)) => {
            let whose = match busy {
                Some(Busy::Held(what) | Busy::Going(what)) => format!(" of {what}"),
                None => String::new(),
            };
            Some(format!(
                "security group {} ({}) is still used by {id}{whose}: delete that first when it is not ours",
                found.physical, found.name
            ))
        }
        None => holds(found),
    }
}

/// Makes the next call.
pub(super) async fn act(aws: &Aws, act: &Act, live: &Observed) -> Outcome {
    let retry = |reason: String| Outcome::Retry {
        after_ms: 1_500,
        reason,
        within_ms: None,
    };
    match Rest::of(live).next(aws, &act.context).await {
        To::Nothing => Outcome::Gone,
        To::Wait(phase) => Outcome::Accepted {
            handle: Handle::default(),
            phase,
        },
        To::Held(reason) | To::Unread(reason) => retry(reason),
        To::Delete(found) => match remove(aws, &act.context.stack, &found).await {
            Ok(Did::More(did)) => again(did),
            Ok(Did::Gone | Did::Going) => again(format!("deleted {}", found.name)),
            Err(stop) => stopped(stop, &act.step),
        },
    }
}

fn again(did: String) -> Outcome {
    Outcome::Again {
        did,
        observed: None,
    }
}

/// Asks whether what was waited for is gone.
pub(super) async fn poll(aws: &Aws, context: &Context, live: &Observed) -> PollOutcome {
    match Rest::of(live).next(aws, context).await {
        To::Nothing => PollOutcome::Gone,
        To::Wait(phase) => PollOutcome::Pending {
            phase,
            trouble: None,
        },
        To::Unread(reason) => PollOutcome::Pending {
            phase: "looking again".to_owned(),
            trouble: Some(reason),
        },
        To::Delete(_) | To::Held(_) => PollOutcome::Again { observed: None },
    }
}
