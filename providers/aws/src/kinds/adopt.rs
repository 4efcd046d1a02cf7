//! Networks that somebody else made: which of their parts is which of ours.
//!
//! A block names a VPC. Its parts carry no marks yet, so they are told by what they do: a subnet whose way out is an
//! internet gateway is public, any other is private; zones of the region in order are the slots `a`, `b`, …; a NAT gateway, its address
//! and a route table belong to the slot of the subnets they stand in or rule. What has no place in ours is left alone.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::RouteTable as Wire;
use futures::future::{join, try_join};
use provision_core::model::{Pending, Resource, ResourceId, Sight, Status};

use super::live::text_of;
use super::survey::{Look, Seen, unclaimed, unknown};
use super::{address, filter, internet_gateway, nat_gateway, route_table_reads, subnet, vpc};
use crate::client::Aws;
use crate::error::Fault;

/// What marks a subnet for balancers inside the network; the first choice among private ones of a zone.
const INTERNAL: &str = "kubernetes.io/role/internal-elb";

/// Everything that was found in one VPC.
pub(crate) struct Found {
    region: String,
    vpc: Option<super::Live>,
    gateway: Option<super::Live>,
    subnets: Vec<super::Live>,
    nats: Vec<super::Live>,
    addresses: Vec<super::Live>,
    tables: Vec<Wire>,
}

