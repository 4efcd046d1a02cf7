//! Whether somebody else's network does: all problems at once, each with what to do, before anything is made.

use std::collections::BTreeSet;

use provision_core::contract::{Class, Context, Failure, Note, Severity};
use provision_core::spec::{Network, Spec};

use super::choose::{Chosen, ZONES, choose};
use super::{Found, FoundSubnet};
use crate::endpoints::{has_nodes, needed, vital};

/// Free addresses that EKS wants in each subnet of a control plane (EKS user guide, "network requirements").
const FREE: i64 = 6;

/// Addresses that a node takes, with its pods: the CNI plug-in keeps whole interfaces at hand, of at least as many.
const PER_NODE: i64 = 16;

/// The verdict on a network.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// Why it does not do.
    pub(crate) failures: Vec<Failure>,
    /// What is worth saying.
    pub(crate) notes: Vec<Note>,
}

/// Judges what was read of a network against what the spec wants of it. `stands` are the subnets of each cluster in it,
/// none of one that is not live.
pub(crate) fn judge(
    context: &Context,
    spec: &Spec,
    name: &str,
    network: &Network,
    found: &Found,
    stands: &[Vec<String>],
) -> Verdict {
    let mut judge = Judge {
        context,
        address: format!("network.{name}"),
        found,
        verdict: Verdict::default(),
    };
    if let Some(existing) = &network.existing {
        match (&found.vpc, existing.get("aws")) {
            (Some(_), _) => judge.all(spec, name, network, stands),
            (None, Some(vpc)) => judge.no_vpc(vpc),
            (None, None) => {}
        }
    }
    judge.groups(network);
    judge.verdict
}

/// A verdict in the making.
pub(super) struct Judge<'a> {
    pub(super) context: &'a Context,
    pub(super) address: String,
    pub(super) found: &'a Found,
    verdict: Verdict,
}

