//! Which ready step goes next: the one with the longest chain behind it, when there is a place and its lane is
//! free. A lane is as wide as its steps say, mostly one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Longest chain first, then plan order.
type Place = (Reverse<u64>, usize);

/// Ready steps, places and lanes.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    places: usize,
    taken: usize,
    ready: BTreeSet<Place>,
    lanes: BTreeMap<String, Lane>,
}

/// One lane.
#[derive(Clone, Debug, Default)]
struct Lane {
    held: u32,
    waiting: BTreeSet<Place>,
}

impl Queue {
    /// A queue with so many places.
    pub(super) fn new(parallel: usize) -> Self {
        Self {
            places: parallel.max(1),
            taken: 0,
            ready: BTreeSet::new(),
            lanes: BTreeMap::new(),
        }
    }

    /// Places in use.
    pub(super) fn taken(&self) -> usize {
        self.taken
    }

    /// A step is ready.
    pub(super) fn push(&mut self, rank: u64, at: usize) {
        self.ready.insert((Reverse(rank), at));
    }

    /// The next step that may begin; it takes a place and its lane.
    pub(super) fn pop<'a>(
        &mut self,
        lane: impl Fn(usize) -> Option<(&'a str, u32)>,
    ) -> Option<usize> {
        if self.taken == self.places {
            return None;
        }
        while let Some(place) = self.ready.pop_first() {
            if let Some((lane, width)) = lane(place.1) {
                let lane = self.lanes.entry(lane.to_owned()).or_default();
                if lane.held >= width.max(1) {
                    lane.waiting.insert(place);
                    continue;
                }
                lane.held += 1;
            }
            self.taken += 1;
            return Some(place.1);
        }
        None
    }

    /// A step gives back its place.
    pub(super) fn leave(&mut self) {
        self.taken -= 1;
    }

    /// A step gives back its lane.
    pub(super) fn release(&mut self, lane: Option<&str>) {
        if let Some(lane) = lane.and_then(|lane| self.lanes.get_mut(lane)) {
            lane.held = lane.held.saturating_sub(1);
            // One of them is enough: it moves the next one when it is done.
            self.ready.extend(lane.waiting.pop_first());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_exclude_and_the_longest_chain_goes_first() {
        let lane = |at: usize| (at < 3).then_some(("cluster", 1));
        let mut queue = Queue::new(2);
        for (rank, at) in [(5, 0), (9, 1), (7, 2), (1, 3), (2, 4)] {
            queue.push(rank, at);
        }
        assert_eq!(queue.pop(lane), Some(1));
        assert_eq!(queue.pop(lane), Some(4));
        assert_eq!(queue.pop(lane), None);
        queue.leave();
        queue.release(Some("cluster"));
        assert_eq!(queue.pop(lane), Some(2));
        queue.leave();
        assert_eq!(queue.pop(lane), Some(3));
        queue.leave();
        assert_eq!(
            queue.pop(lane),
            None,
            "a step that gave back its place keeps its lane"
        );
        queue.release(Some("cluster"));
        assert_eq!(queue.pop(lane), Some(0));
        assert_eq!(queue.pop(lane), None);
    }

    #[test]
    fn a_wide_lane_has_as_many_steps_as_it_says() {
        let lane = |_| Some(("pools", 2));
        let mut queue = Queue::new(9);
        (0..4).for_each(|at| queue.push(0, at));
        assert_eq!((queue.pop(lane), queue.pop(lane)), (Some(0), Some(1)));
        assert_eq!(queue.pop(lane), None);
        queue.release(Some("pools"));
        assert_eq!((queue.pop(lane), queue.pop(lane)), (Some(2), None));
        queue.release(Some("pools"));
        queue.release(Some("pools"));
        assert_eq!(queue.pop(lane), Some(3));
    }
}
