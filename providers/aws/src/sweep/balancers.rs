//! Balancers and target groups: no filter by network or tag exists, so all of the region are listed, and the tags of
//! those in our networks are read, twenty a call.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancing::types as classic;
use aws_sdk_elasticloadbalancingv2::types as modern;
use futures::future::join_all;
use futures::join;

use super::found::{Found, Sort, World};
use crate::client::Aws;
use crate::error::Fault;
use crate::kinds::pages;
use crate::marks::Tags;

/// Most objects whose tags one call reads (DescribeTags of both services).
const BATCH: usize = 20;

/// What lies in these networks, with tags.
pub(super) async fn read(aws: &Aws, vpcs: &[String]) -> World {
    let mut world = World::default();
    if vpcs.is_empty() {
        return world;
    }
    let (modern, targets, classic) = join!(
        load_balancers(aws, None),
        target_groups(aws, None),
        classic_balancers(aws, None)
    );
    world.blind = modern.is_err() || classic.is_err();
    let mut found = world.take(modern);
    found.extend(world.take(targets));
    let mut old = world.take(classic);
    with_targets(&mut found);
    let ours = |one: &Found| one.vpc.as_ref().is_some_and(|vpc| vpcs.contains(vpc));
    found.retain(ours);
    old.retain(ours);
    let (new_tags, old_tags) = join!(
        in_batches(&found, |names| tags(aws, names)),
        in_batches(&old, |names| classic_tags(aws, names))
    );
    found.extend(old);
    for read in new_tags.into_iter().chain(old_tags) {
        for (physical, tags) in world.take(read) {
            for one in found.iter_mut().filter(|one| one.physical == physical) {
                one.tags.clone_from(&tags);
            }
        }
    }
    found.sort_by(|a, b| (a.sort, &a.physical).cmp(&(b.sort, &b.physical)));
    world.found = found;
    world
}

/// A balancer uses the target groups that name it.
fn with_targets(found: &mut [Found]) {
    let pairs: Vec<(String, String)> = found
        .iter()
        .filter(|one| one.sort == Sort::TargetGroup)
        .flat_map(|one| {
            one.uses
                .iter()
                .map(|arn| (arn.clone(), one.physical.clone()))
        })
        .collect();
    for one in found {
        if one.sort == Sort::TargetGroup {
            one.uses.clear();
        }
        let of = pairs.iter().filter(|(arn, _)| *arn == one.physical);
        one.uses.extend(of.map(|(_, group)| group.clone()));
    }
}

/// One of them by its handle, with tags; `None` when it is not there.
pub(super) async fn one(aws: &Aws, sort: Sort, physical: &str) -> Result<Option<Found>, Fault> {
    let handle = vec![physical.to_owned()];
    let found = match sort {
        Sort::Balancer => load_balancers(aws, Some(handle.clone())).await,
        Sort::TargetGroup => target_groups(aws, Some(handle.clone())).await,
        _ => classic_balancers(aws, Some(handle.clone())).await,
    };
    let mut found = match found {
        Ok(found) => found,
        Err(fault) if fault.is_not_found() => return Ok(None),
        Err(fault) => return Err(fault),
    };
    let Some(mut one) = found.pop() else {
        return Ok(None);
    };
    let tagged = match sort {
        Sort::Classic => classic_tags(aws, handle).await,
        _ => tags(aws, handle).await,
    };
    match tagged {
        Ok(tagged) => {
            one.tags = tagged
                .into_iter()
                .next()
                .map_or_else(Tags::new, |tags| tags.1);
        }
        Err(fault) if fault.is_not_found() => return Ok(None),
        Err(fault) => return Err(fault),
    }
    Ok(Some(one))
}

/// Tags by handle.
type Tagged = Result<Vec<(String, Tags)>, Fault>;

async fn in_batches<F, Fut>(found: &[Found], read: F) -> Vec<Tagged>
where
    F: Fn(Vec<String>) -> Fut,
    Fut: Future<Output = Tagged>,
{
    let names: Vec<String> = found.iter().map(|one| one.physical.clone()).collect();
    join_all(names.chunks(BATCH).map(|batch| read(batch.to_vec()))).await
}

