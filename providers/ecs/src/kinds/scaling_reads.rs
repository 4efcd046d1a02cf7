//! Reads of scalable targets and their policies: few calls, whatever the number of services.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_applicationautoscaling::types::{
    ScalableDimension, ScalableTarget, ScalingPolicy, ServiceNamespace,
};
use futures::future::{join_all, try_join, try_join_all};
use provision_aws::kind::{Ask, Live, Look, Seen, pages, unknown};
use provision_aws::{Aws, Fault, ID, Marks, STACK, Tags};
use provision_core::model::{Pending, Resource, Sight, Value};

use super::call::scaling;
use super::scaling::{POLICIES, Scaling, is_gone};
use super::service_live::scaled;

/// So many targets are read by their ids at a time.
const AT_ONCE: usize = 50;

/// Targets by id; all of the account when none is named.
async fn targets(aws: &Aws, ids: Option<&[String]>) -> Result<Vec<ScalableTarget>, Fault> {
    pages(|token| async {
        let request = scaling(aws)
            .describe_scalable_targets()
            .service_namespace(ServiceNamespace::Ecs)
            .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
            .set_resource_ids(ids.map(<[String]>::to_vec))
            .set_next_token(token);
        let answer = aws
            .read("application-autoscaling:DescribeScalableTargets", || {
                request.clone().send()
            })
            .await?;
        Ok((answer.scalable_targets, answer.next_token))
    })
    .await
}

/// Policies of one target; of all services when none is named.
async fn policies(aws: &Aws, id: Option<&str>) -> Result<Vec<ScalingPolicy>, Fault> {
    pages(|token| async {
        let dimension = ScalableDimension::EcsServiceDesiredCount;
        let request = scaling(aws)
            .describe_scaling_policies()
            .service_namespace(ServiceNamespace::Ecs)
            .set_scalable_dimension(id.map(|_| dimension))
            .set_resource_id(id.map(str::to_owned))
            .set_next_token(token);
        let answer = aws
            .read("application-autoscaling:DescribeScalingPolicies", || {
                request.clone().send()
            })
            .await?;
        Ok((answer.scaling_policies, answer.next_token))
    })
    .await
}

pub(super) async fn find(aws: &Aws, id: &str) -> Result<Option<Live>, Fault> {
    let ids = [id.to_owned()];
    let (targets, policies) = try_join(targets(aws, Some(&ids)), policies(aws, Some(id))).await?;
    let found = targets.iter().find(|one| one.resource_id() == id);
    Ok(found.map(|target| read_with(target, &policies)))
}

/// A target with its policies.
fn read_with(target: &ScalableTarget, policies: &[ScalingPolicy]) -> Live {
    let on = |policy: &&ScalingPolicy| policy.resource_id() == target.resource_id();
    let own = |name: &str| {
        let mut all = policies.iter().filter(on);
        let policy = all.find(|policy| policy.policy_name() == name)?;
        policy
            .target_tracking_scaling_policy_configuration
            .as_ref()
            .map(|tracking| whole(tracking.target_value))
    };
    let fields = Scaling {
        resource: target.resource_id().to_owned(),
        min: i64::from(target.min_capacity()),
        max: i64::from(target.max_capacity()),
        cpu: own(POLICIES[0].0).unwrap_or_default(),
        memory: own(POLICIES[1].0).unwrap_or_default(),
    };
    let others = policies.iter().filter(on).map(ScalingPolicy::policy_name);
    let others = others.filter(|name| POLICIES.iter().all(|(own, _)| own != name));
    live(
        &fields,
        others.map(|name| format!("policy {name}")).collect(),
    )
}

/// A percentage; another number than ours is one that differs.
fn whole(value: f64) -> i64 {
    format!("{:.0}", value.clamp(0.0, 1000.0))
        .parse()
        .unwrap_or_default()
}

pub(super) fn live(fields: &Scaling, foreign: Vec<String>) -> Live {
    let mut live = Live::new(&fields.resource, &Tags::new(), fields)
        .output("resource", fields.resource.as_str())
        .needs([scaled(&fields.resource)]);
    live.foreign = foreign;
    live
}

