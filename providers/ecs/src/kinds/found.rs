//! A cluster with everything in it as `import` reads it, whoever made it.

use std::collections::BTreeSet;

use aws_sdk_ecs::types::Cluster as Wire;
use aws_sdk_scheduler::types::TargetSummary;
use futures::future::{join_all, try_join_all};
use provision_aws::kind::{Live, pages};
use provision_aws::{Aws, Fault, Marks, Tags, from_fields};
use provision_core::contract::{Context, Failure};
use serde::de::DeserializeOwned;

use super::call::{ecs, parts, scheduler, tags};
use super::task_definition_reads::{self as definitions, Newest, Revision};
use super::{
    AutoScalingGroup, CapacityProvider, Scaling, Schedule, Service, TaskDefinition,
    autoscaling_reads, capacity_provider, cluster_reads, scaling_reads, schedule_calls,
    service_live, service_reads,
};

/// A cluster.
pub(crate) struct Found {
    /// As ECS tells it.
    pub(crate) wire: Wire,
    /// Its tags.
    pub(crate) tags: Tags,
    /// Its services.
    pub(crate) services: Vec<Runs>,
    /// What runs by the clock, and of the stack what runs in apply.
    pub(crate) jobs: Vec<Job>,
    /// Its capacity providers of machines.
    pub(crate) pools: Vec<Pool>,
}

/// A service.
pub(crate) struct Runs {
    /// Its name.
    pub(crate) name: String,
    /// Its marks.
    pub(crate) marks: Marks,
    /// What it is.
    pub(crate) service: Service,
    /// What its tasks are.
    pub(crate) definition: TaskDefinition,
    /// Its bounds.
    pub(crate) scaling: Option<Scaling>,
    /// What else scales it.
    pub(crate) scaled_by: Vec<String>,
}

/// A job.
pub(crate) struct Job {
    /// The name of its schedule, or the family of its task definition.
    pub(crate) name: String,
    /// Its marks.
    pub(crate) marks: Marks,
    /// What its tasks are.
    pub(crate) definition: TaskDefinition,
    /// When it runs.
    pub(crate) schedule: Option<Schedule>,
}

/// A pool of machines.
pub(crate) struct Pool {
    /// The name of the capacity provider.
    pub(crate) name: String,
    /// Its marks.
    pub(crate) marks: Marks,
    /// The capacity provider.
    pub(crate) provider: CapacityProvider,
    /// Its group.
    pub(crate) group: AutoScalingGroup,
}

/// Why something cannot be read.
pub(crate) enum Unread {
    /// The cloud says so.
    Fault(Fault),
    /// What it answers is not understood.
    Failure(Failure),
}

