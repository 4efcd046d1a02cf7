//! What tasks run on: the launch type or strategy of a request, and a place for one task.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::cluster::Cluster;
use super::common::{invalid, items, text};
use super::container_instance::{self, ContainerInstance};
use super::fate::{self, Of};
use super::strategy::{self, Share, is_fargate};
use super::{CapacityProvider, Task, TaskDefinition, managed};
use crate::store::{Place, Tx};
use crate::wire::ApiError;

/// What tasks run on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Capacity {
    /// `FARGATE`, `EC2` or `EXTERNAL`; none when there is a strategy.
    pub(super) launch_type: Option<String>,
    /// The strategy.
    pub(super) strategy: Vec<Share>,
    /// The version of Fargate that was asked for.
    pub(super) platform: Option<String>,
}

/// A place for a task.
pub(super) struct Spot {
    /// `FARGATE`, `EC2` or `EXTERNAL`.
    pub(super) launch_type: String,
    /// The provider, when a strategy chose it.
    pub(super) provider: Option<String>,
    /// The instance; none on Fargate, and while a task waits for one.
    pub(super) instance: Option<ContainerInstance>,
}

/// Why there is no place.
pub(super) enum Full {
    /// Fargate has none.
    Fargate,
    /// There are no instances: `cluster` or `capacity provider`.
    NoInstances(&'static str),
    /// An instance has not enough of it: `MEMORY`, `CPU`.
    Instance(String, &'static str),
}

impl Full {
    /// What a service's event says.
    pub(super) fn event(&self) -> String {
        let more = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";
        match self {
            Self::Fargate => format!(
                "was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or \
                 in a different availability zone. {more}"
            ),
            Self::NoInstances(of) => format!(
                "was unable to place a task because no container instance met all of its requirements. Reason: No \
                 Container Instances were found in your {of}. {more}"
            ),
            Self::Instance(id, what) => format!(
                "was unable to place a task because no container instance met all of its requirements. The closest \
                 matching (container-instance {id}) has insufficient {what} available. {more}"
            ),
        }
    }
}

impl Capacity {
    /// What a request asks for; without a wish the cluster's strategy, or EC2.
    pub(super) fn read(
        of: &Value,
        cluster: &Cluster,
        definition: &TaskDefinition,
    ) -> Result<Self, ApiError> {
        let launch_type = text(of, "launchType").map(str::to_owned);
        let mut strategy = strategy::read(of, "capacityProviderStrategy", &cluster.providers)?;
        if launch_type.is_some() && !items(of, "capacityProviderStrategy").is_empty() {
            return Err(invalid(
                "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try \
                 again.",
            ));
        }
        if launch_type.is_none() && strategy.is_empty() {
            strategy.clone_from(&cluster.strategy);
        }
        let launch_type = match (launch_type, strategy.is_empty()) {
            (None, true) => Some("EC2".to_owned()),
            (given, _) => given,
        };
        let capacity = Self {
            launch_type,
            strategy,
            platform: text(of, "platformVersion").map(str::to_owned),
        };
        capacity.check(definition)?;
        Ok(capacity)
    }

    /// Refuses a task definition that cannot run on it.
    pub(super) fn check(&self, definition: &TaskDefinition) -> Result<(), ApiError> {
        let on = self.runs_on();
        if !definition.runs_on(on) {
            return Err(invalid(format!(
                "Task definition does not support launch_type {on}."
            )));
        }
        let known = ["LATEST", "1.4.0", "1.3.0", "1.0.0"];
        match &self.platform {
            Some(_) if !self.is_fargate() => Err(invalid(
                "The platform version must be null when specifying an EC2 launch type.",
            )),
            Some(version) if !known.contains(&version.as_str()) => Err(ApiError::bad(
                "PlatformUnknownException",
                "The specified platform version does not exist.",
            )),
            _ => Ok(()),
        }
    }

    /// Whether it is Fargate.
    pub(super) fn is_fargate(&self) -> bool {
        self.runs_on() == "FARGATE"
    }

    /// The launch type that it comes to.
    pub(super) fn runs_on(&self) -> &str {
        let first = self.strategy.first();
        match (&self.launch_type, first) {
            (Some(one), _) => one,
            (None, Some(share)) if is_fargate(&share.capacity_provider) => "FARGATE",
            _ => "EC2",
        }
    }

    /// The version of Fargate that it comes to.
    pub(super) fn version(&self) -> Option<&str> {
        let asked = self.platform.as_deref().filter(|one| *one != "LATEST");
        self.is_fargate().then(|| asked.unwrap_or("1.4.0"))
    }

    /// A place for one task more beside those that are there.
    pub(super) fn spot(
        &self,
        tx: &Tx<'_>,
        place: &Place,
        cluster: &Cluster,
        definition: &TaskDefinition,
        of: &Of<'_>,
        tasks: &[Task],
    ) -> Result<Spot, Full> {
        let mut counts = BTreeMap::<&str, i64>::new();
        for task in tasks.iter().filter(|task| task.wanted()) {
            *counts
                .entry(task.provider.as_deref().unwrap_or_default())
                .or_default() += 1;
        }
        let running = |name: &str| counts.get(name).copied().unwrap_or_default();
        let provider =
            strategy::next(&self.strategy, running).map(|share| share.capacity_provider.clone());
        if self.is_fargate() {
            return match fate::no_capacity(tx, of) {
                true => Err(Full::Fargate),
                false => Ok(Spot {
                    launch_type: "FARGATE".to_owned(),
                    provider,
                    instance: None,
                }),
            };
        }
        let instance = match Self::instance(tx, place, cluster, definition, of, provider.as_deref())
        {
            // ECS makes room: the task waits for it.
            Err(full) if !managed::makes_room(tx, place, cluster, of, provider.as_deref()) => {
                return Err(full);
            }
            found => found.ok(),
        };
        Ok(Spot {
            launch_type: self.runs_on().to_owned(),
            provider,
            instance,
        })
    }

    /// The instance that a task finds room on.
    fn instance(
        tx: &Tx<'_>,
        place: &Place,
        cluster: &Cluster,
        definition: &TaskDefinition,
        of: &Of<'_>,
        provider: Option<&str>,
    ) -> Result<ContainerInstance, Full> {
        let instances = match provider {
            None => container_instance::of_cluster(tx, place, cluster),
            Some(name) => tx
                .get::<CapacityProvider>(place, name)
                .map(|one| container_instance::of_provider(tx, place, cluster, &one))
                .unwrap_or_default(),
        };
        on_instance(tx, place, instances, definition, provider.is_some(), of)
    }
}

/// The instance with the most memory left that has room for the task.
fn on_instance(
    tx: &Tx<'_>,
    place: &Place,
    instances: Vec<ContainerInstance>,
    definition: &TaskDefinition,
    of_provider: bool,
    of: &Of<'_>,
) -> Result<ContainerInstance, Full> {
    let none = || {
        Full::NoInstances(if of_provider {
            "capacity provider"
        } else {
            "cluster"
        })
    };
    if fate::no_capacity(tx, of) {
        return Err(none());
    }
    let (cpu, memory) = definition.needs();
    let tasks = tx.list::<Task>(place);
    let free = |one: &ContainerInstance| one.free(&tasks);
    let best = instances.into_iter().max_by_key(|one| free(one).1);
    let best = best.ok_or_else(none)?;
    match free(&best) {
        (_, left) if left < memory => Err(Full::Instance(best.id, "memory")),
        (left, _) if left < cpu => Err(Full::Instance(best.id, "CPU units")),
        _ => Ok(best),
    }
}
