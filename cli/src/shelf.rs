//! What providers have read and never changes, in one file for each cloud: `.provision/cache/revisions.json`, beside an embedded cloud's
//! state for that one. A help, never needed: what cannot be read is as good as nothing, and what cannot be written is forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use provision_aws::Shelf;
use serde::{Deserialize, Serialize};

use crate::files;

/// Another version's file is as good as none.
const FORMAT_VERSION: u32 = 1;

/// Entries that are kept at most; those of this run first.
const MOST: usize = 20_000;

/// The file.
#[derive(Debug, Serialize, Deserialize)]
struct Written {
    format_version: u32,
    entries: BTreeMap<String, String>,
}

/// What is on it, once it has been looked at.
#[derive(Debug, Default)]
struct State {
    entries: Option<BTreeMap<String, String>>,
    touched: BTreeSet<String>,
    changed: bool,
}

fn path(base: &Path) -> PathBuf {
    base.join("cache").join("revisions.json")
}

/// Forgets what is kept in a folder. That it cannot be removed changes nothing.
pub fn clear(base: &Path) {
    let _ = std::fs::remove_file(path(base));
}

/// A shelf in a file. It is read when something is first asked for, and written when the verb ends.
#[derive(Debug)]
pub struct FileShelf {
    path: PathBuf,
    state: Mutex<State>,
}

impl FileShelf {
    /// The shelf in a folder of ours.
    #[must_use]
    pub fn new(base: &Path) -> Self {
        Self {
            path: path(base),
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> BTreeMap<String, String> {
        // A pipe or a link in its place is nothing of ours.
        let is_file = std::fs::symlink_metadata(&self.path).is_ok_and(|meta| meta.is_file());
        let bytes = is_file.then(|| files::read(&self.path).ok()).flatten();
        let written = bytes.and_then(|bytes| serde_json::from_slice::<Written>(&bytes).ok());
        written
            .filter(|written| written.format_version == FORMAT_VERSION)
            .map(|written| written.entries)
            .unwrap_or_default()
    }

    fn write(&self) {
        let mut state = self.state();
        if !std::mem::take(&mut state.changed) {
            return;
        }
        let mut entries = state.entries.take().unwrap_or_default();
        let mut room = MOST.saturating_sub(state.touched.len());
        entries.retain(|key, _| {
            let stays = state.touched.contains(key) || room > 0;
            room -= usize::from(!state.touched.contains(key) && room > 0);
            stays
        });
        let written = Written {
            format_version: FORMAT_VERSION,
            entries,
        };
        let made = self.path.parent().map(files::make_dir);
        if let (Some(Ok(())), Ok(bytes)) = (made, serde_json::to_vec(&written))
            && let Err(error) = files::write_whole(&self.path, &bytes)
        {
            tracing::debug!(%error, "what was read is not kept");
        }
    }
}

impl Shelf for FileShelf {
    fn get(&self, key: &str) -> Option<String> {
        let mut state = self.state();
        let entries = state.entries.get_or_insert_with(|| self.read());
        let found = entries.get(key).cloned();
        if found.is_some() {
            state.touched.insert(key.to_owned());
        }
        found
    }

    fn put(&self, key: &str, text: String) {
        let mut state = self.state();
        let entries = state.entries.get_or_insert_with(|| self.read());
        let news = entries.get(key) != Some(&text);
        entries.insert(key.to_owned(), text);
        state.touched.insert(key.to_owned());
        state.changed |= news;
    }
}

impl Drop for FileShelf {
    fn drop(&mut self) {
        self.write();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_was_put_is_there_again_for_the_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let base = dir.path().join(".provision");
        let shelf = FileShelf::new(&base);
        assert_eq!(shelf.get("arn"), None);
        drop(shelf);
        assert!(!base.exists(), "nothing was kept, and a file was made");
        FileShelf::new(&base).put("arn", "text".to_owned());
        let again = FileShelf::new(&base);
        assert_eq!(again.get("arn").as_deref(), Some("text"));
        assert_eq!(again.get("other"), None);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path(&base)), 0o600);
        assert_eq!(mode(&base.join("cache")), 0o700);
    }

    #[test]
    fn a_broken_file_is_as_good_as_none() {
        let dir = tempfile::tempdir().unwrap();
        FileShelf::new(dir.path()).put("arn", "text".to_owned());
        for broken in [
            "",
            "{",
            "{\"format_version\":9,\"entries\":{\"arn\":\"x\"}}",
        ] {
            std::fs::write(path(dir.path()), broken).unwrap();
            let shelf = FileShelf::new(dir.path());
            assert_eq!(shelf.get("arn"), None);
            shelf.put("arn", "text".to_owned());
            drop(shelf);
            let again = FileShelf::new(dir.path());
            assert_eq!(again.get("arn").as_deref(), Some("text"));
        }
        std::fs::remove_file(path(dir.path())).unwrap();
        std::os::unix::fs::symlink("/dev/zero", path(dir.path())).unwrap();
        assert_eq!(FileShelf::new(dir.path()).get("arn"), None);
    }
}
