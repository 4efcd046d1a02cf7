//! `ecs.cluster_capacity`: which capacity providers a cluster has, and which of them tasks get that name none.
//!
//! One call sets the whole list. So what is in it is read just before, and goes along: providers of others, and those of pools
//! that have left the file, on which services may run until they are moved. A provider that is deleted is taken off the list
//! before ([`let_go`]); Fargate and Fargate Spot stay, which cost nothing.

use std::collections::BTreeSet;
use std::slice;

use aws_sdk_ecs::types::Cluster as Wire;
use provision_aws::kind::{Ask, Cx, Live, Next, Seen, Served, Stop, Uses, seconds, table};
use provision_aws::{Fault, Field, Tags};
use provision_core::contract::Does;
use provision_core::cost::Usage;
use provision_core::model::{Effect, FieldKind, Identity, Lane, Observed, Row, Status, Table};
use serde::{Deserialize, Serialize};

use super::call::{Capacity, all_known, ecs, parts, strategy};
use super::capacity_reads::{Wanted, handle, is_empty, is_ours, live, strange};
use super::{capacity_provider, cluster_reads as reads};

/// What the id of a cluster's capacity is called.
pub(crate) const PART: &str = "capacity";

/// Capacity providers of ECS's own.
pub(crate) const FARGATE: &str = "FARGATE";

/// The same at a lower price, taken back at short notice.
pub(crate) const FARGATE_SPOT: &str = "FARGATE_SPOT";

/// ECS ties providers to a cluster, or lets them go.
pub(super) const BUSY: &str = "UPDATE_IN_PROGRESS";

/// The fields of a cluster's capacity. Its physical name is the cluster's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ClusterCapacity {
    /// Its capacity providers, by name.
    pub providers: Vec<Field<String>>,
    /// What tasks get that name none.
    pub strategy: Vec<Capacity>,
}

impl Served for ClusterCapacity {
    const KIND: &'static str = "ecs.cluster_capacity";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        let row = |name: &str, kind, doc: &str| {
            Row::new(name, kind, Effect::InPlace, doc).in_group("capacity")
        };
        let keyed = FieldKind::KeyedList {
            key: "provider".to_owned(),
        };
        let rows = vec![
            row("providers", FieldKind::Set, "its capacity providers"),
            row("strategy", keyed, "what tasks get that name none"),
        ];
        Table {
            seconds: seconds(15, 15, 15),
            lane: Some(Lane::Parent),
            ..table(Self::KIND, "capacity of the cluster", Identity::Named, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("it says where tasks run: they and their machines cost")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        let none = Ask {
            cloud: ask.cloud,
            context: ask.context,
            resources: Vec::new(),
            orphans: ask.orphans,
            values: ask.values,
            parents: ask.parents,
        };
        reads::survey(&none, Some(ask)).await.capacity
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        bring(cx, cx.name()?, want).await
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        if let Status::Changing { phase } = &live.status {
            return Ok(Some(waits(&live.physical, phase)));
        }
        if is_as_wanted(want, live)? {
            return Ok(None);
        }
        bring(cx, cluster_of(&live.physical), want).await.map(Some)
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let name = cluster_of(&live.physical);
        let Some(now) = reads::cluster(cx.aws, name).await? else {
            return Ok(Next::Gone);
        };
        if is_busy(&now) {
            return Ok(waits(&live.physical, BUSY));
        }
        let owners = capacity_provider::owners(cx.aws, &strange(slice::from_ref(&now))).await?;
        let stack = &cx.context.stack;
        let all = now.capacity_providers().iter().cloned();
        let (ours, others): (Vec<_>, Vec<_>) = all.partition(|name| is_ours(name, stack, &owners));
        if ours.is_empty() {
            return Ok(Next::Gone);
        }
        match put(cx, name, others, Vec::new()).await? {
            Some(after) if is_busy(&after) => Ok(waits(&live.physical, BUSY)),
            _ => Ok(Next::Gone),
        }
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let Some(wire) = reads::cluster(cx.aws, cluster_of(physical)).await? else {
            return Ok(None);
        };
        let owners = capacity_provider::owners(cx.aws, &strange(slice::from_ref(&wire))).await?;
        let goes = cx.step.does == Does::Delete;
        let wanted = cx.desired.filter(|_| !goes).map(Wanted::of);
        let live = live(&wire, &cx.context.stack, &owners, wanted.as_ref());
        let gone = goes && is_empty(&live) && live.status == Status::Ready;
        Ok(Some(live).filter(|_| !gone))
    }
}

