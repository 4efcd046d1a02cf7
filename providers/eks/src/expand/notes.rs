//! What is worth saying of a cluster.

use provision_core::contract::{Note, Severity};
use provision_core::model::Platform;
use provision_core::spec::{Pool, TaintEffect};

use super::Plan;
use crate::calendar;
use crate::kinds::is_anywhere;

impl Plan<'_> {
    pub(super) fn notes(&self, notes: &mut Vec<Note>) {
        notes.extend(self.version_notes());
        notes.extend(self.endpoint_notes());
        notes.extend(self.network_notes());
        notes.extend(self.access_notes());
        if self.adopted.is_none() {
            notes.extend(self.addon_notes());
        }
        for (name, pool) in &self.block.pools {
            notes.extend(self.pool_notes(name, pool));
        }
    }

    fn note(&self, severity: Severity, code: &str, message: impl Into<String>) -> Note {
        Note {
            severity,
            code: code.to_owned(),
            message: message.into(),
            address: Some(self.address.clone()),
        }
    }

    /// What the calendar knows is told with dates and prices by `remark`.
    fn version_notes(&self) -> Option<Note> {
        let version = self.first_version()?;
        let message = format!(
            "Kubernetes {version} is newer than the built-in calendar of EKS, which is of {}: when its \
             support ends is not known",
            calendar::AS_OF
        );
        calendar::is_newer(&version).then(|| self.note(Severity::Warning, "version-new", message))
    }

    fn endpoint_notes(&self) -> Vec<Note> {
        let endpoint = &self.block.endpoint;
        let mut notes = Vec::new();
        if endpoint.public.iter().any(|range| is_anywhere(range)) {
            let message = "the whole internet reaches the API, where IAM alone guards it: name ranges in \
                           endpoint.public, or set it to false";
            notes.push(self.note(Severity::Warning, "public-endpoint", message));
        } else if !endpoint.private && !self.block.pools.is_empty() {
            let message = "nodes reach the API by its public endpoint only: they can join when the addresses of \
                           the NAT gateways are among the ranges of endpoint.public, or with \
                           endpoint.private = true";
            notes.push(self.note(Severity::Warning, "nodes-locked-out", message));
        }
        notes
    }

    fn access_notes(&self) -> Option<Note> {
        if self.creator_is_admin() {
            let message = "`access` names no admin: whoever creates the cluster becomes one";
            Some(self.note(Severity::Info, "creator-admin", message))
        } else if self.names_an_admin() {
            None
        } else {
            let message = "`access` names no admin, and gives the caller less: nobody may do everything in the \
                           cluster";
            Some(self.note(Severity::Warning, "no-admin", message))
        }
    }

    fn addon_notes(&self) -> Option<Note> {
        let pools = &self.block.pools;
        if pools.is_empty() {
            let message = "CoreDNS and the EBS driver need nodes: they come with the first pool";
            Some(self.note(Severity::Info, "addons-wait", message))
        } else if pools.values().any(takes_anything) {
            None
        } else {
            let message = "no pool has a node from the start that takes pods without a toleration: CoreDNS and \
                           the EBS driver find no place, and their creation fails. Give one pool min = 1 and no \
                           taint";
            Some(self.note(Severity::Warning, "addons-nowhere", message))
        }
    }

    fn pool_notes(&self, name: &str, pool: &Pool) -> Vec<Note> {
        let (min, max) = (pool.nodes.min, pool.nodes.max);
        let mut notes = Vec::new();
        if min < max {
            let message = format!(
                "EKS does not scale nodes by itself: the pool starts with {min}, and an autoscaler in the \
                 cluster may take it to {max}"
            );
            notes.push(self.note(Severity::Info, "nodes-autoscaler", message));
        }
        let types = pool.machine.types.get(&Platform::Eks);
        if pool.spot && types.is_some_and(|types| types.len() == 1) {
            let message =
                "spot capacity of a single machine type runs short more often than that of several";
            notes.push(self.note(Severity::Info, "spot-single", message));
        }
        for note in &mut notes {
            note.address = Some(format!("{}.pool.{name}", self.address));
        }
        notes
    }

    /// Nodes fetch images and call EC2 before they are ready.
    fn network_notes(&self) -> Option<Note> {
        let cut_off = !self.ground.way_out && !self.block.pools.is_empty();
        let message = "without NAT and endpoints, nodes reach neither their images nor AWS, and do not become \
                       ready unless somebody adds VPC endpoints: remove `endpoints = false` of the network";
        cut_off.then(|| self.note(Severity::Warning, "nodes-no-way-out", message))
    }
}

/// Whether pods without tolerations find a node here from the start.
fn takes_anything(pool: &Pool) -> bool {
    let keeps_away = |effect| matches!(effect, TaintEffect::NoSchedule | TaintEffect::NoExecute);
    pool.nodes.min > 0 && !pool.taints.iter().any(|taint| keeps_away(taint.effect))
}
