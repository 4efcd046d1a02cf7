//! Reads of services: ten a call, with their tags.

use std::collections::BTreeMap;

use aws_sdk_ecs::types::{Service as Wire, ServiceField};
use futures::future::{join_all, try_join_all};
use provision_aws::kind::{Ask, Cx, Live, Look, Seen, by_name, pages, unknown};
use provision_aws::{Aws, Fault};
use provision_core::model::{Pending, Resource, Sight, Value};

use super::call::{cluster_of, ecs};
use super::service::Service;
use super::service_live::{bounded, live};
use super::task_definition_reads::{Newest, family_of, newest, number_of};

/// So many services DescribeServices takes.
const AT_ONCE: usize = 10;

/// Services of a cluster by name or ARN, those that are gone left out. A cluster that is not there has none.
pub(super) async fn describe(
    aws: &Aws,
    cluster: &str,
    names: &[String],
) -> Result<Vec<Wire>, Fault> {
    let reads = names.chunks(AT_ONCE).map(|some| async {
        let request = ecs(aws)
            .describe_services()
            .cluster(cluster)
            .set_services(Some(some.to_vec()))
            .include(ServiceField::Tags);
        let answer = aws
            .read("ecs:DescribeServices", || request.clone().send())
            .await;
        match answer {
            Ok(answer) => Ok(answer.services.unwrap_or_default()),
            Err(fault) if fault.is_not_found() => Ok(Vec::new()),
            Err(fault) => Err(fault.about(cluster)),
        }
    });
    let found = try_join_all(reads).await?.into_iter().flatten();
    Ok(found
        .filter(|one| one.status() != Some("INACTIVE"))
        .collect())
}

/// A service as it is, by its ARN.
pub(super) async fn wire(aws: &Aws, arn: &str) -> Result<Option<Wire>, Fault> {
    let found = describe(aws, cluster_of(arn), &[arn.to_owned()]).await?;
    Ok(found.into_iter().next())
}

/// A service as it is, against what is wanted of it.
pub(super) async fn read(cx: &Cx<'_>, arn: &str) -> Result<Option<Live>, Fault> {
    let want: Option<Service> = cx
        .desired
        .and_then(|desired| provision_aws::read_fields(desired).ok());
    let Some(found) = wire(cx.aws, arn).await? else {
        return Ok(None);
    };
    let mut live = live(&found, want.as_ref());
    if let Some(want) = want.filter(|want| want.image_external) {
        let ours = want.task_definition.get().cloned();
        follow(&mut live, ours.as_deref());
    }
    Ok(Some(live))
}

/// The services that are asked for, and those of the stack that are not.
pub(super) async fn survey(ask: &Ask<'_>) -> Seen {
    let mut by_cluster: BTreeMap<&str, Vec<&Resource<Pending>>> = BTreeMap::new();
    for resource in &ask.resources {
        let cluster = resource.fields.get("cluster").and_then(Value::as_text);
        let cluster = cluster.unwrap_or_default();
        by_cluster.entry(cluster).or_default().push(resource);
    }
    let mut seen = Seen::default();
    let prefix = format!("{}-", ask.context.stack);
    let others = match ask.orphans {
        true => clusters(ask.aws, &prefix).await,
        false => Ok(Vec::new()),
    };
    match &others {
        Ok(names) => names.iter().for_each(|name| {
            by_cluster.entry(name).or_default();
        }),
        Err(fault) => seen.unread = Some(fault.to_string()),
    }
    let reads = by_cluster
        .into_iter()
        .map(|(cluster, wanted)| in_cluster(ask, cluster, wanted));
    for part in join_all(reads).await {
        seen.sights.extend(part.sights);
        seen.orphans.extend(part.orphans);
        seen.unread = seen.unread.or(part.unread);
    }
    seen
}

/// Clusters whose names begin so: those of a stack all do. What is left of a workload may lie in one that nothing of the
/// spec runs on any more.
async fn clusters(aws: &Aws, prefix: &str) -> Result<Vec<String>, Fault> {
    let arns = pages(|token| async {
        let request = ecs(aws).list_clusters().set_next_token(token);
        let answer = aws
            .read("ecs:ListClusters", || request.clone().send())
            .await?;
        Ok((answer.cluster_arns, answer.next_token))
    })
    .await?;
    let names = arns
        .iter()
        .map(|arn| arn.rsplit('/').next().unwrap_or_default());
    let ours = names.filter(|name| name.starts_with(prefix));
    Ok(ours.map(str::to_owned).collect())
}

