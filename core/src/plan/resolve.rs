//! What a resource waits for: the order in which resources are decided, and references filled with what is live.

use std::collections::BTreeMap;
use std::convert::Infallible;

use super::{Decision, Tables, Verdict, walk};
use crate::model::{Never, Pending, Piece, Reference, Resource, ResourceId, Value};

/// A known value as one that could have holes.
pub(super) fn known<H>(value: &Value<Never>) -> Value<H> {
    let filled: Result<Value<H>, Infallible> = value.try_fill(&mut |hole| match *hole {});
    match filled {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

/// What desired resources wait for, by place in the list they were made from.
pub(super) struct Graph {
    /// Places by id.
    pub(super) at: BTreeMap<ResourceId, usize>,
    /// What each refers to in its fields, sorted.
    pub(super) refers: Vec<Vec<usize>>,
    /// What else it is made after (`parent`, `after`), sorted.
    pub(super) follows: Vec<Vec<usize>>,
    /// The first id it refers to, or lives in, that no resource has.
    pub(super) dangling: Vec<Option<ResourceId>>,
    /// Places, each after all that it waits for; cycles broken somewhere.
    pub(super) order: Vec<usize>,
    /// For each member of a cycle, the next one.
    pub(super) cycle: BTreeMap<usize, usize>,
}

impl Graph {
    /// The graph of these resources. References to nothing are kept apart; an `after` that names nothing is ignored.
    pub(super) fn new(resources: &[Resource<Pending>]) -> Self {
        let at: BTreeMap<ResourceId, usize> = resources
            .iter()
            .enumerate()
            .map(|(place, resource)| (resource.id.clone(), place))
            .collect();
        let mut graph = Self {
            at,
            refers: Vec::with_capacity(resources.len()),
            follows: Vec::with_capacity(resources.len()),
            dangling: Vec::with_capacity(resources.len()),
            order: Vec::new(),
            cycle: BTreeMap::new(),
        };
        for resource in resources {
            let referenced = resource.referenced();
            let needed = referenced.iter().chain(&resource.parent);
            let dangling = needed.filter(|id| !graph.at.contains_key(*id)).min();
            graph.dangling.push(dangling.cloned());
            graph.refers.push(graph.places(&referenced));
            let follows: Vec<ResourceId> = resource
                .parent
                .iter()
                .chain(&resource.after)
                .cloned()
                .collect();
            graph.follows.push(graph.places(&follows));
        }
        graph.sort();
        graph
    }

    fn places(&self, ids: &[ResourceId]) -> Vec<usize> {
        let mut places: Vec<usize> = ids
            .iter()
            .filter_map(|id| self.at.get(id).copied())
            .collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// All it waits for, possibly repeated.
    pub(super) fn needs(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        self.refers[place]
            .iter()
            .chain(&self.follows[place])
            .copied()
    }

    fn sort(&mut self) {
        let count = self.refers.len();
        let mut users = vec![Vec::new(); count];
        let mut open = vec![0_usize; count];
        for (place, open) in open.iter_mut().enumerate() {
            for need in self.needs(place) {
                users[need].push(place);
                *open += 1;
            }
        }
        let mut left: Vec<bool> = vec![true; count];
        let mut ready: Vec<usize> = (0..count).filter(|place| open[*place] == 0).collect();
        self.drain(&mut ready, &mut left, &mut open, &users);
        if self.order.len() < count {
            self.find_cycles(&left);
            // Members of cycles are not decided by what they wait for; what waits for them goes on after them.
            let members: Vec<usize> = self.cycle.keys().copied().collect();
            let mut ready = members.clone();
            for member in members {
                open[member] = 0;
            }
            self.drain(&mut ready, &mut left, &mut open, &users);
        }
    }

    fn drain(
        &mut self,
        ready: &mut Vec<usize>,
        left: &mut [bool],
        open: &mut [usize],
        users: &[Vec<usize>],
    ) {
        while let Some(place) = ready.pop() {
            if !std::mem::replace(&mut left[place], false) {
                continue;
            }
            self.order.push(place);
            for user in &users[place] {
                open[*user] = open[*user].saturating_sub(1);
                if open[*user] == 0 {
                    ready.push(*user);
                }
            }
        }
    }

    /// Takes away, from what is left, all that nothing left waits for: what stays lies on cycles or between them.
    fn find_cycles(&mut self, left: &[bool]) {
        let mut stays = left.to_vec();
        let mut users = vec![0_usize; left.len()];
        for place in (0..left.len()).filter(|place| left[*place]) {
            self.needs(place).for_each(|need| users[need] += 1);
        }
        let unused = |place: &usize| left[*place] && users[*place] == 0;
        let mut ready: Vec<usize> = (0..left.len()).filter(unused).collect();
        while let Some(place) = ready.pop() {
            stays[place] = false;
            for need in self.needs(place) {
                users[need] -= 1;
                if left[need] && users[need] == 0 {
                    ready.push(need);
                }
            }
        }
        for place in (0..left.len()).filter(|place| stays[*place]) {
            if let Some(next) = self.needs(place).filter(|need| stays[*need]).min() {
                self.cycle.insert(place, next);
            }
        }
    }
}

/// What references come to, as far as their targets are decided.
pub(super) struct Outputs<'a> {
    /// Tables: which outputs are volatile.
    pub(super) tables: &'a Tables,
    /// Places by id.
    pub(super) at: &'a BTreeMap<ResourceId, usize>,
    /// What is wanted, by place.
    pub(super) resources: &'a [Resource<Pending>],
    /// Decisions by place, without what is wanted.
    pub(super) decisions: &'a [Option<Decision>],
}

impl Outputs<'_> {
    /// The resource with every reference filled that is known now and stays so; the others stay pending.
    pub(super) fn fill(&self, resource: &Resource<Pending>) -> Resource<Pending> {
        let filled: Result<_, Infallible> = resource.try_fill(|pending| Ok(self.text(pending)));
        match filled {
            Ok(resource) => resource,
            Err(never) => match never {},
        }
    }

    fn text(&self, pending: &Pending) -> Value<Pending> {
        let filled = match pending.0.as_slice() {
            [Piece::Ref(reference)] => self.output(reference).map(|value| known(&value)),
            pieces => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(literal) => Some(literal.clone()),
                    Piece::Ref(reference) => self.output(reference).map(|value| match value {
                        Value::Text(text) => text,
                        other => other.to_json().to_string(),
                    }),
                })
                .collect::<Option<String>>()
                .map(Value::Text),
        };
        filled.unwrap_or_else(|| Value::Hole(pending.clone()))
    }

    /// An output that holds through this plan: of an object that is there and stays, and not one that its own change
    /// may move; of a field that goes by stops, where it goes.
    fn output(&self, reference: &Reference) -> Option<Value<Never>> {
        let place = self.at.get(&reference.id)?;
        let decision = self.decisions.get(*place)?.as_ref()?;
        let table = self.tables.get(&decision.kind);
        let wanted = self.resources.get(*place)?;
        if let Some(way) = table.and_then(|table| walk::way_to(table, decision, wanted))
            && way.field == reference.output
        {
            return way.stops.last().map(Value::text);
        }
        let moves = match decision.verdict {
            Verdict::Nothing | Verdict::Keep | Verdict::Blocked => false,
            Verdict::Update { .. } | Verdict::Adopt { .. } | Verdict::Wait => {
                self.volatile(decision, &reference.output)
            }
            _ => true,
        };
        let value = decision.live.as_ref()?.outputs.get(&reference.output)?;
        (!moves && *value != Value::Null).then(|| value.clone())
    }

    fn volatile(&self, decision: &Decision, output: &str) -> bool {
        let changes = |field: &String| match &decision.verdict {
            Verdict::Update { groups } | Verdict::Adopt { groups } => {
                groups.iter().flatten().any(|one| one == field)
            }
            _ => true,
        };
        self.tables.get(&decision.kind).is_none_or(|table| {
            let output = table.outputs.iter().find(|one| one.name == output);
            output.is_some_and(|output| {
                let any = output.moved_by.is_empty();
                output.volatile && (any || output.moved_by.iter().any(changes))
            })
        })
    }
}
