//! From `[job.NAME]` to resources: what a workload's tasks have, and then a run in apply or a schedule.

use provision_aws::Field;
use provision_core::contract::{ExpandAnswer, ExpandRequest, Failure, Severity};
use provision_core::model::ResourceId;
use provision_core::spec::{Job, Schedule as When};

use super::PLATFORM;
use super::cron::expression;
use super::task::Main;
use super::unit::{Made, Unit, Words, keep, own};
use crate::kinds::{Run, Schedule, ScheduleGroup, schedule_group_id, schedule_group_name};

/// Longest name of a schedule (CreateSchedule).
const SCHEDULE_NAME: usize = 64;

/// The jobs on ECS among the blocks.
pub(super) fn jobs(request: &ExpandRequest, answer: &mut ExpandAnswer) {
    let mut scheduled = false;
    for (name, job) in &request.spec.jobs {
        match Unit::of(request, answer, &words(name, job)) {
            Some(Ok(unit)) => {
                scheduled |= job.schedule.is_some();
                one(&unit, job, answer);
            }
            Some(Err(failure)) => answer.failures.push(failure),
            None => {}
        }
    }
    if scheduled {
        keep(answer, vec![group(request)]);
    }
}

/// A run of a job by hand, in its own shape, whatever else starts it.
pub(crate) fn by_hand(request: &ExpandRequest, name: &str) -> Option<Made> {
    let job = request.spec.jobs.get(name)?;
    let mut answer = ExpandAnswer::default();
    super::cluster::clusters(request, &mut answer);
    let unit = Unit::of(request, &answer, &words(name, job))?;
    Some(unit.and_then(|unit| run(&unit)))
}

fn words<'a>(name: &'a str, job: &'a Job) -> Words<'a> {
    Words {
        sort: "job",
        name,
        cluster: &job.cluster,
        pool: job.pool.as_deref(),
        container: &job.container,
        identity: job.identity.as_ref(),
    }
}

/// Runs that come before the rollout of a workload.
pub(super) fn ahead_of(request: &ExpandRequest, workload: &str) -> Vec<ResourceId> {
    let jobs = request.spec.jobs.iter();
    jobs.filter(|(name, job)| {
        let cluster = request.spec.clusters.get(&job.cluster);
        request.blocks.contains(&format!("job.{name}"))
            && cluster.is_some_and(|cluster| cluster.platform == PLATFORM)
            && job.before.iter().any(|before| before == workload)
    })
    .map(|(name, _)| ResourceId::new(format!("job.{name}"), "run"))
    .collect()
}

fn one(unit: &Unit<'_>, job: &Job, answer: &mut ExpandAnswer) {
    let main = Main {
        stop_timeout: job.stop_timeout,
        ..Main::default()
    };
    let mut all = vec![
        unit.log_group(),
        unit.execution_role(&unit.secrets(&main), &unit.images(&main)),
        unit.task_role(false),
        unit.security_group(),
        unit.task_definition(&main, &mut answer.notes),
    ];
    if job.ttl.is_some() {
        let message = "ECS shows what has stopped for about an hour and then forgets it, whatever `ttl` says; logs stay";
        answer
            .notes
            .push(unit.note(Severity::Info, "ttl", message.to_owned()));
    }
    if !job.before.is_empty() {
        all.push(run(unit));
    }
    if let Some(when) = &job.schedule {
        all.extend(scheduled(unit, when, answer));
    }
    keep(answer, all);
}

/// The run in apply.
fn run(unit: &Unit<'_>) -> Made {
    let fields = Run {
        task_definition: Field::output(&unit.id("task-definition"), "arn"),
        family: unit.family()?,
        cluster: unit.cluster_name(),
        capacity: unit.capacity(),
        subnets: unit.ground.nodes.clone(),
        security_groups: unit.groups(),
    };
    let mut run = unit.own("run", "ecs.run", &fields)?;
    run.after = unit.ready();
    run.after.push(unit.cluster_id("cluster"));
    Ok(run)
}

fn group(request: &ExpandRequest) -> Made {
    let name = schedule_group_name(&request.context.stack);
    let fields = ScheduleGroup {
        tags: provision_aws::tags(&request.context, &name),
    };
    let mut group = own(schedule_group_id(), "scheduler.group", &fields)?;
    group.name = Some(name);
    Ok(group)
}

/// A schedule with its role.
fn scheduled(unit: &Unit<'_>, when: &When, answer: &mut ExpandAnswer) -> Vec<Made> {
    match when.overlap.as_deref() {
        Some("replace") => return vec![Err(cannot(unit))],
        Some("allow") => {}
        // What is meant where nothing is said.
        _ => {
            let message = "ECS starts a scheduled run although the last one still goes on, so `forbid` is not kept; \
                           overlap = \"allow\" says that this is fine";
            answer
                .notes
                .push(unit.note(Severity::Warning, "overlap", message.to_owned()));
        }
    }
    vec![
        unit.family().and_then(|family| unit.schedule_role(&family)),
        schedule(unit, when),
    ]
}

fn cannot(unit: &Unit<'_>) -> Failure {
    let message = "overlap = \"replace\" cannot be had on ECS: a run that still goes on is not stopped for the next one";
    let advice = "write overlap = \"allow\", and let the job itself see to it that one at a time does the work";
    unit.refused("overlap", message, advice)
}

fn schedule(unit: &Unit<'_>, when: &When) -> Made {
    let expression = expression(&when.cron).map_err(|why| {
        let message = format!("`schedule.cron` cannot be had on ECS: {why}");
        unit.refused(
            "cron",
            &message,
            "make two jobs of it, one for each kind of day",
        )
    })?;
    let fields = Schedule {
        group: schedule_group_name(&unit.context().stack),
        expression,
        timezone: when.timezone.clone().unwrap_or_else(|| "UTC".to_owned()),
        cluster: Field::output(&unit.cluster_id("cluster"), "arn"),
        task_definition: Field::output(&unit.id("task-definition"), "arn"),
        role: Field::output(&unit.id("schedule-role"), "arn"),
        capacity: unit.capacity(),
        subnets: unit.ground.nodes.clone(),
        security_groups: unit.groups(),
        enabled: true,
    };
    let schedule = unit.own("schedule", "scheduler.schedule", &fields)?;
    let mut schedule = unit.named(schedule, unit.name, SCHEDULE_NAME, false);
    schedule.parent = Some(schedule_group_id());
    schedule.after = unit.ready();
    Ok(schedule)
}
