//! Laying one tree over another: `[env.NAME]`, `--set`, `extends`, several files.

use std::collections::BTreeSet;

use super::source::Problem;
use super::tree::{Data, Entry, Node, Table};
use super::words::{Block, ROOT, Type};

/// Lays `over` on `base`, both of type `ty`: tables key by key, everything else replaced. Of keys that exclude
/// each other (`machine = { cpu, memory }` or `{ eks }`) those of `over` win as a group.
pub(super) fn lay_over(base: &mut Node, over: &Node, ty: Option<&'static Type>) {
    match (&mut base.data, &over.data) {
        (Data::Table(old), Data::Table(new)) => lay_table(old, new, ty),
        _ => *base = over.clone(),
    }
}

fn lay_table(base: &mut Table, over: &Table, ty: Option<&'static Type>) {
    let block = ty.and_then(block_of);
    if let Some(block) = block.filter(|block| !block.rivals.is_empty()) {
        let new: Vec<&str> = block
            .keys
            .iter()
            .map(|key| key.name)
            .filter(|name| over.contains_key(*name))
            .collect();
        base.retain(|old, _| !new.iter().any(|new| block.rival(old, new)));
    }
    for (name, entry) in over {
        match base.get_mut(name) {
            Some(old) => lay_over(&mut old.node, &entry.node, child(ty, name)),
            None => {
                base.insert(name.clone(), entry.clone());
            }
        }
    }
}

/// The block a table is, if it is one.
fn block_of(ty: &'static Type) -> Option<&'static Block> {
    match ty {
        Type::Block(block) => Some(block),
        Type::Any(types) => types.iter().find_map(block_of),
        _ => None,
    }
}

/// The type of a key of a table.
fn child(ty: Option<&'static Type>, name: &str) -> Option<&'static Type> {
    match ty? {
        Type::Block(block) => block.key(name).map(|key| &key.ty),
        Type::Overlay => ROOT.key(name).map(|key| &key.ty),
        Type::Map(_, of) => Some(*of),
        Type::Any(types) => types.iter().find_map(|one| child(Some(one), name)),
        _ => None,
    }
}

/// Puts several files together. A key that two of them set is a mistake.
pub(super) fn join(base: &mut Node, other: Node, problems: &mut Vec<Problem>) {
    let (Data::Table(table), Data::Table(entries)) = (&mut base.data, other.data) else {
        return;
    };
    join_tables(table, entries, problems);
}

fn join_tables(base: &mut Table, other: Table, problems: &mut Vec<Problem>) {
    for (name, entry) in other {
        let Some(old) = base.get_mut(&name) else {
            base.insert(name, entry);
            continue;
        };
        let Entry { key, node } = entry;
        match (&mut old.node.data, node.data) {
            (Data::Table(old), Data::Table(new)) => join_tables(old, new, problems),
            _ => problems.push(
                Problem::new("duplicate", key, format!("`{name}` is set in two files"))
                    .label("set again")
                    .see(old.key, "set here first")
                    .help("keep one of them"),
            ),
        }
    }
}

/// Names that appear twice.
pub(super) fn repeated<'a, T: Ord + 'a>(items: impl IntoIterator<Item = T>) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    items
        .into_iter()
        .enumerate()
        .filter_map(|(index, item)| (!seen.insert(item)).then_some(index))
        .collect()
}
