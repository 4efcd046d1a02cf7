//! Where everything of a network lies. Fixed by its range alone.
//!
//! The range is cut into eight equal parts. The first six are the private subnets of six slots, `a` to `f`. The
//! seventh is cut into eight again; six of those are the public subnets. The rest stays free. So a /16 has private
//! subnets of /19 (8187 addresses) and public ones of /22. How many slots are used depends on `zones`; where they lie
//! does not, so that a zone can be added or removed without moving another.

use provision_core::contract::{Class, Facts, Failure};
use provision_core::model::ResourceId;
use provision_core::spec::{Nat, Network};

/// Letters of the slots.
const SLOTS: [char; 6] = ['a', 'b', 'c', 'd', 'e', 'f'];

/// EKS takes no fewer subnets than two, in two zones.
const FEWEST: usize = 2;

/// The smallest network: its public subnets are /28, the smallest that EC2 makes.
const NARROWEST: u8 = 22;
/// The largest network that EC2 makes.
const WIDEST: u8 = 16;

/// A network's resources, by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The VPC.
    pub vpc: ResourceId,
    /// The internet gateway.
    pub gateway: ResourceId,
    /// The route table of all public subnets.
    pub public_routes: ResourceId,
    /// One slot a zone.
    pub slots: Vec<Slot>,
    /// Zones that the spec wants and the region lacks.
    pub missing_zones: usize,
}

/// What lies in one zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its letter.
    pub letter: char,
    /// The private subnet.
    pub private: ResourceId,
    /// Its range.
    pub private_cidr: String,
    /// The public subnet.
    pub public: ResourceId,
    /// Its range.
    pub public_cidr: String,
    /// The route table of the private subnet.
    pub routes: ResourceId,
    /// The NAT gateway that stands here.
    pub nat: Option<ResourceId>,
    /// Its address.
    pub nat_ip: Option<ResourceId>,
    /// The NAT gateway that the private subnet goes through.
    pub way_out: Option<ResourceId>,
    /// Whether nodes are wanted here. A network of one zone has a second slot for the control plane alone.
    pub nodes: bool,
}

impl Layout {
    /// Everything that must stand before machines in private subnets reach the internet.
    #[must_use]
    pub fn reachable(&self) -> Vec<ResourceId> {
        let mut ids = vec![self.gateway.clone(), self.public_routes.clone()];
        ids.extend(self.slots.iter().map(|slot| slot.routes.clone()));
        ids.extend(self.slots.iter().filter_map(|slot| slot.nat.clone()));
        ids
    }
}

/// Lays out `[network.NAME]`. With facts, no more slots than the region has zones.
///
/// # Errors
/// When the range is no range, or too small or too large for EC2.
pub fn layout(name: &str, network: &Network, facts: Option<&Facts>) -> Result<Layout, Failure> {
    let address = format!("network.{name}");
    let (base, prefix) = parse(&network.cidr).ok_or_else(|| refused(&address, network))?;
    if !(WIDEST..=NARROWEST).contains(&prefix) {
        return Err(refused(&address, network));
    }
    let zones = usize::from(network.zones).clamp(1, SLOTS.len());
    let wanted = zones.max(FEWEST);
    let offered = facts
        .map(|facts| facts.zones.len())
        .filter(|zones| *zones > 0)
        .unwrap_or(wanted);
    let id = |part: String| ResourceId::new(address.as_str(), part);
    let mut slots: Vec<Slot> = SLOTS
        .into_iter()
        .zip(0_u32..)
        .take(wanted.min(offered))
        .map(|(letter, nth)| Slot {
            letter,
            private: id(format!("subnet.private.{letter}")),
            private_cidr: part(base, prefix + 3, nth),
            public: id(format!("subnet.public.{letter}")),
            public_cidr: part(base, prefix + 6, 6 * 8 + nth),
            routes: id(format!("routes.private.{letter}")),
            nat: None,
            nat_ip: None,
            way_out: None,
            nodes: (nth as usize) < zones,
        })
        .collect();
    ways_out(&mut slots, network.nat, &id);
    Ok(Layout {
        vpc: id("vpc".to_owned()),
        gateway: id("internet-gateway".to_owned()),
        public_routes: id("routes.public".to_owned()),
        slots,
        missing_zones: wanted.saturating_sub(offered),
    })
}

/// Puts NAT gateways where they are wanted, and leads every slot to one.
fn ways_out(slots: &mut [Slot], nat: Nat, id: &impl Fn(String) -> ResourceId) {
    let stands = |nth: usize, slot: &Slot| match nat {
        Nat::None => false,
        Nat::Single => nth == 0,
        Nat::PerZone => slot.nodes,
    };
    for (nth, slot) in slots.iter_mut().enumerate() {
        if stands(nth, slot) {
            slot.nat = Some(id(format!("nat.{}", slot.letter)));
            slot.nat_ip = Some(id(format!("nat-ip.{}", slot.letter)));
        }
    }
    let first = slots.first().and_then(|slot| slot.nat.clone());
    for slot in slots {
        slot.way_out = slot.nat.clone().or_else(|| first.clone());
    }
}

