//! A request's view of the store: reads see its own writes, nothing is kept until it is committed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Changes, Document, Key, Place, Store, Stored};
use crate::config::Config;

/// Reads and pending writes of one request, at one moment.
pub(crate) struct Tx<'a> {
    pub(super) store: &'a Store,
    changes: Changes,
    config: &'a Config,
    now: Timestamp,
    damage: RefCell<Option<String>>,
}

impl<'a> Tx<'a> {
    /// A view of the store at `now`.
    pub(crate) fn new(store: &'a Store, config: &'a Config, now: Timestamp) -> Self {
        Self {
            store,
            changes: BTreeMap::new(),
            config,
            now,
            damage: RefCell::new(None),
        }
    }

    /// A view like this one at another moment, for a request that lies within this one.
    pub(crate) fn at(&self, now: Timestamp) -> Self {
        Self {
            store: self.store,
            changes: self.changes.clone(),
            config: self.config,
            now,
            damage: RefCell::new(None),
        }
    }

    /// Keeps what a view of [`Tx::at`] changed.
    pub(crate) fn keep(&mut self, other: Self) {
        self.changes = other.changes;
        let mut damage = self.damage.borrow_mut();
        *damage = damage.take().or(other.damage.into_inner());
    }

    /// The time of the request.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// The knobs.
    pub(crate) fn config(&self) -> &'a Config {
        self.config
    }

    /// The document, whether it is visible yet or not.
    pub(crate) fn get<D: Document>(&self, place: &Place, id: &str) -> Option<D> {
        self.decode(self.raw(&key::<D>(place, id))?)
    }

    /// The document as the API sees it: not when it is younger than the visibility lag.
    pub(crate) fn see<D: Document>(&self, place: &Place, id: &str) -> Option<D> {
        self.get(place, id)
            .filter(|document| self.visible(document))
    }

    /// All documents of the kind in the place, in the order of their ids, visible or not.
    pub(crate) fn list<D: Document>(&self, place: &Place) -> Vec<D> {
        let rows = self.rows::<D>(Some(place)).into_iter();
        rows.filter_map(|(_, stored)| self.decode(stored)).collect()
    }

    /// The documents of [`Tx::list`] that are meant: the others are looked at where they lie.
    pub(crate) fn list_where<D: Document>(
        &self,
        place: &Place,
        mut meant: impl FnMut(&D) -> bool,
    ) -> Vec<D> {
        let rows = self.rows::<D>(Some(place)).into_iter();
        let shared = rows.filter_map(|(_, stored)| self.shared::<D>(stored));
        let wanted = shared.filter(|one| meant(one));
        wanted.map(|one| one.as_ref().clone()).collect()
    }

    /// How many documents of the kind there are in the place.
    pub(crate) fn count<D: Document>(&self, place: &Place) -> usize {
        self.rows::<D>(Some(place)).len()
    }

    /// All visible documents of the kind in the place, in the order of their ids.
    pub(crate) fn see_all<D: Document>(&self, place: &Place) -> Vec<D> {
        let mut found = self.list::<D>(place);
        found.retain(|document| self.visible(document));
        found
    }

    /// All documents of the kind in every account and region.
    pub(crate) fn everywhere<D: Document>(&self) -> Vec<(Place, D)> {
        let rows = self.rows::<D>(None).into_iter();
        rows.filter_map(|(key, stored)| {
            let place = Place {
                account: key.account.clone(),
                region: key.region.clone(),
            };
            Some((place, self.decode(stored)?))
        })
        .collect()
    }

    /// The documents of [`Tx::everywhere`] that are meant: the others are looked at where they lie.
    pub(crate) fn everywhere_where<D: Document>(
        &self,
        mut meant: impl FnMut(&D) -> bool,
    ) -> Vec<(Place, D)> {
        let rows = self.rows::<D>(None).into_iter();
        let shared = rows.filter_map(|(key, stored)| Some((key, self.shared::<D>(stored)?)));
        let wanted = shared.filter(|(_, one)| meant(one));
        let own = |(key, one): (&Key, Arc<D>)| {
            let place = Place {
                account: key.account.clone(),
                region: key.region.clone(),
            };
            (place, one.as_ref().clone())
        };
        wanted.map(own).collect()
    }

    /// What there is of a kind, with what this request changed.
    fn rows<D: Document>(&self, place: Option<&Place>) -> Vec<(&Key, &Stored)> {
        let stored = self.store.of_kind::<D>(place);
        let mut changed = self.changed::<D>(place).peekable();
        if changed.peek().is_none() {
            return stored.collect();
        }
        let mut all: BTreeMap<&Key, &Stored> = stored.collect();
        for (key, change) in changed {
            match change {
                Some(stored) => all.insert(key, stored),
                None => all.remove(key),
            };
        }
        all.into_iter().collect()
    }

    /// What this request changed of a kind.
    pub(super) fn changed<D: Document>(
        &self,
        place: Option<&Place>,
    ) -> impl Iterator<Item = (&Key, &Option<Arc<Stored>>)> {
        let (first, place) = (first::<D>(place), place.cloned());
        let all = self.changes.range(first..);
        all.take_while(move |(key, _)| is_of::<D>(key, place.as_ref()))
    }

    /// Writes the document.
    pub(crate) fn put<D: Document>(&mut self, place: &Place, document: &D) {
        match serde_json::to_value(document) {
            Ok(value) => {
                self.changes
                    .insert(key::<D>(place, &document.id()), Some(stored(value)));
            }
            Err(error) => self.damaged(&error),
        }
    }

    /// Removes the document.
    pub(crate) fn delete<D: Document>(&mut self, place: &Place, id: &str) {
        self.changes.insert(key::<D>(place, id), None);
    }

    /// Whether the API shows the document yet.
    pub(crate) fn visible<D: Document>(&self, document: &D) -> bool {
        match document.created().checked_add(self.config.visibility_lag()) {
            Ok(seen_from) => seen_from <= self.now,
            Err(_) => false,
        }
    }

    /// 64 hexadecimal digits that never come again: from a counter in the store.
    pub(crate) fn fresh_hex(&mut self, purpose: &str) -> String {
        let key = counter();
        let count = self.raw(&key).and_then(|stored| stored.value.as_u64());
        let count = count.unwrap_or(0) + 1;
        self.changes.insert(key, Some(stored(Value::from(count))));
        hex(&Sha256::digest(format!(
            "provision-sandbox/{purpose}/{count}"
        )))
    }

    /// A new id like `vpc-0f3a…`: prefix and 17 digits, the first of them 0 as in today's regions.
    pub(crate) fn fresh_id(&mut self, prefix: &str) -> String {
        let hex = self.fresh_hex(prefix);
        format!("{prefix}-0{}", hex.get(..16).unwrap_or_default())
    }

    /// What to commit, or why the store cannot be trusted.
    pub(crate) fn finish(self) -> Result<Changes, String> {
        match self.damage.into_inner() {
            Some(damage) => Err(damage),
            None => Ok(self.changes),
        }
    }

    pub(super) fn raw(&self, key: &Key) -> Option<&Stored> {
        match self.changes.get(key) {
            Some(change) => change.as_deref(),
            None => self.store.documents.get(key).map(Arc::as_ref),
        }
    }

    /// A document that cannot be read is not absent: the request fails as a whole at [`Tx::finish`].
    pub(super) fn decode<D: Document>(&self, stored: &Stored) -> Option<D> {
        self.sound(stored.read())
    }

    /// The same, without a copy.
    fn shared<D: Document>(&self, stored: &Stored) -> Option<Arc<D>> {
        self.sound(stored.shared())
    }

    fn sound<T>(&self, read: Result<T, serde_json::Error>) -> Option<T> {
        match read {
            Ok(document) => Some(document),
            Err(error) => {
                self.damaged(&error);
                None
            }
        }
    }

    fn damaged(&self, error: &serde_json::Error) {
        self.damage
            .borrow_mut()
            .get_or_insert_with(|| error.to_string());
    }
}

