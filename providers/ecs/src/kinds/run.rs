//! `ecs.run`: one run of a job's task, to its end.
//!
//! What is live of it is a memory: the revision with which it ran to a good end carries a mark. So a new revision, and
//! nothing else, makes it run again. Runs are known by who started them, so that one that an earlier run of ours began is
//! waited for and not begun again.

use aws_sdk_ecs::types::{DesiredStatus, PropagateTags, Task};
use provision_aws::kind::{
    Ailment, Ask, Cx, Live, Look, Next, Seen, Served, Stop, Uses, changing, outputs, pages, scalar,
    seconds, table, unknown,
};
use provision_aws::{Fault, Field, Tags, internal};
use provision_core::contract::{Class, Failure};
use provision_core::cost::{Meter, Part, Usage};
use provision_core::model::{
    Effect, FieldKind, Identity, Observed, Row, Sight, Status, Table, Value, digest8,
};
use serde::{Deserialize, Serialize};

use super::call::{Capacity, cluster_of, ecs, network, stop, strategy, tag};
use super::service_health::{advice, ended, tasks};
use super::task_definition_reads::{DIGEST, Newest, RAN, newest};

/// The fields of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Run {
    /// The revision that runs, by ARN.
    pub task_definition: Field<String>,
    /// Its family, in which the memory lies.
    pub family: String,
    /// The cluster, by name.
    pub cluster: String,
    /// Where it is placed; `None` = as the cluster says.
    pub capacity: Option<Vec<Capacity>>,
    /// Subnets of the task.
    pub subnets: Vec<Field<String>>,
    /// Security groups of the task.
    pub security_groups: Vec<Field<String>>,
}

/// So many tasks DescribeTasks takes.
const DESCRIBED: usize = 100;

/// So long a run is reckoned to take.
const SECONDS: u32 = 60;

