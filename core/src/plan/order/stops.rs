//! Steps of fields that go by stops, and of what follows them: see [`super::walk`].
//!
//! At one stop the walker comes first, then its followers, lower ranks first; then the walker goes on. Between followers
//! of one walker nothing else counts: they are in the same cluster, and it is the stop that they share.

use std::collections::BTreeMap;

use super::{Draft, Node};
use crate::contract::Does;
use crate::model::{Fields, ResourceId, Value};
use crate::plan::Verdict;
use crate::plan::walk::{self, Walk, Way};
use crate::plan::web::{Web, parent_of};

/// What goes by stops in a draft.
pub(super) struct Stops<'a> {
    /// Walks by index of the walker.
    walks: BTreeMap<usize, &'a Walk>,
    /// Walker of each follower, by index.
    walker: BTreeMap<usize, usize>,
    /// The walkers' nodes, in order.
    nodes: BTreeMap<usize, Vec<usize>>,
    /// Followers' nodes by walker, stop and rank.
    legs: BTreeMap<usize, BTreeMap<(usize, u32), Vec<usize>>>,
}

impl<'a> Stops<'a> {
    pub(super) fn new(web: &Web<'a>, walks: &'a BTreeMap<ResourceId, Walk>) -> Self {
        let place = |id: &ResourceId| web.at.get(id).copied();
        let walks: BTreeMap<usize, &Walk> = walks
            .iter()
            .filter_map(|(id, walk)| Some((place(id)?, walk)))
            .collect();
        let followers = walks.iter().flat_map(|(walker, walk)| {
            let followers = walk.legs.keys().filter_map(place);
            followers.map(|follower| (follower, *walker))
        });
        Self {
            walker: followers.collect(),
            walks,
            nodes: BTreeMap::new(),
            legs: BTreeMap::new(),
        }
    }

    fn way(&self, at: usize) -> Option<&'a Way> {
        self.walks.get(&at)?.way.as_ref()
    }
}

