//! The journal: `.provision/journal/<stack>/<run>.jsonl`, appended to and made durable before anything follows
//! from a record. A help, never needed.

use std::fs::{self, File};
use std::future::Future;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use jiff::Timestamp;
use provision_core::apply::{Prior, Record};

use crate::error::Error;
use crate::files;

/// Journals of a stack that are kept.
const KEPT: usize = 50;

/// Where records go. Answers when they are durable, or says why they are not.
pub trait Journal: Send {
    /// Appends records, in order.
    fn write<'a>(
        &'a mut self,
        records: &'a [Record],
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;
}

/// A journal that forgets everything: for runs that shall leave nothing behind.
#[derive(Clone, Copy, Debug, Default)]
pub struct Forgetful;

impl Journal for Forgetful {
    fn write<'a>(
        &'a mut self,
        _records: &'a [Record],
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// A journal in a file.
#[derive(Debug)]
pub struct FileJournal {
    path: PathBuf,
    file: Option<Arc<File>>,
}

impl FileJournal {
    /// The journal of a run; its file is made with the first record.
    #[must_use]
    pub fn new(base: &Path, stack: &str, run: &str) -> Self {
        Self {
            path: folder(base, stack).join(format!("{run}.jsonl")),
            file: None,
        }
    }

    fn open(&mut self) -> Result<Arc<File>, Error> {
        if let Some(file) = &self.file {
            return Ok(Arc::clone(file));
        }
        if let Some(folder) = self.path.parent() {
            files::make_dir(folder)?;
            prune(folder);
        }
        let file = Arc::new(files::open_private(&self.path, true)?);
        self.file = Some(Arc::clone(&file));
        Ok(file)
    }

    async fn append(&mut self, records: &[Record]) -> Result<(), String> {
        let file = self.open().map_err(|error| error.to_string())?;
        let mut text = Vec::new();
        for record in records {
            serde_json::to_writer(&mut text, record).map_err(|error| error.to_string())?;
            text.push(b'\n');
        }
        let write = move || -> io::Result<()> {
            (&*file).write_all(&text)?;
            file.sync_data()
        };
        tokio::task::spawn_blocking(write)
            .await
            .map_err(|error| error.to_string())?
            .map_err(|error| error.to_string())
    }
}

impl Journal for FileJournal {
    fn write<'a>(
        &'a mut self,
        records: &'a [Record],
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>> {
        Box::pin(self.append(records))
    }
}

fn folder(base: &Path, stack: &str) -> PathBuf {
    base.join("journal").join(stack)
}

/// Journals of a stack, oldest first: run ids begin with their time.
fn journals(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
        .collect();
    found.sort();
    found
}

/// Old journals say nothing to anybody; that one cannot be removed changes nothing.
fn prune(folder: &Path) {
    let found = journals(folder);
    let surplus = found.len().saturating_sub(KEPT);
    for path in found.into_iter().take(surplus) {
        let _ = fs::remove_file(path);
    }
}

/// What the journal of the stack's last run says. None, or one that cannot be read, says nothing.
#[must_use]
pub fn prior(base: &Path, stack: &str) -> Prior {
    let last = journals(&folder(base, stack)).pop();
    let text = last.and_then(|path| files::read(&path).ok());
    match text {
        Some(bytes) => Prior::parse(&String::from_utf8_lossy(&bytes)),
        None => Prior::none(),
    }
}

/// An id for a new run: its time, so that journals sort, and eight hex digits, so that no two are the same.
#[must_use]
pub fn new_run(now: Timestamp) -> String {
    let random = uuid::Uuid::new_v4().simple().to_string();
    let random = random.get(..8).unwrap_or(&random);
    format!("{}-{random}", now.strftime("%Y%m%dT%H%M%SZ"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use provision_core::apply::RecordKind;

    fn started(run: &str) -> Record {
        Record {
            seq: 1,
            at: 0,
            run: run.to_owned(),
            kind: RecordKind::RunStarted {
                format_version: 1,
                stack: "shop".to_owned(),
                plan: String::new(),
            },
        }
    }

    #[tokio::test]
    async fn the_last_run_is_found_again() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(prior(dir.path(), "shop"), Prior::none());
        for run in ["20260101T000000Z-a", "20260102T000000Z-b"] {
            let mut journal = FileJournal::new(dir.path(), "shop", run);
            journal.write(&[started(run)]).await.unwrap();
        }
        let prior = prior(dir.path(), "shop");
        assert_eq!(prior.unfinished(), Some(("20260102T000000Z-b", "shop")));
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_made_is_an_answer() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("journal"), "in the way").unwrap();
        let mut journal = FileJournal::new(dir.path(), "shop", "r");
        assert!(journal.write(&[started("r")]).await.is_err());
    }
}
