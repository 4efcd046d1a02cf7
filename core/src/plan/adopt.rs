//! Words `adopt` that name nothing.

use super::{Goal, Inputs};
use crate::model::{Address, Otherwise, Sight};

/// Blocks that name an object to take over that is not there, with what to do; each block once.
#[must_use]
pub fn not_there(inputs: &Inputs) -> Vec<(Address, String)> {
    if inputs.goal == Goal::Destroy {
        return Vec::new();
    }
    let mut found: Vec<(Address, String)> = Vec::new();
    for resource in &inputs.resources {
        let absent = matches!(inputs.sights.get(&resource.id), Some(Sight::Absent));
        // In what is not there, or is somebody else's, nothing was looked for.
        let parent = resource.parent.as_ref();
        let within = parent.is_none_or(|parent| {
            let sight = inputs.sights.get(parent);
            sight.is_some_and(|sight| sight.live().is_some())
        });
        let adopt = resource.adopt.as_ref().filter(|_| absent && within);
        if let Some(Otherwise::Refuse { advice }) = adopt.map(|adopt| &adopt.otherwise) {
            found.push((resource.id.address.clone(), advice.clone()));
        }
    }
    // Of a network the VPC comes before what lies in it.
    found.dedup_by(|later, first| later.0 == first.0);
    found
}
