//! Desired resources.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Hole, Kind, Pending, Platform, ResourceId, Value};

/// One desired cloud object. `H` says how much of it is known: `Resource<Open>` out of expansion,
/// `Resource<Pending>` in a plan, `Resource<Never>` at the moment of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "H: Hole")]
pub struct Resource<H> {
    /// Its identity in the stack.
    pub id: ResourceId,
    /// Its kind; the kind's table rules its fields.
    pub kind: Kind,
    /// The provider that serves it: `aws`, `eks`.
    pub provider: String,
    /// The platform it is for; `None` for what several share (a network).
    pub platform: Option<Platform>,
    /// Its deterministic physical name, for kinds that are read by name.
    pub name: Option<String>,
    /// The object it lives in (the cluster of a node group). Parent absent means absent without a call.
    pub parent: Option<ResourceId>,
    /// Fields by name, exactly the rows of the kind's table; a missing one is not compared.
    pub fields: BTreeMap<String, Value<H>>,
    /// Created after these, beyond what its references say.
    pub after: Vec<ResourceId>,
    /// On deletion, outlives these beyond the reverse of the create order.
    pub outlives: Vec<ResourceId>,
    /// Never deleted or replaced while set.
    pub protect: bool,
    /// It may stand already, made by somebody else, and is then taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adopt: Option<Adopt>,
}

/// Leave to take an existing object over. Given by the word `adopt` alone, never by a name that happens to fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adopt {
    /// The object that the block names: a VPC, a cluster, a node group. What is adopted is that one, or lies in it.
    pub root: String,
    /// What becomes of the resource where there is nothing to adopt.
    pub otherwise: Otherwise,
}

/// What becomes of a resource that could be adopted, and is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Otherwise {
    /// It is made.
    Create,
    /// It is done without.
    Leave,
    /// Nothing can be done about it.
    Refuse {
        /// What to do.
        advice: String,
    },
}

impl Resource<Pending> {
    /// Ids this resource refers to in its fields, in order, possibly repeated.
    #[must_use]
    pub fn referenced(&self) -> Vec<ResourceId> {
        let mut ids = Vec::new();
        self.each_referenced(&mut |id| ids.push(id.clone()));
        ids
    }

    /// The same, one after another.
    pub fn each_referenced<'a>(&'a self, see: &mut impl FnMut(&'a ResourceId)) {
        for value in self.fields.values() {
            value.each_hole(&mut |pending: &'a Pending| {
                pending
                    .references()
                    .for_each(|reference| see(&reference.id));
            });
        }
    }
}

impl<H> Resource<H> {
    /// The same resource with every hole filled by `fill`.
    ///
    /// # Errors
    /// The first error of `fill`.
    pub fn try_fill<G, E>(
        &self,
        mut fill: impl FnMut(&H) -> Result<Value<G>, E>,
    ) -> Result<Resource<G>, E> {
        let fields = self
            .fields
            .iter()
            .map(|(name, value)| Ok((name.clone(), value.try_fill(&mut fill)?)))
            .collect::<Result<_, E>>()?;
        Ok(Resource {
            id: self.id.clone(),
            kind: self.kind.clone(),
            provider: self.provider.clone(),
            platform: self.platform,
            name: self.name.clone(),
            parent: self.parent.clone(),
            fields,
            after: self.after.clone(),
            outlives: self.outlives.clone(),
            protect: self.protect,
            adopt: self.adopt.clone(),
        })
    }
}