fn refused(address: &str, network: &Network) -> Failure {
    Failure {
        class: Class::Invalid,
        code: "network-size".to_owned(),
        message: format!(
            "{address}: {} is no range of /{WIDEST} to /{NARROWEST}, which a network on AWS needs",
            network.cidr
        ),
        call: None,
        object: Some(address.to_owned()),
        advice: Some("write a private range such as \"10.20.0.0/16\"".to_owned()),
    }
}

fn parse(cidr: &str) -> Option<(u32, u8)> {
    let (address, prefix) = cidr.split_once('/')?;
    let address: std::net::Ipv4Addr = address.parse().ok()?;
    let prefix: u8 = prefix.parse().ok().filter(|prefix| *prefix <= 32)?;
    Some((u32::from(address), prefix))
}

/// The nth range of this size.
fn part(base: u32, prefix: u8, nth: u32) -> String {
    let start = base.wrapping_add(nth << (32 - u32::from(prefix)));
    format!("{}/{prefix}", std::net::Ipv4Addr::from(start))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn network(cidr: &str, zones: u8, nat: Nat) -> Network {
        Network {
            cidr: cidr.to_owned(),
            zones,
            nat,
            endpoints: Default::default(),
            existing: None,
            subnets: None,
            security_groups: Vec::new(),
            implied: false,
            adopt: None,
        }
    }

    fn ranges(layout: &Layout) -> Vec<(u32, u32)> {
        layout
            .slots
            .iter()
            .flat_map(|slot| [&slot.private_cidr, &slot.public_cidr])
            .map(|cidr| {
                let (base, prefix) = parse(cidr).unwrap();
                (base, base + (1 << (32 - u32::from(prefix))) - 1)
            })
            .collect()
    }

    #[test]
    fn subnets_lie_inside_and_apart_and_do_not_move_with_the_zones() {
        for prefix in WIDEST..=NARROWEST {
            let cidr = format!("10.20.0.0/{prefix}");
            let six = layout("main", &network(&cidr, 6, Nat::None), None).unwrap();
            let (base, _) = parse(&cidr).unwrap();
            let end = base + (1 << (32 - u32::from(prefix))) - 1;
            let mut ranges = ranges(&six);
            ranges.sort_unstable();
            assert!(ranges.iter().all(|(from, to)| *from >= base && *to <= end));
            assert!(ranges.windows(2).all(|pair| pair[0].1 < pair[1].0));
            let two = layout("main", &network(&cidr, 2, Nat::None), None).unwrap();
            assert_eq!(two.slots[..], six.slots[..2]);
        }
        let main = layout("main", &network("10.20.0.0/16", 3, Nat::None), None).unwrap();
        assert_eq!(main.slots[1].private_cidr, "10.20.32.0/19");
        assert_eq!(main.slots[1].public_cidr, "10.20.196.0/22");
    }

    #[test]
    fn nat_stands_where_it_is_wanted_and_leads_everybody_out() {
        let nats = |nat| {
            let layout = layout("main", &network("10.0.0.0/16", 3, nat), None).unwrap();
            let stands = layout
                .slots
                .iter()
                .filter(|slot| slot.nat.is_some())
                .count();
            let out = layout
                .slots
                .iter()
                .filter(|slot| slot.way_out.is_some())
                .count();
            (stands, out)
        };
        assert_eq!(nats(Nat::None), (0, 0));
        assert_eq!(nats(Nat::Single), (1, 3));
        assert_eq!(nats(Nat::PerZone), (3, 3));
    }

    #[test]
    fn one_zone_has_a_second_slot_without_nodes_and_regions_clamp() {
        let one = layout("main", &network("10.0.0.0/16", 1, Nat::Single), None).unwrap();
        let nodes: Vec<bool> = one.slots.iter().map(|slot| slot.nodes).collect();
        assert_eq!(nodes, [true, false]);
        let facts = Facts {
            zones: vec!["a".to_owned(), "b".to_owned()],
            ..Facts::default()
        };
        let wide = network("10.0.0.0/16", 3, Nat::Single);
        let clamped = layout("main", &wide, Some(&facts)).unwrap();
        assert_eq!((clamped.slots.len(), clamped.missing_zones), (2, 1));
        assert!(layout("main", &network("10.0.0.0/24", 3, Nat::None), None).is_err());
    }
}
