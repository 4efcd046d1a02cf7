//! `[network.NAME]`: a network, one subnetwork with a range for pods, and a router with NAT.

use std::net::Ipv4Addr;

use provision_core::contract::{ExpandAnswer, ExpandRequest, Severity};
use provision_core::model::ResourceId;
use provision_core::spec::{Nat, Network as Block, Pool, Spec};
use provision_kind::Field;

use super::{Made, keep, named, note, refused, resource};
use crate::existing;
use crate::kinds::{Network, Router, Subnetwork};

/// Longest name of compute.
const NAME: usize = 63;

/// The smallest block: half of it is for pods, and GKE takes no range of pods smaller than a /21.
const SMALLEST: u8 = 20;

/// Each node takes a /24 of the range of pods, with the 110 pods that GKE gives a node at most by default.
const NODE_PREFIX: u8 = 24;

/// How a block is split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Split {
    /// The lower half.
    pub(super) pods: String,
    /// The quarter after it; the last one stays free.
    pub(super) nodes: String,
    /// So many nodes find a range for their pods.
    pub(super) most: u32,
}

/// The split of a block; `None` when it is too small.
pub(super) fn split(cidr: &str) -> Option<Split> {
    let (address, prefix) = cidr.split_once('/')?;
    let base = u32::from(address.parse::<Ipv4Addr>().ok()?);
    let prefix: u8 = prefix.parse().ok()?;
    if prefix > SMALLEST {
        return None;
    }
    let half = 1_u32.checked_shl(31_u32.checked_sub(u32::from(prefix))?)?;
    let nodes = Ipv4Addr::from(base.checked_add(half)?);
    Some(Split {
        pods: format!("{address}/{}", prefix + 1),
        nodes: format!("{nodes}/{}", prefix + 2),
        most: 1 << (NODE_PREFIX - prefix - 1),
    })
}

/// The id of a network's part.
pub(super) fn id(name: &str, part: &str) -> ResourceId {
    ResourceId::new(format!("network.{name}"), part)
}

pub(super) fn expand(
    request: &ExpandRequest,
    name: &str,
    block: &Block,
    answer: &mut ExpandAnswer,
) {
    let address = format!("network.{name}");
    let Some(split) = split(&block.cidr) else {
        let message = format!(
            "{address}: half of {} is too small for pods: GKE takes no range of pods smaller than a /21",
            block.cidr
        );
        let advice = format!("write a /{SMALLEST} or larger");
        answer
            .failures
            .push(refused(&address, "cidr-too-small", message, advice));
        return;
    };
    let nodes = wanted(&request.spec, name);
    if nodes > u64::from(split.most) {
        let message = format!(
            "{address}: its clusters may have {nodes} nodes, and {} has pods for {}",
            split.pods, split.most
        );
        let advice = "take a larger block, or lower `max` of the pools";
        answer
            .failures
            .push(refused(&address, "pods-too-few", message, advice));
        return;
    }
    let message = format!(
        "{} is for pods (a /{NODE_PREFIX} for each of at most {} nodes), {} for nodes; a quarter stays free",
        split.pods, split.most, split.nodes
    );
    answer
        .notes
        .push(note(&address, Severity::Info, "ranges", message));
    if block.nat == Nat::None {
        let message =
            "without NAT, nodes cannot reach the internet, only Google's services".to_owned();
        answer
            .notes
            .push(note(&address, Severity::Warning, "nat-none", message));
    }
    let plan = Plan {
        request,
        name,
        block,
        split,
    };
    keep(answer, plan.all());
}

/// A network of somebody else: nothing is made of it.
pub(super) fn judge(request: &ExpandRequest, name: &str, block: &Block, answer: &mut ExpandAnswer) {
    let nodes = wanted(&request.spec, name);
    let verdict = existing::judge::judge(request, name, block, nodes);
    answer.failures.extend(verdict.failures);
    answer.notes.extend(verdict.notes);
}

/// The most nodes of all clusters in a network.
fn wanted(spec: &Spec, network: &str) -> u64 {
    let clusters = spec.clusters.values();
    let here = clusters.filter(|cluster| cluster.network == network);
    let pools = here.flat_map(|cluster| cluster.pools.values());
    let zones = spec.networks.get(network).map_or(1, |one| one.zones.max(1));
    // Every zone has as many, so that there may be more at first than is the most.
    let most = |pool: &Pool| {
        let zones = u32::from(zones).min(pool.nodes.max.max(1));
        let begins = pool.nodes.min.div_ceil(zones).saturating_mul(zones);
        u64::from(pool.nodes.max.max(begins))
    };
    pools.map(most).sum()
}

struct Plan<'a> {
    request: &'a ExpandRequest,
    name: &'a str,
    block: &'a Block,
    split: Split,
}

impl Plan<'_> {
    fn all(&self) -> Vec<Made> {
        let mut all = vec![self.network(), self.subnetwork()];
        if self.block.nat != Nat::None {
            all.push(self.router());
        }
        all
    }

    fn readable(&self) -> String {
        format!("{}-{}", self.request.context.stack, self.name)
    }

    fn network(&self) -> Made {
        let fields = Network {
            auto_subnetworks: false,
            routing: "REGIONAL".to_owned(),
        };
        let mut made = resource(id(self.name, "network"), "gcp.network", &fields)?;
        made.name = Some(named(
            &self.request.context,
            &made,
            &self.readable(),
            NAME,
            true,
        ));
        Ok(made)
    }

    fn subnetwork(&self) -> Made {
        let fields = Subnetwork {
            network: Field::output(&id(self.name, "network"), "id"),
            cidr: self.split.nodes.clone(),
            pods: self.split.pods.clone(),
            private_google_access: true,
        };
        let mut made = resource(id(self.name, "subnet"), "gcp.subnetwork", &fields)?;
        made.name = Some(named(
            &self.request.context,
            &made,
            &self.readable(),
            NAME,
            false,
        ));
        Ok(made)
    }

    fn router(&self) -> Made {
        let fields = Router {
            network: Field::output(&id(self.name, "network"), "id"),
            nat: "AUTO_ONLY".to_owned(),
            nat_log: "ERRORS_ONLY".to_owned(),
        };
        let mut made = resource(id(self.name, "router"), "gcp.router", &fields)?;
        made.name = Some(named(
            &self.request.context,
            &made,
            &self.readable(),
            NAME,
            false,
        ));
        Ok(made)
    }
}
