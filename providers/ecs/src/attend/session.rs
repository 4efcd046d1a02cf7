//! A session in a container: ECS Exec. Its stream is spoken by AWS's own plugin, as for the AWS command line.

use aws_sdk_ecs::types::{Container, DesiredStatus, Session as Wire, Task};
use provision_aws::Aws;
use provision_core::contract::{Attend, Attended, Class, Failure, Session};
use provision_core::model::SecretValue;
use serde_json::json;

use super::refused;
use super::shape::{is_job, missing, name, output, part, shape};
use crate::kinds::{ecs, tasks};

/// The program that speaks sessions.
const PLUGIN: &str = "session-manager-plugin";

/// The variable that hands it one. Given in its arguments, others of the machine would see the token.
const VARIABLE: &str = "AWS_SSM_START_SESSION_RESPONSE";

/// Opens a session in a task and a container of it.
pub(super) async fn open(
    aws: &Aws,
    asked: &Attend,
    (of, container): (Option<&str>, Option<&str>),
    command: &[String],
) -> Result<Attended, Failure> {
    if !is_job(asked) && !shape(asked)?.exec {
        return Err(off(asked));
    }
    let task = running(aws, asked, of).await?;
    let arn = task.task_arn().unwrap_or_default();
    let container = ready(asked, &task, container.unwrap_or_else(|| name(asked)))?;
    let request = ecs(aws)
        .execute_command()
        .cluster(task.cluster_arn().unwrap_or_default())
        .task(arn)
        .container(container.name().unwrap_or_default())
        .command(line(command))
        .interactive(true);
    let answer = aws
        .write("ecs:ExecuteCommand", || request.clone().send())
        .await
        .map_err(|fault| fault.about(arn).failure())?;
    let value = answer.session.as_ref().and_then(secret);
    let value = value.ok_or_else(|| {
        let message = "ECS opened no session and gave no reason".to_owned();
        refused(Class::CloudFailed, "no-session", message, "try again")
    })?;
    let region = aws.region();
    let profile = asked.request.spec.aws.as_ref();
    let profile = profile.and_then(|cloud| cloud.profile.clone());
    Ok(Attended::Session(Session {
        program: PLUGIN.to_owned(),
        arguments: vec![
            VARIABLE.to_owned(),
            region.to_owned(),
            "StartSession".to_owned(),
            profile.unwrap_or_default(),
            json!({ "Target": target(&task, container) }).to_string(),
            format!("https://ecs.{region}.amazonaws.com{}", suffix(region)),
        ],
        variable: VARIABLE.to_owned(),
        value,
    }))
}

fn suffix(region: &str) -> &'static str {
    if region.starts_with("cn-") { ".cn" } else { "" }
}

/// The task that is meant; else the youngest that serves.
async fn running(aws: &Aws, asked: &Attend, of: Option<&str>) -> Result<Task, Failure> {
    let cluster = shape(asked)?.run.cluster;
    let request = ecs(aws)
        .list_tasks()
        .cluster(&cluster)
        .family(output(asked, "ecs.task_definition", "family")?)
        .desired_status(DesiredStatus::Running);
    let listed = aws
        .read("ecs:ListTasks", || request.clone().send())
        .await
        .map_err(|fault| fault.about(&cluster).failure())?;
    let arns = listed.task_arns.unwrap_or_default();
    let found = tasks(aws, &cluster, &arns).await;
    let mut found = found.map_err(|fault| fault.about(&cluster).failure())?;
    let of = of.map(|of| of.rsplit('/').next().unwrap_or(of));
    let id = |task: &Task| {
        let arn = task.task_arn().unwrap_or_default();
        arn.rsplit('/').next().unwrap_or_default().to_owned()
    };
    let service = part(asked, "ecs.service").and_then(|live| live.physical.rsplit('/').next());
    let group = service.map(|service| format!("service:{service}"));
    found.retain(|task| match of {
        Some(of) => id(task).starts_with(of),
        // A run by hand is no task that serves.
        None => {
            task.last_status() == Some("RUNNING")
                && (group.is_none() || task.group() == group.as_deref())
        }
    });
    found.sort_by_key(|task| {
        task.created_at()
            .map(aws_sdk_ecs::primitives::DateTime::as_nanos)
    });
    found.pop().ok_or_else(|| match (of, is_job(asked)) {
        (Some(of), _) => {
            let message = format!("no task of {} that runs begins with `{of}`", asked.address);
            refused(
                Class::NotFound,
                "no-task",
                message,
                "`provision logs` shows the tasks that write",
            )
        }
        (None, true) => {
            let message = format!("no task of {} runs now", asked.address);
            refused(
                Class::NotFound,
                "no-task",
                message,
                "`provision run` starts one",
            )
        }
        (None, false) => missing(asked),
    })
}

