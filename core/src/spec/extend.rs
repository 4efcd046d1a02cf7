//! `extends` of workloads and jobs.

use std::collections::{BTreeMap, BTreeSet};

use super::overlay::lay_over;
use super::source::{At, Problem, nearest};
use super::tree::{Data, Entry, Node, Table};
use super::words::{EXTENDS, NONE, ROOT, Type};

/// What a job takes over from a workload ends here: it has no use for these.
const NOT_FOR_JOBS: &[&str] = &["port", "replicas", "health"];
/// Nor for these, which is worth a note.
pub(super) const LEFT_BY_JOBS: &[&str] = &["volumes", "sidecars", "image_managed"];

/// A key that a job did not take over: the job, the key.
pub(super) type Left = (String, &'static str);

/// Resolves `extends` in `[workload]` and `[job]`; mistakes break the block.
pub(super) fn resolve(root: &mut Node, problems: &mut Vec<Problem>) -> Vec<Left> {
    let mut left = Vec::new();
    let Some(table) = root.table_mut() else {
        return left;
    };
    let workloads = take(table, "workload");
    let workloads = Heirs::new("workload", workloads, &BTreeMap::new()).run(problems, &mut left);
    let jobs = take(table, "job");
    let jobs = Heirs::new("job", jobs, &workloads).run(problems, &mut left);
    give(table, "workload", workloads);
    give(table, "job", jobs);
    left
}

fn take(root: &mut Table, name: &str) -> BTreeMap<String, Entry> {
    let node = root.get_mut(name).and_then(|entry| entry.node.table_mut());
    node.map(std::mem::take).unwrap_or_default()
}

fn give(root: &mut Table, name: &str, entries: BTreeMap<String, Entry>) {
    if let Some(table) = root.get_mut(name).and_then(|entry| entry.node.table_mut()) {
        *table = entries;
    }
}

struct Heirs<'a> {
    kind: &'static str,
    open: BTreeMap<String, Entry>,
    done: BTreeMap<String, Entry>,
    /// Blocks of another sort that can be inherited from.
    others: &'a BTreeMap<String, Entry>,
    /// Blocks that close a circle, which has been said.
    round: BTreeSet<String>,
    /// How many more values can be inherited.
    room: usize,
}

/// Ancestors that a block can have.
const DEPTH: usize = 32;
/// Values that a spec can inherit in all: some hundred bytes each, so this bounds memory.
const ROOM: usize = 2_000_000;

impl<'a> Heirs<'a> {
    const fn new(
        kind: &'static str,
        open: BTreeMap<String, Entry>,
        others: &'a BTreeMap<String, Entry>,
    ) -> Self {
        Self {
            kind,
            open,
            done: BTreeMap::new(),
            others,
            round: BTreeSet::new(),
            room: ROOM,
        }
    }

    /// Follows each chain from the heir to its last ancestor, then builds it back up: no recursion, so that a
    /// long chain is no danger.
    fn run(mut self, problems: &mut Vec<Problem>, left: &mut Vec<Left>) -> BTreeMap<String, Entry> {
        while let Some(first) = self.open.keys().next().cloned() {
            let mut chain: Vec<(String, Entry)> = Vec::new();
            let mut on_chain = BTreeSet::new();
            let mut next = Some(first);
            while let Some(name) = next.take() {
                if on_chain.contains(&name) {
                    problems.push(cycle(&chain, &name));
                    self.round
                        .extend(chain.last().map(|(name, _)| name.clone()));
                    break;
                }
                let Some(entry) = self.open.remove(&name) else {
                    break;
                };
                next = parent(&entry.node).map(|(_, parent)| parent.to_owned());
                // A job may extend a workload of its own name.
                next = next.filter(|parent| *parent != name || !self.others.contains_key(parent));
                on_chain.insert(name.clone());
                chain.push((name, entry));
            }
            let deep = chain.len() > DEPTH;
            while let Some((name, mut entry)) = chain.pop() {
                if deep && chain.len() == DEPTH {
                    problems.push(too_deep(&entry));
                    entry.node.data = Data::Broken;
                }
                let entry = self.inherit(&name, entry, problems, left);
                self.done.insert(name, entry);
            }
        }
        self.done
    }

