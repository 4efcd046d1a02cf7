//! The folder of a sandbox and the note of its live server, for nobody else to read.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ServerError;

#[derive(Serialize, Deserialize)]
struct Note {
    port: u16,
    pid: u32,
}

fn note(folder: &Path) -> PathBuf {
    folder.join("server.json")
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> ServerError {
    let path = path.display().to_string();
    |source| ServerError::Write { path, source }
}

/// Makes the folder (0700) and an empty store file (0600) in it when they are absent.
pub(super) fn make_folder(folder: &Path) -> Result<(), ServerError> {
    if !folder.exists() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(failed(folder))?;
    }
    let store = folder.join("state.redb");
    let opened = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(&store)
        .map_err(failed(&store))?;
    opened
        .set_permissions(fs::Permissions::from_mode(0o600))
        .map_err(failed(&store))
}

/// Writes the note, whole or not at all.
pub(super) fn announce(folder: &Path, port: u16) -> Result<(), ServerError> {
    let (path, draft) = (note(folder), folder.join("server.json.new"));
    let text = serde_json::to_vec(&Note {
        port,
        pid: std::process::id(),
    })
    .map_err(|error| failed(&path)(io::Error::other(error)))?;
    let mut file = OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)
        .map_err(failed(&draft))?;
    file.write_all(&text).map_err(failed(&draft))?;
    fs::rename(&draft, &path).map_err(failed(&path))
}

/// Port and process of the note.
pub(super) fn announced(folder: &Path) -> Option<(u16, u32)> {
    let note: Note = serde_json::from_slice(&fs::read(note(folder)).ok()?).ok()?;
    Some((note.port, note.pid))
}

/// Removes the note. One that stays is seen through by its process id.
pub(super) fn forget(folder: &Path) {
    if let Err(error) = fs::remove_file(note(folder)) {
        tracing::debug!(%error, "server.json stays");
    }
}
