//! What is beside the point of control planes and nodes: tags for balancers, neighbouring ranges, groups that nodes join.

use provision_core::contract::Severity;
use provision_core::spec::{Network, Spec};

use super::choose::Chosen;
use super::judge::Judge;

/// What balancer controllers find subnets by.
const INTERNAL: &str = "kubernetes.io/role/internal-elb";
const PUBLIC: &str = "kubernetes.io/role/elb";

impl Judge<'_> {
    /// Without these tags controllers do not find subnets for balancers. They are not ours to set.
    pub(super) fn tags(&mut self, chosen: &Chosen) {
        for (ids, tag, what) in [
            (&chosen.private, INTERNAL, "internal"),
            (&chosen.public, PUBLIC, "public"),
        ] {
            let lack: Vec<String> = ids
                .iter()
                .filter_map(|id| self.subnet(id))
                .filter(|subnet| !subnet.tags.iter().any(|key| key == tag))
                .map(|subnet| subnet.id.clone())
                .collect();
            if !lack.is_empty() {
                let ids = lack.join(" ");
                let message = format!(
                    "controllers find no subnet for {what} balancers among {}: provision changes nothing of an existing \
                     network; `aws ec2 create-tags --region {} --resources {ids} --tags Key={tag},Value=1` does it",
                    lack.join(", "),
                    self.context.region
                );
                self.note(Severity::Info, "subnet-tags", message);
            }
        }
    }

    /// Networks with a common range can never be connected.
    pub(super) fn overlaps(&mut self, spec: &Spec) {
        let ranges = self.found.vpc.iter().flat_map(|vpc| &vpc.ranges);
        let ranges: Vec<&String> = ranges.collect();
        let own = spec
            .networks
            .iter()
            .filter(|(_, other)| other.existing.is_none());
        let mut notes = Vec::new();
        for (name, other) in own {
            if let Some(range) = ranges.iter().find(|range| overlap(range, &other.cidr)) {
                notes.push(format!(
                    "its range {range} overlaps {} of network `{name}`: they can never be connected to each other",
                    other.cidr
                ));
            }
        }
        for message in notes {
            self.note(Severity::Info, "overlap", message);
        }
    }

    /// Nodes join groups of their own VPC only.
    pub(super) fn groups(&mut self, network: &Network) {
        for id in &network.security_groups {
            let group = self.found.groups.iter().find(|group| group.id == *id);
            let Some(vpc) = group.map(|group| group.vpc.clone()) else {
                let region = &self.context.region;
                let message = format!("there is no security group {id} in {region}");
                let advice = "`aws ec2 describe-security-groups` lists those that are there";
                self.fail("group-missing", &message, advice);
                continue;
            };
            if vpc == self.vpc() {
                continue;
            }
            let (message, advice) = match self.vpc() {
                "" => (
                    format!(
                        "{id} is a group of {vpc}, and this network makes a VPC of its own, which does not stand yet"
                    ),
                    format!(
                        "nodes join groups of their own VPC: write existing = {{ aws = \"{vpc}\" }}, or make the group in the new VPC and name it then"
                    ),
                ),
                own => (
                    format!("{id} is a group of {vpc}, and nodes of this network are in {own}"),
                    "nodes join groups of their own VPC: name one of that".to_owned(),
                ),
            };
            self.fail("group-elsewhere", &message, advice);
        }
    }
}

/// Whether two ranges share an address.
fn overlap(one: &str, other: &str) -> bool {
    let read = |text: &str| {
        let (address, bits) = text.split_once('/')?;
        let address: std::net::Ipv4Addr = address.parse().ok()?;
        let bits: u32 = bits.parse().ok().filter(|bits| *bits <= 32)?;
        Some((u32::from(address), bits))
    };
    let (Some(one), Some(other)) = (read(one), read(other)) else {
        return false;
    };
    let bits = one.1.min(other.1);
    let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
    one.0 & mask == other.0 & mask
}
