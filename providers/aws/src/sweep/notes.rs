//! What the plan says of what is in the way and not ours, and of what could not be read.

use provision_core::contract::{Note, Severity};

use super::found::{Found, Sort, World};
use super::owner;
use super::scope::Scope;
use crate::marks::STACK;

/// The notes of a plan that removes networks.
pub(super) fn of(scope: &Scope, world: &World) -> Vec<Note> {
    let mut notes: Vec<Note> = scope
        .whole
        .iter()
        .filter_map(|vpc| in_the_way(scope, world, vpc))
        .collect();
    notes.extend(world.unread.iter().map(|fault| Note {
        severity: Severity::Warning,
        code: "sweep-unread".to_owned(),
        message: format!(
            "what controllers left could not be listed as a whole, and what is not seen stays and may hold up the \
             removal of the network: {fault}"
        ),
        address: None,
    }));
    notes
}

/// What lies in a network that goes, is not ours, and no controller of ours left.
fn in_the_way(scope: &Scope, world: &World, vpc: &str) -> Option<Note> {
    let id = scope.networks.get(vpc)?;
    let mine = |found: &&Found| found.vpc.as_deref() == Some(vpc);
    let strange = |found: &&Found| {
        !found.tags.contains_key(STACK)
            && scope.owner(world, found).is_none()
            && !owner::maker(found).is_some_and(|name| scope.clusters.contains_key(name))
    };
    let mut words: Vec<String> = world
        .found
        .iter()
        .filter(mine)
        .filter(strange)
        .filter_map(words)
        .collect();
    let subnets = world.strange.iter().filter(|(of, _)| of == vpc);
    words.extend(subnets.map(|(_, subnet)| subnet.clone()));
    if words.is_empty() {
        return None;
    }
    Some(Note {
        severity: Severity::Warning,
        code: "in-the-way".to_owned(),
        message: format!(
            "{vpc} holds what is not ours: {}. It is not touched, and the network cannot be removed before it is gone: \
             remove it, or leave the network in the file",
            words.join(", ")
        ),
        address: Some(id.to_string()),
    })
}

/// What it is called; `None` for interfaces of machines and services, which come and go with them.
fn words(found: &Found) -> Option<String> {
    let noun = match found.sort {
        Sort::Balancer | Sort::Classic => "load balancer",
        Sort::Group => "security group",
        Sort::Interface if found.busy.is_none() => "network interface",
        // A target group holds up no network.
        Sort::Interface | Sort::TargetGroup | Sort::Volume => return None,
    };
    Some(match found.sort {
        Sort::Group | Sort::Interface => format!("{noun} {} ({})", found.physical, found.name),
        _ => format!("{noun} {}", found.name),
    })
}