impl From<Fault> for Unread {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Failure> for Unread {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// A cluster by name or ARN; `None` when there is none.
pub(crate) async fn found(
    aws: &Aws,
    context: &Context,
    cluster: &str,
) -> Result<Option<Found>, Unread> {
    let Some(wire) = cluster_reads::cluster(aws, cluster).await? else {
        return Ok(None);
    };
    let name = wire.cluster_name().unwrap_or_default().to_owned();
    let arn = wire.cluster_arn().unwrap_or_default().to_owned();
    let all = tags(wire.tags());
    let services = services(aws, &name).await?;
    let mut jobs = scheduled(aws, &arn).await?;
    if Marks::of(&all).stack.as_deref() == Some(context.stack.as_str()) {
        jobs.extend(unscheduled(aws, context, &jobs).await?);
    }
    let pools = pools(aws, wire.capacity_providers()).await?;
    Ok(Some(Found {
        wire,
        tags: all,
        services,
        jobs,
        pools,
    }))
}

fn fields<S: DeserializeOwned>(live: &Live) -> Result<S, Failure> {
    from_fields(&live.fields)
}

async fn services(aws: &Aws, cluster: &str) -> Result<Vec<Runs>, Unread> {
    let arns = pages(|token| async {
        let request = ecs(aws)
            .list_services()
            .cluster(cluster)
            .set_next_token(token);
        let answer = aws
            .read("ecs:ListServices", || request.clone().send())
            .await?;
        Ok((answer.service_arns, answer.next_token))
    })
    .await?;
    let wires = service_reads::describe(aws, cluster, &arns).await?;
    let reads = wires.iter().map(|wire| async move {
        let arn = wire.service_arn().unwrap_or_default();
        let live = service_live::live(wire, None);
        let named = wire.task_definition().unwrap_or_default();
        let definition = definitions::describe(aws, named).await?;
        let scaling = scaling_reads::find(aws, &parts(arn).join("/")).await?;
        Ok::<_, Unread>(Runs {
            name: wire.service_name().unwrap_or_default().to_owned(),
            marks: live.marks.clone(),
            service: fields(&live)?,
            definition: definition
                .as_ref()
                .map(Revision::fields)
                .unwrap_or_default(),
            scaled_by: scaling
                .as_ref()
                .map_or_else(Vec::new, |live| live.foreign.clone()),
            scaling: scaling.as_ref().map(fields).transpose()?,
        })
    });
    try_join_all(reads).await
}

/// The schedules that start tasks in the cluster.
async fn scheduled(aws: &Aws, cluster: &str) -> Result<Vec<Job>, Unread> {
    let listed = pages(|token| async {
        let request = scheduler(aws).list_schedules().set_next_token(token);
        let answer = aws
            .read("scheduler:ListSchedules", || request.clone().send())
            .await?;
        Ok((Some(answer.schedules), answer.next_token))
    })
    .await?;
    let of_it = listed.iter().filter(|one| {
        let target = one.target().map(TargetSummary::arn);
        target == Some(cluster)
    });
    let reads = of_it.map(|one| async move {
        let (group, name) = (one.group_name(), one.name());
        let (group, name) = (group.unwrap_or("default"), name.unwrap_or_default());
        let Some(live) = schedule_calls::read(aws, group, name).await? else {
            return Ok(None);
        };
        let schedule: Schedule = fields(&live)?;
        let named = schedule.task_definition.get().cloned().unwrap_or_default();
        let definition = definitions::describe(aws, &named).await?;
        Ok::<_, Unread>(Some(Job {
            name: name.to_owned(),
            marks: live.marks.clone(),
            definition: definition
                .as_ref()
                .map(Revision::fields)
                .unwrap_or_default(),
            schedule: Some(schedule),
        }))
    });
    Ok(try_join_all(reads).await?.into_iter().flatten().collect())
}

/// Jobs of the stack that no schedule starts.
async fn unscheduled(aws: &Aws, context: &Context, others: &[Job]) -> Result<Vec<Job>, Unread> {
    let known: BTreeSet<String> = others
        .iter()
        .filter_map(|job| Some(job.marks.id.as_ref()?.address.to_string()))
        .collect();
    let families = definitions::families(aws, &format!("{}-", context.stack)).await?;
    let reads = families.iter().map(|family| async move {
        let newest = definitions::newest(aws, context, None, family).await;
        (family, newest)
    });
    let mut jobs = Vec::new();
    for (family, newest) in join_all(reads).await {
        let Newest::Ours(revision) = newest? else {
            continue;
        };
        let marks = Marks::of(&revision.tags);
        let address = marks.id.as_ref().map(|id| id.address.to_string());
        let new = |address: &String| address.starts_with("job.") && !known.contains(address);
        if address.as_ref().is_some_and(new) {
            jobs.push(Job {
                name: family.clone(),
                marks,
                definition: revision.fields(),
                schedule: None,
            });
        }
    }
    Ok(jobs)
}

async fn pools(aws: &Aws, providers: &[String]) -> Result<Vec<Pool>, Unread> {
    let machines = providers.iter().filter(|name| !name.starts_with("FARGATE"));
    let reads = machines.map(|name| async move {
        let Some(live) = capacity_provider::one(aws, name).await? else {
            return Ok(None);
        };
        let provider: CapacityProvider = fields(&live)?;
        let arn = provider.group.get().cloned().unwrap_or_default();
        let group = arn.rsplit('/').next().unwrap_or_default().to_owned();
        let wires = autoscaling_reads::named(aws, &[group]).await?;
        Ok::<_, Unread>(wires.first().map(|wire| Pool {
            name: name.clone(),
            marks: live.marks.clone(),
            provider,
            group: autoscaling_reads::now(wire),
        }))
    });
    Ok(try_join_all(reads).await?.into_iter().flatten().collect())
}
