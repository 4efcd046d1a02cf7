//! Whether a tree has the shape of the tables of words: known keys, right types, right forms.
//!
//! Runs over every tree as it was written, before overlays are laid on, so that a mistake in an overlay that
//! nobody chose is found too. What is wrong becomes [`Data::Broken`], and nothing later speaks of it again.

use super::format::Format;
use super::source::{At, Problem, nearest};
use super::tree::{Data, Node, Table};
use super::words::{Block, EXTENDS, Key, NONE, ROOT, Type};

/// Checks `node` as a value of type `ty`, called `name` in messages.
pub(super) fn check(node: &mut Node, ty: &'static Type, name: &str, problems: &mut Vec<Problem>) {
    let mut shape = Shape {
        problems,
        heir: false,
    };
    shape.value(node, ty, name);
}

/// Checks the whole file.
pub(super) fn check_root(node: &mut Node, problems: &mut Vec<Problem>) {
    static FILE: Type = Type::Block(&ROOT);
    check(node, &FILE, "the file", problems);
}

struct Shape<'p> {
    problems: &'p mut Vec<Problem>,
    /// Inside a block that may inherit, where `"none"` removes a key.
    heir: bool,
}

impl Shape<'_> {
    fn value(&mut self, node: &mut Node, ty: &'static Type, name: &str) {
        if node.is_broken() || self.heir && node.text() == Some(NONE) {
            return;
        }
        if let Type::Any(types) = ty
            && let Some(one) = types.iter().find(|one| one.admits(node))
        {
            return self.value(node, one, name);
        }
        if let Type::Reserved = ty {
            return self.reserved(node, name);
        }
        if !ty.admits(node) {
            return self.wrong_type(node, ty, name);
        }
        match (ty, &mut node.data) {
            (Type::Block(block), Data::Table(table)) => self.block(table, block),
            (Type::Overlay, Data::Table(table)) => self.overlay(table),
            (Type::Map(form, of), Data::Table(table)) => self.map(table, *form, of),
            (Type::List(of), Data::List(items)) => {
                for item in items {
                    self.value(item, of, name);
                }
            }
            _ => self.scalar(node, ty, name),
        }
    }

    fn reserved(&mut self, node: &mut Node, name: &str) {
        let problem = Problem::new(
            "reserved",
            node.at,
            format!("`{name}` is a known word, but not built yet"),
        )
        .label("kept for later")
        .help("remove it: a later version will know it");
        self.problems.push(problem);
        node.data = Data::Broken;
    }

    fn block(&mut self, table: &mut Table, block: &'static Block) {
        let heir = self.heir;
        self.heir |= block.inherits();
        for (name, entry) in table.iter_mut() {
            match block.key(name) {
                // `extends` itself cannot be removed: its value is a name.
                Some(key) if key.name == EXTENDS => {
                    self.heir = false;
                    self.value(&mut entry.node, &key.ty, name);
                    self.heir = true;
                }
                Some(key) => self.value(&mut entry.node, &key.ty, name),
                None => {
                    self.unknown(entry.key, name, block.name, block.keys, |_| true);
                    entry.node.data = Data::Broken;
                }
            }
        }
        self.heir = heir;
    }

    fn overlay(&mut self, table: &mut Table) {
        for (name, entry) in table.iter_mut() {
            if let Some(key) = Block::overlay_key(name) {
                self.value(&mut entry.node, &key.ty, name);
            } else {
                let usable = |name: &str| Block::overlay_key(name).is_some();
                self.unknown(entry.key, name, "overlay", ROOT.keys, usable);
                entry.node.data = Data::Broken;
            }
        }
    }

    fn unknown(
        &mut self,
        at: At,
        name: &str,
        block: &str,
        keys: &[Key],
        usable: impl Fn(&str) -> bool,
    ) {
        let known = || keys.iter().map(|key| key.name).filter(|name| usable(name));
        let help = match nearest(name, known()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("its keys are {}", known().collect::<Vec<_>>().join(", ")),
        };
        let article = if block.starts_with(['a', 'e', 'i', 'o']) {
            "an"
        } else {
            "a"
        };
        let problem = Problem::new(
            "unknown-key",
            at,
            format!("{article} {block} has no key `{}`", shown(name)),
        );
        self.problems.push(problem.label("no such key").help(help));
    }

    fn map(&mut self, table: &mut Table, form: Format, of: &'static Type) {
        for (name, entry) in table.iter_mut() {
            if let Err(fault) = form.check(name) {
                let problem = Problem::new(
                    "bad-name",
                    entry.key,
                    format!("`{}` {}", shown(name), fault.what),
                );
                self.problems
                    .push(problem.label("this name").maybe_help(fault.help));
            }
            self.value(&mut entry.node, of, name);
        }
    }

    fn wrong_type(&mut self, node: &mut Node, ty: &Type, name: &str) {
        let message = format!(
            "`{}` must be {}, not {}",
            shown(name),
            ty.describe(),
            node.type_name()
        );
        let help = match (ty, &node.data) {
            (Type::Text(Format::Version), Data::Float(_)) => {
                Some("write it in quotes: as a number 1.30 is 1.3".to_owned())
            }
            (Type::Text(_) | Type::Word(_), Data::Integer(_) | Data::Float(_) | Data::Bool(_)) => {
                Some("write it in quotes".to_owned())
            }
            (Type::Integer(..) | Type::Number(..) | Type::Decimal(..), Data::Text(text))
                if text.parse::<f64>().is_ok() =>
            {
                Some(format!("write {text} without quotes"))
            }
            (Type::Bool, Data::Text(text)) if matches!(text.as_str(), "true" | "false") => {
                Some(format!("write {text} without quotes"))
            }
            (Type::List(_), Data::Text(text)) => Some(format!("write [\"{}\"]", shown(text))),
            (Type::Map(..) | Type::Block(_) | Type::Overlay, _) => Some(format!(
                "write it as a table: `{} = {{ … }}`, or its keys below a [header]",
                shown(name)
            )),
            _ => Some(format!("write {}", ty.describe())),
        };
        let problem = Problem::new("wrong-type", node.at, message);
        self.problems
            .push(problem.label(node.type_name()).maybe_help(help));
        node.data = Data::Broken;
    }

    fn scalar(&mut self, node: &mut Node, ty: &Type, name: &str) {
        let found = match (ty, &node.data) {
            (Type::Text(format), Data::Text(text)) => format.check(text).map_err(|fault| {
                let message = format!("`{}` {}", shown(text), fault.what);
                Problem::new("bad-value", node.at, message)
                    .label(format!("expected {}", format.describe()))
                    .maybe_help(fault.help)
            }),
            (Type::Word(words), Data::Text(text)) if !words.contains(&text.as_str()) => {
                Err(unknown_word(node.at, words, text, name))
            }
            (Type::Integer(least, most), Data::Integer(value))
                if !(least..=most).contains(&value) =>
            {
                Err(out_of_range(node.at, name, value, (least, most)))
            }
            (Type::Number(least, most) | Type::Decimal(least, most, _), Data::Float(value))
                if !(least..=most).contains(&value) =>
            {
                Err(out_of_range(node.at, name, value, (least, most)))
            }
            (Type::Number(least, most) | Type::Decimal(least, most, _), Data::Integer(value))
                if (*value as f64) < *least || (*value as f64) > *most =>
            {
                Err(out_of_range(node.at, name, &(*value as f64), (least, most)))
            }
            (Type::Decimal(_, _, places), Data::Float(value)) if !has(*value, *places) => {
                let plural = if *places == 1 { "" } else { "s" };
                let message =
                    format!("`{name}` is {value}; it can have {places} decimal{plural} at most");
                Err(Problem::new("bad-value", node.at, message)
                    .label("too exact")
                    .help("round it: what is left would be rounded in silence"))
            }
            _ => Ok(()),
        };
        if let Err(problem) = found {
            self.problems.push(problem);
            node.data = Data::Broken;
        }
    }
}

fn unknown_word(at: At, words: &[&str], text: &str, name: &str) -> Problem {
    let help = match nearest(text, words.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("write one of {}", words.join(", ")),
    };
    let message = format!("`{}` is no value of `{name}`", shown(text));
    Problem::new("bad-value", at, message)
        .label("unknown word")
        .help(help)
}

/// Whether a number is written with no more than so many decimals.
fn has(value: f64, places: u8) -> bool {
    let text = value.to_string();
    let decimals = text
        .split_once('.')
        .map_or(0, |(_, decimals)| decimals.len());
    decimals <= usize::from(places)
}

fn out_of_range<T: std::fmt::Display>(at: At, name: &str, value: T, bounds: (T, T)) -> Problem {
    let (least, most) = bounds;
    let value = shown(&value.to_string());
    let message = format!("`{name}` is {value}; it can be {least} to {most}");
    Problem::new("out-of-range", at, message)
        .label("out of range")
        .help(format!("write a number from {least} to {most}"))
}

/// A text of the file, cut for a message.
pub(super) fn shown(text: &str) -> String {
    let mut cut: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(80)
        .collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}
