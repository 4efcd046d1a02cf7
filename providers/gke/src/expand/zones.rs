//! Where a cluster lies: its location, the zones of its nodes, and how many of them a pool has in each.

use provision_core::contract::{Note, Severity};
use provision_core::model::{Choice, Opt, Value};
use provision_core::spec::Pool;
use provision_kind::Field;

use super::cluster::Plan;
use super::note;

impl Plan<'_> {
    /// The zones that are used; every region has a `b` and a `c`.
    fn known_zones(&self) -> Vec<String> {
        let told = self.facts.map(|facts| facts.zones.clone());
        let mut zones = told.filter(|zones| !zones.is_empty()).unwrap_or_else(|| {
            ["b", "c"]
                .map(|letter| format!("{}-{letter}", self.context.region))
                .into()
        });
        // So that what is known offline is also what comes first later.
        zones.sort_by_key(|zone| zone.ends_with("-a"));
        zones
    }

    /// A zone where one is enough, else the region.
    pub(super) fn location(&self) -> String {
        let zone = (self.network.zones == 1 && !self.block.gke.autopilot)
            .then(|| self.known_zones().into_iter().next());
        zone.flatten()
            .unwrap_or_else(|| self.context.region.clone())
    }

    /// The zones of the nodes: as many as the network has, the live ones while they are so many. Google chooses where one is
    /// enough, for Autopilot, and while nobody knows three.
    pub(super) fn zones(&self) -> Option<Field<Vec<String>>> {
        self.some_zones(usize::from(self.network.zones))
    }

    /// So many zones of the region.
    fn some_zones(&self, number: usize) -> Option<Field<Vec<String>>> {
        let all = self.known_zones();
        let told = self.facts.is_some_and(|facts| !facts.zones.is_empty());
        if self.block.gke.autopilot || self.network.zones == 1 || (number > all.len() && !told) {
            return None;
        }
        let mut sets = subsets(&all, number.min(all.len()));
        sets.iter_mut().for_each(|zones| zones.sort());
        if sets.len() == 1 {
            return sets.pop().map(Field::Known);
        }
        let options = sets.into_iter().map(|zones| Opt {
            value: Value::List(zones.into_iter().map(Value::Text).collect()),
            hourly_micros: None,
        });
        Some(Field::Choice(Choice {
            any_of: options.collect(),
            keep_any: false,
            distinct: None,
            what: "zones".to_owned(),
        }))
    }

    /// Over how many zones the nodes lie.
    pub(super) fn zone_count(&self) -> u32 {
        let most = self
            .facts
            .map(|facts| facts.zones.len())
            .filter(|most| *most > 0);
        let number = usize::from(self.network.zones).min(most.unwrap_or(usize::MAX));
        u32::try_from(number).unwrap_or(1).max(1)
    }
}

/// How a pool lies over zones. GKE makes as many nodes in each of them.
pub(super) struct Spread {
    /// In how many it lies.
    zones: u32,
    /// Which these are; none where nobody knows, or the cluster has its own.
    pub(super) named: Option<Field<Vec<String>>>,
    /// Nodes in each zone that it is made with.
    pub(super) initial: u32,
    /// Nodes of the pool once it stands; none where the cluster has zones of its own.
    pub(super) nodes: Option<u32>,
}

impl Plan<'_> {
    /// A pool that may have fewer nodes than there are zones lies in as many zones as it may have nodes, so that it has the nodes
    /// that it shall have. In a cluster that was taken over it lies where that does.
    pub(super) fn spread(&self, pool: &Pool) -> Spread {
        let (min, max) = (pool.nodes.min, pool.nodes.max);
        let ours = self.adopted_cluster().is_none();
        let zones = match max {
            most if ours && most > 0 => self.zone_count().min(most),
            _ => self.zone_count(),
        };
        let up = min.div_ceil(zones);
        // It is made with no more than its most, and then brought to its least.
        let fits = up.saturating_mul(zones) <= max;
        let number = usize::try_from(zones).unwrap_or(usize::MAX);
        Spread {
            zones,
            named: ours.then(|| self.some_zones(number)).flatten(),
            initial: if fits { up } else { min / zones },
            nodes: ours.then(|| up.saturating_mul(zones)),
        }
    }

    /// What people should know of how a pool lies over zones.
    pub(super) fn spread_notes(&self, name: &str, pool: &Pool) -> Vec<Note> {
        let address = format!("{}.pool.{name}", self.address);
        let (spread, all, least) = (self.spread(pool), self.zone_count(), pool.nodes.min);
        let say = |code, text| note(&address, Severity::Info, code, text);
        let few = (spread.zones < all).then(|| {
            let alone = match spread.zones {
                1 => ": while that zone is away, so is the pool",
                _ => "",
            };
            let text = format!(
                "a pool of at most {} lies in {} of {all} zones, as GKE makes as many nodes in each{alone}",
                counted(pool.nodes.max, "node"),
                spread.zones
            );
            say("pool-zones", text)
        });
        let taken = (spread.nodes.is_none() && least % all != 0 && all > 1).then(|| {
            let text = "it lies in the zones of its cluster, which was taken over, and GKE makes as many nodes in each: there may be \
                        more than the least";
            say("pool-rounded", text.to_owned())
        });
        let more = spread.nodes.filter(|nodes| *nodes > least).map(|nodes| {
            let text = format!(
                "it begins with {}, {} in each of {}, for a least of {least}: the autoscaler takes what is too many when it can",
                counted(nodes, "node"),
                nodes / spread.zones,
                counted(spread.zones, "zone"),
            );
            say("pool-rounded", text)
        });
        few.into_iter().chain(more).chain(taken).collect()
    }
}

/// `3 nodes`.
fn counted(number: u32, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        more => format!("{more} {what}s"),
    }
}

/// All ways to take so many of them, each in their order, those with the first ones first.
fn subsets(all: &[String], number: usize) -> Vec<Vec<String>> {
    let Some((first, rest)) = all.split_first().filter(|_| number > 0) else {
        return if number == 0 {
            vec![Vec::new()]
        } else {
            Vec::new()
        };
    };
    let with = subsets(rest, number - 1).into_iter().map(|mut taken| {
        taken.insert(0, first.clone());
        taken
    });
    with.chain(subsets(rest, number)).collect()
}
