//! Where everything of a merged tree stands, by address and path: `cluster.prod.pool.web.nodes.max`.

use std::collections::BTreeMap;

use super::source::At;
use super::tree::{Data, Node};
use super::types::Spec;

/// Where one value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) key: At,
    pub(super) value: At,
    pub(super) broken: bool,
}

/// Spots by path. Items of arrays have their index as a part of the path, from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    spots: BTreeMap<String, Spot>,
}

impl Places {
    pub(super) fn of(root: &Node) -> Self {
        let mut places = Self::default();
        if let Some(table) = root.table() {
            for (name, entry) in table.iter().filter(|(name, _)| *name != "env") {
                places.add(name.clone(), entry.key, &entry.node);
            }
        }
        places
    }

    fn add(&mut self, path: String, key: At, node: &Node) {
        match &node.data {
            Data::Table(table) => {
                for (name, entry) in table {
                    self.add(format!("{path}.{name}"), entry.key, &entry.node);
                }
            }
            Data::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.add(format!("{path}.{index}"), item.at, item);
                }
            }
            _ => {}
        }
        let spot = Spot {
            key,
            value: node.at,
            broken: node.is_broken(),
        };
        self.spots.insert(path, spot);
    }

    pub(super) fn get(&self, path: &str) -> Option<&Spot> {
        self.spots.get(path)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &Spot)> {
        self.spots.iter()
    }

    /// The spot of `path` or of the nearest block around it, and whether it is exactly that path.
    pub(super) fn nearest(&self, path: &str) -> Option<(&Spot, bool)> {
        let mut at = path;
        loop {
            if let Some(spot) = self.spots.get(at) {
                return Some((spot, at.len() == path.len()));
            }
            at = at.rsplit_once('.')?.0;
        }
    }

    /// Whether `path`, or something around it, is broken: then more must not be said of it.
    pub(super) fn broken(&self, path: &str) -> bool {
        let mut at = path;
        loop {
            if self.spots.get(at).is_some_and(|spot| spot.broken) {
                return true;
            }
            match at.rsplit_once('.') {
                Some((around, _)) => at = around,
                None => return false,
            }
        }
    }
}

impl Places {
    /// Gives inline and implied networks of clusters their own addresses.
    pub(super) fn alias_networks(&mut self, spec: &Spec) {
        for (name, network) in &spec.networks {
            let own = format!("network.{name}");
            if self.spots.contains_key(&own) {
                continue;
            }
            let written = format!("cluster.{name}.network");
            let from = if network.implied {
                format!("cluster.{name}")
            } else {
                written.clone()
            };
            let inside = format!("{written}.");
            let keys: Vec<(String, Spot)> = self
                .spots
                .range(inside.clone()..)
                .take_while(|(path, _)| path.starts_with(&inside) && !network.implied)
                .map(|(path, spot)| (format!("{own}.{}", &path[inside.len()..]), *spot))
                .collect();
            self.spots.extend(keys);
            if let Some(spot) = self.spots.get(&from).copied() {
                self.spots.insert(own, spot);
            }
        }
    }
}

impl Places {
    /// Spots from `path` on, in order.
    pub(super) fn iter_from<'a>(
        &'a self,
        path: &str,
    ) -> impl Iterator<Item = (&'a String, &'a Spot)> {
        self.spots.range(path.to_owned()..)
    }

    /// Whether an address stands in the file itself, not only as the alias of an inline network.
    pub(super) fn is_written(&self, path: &str) -> bool {
        let inline = path
            .strip_prefix("network.")
            .map(|name| format!("cluster.{name}.network"));
        let alias = inline.and_then(|inline| self.spots.get(&inline));
        match self.spots.get(path) {
            Some(spot) => alias.is_none_or(|alias| alias.value != spot.value),
            None => false,
        }
    }
}
