//! Reads of clusters: up to a hundred a call, with the capacity that is put into them.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecs::types::{Cluster as Wire, ClusterField};
use futures::future::try_join_all;
use provision_aws::kind::{Ask, Seen, by_name, pages, unknown};
use provision_aws::{Aws, Fault, Marks};
use provision_core::model::{Pending, Resource};

use super::call::{ecs, parts, tags};
use super::cluster::live;
use super::{capacity_provider, capacity_reads};

/// So many clusters DescribeClusters takes.
const AT_ONCE: usize = 100;

/// So many of what is in a cluster are told by name.
const TOLD: usize = 5;

/// Clusters, and the capacity in them.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The clusters.
    pub(crate) clusters: Seen,
    /// Their capacity.
    pub(crate) capacity: Seen,
}

/// Clusters by name or ARN; those that are gone are left out.
async fn describe(aws: &Aws, names: &[String]) -> Result<Vec<Wire>, Fault> {
    let reads = names.chunks(AT_ONCE).map(|some| async {
        let request = ecs(aws)
            .describe_clusters()
            .set_clusters(Some(some.to_vec()))
            .include(ClusterField::Tags)
            .include(ClusterField::Settings)
            .include(ClusterField::Configurations)
            .include(ClusterField::Attachments);
        let answer = aws
            .read("ecs:DescribeClusters", || request.clone().send())
            .await?;
        Ok(answer.clusters.unwrap_or_default())
    });
    let found = try_join_all(reads).await?.into_iter().flatten();
    Ok(found
        .filter(|one| one.status() != Some("INACTIVE"))
        .collect())
}

/// A cluster by name or ARN.
pub(super) async fn cluster(aws: &Aws, name: &str) -> Result<Option<Wire>, Fault> {
    let found = describe(aws, &[name.to_owned()]).await?;
    Ok(found.into_iter().next())
}

/// All clusters with the mark of a stack.
pub(super) async fn marked(aws: &Aws, stack: &str) -> Result<Vec<Wire>, Fault> {
    let all = describe(aws, &list(aws).await?).await?;
    let ours = |one: &Wire| Marks::of(&tags(one.tags())).stack.as_deref() == Some(stack);
    Ok(all.into_iter().filter(ours).collect())
}

/// The ARNs of all clusters.
async fn list(aws: &Aws) -> Result<Vec<String>, Fault> {
    pages(|token| async {
        let request = ecs(aws).list_clusters().set_next_token(token);
        let answer = aws
            .read("ecs:ListClusters", || request.clone().send())
            .await?;
        Ok((answer.cluster_arns, answer.next_token))
    })
    .await
}

/// Clusters that are asked for with their capacity, and any others of the stack. Both kinds are read by the same calls.
pub(crate) async fn survey(ask: &Ask<'_>, capacity: Option<&Ask<'_>>) -> Found {
    let mut found = Found::default();
    let wanted = ask.resources.iter();
    let inner = capacity.into_iter().flat_map(|ask| &ask.resources);
    let names: BTreeSet<&str> = wanted
        .chain(inner)
        .filter_map(|one| one.name.as_deref())
        .collect();
    match everything(ask, &names).await {
        Ok((wires, unread)) => {
            let owners = capacity_provider::owners(ask.aws, &capacity_reads::strange(&wires)).await;
            sort(ask, &wires, &mut found.clusters);
            match owners {
                Ok(owners) => {
                    let capacity = capacity.map_or(&[][..], |ask| &ask.resources);
                    found.capacity = capacity_reads::seen(ask, capacity, &wires, &owners);
                }
                Err(fault) => unseen(capacity, &fault, ask.orphans, &mut found.capacity),
            }
            if let Some(fault) = unread {
                found.clusters.unread = Some(fault.to_string());
                found.capacity.unread = Some(fault.to_string());
            }
        }
        Err(fault) => {
            unseen(Some(ask), &fault, ask.orphans, &mut found.clusters);
            unseen(capacity, &fault, ask.orphans, &mut found.capacity);
        }
    }
    found
}

/// Those of these names and, when others are wanted, all; beside them why the others could not be read.
async fn everything(
    ask: &Ask<'_>,
    names: &BTreeSet<&str>,
) -> Result<(Vec<Wire>, Option<Fault>), Fault> {
    let known: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let first = describe(ask.aws, &known);
    if !ask.orphans {
        return Ok((first.await?, None));
    }
    let others = async {
        let mut arns = list(ask.aws).await?;
        arns.retain(|arn| !names.contains(parts(arn).last().copied().unwrap_or_default()));
        describe(ask.aws, &arns).await
    };
    let (first, others) = futures::future::join(first, others).await;
    let mut wires = first?;
    match others {
        Ok(others) => {
            wires.extend(others);
            Ok((wires, None))
        }
        Err(fault) => Ok((wires, Some(fault))),
    }
}

fn sort(ask: &Ask<'_>, wires: &[Wire], seen: &mut Seen) {
    let mut by_names: BTreeMap<&str, &Wire> = wires
        .iter()
        .filter_map(|wire| Some((wire.cluster_name()?, wire)))
        .collect();
    for resource in &ask.resources {
        let wire = resource
            .name
            .as_deref()
            .and_then(|name| by_names.remove(name));
        let look = by_name(ask.context, resource, Ok(wire.map(live)));
        seen.sights.insert(resource.id.clone(), look);
    }
    if ask.orphans {
        let others = by_names.into_values().map(live);
        let ours = |live: &provision_aws::kind::Live| {
            live.marks.stack.as_deref() == Some(ask.context.stack.as_str())
                && live.marks.id.is_some()
        };
        seen.orphans.extend(others.filter(ours));
    }
}

fn unseen(ask: Option<&Ask<'_>>, fault: &Fault, orphans: bool, seen: &mut Seen) {
    let resources: &[&Resource<Pending>] = ask.map_or(&[], |ask| &ask.resources);
    for resource in resources {
        seen.sights.insert(resource.id.clone(), unknown(fault));
    }
    seen.unread = orphans.then(|| fault.to_string());
}

/// What is in a cluster and keeps it from going, in words; what cannot be read is left out.
pub(super) async fn inside(aws: &Aws, cluster: &str) -> Vec<String> {
    let services = async {
        let request = ecs(aws).list_services().cluster(cluster);
        let answer = aws
            .read("ecs:ListServices", || request.clone().send())
            .await;
        answer.ok().and_then(|answer| answer.service_arns)
    };
    let tasks = async {
        let request = ecs(aws).list_tasks().cluster(cluster);
        let answer = aws.read("ecs:ListTasks", || request.clone().send()).await;
        answer.ok().and_then(|answer| answer.task_arns)
    };
    let machines = async {
        let request = ecs(aws).list_container_instances().cluster(cluster);
        let answer = aws
            .read("ecs:ListContainerInstances", || request.clone().send())
            .await;
        answer
            .ok()
            .and_then(|answer| answer.container_instance_arns)
    };
    let (services, tasks, machines) = futures::join!(services, tasks, machines);
    let mut words = Vec::new();
    for (word, arns) in [
        ("service", services),
        ("task", tasks),
        ("container instance", machines),
    ] {
        let arns = arns.unwrap_or_default();
        let name = |arn: &String| parts(arn).last().copied().unwrap_or_default().to_owned();
        words.extend(
            arns.iter()
                .take(TOLD)
                .map(|arn| format!("{word} {}", name(arn))),
        );
    }
    words
}
