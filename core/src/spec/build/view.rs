//! A block of the tree with its table of words: reads keys, with their defaults.

use std::collections::BTreeMap;

use crate::spec::tree::{Data, Node, Table};
use crate::spec::units;
use crate::spec::words::{Block, Default, Type};

static NOTHING: Table = Table::new();

/// A block to read from.
pub(super) struct View<'a> {
    table: &'a Table,
    block: Option<&'static Block>,
}

impl<'a> View<'a> {
    pub(super) fn new(node: &'a Node, block: &'static Block) -> Self {
        Self {
            table: node.table().unwrap_or(&NOTHING),
            block: Some(block),
        }
    }

    /// A block in which nothing was written.
    pub(super) fn of_defaults(block: &'static Block) -> View<'static> {
        View {
            table: &NOTHING,
            block: Some(block),
        }
    }

    fn node(&self, key: &str) -> Option<&'a Node> {
        debug_assert!(
            self.ty(key).is_some(),
            "`{key}` is not in the table of words"
        );
        let node = self.table.get(key).map(|entry| &entry.node);
        node.filter(|node| !node.is_broken())
    }

    fn ty(&self, key: &str) -> Option<&'static Type> {
        self.block?.key(key).map(|key| &key.ty)
    }

    fn default(&self, key: &str) -> Default {
        let key = self.block.and_then(|block| block.key(key));
        key.map_or(Default::None, |key| key.default)
    }

    /// Whether the key was written, rightly or wrongly.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        match (self.node(key), self.default(key)) {
            (Some(node), _) => node.text().map(str::to_owned),
            (None, Default::Text(text)) => Some(text.to_owned()),
            _ => None,
        }
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        match (self.node(key).map(|node| &node.data), self.default(key)) {
            (Some(Data::Bool(value)), _) => *value,
            (None, Default::Bool(value)) => value,
            _ => false,
        }
    }

    /// A number that the table's bounds keep inside `T`.
    pub(super) fn number<T: TryFrom<i64>>(&self, key: &str) -> Option<T> {
        let value = match (self.node(key).map(|node| &node.data), self.default(key)) {
            (Some(Data::Integer(value)), _) => *value,
            (None, Default::Integer(value)) => value,
            _ => return None,
        };
        T::try_from(value).ok()
    }

    /// Dollars as micro-dollars.
    pub(super) fn micros(&self, key: &str) -> Option<i64> {
        scaled(&self.node(key)?.data, 1_000_000)
    }

    /// A number as tenths, half a tenth up.
    pub(super) fn tenths(&self, key: &str) -> Option<i64> {
        scaled(&self.node(key)?.data, 10)
    }

    pub(super) fn size(&self, key: &str) -> Option<u64> {
        units::size(&self.text(key)?).ok()
    }

    pub(super) fn duration(&self, key: &str) -> Option<u64> {
        units::duration(&self.text(key)?).ok()
    }

    /// `"500m"` or cores, as millicores.
    pub(super) fn millicores(&self, key: &str) -> Option<u64> {
        match &self.node(key)?.data {
            Data::Text(text) => units::cpu(text).ok(),
            Data::Integer(cores) => u64::try_from(*cores).ok().map(|cores| cores * 1000),
            Data::Float(cores) => Some((cores * 1000.0).round() as u64),
            _ => None,
        }
    }

    /// An array of strings; one string counts as an array of it.
    pub(super) fn texts(&self, key: &str) -> Option<Vec<String>> {
        match &self.node(key)?.data {
            Data::List(items) => Some(
                items
                    .iter()
                    .filter_map(Node::text)
                    .map(str::to_owned)
                    .collect(),
            ),
            Data::Text(text) => Some(vec![text.clone()]),
            _ => None,
        }
    }

    /// An array of ports, which the table of words keeps inside `u16`.
    pub(super) fn ports(&self, key: &str) -> Vec<u16> {
        let Some(Data::List(items)) = self.node(key).map(|node| &node.data) else {
            return Vec::new();
        };
        let port = |node: &Node| match &node.data {
            Data::Integer(port) => u16::try_from(*port).ok(),
            _ => None,
        };
        items.iter().filter_map(port).collect()
    }

    /// A table of strings.
    pub(super) fn texts_by_key(&self, key: &str) -> BTreeMap<String, String> {
        let table = self.node(key).and_then(Node::table).unwrap_or(&NOTHING);
        let text = |name: &String, node: &Node| Some((name.clone(), node.text()?.to_owned()));
        table
            .iter()
            .filter_map(|(name, entry)| text(name, &entry.node))
            .collect()
    }

    /// A table of dollars as nano-dollars.
    pub(super) fn nanos_by_key(&self, key: &str) -> BTreeMap<String, i64> {
        self.by_key(key, |data| scaled(data, 1_000_000_000))
    }

    /// A table of truths.
    pub(super) fn flags_by_key(&self, key: &str) -> BTreeMap<String, bool> {
        self.by_key(key, |data| match data {
            Data::Bool(value) => Some(*value),
            _ => None,
        })
    }

    /// A table of numbers, which the table of words keeps inside `u32`.
    pub(super) fn numbers_by_key(&self, key: &str) -> BTreeMap<String, u32> {
        self.by_key(key, |data| match data {
            Data::Integer(value) => u32::try_from(*value).ok(),
            _ => None,
        })
    }

    fn by_key<T>(&self, key: &str, read: impl Fn(&Data) -> Option<T>) -> BTreeMap<String, T> {
        let table = self.node(key).and_then(Node::table).unwrap_or(&NOTHING);
        let entries = table.iter();
        entries
            .filter_map(|(name, entry)| Some((name.clone(), read(&entry.node.data)?)))
            .collect()
    }

    /// The block under a key.
    pub(super) fn child(&self, key: &str) -> Option<Self> {
        let node = self.node(key)?;
        node.table()?;
        Some(Self::new(node, block_of(self.ty(key)?)?))
    }

    /// The block under a key, or one with nothing but defaults.
    pub(super) fn child_or_default(&self, key: &str) -> View<'a> {
        self.child(key).unwrap_or_else(|| View {
            table: &NOTHING,
            block: self.ty(key).and_then(block_of),
        })
    }

    /// The blocks of a table of blocks, by name.
    pub(super) fn children(&self, key: &str) -> impl Iterator<Item = (String, View<'a>)> + use<'a> {
        let block = match self.ty(key) {
            Some(Type::Map(_, of)) => block_of(of),
            _ => None,
        };
        let table = self.node(key).and_then(Node::table).unwrap_or(&NOTHING);
        table.iter().filter_map(move |(name, entry)| {
            entry.node.table()?;
            Some((name.clone(), View::new(&entry.node, block?)))
        })
    }

    /// The blocks of an array of blocks.
    pub(super) fn items(&self, key: &str) -> Vec<View<'a>> {
        let block = match self.ty(key) {
            Some(Type::List(of)) => block_of(of),
            _ => None,
        };
        let items = match self.node(key).map(|node| &node.data) {
            Some(Data::List(items)) => items.as_slice(),
            _ => &[],
        };
        items
            .iter()
            .filter(|item| item.table().is_some())
            .filter_map(|item| Some(View::new(item, block?)))
            .collect()
    }
}

fn block_of(ty: &'static Type) -> Option<&'static Block> {
    match ty {
        Type::Block(block) => Some(block),
        Type::Any(types) => types.iter().find_map(block_of),
        _ => None,
    }
}

/// A number times a scale; the table of words bounds it, so that it fits.
fn scaled(data: &Data, by: i32) -> Option<i64> {
    match data {
        Data::Integer(whole) => whole.checked_mul(by.into()),
        Data::Float(number) => Some((number * f64::from(by)).round() as i64),
        _ => None,
    }
}
