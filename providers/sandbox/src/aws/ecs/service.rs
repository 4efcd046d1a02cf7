//! Services: what they are, and how they are told.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::capacity::Capacity;
use super::common::{arn, fresh_uuid, items, stamp, text, truth, whole};
use super::network::Network;
use super::tags::{self, Tags};
use super::{Task, deployment::Deployment};
use crate::store::{Document, Place, Tx};

/// How many events a service is told with.
const EVENTS: usize = 100;

/// A service. A deleted one stays, as `INACTIVE`, until its name is used again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Service {
    /// Its cluster's name.
    pub(super) cluster: String,
    /// Its name.
    pub(super) name: String,
    /// `ACTIVE`, `DRAINING` or `INACTIVE`.
    pub(super) status: String,
    /// How many tasks it wants.
    pub(super) desired: i64,
    /// Its deployments, the primary one first.
    pub(super) deployments: Vec<Deployment>,
    /// What was last deployed whole, to go back to.
    pub(super) good: Option<(String, Spec)>,
    /// What happened, the newest first.
    pub(super) events: Vec<Event>,
    /// Members that only are told: as they were given.
    pub(super) told: Value,
    /// When its scheduler looks at it next, though no task changes.
    pub(super) next: Option<Timestamp>,
    /// Tasks that failed one after the other.
    pub(super) failures: u32,
    /// Since when it has all the tasks that it wants, and no others.
    pub(super) whole: Option<Timestamp>,
    /// Whether it has reached a steady state since it last changed.
    pub(super) steady: bool,
    /// The token of the call that made it, and a digest of what it asked for.
    pub(super) token: Option<(String, String)>,
    /// ARN of the service-linked role.
    pub(super) role: Option<String>,
    /// Who made it.
    pub(super) created_by: String,
    /// Its tags.
    pub(super) tags: Tags,
    /// When it was made.
    pub(super) created: Timestamp,
}

/// What a deployment deploys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Spec {
    /// `family:revision`.
    pub(super) definition: String,
    /// What tasks run on.
    pub(super) capacity: Capacity,
    /// Where they are.
    pub(super) network: Option<Network>,
    /// The balancers that send to them.
    pub(super) balancers: Vec<Value>,
    /// The registries that know them.
    pub(super) registries: Vec<Value>,
    /// Of Service Connect.
    pub(super) connect: Option<Value>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Event {
    id: String,
    at: Timestamp,
    text: String,
}

impl Document for Service {
    const SERVICE: &'static str = "ecs";
    const KIND: &'static str = "service";

