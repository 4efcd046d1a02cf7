//! Reads of the capacity of clusters: it stands in what a cluster tells of itself.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecs::types::Cluster as Wire;
use provision_aws::kind::{Ailment, Ask, Live, Look, Seen, changing, list_value};
use provision_aws::{Marks, Tags};
use provision_core::model::{Never, Pending, Resource, ResourceId, Sight, Status, Value};

use super::call::{capacity, fields, tags};
use super::cluster_capacity::{BUSY, ClusterCapacity, FARGATE, FARGATE_SPOT, PART};

/// Whether nothing of ours that counts is in it.
pub(super) fn is_empty(live: &Live) -> bool {
    live.fields.get("providers") == Some(&list_value(&[]))
}

/// Whether a provider is of ECS itself, or of the stack.
pub(super) fn is_ours(name: &str, stack: &str, owners: &Owners) -> bool {
    let owner = owners.get(name).and_then(|marks| marks.stack.as_deref());
    is_of_ecs(name) || owner == Some(stack)
}

/// The marks of capacity providers, by name.
pub(super) type Owners = BTreeMap<String, Marks>;

/// What is wanted of the capacity of a cluster, as far as that is known.
pub(super) struct Wanted {
    /// Providers whose names are known.
    names: BTreeSet<String>,
    /// Providers whose ids are.
    ids: BTreeSet<ResourceId>,
    /// None at all.
    none: bool,
}

impl Wanted {
    pub(super) fn of<H: Referring>(resource: &Resource<H>) -> Self {
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
pub(super) trait Referring: Sized {
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

fn is_of_ecs(name: &str) -> bool {
    [FARGATE, FARGATE_SPOT].contains(&name)
}

/// Providers in clusters of whom it is not known who made them.
pub(super) fn strange(wires: &[Wire]) -> Vec<String> {
    let all = wires.iter().flat_map(Wire::capacity_providers);
    let names: BTreeSet<&String> = all.filter(|name| !is_of_ecs(name)).collect();
    names.into_iter().cloned().collect()
}

/// The handle of a cluster's capacity: the cluster's ARN, and `/capacity`.
pub(super) fn handle(wire: &Wire) -> String {
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
pub(super) fn live(wire: &Wire, stack: &str, owners: &Owners, wanted: Option<&Wanted>) -> Live {
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
    use std::slice;

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
        assert!(whole.physical.ends_with(":cluster/shop-prod/capacity"));
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
