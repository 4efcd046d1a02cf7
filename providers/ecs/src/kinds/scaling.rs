//! `appscaling.target`: the bounds between which the number of a service's tasks is moved, and what moves it.
//!
//! Registering is an upsert, so the target is read before. It is ours by lying on a service of ours; of its policies
//! those are ours whose names begin with `provision-`.

use aws_sdk_applicationautoscaling::types::{
    MetricType, PolicyType, PredefinedMetricSpecification, ScalableDimension, ServiceNamespace,
    TargetTrackingScalingPolicyConfiguration,
};
use provision_aws::kind::{
    Ask, Cx, Live, Next, Seen, Served, Stop, Uses, fixed, outputs, scalar, seconds, table, with,
};
use provision_aws::{Fault, from_fields};
use provision_core::cost::Usage;
use provision_core::model::{Identity, Lane, Observed, Table};
use serde::{Deserialize, Serialize};

use super::call::{scaling, stop};
use super::scaling_reads::{find, live, survey};

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
pub(super) const POLICIES: [(&str, MetricType); 2] = [
    ("provision-cpu", MetricType::EcsServiceAverageCpuUtilization),
    (
        "provision-memory",
        MetricType::EcsServiceAverageMemoryUtilization,
    ),
];

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
            // RegisterScalableTarget overwrites, and takes tags for a new target alone: what an earlier run made must show.
            ..table(
                Self::KIND,
                "scaling of a service",
                Identity::Anonymous,
                rows,
            )
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free(
            "scaling is free of charge: tasks are charged for, and CloudWatch alarms beyond the ten that an account has free",
        )
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

pub(super) fn is_gone(fault: &Fault) -> bool {
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