/// The targets that are asked for by their services, and those of the stack that are not.
pub(super) async fn survey(ask: &Ask<'_>) -> Seen {
    let id_of = |resource: &Resource<Pending>| {
        let id = resource.fields.get("resource").and_then(Value::as_text);
        id.map(str::to_owned)
    };
    let asked = ask.resources.iter();
    let asked: BTreeMap<String, &Resource<Pending>> = asked
        .filter_map(|resource| Some((id_of(resource)?, *resource)))
        .collect();
    let mut seen = Seen::default();
    let ids: Vec<String> = asked.keys().cloned().collect();
    if ids.is_empty() && !ask.orphans {
        return seen;
    }
    let read = try_join(wanted(ask, &ids), policies(ask.aws, None)).await;
    let (targets, policies) = match read {
        Ok(read) => read,
        Err(fault) => {
            for resource in &ask.resources {
                seen.sights.insert(resource.id.clone(), unknown(&fault));
            }
            seen.unread = ask.orphans.then(|| fault.to_string());
            return seen;
        }
    };
    for (id, resource) in &asked {
        let found = targets.iter().find(|one| one.resource_id() == id);
        let look = found.map_or(Look::Otherwise(Sight::Absent), |target| {
            let mut live = read_with(target, &policies);
            live.marks = Marks::of(&marks(ask, &resource.id.to_string()));
            Look::Here(live)
        });
        seen.sights.insert(resource.id.clone(), look);
    }
    if ask.orphans {
        let unasked = targets.iter();
        let unasked = unasked.filter(|one| !asked.contains_key(one.resource_id()));
        others(ask, unasked.collect(), &policies, &mut seen).await;
    }
    seen
}

/// Those that are named; all of the account where others are wanted too.
async fn wanted(ask: &Ask<'_>, ids: &[String]) -> Result<Vec<ScalableTarget>, Fault> {
    if ask.orphans {
        return targets(ask.aws, None).await;
    }
    let chunks = ids.chunks(AT_ONCE).map(|some| targets(ask.aws, Some(some)));
    Ok(try_join_all(chunks).await?.into_iter().flatten().collect())
}

fn marks(ask: &Ask<'_>, id: &str) -> Tags {
    [
        (STACK.to_owned(), ask.context.stack.clone()),
        (ID.to_owned(), id.to_owned()),
    ]
    .into()
}

/// Targets of the stack that were not asked for: in clusters whose names begin with its own, the tags tell.
async fn others(
    ask: &Ask<'_>,
    targets: Vec<&ScalableTarget>,
    policies: &[ScalingPolicy],
    seen: &mut Seen,
) {
    let prefix = format!("service/{}-", ask.context.stack);
    let near = targets.into_iter();
    let near = near.filter(|one| one.resource_id().starts_with(&prefix));
    let near: Vec<(String, &ScalableTarget)> = near
        .filter_map(|one| Some((one.scalable_target_arn.clone()?, one)))
        .collect();
    let reads = near.iter().map(|(arn, target)| async move {
        let request = scaling(ask.aws).list_tags_for_resource().resource_arn(arn);
        let answer = ask
            .aws
            .read("application-autoscaling:ListTagsForResource", || {
                request.clone().send()
            })
            .await;
        answer.map(|answer| (*target, answer.tags.unwrap_or_default()))
    });
    let taken: BTreeSet<String> = seen.sights.keys().map(ToString::to_string).collect();
    for read_tags in join_all(reads).await {
        match read_tags {
            Ok((target, tags)) => {
                let marks = Marks::of(&tags.into_iter().collect());
                let ours = marks.stack.as_deref() == Some(ask.context.stack.as_str());
                let id = marks.id.as_ref().map(ToString::to_string);
                // The id may have gone to another service, and this one be left.
                if ours && id.is_some_and(|id| !taken.contains(&id)) {
                    let mut live = read_with(target, policies);
                    live.marks = marks;
                    seen.orphans.push(live);
                }
            }
            Err(fault) if is_gone(&fault) => {}
            Err(fault) => seen.unread = Some(fault.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_whole() {
        assert_eq!(whole(70.0), 70);
        assert_eq!(whole(69.6), 70);
        assert_eq!(whole(f64::NAN), 0);
    }
}
