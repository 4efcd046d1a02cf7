//! The resources of a stack and what they need, for people: as text or in the DOT language of Graphviz.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::web::wants;
use super::{Inputs, PlanFile};
use crate::model::{Address, Kind, Observed, Open, Pending, Resource, ResourceId, Value};

/// Resources with what they need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    nodes: BTreeMap<ResourceId, Node>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Node {
    kind: Kind,
    needs: BTreeSet<ResourceId>,
}

impl Graph {
    /// Of what is declared; needs no survey. Only needs that are declared as well are shown.
    #[must_use]
    pub fn of_inputs(inputs: &Inputs) -> Self {
        let nodes = inputs.resources.iter().map(|resource| {
            let node = Node {
                kind: resource.kind.clone(),
                needs: wants(&references(resource)),
            };
            (resource.id.clone(), node)
        });
        Self::sound(nodes.collect())
    }

    /// Of what a plan file holds: the declared resources, and live ones that are not declared.
    #[must_use]
    pub fn of_plan(file: &PlanFile) -> Self {
        let live = file.live.values().map(|live| (live.id.clone(), seen(live)));
        let desired = file.desired.values().map(|desired| {
            let node = Node {
                kind: desired.kind.clone(),
                needs: wants(desired),
            };
            (desired.id.clone(), node)
        });
        Self::sound(live.chain(desired).collect())
    }

    fn sound(mut nodes: BTreeMap<ResourceId, Node>) -> Self {
        let ids: BTreeSet<ResourceId> = nodes.keys().cloned().collect();
        for node in nodes.values_mut() {
            node.needs.retain(|need| ids.contains(need));
        }
        Self { nodes }
    }

    /// Only what lies within the addresses, and what that needs in turn. No address = all.
    #[must_use]
    pub fn within(&self, addresses: &[Address]) -> Self {
        if addresses.is_empty() {
            return self.clone();
        }
        let inside = |id: &&ResourceId| addresses.iter().any(|one| id.address.is_within(one));
        let mut open: Vec<&ResourceId> = self.nodes.keys().filter(inside).collect();
        let mut nodes = BTreeMap::new();
        while let Some(id) = open.pop() {
            if let Some(node) = self.nodes.get(id)
                && nodes.insert(id.clone(), node.clone()).is_none()
            {
                open.extend(&node.needs);
            }
        }
        Self { nodes }
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Every resource with its kind, by id.
    pub fn nodes(&self) -> impl Iterator<Item = (&ResourceId, &Kind)> {
        self.nodes.iter().map(|(id, node)| (id, &node.kind))
    }

    /// Pairs of a resource and one that it needs, by id.
    pub fn needs(&self) -> impl Iterator<Item = (&ResourceId, &ResourceId)> {
        self.nodes
            .iter()
            .flat_map(|(id, node)| node.needs.iter().map(move |need| (id, need)))
    }

    /// As lines, by address: each resource with its kind, below it what it needs.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut last = None;
        for (id, node) in &self.nodes {
            if last != Some(&id.address) {
                line(&mut text, 0, &id.address.to_string());
                last = Some(&id.address);
            }
            line(&mut text, 1, &format!("{} ({})", id.part, node.kind));
            for need in &node.needs {
                let word = if need.address == id.address {
                    need.part.clone()
                } else {
                    need.to_string()
                };
                line(&mut text, 2, &format!("needs {word}"));
            }
        }
        text
    }

    /// As a DOT digraph; an arrow goes from a resource to what it needs, and each address is a box.
    #[must_use]
    pub fn dot(&self) -> String {
        let mut by_address: BTreeMap<&Address, Vec<(&ResourceId, &Node)>> = BTreeMap::new();
        for (id, node) in &self.nodes {
            by_address.entry(&id.address).or_default().push((id, node));
        }
        let mut text = "digraph provision {\n".to_owned();
        line(&mut text, 1, "rankdir = \"LR\";");
        line(&mut text, 1, "node [shape = \"box\"];");
        for (n, (address, nodes)) in by_address.into_iter().enumerate() {
            line(&mut text, 1, &format!("subgraph cluster_{n} {{"));
            line(
                &mut text,
                2,
                &format!("label = {};", quoted(address.as_str())),
            );
            for (id, node) in nodes {
                let label = quoted(&format!("{}\n{}", id.part, node.kind));
                let name = quoted(&id.to_string());
                line(&mut text, 2, &format!("{name} [label = {label}];"));
            }
            line(&mut text, 1, "}");
        }
        for (id, node) in &self.nodes {
            for need in &node.needs {
                let (from, to) = (quoted(&id.to_string()), quoted(&need.to_string()));
                line(&mut text, 1, &format!("{from} -> {to};"));
            }
        }
        text.push_str("}\n");
        text
    }
}

fn line(text: &mut String, depth: usize, words: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{}{words}", "  ".repeat(depth));
}

fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", text.replace('\n', "\\n"))
}

fn seen(live: &Observed) -> Node {
    let mut needs: BTreeSet<ResourceId> = live.needs.iter().chain(&live.parent).cloned().collect();
    needs.remove(&live.id);
    Node {
        kind: live.kind.clone(),
        needs,
    }
}

/// The resource with its choices left out: they refer to nothing.
fn references(resource: &Resource<Open>) -> Resource<Pending> {
    let filled = resource.try_fill(|open| {
        Ok::<_, std::convert::Infallible>(match open {
            Open::Pending(pending) => Value::Hole(pending.clone()),
            Open::Choice(_) => Value::Null,
        })
    });
    match filled {
        Ok(filled) => filled,
        Err(never) => match never {},
    }
}
