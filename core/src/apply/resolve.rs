//! Filling references at the moment of a call, from outputs that are known by then.

use std::collections::BTreeMap;

use crate::contract::Parent;
use crate::model::{Fields, Never, Observed, Pending, Reference, Resource, ResourceId, Value};
use crate::plan::PlanFile;

/// An output that should be known by now and is not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("output `{}` of {} is not known", .0.output, .0.id)]
pub(super) struct Missing(Reference);

/// What is known of objects: as the plan saw them, and as this run has left them.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Results of this run; `None` = gone.
    now: BTreeMap<ResourceId, Option<Observed>>,
}

impl Known {
    /// Takes a result of this run.
    pub(super) fn publish(&mut self, observed: Observed) {
        self.now.insert(observed.id.clone(), Some(observed));
    }

    /// An object is gone. A new one that already took its id stays.
    pub(super) fn remove(&mut self, id: &ResourceId, physical: Option<&str>) {
        let newer =
            matches!(self.now.get(id), Some(Some(now)) if Some(now.physical.as_str()) != physical);
        if !newer {
            self.now.insert(id.clone(), None);
        }
    }

    /// The object as it is now.
    pub(super) fn get<'a>(&'a self, plan: &'a PlanFile, id: &ResourceId) -> Option<&'a Observed> {
        match self.now.get(id) {
            Some(now) => now.as_ref(),
            None => plan.live.get(id),
        }
    }

    /// The desired resource with all its references filled.
    pub(super) fn resolve(
        &self,
        plan: &PlanFile,
        desired: &Resource<Pending>,
    ) -> Result<Resource<Never>, Missing> {
        desired.try_fill(|pending| pending.fill(|reference| self.output(plan, reference)))
    }

    /// What a step must know of the object that its own lives in.
    pub(super) fn parent(&self, plan: &PlanFile, id: &ResourceId) -> Parent {
        let outputs = self
            .get(plan, id)
            .map_or_else(Fields::new, |live| live.outputs.clone());
        Parent {
            id: id.clone(),
            name: plan.desired.get(id).and_then(|parent| parent.name.clone()),
            outputs,
        }
    }

    fn output<'a>(
        &'a self,
        plan: &'a PlanFile,
        reference: &Reference,
    ) -> Result<&'a Value<Never>, Missing> {
        self.get(plan, &reference.id)
            .and_then(|live| live.outputs.get(&reference.output))
            .ok_or_else(|| Missing(reference.clone()))
    }
}
