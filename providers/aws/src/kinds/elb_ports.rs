//! Balancers with their listeners and rules, as a survey reads them: what does not depend on each other is asked for at the
//! same time. What cannot be read hides only what lies in it.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticloadbalancingv2::types::{
    Listener as WireListener, LoadBalancer as Wire, Rule as WireRule,
};
use futures::future::{join, try_join_all};
use provision_core::model::ResourceId;

use super::elb::{could_be_ours, tags};
use super::elb_region::Reading;
use super::{Live, listener, listener_certificates, listener_rule, load_balancer};
use crate::error::Fault;
use crate::marks::{Marks, Tags};

/// What was read of balancers.
pub(super) struct Balancers {
    /// Those of the stack, and those whose names could be ours.
    pub(super) balancers: Result<Vec<Live>, Fault>,
    /// Listeners of those of the stack, if they are ours.
    pub(super) listeners: Result<Vec<Live>, Fault>,
    /// Rules of those listeners, if they are ours.
    pub(super) rules: Result<Vec<Live>, Fault>,
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

impl Balancers {
    fn unread(fault: &Fault) -> Self {
        Self {
            balancers: Err(fault.clone()),
            listeners: Err(fault.clone()),
            rules: Err(fault.clone()),
        }
    }
}

/// What balancers or listeners hold that is not ours, in words, by handle.
type Foreign = BTreeMap<String, Vec<String>>;

/// Rules by the handle of their listener.
type Ruled = BTreeMap<String, Vec<WireRule>>;

/// Balancers of the stack by handle: which one it is, and whether its listeners have rules.
type Owners = BTreeMap<String, (ResourceId, bool)>;

/// A listener of ours on its way to a live object.
struct Port {
    wire: WireListener,
    tags: Tags,
    balancer: ResourceId,
}

/// What was read inside of balancers of the stack.
struct Inside {
    listeners: Result<Vec<Live>, Fault>,
    rules: Result<Vec<Live>, Fault>,
    foreign: Foreign,
}

impl Inside {
    fn unread(fault: &Fault) -> Self {
        Self {
            listeners: Err(fault.clone()),
            rules: Err(fault.clone()),
            foreign: Foreign::new(),
        }
    }
}

impl Reading<'_> {
    /// Balancers, their listeners, and the rules of those.
    pub(super) async fn balancers(&self) -> Balancers {
        let near = match load_balancer::wires(self.aws, None, None).await {
            Ok(wires) => self.near(wires),
            Err(fault) => return Balancers::unread(&fault),
        };
        let arns: Vec<String> = near
            .iter()
            .filter_map(|wire| wire.load_balancer_arn.clone())
            .collect();
        let (tags, open) = join(tags(self.aws, &arns), self.open(&arns)).await;
        let tags = match tags {
            Ok(tags) => tags,
            Err(fault) => return Balancers::unread(&fault),
        };
        let owners = self.owners(&near, &tags);
        let lives = self.lives(&near, &tags);
        let (lives, inside) = join(lives, self.inside(open, &owners)).await;
        let balancers = lives.map(|mut lives| {
            for live in &mut lives {
                let foreign = inside.foreign.get(&live.physical).cloned();
                live.foreign = foreign.unwrap_or_default();
            }
            lives
        });
        Balancers {
            balancers,
            listeners: inside.listeners,
            rules: inside.rules,
        }
    }

    /// Those whose names could be ours.
    fn near(&self, wires: Vec<Wire>) -> Vec<Wire> {
        let near = wires.into_iter().filter(|wire| {
            let name = wire.load_balancer_name().unwrap_or_default();
            could_be_ours(self.stack, name)
        });
        near.collect()
    }

    fn owners(&self, near: &[Wire], tags: &BTreeMap<String, Tags>) -> Owners {
        let owner = |wire: &Wire| {
            let arn = wire.load_balancer_arn()?;
            let tags = tags.get(arn).filter(|tags| self.is_ours(tags))?;
            let id = Marks::of(tags).id?;
            Some((arn.to_owned(), (id, load_balancer::has_rules(wire))))
        };
        near.iter().filter_map(owner).collect()
    }

