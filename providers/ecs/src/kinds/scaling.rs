//! `appscaling.target`: the bounds between which the number of a service's tasks is moved, and what moves it.
//!
//! Registering is an upsert, so the target is read before. It is ours by lying on a service of ours; of its policies
//! those are ours whose names begin with `provision-`.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_applicationautoscaling::types::{
    MetricType, PolicyType, PredefinedMetricSpecification, ScalableDimension, ScalableTarget,
    ScalingPolicy, ServiceNamespace, TargetTrackingScalingPolicyConfiguration,
};
use futures::future::{join_all, try_join};
use provision_aws::kind::{
    Ask, Cx, Live, Look, Next, Seen, Served, Stop, Uses, fixed, outputs, pages, scalar, seconds,
    table, unknown, with,
};
use provision_aws::{Aws, Fault, ID, Marks, STACK, Tags, from_fields};
use provision_core::cost::Usage;
use provision_core::model::{Identity, Lane, Observed, Sight, Table, Value};
use serde::{Deserialize, Serialize};

use super::call::{scaling, stop};

/// The fields of a scalable target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Scaling {
    /// What is scaled: `service/CLUSTER/NAME`.
    pub resource: String,
    /// Least tasks.
    pub min: i64,
    /// Most tasks.
    pub max: i64,
    /// Average CPU to hold, in percent; 0 = none.
    pub cpu: i64,
    /// Average memory to hold, in percent; 0 = none.
    pub memory: i64,
}

/// The policies: name, metric.
const POLICIES: [(&str, MetricType); 2] = [
    ("provision-cpu", MetricType::EcsServiceAverageCpuUtilization),
    (
        "provision-memory",
        MetricType::EcsServiceAverageMemoryUtilization,
    ),
];

/// So many targets are read by their ids at a time.
const AT_ONCE: usize = 50;

