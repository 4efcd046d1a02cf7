//! `ecs.cluster_capacity`: which capacity providers a cluster has, and which of them tasks get that name none.
//!
//! One call sets the whole list. So what is not ours in it is read just before, and goes along. ECS's own providers, Fargate
//! and Fargate Spot, are those of the spec; others are ours by their marks.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecs::types::Cluster as Wire;
use provision_aws::kind::{
    Ailment, Ask, Cx, Live, Look, Next, Seen, Served, Stop, Uses, changing, list_value, seconds,
    table,
};
use provision_aws::{Fault, Field, Marks, Tags};
use provision_core::contract::Does;
use provision_core::cost::Usage;
use provision_core::model::{
    Effect, FieldKind, Identity, Lane, Observed, Pending, Resource, ResourceId, Row, Sight, Status,
    Table, Value,
};
use serde::{Deserialize, Serialize};

use super::call::{Capacity, all_known, capacity, ecs, fields, parts, strategy, tags};
use super::{capacity_provider, cluster_reads as reads};

/// What the id of a cluster's capacity is called.
pub(crate) const PART: &str = "capacity";

/// Capacity providers of ECS's own.
pub(crate) const FARGATE: &str = "FARGATE";

/// The same at a lower price, taken back at short notice.
pub(crate) const FARGATE_SPOT: &str = "FARGATE_SPOT";

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
            aws: ask.aws,
            context: ask.context,
            resources: Vec::new(),
            orphans: ask.orphans,
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
            return Ok(waits(&live.physical, "UPDATE_IN_PROGRESS"));
        }
        let others = others(cx, &now, &[]).await?;
        if others.len() == now.capacity_providers().len() {
            return Ok(Next::Gone);
        }
        match put(cx, name, others, Vec::new()).await? {
            Some(after) if is_busy(&after) => Ok(waits(&live.physical, "UPDATE_IN_PROGRESS")),
            _ => Ok(Next::Gone),
        }
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let Some(wire) = reads::cluster(cx.aws, cluster_of(physical)).await? else {
            return Ok(None);
        };
        let wires = [wire];
        let owners = capacity_provider::owners(cx.aws, &strange(&wires)).await?;
        let [wire] = &wires;
        let live = live(wire, &cx.context.stack, &owners);
        let empty = live.fields.get("providers") == Some(&list_value(&[]));
        let goes = cx.step.does == Does::Delete;
        Ok(Some(live).filter(|live| !(goes && empty && live.status == Status::Ready)))
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
    wire.attachments_status() == Some("UPDATE_IN_PROGRESS")
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
    Ok(names(&want.providers) == names(&now.providers)
        && shares(&want.strategy) == shares(&now.strategy))
}

/// Sets providers and strategy; those of others stay.
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
    let others = others(cx, &now, &providers).await?;
    providers.extend(others);
    let physical = handle(&now);
    let after = put(cx, name, providers, strategy(&want.strategy)?).await?;
    if after.as_ref().is_none_or(is_busy) {
        return Ok(waits(&physical, "UPDATE_IN_PROGRESS"));
    }
    Ok(Next::More {
        did: "set its capacity providers".to_owned(),
        observed: cx.made(Live::new(&physical, &Tags::new(), want)),
    })
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

/// Providers in a cluster that are neither wanted nor ours.
async fn others(cx: &Cx<'_>, wire: &Wire, wanted: &[String]) -> Result<Vec<String>, Stop> {
    let all = wire.capacity_providers().iter();
    let strange: Vec<String> = all
        .filter(|name| !is_of_ecs(name) && !wanted.contains(name))
        .cloned()
        .collect();
    let owners = capacity_provider::owners(cx.aws, &strange).await?;
    let ours = |name: &String| owners.get(name) == Some(&cx.context.stack);
    Ok(strange.into_iter().filter(|name| !ours(name)).collect())
}

fn is_of_ecs(name: &str) -> bool {
    [FARGATE, FARGATE_SPOT].contains(&name)
}

/// Providers in clusters of whom it is not known who made them.
pub(super) fn strange(wires: &[Wire]) -> Vec<String> {
    let all = wires.iter().flat_map(Wire::capacity_providers);
    let names: BTreeSet<&String> = all.filter(|name| !is_of_ecs(name)).collect();
    names.into_iter().cloned().collect()
}

fn handle(wire: &Wire) -> String {
    format!("{}/{PART}", wire.cluster_arn().unwrap_or_default())
}

