//! `ecs.cluster_capacity`: which capacity providers a cluster has, and which of them tasks get that name none.
//!
//! One call sets the whole list. So what is in it is read just before, and goes along: providers of others, and those of pools
//! that have left the file, on which services may run until they are moved. A provider that is deleted is taken off the list
//! before ([`let_go`]); Fargate and Fargate Spot stay, which cost nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::slice;

use aws_sdk_ecs::types::Cluster as Wire;
use provision_aws::kind::{
    Ailment, Ask, Cx, Live, Look, Next, Seen, Served, Stop, Uses, changing, list_value, seconds,
    table,
};
use provision_aws::{Fault, Field, Marks, Tags};
use provision_core::contract::Does;
use provision_core::cost::Usage;
use provision_core::model::{
    Effect, FieldKind, Identity, Lane, Never, Observed, Pending, Resource, ResourceId, Row, Sight,
    Status, Table, Value,
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

/// ECS ties providers to a cluster, or lets them go.
const BUSY: &str = "UPDATE_IN_PROGRESS";

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

fn is_empty(live: &Live) -> bool {
    live.fields.get("providers") == Some(&list_value(&[]))
}

fn is_ours(name: &str, stack: &str, owners: &Owners) -> bool {
    let owner = owners.get(name).and_then(|marks| marks.stack.as_deref());
    is_of_ecs(name) || owner == Some(stack)
}

/// The marks of capacity providers, by name.
pub(super) type Owners = BTreeMap<String, Marks>;

/// What is wanted of the capacity of a cluster, as far as that is known.
struct Wanted {
    /// Providers whose names are known.
    names: BTreeSet<String>,
    /// Providers whose ids are.
    ids: BTreeSet<ResourceId>,
    /// None at all.
    none: bool,
}

impl Wanted {
    fn of<H: Referring>(resource: &Resource<H>) -> Self {
        let items = match resource.fields.get("providers") {
            Some(Value::List(items)) => items.as_slice(),
            _ => &[],
        };
        let texts = items.iter().filter_map(Value::as_text);
        Self {
            names: texts.map(str::to_owned).collect(),
            ids: items.iter().flat_map(H::ids).collect(),
            none: items.is_empty(),
        }
    }

    fn has(&self, name: &str, owners: &Owners) -> bool {
        let id = owners.get(name).and_then(|marks| marks.id.as_ref());
        self.names.contains(name) || id.is_some_and(|id| self.ids.contains(id))
    }
}

/// Values that may refer to others.
trait Referring: Sized {
    /// What a value refers to.
    fn ids(value: &Value<Self>) -> Vec<ResourceId>;
}

impl Referring for Pending {
    fn ids(value: &Value<Self>) -> Vec<ResourceId> {
        match value {
            Value::Hole(pending) => pending.references().map(|one| one.id.clone()).collect(),
            _ => Vec::new(),
        }
    }
}

impl Referring for Never {
    fn ids(_: &Value<Self>) -> Vec<ResourceId> {
        Vec::new()
    }
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
    owners: &Owners,
) -> Seen {
    let mut seen = Seen::default();
    let stack = &ask.context.stack;
    for resource in resources {
        let named = |wire: &&Wire| wire.cluster_name() == resource.name.as_deref();
        let wanted = Wanted::of(resource);
        let wire = wires.iter().find(named);
        let found = wire.map(|wire| live(wire, stack, owners, Some(&wanted)));
        let ours = found.filter(|live| live.marks.are(ask.context, &resource.id));
        // A list with nothing of ours says nothing, unless that is what is wanted.
        let there =
            ours.filter(|live| wanted.none || !is_empty(live) || live.status != Status::Ready);
        let look = there.map_or(Look::Otherwise(Sight::Absent), Look::Here);
        seen.sights.insert(resource.id.clone(), look);
    }
    if ask.orphans {
        let all = wires.iter().map(|wire| live(wire, stack, owners, None));
        seen.orphans.extend(all.filter(|live| {
            let ours = live.marks.stack.as_ref() == Some(stack) && !is_empty(live);
            let id = live.marks.id.as_ref();
            ours && id.is_some_and(|id| !seen.sights.contains_key(id))
        }));
    }
    seen
}

/// The capacity of a cluster as read. It has no marks of its own: it is the cluster's. Of what is ours, only what is wanted
/// counts where something is: the rest is on its way out.
fn live(wire: &Wire, stack: &str, owners: &Owners, wanted: Option<&Wanted>) -> Live {
    let all = wire.capacity_providers().iter().cloned();
    let (mut ours, others): (Vec<String>, Vec<String>) =
        all.partition(|name| is_ours(name, stack, owners));
    let needs: Vec<String> = ours
        .iter()
        .filter(|name| !is_of_ecs(name))
        .cloned()
        .collect();
    ours.retain(|name| wanted.is_none_or(|wanted| wanted.has(name, owners)));
    let now = ClusterCapacity {
        providers: fields(&ours),
        strategy: capacity(wire.default_capacity_provider_strategy()),
    };
    let marks = Marks::of(&tags(wire.tags()));
    let cluster = marks.id.clone();
    let mut live = Live::new(&handle(wire), &Tags::new(), &now).needs(needs);
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
        Some(BUSY) => live.status(changing(BUSY)),
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

    fn marks(stack: &str, id: &str) -> Marks {
        Marks {
            stack: Some(stack.to_owned()),
            id: id.parse().ok(),
            ..Marks::default()
        }
    }

    #[test]
    fn what_is_ours_is_told_from_what_others_put_in() {
        let owners = Owners::from([
            (
                "shop-prod-web".to_owned(),
                marks("shop", "cluster.prod.pool.web/capacity-provider"),
            ),
            (
                "shop-prod-old".to_owned(),
                marks("shop", "cluster.prod.pool.old/capacity-provider"),
            ),
            ("theirs".to_owned(), marks("other", "x/y")),
        ]);
        let all = [
            "FARGATE",
            "shop-prod-web",
            "shop-prod-old",
            "theirs",
            "nobodys",
        ];
        let wire = wire(&all, "UPDATE_COMPLETE");
        assert_eq!(
            strange(slice::from_ref(&wire)),
            ["nobodys", "shop-prod-old", "shop-prod-web", "theirs"]
        );
        let names = |live: &Live| live.fields["providers"].clone();
        let list = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            list_value(&names)
        };
        let whole = live(&wire, "shop", &owners, None);
        assert_eq!(
            names(&whole),
            list(&["FARGATE", "shop-prod-web", "shop-prod-old"])
        );
        assert_eq!(
            whole.marks.id.as_ref().unwrap().to_string(),
            "cluster.prod/capacity"
        );
        assert_eq!(
            whole.parent.as_ref().unwrap().to_string(),
            "cluster.prod/cluster"
        );
        assert_eq!(whole.refs, ["shop-prod-web", "shop-prod-old"]);
        assert_eq!(
            whole.foreign,
            ["capacity provider theirs", "capacity provider nobodys"]
        );
        assert_eq!(cluster_of(&whole.physical), "shop-prod");
        // What has left the file counts no more, and goes with its own removal.
        let wanted = Wanted {
            names: BTreeSet::new(),
            ids: BTreeSet::from(["cluster.prod.pool.web/capacity-provider".parse().unwrap()]),
            none: false,
        };
        let rest = live(&wire, "shop", &owners, Some(&wanted));
        assert_eq!(names(&rest), list(&["shop-prod-web"]));
        assert_eq!(rest.refs.len(), 2);
    }

    #[test]
    fn a_change_under_way_is_told_and_a_failed_one_has_a_cause() {
        let none = Owners::new();
        let busy = live(&wire(&[], "UPDATE_IN_PROGRESS"), "shop", &none, None);
        assert!(matches!(busy.status, Status::Changing { .. }));
        let failed = live(&wire(&[], "UPDATE_FAILED"), "shop", &none, None);
        assert!(failed.ailment.is_some());
    }
}
