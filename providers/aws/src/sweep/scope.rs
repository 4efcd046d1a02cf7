//! What of all that was found is left of what goes.

use std::collections::{BTreeMap, BTreeSet};

use provision_core::contract::{Leaver, Leavers};
use provision_core::model::{Observed, ResourceId};

use super::found::{Found, Sort, World};
use super::owner;
use crate::kinds::live::{output, text};
use crate::kinds::{SecurityGroup, Served, Vpc};

/// What goes, by what tells it.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// Clusters that go, by name.
    pub(super) clusters: BTreeMap<String, ResourceId>,
    /// Networks of which something goes, and what of them: the network itself, where it does.
    pub(super) networks: BTreeMap<String, ResourceId>,
    /// Networks that go as a whole.
    pub(super) whole: BTreeSet<String>,
    /// Clusters that are still live with what goes: their groups go with them.
    live: BTreeSet<String>,
    /// Names of clusters that stay.
    stays: BTreeSet<String>,
    stack: String,
}

/// Whose leftover an object is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Owner {
    /// What of ours goes first.
    pub(super) by: ResourceId,
    /// The cluster's name; `None` where only a controller is known, not of which cluster.
    pub(super) cluster: Option<String>,
}

impl Scope {
    /// Of what goes.
    pub(super) fn new(leavers: &Leavers) -> Self {
        let mut scope = Self {
            stays: leavers.stays.iter().cloned().collect(),
            stack: leavers.context.stack.clone(),
            ..Self::default()
        };
        for leaver in &leavers.going {
            match (leaver.kind.as_str(), &leaver.live) {
                (Vpc::KIND, Some(live)) => {
                    scope.whole.insert(live.physical.clone());
                    scope
                        .networks
                        .insert(live.physical.clone(), leaver.id.clone());
                }
                (SecurityGroup::KIND, Some(live)) => scope.beside(leaver, text(live, "vpc")),
                (Vpc::KIND | SecurityGroup::KIND, None) => {}
                (_, live) => scope.cluster(leaver, live.as_ref()),
            }
        }
        scope
    }

    /// Something of this network goes.
    fn beside(&mut self, leaver: &Leaver, vpc: Option<&str>) {
        if let Some(vpc) = vpc {
            let id = || leaver.id.clone();
            self.networks.entry(vpc.to_owned()).or_insert_with(id);
        }
    }

    fn cluster(&mut self, leaver: &Leaver, live: Option<&Observed>) {
        let live_name = live.and_then(|live| output(live, "name"));
        let Some(name) = live_name.or(leaver.name.as_deref()) else {
            return;
        };
        self.clusters.insert(name.to_owned(), leaver.id.clone());
        if let Some(live) = live {
            self.live.insert(name.to_owned());
            self.beside(leaver, text(live, "vpc"));
        }
    }

    /// Ids of the networks to look into.
    pub(super) fn vpcs(&self) -> Vec<String> {
        self.networks.keys().cloned().collect()
    }

    /// Whether controllers inside this object make such things.
    pub(super) fn makes(&self, id: &ResourceId) -> bool {
        self.clusters.values().any(|cluster| cluster == id)
    }

    /// Whose leftover an object is; `None` when it is nobody's that goes.
    pub(super) fn owner(&self, world: &World, found: &Found) -> Option<Owner> {
        if found.sort == Sort::Volume {
            let name = owner::maker(found).filter(|_| owner::is_claimed(&found.tags))?;
            let by = self.clusters.get(name)?.clone();
            let cluster = Some(name.to_owned());
            return Some(Owner { by, cluster });
        }
        let vpc = found.vpc.as_deref()?;
        let by = self.networks.get(vpc)?;
        let ours = world.marks.get(vpc)?.as_deref() == Some(self.stack.as_str());
        if !ours || self.comes_and_goes(found) {
            return None;
        }
        match owner::maker(found) {
            Some(name) => {
                let by = match self.clusters.get(name) {
                    Some(id) => id,
                    None if self.is_ours_and_gone(world, name) => by,
                    None => return None,
                };
                let (by, cluster) = (by.clone(), Some(name.to_owned()));
                Some(Owner { by, cluster })
            }
            None if owner::is_of_node(&found.tags) && self.whole.contains(vpc) => Some(Owner {
                by: by.clone(),
                cluster: None,
            }),
            None => None,
        }
    }

    /// What is not left behind: an interface in use, and the group that goes with its cluster by itself.
    fn comes_and_goes(&self, found: &Found) -> bool {
        let lives = owner::maker(found).is_some_and(|name| self.live.contains(name));
        match found.sort {
            Sort::Interface => found.busy.is_some(),
            Sort::Group => lives && owner::comes_with_cluster(&found.tags),
            _ => false,
        }
    }

    /// A cluster with a name as this stack gives them, of which nothing lives here: an earlier run removed it, and died.
    fn is_ours_and_gone(&self, world: &World, name: &str) -> bool {
        name.strip_prefix(&self.stack)
            .is_some_and(|rest| rest.starts_with('-'))
            && !self.stays.contains(name)
            && !world.alive.iter().any(|alive| alive == name)
    }
}
