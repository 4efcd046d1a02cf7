//! Targets: registered, checked, drained. Nothing runs behind an address here, so a target is healthy when what it names
//! runs and lets the balancer in.
//!
//! States, reasons and their words: "Health checks for Application Load Balancer target groups".

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::target_group::balancers;
use super::target_group_attribute::delay;
use super::{LoadBalancer, Rule, TargetGroup};
use crate::aws::ec2::{Instance, NetworkInterface, Subnet, lets_in};
use crate::phase::Phase;
use crate::store::{Document, Place, Tx};

/// Seconds that a registration takes.
const REGISTERING: u64 = 10;

/// A registered target.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Target {
    /// The ARN of its group.
    pub(crate) group: String,
    /// The id of an instance, or an address.
    pub(crate) target: String,
    /// Its port.
    pub(crate) port: u16,
    /// Whether it answers health checks, when they reach it.
    pub(crate) answers: bool,
    /// `unused`, `used` or `draining`.
    pub(crate) phase: Phase,
    /// When it was registered.
    pub(crate) created: Timestamp,
}

impl Document for Target {
    const SERVICE: &'static str = "elasticloadbalancingv2";
    const KIND: &'static str = "target";

    fn id(&self) -> String {
        key(&self.group, &self.target, self.port)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

/// How a target does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Health {
    /// `healthy` and the like.
    pub(crate) state: &'static str,
    /// Why; empty when it is healthy.
    pub(crate) reason: &'static str,
    /// The same for people.
    pub(crate) words: &'static str,
}

const fn health(state: &'static str, reason: &'static str, words: &'static str) -> Health {
    Health {
        state,
        reason,
        words,
    }
}

const HEALTHY: Health = health("healthy", "", "");
const REGISTRATION: Health = health(
    "initial",
    "Elb.RegistrationInProgress",
    "Target registration is in progress",
);
const CHECKING: Health = health(
    "initial",
    "Elb.InitialHealthChecking",
    "Initial health checks in progress",
);
const NO_LISTENER: Health = health(
    "unused",
    "Target.NotInUse",
    "Target group is not configured to receive traffic from the load balancer",
);
const OTHER_ZONE: Health = health(
    "unused",
    "Target.NotInUse",
    "Target is in an Availability Zone that is not enabled for the load balancer",
);
const STOPPED: Health = health(
    "unused",
    "Target.InvalidState",
    "Target is in the stopped state",
);
const TIMEOUT: Health = health("unhealthy", "Target.Timeout", "Request timed out");
const FAILED: Health = health(
    "unhealthy",
    "Target.FailedHealthChecks",
    "Health checks failed",
);
const DRAINING: Health = health(
    "draining",
    "Target.DeregistrationInProgress",
    "Target deregistration is in progress",
);
/// Of what is not registered.
pub(super) const UNKNOWN: Health = health(
    "unused",
    "Target.NotRegistered",
    "Target is not registered to the target group",
);

fn key(group: &str, target: &str, port: u16) -> String {
    format!("{group}/{target}/{port}")
}

impl Target {
    /// The targets of a group.
    pub(crate) fn of_group(tx: &Tx<'_>, place: &Place, group: &str) -> Vec<Self> {
        let mut all = tx.list::<Self>(place);
        all.retain(|one| one.group == group);
        all
    }

    /// The target with that id and port.
    pub(crate) fn find(
        tx: &Tx<'_>,
        place: &Place,
        group: &str,
        target: &str,
        port: u16,
    ) -> Option<Self> {
        tx.get::<Self>(place, &key(group, target, port))
    }

    /// Registers a target; one that is registered stays as it is, one that drains comes back.
    pub(crate) fn register(tx: &mut Tx<'_>, place: &Place, group: &str, target: &str, port: u16) {
        let there = Self::find(tx, place, group, target, port);
        if there.is_some_and(|one| !one.phase.is("draining")) {
            return;
        }
        let used = !balancers(tx, place, group).is_empty();
        let target = Self {
            group: group.to_owned(),
            target: target.to_owned(),
            port,
            answers: true,
            phase: Phase::new(if used { "used" } else { "unused" }, tx.now()),
            created: tx.now(),
        };
        tx.put(place, &target);
    }

    /// Begins to let a target go: at once when nothing is sent to it.
    pub(crate) fn deregister(tx: &mut Tx<'_>, place: &Place, group: &str, target: &str, port: u16) {
        let Some(mut one) = Self::find(tx, place, group, target, port) else {
            return;
        };
        match one.phase.state.as_str() {
            "unused" => tx.delete::<Self>(place, &one.id()),
            "draining" => {}
            _ => {
                one.phase = Phase::new("draining", tx.now());
                tx.put(place, &one);
            }
        }
    }