/// Looks for what the spec asks to take over, and the survey did not find by our marks. No such wish, no call.
pub(crate) async fn fill(
    aws: &Aws,
    stack: &str,
    resources: &[Resource<Pending>],
    seen: &mut [(&'static str, Seen)],
) {
    let mut roots: BTreeMap<&str, Vec<&Resource<Pending>>> = BTreeMap::new();
    for resource in resources {
        let absent = seen.iter().any(|(_, seen)| {
            matches!(
                seen.sights.get(&resource.id),
                Some(Look::Otherwise(Sight::Absent))
            )
        });
        if let (true, Some(adopt)) = (absent, &resource.adopt) {
            roots.entry(&adopt.root).or_default().push(resource);
        }
    }
    for (root, wanted) in roots {
        let mut looks = match survey(aws, root).await {
            Ok(found) => found.looks(stack, &wanted),
            Err(fault) => wanted
                .iter()
                .map(|one| (one.id.clone(), unknown(&fault)))
                .collect(),
        };
        for (_, seen) in seen.iter_mut() {
            for (id, look) in &mut seen.sights {
                if let Some(found) = looks.remove(id) {
                    *look = found;
                }
            }
        }
    }
}

/// Reads one VPC and what lies in it.
///
/// # Errors
/// Something of it cannot be read.
pub(crate) async fn survey(aws: &Aws, root: &str) -> Result<Found, Fault> {
    let within = filter("vpc-id", [root]);
    let attached = filter("attachment.vpc-id", [root]);
    let (first, second) = join(
        try_join(vpc::list(aws, &within), subnet::list(aws, &within)),
        try_join(
            internet_gateway::list(aws, &attached),
            try_join(
                nat_gateway::list(aws, &within),
                route_table_reads::wires(aws, &within),
            ),
        ),
    )
    .await;
    let ((mut vpcs, subnets), (mut gateways, (mut nats, tables))) = (first?, second?);
    nats.retain(|nat| nat.status == Status::Ready);
    let ids: Vec<String> = nats.iter().map(|nat| text_of(nat, "address")).collect();
    let addresses = match ids.is_empty() {
        true => Vec::new(),
        false => address::list(aws, filter("allocation-id", ids)).await?,
    };
    Ok(Found {
        region: aws.region().to_owned(),
        vpc: vpcs.pop(),
        gateway: gateways.pop(),
        subnets,
        nats,
        addresses,
        tables,
    })
}

impl Found {
    /// What is found for each wanted part. Nothing is found for two: what is ours already is another part's.
    fn looks(&self, stack: &str, wanted: &[&Resource<Pending>]) -> BTreeMap<ResourceId, Look> {
        let mut looks = BTreeMap::new();
        let mut taken = BTreeSet::new();
        let one_nat = wanted.iter().filter(|one| is(one, "nat.")).count() == 1;
        for resource in wanted {
            let Some(live) = self.part(&resource.id.part, one_nat) else {
                continue;
            };
            let ours = live.marks.stack.as_deref() == Some(stack);
            if !ours && taken.insert(live.physical.clone()) {
                looks.insert(resource.id.clone(), unclaimed(resource, live));
            }
        }
        looks
    }

    fn part(&self, part: &str, one_nat: bool) -> Option<super::Live> {
        let slot = part.rsplit('.').next().unwrap_or_default();
        if part.starts_with("subnet.private.") {
            return self.subnet(slot, false).cloned();
        }
        if part.starts_with("subnet.public.") {
            return self.subnet(slot, true).cloned();
        }
        if part.starts_with("nat.") {
            return self.nat(slot, one_nat).cloned();
        }
        if part.starts_with("nat-ip.") {
            let address = text_of(self.nat(slot, one_nat)?, "address");
            let mut addresses = self.addresses.iter();
            return addresses.find(|one| one.physical == address).cloned();
        }
        if part.starts_with("routes.private.") {
            return self.table(self.subnet(slot, false)?);
        }
        match part {
            "vpc" => self.vpc.clone(),
            "internet-gateway" => self.gateway.clone(),
            "routes.public" => {
                let mut slots = self.zones().len();
                slots = slots.min(6);
                let letters = ('a'..='f').take(slots).map(String::from);
                let mut public = letters.filter_map(|slot| self.subnet(&slot, true));
                public.find_map(|subnet| self.table(subnet))
            }
            _ => None,
        }
    }

    /// Its range.
    pub(crate) fn cidr(&self) -> String {
        let vpc = self.vpc.as_ref();
        vpc.map(|vpc| text_of(vpc, "cidr")).unwrap_or_default()
    }

    /// How many NAT gateways stand in it.
    pub(crate) fn nats(&self) -> usize {
        self.nats.len()
    }

    /// Subnets and NAT gateways that have no place in ours, in words.
    pub(crate) fn others(&self, zones: usize, nat_per_zone: bool) -> Vec<String> {
        let slots: Vec<String> = ('a'..='f').take(zones).map(String::from).collect();
        let both = [false, true].into_iter();
        let places = both.flat_map(|public| slots.iter().map(move |slot| (slot, public)));
        let ours: BTreeSet<&str> = places
            .filter_map(|(slot, public)| self.subnet(slot, public))
            .map(|subnet| subnet.physical.as_str())
            .collect();
        let others = self
            .subnets
            .iter()
            .filter(|one| !ours.contains(one.physical.as_str()));
        let mut left: Vec<String> = others
            .map(|subnet| format!("subnet {} ({})", subnet.physical, text_of(subnet, "cidr")))
            .collect();
        if !nat_per_zone {
            let more = self.nats.iter().skip(1);
            left.extend(more.map(|nat| format!("NAT gateway {}", nat.physical)));
        }
        left
    }

    /// Zones with private subnets, in order: the slots. EKS puts no control plane into local zones and those of carriers,
    /// which have longer names.
    pub(crate) fn zones(&self) -> Vec<String> {
        let private = self.subnets.iter().filter(|subnet| !self.is_public(subnet));
        let zones: BTreeSet<String> = private.map(|subnet| text_of(subnet, "zone")).collect();
        let of_region = |zone: &String| {
            let letter = zone.strip_prefix(&self.region);
            letter.is_some_and(|letter| letter.len() == 1)
        };
        zones.into_iter().filter(of_region).collect()
    }

    fn zone(&self, slot: &str) -> Option<String> {
        let letter = slot.chars().next().filter(|_| slot.len() == 1)?;
        let nth = usize::try_from(u32::from(letter).checked_sub(u32::from('a'))?).ok()?;
        self.zones().into_iter().nth(nth)
    }

    /// The subnet of a slot; of several, one for balancers inside first, then by range.
    fn subnet(&self, slot: &str, public: bool) -> Option<&super::Live> {
        let zone = self.zone(slot)?;
        let fits = |subnet: &&super::Live| {
            text_of(subnet, "zone") == zone && self.is_public(subnet) == public
        };
        let rank = |subnet: &&super::Live| {
            let tags = subnet.fields.get("tags");
            let internal = matches!(tags, Some(provision_core::model::Value::Map(tags)) if tags.contains_key(INTERNAL));
            (!internal, text_of(subnet, "cidr"))
        };
        self.subnets.iter().filter(fits).min_by_key(rank)
    }

    /// The NAT gateway in the zone of a slot; where only one is wanted, the first there is.
    fn nat(&self, slot: &str, one_nat: bool) -> Option<&super::Live> {
        let zone = self.zone(slot)?;
        let zone_of = |nat: &super::Live| {
            let subnet = text_of(nat, "subnet");
            let mut subnets = self.subnets.iter();
            let subnet = subnets.find(|one| one.physical == subnet);
            subnet.map(|subnet| text_of(subnet, "zone"))
        };
        let mut nats: Vec<&super::Live> = self.nats.iter().collect();
        nats.sort_by_key(|nat| (zone_of(nat), nat.physical.clone()));
        let here = nats
            .iter()
            .find(|nat| zone_of(nat).as_ref() == Some(&zone))
            .copied();
        here.or_else(|| nats.first().copied().filter(|_| one_nat))
    }

    /// The route table that rules a subnet by an association of its own. The main one cannot be removed: it is left
    /// alone.
    fn table(&self, subnet: &super::Live) -> Option<super::Live> {
        let wire = self.ruling(&subnet.physical)?;
        (!route_table_reads::is_main(wire)).then(|| route_table_reads::whole(wire))
    }

    fn ruling(&self, subnet: &str) -> Option<&Wire> {
        let mut tables = self.tables.iter();
        let own = tables.find(|table| {
            route_table_reads::ruled(table)
                .iter()
                .any(|other| other == subnet)
        });
        own.or_else(|| {
            self.tables
                .iter()
                .find(|table| route_table_reads::is_main(table))
        })
    }

    fn is_public(&self, subnet: &super::Live) -> bool {
        let table = self.ruling(&subnet.physical);
        table.is_some_and(route_table_reads::leads_out)
    }
}

fn is(resource: &Resource<Pending>, part: &str) -> bool {
    resource.id.part.starts_with(part)
}

#[cfg(test)]
mod tests {
    use provision_core::model::Value;

    use super::*;
    use crate::kinds::Live;
    use crate::marks::Tags;

    fn subnet(zone: &str) -> Live {
        let none: BTreeMap<String, String> = BTreeMap::new();
        let mut live = Live::new(zone, &Tags::new(), &none);
        live.fields.insert("zone".to_owned(), Value::from(zone));
        live
    }

    #[test]
    fn slots_are_zones_of_the_region_itself() {
        let zones = [
            "us-west-2-lax-1a",
            "us-west-2b",
            "us-west-2-wl1-den-wlz-1",
            "us-west-2a",
        ];
        let found = Found {
            region: "us-west-2".to_owned(),
            vpc: None,
            gateway: None,
            subnets: zones.map(subnet).to_vec(),
            nats: Vec::new(),
            addresses: Vec::new(),
            tables: Vec::new(),
        };
        assert_eq!(found.zones(), ["us-west-2a", "us-west-2b"]);
        let others = found.others(2, false);
        assert_eq!(others.len(), 2, "{others:?}");
    }
}
