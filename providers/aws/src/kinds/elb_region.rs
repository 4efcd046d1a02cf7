//! Balancers and what belongs to them, read together: no list can be narrowed to a stack, listeners are listed by
//! balancer and rules by listener.
//!
//! All balancers and target groups of the region are listed; tags are read of those whose names could be ours, and
//! the rest of those that are. So a plan costs two lists, a call for each twenty objects, and a few for each balancer.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticloadbalancingv2::types::{Listener as WireListener, Rule as WireRule};
use futures::future::{join, try_join_all};
use provision_core::model::{ResourceId, Sight};

use super::elb::{could_be_ours, tags};
use super::load_balancer::{has_rules, name_of};
use super::survey::{tagged, unclaimed};
use super::{
    Ask, Listener, ListenerRule, Live, LoadBalancer, Look, Seen, Served, TargetGroup, listener,
    listener_certificates, listener_rule, load_balancer, target_group,
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
struct Reading<'a> {
    aws: &'a Aws,
    stack: &'a str,
    declared: BTreeMap<ResourceId, BTreeSet<String>>,
    listeners: bool,
    rules: bool,
}

/// What was read of balancers.
struct Balancers {
    /// Those of the stack, and those whose names could be ours.
    balancers: Result<Vec<Live>, Fault>,
    /// Listeners of those of the stack, if they are ours.
    listeners: Result<Vec<Live>, Fault>,
    /// Rules of those listeners, if they are ours.
    rules: Result<Vec<Live>, Fault>,
}

impl Default for Balancers {
    fn default() -> Self {
        Self {
            balancers: Ok(Vec::new()),
            listeners: Ok(Vec::new()),
            rules: Ok(Vec::new()),
        }
    }
}

/// What balancers or listeners hold that is not ours, by handle.
type Foreign = BTreeMap<String, Vec<String>>;

/// A listener of ours on its way to a live object.
struct Port {
    wire: WireListener,
    tags: Tags,
    balancer: ResourceId,
}