async fn load_balancers(aws: &Aws, only: Option<Vec<String>>) -> Result<Vec<Found>, Fault> {
    let (elb, only) = (aws.elbv2(), &only);
    let all = pages(|token| async {
        let request = elb
            .describe_load_balancers()
            .set_load_balancer_arns(only.clone())
            .set_marker(token);
        let answer = aws
            .read("elasticloadbalancingv2:DescribeLoadBalancers", || {
                request.clone().send()
            })
            .await?;
        Ok((answer.load_balancers, answer.next_marker))
    });
    Ok(all.await?.iter().map(balancer).collect())
}

fn balancer(wire: &modern::LoadBalancer) -> Found {
    Found {
        sort: Sort::Balancer,
        physical: wire.load_balancer_arn().unwrap_or_default().to_owned(),
        name: wire.load_balancer_name().unwrap_or_default().to_owned(),
        vpc: wire.vpc_id.clone(),
        tags: Tags::new(),
        uses: wire.security_groups().to_vec(),
        size: None,
        busy: None,
    }
}

async fn target_groups(aws: &Aws, only: Option<Vec<String>>) -> Result<Vec<Found>, Fault> {
    let (elb, only) = (aws.elbv2(), &only);
    let all = pages(|token| async {
        let request = elb
            .describe_target_groups()
            .set_target_group_arns(only.clone())
            .set_marker(token);
        let answer = aws
            .read("elasticloadbalancingv2:DescribeTargetGroups", || {
                request.clone().send()
            })
            .await?;
        Ok((answer.target_groups, answer.next_marker))
    });
    Ok(all.await?.iter().map(target_group).collect())
}

fn target_group(wire: &modern::TargetGroup) -> Found {
    Found {
        sort: Sort::TargetGroup,
        physical: wire.target_group_arn().unwrap_or_default().to_owned(),
        name: wire.target_group_name().unwrap_or_default().to_owned(),
        vpc: wire.vpc_id.clone(),
        tags: Tags::new(),
        uses: wire.load_balancer_arns().to_vec(),
        size: None,
        busy: None,
    }
}

async fn classic_balancers(aws: &Aws, only: Option<Vec<String>>) -> Result<Vec<Found>, Fault> {
    let (elb, only) = (aws.elb(), &only);
    let all = pages(|token| async {
        let request = elb
            .describe_load_balancers()
            .set_load_balancer_names(only.clone())
            .set_marker(token);
        let answer = aws
            .read("elasticloadbalancing:DescribeLoadBalancers", || {
                request.clone().send()
            })
            .await?;
        Ok((answer.load_balancer_descriptions, answer.next_marker))
    });
    Ok(all.await?.iter().map(classic_balancer).collect())
}

fn classic_balancer(wire: &classic::LoadBalancerDescription) -> Found {
    let name = wire.load_balancer_name().unwrap_or_default();
    Found {
        sort: Sort::Classic,
        physical: name.to_owned(),
        name: name.to_owned(),
        vpc: wire.vpc_id.clone(),
        tags: Tags::new(),
        uses: wire.security_groups().to_vec(),
        size: None,
        busy: None,
    }
}

async fn tags(aws: &Aws, arns: Vec<String>) -> Tagged {
    let request = aws.elbv2().describe_tags().set_resource_arns(Some(arns));
    let answer = aws
        .read("elasticloadbalancingv2:DescribeTags", || {
            request.clone().send()
        })
        .await?;
    let tagged = answer.tag_descriptions.unwrap_or_default().into_iter();
    Ok(tagged
        .filter_map(|one| {
            let tags = one.tags.unwrap_or_default().into_iter();
            let tags = tags.filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())));
            Some((one.resource_arn?, tags.collect::<BTreeMap<_, _>>()))
        })
        .collect())
}

async fn classic_tags(aws: &Aws, names: Vec<String>) -> Tagged {
    let request = aws
        .elb()
        .describe_tags()
        .set_load_balancer_names(Some(names));
    let answer = aws
        .read("elasticloadbalancing:DescribeTags", || {
            request.clone().send()
        })
        .await?;
    let tagged = answer.tag_descriptions.unwrap_or_default().into_iter();
    Ok(tagged
        .filter_map(|one| {
            let tags = one.tags.unwrap_or_default().into_iter();
            let tags = tags.map(|tag| (tag.key, tag.value.unwrap_or_default()));
            Some((one.load_balancer_name?, tags.collect::<BTreeMap<_, _>>()))
        })
        .collect())
}
