//! Tasks.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::common::arn;
use super::fate::{End, Of};
use super::network::{Interface, Network};
use super::tags::Tags;
use super::{Service, TaskDefinition};
use crate::phase::Phase;
use crate::store::{Document, Indexed, Place};

/// A task.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    /// Its id, 32 digits.
    pub(super) id: String,
    /// Its cluster's name.
    pub(super) cluster: String,
    /// The family of its definition.
    pub(super) family: String,
    /// The number of its definition.
    pub(super) revision: u32,
    /// `family:web` or `service:web`.
    pub(super) group: String,
    /// Who started it, as the caller says; a service's task has its deployment here.
    pub(super) started_by: Option<String>,
    /// The service.
    pub(super) service: Option<String>,
    /// When the service was made: another of the same name has other tasks.
    pub(super) service_since: Option<Timestamp>,
    /// `FARGATE`, `EC2` or `EXTERNAL`.
    pub(super) launch_type: String,
    /// The provider that a strategy chose.
    pub(super) provider: Option<String>,
    /// The version of Fargate.
    pub(super) platform: Option<String>,
    /// ARN of the container instance.
    pub(super) instance: Option<String>,
    /// Id of the instance.
    pub(super) machine: Option<String>,
    /// Its zone.
    pub(super) zone: Option<String>,
    /// CPU units and MiB that it takes of an instance.
    pub(super) needs: (i64, i64),
    /// Its own CPU units, when it has them.
    pub(super) cpu: Option<String>,
    /// Its own MiB, when it has them.
    pub(super) memory: Option<String>,
    /// What the caller wants otherwise than in the definition.
    pub(super) overrides: Value,
    /// Its containers.
    pub(super) containers: Vec<Container>,
    /// Where it is, in the mode `awsvpc`.
    pub(super) network: Option<Network>,
    /// Its subnet.
    pub(super) subnet: Option<String>,
    /// Id of the attachment of its interface.
    pub(super) attachment: Option<String>,
    /// Its interface.
    pub(super) interface: Option<Interface>,
    /// Whether ECS Exec is on.
    pub(super) exec: bool,
    /// The balancers that send to it.
    pub(super) balancers: Vec<Value>,
    /// The targets that it is.
    pub(super) targets: Vec<Target>,
    /// How long its service lets it fail health checks, in seconds.
    pub(super) grace: u64,
    /// Its state.
    pub(super) phase: Phase,
    /// How long it takes after its start to be taken as healthy, in seconds.
    pub(super) wait: u64,
    /// How long its connections drain, in seconds.
    pub(super) drain: u64,
    /// Whether its health was looked at.
    pub(super) checked: bool,
    /// Whether it is healthy.
    pub(super) ready: bool,
    /// How it will end.
    pub(super) end: Option<End>,
    /// Why it stops.
    pub(super) stop: Option<Stop>,
    /// Whether its service has seen that it ended.
    pub(super) seen: bool,
    /// When its images began to be pulled.
    pub(super) pulling: Option<Timestamp>,
    /// When it was started.
    pub(super) started: Option<Timestamp>,
    /// When its containers had ended.
    pub(super) executed: Option<Timestamp>,
    /// When it had stopped.
    pub(super) stopped: Option<Timestamp>,
    /// How often it changed.
    pub(super) version: u32,
    /// Its tags.
    pub(super) tags: Tags,
    /// When it was made.
    pub(super) created: Timestamp,
}

/// A container of a task.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Container {
    /// Its name.
    pub(super) name: String,
    /// Its id.
    pub(super) id: String,
    /// Its image.
    pub(super) image: String,
    /// Whether the task ends with it.
    pub(super) essential: bool,
    /// Whether it has a health check.
    pub(super) checked: bool,
    /// Its exit code.
    pub(super) exit: Option<i64>,
    /// Why it ended.
    pub(super) reason: Option<String>,
}

/// What a balancer sends to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Target {
    /// ARN of the target group.
    pub(super) group: String,
    /// An address, or the id of an instance.
    pub(super) target: String,
    /// The port there.
    pub(super) port: u16,
}

/// Why a task stops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stop {
    /// `EssentialContainerExited`.
    pub(super) code: String,
    /// The words beside it.
    pub(super) reason: String,
    /// When it was decided.
    pub(super) at: Timestamp,
    /// Whether it counts as a failure of its deployment, and which: `start`, `exit`, `container` or `balancer`.
    pub(super) failure: Option<String>,
}

impl Document for Task {
    const SERVICE: &'static str = "ecs";
    const KIND: &'static str = "task";

    fn id(&self) -> String {
        format!("{}/{}", self.cluster, self.id)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Indexed for Task {
    /// Its service's name.
    fn keys(&self) -> Vec<String> {
        self.service.iter().cloned().collect()
    }
}

impl Task {
    /// Its ARN.
    pub(super) fn arn(&self, place: &Place) -> String {
        arn(place, &format!("task/{}/{}", self.cluster, self.id))
    }

    /// The ARN of its definition.
    pub(super) fn definition_arn(&self, place: &Place) -> String {
        let name = format!("task-definition/{}:{}", self.family, self.revision);
        arn(place, &name)
    }

    /// The key of its definition.
    pub(super) fn definition_key(&self) -> String {
        TaskDefinition::key_of(&format!("{}:{}", self.family, self.revision)).unwrap_or_default()
    }

    /// Whether this is its state.
    pub(super) fn is(&self, state: &str) -> bool {
        self.phase.is(state)
    }

    /// Whether it counts as running: also while its connections drain.
    pub(super) fn runs(&self) -> bool {
        self.is("RUNNING") || self.is("DEACTIVATING")
    }

    /// Whether it counts as pending.
    pub(super) fn pends(&self) -> bool {
        self.is("PROVISIONING") || self.is("PENDING")
    }

    /// Whether it waits until there is an instance with room for it.
    pub(super) fn waits(&self) -> bool {
        let placeless = self.launch_type == "EC2" && self.instance.is_none();
        placeless && self.is("PROVISIONING") && self.wanted()
    }

    /// Whether it is to run.
    pub(super) fn wanted(&self) -> bool {
        self.stop.is_none()
    }

    /// Whether a balancer sends to it.
    pub(super) fn balanced(&self) -> bool {
        !self.balancers.is_empty()
    }

    /// Whether it runs, is to go on, and is healthy.
    pub(super) fn healthy(&self) -> bool {
        self.is("RUNNING") && self.wanted() && self.ready
    }

    /// Whether a health check fails.
    pub(super) fn ails(&self) -> bool {
        let failing = ["ContainerHealthCheck", "LoadBalancerHealthCheck"];
        let end = self.end.as_ref();
        end.is_some_and(|end| failing.contains(&end.code.as_str()))
    }

    /// Whose fate it has.
    pub(super) fn of(&self) -> Of<'_> {
        Of {
            family: &self.family,
            service: self.service.as_deref(),
        }
    }

    /// Whether it is a task of the service.
    pub(super) fn is_of(&self, service: &Service) -> bool {
        self.cluster == service.cluster
            && self.service.as_ref() == Some(&service.name)
            && self.service_since == Some(service.created)
    }
}