impl Draft<'_> {
    /// The steps of one group of fields.
    pub(super) fn update(&mut self, at: usize, group: &[String]) {
        if let Some(way) = self.stops.way(at).filter(|way| group.contains(&way.field)) {
            return self.walk(at, group, way);
        }
        if self.follow(at, Does::Update, group) {
            return;
        }
        self.make(Node {
            fields: group.to_vec(),
            ..Node::new(at, Does::Update)
        });
    }

    /// The steps of an object that is made anew: for its present stop first, when it follows.
    pub(super) fn anew(&mut self, at: usize) {
        if !self.follow(at, Does::Create, &[]) {
            self.make(Node::new(at, Does::Create));
        }
    }

    fn walk(&mut self, at: usize, group: &[String], way: &Way) {
        for (nth, stop) in way.stops.iter().enumerate() {
            let fields = match nth {
                0 => group.to_vec(),
                _ => vec![way.field.clone()],
            };
            let node = self.make(Node {
                fields,
                set: Fields::from([(way.field.clone(), Value::text(stop))]),
                ..Node::new(at, Does::Update)
            });
            self.stops.nodes.entry(at).or_default().push(node);
        }
    }

    /// The steps of a follower; whether it is one, and by these fields. The first step does what `first` says, and takes
    /// all of the group along.
    fn follow(&mut self, at: usize, first: Does, group: &[String]) -> bool {
        let Some(walker) = self.stops.walker.get(&at).copied() else {
            return false;
        };
        let web = self.web;
        let legs = self.stops.walks[&walker].legs.get(&web.decisions[at].id);
        let by_these = |leg: &&walk::Leg| {
            first == Does::Create || leg.set.keys().any(|name| group.contains(name))
        };
        let legs: Vec<&walk::Leg> = legs.into_iter().flatten().filter(by_these).collect();
        for (nth, leg) in legs.iter().enumerate() {
            let (does, fields) = match (nth, first) {
                (0, Does::Create) => (Does::Create, Vec::new()),
                (0, _) => (Does::Update, group.to_vec()),
                _ => (Does::Update, leg.set.keys().cloned().collect()),
            };
            let node = self.make(Node {
                at,
                does,
                fields,
                set: leg.set.clone(),
            });
            let of_walker = self.stops.legs.entry(walker).or_default();
            of_walker.entry((leg.at, leg.rank)).or_default().push(node);
        }
        !legs.is_empty()
    }

    /// Whether stops rule that `at` waits for `need`, or that it does not wait at all.
    pub(super) fn goes_by_stops(&self, at: usize, need: usize) -> bool {
        let walker = self.stops.walker.get(&at);
        if walker
            .is_some_and(|walker| *walker == need || self.stops.walker.get(&need) == Some(walker))
        {
            return true;
        }
        // What is new in the walker is made for its last stop: a follower on the way must not wait for that.
        if walker.is_some_and(|walker| self.waits_for_end(need, *walker)) {
            return true;
        }
        self.stops.way(need).is_some() && !self.waits_for_end(at, need)
    }

    /// Whether it is made when the walker has arrived: it is new, and lives in the walker or refers to where it goes.
    fn waits_for_end(&self, at: usize, walker: usize) -> bool {
        let Some(way) = self.stops.way(walker) else {
            return false;
        };
        let (decision, id) = (self.web.decisions[at], &self.web.decisions[walker].id);
        let refers = decision
            .desired
            .as_ref()
            .is_some_and(|desired| walk::refers(desired, id, &way.field));
        decision.verdict == Verdict::Create
            && !self.stops.walker.contains_key(&at)
            && (refers || parent_of(decision) == Some(id))
    }

    /// Whether one follows a walker that the other follows as well, or lives in.
    pub(super) fn go_along(&self, at: usize, other: usize) -> bool {
        let Some(walker) = self.stops.walker.get(&at) else {
            return false;
        };
        let lives_in = parent_of(self.web.decisions[other]);
        self.stops.walker.get(&other) == Some(walker)
            || lives_in == Some(&self.web.decisions[*walker].id)
    }

    /// Draws the edges of all walks. What goes from the walker is gone before it sets out, where that makes no circle;
    /// what one that follows has replaced is gone before it goes on, for the cloud counts it as left behind.
    pub(super) fn by_stops(&mut self) {
        let (mut edges, mut soft) = (Vec::new(), Vec::new());
        for walker in self.stops.walks.keys() {
            let nodes = self.stops.nodes.get(walker).map_or(&[][..], Vec::as_slice);
            let legs = self.stops.legs.get(walker);
            let mut before: Vec<usize> = Vec::new();
            for stop in 0..=nodes.len() {
                if let Some(node) = stop.checked_sub(1).and_then(|nth| nodes.get(nth)) {
                    edges.extend(before.iter().map(|earlier| (*earlier, *node)));
                    before = vec![*node];
                }
                let ranks = legs
                    .into_iter()
                    .flat_map(|legs| legs.range((stop, 0)..=(stop, u32::MAX)));
                for (_, rank) in ranks {
                    for node in rank {
                        edges.extend(before.iter().map(|earlier| (*earlier, *node)));
                    }
                    before.clone_from(rank);
                }
            }
            let id = &self.web.decisions[*walker].id;
            let inner =
                (0..self.spans.len()).filter(|at| parent_of(self.web.decisions[*at]) == Some(id));
            for (at, gone) in inner.filter_map(|at| Some((at, self.spans[at].gone?))) {
                soft.extend(nodes.first().map(|first| (gone, *first)));
                let heir = self.web.newest(at);
                if heir.is_some_and(|heir| self.stops.walker.get(&heir) == Some(walker)) {
                    edges.extend(nodes.get(1).map(|second| (gone, *second)));
                }
            }
        }
        self.edges.extend(edges);
        self.soft.extend(soft);
    }
}
