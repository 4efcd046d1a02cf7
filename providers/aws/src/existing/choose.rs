//! Which subnets of somebody else's network are used.

use std::collections::{BTreeMap, BTreeSet};

use provision_core::spec::{Network, Subnets};

use super::{Found, FoundSubnet};

/// EKS wants two zones.
pub(super) const ZONES: usize = 2;

/// The subnets that are used, by role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Chosen {
    /// For nodes and internal balancers.
    pub(super) private: Vec<String>,
    /// For public balancers.
    pub(super) public: Vec<String>,
    /// For control planes.
    pub(super) control: Vec<String>,
    /// Whether the spec left the private ones to us.
    pub(super) discovered: bool,
    /// Whether they are those of a live cluster.
    pub(super) kept: bool,
}

impl Chosen {
    /// With what another cluster in the same network uses.
    pub(super) fn and(mut self, other: &Self) -> Self {
        let join = |these: &mut Vec<String>, those: &[String]| {
            let new: Vec<String> = those
                .iter()
                .filter(|id| !these.contains(id))
                .cloned()
                .collect();
            these.extend(new);
        };
        join(&mut self.private, &other.private);
        join(&mut self.public, &other.public);
        join(&mut self.control, &other.control);
        self.discovered |= other.discovered;
        self.kept &= other.kept;
        self
    }
}

/// The spec's subnets; where it names none, in each zone the one with the most free addresses, private ones by their lack
/// of a route to an internet gateway. Those that a live cluster is in stay.
pub(super) fn choose(network: &Network, found: &Found, keep: &[String]) -> Chosen {
    let none = Subnets::default();
    let named = network.subnets.as_ref().unwrap_or(&none);
    let own = own(found);
    let known = |id: &String| own.iter().any(|subnet| subnet.id == *id);
    let discovered = named.private.is_empty();
    let kept = discovered && !keep.is_empty() && keep.iter().all(known);
    let is_public = |id: &String| own.iter().any(|one| one.id == *id && one.is_public());
    let private = if !discovered {
        named.private.clone()
    } else if kept {
        let private = keep.iter().filter(|id| !is_public(id));
        private.cloned().collect()
    } else {
        best(own.iter().filter(|subnet| !subnet.is_public()))
    };
    let public = match named.public.is_empty() {
        false => named.public.clone(),
        true => best(own.iter().filter(|subnet| subnet.is_public())),
    };
    let control = match kept {
        true => keep.to_vec(),
        false => control(&own, &private, &public),
    };
    Chosen {
        private,
        public,
        control,
        discovered,
        kept,
    }
}

/// The subnets of the VPC itself.
fn own(found: &Found) -> Vec<&FoundSubnet> {
    let vpc = found.vpc.as_ref().map(|vpc| vpc.id.as_str());
    let subnets = found.subnets.iter();
    subnets
        .filter(|subnet| Some(subnet.vpc.as_str()) == vpc)
        .collect()
}

/// In each usable zone the one with the most free addresses; those that lead nowhere only where none leads anywhere.
fn best<'a, 'b: 'a>(subnets: impl Iterator<Item = &'a &'b FoundSubnet>) -> Vec<String> {
    let mut by_zone: BTreeMap<&str, &FoundSubnet> = BTreeMap::new();
    let rank = |one: &FoundSubnet| {
        (
            one.out.is_some(),
            one.free,
            std::cmp::Reverse(one.id.clone()),
        )
    };
    for subnet in subnets.filter(|subnet| subnet.usable) {
        let best = by_zone.entry(&subnet.zone).or_insert(subnet);
        if rank(subnet) > rank(best) {
            *best = subnet;
        }
    }
    let leads = by_zone.values().any(|subnet| subnet.out.is_some());
    by_zone.retain(|_, subnet| subnet.out.is_some() || !leads);
    by_zone.values().map(|subnet| subnet.id.clone()).collect()
}

/// One in each zone for a balancer: those that are tagged for balancers first, then by id. How many addresses are free
/// does not count, so that the choice stays while machines come and go.
pub(super) fn for_balancers(found: &Found, public: bool) -> Vec<String> {
    let role = match public {
        true => "kubernetes.io/role/elb",
        false => "kubernetes.io/role/internal-elb",
    };
    let rank = |one: &FoundSubnet| (!one.tags.iter().any(|tag| tag == role), one.id.clone());
    let mut by_zone: BTreeMap<&str, &FoundSubnet> = BTreeMap::new();
    let own = own(found).into_iter();
    for subnet in own.filter(|subnet| subnet.is_public() == public) {
        let best = by_zone.entry(&subnet.zone).or_insert(subnet);
        if rank(subnet) < rank(best) {
            *best = subnet;
        }
    }
    by_zone.values().map(|subnet| subnet.id.clone()).collect()
}

/// The private ones, as far as EKS takes their zones; public ones help out where those lie in one zone.
fn control(own: &[&FoundSubnet], private: &[String], public: &[String]) -> Vec<String> {
    let of = |id: &String| own.iter().find(|subnet| subnet.id == *id && subnet.usable);
    let mut chosen: Vec<&FoundSubnet> = private.iter().filter_map(of).copied().collect();
    let mut zones: BTreeSet<&str> = chosen.iter().map(|one| one.zone.as_str()).collect();
    if zones.len() < ZONES {
        let others = public.iter().filter_map(of);
        chosen.extend(others.filter(|subnet| zones.insert(&subnet.zone)));
    }
    chosen.iter().map(|subnet| subnet.id.clone()).collect()
}