impl Judge<'_> {
    pub(super) fn fail(&mut self, code: &str, message: &str, advice: impl Into<String>) {
        let failure = Failure {
            class: Class::Invalid,
            code: code.to_owned(),
            message: format!("{}: {message}", self.address),
            call: None,
            object: Some(self.address.clone()),
            advice: Some(advice.into()),
        };
        // Two clusters may want the same.
        if !self.verdict.failures.contains(&failure) {
            self.verdict.failures.push(failure);
        }
    }

    pub(super) fn note(&mut self, severity: Severity, code: &str, message: String) {
        let note = Note {
            severity,
            code: code.to_owned(),
            message,
            address: Some(self.address.clone()),
        };
        if !self.verdict.notes.contains(&note) {
            self.verdict.notes.push(note);
        }
    }

    pub(super) fn vpc(&self) -> &str {
        self.found.vpc.as_ref().map_or("", |vpc| vpc.id.as_str())
    }

    pub(super) fn subnet(&self, id: &str) -> Option<&FoundSubnet> {
        let mut subnets = self.found.subnets.iter();
        subnets.find(|subnet| subnet.id == id && subnet.vpc == self.vpc())
    }

    fn no_vpc(&mut self, vpc: &str) {
        let account = self.context.account.as_deref().unwrap_or("this account");
        let region = &self.context.region;
        let message = format!("there is no VPC {vpc} in {region} of account {account}");
        let advice =
            format!("`aws ec2 describe-vpcs --region {region}` lists those that are there");
        self.fail("vpc-missing", &message, advice);
    }

    fn all(&mut self, spec: &Spec, name: &str, network: &Network, stands: &[Vec<String>]) {
        self.dns();
        self.named(network);
        let nobody = [Vec::new()];
        let stands = if stands.is_empty() { &nobody } else { stands };
        let mut all: Option<Chosen> = None;
        for stand in stands {
            let chosen = choose(network, self.found, stand);
            self.control(&chosen, stand);
            all = Some(all.map_or_else(|| chosen.clone(), |all| all.and(&chosen)));
        }
        let chosen = all.unwrap_or_default();
        let nodes = has_nodes(spec, name);
        if nodes {
            self.ways_out(spec, name, &chosen);
            self.room(spec, name, &chosen, stands);
        }
        self.public(network);
        self.tags(&chosen);
        self.overlaps(spec);
        if chosen.discovered && !chosen.private.is_empty() {
            let which = match chosen.kept {
                true => "in which what is live stays",
                false => "of each zone the one with the most free addresses",
            };
            let message = format!(
                "`subnets` names no private ones: {} are used, {which}",
                chosen.private.join(", ")
            );
            self.note(Severity::Info, "subnets-found", message);
        }
    }

    /// Nodes look the API's private name up, and register under their own names.
    fn dns(&mut self) {
        let Some(vpc) = &self.found.vpc else { return };
        let (region, id) = (&self.context.region, vpc.id.clone());
        for (on, word, option) in [
            (vpc.dns_support, "DNS resolution", "enable-dns-support"),
            (vpc.dns_hostnames, "DNS host names", "enable-dns-hostnames"),
        ] {
            if !on {
                let message = format!("{id} has no {word}, without which nodes cannot register");
                let advice = format!(
                    "`aws ec2 modify-vpc-attribute --region {region} --vpc-id {id} --{option} Value=true`"
                );
                self.fail("vpc-dns", &message, advice);
            }
        }
    }

    /// Subnets that the spec names are there, of this VPC, and named once.
    fn named(&mut self, network: &Network) {
        let Some(subnets) = &network.subnets else {
            return;
        };
        let mut seen = BTreeSet::new();
        for id in subnets.private.iter().chain(&subnets.public) {
            if !seen.insert(id) {
                let message = format!("{id} is named twice among its subnets");
                self.fail(
                    "subnet-twice",
                    &message,
                    "a subnet is private or public: keep one",
                );
                continue;
            }
            let elsewhere = self.found.subnets.iter().find(|subnet| subnet.id == *id);
            match elsewhere.map(|subnet| subnet.vpc.clone()) {
                Some(vpc) if vpc == self.vpc() => {}
                Some(vpc) => {
                    let message = format!("{id} is a subnet of {vpc}, not of {}", self.vpc());
                    self.fail("subnet-elsewhere", &message, self.list());
                }
                None => {
                    let message = format!("there is no subnet {id}");
                    self.fail("subnet-missing", &message, self.list());
                }
            }
        }
    }

    fn list(&self) -> String {
        format!(
            "`aws ec2 describe-subnets --region {} --filters Name=vpc-id,Values={}` lists those of the VPC",
            self.context.region,
            self.vpc()
        )
    }

    /// A control plane wants two zones that EKS uses, and room in each subnet that it is not in yet.
    fn control(&mut self, chosen: &Chosen, stand: &[String]) {
        let subnets = |ids: &[String]| -> Vec<FoundSubnet> {
            ids.iter()
                .filter_map(|id| self.subnet(id))
                .cloned()
                .collect()
        };
        let control = subnets(&chosen.control);
        let unusable: Vec<String> = subnets(&chosen.private)
            .iter()
            .filter(|subnet| !subnet.usable)
            .map(|subnet| format!("{} in {}", subnet.id, subnet.zone))
            .collect();
        let zones: BTreeSet<&str> = control.iter().map(|one| one.zone.as_str()).collect();
        if zones.len() < ZONES {
            let have = zones.into_iter().collect::<Vec<_>>().join(", ");
            let have = if have.is_empty() {
                "none".to_owned()
            } else {
                have
            };
            let mut message = format!(
                "EKS needs subnets in {ZONES} zones, and those of {} are in {have}",
                self.vpc()
            );
            if !unusable.is_empty() {
                message += &format!(
                    "; EKS has no control planes in the zones of {}",
                    unusable.join(", ")
                );
            }
            let advice = "add a subnet in another zone, and name it in `subnets.private`";
            self.fail("zones-too-few", &message, advice);
        } else if !unusable.is_empty() {
            let message = format!(
                "EKS has no control planes in the zones of {}: only nodes are there",
                unusable.join(", ")
            );
            self.note(Severity::Info, "zone-unusable", message);
        }
        for subnet in control.iter().filter(|subnet| subnet.free < FREE) {
            self.full(subnet, stand.contains(&subnet.id));
        }
    }

    /// A live control plane has its addresses; it wants others for an upgrade alone.
    fn full(&mut self, subnet: &FoundSubnet, live: bool) {
        let (id, free) = (&subnet.id, subnet.free);
        if live {
            let message = format!(
                "{id} has {free} free addresses, and a control plane wants up to five among its subnets to be upgraded"
            );
            self.note(Severity::Warning, "subnet-full", message);
            return;
        }
        let message = format!(
            "{id} has {free} free addresses, and a control plane wants {FREE} in each subnet"
        );
        let advice = "free some, or name a larger subnet of that zone in `subnets.private`";
        self.fail("subnet-full", &message, advice);
    }

    /// Nodes fetch images and call EC2 before they are ready.
    fn ways_out(&mut self, spec: &Spec, name: &str, chosen: &Chosen) {
        let nodes: Vec<FoundSubnet> = chosen
            .private
            .iter()
            .filter_map(|id| self.subnet(id))
            .cloned()
            .collect();
        if nodes.is_empty() {
            if chosen.private.is_empty() {
                let message = format!("{} has no private subnet for nodes", self.vpc());
                let advice = "name the subnets of nodes in `subnets.private`; public ones do when they give public addresses";
                self.fail("subnets-private", &message, advice);
            }
            return;
        }
        for subnet in nodes.iter().filter(|subnet| subnet.is_public()) {
            if subnet.public_ips {
                let message = format!(
                    "{} is public: its nodes have addresses of the internet",
                    subnet.id
                );
                self.note(Severity::Warning, "nodes-public", message);
            } else {
                let message = format!(
                    "{} leads to an internet gateway and gives no public addresses: its nodes would reach nothing",
                    subnet.id
                );
                let advice = "name a subnet whose route to 0.0.0.0/0 goes through a NAT gateway";
                self.fail("subnet-public", &message, advice);
            }
        }
        for subnet in nodes.iter().filter(|subnet| subnet.out.is_none()) {
            let lacking = self.lacking(&vital(spec, name), &subnet.id);
            if !lacking.is_empty() {
                let message = format!(
                    "{} has neither a route to the internet nor endpoints for {}: nodes in it would not become ready",
                    subnet.id,
                    lacking.join(", ")
                );
                let all = needed(spec, name).join(", ");
                let advice = format!(
                    "add a route from 0.0.0.0/0 to a NAT gateway, or VPC endpoints with private DNS for {all}"
                );
                self.fail("subnet-no-way-out", &message, advice);
            }
        }
    }

    /// Services that have no endpoint that a subnet reaches.
    fn lacking(&self, services: &[String], subnet: &str) -> Vec<String> {
        let reached = |service: &str| {
            self.found.endpoints.iter().any(|endpoint| {
                let here = endpoint.subnets.as_ref();
                endpoint.service == service
                    && here.is_none_or(|subnets| subnets.iter().any(|id| id == subnet))
            })
        };
        let lacking = services.iter().filter(|service| !reached(service));
        lacking.cloned().collect()
    }

    /// Whether the pools find addresses when they are as large as they may be. Where all clusters live, their fewest
    /// nodes have theirs already.
    fn room(&mut self, spec: &Spec, name: &str, chosen: &Chosen, stands: &[Vec<String>]) {
        let live = stands.iter().all(|stand| !stand.is_empty());
        let clusters = spec.clusters.values().filter(|one| one.network == name);
        let nodes: i64 = clusters
            .flat_map(|cluster| cluster.pools.values())
            .map(|pool| match live {
                true => i64::from(pool.nodes.max.saturating_sub(pool.nodes.min)),
                false => i64::from(pool.nodes.max),
            })
            .sum();
        let subnets = chosen.private.iter().filter_map(|id| self.subnet(id));
        let free: i64 = subnets.map(|subnet| subnet.free).sum();
        let wanted = nodes * PER_NODE;
        if free < wanted {
            let more = if live { "more " } else { "" };
            let message = format!(
                "its private subnets have {free} free addresses, and {nodes} {more}nodes with their pods take about \
                 {wanted}"
            );
            self.note(Severity::Warning, "addresses-few", message);
        }
    }

    /// Public subnets that the spec names lead to the internet.
    fn public(&mut self, network: &Network) {
        let named = network.subnets.iter().flat_map(|subnets| &subnets.public);
        let shut: Vec<String> = named
            .filter_map(|id| self.subnet(id))
            .filter(|subnet| !subnet.is_public())
            .map(|subnet| subnet.id.clone())
            .collect();
        for id in shut {
            let message = format!(
                "{id} is named as public, and its route to 0.0.0.0/0 goes through no internet gateway"
            );
            let advice = "add that route, or name another subnet in `subnets.public`";
            self.fail("subnet-not-public", &message, advice);
        }
    }
}
