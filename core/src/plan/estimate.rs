//! How long a plan takes: its longest chain of steps.

use std::collections::BTreeMap;

use super::{Estimate, Step};

/// The critical path. Steps must come in order, as [`super::order`] gives them; lanes are left out of account.
#[must_use]
pub fn estimate(steps: &[Step]) -> Estimate {
    // Per step: seconds until its end, and the step before it on the longest way there.
    let mut ends: BTreeMap<u32, (u32, Option<u32>)> = BTreeMap::new();
    for step in steps {
        let mut before = (0, None);
        for after in &step.after {
            if let Some((end, _)) = ends.get(after)
                && (before.1.is_none() || *end > before.0)
            {
                before = (*end, Some(*after));
            }
        }
        ends.insert(step.n, (before.0.saturating_add(step.seconds), before.1));
    }
    let Some(seconds) = ends.values().map(|(end, _)| *end).max() else {
        return Estimate::default();
    };
    let mut last = ends
        .iter()
        .find(|(_, (end, _))| *end == seconds)
        .map(|(n, _)| *n);
    let mut critical_path = Vec::new();
    while let Some(n) = last {
        critical_path.push(n);
        last = ends.get(&n).and_then(|(_, before)| *before);
    }
    critical_path.reverse();
    Estimate {
        seconds,
        critical_path,
    }
}