impl Served for Scaling {
    const KIND: &'static str = "appscaling.target";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        let rows = vec![
            fixed("resource", "what is scaled"),
            scalar("min", "least tasks"),
            scalar("max", "most tasks"),
            scalar("cpu", "average CPU to hold, in percent"),
            scalar("memory", "average memory to hold, in percent"),
        ];
        Table {
            outputs: outputs(&["resource"]),
            seconds: seconds(3, 2, 2),
            lane: Some(Lane::Itself),
            ..table(Self::KIND, "scaling of a service", Identity::Named, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("scaling is free of charge: tasks are charged for")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        survey(ask).await
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        if let Some(live) = find(cx.aws, &want.resource).await? {
            return Ok(Next::More {
                did: "found it there already".to_owned(),
                observed: cx.made(live),
            });
        }
        register(cx, want, true).await?;
        let fields = Self {
            cpu: 0,
            memory: 0,
            ..want.clone()
        };
        Ok(Next::More {
            did: format!("bounded {} to {} and {}", want.resource, want.min, want.max),
            observed: cx.made(live(&fields, Vec::new())),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        let now: Self = from_fields(&live.fields)?;
        if (now.min, now.max) != (want.min, want.max) {
            register(cx, want, false).await?;
            let mut observed = with(live, "min", want.min);
            observed.fields.insert("max".to_owned(), want.max.into());
            return Ok(Some(Next::More {
                did: format!("bounded it to {} and {}", want.min, want.max),
                observed,
            }));
        }
        let percents = [
            ("cpu", want.cpu, now.cpu),
            ("memory", want.memory, now.memory),
        ];
        for ((name, metric), (field, percent, was)) in POLICIES.iter().zip(percents) {
            if percent == was {
                continue;
            }
            match percent {
                0 => unhold(cx, &want.resource, name).await?,
                percent => hold(cx, &want.resource, name, metric, percent).await?,
            }
            return Ok(Some(Next::More {
                did: format!("set the policy {name}"),
                observed: with(live, field, percent),
            }));
        }
        Ok(None)
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let request = scaling(cx.aws)
            .deregister_scalable_target()
            .service_namespace(ServiceNamespace::Ecs)
            .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
            .resource_id(&live.physical);
        let sent = cx
            .aws
            .write("application-autoscaling:DeregisterScalableTarget", || {
                request.clone().send()
            })
            .await;
        match sent {
            Err(fault) if !is_gone(&fault) => Err(Stop::Fault(fault.about(&live.physical))),
            _ => Ok(Next::Gone),
        }
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        find(cx.aws, physical).await
    }
}

fn is_gone(fault: &Fault) -> bool {
    fault.is_not_found() || fault.is(&["ObjectNotFoundException"])
}

/// Sets the bounds. Tags are taken by a new target alone.
async fn register(cx: &Cx<'_>, want: &Scaling, new: bool) -> Result<(), Stop> {
    let tags = new.then(|| cx.marked(&cx.context.labels).into_iter().collect());
    let bound = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
    let request = scaling(cx.aws)
        .register_scalable_target()
        .service_namespace(ServiceNamespace::Ecs)
        .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
        .resource_id(&want.resource)
        .min_capacity(bound(want.min))
        .max_capacity(bound(want.max))
        .set_tags(tags);
    cx.aws
        .write("application-autoscaling:RegisterScalableTarget", || {
            request.clone().send()
        })
        .await
        .map_err(|fault| stop(fault.about(&want.resource)))?;
    Ok(())
}

async fn hold(
    cx: &Cx<'_>,
    resource: &str,
    name: &str,
    metric: &MetricType,
    percent: i64,
) -> Result<(), Stop> {
    let wrong = |error: aws_sdk_applicationautoscaling::error::BuildError| {
        provision_aws::internal(error.to_string())
    };
    let metric = PredefinedMetricSpecification::builder()
        .predefined_metric_type(metric.clone())
        .build()
        .map_err(wrong)?;
    let target = i32::try_from(percent).unwrap_or(100);
    let tracking = TargetTrackingScalingPolicyConfiguration::builder()
        .target_value(f64::from(target))
        .predefined_metric_specification(metric)
        .build()
        .map_err(wrong)?;
    let request = scaling(cx.aws)
        .put_scaling_policy()
        .policy_name(name)
        .service_namespace(ServiceNamespace::Ecs)
        .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
        .resource_id(resource)
        .policy_type(PolicyType::TargetTrackingScaling)
        .target_tracking_scaling_policy_configuration(tracking);
    cx.aws
        .write("application-autoscaling:PutScalingPolicy", || {
            request.clone().send()
        })
        .await
        .map_err(|fault| stop(fault.about(resource)))?;
    Ok(())
}

async fn unhold(cx: &Cx<'_>, resource: &str, name: &str) -> Result<(), Stop> {
    let request = scaling(cx.aws)
        .delete_scaling_policy()
        .policy_name(name)
        .service_namespace(ServiceNamespace::Ecs)
        .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
        .resource_id(resource);
    let sent = cx
        .aws
        .write("application-autoscaling:DeleteScalingPolicy", || {
            request.clone().send()
        })
        .await;
    match sent {
        Err(fault) if !is_gone(&fault) => Err(stop(fault.about(resource))),
        _ => Ok(()),
    }
}

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

async fn find(aws: &Aws, id: &str) -> Result<Option<Live>, Fault> {
    let ids = [id.to_owned()];
    let (targets, policies) = try_join(targets(aws, Some(&ids)), policies(aws, Some(id))).await?;
    let found = targets.iter().find(|one| one.resource_id() == id);
    Ok(found.map(|target| read(target, &policies)))
}

/// A target with its policies.
fn read(target: &ScalableTarget, policies: &[ScalingPolicy]) -> Live {
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

fn live(fields: &Scaling, foreign: Vec<String>) -> Live {
    let mut live = Live::new(&fields.resource, &Tags::new(), fields)
        .output("resource", fields.resource.as_str())
        .needs([fields.resource.as_str()]);
    live.foreign = foreign;
    live
}

/// The targets that are asked for by their services, and those of the stack that are not.
async fn survey(ask: &Ask<'_>) -> Seen {
    let mut seen = Seen::default();
    let id_of = |fields: &BTreeMap<String, Value<_>>| {
        fields
            .get("resource")
            .and_then(Value::as_text)
            .map(str::to_owned)
    };
    let asked: BTreeMap<String, _> = ask
        .resources
        .iter()
        .filter_map(|resource| Some((id_of(&resource.fields)?, *resource)))
        .collect();
    if asked.is_empty() && !ask.orphans {
        return seen;
    }
    let ids: Vec<String> = asked.keys().cloned().collect();
    let chunks = ids.chunks(AT_ONCE).map(|some| targets(ask.aws, Some(some)));
    let named = async {
        match ask.orphans {
            true => targets(ask.aws, None).await,
            false => {
                let all: Result<Vec<_>, Fault> = join_all(chunks).await.into_iter().collect();
                all.map(|all| all.into_iter().flatten().collect())
            }
        }
    };
    let (targets, policies) = match try_join(named, policies(ask.aws, None)).await {
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
            let mut live = read(target, &policies);
            live.marks = Marks::of(&marks(ask, &resource.id.to_string()));
            Look::Here(live)
        });
        seen.sights.insert(resource.id.clone(), look);
    }
    if ask.orphans {
        let unasked = targets
            .iter()
            .filter(|one| !asked.contains_key(one.resource_id()));
        others(ask, unasked.collect(), &policies, &mut seen).await;
    }
    seen
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
    let near = targets
        .into_iter()
        .filter(|one| one.resource_id().starts_with(&prefix));
    let near: BTreeMap<String, &ScalableTarget> = near
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
                    let mut live = read(target, policies);
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