    fn id(&self) -> String {
        key(&self.cluster, &self.name)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

/// The key of a service.
pub(super) fn key(cluster: &str, name: &str) -> String {
    format!("{cluster}/{name}")
}

impl Service {
    /// Its ARN.
    pub(super) fn arn(&self, place: &Place) -> String {
        arn(place, &format!("service/{}/{}", self.cluster, self.name))
    }

    /// Whether this is its state.
    pub(super) fn is(&self, state: &str) -> bool {
        self.status == state
    }

    /// What is deployed now.
    pub(super) fn spec(&self) -> Option<&Spec> {
        self.deployments.first().map(|one| &one.spec)
    }

    /// The launch type that its tasks have.
    pub(super) fn runs_on(&self) -> &str {
        self.spec().map_or("EC2", |spec| spec.capacity.runs_on())
    }

    /// Its balancers.
    pub(super) fn balancers(&self) -> &[Value] {
        self.spec().map_or(&[], |spec| &spec.balancers)
    }

    /// Whether it uses a capacity provider.
    pub(super) fn uses(&self, provider: &str) -> bool {
        let mut strategies = self.deployments.iter();
        strategies.any(|one| {
            let mut shares = one.spec.capacity.strategy.iter();
            shares.any(|share| share.capacity_provider == provider)
        })
    }

    /// How long tasks may fail health checks, in seconds.
    pub(super) fn grace_seconds(&self) -> u64 {
        let seconds = whole(&self.told, "healthCheckGracePeriodSeconds");
        seconds.and_then(|n| n.try_into().ok()).unwrap_or(0)
    }

    /// A number of the deployment configuration.
    pub(super) fn percent(&self, member: &str, usual: i64) -> i64 {
        whole(&self.told["deploymentConfiguration"], member).unwrap_or(usual)
    }

    /// Whether failing deployments are given up, and whether the last good one comes back then.
    pub(super) fn breaker(&self) -> (bool, bool) {
        let breaker = &self.told["deploymentConfiguration"]["deploymentCircuitBreaker"];
        let is = |member: &str| truth(breaker, member).unwrap_or_default();
        (is("enable"), is("rollback"))
    }

    /// Notes what happened: `(service web) …`.
    pub(super) fn note(&mut self, tx: &mut Tx<'_>, at: Timestamp, text: &str) {
        let event = Event {
            id: fresh_uuid(tx, "event"),
            at,
            text: format!("(service {}) {text}", self.name),
        };
        self.events.insert(0, event);
        self.events.truncate(EVENTS);
    }

    /// How it is told.
    pub(super) fn words(&self, place: &Place, tasks: &[Task], with_tags: bool) -> Value {
        let mine: Vec<&Task> = tasks.iter().filter(|task| task.is_of(self)).collect();
        let count = |which: fn(&Task) -> bool| mine.iter().filter(|task| which(task)).count();
        let deployments = self.deployments.iter();
        let deployments: Value = deployments
            .map(|one| one.words(place, &mine, self.desired))
            .collect();
        let events: Value = self
            .events
            .iter()
            .map(|one| json!({"id": one.id, "createdAt": stamp(one.at), "message": one.text}))
            .collect();
        let mut words = json!({
            "serviceArn": self.arn(place),
            "serviceName": self.name,
            "clusterArn": arn(place, &format!("cluster/{}", self.cluster)),
            "status": self.status,
            "desiredCount": self.desired,
            "runningCount": count(Task::runs),
            "pendingCount": count(Task::pends),
            "deployments": deployments,
            "events": events,
            "createdAt": stamp(self.created),
            "schedulingStrategy": "REPLICA",
            "createdBy": self.created_by,
        });
        if let Some(role) = &self.role {
            words["roleArn"] = role.clone().into();
        }
        if let (true, false) = (with_tags, self.tags.is_empty()) {
            words["tags"] = tags::words(&self.tags);
        }
        let (told, spec) = (self.told.as_object(), self.spec());
        let spec = spec.map(|spec| spec.words(place, true));
        let spec = spec.as_ref().and_then(Value::as_object);
        for (member, value) in told.into_iter().chain(spec).flatten() {
            words[member] = value.clone();
        }
        words
    }
}

impl Spec {
    /// What a service and a deployment tell alike; the service also what is only its own.
    pub(super) fn words(&self, place: &Place, of_service: bool) -> Value {
        let definition = format!("task-definition/{}", self.definition);
        let mut words = json!({ "taskDefinition": arn(place, &definition) });
        let capacity = &self.capacity;
        match &capacity.launch_type {
            Some(launch_type) => words["launchType"] = launch_type.clone().into(),
            None => words["capacityProviderStrategy"] = json!(capacity.strategy),
        }
        if capacity.is_fargate() {
            let version = match of_service {
                true => capacity.platform.as_deref().or(Some("LATEST")),
                false => capacity.version(),
            };
            words["platformVersion"] = version.into();
            words["platformFamily"] = "Linux".into();
        }
        if let Some(network) = &self.network {
            words["networkConfiguration"] = network.words();
        }
        if of_service {
            words["loadBalancers"] = json!(self.balancers);
            words["serviceRegistries"] = json!(self.registries);
        } else if let Some(connect) = &self.connect {
            words["serviceConnectConfiguration"] = connect.clone();
            words["serviceConnectResources"] = resources(place, connect);
        }
        words
    }
}

/// The names under which Service Connect makes the service known.
fn resources(place: &Place, connect: &Value) -> Value {
    let of = |one: &Value| {
        let name = text(one, "discoveryName").or_else(|| text(one, "portName"))?;
        let Place { account, region } = place;
        let namespace = text(connect, "namespace").unwrap_or_default();
        let id = super::namespace::service_id(namespace, name);
        let arn = format!("arn:aws:servicediscovery:{region}:{account}:service/{id}");
        Some(json!({"discoveryName": name, "discoveryArn": arn}))
    };
    items(connect, "services").iter().filter_map(of).collect()
}
