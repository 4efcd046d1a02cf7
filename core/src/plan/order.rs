//! Decisions → steps, each after what it waits for.
//!
//! Making goes along what is desired: after the steps of what it refers to, lives in or comes after. Removing goes
//! against what is live: after everything that still needs the object is gone, or is changed to need it no more. Both
//! meet in one graph, so mixed plans need no special case. Linear in resources and references, but for sorting.

use std::collections::{BTreeMap, BTreeSet};

use super::walk::{self, Walk};
use super::web::{Web, parent_of};
use super::{Decided, Decision, ShownEffect, Step, Tables, Verdict};
use crate::contract::Does;
use crate::model::{Fields, Kind, Lane, ReplaceOrder, ResourceId, Table, Value};

mod edges;
mod line;
mod stops;

use line::lists;
use stops::Stops;

/// Steps that cannot be put in order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// Steps wait for each other.
    #[error(
        "these wait for each other and cannot be put in order: {}; \
         apply a file without one of the changes first", join(.0)
    )]
    Cycle(Vec<ResourceId>),
    /// No linked provider has the kind.
    #[error("{id} is of kind `{kind}`, which no provider here knows; use the build that made it")]
    NoTable {
        /// The resource.
        id: ResourceId,
        /// Its kind.
        kind: Kind,
    },
}

pub(super) fn join(ids: &[ResourceId]) -> String {
    let words: Vec<String> = ids.iter().map(ToString::to_string).collect();
    words.join(", ")
}

/// Steps in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ordered {
    /// Numbered from 1; each comes after what it waits for.
    pub steps: Vec<Step>,
    /// Replaced resources whose new object would come first, and cannot here: what they need is itself removed first.
    pub delete_first: Vec<ResourceId>,
}

/// Puts the steps of all decisions in order. The same decisions give the same steps; ties go by id.
///
/// # Errors
/// [`OrderError`]: steps in a circle, kinds without a table.
pub fn order(decided: &Decided, tables: &Tables) -> Result<Ordered, OrderError> {
    let web = Web::new(decided);
    let walks = walk::all(decided, tables);
    let mut demoted = BTreeSet::new();
    loop {
        let mut draft = Draft::new(&web, tables, &walks, &demoted)?;
        draft.connect();
        let stuck = match draft.untangle() {
            Ok(line) => {
                return Ok(Ordered {
                    steps: draft.steps(&line),
                    delete_first: ids(&web, &demoted),
                });
            }
            Err(stuck) => stuck,
        };
        let demote = draft.to_demote(&stuck);
        if demote.is_empty() {
            let stuck = stuck.iter().map(|node| draft.nodes[*node].at).collect();
            return Err(OrderError::Cycle(ids(&web, &stuck)));
        }
        demoted.extend(demote);
    }
}

fn ids(web: &Web<'_>, indices: &BTreeSet<usize>) -> Vec<ResourceId> {
    indices
        .iter()
        .map(|at| web.decisions[*at].id.clone())
        .collect()
}

/// One step before it has a number.
#[derive(Clone)]
struct Node {
    /// Index of its decision.
    at: usize,
    does: Does,
    fields: Vec<String>,
    /// What holds for this step alone.
    set: Fields,
}

impl Node {
    fn new(at: usize, does: Does) -> Self {
        Self {
            at,
            does,
            fields: Vec::new(),
            set: Fields::new(),
        }
    }
}

/// The nodes of one decision.
#[derive(Clone, Copy, Default)]
struct Span {
    /// First and last step that make it as desired.
    made: Option<(usize, usize)>,
    /// The step that removes it.
    gone: Option<usize>,
}

struct Draft<'a> {
    web: &'a Web<'a>,
    tables: Vec<Option<&'a Table>>,
    demoted: &'a BTreeSet<usize>,
    nodes: Vec<Node>,
    spans: Vec<Span>,
    /// What goes by stops.
    stops: Stops<'a>,
    /// Pairs of nodes: the first one comes before the second one.
    edges: Vec<(usize, usize)>,
    /// Pairs that are only good manners: left out where they make a circle.
    soft: Vec<(usize, usize)>,
}

