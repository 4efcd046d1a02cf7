//! A spec as written: TOML values that know their place.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::source::{At, Problem, Source};

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) at: At,
    pub(super) data: Data,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Data {
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    List(Vec<Node>),
    Table(Table),
    /// Wrong, and already said so.
    Broken,
}

/// Entries by key.
pub(super) type Table = BTreeMap<String, Entry>;

/// A value with the place of its key.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) key: At,
    pub(super) node: Node,
}

impl Entry {
    /// The place to point at when something is missing inside: the `[header]` of a table that has one, else the key.
    pub(super) const fn header(&self) -> At {
        match self.node.data {
            Data::Table(_) if self.node.at.end > self.node.at.start => self.node.at,
            _ => self.key,
        }
    }
}

impl Node {
    /// The type's name for people, with its article.
    pub(super) const fn type_name(&self) -> &'static str {
        match &self.data {
            Data::Text(_) => "a string",
            Data::Integer(_) => "an integer",
            Data::Float(_) => "a number",
            Data::Bool(_) => "a boolean",
            Data::List(_) => "an array",
            Data::Table(_) => "a table",
            Data::Broken => "a broken value",
        }
    }

    pub(super) const fn table(&self) -> Option<&Table> {
        match &self.data {
            Data::Table(table) => Some(table),
            _ => None,
        }
    }

    pub(super) const fn table_mut(&mut self) -> Option<&mut Table> {
        match &mut self.data {
            Data::Table(table) => Some(table),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The entry of a table.
    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.table().and_then(|table| table.get(key))
    }

    pub(super) const fn is_broken(&self) -> bool {
        matches!(self.data, Data::Broken)
    }
}

/// Parses one source, going on behind mistakes. The first mistake of a line is reported: what
/// follows on the same line is mostly its echo.
pub(super) fn parse(source: &Source, index: usize, problems: &mut Vec<Problem>) -> Node {
    /// More syntax errors than this help nobody.
    const MOST: usize = 100;
    let (root, errors) = DeTable::parse_recoverable(&source.text);
    let mut last_line = 0;
    let mut found = 0;
    for error in &errors {
        let span = error.span().unwrap_or(0..0);
        let line = source.line(span.start);
        if line == last_line || found == MOST {
            continue;
        }
        last_line = line;
        found += 1;
        let at = At {
            source: index,
            start: span.start,
            end: span.end,
        };
        let problem = Problem::new("syntax", at, error.message())
            .label("TOML cannot be read further here")
            .maybe_help(mend(error.message(), source, span.start));
        problems.push(problem);
    }
    let converter = Converter { index, problems };
    converter.root(&root)
}

/// What to write, for the slips that people make.
fn mend(message: &str, source: &Source, byte: usize) -> Option<String> {
    let line = source.text.lines().nth(source.line(byte).saturating_sub(1));
    let line = line.unwrap_or_default();
    let help = if line.contains(['“', '”', '‘', '’']) {
        "write straight quotes: \""
    } else if message.contains("duplicate key") {
        "keep one of them: a key or table is written once"
    } else if line.contains("==") {
        "write one `=`"
    } else if message.contains("escape") {
        "write `\\\\` for a backslash, or take single quotes, in which it means nothing"
    } else if message.contains("recurse") {
        "no key takes values nested so deeply"
    } else if !line.contains('=') && !line.trim_start().starts_with('[') {
        "a line is `key = value`, `[table]` or `# comment`"
    } else {
        "strings stand in quotes, every bracket and quote is closed on its line or further down"
    };
    Some(help.to_owned())
}

struct Converter<'p> {
    index: usize,
    problems: &'p mut Vec<Problem>,
}

impl Converter<'_> {
    fn root(mut self, root: &Spanned<DeTable<'_>>) -> Node {
        let at = At {
            source: self.index,
            start: 0,
            end: 0,
        };
        Node {
            at,
            data: Data::Table(self.table(root.get_ref())),
        }
    }

    const fn at(&self, span: &std::ops::Range<usize>) -> At {
        At {
            source: self.index,
            start: span.start,
            end: span.end,
        }
    }

    fn table(&mut self, table: &DeTable<'_>) -> Table {
        let mut entries = Table::new();
        for (key, value) in table.iter() {
            let entry = Entry {
                key: self.at(&key.span()),
                node: self.value(value),
            };
            entries.insert(key.get_ref().to_string(), entry);
        }
        entries
    }

    // The parser bounds the nesting (80 levels), so this recursion is bounded too.
    fn value(&mut self, value: &Spanned<DeValue<'_>>) -> Node {
        let at = self.at(&value.span());
        let data = match value.get_ref() {
            DeValue::String(text) => Data::Text(text.to_string()),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or_else(
                    |_| self.refuse(at, "the number is too large", "write a smaller one"),
                    Data::Integer,
                ),
            DeValue::Float(number) => match number.as_str().parse::<f64>() {
                Ok(number) if number.is_finite() => Data::Float(number),
                _ => self.refuse(at, "the number is not finite", "write one that is"),
            },
            DeValue::Boolean(value) => Data::Bool(*value),
            DeValue::Datetime(_) => self.refuse(at, "no key takes a date", "write it in quotes"),
            DeValue::Array(items) => {
                Data::List(items.iter().map(|item| self.value(item)).collect())
            }
            DeValue::Table(table) => Data::Table(self.table(table)),
        };
        Node { at, data }
    }

    fn refuse(&mut self, at: At, message: &str, help: &str) -> Data {
        let problem = Problem::new("wrong-type", at, message);
        self.problems.push(problem.help(help));
        Data::Broken
    }
}