/// The cluster in the handle of its capacity: the cluster's ARN, and `/capacity`.
fn cluster_of(physical: &str) -> &str {
    parts(physical).get(1).copied().unwrap_or_default()
}

fn waits(physical: &str, phase: &str) -> Next {
    Next::Waits {
        phase: phase.to_owned(),
        physical: physical.to_owned(),
    }
}

fn is_busy(wire: &Wire) -> bool {
    wire.attachments_status() == Some(BUSY)
}

fn is_as_wanted(want: &ClusterCapacity, live: &Observed) -> Result<bool, Stop> {
    let now: ClusterCapacity = provision_aws::from_fields(&live.fields)?;
    let names = |all: &[Field<String>]| -> BTreeSet<String> {
        all.iter().filter_map(|one| one.get().cloned()).collect()
    };
    let shares = |all: &[Capacity]| -> BTreeSet<(String, i32, i32)> {
        let one = |one: &Capacity| {
            let name = one.provider.get().cloned().unwrap_or_default();
            (name, one.weight, one.base)
        };
        all.iter().map(one).collect()
    };
    all_known(&want.providers, "providers")?;
    Ok(names(&want.providers).is_subset(&names(&now.providers))
        && shares(&want.strategy) == shares(&now.strategy))
}

/// Sets providers and strategy; what else is in the cluster stays.
async fn bring(cx: &Cx<'_>, name: &str, want: &ClusterCapacity) -> Result<Next, Stop> {
    let Some(now) = reads::cluster(cx.aws, name).await? else {
        return Err(Stop::Later(format!(
            "the cluster {name} is not visible yet"
        )));
    };
    if is_busy(&now) {
        return Err(Stop::Later(format!(
            "the capacity of {name} is being changed"
        )));
    }
    let mut providers = all_known(&want.providers, "providers")?;
    let others = now.capacity_providers().iter();
    let others: Vec<String> = others
        .filter(|one| !providers.contains(one))
        .cloned()
        .collect();
    providers.extend(others);
    let physical = handle(&now);
    let after = put(cx, name, providers, strategy(&want.strategy)?).await?;
    if after.as_ref().is_none_or(is_busy) {
        return Ok(waits(&physical, BUSY));
    }
    Ok(Next::More {
        did: "set its capacity providers".to_owned(),
        observed: cx.made(Live::new(&physical, &Tags::new(), want)),
    })
}

/// Takes a capacity provider that goes off the list of the cluster that has it; what was done, or `None` when none has it.
pub(super) async fn let_go(cx: &Cx<'_>, provider: &str) -> Result<Option<String>, Stop> {
    let clusters = reads::marked(cx.aws, &cx.context.stack).await?;
    let has = |one: &&Wire| one.capacity_providers().iter().any(|name| name == provider);
    let Some(cluster) = clusters.iter().find(has) else {
        return Ok(None);
    };
    let name = cluster.cluster_name().unwrap_or_default();
    if is_busy(cluster) {
        return Err(Stop::Later(format!(
            "the capacity of {name} is being changed"
        )));
    }
    let others = cluster.capacity_providers().iter();
    let others = others.filter(|name| *name != provider).cloned().collect();
    let shares = cluster.default_capacity_provider_strategy().iter();
    let shares = shares
        .filter(|one| one.capacity_provider != provider)
        .cloned();
    put(cx, name, others, shares.collect()).await?;
    Ok(Some(format!("took it off the list of {name}")))
}

async fn put(
    cx: &Cx<'_>,
    name: &str,
    providers: Vec<String>,
    strategy: Vec<aws_sdk_ecs::types::CapacityProviderStrategyItem>,
) -> Result<Option<Wire>, Stop> {
    let request = ecs(cx.aws)
        .put_cluster_capacity_providers()
        .cluster(name)
        .set_capacity_providers(Some(providers))
        .set_default_capacity_provider_strategy(Some(strategy));
    let answer = cx
        .aws
        .write("ecs:PutClusterCapacityProviders", || request.clone().send())
        .await;
    match answer {
        Ok(answer) => Ok(answer.cluster),
        // A provider that was made a moment ago is not known everywhere.
        Err(fault) if fault.is_not_found() && cx.step.does != Does::Delete => {
            Err(Stop::OfNew(fault.about(name)))
        }
        Err(fault) => Err(Stop::Fault(fault.about(name))),
    }
}