impl<'a> Draft<'a> {
    fn new(
        web: &'a Web<'a>,
        tables: &'a Tables,
        walks: &'a BTreeMap<ResourceId, Walk>,
        demoted: &'a BTreeSet<usize>,
    ) -> Result<Self, OrderError> {
        let mut draft = Self {
            web,
            tables: web
                .decisions
                .iter()
                .map(|decision| tables.get(&decision.kind))
                .collect(),
            demoted,
            nodes: Vec::new(),
            spans: vec![Span::default(); web.decisions.len()],
            stops: Stops::new(web, walks),
            edges: Vec::new(),
            soft: Vec::new(),
        };
        for at in 0..web.decisions.len() {
            draft.place(at);
            let decision = web.decisions[at];
            let span = draft.spans[at];
            let acts = span.made.is_some() || span.gone.is_some();
            if acts && draft.tables[at].is_none() {
                return Err(OrderError::NoTable {
                    id: decision.id.clone(),
                    kind: decision.kind.clone(),
                });
            }
        }
        Ok(draft)
    }

    /// Makes the nodes of one decision.
    fn place(&mut self, at: usize) {
        let web = self.web;
        match &web.decisions[at].verdict {
            Verdict::Nothing | Verdict::Blocked | Verdict::Keep | Verdict::GoesWithParent => {}
            Verdict::Wait => {
                self.make(Node::new(at, Does::Wait));
            }
            Verdict::Create => {
                self.make(Node::new(at, Does::Create));
            }
            Verdict::Run => {
                self.make(Node::new(at, Does::Run));
            }
            Verdict::Adopt { groups } => {
                self.make(Node::new(at, Does::Adopt));
                for group in groups {
                    self.update(at, group);
                }
            }
            Verdict::Update { groups } => {
                for group in groups {
                    self.update(at, group);
                }
            }
            Verdict::Delete => self.remove(at),
            Verdict::Replace if self.old_goes_with_parent(at) => self.anew(at),
            Verdict::Replace if self.is_create_first(at) => {
                let node = self.nodes.len();
                self.anew(at);
                self.remove(at);
                self.edges.push((node, self.nodes.len() - 1));
            }
            Verdict::Replace => {
                self.remove(at);
                let node = self.nodes.len();
                self.edges.push((node - 1, node));
                self.anew(at);
            }
        }
    }

    /// Adds a step to those that make an object, behind the others.
    fn make(&mut self, new: Node) -> usize {
        let node = self.nodes.len();
        let at = new.at;
        self.nodes.push(new);
        let first = match self.spans[at].made {
            Some((first, last)) => {
                self.edges.push((last, node));
                first
            }
            None => node,
        };
        self.spans[at].made = Some((first, node));
        node
    }

    fn remove(&mut self, at: usize) {
        self.spans[at].gone = Some(self.nodes.len());
        self.nodes.push(Node::new(at, Does::Delete));
    }

    fn is_create_first(&self, at: usize) -> bool {
        self.web.decisions[at].verdict == Verdict::Replace
            && !self.demoted.contains(&at)
            && !self.web.decisions[at].has_failed()
            && self.tables[at].is_some_and(|table| table.replace == ReplaceOrder::CreateFirst)
            && !self.old_goes_with_parent(at)
    }

    /// A replaced child whose old object goes when its old parent goes.
    fn old_goes_with_parent(&self, at: usize) -> bool {
        let dies = self.tables[at].is_some_and(|table| table.dies_with_parent);
        let parent = self.web.parent[at].map(|parent| &self.web.decisions[parent].verdict);
        dies && matches!(
            parent,
            Some(Verdict::Replace | Verdict::Delete | Verdict::GoesWithParent)
        )
    }

