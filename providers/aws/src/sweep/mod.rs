//! The sweep: what controllers of a cluster left in our network, listed when the cluster or the network goes.
//!
//! The one exception to "nothing without our mark is touched", and so two things must tell that an object is left: it
//! carries the tags that a controller of that cluster gives, and it lies in a network with the mark of our stack. Volumes
//! lie in no network; they need the cluster's tag and that of a claim, and go only when that was asked for.
//!
//! Each object found is a step of its own, after the cluster's; each is read again before it is deleted. One more step
//! for each cluster, [`rest`], looks again when they are gone, until nothing is left: controllers work on between plan and apply.

mod balancers;
mod found;
mod groups;
mod kinds;
mod machines;
mod networks;
mod notes;
mod owner;
mod remove;
mod rest;
mod scope;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use provision_core::contract::{Leavers, Left, SurveyAnswer};
use provision_core::model::{Address, Fields, Kind, Observed, ResourceId, Status, Value};

use crate::PROVIDER;
use crate::client::Aws;
use crate::kinds::live::list_value;
use found::{Found, World};
use rest::Rest;
use scope::{Owner, Scope};

pub(crate) use found::Sort;
pub(crate) use kinds::{Sweep, Swept};
pub(crate) use networks::{groups, interfaces};

/// Lists what was left of what goes.
pub(crate) async fn left(aws: &Aws, leavers: &Leavers) -> SurveyAnswer {
    let scope = Scope::new(leavers);
    let clusters: Vec<String> = scope.clusters.keys().cloned().collect();
    let world = found::look(aws, &scope.vpcs(), &clusters).await;
    let mut owned: BTreeMap<Owner, Vec<&Found>> = BTreeMap::new();
    for found in &world.found {
        if let Some(owner) = scope.owner(&world, found) {
            owned.entry(owner).or_default().push(found);
        }
    }
    let rests = rests(leavers, &scope, &world, &owned);
    let mut left = Vec::new();
    for (owner, objects) in &owned {
        let rest = rests.get(&owner.by.address);
        let rest = rest.map(|(_, rest)| rest.physical.clone());
        for found in objects {
            let maker = scope.makes(&owner.by);
            left.push(item(owner, found, maker, rest.as_ref()));
        }
    }
    let notes = notes::of(&scope, &world);
    left.extend(rests.into_values().map(|(by, observed)| Left {
        of: of(observed.fields.get("clusters")),
        observed,
        maker: scope.makes(&by),
        by,
        data: false,
    }));
    SurveyAnswer::Left { left, notes }
}

/// The last look for each cluster that goes, and for each network in which something of a gone one was found.
fn rests(
    leavers: &Leavers,
    scope: &Scope,
    world: &World,
    owned: &BTreeMap<Owner, Vec<&Found>>,
) -> BTreeMap<Address, (ResourceId, Observed)> {
    let ours = |vpc: &&String| {
        let marks = world.marks.get(*vpc).and_then(Option::as_ref);
        marks == Some(&leavers.context.stack)
    };
    let vpcs: Vec<String> = scope.networks.keys().filter(ours).cloned().collect();
    if vpcs.is_empty() {
        return BTreeMap::new();
    }
    let ground = vpcs.iter().filter_map(|vpc| world.ground.get(vpc));
    // What is listed goes before the last look; only what stands under both goes after it.
    let listed: BTreeSet<&String> = owned.values().flatten().map(|one| &one.physical).collect();
    let ground = vpcs.iter().chain(ground.flatten());
    let ground: Vec<String> = ground
        .filter(|handle| !listed.contains(handle))
        .cloned()
        .collect();
    let mut all: BTreeMap<Address, (ResourceId, BTreeSet<String>)> = BTreeMap::new();
    let clusters = scope.clusters.iter().map(|(name, id)| (id, Some(name)));
    let owners = owned.keys();
    let owners = owners.map(|owner| (&owner.by, owner.cluster.as_ref()));
    for (by, name) in clusters.chain(owners) {
        let entry = all.entry(by.address.clone());
        let (_, names) = entry.or_insert_with(|| (by.clone(), BTreeSet::new()));
        names.extend(name.cloned());
    }
    let rest = |by: &ResourceId, names: BTreeSet<String>| Rest {
        nodes: scope.whole.iter().any(|vpc| vpcs.contains(vpc)) && !scope.makes(by),
        clusters: names.into_iter().collect(),
        vpcs: vpcs.clone(),
        volumes: leavers.data,
    };
    all.into_iter()
        .map(|(address, (by, names))| {
            let observed = rest(&by, names).observed(&by, ground.clone());
            (address, (by, observed))
        })
        .collect()
}

