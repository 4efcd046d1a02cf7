//! The durable half of the store: one redb file, one transaction a change. redb locks the file, so that a second
//! process cannot open it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use redb::{Database, Durability, ReadableDatabase, ReadableTable, TableDefinition};
use serde_json::Value;

use super::{Changes, Documents, Key, Stored};

/// The version of the durable format.
const FORMAT: u64 = 1;

type Parts = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);
const DOCUMENTS: TableDefinition<'_, Parts, &'static [u8]> = TableDefinition::new("documents");
const SETTINGS: TableDefinition<'_, &'static str, &'static [u8]> = TableDefinition::new("settings");
const CALLS: TableDefinition<'_, u64, &'static [u8]> = TableDefinition::new("calls");

/// Why the store could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has the file open.
    #[error("another process serves this sandbox: {path} is locked")]
    Locked {
        /// The file.
        path: String,
    },
    /// Written by a version that this one does not know.
    #[error(
        "the sandbox has format {found}, this version reads {FORMAT}: start with an empty folder"
    )]
    Format {
        /// The version found.
        found: u64,
    },
    /// The file or folder cannot be used.
    #[error("sandbox folder {path}: {source}")]
    Folder {
        /// The path.
        path: String,
        /// The reason.
        source: std::io::Error,
    },
    /// The database failed.
    #[error("sandbox store: {0}")]
    Database(Box<redb::Error>),
    /// Something stored is not what it should be.
    #[error("sandbox store is damaged: {0}")]
    Damaged(#[from] serde_json::Error),
}

/// The redb file.
pub(crate) struct Disk {
    database: Database,
}

fn database<E: Into<redb::Error>>(error: E) -> StoreError {
    StoreError::Database(Box::new(error.into()))
}

impl Disk {
    /// Opens the file, or makes it.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let opened = Database::create(path).map_err(|error| match error {
            redb::DatabaseError::DatabaseAlreadyOpen => StoreError::Locked {
                path: path.display().to_string(),
            },
            other => database(other),
        })?;
        let disk = Self { database: opened };
        disk.check_format()?;
        Ok(disk)
    }

    fn check_format(&self) -> Result<(), StoreError> {
        let write = self.database.begin_write().map_err(database)?;
        write.open_table(DOCUMENTS).map_err(database)?;
        write.open_table(CALLS).map_err(database)?;
        {
            let mut settings = write.open_table(SETTINGS).map_err(database)?;
            let found = settings
                .get("format")
                .map_err(database)?
                .map(|bytes| serde_json::from_slice(bytes.value()));
            match found.transpose()? {
                None => {
                    settings
                        .insert("format", serde_json::to_vec(&FORMAT)?.as_slice())
                        .map_err(database)?;
                }
                Some(FORMAT) => {}
                Some(found) => return Err(StoreError::Format { found }),
            }
        }
        write.commit().map_err(database)
    }

    /// Every document.
    pub(crate) fn load(&self) -> Result<Documents, StoreError> {
        let read = self.database.begin_read().map_err(database)?;
        let table = read.open_table(DOCUMENTS).map_err(database)?;
        let mut documents = BTreeMap::new();
        for row in table.iter().map_err(database)? {
            let (key, value) = row.map_err(database)?;
            let (service, kind, account, region, id) = key.value();
            let key = Key {
                service: service.to_owned(),
                kind: kind.to_owned(),
                account: account.to_owned(),
                region: region.to_owned(),
                id: id.to_owned(),
            };
            let value: Value = serde_json::from_slice(value.value())?;
            documents.insert(key, Arc::new(Stored::from(value)));
        }
        Ok(documents)
    }

    /// Writes the changes in one durable transaction.
    pub(crate) fn commit(&self, changes: &Changes) -> Result<(), StoreError> {
        let write = self.database.begin_write().map_err(database)?;
        {
            let mut table = write.open_table(DOCUMENTS).map_err(database)?;
            for (key, value) in changes {
                let parts = (
                    &*key.service,
                    &*key.kind,
                    &*key.account,
                    &*key.region,
                    &*key.id,
                );
                match value {
                    Some(value) => {
                        table
                            .insert(parts, serde_json::to_vec(&value.value)?.as_slice())
                            .map_err(database)?;
                    }
                    None => {
                        table.remove(parts).map_err(database)?;
                    }
                }
            }
        }
        write.commit().map_err(database)
    }

    /// A setting, when it was written before.
    pub(crate) fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let read = self.database.begin_read().map_err(database)?;
        let table = read.open_table(SETTINGS).map_err(database)?;
        Ok(table
            .get(name)
            .map_err(database)?
            .map(|bytes| bytes.value().to_vec()))
    }

    /// Writes a setting durably.
    pub(crate) fn set(&self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        let write = self.database.begin_write().map_err(database)?;
        write
            .open_table(SETTINGS)
            .map_err(database)?
            .insert(name, value)
            .map_err(database)?;
        write.commit().map_err(database)
    }

    /// Appends a line to the call log. It is durable with the next durable change; a mutating call's line at once.
    pub(crate) fn log(&self, number: u64, line: &[u8], at_once: bool) -> Result<(), StoreError> {
        let mut write = self.database.begin_write().map_err(database)?;
        if !at_once {
            write.set_durability(Durability::None).map_err(database)?;
        }
        write
            .open_table(CALLS)
            .map_err(database)?
            .insert(number, line)
            .map_err(database)?;
        write.commit().map_err(database)
    }

    /// The whole call log.
    pub(crate) fn calls(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        let read = self.database.begin_read().map_err(database)?;
        let table = read.open_table(CALLS).map_err(database)?;
        let rows = table.iter().map_err(database)?;
        rows.map(|row| row.map(|(_, line)| line.value().to_vec()).map_err(database))
            .collect()
    }

    /// Empties the call log.
    pub(crate) fn clear_calls(&self) -> Result<(), StoreError> {
        let write = self.database.begin_write().map_err(database)?;
        write.delete_table(CALLS).map_err(database)?;
        write.open_table(CALLS).map_err(database)?;
        write.commit().map_err(database)
    }
}
