//! `ecs.capacity_provider`: an Auto Scaling group that ECS scales by what is to run on it.
//!
//! Another group is had by another provider under another name, made before the old one goes.

use std::collections::BTreeMap;

use aws_sdk_ecs::types::{
    AutoScalingGroupProvider, AutoScalingGroupProviderUpdate, CapacityProvider as Wire,
    CapacityProviderField, ManagedDraining, ManagedScaling, ManagedScalingStatus,
    ManagedTerminationProtection,
};
use provision_aws::kind::{
    Ailment, Ask, Cx, Live, Look, Next, Seen, Served, Stop, Uses, changing, deleting, fixed,
    output, outputs, pages, scalar, seconds, table, tagged, tags as tags_row, unclaimed,
};
use provision_aws::{Aws, Fault, Field, Marks, Tags, internal, plain};
use provision_core::contract::Failure;
use provision_core::cost::Usage;
use provision_core::model::{Identity, Lane, Observed, ReplaceOrder, Sight, Status, Table, Value};
use serde::{Deserialize, Serialize};

use super::call::{ecs, retag, tag_list, tags};
use super::capacity_reads::Owners;
use super::cluster_capacity;

/// So many capacity providers DescribeCapacityProviders takes by name.
const AT_ONCE: usize = 100;

/// The fields of a capacity provider. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct CapacityProvider {
    /// The Auto Scaling group, by ARN.
    pub group: Field<String>,
    /// How full its machines are kept, in percent: 100 leaves none idle.
    pub target_percent: i64,
    /// Machines with tasks on them are not scaled in.
    pub termination_protection: bool,
    /// Tasks move away before a machine goes.
    pub draining: bool,
    /// Its tags.
    pub tags: Tags,
}

impl Served for CapacityProvider {
    const KIND: &'static str = "ecs.capacity_provider";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        let config = |name: &str, doc: &str| scalar(name, doc).in_group("scaling");
        let rows = vec![
            fixed("group", "the Auto Scaling group"),
            config("target_percent", "how full its machines are kept"),
            config(
                "termination_protection",
                "machines with tasks are not scaled in",
            ),
            config("draining", "tasks move away before a machine goes"),
            tags_row(),
        ];
        Table {
            outputs: outputs(&["arn", "name"]),
            seconds: seconds(3, 10, 30),
            replace: ReplaceOrder::CreateFirst,
            lane: Some(Lane::Itself),
            ..table(Self::KIND, "capacity provider", Identity::Named, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("a capacity provider is free of charge: the machines behind it cost")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        let listed = list(ask.aws).await;
        let others: BTreeMap<String, Live> = listed
            .iter()
            .flatten()
            .filter_map(|live| Some((live.names.first()?.clone(), live.clone())))
            .collect();
        let mut seen = tagged(ask, listed);
        // A name that somebody else has is told before it is in the way.
        for resource in &ask.resources {
            let absent = matches!(
                seen.sights.get(&resource.id),
                Some(Look::Otherwise(Sight::Absent))
            );
            let holder = resource.name.as_ref().and_then(|name| others.get(name));
            if let (true, Some(holder)) = (absent, holder) {
                let look = unclaimed(resource, holder.clone());
                seen.sights.insert(resource.id.clone(), look);
            }
        }
        seen
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let provider = AutoScalingGroupProvider::builder()
            .auto_scaling_group_arn(want.group.known("group")?)
            .managed_scaling(scaling(want)?)
            .managed_termination_protection(protection(want))
            .managed_draining(draining(want))
            .build()
            .map_err(|error| internal(error.to_string()))?;
        let request = ecs(cx.aws)
            .create_capacity_provider()
            .name(cx.name()?)
            .auto_scaling_group_provider(provider)
            .set_tags(Some(tag_list(&cx.marked(&want.tags))));
        let answer = cx
            .aws
            .write("ecs:CreateCapacityProvider", || request.clone().send())
            .await?;
        let physical = answer
            .capacity_provider
            .and_then(|one| one.capacity_provider_arn);
        Ok(waits(&physical.unwrap_or_default(), "CREATE_IN_PROGRESS"))
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        if let Status::Changing { phase } = &live.status {
            return Ok(Some(waits(&live.physical, phase)));
        }
        let differs = |field: &str, wanted: Value<_>| {
            cx.wants(field) && live.fields.get(field) != Some(&wanted)
        };
        if differs("target_percent", Value::Int(want.target_percent))
            || differs(
                "termination_protection",
                Value::Bool(want.termination_protection),
            )
            || differs("draining", Value::Bool(want.draining))
        {
            return set(cx, want, live).await.map(Some);
        }
        retag(cx, &want.tags, live).await
    }

    /// A cluster lets go of it before; nothing runs on it any more, since what needs it has gone or has been moved.
    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        if !matches!(live.status, Status::Deleting { .. }) {
            let name = output(live, "name").unwrap_or_default();
            if let Some(did) = cluster_capacity::let_go(cx, name).await? {
                return Ok(Next::Cleared { did });
            }
            let request = ecs(cx.aws)
                .delete_capacity_provider()
                .capacity_provider(&live.physical);
            cx.aws
                .write("ecs:DeleteCapacityProvider", || request.clone().send())
                .await
                .map_err(|fault| Stop::Fault(fault.about(&live.physical)))?;
        }
        if !matches!(live.status, Status::Failed { .. }) {
            return Ok(waits(&live.physical, "DELETE_IN_PROGRESS"));
        }
        // It had failed before: noted, so that a second failure is told from the first.
        let mut observed = Box::new(live.clone());
        observed.status = deleting("DELETE_IN_PROGRESS");
        Ok(Next::More {
            did: "asked for its deletion again".to_owned(),
            observed,
        })
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        one(cx.aws, physical).await
    }

