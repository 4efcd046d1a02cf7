//! What the cloud remembers: typed documents by service, kind, account, region and id, held in memory and, for a
//! durable cloud, in a redb file. A request works on a [`Tx`]; its changes are committed together, before the answer
//! is given, or not at all.

mod disk;
mod index;
mod tx;

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use disk::Disk;
pub use disk::StoreError;
pub(crate) use index::Indexed;
pub(crate) use tx::Tx;
pub(crate) use tx::hex;

/// Where a document lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The account, twelve digits.
    pub(crate) account: String,
    /// The region; empty for global services.
    pub(crate) region: String,
}

/// A kind of stored thing. Its serialised form is the durable format: fields are only added, with defaults.
pub(crate) trait Document:
    Serialize + DeserializeOwned + Clone + Send + Sync + 'static
{
    /// The service's signing name.
    const SERVICE: &'static str;
    /// The kind within the service.
    const KIND: &'static str;

    /// The id within account and region; parts of a compound id are joined by `/`.
    fn id(&self) -> String;

    /// When it was made; younger than the visibility lag, it is not seen.
    fn created(&self) -> Timestamp;
}

/// The full key of a document. The order makes all documents of a kind neighbours.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) service: String,
    pub(crate) kind: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) id: String,
}

/// A document as it is kept: its durable form, and the typed one once somebody has asked for it.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    value: Value,
    typed: OnceLock<Arc<dyn Any + Send + Sync>>,
}

impl From<Value> for Stored {
    fn from(value: Value) -> Self {
        let typed = OnceLock::new();
        Self { value, typed }
    }
}

impl Stored {
    /// The typed form.
    fn read<D: Document>(&self) -> Result<D, serde_json::Error> {
        Ok(self.shared::<D>()?.as_ref().clone())
    }

    /// The typed form, which others may have as well.
    fn shared<D: Document>(&self) -> Result<Arc<D>, serde_json::Error> {
        let typed = self.typed.get().cloned();
        if let Some(known) = typed.and_then(|one| one.downcast::<D>().ok()) {
            return Ok(known);
        }
        let read = Arc::new(D::deserialize(&self.value)?);
        // Another type of the same kind has been asked for before: it keeps the place.
        let _ = self.typed.set(Arc::<D>::clone(&read));
        Ok(read)
    }
}

/// A change: the new document, or none.
type Changes = BTreeMap<Key, Option<Arc<Stored>>>;

/// All documents. What a copy does not change it shares.
type Documents = BTreeMap<Key, Arc<Stored>>;

/// The documents, in memory and on disk.
pub(crate) struct Store {
    documents: Arc<Documents>,
    indexes: RefCell<index::Indexes>,
    commits: u64,
    disk: Option<Disk>,
}

impl Store {
    /// An empty store that dies with the process.
    pub(crate) fn in_memory() -> Self {
        Self::of(BTreeMap::new(), None)
    }

    /// The store in a redb file, made when absent.
    pub(crate) fn open(path: &std::path::Path) -> Result<Self, StoreError> {
        let disk = Disk::open(path)?;
        Ok(Self::of(disk.load()?, Some(disk)))
    }

    fn of(documents: Documents, disk: Option<Disk>) -> Self {
        Self {
            documents: Arc::new(documents),
            indexes: RefCell::default(),
            commits: 0,
            disk,
        }
    }

    /// A copy in memory.
    pub(crate) fn copy(&self) -> Self {
        Self {
            documents: Arc::clone(&self.documents),
            indexes: RefCell::default(),
            commits: 0,
            disk: None,
        }
    }

    /// The durable part, for logs and settings.
    pub(crate) fn disk(&self) -> Option<&Disk> {
        self.disk.as_ref()
    }

    /// How often something was changed.
    pub(crate) fn commits(&self) -> u64 {
        self.commits
    }

    /// Makes the changes durable, then visible.
    pub(crate) fn commit(&mut self, changes: Changes) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        if let Some(disk) = &self.disk {
            disk.commit(&changes)?;
        }
        self.commits += 1;
        let (documents, indexes) = (Arc::make_mut(&mut self.documents), self.indexes.get_mut());
        for (key, value) in changes {
            indexes.forget(&key);
            match value {
                Some(value) => documents.insert(key, value),
                None => documents.remove(&key),
            };
        }
        Ok(())
    }

    /// Forgets every document.
    pub(crate) fn clear(&mut self) -> Result<(), StoreError> {
        let all = self
            .documents
            .keys()
            .map(|key| (key.clone(), None))
            .collect();
        self.commit(all)
    }
}

#[cfg(test)]
mod tests;
