//! Whether a merged tree is complete: required keys are there, keys that exclude each other are not both there,
//! and no `"none"` is left that had nothing to remove.

use super::source::{At, Problem};
use super::tree::{Data, Node, Table};
use super::words::{Block, NONE, ROOT, Type};

/// Checks the whole merged tree.
pub(super) fn check(root: &Node, problems: &mut Vec<Problem>) {
    if let Some(table) = root.table() {
        let mut complete = Complete {
            problems,
            heir: false,
        };
        complete.block(table, root.at, &ROOT, "");
    }
}

struct Complete<'p> {
    problems: &'p mut Vec<Problem>,
    /// Inside a block that may inherit, where a `"none"` that is still there removed nothing.
    heir: bool,
}

impl Complete<'_> {
    fn value(&mut self, node: &Node, place: At, ty: &'static Type, path: &str) {
        match (ty, &node.data) {
            (Type::Block(block), Data::Table(table)) => self.block(table, place, block, path),
            (Type::Map(_, of), Data::Table(table)) if !matches!(of, Type::Overlay) => {
                for (name, entry) in table {
                    let place = entry.header();
                    self.value(&entry.node, place, of, &format!("{path}.{name}"));
                }
            }
            (Type::List(of), Data::List(items)) => {
                for item in items {
                    self.value(item, item.at, of, path);
                }
            }
            (Type::Any(types), _) => {
                if let Some(one) = types.iter().find(|one| one.admits(node)) {
                    self.value(node, place, one, path);
                }
            }
            _ => {}
        }
    }

    fn block(&mut self, table: &Table, place: At, block: &'static Block, path: &str) {
        let heir = self.heir;
        self.heir |= block.inherits();
        for key in block.keys {
            let path = if path.is_empty() {
                key.name.to_owned()
            } else {
                format!("{path}.{}", key.name)
            };
            match table.get(key.name) {
                Some(entry) if self.heir && entry.node.text() == Some(NONE) => {
                    self.problems
                        .push(nothing_to_remove(entry.node.at, key.name));
                }
                Some(entry) => self.value(&entry.node, entry.header(), &key.ty, &path),
                None if key.required => self.problems.push(missing(place, key.name, block, &path)),
                None => {}
            }
        }
        self.heir = heir;
        self.rivals(table, block);
    }

    fn rivals(&mut self, table: &Table, block: &'static Block) {
        let mut present = block
            .keys
            .iter()
            .filter_map(|key| table.get(key.name).map(|entry| (key.name, entry)))
            .filter(|(name, _)| block.rivals.iter().any(|group| group.contains(name)));
        let Some((first, entry)) = present.next() else {
            return;
        };
        for (other, later) in present.filter(|(other, _)| block.rival(first, other)) {
            let (a, b) = if entry.key < later.key {
                ((first, entry), (other, later))
            } else {
                ((other, later), (first, entry))
            };
            let message = format!("`{}` and `{}` exclude each other", a.0, b.0);
            let problem = Problem::new("contradiction", b.1.key, message)
                .label("contradicts")
                .see(a.1.key, format!("`{}` is set here", a.0))
                .help(format!("keep one of them: {}", groups(block)));
            self.problems.push(problem);
        }
    }
}

fn nothing_to_remove(at: At, name: &str) -> Problem {
    let message =
        format!("\"none\" removes an inherited `{name}`, and this block inherits nothing");
    Problem::new("nothing-inherited", at, message)
        .label("nothing to remove")
        .help("leave the key out")
}

fn missing(place: At, name: &str, block: &Block, path: &str) -> Problem {
    let article = if block.name.starts_with(['a', 'e', 'i', 'o']) {
        "an"
    } else {
        "a"
    };
    let message = match ["nodes", "replicas"].contains(&block.name) {
        true => format!("{} need `{name}`", block.name),
        false => format!("{article} {} needs `{name}`", block.name),
    };
    let doc = block.key(name).map_or("", |key| key.doc);
    Problem::new("missing-key", place, message)
        .label(format!("`{path}` is missing"))
        .help(format!("add `{name}`: {}", doc.trim_end_matches('.')))
}

fn groups(block: &Block) -> String {
    let each: Vec<String> = block
        .rivals
        .iter()
        .map(|group| format!("{{ {} }}", group.join(", ")))
        .collect();
    each.join(" or ")
}