impl Served for Run {
    const KIND: &'static str = "ecs.run";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        let once = |name: &str, kind, doc: &str| Row::new(name, kind, Effect::CreateOnly, doc);
        let rows = vec![
            scalar("task_definition", "the revision that runs"),
            once("family", FieldKind::Scalar, "where the memory of it lies"),
            once("cluster", FieldKind::Scalar, "its cluster"),
            once("capacity", FieldKind::Set, "where it is placed"),
            once("subnets", FieldKind::Set, "subnets of the task"),
            once(
                "security_groups",
                FieldKind::Set,
                "security groups of the task",
            ),
        ];
        Table {
            outputs: outputs(&["exit_code"]),
            seconds: seconds(SECONDS, SECONDS, 1),
            runs: true,
            ..table(Self::KIND, "job", Identity::Token, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        let why = "it is charged by the second while it runs, and nobody declares how long that is";
        Usage::one(Meter::unlisted("runs in apply", Part::Nodes, why))
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        let mut seen = Seen::default();
        for resource in &ask.resources {
            let family = resource.fields.get("family").and_then(Value::as_text);
            let found = newest(ask.aws, ask.context, None, family.unwrap_or_default()).await;
            let look = match found {
                Ok(Newest::Ours(revision)) if revision.tags.contains_key(RAN) => {
                    Look::Here(memory(revision.arn()))
                }
                Ok(_) => Look::Otherwise(Sight::Absent),
                Err(fault) => unknown(&fault),
            };
            seen.sights.insert(resource.id.clone(), look);
        }
        seen
    }

    async fn create(cx: &Cx<'_>, _want: &Self) -> Result<Next, Stop> {
        Err(Stop::Failure(internal(format!(
            "{} is run, not made",
            cx.id()
        ))))
    }

    async fn change(_cx: &Cx<'_>, _want: &Self, _live: &Observed) -> Result<Option<Next>, Stop> {
        Ok(None)
    }

    async fn run(cx: &Cx<'_>, want: &Self, live: Option<&Observed>) -> Result<Option<Next>, Stop> {
        let definition = want.task_definition.known("task_definition")?;
        match live {
            Some(live) if live.physical == *definition => Ok(None),
            Some(live) if is_task(&live.physical) => remember(cx, definition).await.map(Some),
            _ => begin(cx, want, definition).await.map(Some),
        }
    }

    async fn delete(_cx: &Cx<'_>, _live: &Observed) -> Result<Next, Stop> {
        // The memory goes with the revision.
        Ok(Next::Gone)
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let arns = [physical.to_owned()];
        let found = tasks(cx.aws, cluster_of(physical), &arns).await?;
        Ok(found.first().map(live))
    }
}

fn is_task(physical: &str) -> bool {
    physical.contains(":task/")
}

/// The memory of a good end with a revision.
fn memory(definition: &str) -> Live {
    let fields = Run {
        task_definition: definition.into(),
        ..Run::default()
    };
    Live::new(definition, &Tags::new(), &fields).output("exit_code", 0_i64)
}

/// A task under way or at its end.
fn live(task: &Task) -> Live {
    let definition = task.task_definition_arn().unwrap_or_default();
    let phase = task.last_status().unwrap_or("PROVISIONING");
    let mut live = memory(definition);
    live.physical = task.task_arn().unwrap_or_default().to_owned();
    if phase != "STOPPED" {
        return live.status(changing(phase));
    }
    if is_good(task) {
        return live;
    }
    let reason = ended(task).unwrap_or_else(|| "it stopped, and ECS does not say why".to_owned());
    live.ailment = Some(Ailment {
        code: task
            .stop_code()
            .map_or("stopped", |code| code.as_str())
            .to_owned(),
        advice: format!(
            "{}; what was to come after it has not been changed",
            advice(&reason)
        ),
        message: reason.clone(),
        passes: false,
    });
    live.status(Status::Failed { reason })
}

/// Whether every container that ran ended with 0, and at least one did run.
fn is_good(task: &Task) -> bool {
    let codes = task
        .containers()
        .iter()
        .map(|container| container.exit_code);
    let codes: Vec<Option<i32>> = codes.collect();
    !codes.is_empty() && codes.iter().all(|code| *code == Some(0))
}

/// Who starts runs of this job with this revision; the same for every apply.
fn starter(cx: &Cx<'_>, definition: &str) -> String {
    let id = cx.id().to_string();
    format!(
        "provision/{}",
        digest8(&[&cx.context.stack, &id, definition])
    )
}

/// Waits for a run that goes on already, or went well; begins one where there is none.
async fn begin(cx: &Cx<'_>, want: &Run, definition: &str) -> Result<Next, Stop> {
    let by = starter(cx, definition);
    for status in [DesiredStatus::Running, DesiredStatus::Stopped] {
        let found = started(cx, want, &by, status).await?;
        let counts = |task: &&Task| task.last_status() != Some("STOPPED") || is_good(task);
        if let Some(task) = found.iter().find(counts) {
            return Ok(waits(task));
        }
    }
    let request = ecs(cx.aws)
        .run_task()
        .cluster(&want.cluster)
        .task_definition(definition)
        .count(1)
        .set_capacity_provider_strategy(want.capacity.as_deref().map(strategy).transpose()?)
        .network_configuration(network(&want.subnets, &want.security_groups)?)
        .propagate_tags(PropagateTags::TaskDefinition)
        .started_by(by)
        .client_token(cx.token);
    let answer = cx
        .aws
        .write_once("ecs:RunTask", || request.clone().send())
        .await
        .map_err(|fault| stop(fault.about(&want.cluster)))?;
    if let Some(task) = answer.tasks.unwrap_or_default().first() {
        return Ok(waits(task));
    }
    let failures = answer.failures.unwrap_or_default();
    Err(not_placed(definition, &failures))
}

fn waits(task: &Task) -> Next {
    Next::Waits {
        phase: task.last_status().unwrap_or("PROVISIONING").to_owned(),
        physical: task.task_arn().unwrap_or_default().to_owned(),
    }
}

/// Why ECS took the call and started nothing.
fn not_placed(definition: &str, failures: &[aws_sdk_ecs::types::Failure]) -> Stop {
    let failure = unplaced(definition, failures);
    let passes = ["RESOURCE:", "AGENT", "apacity"];
    if passes.iter().any(|text| failure.message.contains(text)) {
        let (message, advice) = (&failure.message, advice(&failure.message));
        return Stop::Later(format!("ecs:RunTask: {message} ({advice})"));
    }
    Stop::Failure(failure)
}

/// The same as a failure.
pub(crate) fn unplaced(definition: &str, failures: &[aws_sdk_ecs::types::Failure]) -> Failure {
    let words = failures.iter().map(|failure| {
        let reason = failure.reason().unwrap_or("no reason");
        match failure.detail() {
            Some(detail) => format!("{reason}: {detail}"),
            None => reason.to_owned(),
        }
    });
    let words: Vec<String> = words.collect();
    let message = match words.is_empty() {
        true => "ECS started no task and gave no reason".to_owned(),
        false => words.join("; "),
    };
    Failure {
        class: Class::CloudFailed,
        code: "not-placed".to_owned(),
        advice: Some(advice(&message).to_owned()),
        message,
        call: Some("ecs:RunTask".to_owned()),
        object: Some(definition.to_owned()),
    }
}

/// Tasks of the job's family that `by` started. They are listed by family: ListTasks takes `startedBy` with no other
/// filter beside it, and so with no status (API reference, ListTasks).
async fn started(
    cx: &Cx<'_>,
    want: &Run,
    by: &str,
    status: DesiredStatus,
) -> Result<Vec<Task>, Stop> {
    let arns = pages(|token| async {
        let request = ecs(cx.aws)
            .list_tasks()
            .cluster(&want.cluster)
            .family(&want.family)
            .desired_status(status.clone())
            .set_next_token(token);
        let answer = cx
            .aws
            .read("ecs:ListTasks", || request.clone().send())
            .await?;
        Ok((answer.task_arns, answer.next_token))
    })
    .await
    .map_err(|fault| stop(fault.about(&want.cluster)))?;
    let mut found = Vec::new();
    for some in arns.chunks(DESCRIBED) {
        found.extend(tasks(cx.aws, &want.cluster, some).await?);
    }
    found.retain(|task| task.started_by() == Some(by));
    Ok(found)
}

/// Marks the revision with which it ran.
async fn remember(cx: &Cx<'_>, definition: &str) -> Result<Next, Stop> {
    let read = super::task_definition_reads::describe(cx.aws, definition).await?;
    let digest = read.and_then(|revision| revision.tags.get(DIGEST).cloned());
    let digest = digest.unwrap_or_else(|| digest8(&[definition]));
    tag(cx, definition, &[(RAN.to_owned(), digest)].into()).await?;
    Ok(Next::More {
        did: "ran to a good end".to_owned(),
        observed: cx.made(memory(definition)),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use aws_sdk_ecs::types::Container;

    use super::*;

    fn task(status: &str, code: Option<i32>) -> Task {
        let container = Container::builder()
            .name("main")
            .set_exit_code(code)
            .build();
        Task::builder()
            .task_arn("arn:aws:ecs:eu-west-1:1:task/shop-prod/abc")
            .task_definition_arn("arn:aws:ecs:eu-west-1:1:task-definition/shop-migrate_job:3")
            .last_status(status)
            .stopped_reason("Essential container in task exited")
            .containers(container)
            .build()
    }

    #[test]
    fn a_task_is_through_when_it_ended_with_nought() {
        assert!(matches!(
            live(&task("RUNNING", None)).status,
            Status::Changing { .. }
        ));
        assert_eq!(live(&task("STOPPED", Some(0))).status, Status::Ready);
        let failed = live(&task("STOPPED", Some(3)));
        let ailment = failed.ailment.unwrap();
        assert_eq!(
            ailment.message,
            "Essential container in task exited (main: exit code 3)"
        );
        assert!(matches!(failed.status, Status::Failed { .. }));
        // It never started.
        assert!(!is_good(&task("STOPPED", None)));
    }

    #[test]
    fn memories_are_told_from_tasks() {
        assert!(is_task(&live(&task("RUNNING", None)).physical));
        assert!(!is_task(
            &memory("arn:aws:ecs:r:1:task-definition/f:1").physical
        ));
    }
}