    fn inherit(
        &mut self,
        name: &str,
        mut entry: Entry,
        problems: &mut Vec<Problem>,
        left: &mut Vec<Left>,
    ) -> Entry {
        let Some((at, wanted)) = parent(&entry.node) else {
            return entry;
        };
        let same = self.done.get(wanted);
        let Some(ancestor) = same.or_else(|| self.others.get(wanted)) else {
            if !self.round.contains(name) {
                problems.push(self.missing(at, wanted));
            }
            entry.node.data = Data::Broken;
            return entry;
        };
        let size = weight(&ancestor.node);
        if ancestor.node.is_broken() || size > self.room {
            if size > self.room {
                let message = "too much is inherited in this spec";
                let problem = Problem::new("too-large", at, message);
                problems.push(problem.help("split it into several stacks"));
            }
            entry.node.data = Data::Broken;
            return entry;
        }
        let mut base = ancestor.node.clone();
        let of = match ROOT.key(self.kind).map(|key| &key.ty) {
            Some(Type::Map(_, of)) => Some(*of),
            _ => None,
        };
        if let (None, Some(table)) = (same, base.table_mut()) {
            table.retain(|key, _| !NOT_FOR_JOBS.contains(&key.as_str()));
            for key in LEFT_BY_JOBS {
                if table.remove(*key).is_some() {
                    left.push((name.to_owned(), key));
                }
            }
        }
        self.room -= size;
        lay_over(&mut base, &entry.node, of);
        remove_none(&mut base, of);
        entry.node = Node {
            at: entry.node.at,
            data: base.data,
        };
        entry
    }

    fn missing(&self, at: At, wanted: &str) -> Problem {
        let names = self.done.keys().chain(self.open.keys());
        let names = names.chain(self.others.keys()).map(String::as_str);
        let help = match nearest(wanted, names) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("declare [workload.{wanted}]"),
        };
        let message = format!("there is no workload `{wanted}` to extend");
        Problem::new("dangling", at, message)
            .label("not declared")
            .help(help)
    }
}

fn too_deep(entry: &Entry) -> Problem {
    let at = parent(&entry.node).map_or(entry.key, |(at, _)| at);
    let message = format!("more than {DEPTH} blocks extend each other in a row");
    Problem::new("too-large", at, message)
        .help("let several of them extend one that stands for itself")
}

/// How many values a tree holds.
fn weight(node: &Node) -> usize {
    1 + match &node.data {
        Data::List(items) => items.iter().map(weight).sum(),
        Data::Table(table) => table.values().map(|entry| weight(&entry.node)).sum(),
        _ => 0,
    }
}

/// Where `extends` stands and what it names.
fn parent(node: &Node) -> Option<(At, &str)> {
    let entry = node.get(EXTENDS)?;
    Some((entry.node.at, entry.node.text()?))
}

fn cycle(chain: &[(String, Entry)], back_to: &str) -> Problem {
    let start = chain
        .iter()
        .position(|(name, _)| name == back_to)
        .unwrap_or(0);
    let ring = &chain[start..];
    let mut names: Vec<&str> = ring.iter().map(|(name, _)| name.as_str()).collect();
    names.push(back_to);
    let place = |entry: &Entry| parent(&entry.node).map_or(entry.key, |(at, _)| at);
    let at = ring.last().map(|(_, entry)| place(entry));
    let at = at.unwrap_or(At {
        source: 0,
        start: 0,
        end: 0,
    });
    let shown = if names.len() > 8 {
        format!("{} → … → {back_to}", names[..6].join(" → "))
    } else {
        names.join(" → ")
    };
    let mut problem = Problem::new(
        "cycle",
        at,
        format!("`extends` goes round in a circle: {shown}"),
    )
    .label("closes the circle")
    .help("let one of them stand for itself");
    for (name, entry) in ring.iter().take(ring.len().saturating_sub(1)).take(8) {
        problem = problem.see(place(entry), format!("`{name}` extends"));
    }
    problem
}

/// Drops keys that say `"none"`, in the block and in tables whose keys we know.
fn remove_none(node: &mut Node, ty: Option<&'static Type>) {
    let Some(table) = node.table_mut() else {
        return;
    };
    match ty {
        Some(Type::Block(block)) => {
            table
                .retain(|name, entry| block.key(name).is_none() || entry.node.text() != Some(NONE));
            for (name, entry) in table.iter_mut() {
                remove_none(&mut entry.node, block.key(name).map(|key| &key.ty));
            }
        }
        Some(Type::Map(_, of @ Type::Block(_))) => {
            table.retain(|_, entry| entry.node.text() != Some(NONE));
            for entry in table.values_mut() {
                remove_none(&mut entry.node, Some(of));
            }
        }
        Some(Type::Any(types)) => {
            let one = types.iter().find(|one| matches!(one, Type::Block(_)));
            remove_none(node, one);
        }
        _ => {}
    }
}
