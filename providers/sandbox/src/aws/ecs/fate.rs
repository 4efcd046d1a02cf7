//! How tasks end: by themselves, by what the knobs say, by what is missing around them.
//!
//! Texts: "Stopped tasks error messages" (Amazon ECS developer guide), and what users quote in public issues.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::common::{given, text, whole};
use super::container_rules::is_ecr;
use super::network::{self, Network};
use super::{Task, TaskDefinition, role};
use crate::ailment::{Ailment, Patient, Stage};
use crate::aws::logs::LogGroup;
use crate::store::{Place, Tx};

/// Whose fate it is.
pub(super) struct Of<'a> {
    /// The family of the task definition.
    pub(super) family: &'a str,
    /// The service.
    pub(super) service: Option<&'a str>,
}

/// How a running task will end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct End {
    /// When; none = never by itself.
    pub(super) at: Option<Timestamp>,
    /// `Exit:0`, `OutOfMemoryError`, `ContainerHealthCheck`, `LoadBalancerHealthCheck` or `Runs`.
    pub(super) code: String,
    /// What the knobs say about it.
    pub(super) words: String,
    /// Whether the knobs made it so.
    pub(super) injected: bool,
}

/// How long a run takes that nobody says anything about, in seconds.
const RUN: u64 = 30;

fn hits<'a>(tx: &Tx<'a>, of: &Of<'_>, when: Stage) -> Vec<&'a Ailment> {
    let config = tx.config();
    let mut all = config.ailments(Patient::Task, when, of.family);
    if let Some(service) = of.service {
        all.extend(config.ailments(Patient::Service, when, service));
    }
    all
}

/// Whether there is no room for it.
pub(super) fn no_capacity(tx: &Tx<'_>, of: &Of<'_>) -> bool {
    let all = hits(tx, of, Stage::Create);
    all.iter().any(|one| one.code == "Capacity")
}

/// Why a task cannot start, when it cannot.
pub(super) fn trouble(
    tx: &mut Tx<'_>,
    place: &Place,
    task: &Task,
    definition: &TaskDefinition,
) -> Option<String> {
    let injected = hits(tx, &task.of(), Stage::Create);
    if let Some(one) = injected.iter().find(|one| one.code != "Capacity") {
        return Some(format!("{}: {}", one.code, one.words()));
    }
    for member in ["executionRoleArn", "taskRoleArn"] {
        let own = text(&task.overrides, member);
        let role = own.or_else(|| text(&definition.body, member));
        let role = role.filter(|role| !role.is_empty());
        if let Some(why) = role.and_then(|role| role::for_tasks(tx, place, role)) {
            return Some(why);
        }
    }
    if let (Some(network), Some(subnet)) = (&task.network, &task.subnet)
        && let Some(why) = unreachable(tx, place, network, subnet, definition)
    {
        return Some(why);
    }
    logs(tx, place, definition)
}

/// Images that cannot be pulled from where the task is.
fn unreachable(
    tx: &Tx<'_>,
    place: &Place,
    network: &Network,
    subnet: &str,
    definition: &TaskDefinition,
) -> Option<String> {
    if network::reaches_out(tx, place, network, subnet) {
        return None;
    }
    let region = &place.region;
    let private = network::reaches_images(tx, place, subnet);
    for container in definition.containers() {
        let image = text(container, "image").unwrap_or_default();
        if is_ecr(image) && !private {
            return Some(format!(
                "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry \
                 auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task \
                 network configuration. RequestError: send request failed caused by: Post \
                 \"https://api.ecr.{region}.amazonaws.com/\": dial tcp: i/o timeout"
            ));
        }
        if !is_ecr(image) {
            return Some(format!(
                "CannotPullContainerError: The task cannot pull '{image}' from the image repository. There is a \
                 connection issue between the task and the registry. Check your task network configuration: dial tcp: \
                 i/o timeout"
            ));
        }
    }
    None
}

/// A log group that is not there, and that nobody asked to be made.
fn logs(tx: &mut Tx<'_>, place: &Place, definition: &TaskDefinition) -> Option<String> {
    for container in definition.containers() {
        let Some(logs) = given(container, "logConfiguration") else {
            continue;
        };
        let options = &logs["options"];
        let group = text(options, "awslogs-group").unwrap_or_default();
        let here = text(options, "awslogs-region") == Some(place.region.as_str());
        if text(&logs, "logDriver") != Some("awslogs") || !here {
            continue;
        }
        if text(options, "awslogs-create-group") == Some("true") {
            LogGroup::ensure(tx, place, group);
        } else if !tx
            .get::<LogGroup>(place, group)
            .is_some_and(|group| group.live())
        {
            return Some(
                "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: \
                 failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not \
                 exist. : exit status 1"
                    .to_owned(),
            );
        }
    }
    None
}

/// How a task that runs since `from` will end, as the knobs are now.
pub(super) fn end(
    tx: &Tx<'_>,
    task: &Task,
    definition: &TaskDefinition,
    from: Timestamp,
) -> Option<End> {
    let all = hits(tx, &task.of(), Stage::Active);
    let applies = |one: &&&Ailment| match one.code.as_str() {
        "ContainerHealthCheck" => task.service.is_some(),
        "LoadBalancerHealthCheck" => task.balanced(),
        _ => true,
    };
    if let Some(one) = all.iter().find(applies) {
        let after = one
            .after
            .unwrap_or_else(|| usual(&one.code, task, definition));
        return Some(End {
            at: (one.code != "Runs").then(|| later(tx, from, after)),
            code: one.code.clone(),
            words: one.words(),
            injected: true,
        });
    }
    task.service.is_none().then(|| End {
        at: Some(later(tx, from, RUN)),
        code: "Exit:0".to_owned(),
        words: String::new(),
        injected: false,
    })
}

/// So many real seconds after.
pub(super) fn later(tx: &Tx<'_>, from: Timestamp, seconds: u64) -> Timestamp {
    let lasts = tx.config().scaled(std::time::Duration::from_secs(seconds));
    from.checked_add(lasts).unwrap_or(Timestamp::MAX)
}

/// How long it takes when the knob does not say.
fn usual(code: &str, task: &Task, definition: &TaskDefinition) -> u64 {
    match code {
        "OutOfMemoryError" => 20,
        "ContainerHealthCheck" => {
            let longest = definition.containers().iter().filter_map(|container| {
                let health = given(container, "healthCheck")?;
                let number = |member: &str| whole(&health, member).unwrap_or_default();
                Some(number("startPeriod") + number("interval") * number("retries"))
            });
            longest.max().and_then(|n| n.try_into().ok()).unwrap_or(90)
        }
        "LoadBalancerHealthCheck" => 60 + task.grace,
        _ if task.service.is_some() => 5,
        _ => RUN,
    }
}

/// How long a started task takes to be taken as healthy by its own checks, in seconds.
pub(super) fn to_health(definition: &TaskDefinition) -> u64 {
    let checks = definition.containers().iter().filter_map(|container| {
        let health = given(container, "healthCheck")?;
        whole(&health, "interval")
    });
    checks.max().and_then(|n| n.try_into().ok()).unwrap_or(0)
}
