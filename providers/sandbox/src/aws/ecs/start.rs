//! Starting of tasks, for a service or by hand.

use jiff::Timestamp;
use serde_json::Value;

use super::capacity::{Capacity, Spot};
use super::common::{fresh_id, fresh_uuid, given, items, text, truth, whole};
use super::network::Network;
use super::tags::Tags;
use super::task::Container;
use super::{Service, Task, TaskDefinition};
use crate::aws::ec2::Subnet;
use crate::phase::Phase;
use crate::store::{Place, Tx};

/// A task to start.
pub(super) struct New<'a> {
    /// The cluster's name.
    pub(super) cluster: &'a str,
    /// Its definition.
    pub(super) definition: &'a TaskDefinition,
    /// What it runs on.
    pub(super) capacity: &'a Capacity,
    /// Where it is.
    pub(super) network: Option<&'a Network>,
    /// The service.
    pub(super) service: Option<&'a Service>,
    /// `family:web`.
    pub(super) group: String,
    /// Who starts it.
    pub(super) started_by: Option<String>,
    /// What is otherwise than in the definition.
    pub(super) overrides: Value,
    /// Whether ECS Exec is on.
    pub(super) exec: bool,
    /// Its tags.
    pub(super) tags: Tags,
    /// When it is started.
    pub(super) at: Timestamp,
    /// How many were started before it: subnets take turns.
    pub(super) turn: usize,
}

impl TaskDefinition {
    /// CPU units and MiB that a task takes of an instance.
    pub(super) fn needs(&self) -> (i64, i64) {
        let task = |member: &str| text(&self.body, member).and_then(|units| units.parse().ok());
        let sum = |members: [&str; 2]| -> i64 {
            let each = self.containers().iter();
            let each = each.filter_map(|one| members.iter().find_map(|member| whole(one, member)));
            each.sum()
        };
        (
            task("cpu").unwrap_or_else(|| sum(["cpu", "cpu"])),
            task("memory").unwrap_or_else(|| sum(["memoryReservation", "memory"])),
        )
    }
}

/// Starts a task on a spot.
pub(super) fn task(tx: &mut Tx<'_>, place: &Place, new: New<'_>, spot: Spot) -> Task {
    let definition = new.definition;
    let subnet = new.network.and_then(|network| {
        let count = network.subnets.len().max(1);
        network.subnets.get(new.turn % count).cloned()
    });
    let zone = match (&spot.instance, &subnet) {
        (Some(instance), _) => Some(instance.zone.clone()),
        (None, Some(id)) => tx.get::<Subnet>(place, id).map(|subnet| subnet.zone),
        _ => None,
    };
    let own = |member: &str| {
        let other = text(&new.overrides, member).or_else(|| text(&definition.body, member));
        other.map(str::to_owned)
    };
    let waits = spot.instance.is_none() && spot.launch_type == "EC2";
    let state = if new.network.is_some() || waits {
        "PROVISIONING"
    } else {
        "PENDING"
    };
    let service = new.service;
    let mut overrides = new.overrides.clone();
    if let (None, Some(disk)) = (
        given(&overrides, "ephemeralStorage"),
        given(&definition.body, "ephemeralStorage"),
    ) {
        overrides["ephemeralStorage"] = disk;
    }
    let task = Task {
        id: fresh_id(tx, "task"),
        cluster: new.cluster.to_owned(),
        family: definition.family.clone(),
        revision: definition.revision,
        group: new.group,
        started_by: new.started_by,
        service: service.map(|one| one.name.clone()),
        service_since: service.map(|one| one.created),
        platform: new.capacity.version().map(str::to_owned),
        launch_type: spot.launch_type,
        provider: spot.provider,
        machine: spot.instance.as_ref().map(|one| one.instance.clone()),
        instance: spot.instance.map(|one| one.arn),
        zone,
        needs: definition.needs(),
        cpu: own("cpu"),
        memory: own("memory"),
        containers: containers(tx, definition),
        overrides,
        attachment: new.network.is_some().then(|| fresh_uuid(tx, "attachment")),
        network: new.network.cloned(),
        subnet,
        interface: None,
        exec: new.exec,
        balancers: service.map_or_else(Vec::new, |one| one.balancers().to_vec()),
        targets: Vec::new(),
        grace: service.map_or(0, Service::grace_seconds),
        phase: Phase::new(state, new.at),
        wait: 0,
        drain: 0,
        checked: false,
        ready: false,
        end: None,
        stop: None,
        seen: false,
        pulling: None,
        started: None,
        executed: None,
        stopped: None,
        version: 1,
        tags: new.tags,
        created: new.at,
    };
    tx.put(place, &task);
    task
}

fn containers(tx: &mut Tx<'_>, definition: &TaskDefinition) -> Vec<Container> {
    let all = items(&definition.body, "containerDefinitions").iter();
    all.map(|one| Container {
        name: text(one, "name").unwrap_or_default().to_owned(),
        id: fresh_uuid(tx, "container"),
        image: text(one, "image").unwrap_or_default().to_owned(),
        essential: truth(one, "essential").unwrap_or(true),
        checked: given(one, "healthCheck").is_some(),
        exit: None,
        reason: None,
    })
    .collect()
}

/// The tags of tasks: their own, what is taken over, and what ECS adds.
pub(super) fn tags(
    own: &Tags,
    taken_over: Option<&Tags>,
    managed: Option<(&str, Option<&str>)>,
) -> Tags {
    let mut tags = taken_over.cloned().unwrap_or_default();
    tags.extend(own.clone());
    if let Some((cluster, service)) = managed {
        tags.insert("aws:ecs:clusterName".to_owned(), cluster.to_owned());
        if let Some(service) = service {
            tags.insert("aws:ecs:serviceName".to_owned(), service.to_owned());
        }
    }
    tags
}