    /// The step after which the old object is gone, its own or that of the one it goes with, and whose it is.
    fn goes(&self, at: usize) -> Option<(usize, usize)> {
        let mut at = at;
        // Objects do not nest deeper; a parent that is its own ancestor must not hang us.
        for _ in 0..16 {
            if let Some(gone) = self.spans[at].gone {
                return Some((gone, at));
            }
            let with = match self.web.decisions[at].verdict {
                Verdict::GoesWithParent => true,
                Verdict::Replace => self.old_goes_with_parent(at),
                _ => false,
            };
            at = self.web.parent[at].filter(|_| with)?;
        }
        None
    }

    fn steps(&self, line: &[usize]) -> Vec<Step> {
        let mut number = vec![0; line.len()];
        for (n, node) in (1..).zip(line) {
            number[*node] = n;
        }
        let before = lists(line.len(), self.edges.iter().map(|edge| (edge.1, edge.0)));
        line.iter()
            .filter_map(|node| {
                let mut after: Vec<u32> = before[*node].iter().map(|node| number[*node]).collect();
                after.sort_unstable();
                self.step(*node, number[*node], after)
            })
            .collect()
    }

    fn step(&self, node: usize, n: u32, after: Vec<u32>) -> Option<Step> {
        let Node {
            at,
            does,
            fields,
            set,
        } = &self.nodes[node];
        let decision = self.web.decisions[*at];
        let table = self.tables[*at]?;
        let age = match (&decision.verdict, does) {
            (Verdict::Replace, Does::Create) => "new ",
            (Verdict::Replace, Does::Delete) => "old ",
            _ => "",
        };
        let (verb, seconds) = match does {
            Does::Update if rolls(decision, fields) && table.seconds.rolling > 0 => {
                ("update", table.seconds.rolling)
            }
            Does::Update => ("update", table.seconds.update),
            Does::Delete => ("delete", table.seconds.delete),
            Does::Wait => ("wait for", table.seconds.create),
            Does::Run => ("run", table.seconds.create),
            Does::Adopt => ("adopt", 1),
            _ => ("create", table.seconds.create),
        };
        let desired = decision.desired.as_ref().map(|desired| &desired.provider);
        let live = decision.live.as_ref().map(|live| &live.provider);
        let lane = table.lane.and_then(|lane| match lane {
            Lane::Itself => Some(decision.id.to_string()),
            Lane::Parent => parent_of(decision).map(ToString::to_string),
            // Of its own, beside the lane of the parent's other kinds.
            Lane::Among(_) => parent_of(decision).map(|parent| format!("{parent} {}", table.kind)),
        });
        let lane_width = match table.lane {
            Some(Lane::Among(width)) => width,
            _ => 1,
        };
        Some(Step {
            n,
            id: decision.id.clone(),
            does: *does,
            phase: format!("{verb} {age}{}{}", table.title, what(decision, fields, set)),
            after,
            seconds,
            kind: decision.kind.clone(),
            provider: desired.or(live).cloned().unwrap_or_default(),
            fields: fields.clone(),
            set: set.clone(),
            lane,
            lane_width,
        })
    }
}

/// Where a step goes: ` to 1.35`; of several, which fields it changes: `: logging`.
fn what(decision: &Decision, fields: &[String], set: &Fields) -> String {
    let mut words: Vec<&str> = set.values().filter_map(Value::as_text).collect();
    words.dedup();
    if !words.is_empty() {
        return format!(" to {}", words.join(", "));
    }
    let several = match &decision.verdict {
        Verdict::Update { groups } | Verdict::Adopt { groups } => groups.len() > 1,
        _ => false,
    };
    match several && !fields.is_empty() {
        true => format!(": {}", fields.join(", ")),
        false => String::new(),
    }
}

/// Whether a change of these fields rolls the machines behind the object.
fn rolls(decision: &Decision, fields: &[String]) -> bool {
    let root = |path: &str| path.split(['.', '[']).next().unwrap_or_default().to_owned();
    decision
        .fields
        .iter()
        .any(|change| change.effect == ShownEffect::Rolling && fields.contains(&root(&change.path)))
}
