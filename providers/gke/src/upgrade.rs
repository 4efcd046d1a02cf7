//! What goes along when a control plane is upgraded: pools that shall have its minor get it once it is there.
//!
//! GKE refuses nodes that are newer than their control plane, and a control plane more than two minors above them ("GKE version
//! and upgrade support", version skew). So a pool is upgraded once, at the end, and on the way only where it would be left behind.

use provision_core::contract::{Advice, Advised, Follow, Walking};
use provision_core::model::{Fields, Minor, Observed};

/// So many minors may nodes be behind their control plane.
const SKEW: u32 = 2;

/// The pools of all clusters that are upgraded, each with the stops at which it follows.
pub(crate) fn advise(advised: &Advised) -> Advice {
    let mut advice = Advice::default();
    for walk in &advised.walks {
        let cluster = &walk.desired.id;
        let pools = advised.live.iter();
        for pool in pools.filter(|live| live.parent.as_ref() == Some(cluster)) {
            advice.follow.extend(follows(walk, pool));
        }
    }
    advice
}

fn follows(walk: &Walking, pool: &Observed) -> Vec<Follow> {
    let has = pool.fields.get(&walk.field).and_then(|one| one.as_text());
    let Some(mut has) = has.and_then(Minor::of) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for (at, stop) in walk.stops.iter().enumerate() {
        let Some(here) = Minor::of(stop).filter(|here| *here > has) else {
            continue;
        };
        let left_behind = match walk.stops.get(at + 1).and_then(|next| Minor::of(next)) {
            Some(next) => next > has.at(has.minor + SKEW),
            None => true,
        };
        if left_behind {
            has = here;
            all.push(Follow {
                walker: walk.desired.id.clone(),
                stop: stop.clone(),
                id: pool.id.clone(),
                rank: 0,
                set: Fields::from([(walk.field.clone(), stop.as_str().into())]),
            });
        }
    }
    all
}