/// One object as a value of the plan.
fn item(owner: &Owner, found: &Found, maker: bool, rest: Option<&String>) -> Left {
    let word = found.sort.word(&found.physical);
    let name = match found.sort {
        Sort::Balancer | Sort::Classic | Sort::TargetGroup => &found.name,
        Sort::Interface | Sort::Group | Sort::Volume => &found.physical,
    };
    let mut fields = Fields::from([("name".to_owned(), found.name.as_str().into())]);
    if let Some(cluster) = &owner.cluster {
        fields.insert("cluster".to_owned(), cluster.as_str().into());
    }
    if let Some(vpc) = &found.vpc {
        fields.insert("vpc".to_owned(), vpc.as_str().into());
    }
    if let Some((of, gib)) = &found.size {
        fields.insert("type".to_owned(), of.as_str().into());
        fields.insert("gib".to_owned(), Value::Int(*gib));
    }
    let of = owner.cluster.as_ref().map_or_else(
        || "a cluster that is gone".to_owned(),
        |name| format!("cluster {name}"),
    );
    Left {
        observed: Observed {
            id: ResourceId::new(owner.by.address.as_str(), format!("swept.{word}.{name}")),
            kind: Kind::new(found.sort.kind()),
            provider: PROVIDER.to_owned(),
            physical: found.physical.clone(),
            parent: None,
            fields,
            outputs: Fields::new(),
            status: Status::Ready,
            protect: false,
            adopted: None,
            needs: Vec::new(),
            uses: found
                .uses
                .iter()
                .chain(&found.vpc)
                .chain(rest)
                .cloned()
                .collect(),
            foreign: Vec::new(),
        },
        by: owner.by.clone(),
        maker,
        of,
        data: found.sort == Sort::Volume,
    }
}

/// The clusters in words.
fn of(clusters: Option<&Value<provision_core::model::Never>>) -> String {
    let names: Vec<&str> = match clusters {
        Some(Value::List(items)) => items.iter().filter_map(Value::as_text).collect(),
        _ => Vec::new(),
    };
    match names.as_slice() {
        [] => "a cluster that is gone".to_owned(),
        [one] => format!("cluster {one}"),
        all => format!("clusters {}", all.join(", ")),
    }
}

impl Rest {
    fn observed(&self, by: &ResourceId, ground: Vec<String>) -> Observed {
        let fields = Fields::from([
            ("clusters".to_owned(), list_value(&self.clusters)),
            ("vpcs".to_owned(), list_value(&self.vpcs)),
            ("volumes".to_owned(), self.volumes.into()),
            ("nodes".to_owned(), self.nodes.into()),
        ]);
        Observed {
            id: ResourceId::new(by.address.as_str(), "sweep"),
            kind: Kind::new(rest::KIND),
            provider: PROVIDER.to_owned(),
            physical: format!("what {by} left"),
            parent: None,
            fields,
            outputs: Fields::new(),
            status: Status::Ready,
            protect: false,
            adopted: None,
            needs: Vec::new(),
            uses: ground,
            foreign: Vec::new(),
        }
    }
}

impl Sort {
    /// The kind's name in plans.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Balancer => "swept.load_balancer",
            Self::Classic => "swept.classic_balancer",
            Self::TargetGroup => "swept.target_group",
            Self::Interface => "swept.network_interface",
            Self::Group => "swept.security_group",
            Self::Volume => "swept.volume",
        }
    }

    /// The word in ids: an ARN tells which sort of balancer it is.
    fn word(self, physical: &str) -> &'static str {
        match self {
            Self::Balancer if physical.contains(":loadbalancer/net/") => "nlb",
            Self::Balancer if physical.contains(":loadbalancer/gwy/") => "gwlb",
            Self::Balancer => "alb",
            Self::Classic => "elb",
            Self::TargetGroup => "target-group",
            Self::Interface => "interface",
            Self::Group => "security-group",
            Self::Volume => "volume",
        }
    }
}
