//! Networks that somebody else owns: read, judged, used, and never changed, their tags included.
//!
//! They are no resources, since nothing is ever done to them: what was read comes as a fact of wave 0, and expansion puts
//! its ids into what is ours. All that is wrong with one is told at once, before anything is made.

mod beside;
mod choose;
mod judge;
mod read;
pub(crate) mod secret;

use std::collections::BTreeMap;

use provision_core::contract::Facts;
use provision_core::spec::{Network, Spec};
use serde::{Deserialize, Serialize};

use crate::field::Field;
use crate::ground::Ground;
pub(crate) use judge::judge;
pub(crate) use read::read;
pub use secret::whole_secret;

/// What was read of a network and of the groups that its nodes join.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Found {
    /// The VPC; of a network of ours, the one that stands.
    pub(crate) vpc: Option<FoundVpc>,
    /// Its subnets, and those that the spec names wherever they are.
    pub(crate) subnets: Vec<FoundSubnet>,
    /// The groups that the spec names.
    pub(crate) groups: Vec<FoundGroup>,
    /// Its endpoints that work.
    pub(crate) endpoints: Vec<FoundEndpoint>,
}

/// A VPC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FoundVpc {
    /// Its id.
    pub(crate) id: String,
    /// Its ranges, the first one first of all.
    pub(crate) ranges: Vec<String>,
    /// Whether AWS's resolver answers inside.
    pub(crate) dns_support: bool,
    /// Whether its machines get names.
    pub(crate) dns_hostnames: bool,
}

/// A subnet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FoundSubnet {
    /// Its id.
    pub(crate) id: String,
    /// Its VPC.
    pub(crate) vpc: String,
    /// Its zone: `eu-west-1a`.
    pub(crate) zone: String,
    /// Whether EKS puts control planes into its zone.
    pub(crate) usable: bool,
    /// Addresses that nothing has.
    pub(crate) free: i64,
    /// Whether machines in it get public addresses.
    pub(crate) public_ips: bool,
    /// What its route to everywhere goes through, when that works: `igw-…`, `nat-…`.
    pub(crate) out: Option<String>,
    /// Keys of its tags.
    pub(crate) tags: Vec<String>,
}

impl FoundSubnet {
    /// Whether it reaches the internet through an internet gateway.
    pub(crate) fn is_public(&self) -> bool {
        self.out.as_ref().is_some_and(|out| out.starts_with("igw-"))
    }
}

/// A security group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FoundGroup {
    /// Its id.
    pub(crate) id: String,
    /// Its VPC.
    pub(crate) vpc: String,
}

/// A VPC endpoint that works.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FoundEndpoint {
    /// The service's short name: `ecr.api`.
    pub(crate) service: String,
    /// The subnets from which it is reached; `None` = from all of the VPC.
    pub(crate) subnets: Option<Vec<String>>,
}

/// The key of a network's facts.
fn key(network: &str) -> String {
    format!("network.{network}")
}

/// What was read of a network, as a fact.
pub(crate) fn fact(network: &str, found: &Found) -> (String, String) {
    let text = serde_json::to_string(found).unwrap_or_default();
    (key(network), text)
}

/// What the facts know of a network.
pub(crate) fn found(network: &str, facts: Option<&Facts>) -> Option<Found> {
    let extra: &BTreeMap<String, String> = &facts?.extra;
    serde_json::from_str(extra.get(&key(network))?).ok()
}

/// Where a live cluster is, as the provider that makes clusters tells.
#[derive(Deserialize)]
struct Stand {
    subnets: Vec<String>,
}

/// The subnets of each cluster in a network; none of one that is not live.
pub(crate) fn stands(spec: &Spec, network: &str, facts: Option<&Facts>) -> Vec<Vec<String>> {
    let users = spec
        .clusters
        .iter()
        .filter(|(_, cluster)| cluster.network == network);
    let stand = |name: &String| -> Option<Stand> {
        let text = facts?.extra.get(&stand_key(name))?;
        serde_json::from_str(text).ok()
    };
    users
        .map(|(name, _)| stand(name).map_or_else(Vec::new, |stand| stand.subnets))
        .collect()
}

/// The key of the fact that says where a live cluster is: `vpc` and `subnets`, as JSON.
#[must_use]
pub fn stand_key(cluster: &str) -> String {
    format!("cluster.{cluster}.stand")
}

/// The ground of a network that somebody else owns. Offline only the spec's own words are known of it.
pub(crate) fn ground(
    name: &str,
    network: &Network,
    facts: Option<&Facts>,
    keep: &[String],
) -> Ground {
    let existing = network.existing.as_ref();
    let vpc = existing.and_then(|existing| existing.get("aws"));
    let vpc = Field::Known(vpc.cloned().unwrap_or_default());
    let fields = |ids: &[String]| ids.iter().map(|id| id.as_str().into()).collect();
    let Some(found) = found(name, facts) else {
        let named = network.subnets.as_ref();
        let private = named.map_or(&[][..], |subnets| &subnets.private);
        return Ground {
            vpc,
            control: fields(private),
            nodes: fields(private),
            way_out: true,
            ..Ground::default()
        };
    };
    let chosen = choose::choose(network, &found, keep);
    Ground {
        vpc,
        ranges: found.vpc.map(|vpc| vpc.ranges).unwrap_or_default(),
        zones: None,
        control: fields(&chosen.control),
        nodes: fields(&chosen.private),
        ready: Vec::new(),
        way_out: true,
    }
}

/// The subnets of a balancer in a network that somebody else owns, and whether all that there are is known. Offline only
/// the spec's own words are.
pub(crate) fn balancer_subnets(
    name: &str,
    network: &Network,
    facts: Option<&Facts>,
    public: bool,
) -> (Vec<String>, bool) {
    let named = network.subnets.as_ref().map(|subnets| match public {
        true => subnets.public.clone(),
        false => subnets.private.clone(),
    });
    match (named.filter(|named| !named.is_empty()), found(name, facts)) {
        (Some(named), _) => (named, true),
        (None, Some(found)) => (choose::for_balancers(&found, public), true),
        (None, None) => (Vec::new(), false),
    }
}

#[cfg(test)]
mod tests;
