//! The sweep: what controllers of a cluster left, listed when the cluster or its network goes.
//!
//! The one exception to "nothing without our mark is touched", and so two things must tell that an object is left. A
//! firewall rule lets traffic in to the nodes of that cluster (`gke-CLUSTER-HASH-node`) and lies in a network with the mark
//! of our stack. A disk carries the cluster's label and the note of a claim; it holds data, and goes only when that was
//! asked for. Both tell a cluster by its name alone, which clusters of other locations may have too: where another has it,
//! or may have it, nothing is listed and that is said. Each object is read again before it is deleted.
//!
//! Parts of a service's balancer say of which service they are, and not of which cluster: its firewall rule, which goes by
//! the same name, says that ([`balancer`]). They go before it. Of the balancers of ingresses and gateways nothing can be told:
//! they stay, and that is said ([`ingress`]). Health checks and instance groups without machines stay as well: they cost nothing.
//!
//! Lists are of the region, which is all that is wanted, and one for each kind; none waits for another.

mod backend_service;
mod balancer;
mod disk;
mod endpoint_group;
mod firewall;
mod forwarding_rule;
mod ingress;
mod target_pool;

use std::collections::BTreeMap;

use futures::future::{join, join_all, join4};
use provision_core::contract::{Leaver, Leavers, Left, Note, Severity, SurveyAnswer};
use provision_core::model::{
    Effect, FieldKind, Fields, Identity, Kind, Observed, ResourceId, Row, Status, Table,
};
use provision_kind::Serves as _;
use provision_kind::tables::{seconds, table};

use crate::PROVIDER;
use crate::client::Gcp;
use crate::error::Fault;
use crate::kinds::operation::last;
use crate::kinds::{Cluster, Network, cluster_names, stack_networks};

use balancer::{Part, Piece as _, is_of_balancer, tied};

pub(crate) use balancer::Swept;

pub use backend_service::SweptBackendService;
pub use disk::SweptDisk;
pub use endpoint_group::SweptEndpointGroup;
pub use firewall::SweptFirewall;
pub use forwarding_rule::SweptForwardingRule;
pub use target_pool::SweptTargetPool;

/// One object that may have been left.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    /// The kind's name.
    kind: &'static str,
    /// The word in ids.
    word: &'static str,
    /// Its handle.
    physical: String,
    /// Its name.
    name: String,
    /// The cluster whose controller made it.
    cluster: String,
    /// What else its kind tells.
    fields: Vec<(&'static str, String)>,
    /// The handle of its network; none of disks.
    network: Option<String>,
    /// The service of Kubernetes that its description tells.
    service: Option<String>,
    /// Handles of what else must outlive it.
    uses: Vec<String>,
}

/// Lists what was left of what goes.
pub(crate) async fn left(gcp: &Gcp, leavers: &Leavers) -> SurveyAnswer {
    let scope = Scope::of(leavers);
    let disks = scope.clusters.keys().map(|name| disk::list(gcp, name));
    let asked = join4(
        rules(gcp, &leavers.context.stack),
        cluster_names(gcp),
        join_all(disks),
        parts(gcp),
    );
    let (rules, alive, disks, parts) = asked.await;
    let mut notes = Vec::new();
    let alive = alive.ok();
    let mut rules = take(rules, &mut notes);
    let disks = disks.into_iter().flat_map(|disks| take(disks, &mut notes));
    let disks: Vec<Found> = disks.collect();
    let (parts, mut standing) = parts.tied(&mut rules, &mut notes);
    let mut all: Vec<Left> = Vec::new();
    let mut unclear = BTreeMap::new();
    for found in rules.iter().chain(&parts).chain(&disks) {
        match scope.owner(found, alive.as_ref()) {
            Owner::Goes(by) => {
                let mut left = item(by, found);
                priced(&mut left, &mut standing);
                notes.extend(ingress::note(found, by));
                all.push(left);
            }
            Owner::Unclear(by) => {
                unclear.insert(&found.cluster, by);
            }
            Owner::Stays => {}
        }
    }
    notes.extend(unclear.into_iter().map(|(name, by)| another(name, by)));
    SurveyAnswer::Left { left: all, notes }
}

/// Says which price ends with a forwarding rule, of so many that the region still has.
fn priced(left: &mut Left, standing: &mut usize) {
    if left.observed.kind.as_str() == SweptForwardingRule::KIND {
        let price = forwarding_rule::price(*standing).into();
        left.observed.fields.insert("price".to_owned(), price);
        *standing = standing.saturating_sub(1);
    }
}

/// Parts of services' balancers as they were read, whosever they are.
struct Parts {
    /// Forwarding rules, and how many the region has in all.
    rules: Result<(Vec<Part>, usize), Fault>,
    pools: Result<Vec<Part>, Fault>,
    services: Result<Vec<Part>, Fault>,
    groups: Result<Vec<Part>, Fault>,
}

async fn parts(gcp: &Gcp) -> Parts {
    let lists = join4(
        forwarding_rule::list(gcp),
        target_pool::list(gcp),
        backend_service::list(gcp),
        endpoint_group::list(gcp),
    );
    let (rules, pools, services, groups) = lists.await;
    Parts {
        rules,
        pools,
        services,
        groups,
    }
}