/// What was seen of the capacity that is asked for, and of that of clusters that nobody asked for.
pub(super) fn seen(
    ask: &Ask<'_>,
    resources: &[&Resource<Pending>],
    wires: &[Wire],
    owners: &BTreeMap<String, String>,
) -> Seen {
    let mut seen = Seen::default();
    let stack = &ask.context.stack;
    let mut asked = BTreeSet::new();
    for resource in resources {
        let named = |wire: &&Wire| wire.cluster_name() == resource.name.as_deref();
        let wire = wires.iter().find(named);
        asked.insert(resource.id.clone());
        let found = wire.map(|wire| live(wire, stack, owners));
        let ours = found.filter(|live| live.marks.are(ask.context, &resource.id));
        // A list that is empty says nothing, unless that is what is wanted.
        let wanted = resource.fields.get("providers") != Some(&Value::List(Vec::new()));
        let there = ours.filter(|live| {
            let empty = live.fields.get("providers") == Some(&list_value(&[]));
            live.status != Status::Ready || !(wanted && empty)
        });
        let look = there.map_or(Look::Otherwise(Sight::Absent), Look::Here);
        seen.sights.insert(resource.id.clone(), look);
    }
    if ask.orphans {
        let all = wires.iter().map(|wire| live(wire, stack, owners));
        seen.orphans.extend(all.filter(|live| {
            let id = live.marks.id.as_ref();
            let empty = live.fields.get("providers") == Some(&list_value(&[]));
            let ours = live.marks.stack.as_ref() == Some(stack);
            ours && !empty && id.is_some_and(|id| !asked.contains(id))
        }));
    }
    seen
}

/// The capacity of a cluster as read. It has no marks of its own: it is the cluster's.
fn live(wire: &Wire, stack: &str, owners: &BTreeMap<String, String>) -> Live {
    let all = wire.capacity_providers().iter().cloned();
    let ours =
        |name: &String| is_of_ecs(name) || owners.get(name).is_some_and(|owner| owner == stack);
    let (ours, others): (Vec<String>, Vec<String>) = all.partition(ours);
    let now = ClusterCapacity {
        providers: fields(&ours),
        strategy: capacity(wire.default_capacity_provider_strategy()),
    };
    let marks = Marks::of(&tags(wire.tags()));
    let cluster = marks.id.clone();
    let mut live = Live::new(&handle(wire), &Tags::new(), &now)
        .needs(ours.into_iter().filter(|name| !is_of_ecs(name)));
    live.marks = Marks {
        id: cluster
            .as_ref()
            .map(|id| ResourceId::new(id.address.as_str(), PART)),
        protect: false,
        ..marks
    };
    live.parent = cluster;
    live.foreign = others
        .iter()
        .map(|name| format!("capacity provider {name}"))
        .collect();
    match wire.attachments_status() {
        Some(word @ "UPDATE_IN_PROGRESS") => live.status(changing(word)),
        Some(word @ "UPDATE_FAILED") => failed(live, word),
        _ => live,
    }
}

fn failed(live: Live, word: &str) -> Live {
    let message = "ECS could not tie the capacity providers to the cluster";
    let ailment = Ailment {
        code: word.to_owned(),
        message: message.to_owned(),
        advice: "see `aws ecs describe-clusters --include ATTACHMENTS`, put right what it names, then apply again"
            .to_owned(),
        passes: false,
    };
    let mut live = live.status(Status::Degraded {
        reason: format!("{word}: {message}"),
    });
    live.ailment = Some(ailment);
    live
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use aws_sdk_ecs::types::Tag;

    use super::*;

    fn wire(providers: &[&str], status: &str) -> Wire {
        let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
        let providers = providers.iter().map(|name| (*name).to_owned()).collect();
        Wire::builder()
            .cluster_arn("arn:aws:ecs:eu-west-1:1:cluster/shop-prod")
            .cluster_name("shop-prod")
            .set_capacity_providers(Some(providers))
            .attachments_status(status)
            .tags(tag("provision-stack", "shop"))
            .tags(tag("provision-id", "cluster.prod/cluster"))
            .build()
    }

    #[test]
    fn what_is_ours_is_told_from_what_others_put_in() {
        let owners = BTreeMap::from([
            ("shop-prod-web".to_owned(), "shop".to_owned()),
            ("theirs".to_owned(), "other".to_owned()),
        ]);
        let wire = wire(
            &["FARGATE", "shop-prod-web", "theirs", "nobodys"],
            "UPDATE_COMPLETE",
        );
        assert_eq!(
            strange(std::slice::from_ref(&wire)),
            ["nobodys", "shop-prod-web", "theirs"]
        );
        let live = live(&wire, "shop", &owners);
        assert_eq!(
            live.marks.id.as_ref().unwrap().to_string(),
            "cluster.prod/capacity"
        );
        assert_eq!(
            live.parent.as_ref().unwrap().to_string(),
            "cluster.prod/cluster"
        );
        assert_eq!(
            live.fields["providers"],
            list_value(&["FARGATE".to_owned(), "shop-prod-web".to_owned()])
        );
        assert_eq!(live.refs, ["shop-prod-web"]);
        assert_eq!(
            live.foreign,
            ["capacity provider theirs", "capacity provider nobodys"]
        );
        assert_eq!(cluster_of(&live.physical), "shop-prod");
    }

    #[test]
    fn a_change_under_way_is_told_and_a_failed_one_has_a_cause() {
        let none = BTreeMap::new();
        let busy = live(&wire(&[], "UPDATE_IN_PROGRESS"), "shop", &none);
        assert!(matches!(busy.status, Status::Changing { .. }));
        let failed = live(&wire(&[], "UPDATE_FAILED"), "shop", &none);
        assert!(failed.ailment.is_some());
    }
}
