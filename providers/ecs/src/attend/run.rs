//! One run by hand: begun, looked at, ended.

use aws_sdk_ecs::types::{
    ContainerOverride, PropagateTags, Task, TaskOverride, TaskStopCode as Code,
};
use provision_aws::Aws;
use provision_core::contract::{Attend, Attended, Ended, Failure};
use provision_core::model::digest8;

use super::shape::{name, shape};
use crate::kinds::{advice, ecs, ended, network, strategy, tasks, unplaced};

/// What a run is called by ECS before it says anything else.
const FIRST: &str = "PROVISIONING";

/// Begins a run. Those that apply starts are told apart by who started them.
pub(super) async fn start(
    aws: &Aws,
    asked: &Attend,
    command: Option<&[String]>,
    token: &str,
) -> Result<Attended, Failure> {
    let shape = shape(asked)?;
    let definition = shape.run.task_definition.known("task_definition")?;
    let capacity = shape.run.capacity.as_deref().map(strategy).transpose()?;
    let request = ecs(aws)
        .run_task()
        .cluster(&shape.run.cluster)
        .task_definition(definition)
        .count(1)
        .set_capacity_provider_strategy(capacity)
        .network_configuration(network(&shape.run.subnets, &shape.run.security_groups)?)
        .set_overrides(command.map(|command| overrides(name(asked), command)))
        .enable_execute_command(shape.exec)
        .propagate_tags(PropagateTags::TaskDefinition)
        .started_by(format!("provision-run/{}", digest8(&[token])))
        .client_token(token);
    let answer = aws
        .write_once("ecs:RunTask", || request.clone().send())
        .await
        .map_err(|fault| fault.about(definition).failure())?;
    let task = answer.tasks.unwrap_or_default().into_iter().next();
    match task.and_then(|task| task.task_arn) {
        Some(run) => Ok(Attended::Started { run }),
        None => Err(unplaced(definition, &answer.failures.unwrap_or_default())),
    }
}

fn overrides(container: &str, command: &[String]) -> TaskOverride {
    let own = ContainerOverride::builder()
        .name(container)
        .set_command(Some(command.to_vec()));
    TaskOverride::builder()
        .container_overrides(own.build())
        .build()
}

/// How far a run is. One that ECS does not show yet is not lost.
pub(super) async fn stand(aws: &Aws, asked: &Attend, run: &str) -> Result<Attended, Failure> {
    let found = tasks(aws, cluster(run), &[run.to_owned()]).await;
    let found = found.map_err(|fault| fault.about(run).failure())?;
    let task = found.first();
    let phase = task.and_then(Task::last_status).unwrap_or(FIRST);
    let ended = task.filter(|_| phase == "STOPPED");
    Ok(Attended::Stands {
        phase: phase.to_owned(),
        ended: ended.map(|task| end(task, name(asked))),
    })
}

/// How it ended: the code of its main container, and why where that does not say it all.
fn end(task: &Task, main: &str) -> Ended {
    let all = task.containers();
    let main = all.iter().find(|one| one.name() == Some(main));
    let code = main.and_then(|one| one.exit_code);
    let by_itself = task.stop_code() == Some(&Code::EssentialContainerExited);
    let explained = main.is_some_and(|one| one.reason().is_some());
    if code.is_some() && by_itself && !explained {
        return Ended {
            code,
            ..Ended::default()
        };
    }
    let reason = ended(task).unwrap_or_else(|| "it stopped, and ECS does not say why".to_owned());
    Ended {
        code,
        advice: Some(advice(&reason).to_owned()),
        reason: Some(reason),
    }
}

/// Ends a run.
pub(super) async fn stop(aws: &Aws, run: &str) -> Result<Attended, Failure> {
    let request = ecs(aws)
        .stop_task()
        .cluster(cluster(run))
        .task(run)
        .reason("interrupted by whoever ran it");
    aws.write_once("ecs:StopTask", || request.clone().send())
        .await
        .map_err(|fault| fault.about(run).failure())?;
    Ok(Attended::Stopping)
}

/// The cluster in the ARN of a task.
fn cluster(run: &str) -> &str {
    run.rsplit('/').nth(1).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecs::types::Container;

    use super::*;

    fn task(code: Option<i32>, why: Option<&str>, stop: Code) -> Task {
        let container = Container::builder()
            .name("web")
            .set_exit_code(code)
            .set_reason(why.map(str::to_owned));
        let beside = Container::builder().name("proxy").exit_code(143);
        Task::builder()
            .stop_code(stop)
            .stopped_reason("Essential container in task exited")
            .containers(beside.build())
            .containers(container.build())
            .build()
    }

    #[test]
    fn the_code_is_that_of_the_main_container_and_speaks_for_itself() {
        let ended = end(&task(Some(3), None, Code::EssentialContainerExited), "web");
        assert_eq!((ended.code, ended.reason), (Some(3), None));
    }

    #[test]
    fn what_the_code_does_not_say_is_told() {
        let memory = "OutOfMemoryError: Container killed due to memory usage";
        let ended = end(
            &task(Some(137), Some(memory), Code::EssentialContainerExited),
            "web",
        );
        assert_eq!(ended.code, Some(137));
        assert!(ended.reason.is_some_and(|why| why.contains(memory)));
        assert!(ended.advice.is_some_and(|advice| advice.contains("memory")));
        let never = end(&task(None, None, Code::TaskFailedToStart), "web");
        assert!(never.code.is_none() && never.reason.is_some());
        let asked = end(&task(Some(143), None, Code::UserInitiated), "web");
        assert!(asked.reason.is_some());
    }

    #[test]
    fn a_task_tells_its_cluster() {
        let arn = "arn:aws:ecs:eu-west-1:123456789012:task/shop-prod/0123";
        assert_eq!(cluster(arn), "shop-prod");
    }
}