/// The container, when commands can be run in it.
fn ready<'a>(asked: &Attend, task: &'a Task, name: &str) -> Result<&'a Container, Failure> {
    if !task.enable_execute_command {
        return Err(off(asked));
    }
    let all = task.containers();
    let Some(container) = all.iter().find(|one| one.name() == Some(name)) else {
        let names: Vec<&str> = all.iter().filter_map(Container::name).collect();
        let message = format!(
            "no container is called `{name}`; there are {}",
            names.join(", ")
        );
        return Err(refused(
            Class::NotFound,
            "no-container",
            message,
            "name one of them",
        ));
    };
    let agent = container.managed_agents().first();
    let status = agent.and_then(|agent| agent.last_status());
    match status {
        Some("RUNNING") => Ok(container),
        status => {
            let why = agent.and_then(|agent| agent.reason());
            let message = format!(
                "the agent that runs commands in `{name}` is {}{}",
                status.unwrap_or("not there"),
                why.map(|why| format!(": {why}")).unwrap_or_default()
            );
            let advice = "wait for the task to be up; the agent needs a way out to Systems Manager (ssmmessages)";
            Err(refused(Class::Conflict, "agent", message, advice))
        }
    }
}

/// Commands are not turned on.
fn off(asked: &Attend) -> Failure {
    let spec = &asked.request.spec;
    let cluster = match is_job(asked) {
        true => spec.jobs.get(name(asked)).map(|job| &job.cluster),
        false => spec.workloads.get(name(asked)).map(|one| &one.cluster),
    };
    let cluster = cluster.map_or("NAME", String::as_str);
    let message = format!(
        "commands in the tasks of {} are not turned on",
        asked.address
    );
    let advice = match is_job(asked) {
        true => "run it with another command: `provision run JOB -- CMD`".to_owned(),
        false => format!(
            "write ecs = {{ exec = true }} in [cluster.{cluster}] and apply, which rolls its tasks; or run a task of its \
             own: `provision run {} -- CMD`",
            name(asked)
        ),
    };
    refused(Class::Conflict, "exec-off", message, &advice)
}

/// What the plugin is handed.
fn secret(wire: &Wire) -> Option<SecretValue> {
    let text = json!({
        "SessionId": wire.session_id()?,
        "StreamUrl": wire.stream_url()?,
        "TokenValue": wire.token_value()?,
    });
    SecretValue::new(text.to_string())
}

/// How Systems Manager calls a container.
fn target(task: &Task, container: &Container) -> String {
    let last = |arn: Option<&str>| {
        let arn = arn.unwrap_or_default();
        arn.rsplit('/').next().unwrap_or_default().to_owned()
    };
    format!(
        "ecs:{}_{}_{}",
        last(task.cluster_arn()),
        last(task.task_arn()),
        container.runtime_id().unwrap_or_default()
    )
}

/// Words as one line, which the agent takes apart as a shell would. A single word is a line already.
fn line(command: &[String]) -> String {
    if let [line] = command {
        return line.clone();
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,@%+".contains(&byte);
    let quoted = command
        .iter()
        .map(|word| match !word.is_empty() && word.bytes().all(plain) {
            true => word.clone(),
            false => format!("'{}'", word.replace('\'', r"'\''")),
        });
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_a_line_that_a_shell_takes_apart_again() {
        let words =
            |all: &[&str]| line(&all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
        assert_eq!(words(&["bash -l"]), "bash -l");
        assert_eq!(words(&["sh", "-c", "echo it's"]), r"sh -c 'echo it'\''s'");
        assert_eq!(words(&["a", ""]), "a ''");
    }
}