impl Store {
    /// What there is of a kind, in a place or everywhere.
    pub(super) fn of_kind<D: Document>(
        &self,
        place: Option<&Place>,
    ) -> impl Iterator<Item = (&Key, &Stored)> {
        let (first, place) = (first::<D>(place), place.cloned());
        let all = self.documents.range(first..);
        all.take_while(move |(key, _)| is_of::<D>(key, place.as_ref()))
            .map(|(key, stored)| (key, stored.as_ref()))
    }
}

fn stored(value: Value) -> Arc<Stored> {
    Arc::new(Stored::from(value))
}

/// The key before all of a kind.
fn first<D: Document>(place: Option<&Place>) -> Key {
    let nowhere = Place {
        account: String::new(),
        region: String::new(),
    };
    key::<D>(place.unwrap_or(&nowhere), "")
}

fn is_of<D: Document>(key: &Key, place: Option<&Place>) -> bool {
    let there = |place: &Place| key.account == place.account && key.region == place.region;
    key.service == D::SERVICE && key.kind == D::KIND && place.is_none_or(there)
}

fn key<D: Document>(place: &Place, id: &str) -> Key {
    Key {
        service: D::SERVICE.to_owned(),
        kind: D::KIND.to_owned(),
        account: place.account.clone(),
        region: place.region.clone(),
        id: id.to_owned(),
    }
}

fn counter() -> Key {
    Key {
        service: "sandbox".to_owned(),
        kind: "counter".to_owned(),
        account: String::new(),
        region: String::new(),
        id: "ids".to_owned(),
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
