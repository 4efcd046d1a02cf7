//! What the cloud remembers: typed documents by service, kind, account, region and id, held in memory and, for a
//! durable cloud, in a redb file. A request works on a [`Tx`]; its changes are committed together, before the answer
//! is given, or not at all.

mod disk;
mod tx;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use disk::Disk;
pub use disk::StoreError;
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
pub(crate) trait Document: Serialize + DeserializeOwned {
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

/// A change: the new document, or none.
type Changes = BTreeMap<Key, Option<Value>>;

/// The documents, in memory and on disk.
pub(crate) struct Store {
    documents: BTreeMap<Key, Value>,
    disk: Option<Disk>,
}

impl Store {
    /// An empty store that dies with the process.
    pub(crate) fn in_memory() -> Self {
        Self {
            documents: BTreeMap::new(),
            disk: None,
        }
    }

    /// The store in a redb file, made when absent.
    pub(crate) fn open(path: &std::path::Path) -> Result<Self, StoreError> {
        let disk = Disk::open(path)?;
        Ok(Self {
            documents: disk.load()?,
            disk: Some(disk),
        })
    }

    /// A copy in memory.
    pub(crate) fn copy(&self) -> Self {
        Self {
            documents: self.documents.clone(),
            disk: None,
        }
    }

    /// The durable part, for logs and settings.
    pub(crate) fn disk(&self) -> Option<&Disk> {
        self.disk.as_ref()
    }

    /// Makes the changes durable, then visible.
    pub(crate) fn commit(&mut self, changes: Changes) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        if let Some(disk) = &self.disk {
            disk.commit(&changes)?;
        }
        for (key, value) in changes {
            match value {
                Some(value) => self.documents.insert(key, value),
                None => self.documents.remove(&key),
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