    async fn holder(cx: &Cx<'_>, _want: &Self) -> Result<Option<Live>, Fault> {
        one(cx.aws, cx.name().unwrap_or_default()).await
    }
}

fn waits(physical: &str, phase: &str) -> Next {
    Next::Waits {
        phase: phase.to_owned(),
        physical: physical.to_owned(),
    }
}

fn scaling(want: &CapacityProvider) -> Result<ManagedScaling, Failure> {
    let percent = i32::try_from(want.target_percent)
        .map_err(|_| internal(format!("{} is no percentage", want.target_percent)))?;
    Ok(ManagedScaling::builder()
        .status(ManagedScalingStatus::Enabled)
        .target_capacity(percent)
        .build())
}

fn protection(want: &CapacityProvider) -> ManagedTerminationProtection {
    match want.termination_protection {
        true => ManagedTerminationProtection::Enabled,
        false => ManagedTerminationProtection::Disabled,
    }
}

fn draining(want: &CapacityProvider) -> ManagedDraining {
    match want.draining {
        true => ManagedDraining::Enabled,
        false => ManagedDraining::Disabled,
    }
}

async fn set(cx: &Cx<'_>, want: &CapacityProvider, live: &Observed) -> Result<Next, Stop> {
    let provider = AutoScalingGroupProviderUpdate::builder()
        .managed_scaling(scaling(want)?)
        .managed_termination_protection(protection(want))
        .managed_draining(draining(want));
    let request = ecs(cx.aws)
        .update_capacity_provider()
        .name(output(live, "name").unwrap_or(&live.physical))
        .auto_scaling_group_provider(provider.build());
    cx.aws
        .write("ecs:UpdateCapacityProvider", || request.clone().send())
        .await
        .map_err(|fault| Stop::OfNew(fault.about(&live.physical)))?;
    Ok(waits(&live.physical, "UPDATE_IN_PROGRESS"))
}

/// All capacity providers of the account that are Auto Scaling groups.
async fn list(aws: &Aws) -> Result<Vec<Live>, Fault> {
    let all = pages(|token| async {
        let request = ecs(aws)
            .describe_capacity_providers()
            .include(CapacityProviderField::Tags)
            .set_next_token(token);
        let answer = aws
            .read("ecs:DescribeCapacityProviders", || request.clone().send())
            .await?;
        Ok((answer.capacity_providers, answer.next_token))
    })
    .await?;
    Ok(all.iter().filter_map(live).collect())
}

/// Those of these names or ARNs.
async fn named(aws: &Aws, names: &[String]) -> Result<Vec<Wire>, Fault> {
    let mut found = Vec::new();
    for some in names.chunks(AT_ONCE) {
        let request = ecs(aws)
            .describe_capacity_providers()
            .set_capacity_providers(Some(some.to_vec()))
            .include(CapacityProviderField::Tags);
        let answer = aws
            .read("ecs:DescribeCapacityProviders", || request.clone().send())
            .await?;
        found.extend(answer.capacity_providers.unwrap_or_default());
    }
    Ok(found)
}

pub(super) async fn one(aws: &Aws, name: &str) -> Result<Option<Live>, Fault> {
    let found = named(aws, &[name.to_owned()]).await;
    match found {
        Ok(found) => Ok(found.first().and_then(live)),
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault.about(name)),
    }
}