async fn in_cluster(ask: &Ask<'_>, cluster: &str, wanted: Vec<&Resource<Pending>>) -> Seen {
    let mut seen = Seen::default();
    let names: Vec<String> = wanted.iter().filter_map(|one| one.name.clone()).collect();
    match describe(ask.aws, cluster, &names).await {
        Ok(found) => {
            for resource in wanted {
                let look = look(ask, resource, &found).await;
                seen.sights.insert(resource.id.clone(), look);
            }
        }
        Err(fault) => {
            for resource in wanted {
                seen.sights.insert(resource.id.clone(), unknown(&fault));
            }
        }
    }
    if ask.orphans {
        match others(ask, cluster, &names).await {
            Ok(orphans) => seen.orphans = orphans,
            Err(fault) => seen.unread = Some(fault.to_string()),
        }
    }
    seen
}

async fn look(ask: &Ask<'_>, resource: &Resource<Pending>, found: &[Wire]) -> Look {
    let named = |one: &&Wire| one.service_name() == resource.name.as_deref();
    let Some(found) = found.iter().find(named) else {
        return Look::Otherwise(Sight::Absent);
    };
    let want = Wanted::of(resource);
    let mut live = bounded(found, want.bounds);
    if want.image_external {
        let running = found.task_definition().unwrap_or_default();
        match newest(ask.aws, ask.context, None, family_of(running)).await {
            Ok(Newest::Ours(revision)) => follow(&mut live, Some(revision.arn())),
            Ok(_) => {}
            Err(fault) => return unknown(&fault),
        }
    }
    by_name(ask.context, resource, Ok(Some(live)))
}

/// What of a resource is known before references are, and counts in comparing.
struct Wanted {
    bounds: Option<(i64, i64)>,
    image_external: bool,
}

impl Wanted {
    fn of(resource: &Resource<Pending>) -> Self {
        let number = |name: &str| match resource.fields.get(name) {
            Some(Value::Int(number)) => Some(*number),
            _ => None,
        };
        Self {
            bounds: number("least").zip(number("most")),
            image_external: resource.fields.get("image_external") == Some(&Value::Bool(true)),
        }
    }
}

/// Where the image is somebody else's, a newer revision of the family counts as ours.
fn follow(live: &mut Live, ours: Option<&str>) {
    let running = live.fields.get("task_definition").and_then(Value::as_text);
    let (Some(running), Some(ours)) = (running, ours) else {
        return;
    };
    let newer = number_of(running) > number_of(ours);
    if newer && family_of(running) == family_of(ours) {
        live.fields
            .insert("task_definition".to_owned(), ours.into());
    }
}

async fn others(ask: &Ask<'_>, cluster: &str, asked: &[String]) -> Result<Vec<Live>, Fault> {
    let listed = pages(|token| async {
        let request = ecs(ask.aws)
            .list_services()
            .cluster(cluster)
            .max_results(100)
            .set_next_token(token);
        let answer = ask
            .aws
            .read("ecs:ListServices", || request.clone().send())
            .await?;
        Ok((answer.service_arns, answer.next_token))
    })
    .await;
    let listed = match listed {
        Err(fault) if fault.is_not_found() => return Ok(Vec::new()),
        listed => listed?,
    };
    let name = |arn: &String| arn.rsplit('/').next().unwrap_or_default().to_owned();
    let unasked: Vec<String> = listed
        .into_iter()
        .filter(|arn| !asked.contains(&name(arn)))
        .collect();
    let found = describe(ask.aws, cluster, &unasked).await?;
    let lives = found.iter().map(|one| live(one, None));
    Ok(lives
        .filter(|one| one.marks.stack.as_deref() == Some(ask.context.stack.as_str()))
        .collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use aws_sdk_ecs::types::DeploymentRolloutState::Completed;

    use super::super::service_live::tests::wire;
    use super::*;

    #[test]
    fn a_pipelines_newer_revision_counts_as_ours() {
        let family = "arn:aws:ecs:eu-west-1:1:task-definition/shop-web";
        let after = |ours: &str| {
            let mut live = bounded(&wire(2, Completed), None);
            follow(&mut live, Some(ours));
            live.fields["task_definition"].as_text().unwrap().to_owned()
        };
        assert_eq!(after(&format!("{family}:5")), format!("{family}:5"));
        assert_eq!(after(&format!("{family}:8")), format!("{family}:7"));
        assert_eq!(
            after("arn:aws:ecs:eu-west-1:1:task-definition/other:5"),
            format!("{family}:7")
        );
    }
}
