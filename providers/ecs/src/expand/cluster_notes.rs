//! What is worth saying of a cluster on ECS.

use provision_core::contract::{Note, Severity};

use super::PLATFORM;
use super::cluster::Plan;

impl Plan<'_> {
    pub(super) fn notes(&self, notes: &mut Vec<Note>) {
        notes.extend(self.protection());
        notes.extend(self.default_pool());
        notes.extend(self.way_out());
        notes.extend(self.single_spot());
    }

    /// There is a mark, and nothing behind it.
    fn protection(&self) -> Option<Note> {
        let message = "ECS has no switch that refuses a deletion: `protect` is a mark that provision heeds, and others do \
                       not";
        let note = || self.note(Severity::Info, "protect-mark", message.to_owned());
        self.block.protect.then(note)
    }

    fn default_pool(&self) -> Option<Note> {
        let several = self.ground.is_some() && self.block.pools.len() > 1;
        let (name, _) = self.first_pool().filter(|_| several)?;
        let message =
            format!("what names no pool runs on `{name}`: the first that is not spot, by name");
        Some(self.note(Severity::Info, "default-pool", message))
    }

    fn way_out(&self) -> Option<Note> {
        let ground = self.ground.as_ref()?;
        let cut_off = !ground.way_out && !self.block.pools.is_empty();
        let message = "without NAT and endpoints, machines reach neither ECS nor their images, and do not join the \
                       cluster unless somebody adds VPC endpoints: remove `endpoints = false` of the network";
        let note = || self.note(Severity::Warning, "nodes-no-way-out", message.to_owned());
        cut_off.then(note)
    }

    fn single_spot(&self) -> Vec<Note> {
        let pools = self.block.pools.iter();
        let single = pools.filter(|(_, pool)| {
            let types = pool.machine.types.get(&PLATFORM);
            self.ground.is_some() && pool.spot && types.is_some_and(|types| types.len() == 1)
        });
        let message =
            "spot capacity of a single machine type runs short more often than that of several";
        single
            .map(|(name, _)| Note {
                address: Some(format!("{}.pool.{name}", self.address)),
                ..self.note(Severity::Info, "spot-single", message.to_owned())
            })
            .collect()
    }
}