    /// Brings all of them to the present: groups come into use and go out of it, drained targets go.
    pub(super) fn settle(tx: &mut Tx<'_>) {
        let all = tx.everywhere::<Self>();
        if all.is_empty() {
            return;
        }
        let rules = tx.everywhere::<Rule>();
        let used: BTreeSet<&str> = rules
            .iter()
            .flat_map(|(_, rule)| rule.action.groups())
            .collect();
        for (place, mut one) in all {
            let used = used.contains(one.group.as_str());
            match (one.phase.state.as_str(), used) {
                ("unused", true) => one.phase = Phase::new("used", tx.now()),
                ("used", false) => one.phase = Phase::new("unused", tx.now()),
                ("draining", _) if one.drained(tx, &place) => {
                    tx.delete::<Self>(&place, &one.id());
                    continue;
                }
                _ => continue,
            }
            tx.put(&place, &one);
        }
    }

    fn drained(&self, tx: &Tx<'_>, place: &Place) -> bool {
        let group = tx.get::<TargetGroup>(place, &self.group);
        group.is_none_or(|group| self.lasted(tx, delay(&group)))
    }

    /// Whether its state has lasted so many real seconds.
    fn lasted(&self, tx: &Tx<'_>, seconds: u64) -> bool {
        let lasts = tx.config().scaled(Duration::from_secs(seconds));
        let due = self.phase.since.checked_add(lasts);
        due.is_ok_and(|due| due <= tx.now())
    }

    /// How it does now.
    pub(crate) fn health(&self, tx: &Tx<'_>, place: &Place, group: &TargetGroup) -> Health {
        match self.phase.state.as_str() {
            "unused" => return NO_LISTENER,
            "draining" => return DRAINING,
            _ => {}
        }
        let users = group.balancers(tx, place);
        let users: Vec<LoadBalancer> = users.iter().filter_map(|arn| tx.get(place, arn)).collect();
        let end = self.end(tx, place, group, &users);
        if end.state == "unused" {
            return end;
        }
        // The first good answer makes a target of an application balancer healthy.
        let checks = match (end == HEALTHY, group.is_http()) {
            (true, true) => 1,
            (true, false) => group.health.healthy,
            (false, _) => group.health.unhealthy,
        };
        if !self.lasted(tx, REGISTERING) {
            REGISTRATION
        } else if !self.lasted(tx, REGISTERING + checks * group.health.interval) {
            CHECKING
        } else {
            end
        }
    }

    /// What its checks come to.
    fn end(
        &self,
        tx: &Tx<'_>,
        place: &Place,
        group: &TargetGroup,
        balancers: &[LoadBalancer],
    ) -> Health {
        let interface = match group.target_type.as_str() {
            "instance" => match tx.get::<Instance>(place, &self.target) {
                Some(instance) if instance.live() => {
                    tx.get::<NetworkInterface>(place, &instance.interface_id)
                }
                _ => return STOPPED,
            },
            _ => self.at_address(tx, place, group),
        };
        let Some(interface) = interface else {
            return TIMEOUT;
        };
        let zones = balancers.iter().flat_map(|one| &one.subnet_ids);
        let mut zones = zones.filter_map(|id| Some(tx.get::<Subnet>(place, id)?.zone));
        if !zones.any(|zone| zone == interface.zone) {
            return OTHER_ZONE;
        }
        let port = group.health.port.parse().unwrap_or(self.port);
        let reached = balancers.iter().any(|one| {
            let own = one.interfaces.iter();
            let own = own.filter_map(|id| tx.get::<NetworkInterface>(place, id));
            let addresses: Vec<_> = own.map(|interface| interface.private_ip).collect();
            lets_in(tx, place, &interface.groups, port, &one.groups, &addresses)
        });
        match (reached, self.answers) {
            (false, _) => TIMEOUT,
            (true, false) => FAILED,
            (true, true) => HEALTHY,
        }
    }

    fn at_address(
        &self,
        tx: &Tx<'_>,
        place: &Place,
        group: &TargetGroup,
    ) -> Option<NetworkInterface> {
        let all = tx.with_key::<NetworkInterface>(place, &self.target);
        all.into_iter().find(|one| one.vpc_id == group.vpc_id)
    }
}
