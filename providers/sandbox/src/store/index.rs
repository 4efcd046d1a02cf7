//! Documents by something else than their ids: made when it is first asked for, forgotten when one of the kind changes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Document, Key, Place, Store, Tx};

/// A kind that is looked up by other words than its id.
pub(crate) trait Indexed: Document {
    /// The words by which it is found.
    fn keys(&self) -> Vec<String>;
}

/// Which documents have a word, by account, region and word.
type Index = BTreeMap<(String, String, String), BTreeSet<Key>>;

/// The indexes that have been made, by service and kind.
#[derive(Default)]
pub(super) struct Indexes(BTreeMap<(String, String), Index>);

impl Indexes {
    /// A document of the kind has changed.
    pub(super) fn forget(&mut self, key: &Key) {
        if !self.0.is_empty() {
            self.0.remove(&(key.service.clone(), key.kind.clone()));
        }
    }
}

impl Store {
    /// Those documents that had the word when they were committed.
    fn with_key<D: Indexed>(&self, place: &Place, word: &str) -> BTreeSet<Key> {
        let mut indexes = self.indexes.borrow_mut();
        let kind = (D::SERVICE.to_owned(), D::KIND.to_owned());
        let index = indexes.0.entry(kind).or_insert_with(|| self.index::<D>());
        let wanted = (place.account.clone(), place.region.clone(), word.to_owned());
        index.get(&wanted).cloned().unwrap_or_default()
    }

    /// What cannot be read is in no index; it is told of where it is read.
    fn index<D: Indexed>(&self) -> Index {
        let mut index = Index::new();
        for (key, stored) in self.of_kind::<D>(None) {
            for word in stored.read::<D>().map(|one| one.keys()).unwrap_or_default() {
                let at = (key.account.clone(), key.region.clone(), word);
                index.entry(at).or_default().insert(key.clone());
            }
        }
        index
    }
}

impl Tx<'_> {
    /// All documents of the kind in the place that have the word, in the order of their ids, visible or not.
    pub(crate) fn with_key<D: Indexed>(&self, place: &Place, word: &str) -> Vec<D> {
        let mut keys = self.store.with_key::<D>(place, word);
        keys.extend(self.changed::<D>(Some(place)).map(|(key, _)| key.clone()));
        let has = |one: &D| one.keys().iter().any(|key| key == word);
        let all = keys.iter().filter_map(|key| self.decode(self.raw(key)?));
        all.filter(has).collect()
    }
}
