//! Why tasks do not come up: what the cloud says of stopped tasks, of a service, of its targets, and what to do.

use aws_sdk_ecs::types::{Deployment, DesiredStatus, Service as Wire, Task};
use provision_aws::kind::Ailment;
use provision_aws::{Aws, Fault};

use super::call::{cluster_of, ecs};

/// So many stopped tasks are looked at.
const TASKS: i32 = 10;

/// So many events of a service are told.
const EVENTS: usize = 3;

/// What is in the cloud's words, and what to do then.
const ADVICE: [(&str, &str); 11] = [
    (
        "CannotPullContainerError",
        "check that the image and its tag exist, and that tasks have a way out (NAT or endpoints) and may read the registry",
    ),
    (
        "ResourceInitializationError",
        "a secret, the registry or the log group could not be reached: check the way out of the network, and that the \
         secrets exist",
    ),
    ("OutOfMemory", "give it more `memory`"),
    (
        "failed ELB health checks",
        "the balancer's check does not get through: check `port` and `health.path`, or give it more `health.start`",
    ),
    (
        "failed container health checks",
        "`health.command` does not end with 0: check it, or give it more `health.start`",
    ),
    (
        "Target.Timeout",
        "nothing answers at that port: check `port` and that it listens on all addresses",
    ),
    (
        "Target.FailedHealthChecks",
        "the balancer's check does not get through: check `port` and `health.path`, or give it more `health.start`",
    ),
    (
        "Capacity is unavailable",
        "AWS has none to give just now: wait, or take other zones or a pool that is not spot",
    ),
    (
        "unable to place a task",
        "the pool has no room: raise its `nodes.max`, or take a larger machine",
    ),
    (
        "RESOURCE:",
        "the pool has no room: raise its `nodes.max`, or take a larger machine",
    ),
    (
        "Essential container in task exited",
        "what it wrote before it ended is in its log group; put that right, then apply again",
    ),
];

/// What is wrong, in words that say what to do.
pub(super) fn ailment(message: String) -> Ailment {
    let advice = advice(&message);
    Ailment {
        code: "deployment-failed".to_owned(),
        message,
        advice: advice.to_owned(),
        passes: false,
    }
}

/// What to do, by the cloud's words.
pub(crate) fn advice(message: &str) -> &'static str {
    let known = ADVICE.iter().find(|(words, _)| message.contains(words));
    known.map_or(
        "its events and stopped tasks tell more; put that right, then apply again",
        |(_, advice)| advice,
    )
}

/// The cloud's reason, with what it says of the tasks of a deployment, of the service and of its targets.
pub(super) async fn why(
    aws: &Aws,
    service: &Wire,
    own: Option<&Deployment>,
    reason: String,
) -> String {
    // Why tasks stopped is what people look for.
    let revision = own.and_then(Deployment::task_definition);
    let mut words = stopped(aws, service, revision).await.unwrap_or_default();
    words.push(reason);
    let events = service.events().iter().take(EVENTS);
    words.extend(events.filter_map(|event| event.message.clone()));
    words.extend(targets(aws, service).await.unwrap_or_default());
    words.dedup();
    let words: Vec<&str> = words.iter().map(|one| one.trim_end_matches('.')).collect();
    words.join("; ")
}

/// Why tasks of a service stopped, each reason once.
async fn stopped(aws: &Aws, service: &Wire, revision: Option<&str>) -> Result<Vec<String>, Fault> {
    let arn = service.service_arn().unwrap_or_default();
    let request = ecs(aws)
        .list_tasks()
        .cluster(cluster_of(arn))
        .service_name(service.service_name().unwrap_or_default())
        .desired_status(DesiredStatus::Stopped)
        .max_results(TASKS);
    let listed = aws
        .read("ecs:ListTasks", || request.clone().send())
        .await?
        .task_arns
        .unwrap_or_default();
    let tasks = tasks(aws, cluster_of(arn), &listed).await?;
    let of = |task: &&Task| revision.is_none() || task.task_definition_arn() == revision;
    let mut words: Vec<String> = tasks.iter().filter(of).filter_map(ended).collect();
    words.sort();
    words.dedup();
    Ok(words)
}

/// Tasks by ARN; at most a hundred.
pub(crate) async fn tasks(aws: &Aws, cluster: &str, arns: &[String]) -> Result<Vec<Task>, Fault> {
    if arns.is_empty() {
        return Ok(Vec::new());
    }
    let request = ecs(aws)
        .describe_tasks()
        .cluster(cluster)
        .set_tasks(Some(arns.to_vec()));
    let answer = aws
        .read("ecs:DescribeTasks", || request.clone().send())
        .await?;
    Ok(answer.tasks.unwrap_or_default())
}

/// Why a task ended, in the cloud's words: its own, then those of its containers. Nothing of one that was asked to.
pub(crate) fn ended(task: &Task) -> Option<String> {
    let reason = task.stopped_reason().unwrap_or_default();
    if reason.starts_with("Scaling activity") || reason.is_empty() {
        return None;
    }
    let containers = task.containers().iter().filter_map(|container| {
        let name = container.name().unwrap_or_default();
        match (container.reason(), container.exit_code()) {
            // The task has said so already.
            (Some(said), None) if said == reason => None,
            (Some(reason), Some(code)) => Some(format!("{name}: {reason}, exit code {code}")),
            (Some(reason), None) => Some(format!("{name}: {reason}")),
            (None, Some(code)) if code != 0 => Some(format!("{name}: exit code {code}")),
            _ => None,
        }
    });
    let containers: Vec<String> = containers.collect();
    match containers.is_empty() {
        true => Some(reason.to_owned()),
        false => Some(format!("{reason} ({})", containers.join("; "))),
    }
}

/// What balancers say of targets that are not well.
async fn targets(aws: &Aws, service: &Wire) -> Result<Vec<String>, Fault> {
    let mut words = Vec::new();
    for balancer in service.load_balancers() {
        let Some(arn) = balancer.target_group_arn() else {
            continue;
        };
        let client = aws.elbv2();
        let request = client.describe_target_health().target_group_arn(arn);
        let answer = aws
            .read("elasticloadbalancingv2:DescribeTargetHealth", || {
                request.clone().send()
            })
            .await?;
        for target in answer.target_health_descriptions.unwrap_or_default() {
            let health = target.target_health();
            let code = health.and_then(|health| health.reason());
            let said = health.and_then(|health| health.description());
            if let (Some(code), Some(said)) = (code, said) {
                let id = target.target().and_then(|target| target.id());
                let id = id.unwrap_or("a target");
                words.push(format!("{id}: {}: {said}", code.as_str()));
            }
        }
    }
    words.dedup();
    Ok(words)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use aws_sdk_ecs::types::Container;

    use super::*;

    #[test]
    fn the_clouds_words_come_first_and_advice_follows_them() {
        let container = Container::builder().name("web").exit_code(1).build();
        let task = Task::builder()
            .stopped_reason("Essential container in task exited")
            .containers(container)
            .build();
        let words = ended(&task).unwrap();
        assert_eq!(
            words,
            "Essential container in task exited (web: exit code 1)"
        );
        let ailment = ailment(words);
        assert!(ailment.advice.contains("log group") && !ailment.passes);
        let pull = "CannotPullContainerError: pull image manifest has been retried 5 time(s)";
        assert!(advice(pull).contains("way out"));
    }

    #[test]
    fn tasks_that_were_asked_to_go_are_no_reason() {
        let task = Task::builder()
            .stopped_reason("Scaling activity initiated by (deployment ecs-svc/1)")
            .build();
        assert!(ended(&task).is_none());
    }
}