    /// With the attributes of those of the stack.
    async fn lives(
        &self,
        near: &[Wire],
        tags: &BTreeMap<String, Tags>,
    ) -> Result<Vec<Live>, Fault> {
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

    /// Listeners of balancers.
    async fn open(&self, balancers: &[String]) -> Result<Vec<WireListener>, Fault> {
        let asked = balancers.iter().filter(|_| self.listeners);
        let reads = asked.map(|arn| listener::wires(self.aws, Some(arn), None));
        Ok(try_join_all(reads).await?.into_iter().flatten().collect())
    }

    /// Listeners and rules in balancers of the stack: ours, and in words what is not.
    async fn inside(&self, open: Result<Vec<WireListener>, Fault>, owners: &Owners) -> Inside {
        let open: Vec<WireListener> = match open {
            Ok(open) => open
                .into_iter()
                .filter(|one| owners.contains_key(of(one)))
                .collect(),
            Err(fault) => return Inside::unread(&fault),
        };
        let arns: Vec<String> = open
            .iter()
            .filter_map(|wire| wire.listener_arn.clone())
            .collect();
        let (tags, ruled) = join(tags(self.aws, &arns), self.ruled(&open, owners)).await;
        let (ports, mut foreign) = match tags {
            Ok(tags) => self.sorted(open, tags, owners),
            Err(fault) => return Inside::unread(&fault),
        };
        let (listeners, rules) = join(self.listeners(&ports), self.rules(&ports, ruled)).await;
        let rules = rules.map(|(rules, strange)| {
            add(&mut foreign, &ports, &strange);
            rules
        });
        let listeners = listeners.map(|mut listeners| {
            for live in &mut listeners {
                let strange = foreign.get(&live.physical).cloned();
                live.foreign.extend(strange.unwrap_or_default());
            }
            listeners
        });
        Inside {
            listeners,
            rules,
            foreign,
        }
    }

    /// The rules of listeners that can have some.
    async fn ruled(&self, open: &[WireListener], owners: &Owners) -> Result<Ruled, Fault> {
        let can = |wire: &&WireListener| {
            let owner = owners.get(of(wire));
            self.rules && owner.is_some_and(|(_, has_rules)| *has_rules)
        };
        let reads = open.iter().filter(can).map(|wire| async {
            let arn = wire.listener_arn().unwrap_or_default();
            let rules = listener_rule::wires(self.aws, Some(arn), None).await?;
            Ok((arn.to_owned(), rules))
        });
        Ok(try_join_all(reads).await?.into_iter().collect())
    }

    /// Listeners by whose they are. What has gone meanwhile has no tags.
    fn sorted(
        &self,
        open: Vec<WireListener>,
        mut tags: BTreeMap<String, Tags>,
        owners: &Owners,
    ) -> (Vec<Port>, Foreign) {
        let (mut ports, mut foreign) = (Vec::new(), Foreign::new());
        for wire in open {
            let Some(tags) = tags.remove(wire.listener_arn().unwrap_or_default()) else {
                continue;
            };
            match owners.get(of(&wire)) {
                Some((balancer, _)) if self.is_ours(&tags) => ports.push(Port {
                    balancer: balancer.clone(),
                    wire,
                    tags,
                }),
                _ => {
                    let words = format!("listener on port {}", wire.port.unwrap_or_default());
                    foreign.entry(of(&wire).to_owned()).or_default().push(words);
                }
            }
        }
        (ports, foreign)
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

    /// Rules of listeners of ours: ours, and in words those that are not.
    async fn rules(
        &self,
        ports: &[Port],
        ruled: Result<Ruled, Fault>,
    ) -> Result<(Vec<Live>, Foreign), Fault> {
        let ruled = ruled?;
        let all = ruled.values().flatten();
        let arns: Vec<String> = all.filter_map(|rule| rule.rule_arn.clone()).collect();
        let tags = tags(self.aws, &arns).await?;
        let (mut lives, mut foreign) = (Vec::new(), Foreign::new());
        for port in ports {
            let listener = port.wire.listener_arn().unwrap_or_default();
            for rule in ruled.get(listener).into_iter().flatten() {
                let Some(tags) = tags.get(rule.rule_arn().unwrap_or_default()) else {
                    continue;
                };
                if self.is_ours(tags) {
                    let mut live = listener_rule::live(rule, tags, listener);
                    live.parent = Marks::of(&port.tags).id;
                    lives.push(live);
                } else {
                    let words = strange(rule, port);
                    foreign.entry(listener.to_owned()).or_default().push(words);
                }
            }
        }
        Ok((lives, foreign))
    }
}

/// The balancer of a listener.
fn of(wire: &WireListener) -> &str {
    wire.load_balancer_arn().unwrap_or_default()
}

fn strange(rule: &WireRule, port: &Port) -> String {
    format!(
        "rule of priority {} on port {}",
        rule.priority().unwrap_or_default(),
        port.wire.port.unwrap_or_default()
    )
}

/// What is not ours in a listener would go with its balancer as well.
fn add(foreign: &mut Foreign, ports: &[Port], rules: &Foreign) {
    for port in ports {
        let arn = port.wire.listener_arn().unwrap_or_default();
        let Some(inside) = rules.get(arn) else {
            continue;
        };
        for holder in [arn, of(&port.wire)] {
            let words = foreign.entry(holder.to_owned()).or_default();
            words.extend(inside.iter().cloned());
        }
    }
}
