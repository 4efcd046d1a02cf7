//! Balancers and what belongs to them, read together: no list can be narrowed to a stack, listeners are listed by
//! balancer and rules by listener.
//!
//! All balancers and target groups of the region are listed; tags are read of those whose names could be ours, and
//! the rest of those that are. So a plan costs two lists, a call for each twenty objects, and a few for each balancer,
//! four of them one after the other.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::{join, try_join_all};
use provision_core::model::{ResourceId, Sight};

use super::elb::{could_be_ours, tags};
use super::elb_ports::Balancers;
use super::load_balancer::name_of;
use super::survey::{tagged, unclaimed};
use super::{
    Ask, Listener, ListenerRule, Live, LoadBalancer, Look, Seen, Served, TargetGroup,
    listener_certificates, target_group,
};
use crate::client::Aws;
use crate::error::Fault;
use crate::marks::{Marks, Tags};

/// The kinds that are read together.
const KINDS: [&str; 4] = [
    LoadBalancer::KIND,
    TargetGroup::KIND,
    Listener::KIND,
    ListenerRule::KIND,
];

/// Whether a kind is among those that are read together.
pub(crate) fn serves(kind: &str) -> bool {
    KINDS.contains(&kind)
}

/// Answers several kinds with one reading.
pub(crate) async fn survey(asks: &[(&'static str, &Ask<'_>)]) -> Vec<(&'static str, Seen)> {
    let Some((_, first)) = asks.first() else {
        return Vec::new();
    };
    let wants = |kind: &str| asks.iter().any(|(name, _)| *name == kind);
    let whole = asks.iter().any(|(_, ask)| ask.orphans);
    let reading = Reading {
        aws: first.aws,
        stack: &first.context.stack,
        declared: declared(asks),
        listeners: whole || wants(Listener::KIND) || wants(ListenerRule::KIND),
        rules: whole || wants(ListenerRule::KIND),
    };
    let balancers = async {
        match reading.listeners || wants(LoadBalancer::KIND) {
            true => reading.balancers().await,
            false => Balancers::default(),
        }
    };
    let groups = async {
        match wants(TargetGroup::KIND) {
            true => reading.groups().await,
            false => Ok(Vec::new()),
        }
    };
    let (balancers, groups) = join(balancers, groups).await;
    let read = |kind: &str| match kind {
        LoadBalancer::KIND => balancers.balancers.clone(),
        Listener::KIND => balancers.listeners.clone(),
        ListenerRule::KIND => balancers.rules.clone(),
        _ => groups.clone(),
    };
    asks.iter()
        .map(|(kind, ask)| (*kind, seen(ask, read(kind))))
        .collect()
}

/// Answers one kind by itself.
pub(super) async fn survey_of(kind: &'static str, ask: &Ask<'_>) -> Seen {
    let mut all = survey(&[(kind, ask)]).await;
    all.pop().map(|(_, seen)| seen).unwrap_or_default()
}

/// What was read of a kind, as far as it is asked for. A name that is wanted and that somebody else holds is a clash.
fn seen(ask: &Ask<'_>, read: Result<Vec<Live>, Fault>) -> Seen {
    let held: BTreeMap<String, Live> = read
        .iter()
        .flatten()
        .filter_map(|live| Some((name_of(live)?.to_owned(), live.clone())))
        .collect();
    let mut seen = tagged(ask, read);
    for resource in &ask.resources {
        let absent = matches!(
            seen.sights.get(&resource.id),
            Some(Look::Otherwise(Sight::Absent))
        );
        let holder = resource.name.as_ref().and_then(|name| held.get(name));
        if let (true, Some(holder)) = (absent, holder) {
            let look = unclaimed(resource, holder.clone());
            seen.sights.insert(resource.id.clone(), look);
        }
    }
    seen
}

/// The certificates that listeners declare beside their default ones.
fn declared(asks: &[(&'static str, &Ask<'_>)]) -> BTreeMap<ResourceId, BTreeSet<String>> {
    let listeners = asks.iter().filter(|(kind, _)| *kind == Listener::KIND);
    let resources = listeners.flat_map(|(_, ask)| &ask.resources);
    resources
        .map(|resource| {
            let certificates = listener_certificates::of(&resource.fields);
            (resource.id.clone(), certificates)
        })
        .collect()
}

/// What is to be read.
pub(super) struct Reading<'a> {
    /// The clients.
    pub(super) aws: &'a Aws,
    /// The stack.
    pub(super) stack: &'a str,
    /// The certificates that listeners declare beside their default ones.
    pub(super) declared: BTreeMap<ResourceId, BTreeSet<String>>,
    /// Listeners, too.
    pub(super) listeners: bool,
    /// Rules, too.
    pub(super) rules: bool,
}

impl Reading<'_> {
    /// Whether these are tags of an object of the stack.
    pub(super) fn is_ours(&self, tags: &Tags) -> bool {
        Marks::of(tags).stack.as_deref() == Some(self.stack)
    }

    /// Target groups whose names could be ours; attributes of those that are.
    async fn groups(&self) -> Result<Vec<Live>, Fault> {
        let wires = target_group::wires(self.aws, None, None).await?;
        let near = wires.into_iter().filter(|wire| {
            let name = wire.target_group_name().unwrap_or_default();
            could_be_ours(self.stack, name)
        });
        let near: Vec<_> = near.collect();
        let arns: Vec<String> = near
            .iter()
            .filter_map(|wire| wire.target_group_arn.clone())
            .collect();
        let tags = tags(self.aws, &arns).await?;
        let lives = near.iter().map(|wire| async {
            let arn = wire.target_group_arn().unwrap_or_default();
            let Some(all) = tags.get(arn) else {
                return Ok(None);
            };
            let attributes = match self.is_ours(all) {
                true => target_group::attributes(self.aws, arn).await?,
                false => Some(Tags::new()),
            };
            Ok(attributes.map(|attributes| target_group::live(wire, all, &attributes)))
        });
        Ok(try_join_all(lives).await?.into_iter().flatten().collect())
    }
}