/// The marks of capacity providers, by name.
pub(super) async fn owners(aws: &Aws, names: &[String]) -> Result<Owners, Fault> {
    let found = named(aws, names).await?.into_iter();
    let owner = |wire: Wire| {
        let marks = Marks::of(&tags(wire.tags()));
        Some((wire.name?, marks))
    };
    Ok(found.filter_map(owner).collect())
}

/// A capacity provider as read; `None` of one that is gone, or is no Auto Scaling group.
fn live(wire: &Wire) -> Option<Live> {
    let word = wire.status().map_or("ACTIVE", |status| status.as_str());
    let update = wire.update_status().map_or("", |status| status.as_str());
    if word == "INACTIVE" || update == "DELETE_COMPLETE" {
        return None;
    }
    let group = wire.auto_scaling_group_provider()?;
    let all = tags(wire.tags());
    let arn = wire.capacity_provider_arn().unwrap_or_default();
    let name = wire.name().unwrap_or_default();
    let scaling = group.managed_scaling();
    let scales = |one: &&ManagedScaling| one.status() == Some(&ManagedScalingStatus::Enabled);
    let percent = scaling
        .filter(scales)
        .and_then(ManagedScaling::target_capacity);
    let protection = group.managed_termination_protection();
    let fields = CapacityProvider {
        group: group.auto_scaling_group_arn().into(),
        target_percent: percent.map(i64::from).unwrap_or_default(),
        termination_protection: protection == Some(&ManagedTerminationProtection::Enabled),
        draining: group.managed_draining() == Some(&ManagedDraining::Enabled),
        tags: plain(&all),
    };
    let mut live = Live::new(arn, &all, &fields)
        .output("arn", arn)
        .output("name", name)
        .needs([group.auto_scaling_group_arn()]);
    live.names.push(name.to_owned());
    Some(state(live, word, update, wire.update_status_reason()))
}

fn state(live: Live, word: &str, update: &str, reason: Option<&str>) -> Live {
    let reason = reason.unwrap_or("ECS tells no reason");
    let ailment = || Ailment {
        code: update.to_owned(),
        message: reason.to_owned(),
        advice: "put right what ECS names, then apply again".to_owned(),
        passes: false,
    };
    let text = format!("{update}: {reason}");
    let mut live = match update {
        "CREATE_IN_PROGRESS" | "UPDATE_IN_PROGRESS" => return live.status(changing(update)),
        "DELETE_IN_PROGRESS" => return live.status(deleting(update)),
        "UPDATE_FAILED" => live.status(Status::Degraded { reason: text }),
        "CREATE_FAILED" | "DELETE_FAILED" => live.status(Status::Failed { reason: text }),
        _ => {
            return match word {
                "PROVISIONING" => live.status(changing(word)),
                "DEPROVISIONING" => live.status(deleting(word)),
                _ => live,
            };
        }
    };
    live.ailment = Some(ailment());
    live
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use aws_sdk_ecs::types::{CapacityProviderStatus, CapacityProviderUpdateStatus};

    use super::*;

    fn wire(update: CapacityProviderUpdateStatus) -> Wire {
        let want = CapacityProvider {
            target_percent: 100,
            draining: true,
            ..CapacityProvider::default()
        };
        let group = AutoScalingGroupProvider::builder()
            .auto_scaling_group_arn("arn:group")
            .managed_scaling(scaling(&want).unwrap())
            .managed_termination_protection(protection(&want))
            .managed_draining(draining(&want));
        Wire::builder()
            .capacity_provider_arn("arn:provider")
            .name("shop-prod-web")
            .status(CapacityProviderStatus::Active)
            .update_status(update)
            .update_status_reason("The capacity provider is in use.")
            .auto_scaling_group_provider(group.build().unwrap())
            .build()
    }

    #[test]
    fn a_provider_is_read_with_its_group() {
        let live = live(&wire(CapacityProviderUpdateStatus::UpdateComplete)).unwrap();
        assert_eq!(live.fields["target_percent"], Value::Int(100));
        assert_eq!(live.fields["draining"], Value::Bool(true));
        assert_eq!(live.fields["termination_protection"], Value::Bool(false));
        assert_eq!(
            (live.status, live.refs),
            (Status::Ready, vec!["arn:group".to_owned()])
        );
    }

    #[test]
    fn what_failed_says_why_and_what_is_gone_is_gone() {
        let failed = live(&wire(CapacityProviderUpdateStatus::DeleteFailed)).unwrap();
        let reason = "DELETE_FAILED: The capacity provider is in use.".to_owned();
        assert_eq!(failed.status, Status::Failed { reason });
        assert!(live(&wire(CapacityProviderUpdateStatus::DeleteComplete)).is_none());
        let fargate = Wire::builder().name("FARGATE").build();
        assert!(live(&fargate).is_none());
    }
}
