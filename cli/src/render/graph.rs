//! What depends on what: text, Graphviz, a picture, JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use owo_colors::OwoColorize as _;
use provision_core::model::{Address, Pending, Resource, ResourceId};
use serde_json::{Value, json};

use super::heading;

/// Size of a box of the picture, and of the space between two, in pixels.
const BOX: (usize, usize) = (250, 24);
const GAP: (usize, usize) = (70, 10);

/// Resources and what each of them needs.
pub struct Web<'a> {
    nodes: BTreeMap<&'a ResourceId, Node<'a>>,
}

struct Node<'a> {
    kind: &'a str,
    needs: BTreeSet<&'a ResourceId>,
}

impl<'a> Web<'a> {
    /// Of all resources, or of those within an address and what they need.
    #[must_use]
    pub fn new(resources: &'a [Resource<Pending>], only: Option<&Address>) -> Self {
        let ids: BTreeMap<&ResourceId, &'a ResourceId> =
            resources.iter().map(|one| (&one.id, &one.id)).collect();
        let node = |one: &'a Resource<Pending>| {
            let referenced = one.referenced();
            let needs = referenced
                .iter()
                .chain(&one.after)
                .chain(&one.parent)
                .filter_map(|id| ids.get(id).copied())
                .filter(|id| **id != one.id);
            let node = Node {
                kind: one.kind.as_str(),
                needs: needs.collect(),
            };
            (&one.id, node)
        };
        let mut nodes: BTreeMap<_, _> = resources.iter().map(node).collect();
        if let Some(only) = only {
            let kept = needed(&nodes, only);
            nodes.retain(|id, _| kept.contains(id));
        }
        Self { nodes }
    }

    /// Nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Every resource with what it needs, indented.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut address = None;
        for (id, node) in &self.nodes {
            if address != Some(&id.address) {
                let _ = writeln!(out, "{}", heading(id.address.as_str()));
                address = Some(&id.address);
            }
            let _ = writeln!(out, "  {:<26} {}", id.part, node.kind.dimmed());
            for need in &node.needs {
                let name = match need.address == id.address {
                    true => need.part.clone(),
                    false => need.to_string(),
                };
                let _ = writeln!(out, "    {} {name}", "←".dimmed());
            }
        }
        out
    }

    /// For Graphviz: an arrow leads from what is needed to what needs it.
    #[must_use]
    pub fn dot(&self, stack: &str) -> String {
        let mut out = format!("digraph {stack:?} {{\n  rankdir=LR;\n  node [shape=box];\n");
        let mut blocks: BTreeMap<&Address, Vec<&ResourceId>> = BTreeMap::new();
        for id in self.nodes.keys() {
            blocks.entry(&id.address).or_default().push(id);
        }
        for (address, ids) in blocks {
            let address = address.as_str();
            let _ = writeln!(
                out,
                "  subgraph \"cluster_{address}\" {{\n    label={address:?};"
            );
            for id in ids {
                let _ = writeln!(out, "    {:?} [label={:?}];", id.to_string(), id.part);
            }
            out += "  }\n";
        }
        for (need, id) in self.edges() {
            let _ = writeln!(out, "  {:?} -> {:?};", need.to_string(), id.to_string());
        }
        out + "}\n"
    }

    /// For programs: `{nodes: [{id, kind}], edges: [{from, to}]}`; `to` needs `from`.
    #[must_use]
    pub fn json(&self) -> Value {
        let nodes: Vec<Value> = self
            .nodes
            .iter()
            .map(|(id, node)| json!({ "id": id, "kind": node.kind }))
            .collect();
        let edges: Vec<Value> = self
            .edges()
            .map(|(from, to)| json!({ "from": from, "to": to }))
            .collect();
        json!({ "format_version": 1, "nodes": nodes, "edges": edges })
    }

    /// A picture: columns by depth, an arrow from what is needed to what needs it.
    #[must_use]
    pub fn svg(&self) -> String {
        let places = self.places();
        let columns = places.values().map(|place| place.0 + 1).max().unwrap_or(0);
        let rows = places.values().map(|place| place.1 + 1).max().unwrap_or(0);
        let (width, height) = corner((columns, rows));
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             font-family=\"sans-serif\" font-size=\"11\">\n"
        );
        for (need, id) in self.edges() {
            let ((x1, y1), (x2, y2)) = (corner(places[need]), corner(places[id]));
            let (x1, y1, y2) = (x1 + BOX.0, y1 + BOX.1 / 2, y2 + BOX.1 / 2);
            let bend = GAP.0 / 2;
            let _ = writeln!(
                out,
                "<path d=\"M{x1} {y1} C{} {y1} {} {y2} {x2} {y2}\" fill=\"none\" stroke=\"#999\"/>",
                x1 + bend,
                x2.saturating_sub(bend),
            );
        }
        for id in self.nodes.keys() {
            let (x, y) = corner(places[*id]);
            let _ = writeln!(
                out,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"3\" fill=\"#eef3fb\" \
                 stroke=\"#456\"/><text x=\"{}\" y=\"{}\">{}</text>",
                BOX.0,
                BOX.1,
                x + 6,
                y + 16,
                escaped(&id.to_string()),
            );
        }
        out + "</svg>\n"
    }

    fn edges(&self) -> impl Iterator<Item = (&'a ResourceId, &'a ResourceId)> {
        self.nodes
            .iter()
            .flat_map(|(id, node)| node.needs.iter().map(|need| (*need, *id)))
    }

    /// Column and row of each: one column right of the furthest thing it needs.
    fn places(&self) -> BTreeMap<&'a ResourceId, (usize, usize)> {
        let mut depths: BTreeMap<&ResourceId, usize> = BTreeMap::new();
        // Each round settles at least one more column; a cycle would end it after as many rounds as there are nodes.
        for _ in 0..self.nodes.len() {
            let mut moved = false;
            for (id, node) in &self.nodes {
                let under = node.needs.iter().filter_map(|need| depths.get(need));
                let depth = under.max().map_or(0, |under| under + 1);
                moved |= depths.insert(id, depth) != Some(depth);
            }
            if !moved {
                break;
            }
        }
        let mut filled: BTreeMap<usize, usize> = BTreeMap::new();
        self.nodes
            .keys()
            .map(|id| {
                let column = depths.get(id).copied().unwrap_or(0);
                let row = filled.entry(column).or_default();
                *row += 1;
                (*id, (column, *row - 1))
            })
            .collect()
    }
}

/// What lies within an address, and all that it needs.
fn needed<'a>(
    nodes: &BTreeMap<&'a ResourceId, Node<'a>>,
    only: &Address,
) -> BTreeSet<&'a ResourceId> {
    let mut kept = BTreeSet::new();
    let within = |id: &&&'a ResourceId| id.address.is_within(only);
    let mut open: Vec<&'a ResourceId> = nodes.keys().filter(within).copied().collect();
    while let Some(id) = open.pop() {
        if kept.insert(id) {
            open.extend(nodes.get(id).into_iter().flat_map(|node| &node.needs));
        }
    }
    kept
}

fn corner((column, row): (usize, usize)) -> (usize, usize) {
    (10 + column * (BOX.0 + GAP.0), 10 + row * (BOX.1 + GAP.1))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