impl Reading<'_> {
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

    /// Balancers, then their listeners, then their rules. What cannot be read hides only what lies in it.
    async fn balancers(&self) -> Balancers {
        let mut balancers = match self.near().await {
            Ok(balancers) => balancers,
            Err(fault) => {
                return Balancers {
                    balancers: Err(fault.clone()),
                    listeners: Err(fault.clone()),
                    rules: Err(fault),
                };
            }
        };
        let ours = balancers
            .iter()
            .filter(|live| live.marks.stack.as_deref() == Some(self.stack));
        let ours: Vec<&Live> = ours.collect();
        let (ports, mut foreign) = match self.ports(&ours).await {
            Ok(read) => read,
            Err(fault) => {
                return Balancers {
                    balancers: Ok(balancers),
                    listeners: Err(fault.clone()),
                    rules: Err(fault),
                };
            }
        };
        let speaks = |port: &&Port| {
            let arn = port.wire.load_balancer_arn().unwrap_or_default();
            let mut ours = ours.iter().filter(|live| live.physical == arn);
            ours.any(|live| has_rules(&live.fields))
        };
        let with_rules: Vec<&Port> = ports.iter().filter(speaks).collect();
        let (listeners, rules) = join(self.listeners(&ports), self.rules(&with_rules)).await;
        let rules = rules.map(|(rules, strange)| {
            foreign.extend(strange);
            rules
        });
        for live in &mut balancers {
            let inside = foreign.get(&live.physical).cloned();
            live.foreign = inside.unwrap_or_default();
        }
        let listeners = listeners.map(|mut listeners| {
            for live in &mut listeners {
                let inside = foreign.get(&live.physical).cloned();
                live.foreign.extend(inside.unwrap_or_default());
            }
            listeners
        });
        with_inner(&mut balancers, &ports, &foreign);
        Balancers {
            balancers: Ok(balancers),
            listeners,
            rules,
        }
    }

    fn is_ours(&self, tags: &Tags) -> bool {
        Marks::of(tags).stack.as_deref() == Some(self.stack)
    }

    /// Balancers whose names could be ours; attributes of those that are.
    async fn near(&self) -> Result<Vec<Live>, Fault> {
        let wires = load_balancer::wires(self.aws, None, None).await?;
        let near = wires.into_iter().filter(|wire| {
            let name = wire.load_balancer_name().unwrap_or_default();
            could_be_ours(self.stack, name)
        });
        let near: Vec<_> = near.collect();
        let arns: Vec<String> = near
            .iter()
            .filter_map(|wire| wire.load_balancer_arn.clone())
            .collect();
        let tags = tags(self.aws, &arns).await?;
        let lives = near.iter().map(|wire| async {
            let arn = wire.load_balancer_arn().unwrap_or_default();
            let Some(all) = tags.get(arn) else {
                return Ok(None);
            };
            let attributes = match self.is_ours(all) {
                true => load_balancer::attributes(self.aws, arn).await?,
                false => Some(Tags::new()),
            };
            Ok(attributes.map(|attributes| load_balancer::live(wire, all, &attributes)))
        });
        Ok(try_join_all(lives).await?.into_iter().flatten().collect())
    }

    /// Listeners of these balancers: ours, and in words those that are not.
    async fn ports(&self, balancers: &[&Live]) -> Result<(Vec<Port>, Foreign), Fault> {
        if !self.listeners {
            return Ok((Vec::new(), Foreign::new()));
        }
        let reads = balancers
            .iter()
            .map(|live| listener::wires(self.aws, Some(&live.physical), None));
        let wires: Vec<WireListener> = try_join_all(reads).await?.into_iter().flatten().collect();
        let arns: Vec<String> = wires
            .iter()
            .filter_map(|wire| wire.listener_arn.clone())
            .collect();
        let mut tags = tags(self.aws, &arns).await?;
        let (mut ports, mut foreign) = (Vec::new(), Foreign::new());
        for wire in wires {
            let Some(tags) = tags.remove(wire.listener_arn().unwrap_or_default()) else {
                continue;
            };
            let arn = wire.load_balancer_arn().unwrap_or_default().to_owned();
            let balancer = balancers.iter().find(|live| live.physical == arn);
            let balancer = balancer.and_then(|live| live.marks.id.clone());
            match balancer {
                Some(balancer) if self.is_ours(&tags) => ports.push(Port {
                    wire,
                    tags,
                    balancer,
                }),
                _ => {
                    let words = format!("listener on port {}", wire.port.unwrap_or_default());
                    foreign.entry(arn).or_default().push(words);
                }
            }
        }
        Ok((ports, foreign))
    }

    async fn listeners(&self, ports: &[Port]) -> Result<Vec<Live>, Fault> {
        let none = BTreeSet::new();
        let lives = ports.iter().map(|port| async {
            let marks = Marks::of(&port.tags);
            let declared = marks.id.as_ref().and_then(|id| self.declared.get(id));
            let declared = declared.unwrap_or(&none);
            let extras =
                listener_certificates::read(self.aws, &port.wire, declared, &marks).await?;
            Ok(extras.map(|extras| {
                let mut live = listener::live(&port.wire, &port.tags, &extras);
                live.parent = Some(port.balancer.clone());
                live
            }))
        });
        let lives: Vec<Option<Live>> = try_join_all(lives).await?;
        Ok(lives.into_iter().flatten().collect())
    }

    /// Rules of these listeners: ours, and in words those that are not.
    async fn rules(&self, ports: &[&Port]) -> Result<(Vec<Live>, Foreign), Fault> {
        if !self.rules {
            return Ok((Vec::new(), Foreign::new()));
        }
        let reads = ports.iter().map(|port| {
            let arn = port.wire.listener_arn().unwrap_or_default();
            listener_rule::wires(self.aws, Some(arn), None)
        });
        let wires: Vec<Vec<WireRule>> = try_join_all(reads).await?;
        let all = wires.iter().flatten();
        let arns: Vec<String> = all.filter_map(|wire| wire.rule_arn.clone()).collect();
        let tags = tags(self.aws, &arns).await?;
        let (mut lives, mut foreign) = (Vec::new(), Foreign::new());
        for (port, wire) in ports
            .iter()
            .zip(&wires)
            .flat_map(|(port, wires)| wires.iter().map(move |wire| (port, wire)))
        {
            let listener = port.wire.listener_arn().unwrap_or_default();
            let Some(tags) = tags.get(wire.rule_arn().unwrap_or_default()) else {
                continue;
            };
            if self.is_ours(tags) {
                let mut live = listener_rule::live(wire, tags, listener);
                live.parent = Marks::of(&port.tags).id;
                lives.push(live);
            } else {
                let words = format!(
                    "rule of priority {} on port {}",
                    wire.priority().unwrap_or_default(),
                    port.wire.port.unwrap_or_default()
                );
                foreign.entry(listener.to_owned()).or_default().push(words);
            }
        }
        Ok((lives, foreign))
    }
}

/// What is not ours in listeners of a balancer would go with the balancer.
fn with_inner(balancers: &mut [Live], ports: &[Port], foreign: &Foreign) {
    for port in ports {
        let arn = port.wire.listener_arn().unwrap_or_default();
        let of = port.wire.load_balancer_arn().unwrap_or_default();
        let Some(inside) = foreign.get(arn) else {
            continue;
        };
        for live in balancers.iter_mut().filter(|live| live.physical == of) {
            live.foreign.extend(inside.iter().cloned());
        }
    }
}