impl Parts {
    /// Those of which a firewall rule tells the cluster, and how many forwarding rules the region has. Where not all could be
    /// read, the rules of balancers stay: without them nothing would tell of the rest any more.
    fn tied(self, rules: &mut Vec<Found>, notes: &mut Vec<Note>) -> (Vec<Found>, usize) {
        let lists = [&self.pools, &self.services, &self.groups];
        let whole = self.rules.is_ok() && lists.iter().all(|list| list.is_ok());
        let (forwarding, standing) = take(self.rules, notes);
        let [pools, services, groups] =
            [self.pools, self.services, self.groups].map(|list| take(list, notes));
        let mut all = tied::<SweptForwardingRule>(rules, &forwarding);
        all.extend(tied::<SweptTargetPool>(rules, &pools));
        all.extend(tied::<SweptBackendService>(rules, &services));
        all.extend(tied::<SweptEndpointGroup>(rules, &groups));
        rules.retain(|rule| whole || !is_of_balancer(rule));
        (all, standing)
    }
}

/// Rules in networks of ours.
async fn rules(gcp: &Gcp, stack: &str) -> Result<Vec<Found>, Fault> {
    let (ours, all) = join(stack_networks(gcp, stack), firewall::list(gcp)).await;
    let (ours, mut all) = (ours?, all?);
    all.retain(|found| found.network.as_ref().is_some_and(|of| ours.contains(of)));
    Ok(all)
}

/// What was read; what could not be is said.
fn take<T: Default>(read: Result<T, Fault>, notes: &mut Vec<Note>) -> T {
    read.unwrap_or_else(|fault| {
        notes.push(Note {
            severity: Severity::Warning,
            code: "left-unread".to_owned(),
            message: format!("what controllers left could not be listed, and stays: {fault}"),
            address: None,
        });
        T::default()
    })
}

/// What controllers left stays, for it may be another cluster's.
fn another(name: &str, by: &Leaver) -> Note {
    Note {
        severity: Severity::Warning,
        code: "left-unclear".to_owned(),
        message: format!(
            "what controllers of cluster {name} left stays: the project has, or may have, another cluster of this name \
             elsewhere, and the name is all that is known of whose it is"
        ),
        address: Some(by.id.address.to_string()),
    }
}

/// What goes, of what left an object.
enum Owner<'a> {
    /// This goes.
    Goes(&'a Leaver),
    /// This goes, and may be another's namesake.
    Unclear(&'a Leaver),
    /// Nothing that goes.
    Stays,
}

/// What goes.
struct Scope<'a> {
    /// Clusters by name.
    clusters: BTreeMap<String, &'a Leaver>,
    /// Networks by handle.
    networks: BTreeMap<&'a str, &'a Leaver>,
    /// Names of clusters that stay.
    stays: &'a [String],
}

impl<'a> Scope<'a> {
    fn of(leavers: &'a Leavers) -> Self {
        let of_kind = |kind: &'static str| {
            let going = leavers.going.iter();
            going.filter(move |one| one.kind.as_str() == kind)
        };
        // What has left the file is known by what it is called.
        let name = |one: &Leaver| {
            let live = one
                .live
                .as_ref()
                .map(|live| last(&live.physical).to_owned());
            live.or_else(|| one.name.clone())
        };
        let clusters = of_kind(Cluster::KIND).filter_map(|one| Some((name(one)?, one)));
        let networks = of_kind(Network::KIND)
            .filter_map(|one| Some((one.live.as_ref()?.physical.as_str(), one)));
        Self {
            clusters: clusters.collect(),
            networks: networks.collect(),
            stays: &leavers.stays,
        }
    }

    /// Of what goes, what left an object: its cluster, or the network in which a cluster was that is gone.
    fn owner(&self, found: &Found, alive: Option<&BTreeMap<String, usize>>) -> Owner<'a> {
        let alive = alive.map(|alive| alive.get(&found.cluster).copied().unwrap_or_default());
        if let Some(by) = self.clusters.get(&found.cluster) {
            let own = usize::from(by.live.is_some());
            return match alive {
                Some(alive) if alive <= own => Owner::Goes(by),
                _ => Owner::Unclear(by),
            };
        }
        let lives = alive.is_none_or(|alive| alive > 0) || self.stays.contains(&found.cluster);
        let network = found.network.as_deref().filter(|_| !lives);
        match network.and_then(|network| self.networks.get(network)) {
            Some(by) => Owner::Goes(by),
            None => Owner::Stays,
        }
    }
}

/// One object as a value of the plan.
fn item(by: &Leaver, found: &Found) -> Left {
    let mut fields = Fields::from([
        ("name".to_owned(), found.name.as_str().into()),
        ("cluster".to_owned(), found.cluster.as_str().into()),
    ]);
    for (name, value) in &found.fields {
        fields.insert((*name).to_owned(), value.as_str().into());
    }
    let part = format!("swept.{}.{}", found.word, found.name);
    Left {
        observed: Observed {
            id: ResourceId::new(by.id.address.as_str(), part),
            kind: Kind::new(found.kind),
            provider: PROVIDER.to_owned(),
            physical: found.physical.clone(),
            parent: None,
            fields,
            outputs: Fields::new(),
            status: Status::Ready,
            protect: false,
            adopted: None,
            needs: Vec::new(),
            uses: found.network.iter().chain(&found.uses).cloned().collect(),
            foreign: Vec::new(),
        },
        by: by.id.clone(),
        maker: by.kind.as_str() == Cluster::KIND,
        of: format!("cluster {}", found.cluster),
        // Only disks lie in no network.
        data: found.network.is_none(),
    }
}

/// The table of a kind that is only listed with what goes, and only deleted.
fn swept(kind: &str, title: &str, more: &[(&str, &str)]) -> Table {
    let told = [
        ("name", "what people know it by"),
        ("cluster", "whose controller made it"),
    ];
    let row = |(name, doc): &(&str, &str)| Row::new(name, FieldKind::Scalar, Effect::Computed, doc);
    Table {
        seconds: seconds(0, 0, 10),
        ..table(
            kind,
            title,
            Identity::Named,
            told.iter().chain(more).map(row).collect(),
        )
    }
}
