//! Where a cluster lies: its location, and the zones of its nodes.

use provision_core::model::{Choice, Opt, Value};
use provision_kind::Field;

use super::cluster::Plan;

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
        let all = self.known_zones();
        let number = usize::from(self.network.zones);
        let told = self.facts.is_some_and(|facts| !facts.zones.is_empty());
        if self.block.gke.autopilot || number == 1 || (number > all.len() && !told) {
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
