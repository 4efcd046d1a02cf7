//! Files: read with limits, written whole and for the owner alone.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Longest file that is read: a plan of 10,000 resources takes a fraction of it.
const LIMIT: u64 = 256 << 20;

/// Reads a file, or standard input for `-`.
///
/// # Errors
/// When it is not there, is a folder, or is too large.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    read_while(path, LIMIT, |_| true)
}

/// The same, but no further than a little beyond `first` bytes unless these are worth it: a device that never ends costs
/// no more than that.
///
/// # Errors
/// As [`read`].
pub fn read_while(
    path: &Path,
    first: u64,
    worth: impl Fn(&[u8]) -> bool,
) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::file("read", path, source);
    let mut file: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else if fs::metadata(path).map_err(failed)?.is_dir() {
        return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
    } else {
        Box::new(File::open(path).map_err(failed)?)
    };
    let mut bytes = Vec::new();
    let mut most = |most: u64, bytes: &mut Vec<u8>| {
        let left = most.saturating_sub(bytes.len() as u64);
        file.by_ref().take(left).read_to_end(bytes).map_err(failed)
    };
    most(first + 1, &mut bytes)?;
    if bytes.len() as u64 > first && worth(&bytes) {
        most(LIMIT + 1, &mut bytes)?;
    }
    if bytes.len() as u64 > LIMIT {
        return Err(failed(io::Error::from(io::ErrorKind::FileTooLarge)));
    }
    Ok(bytes)
}

/// Makes a folder and those above it, for the owner alone.
///
/// # Errors
/// When it cannot be made.
pub fn make_dir(path: &Path) -> Result<(), Error> {
    if path.is_dir() {
        return Ok(());
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| Error::file("create the folder", path, source))
}

/// Opens a file for the owner alone, made when it is not there. A symbolic link in its place is refused, so
/// that a planted one leads nowhere.
///
/// # Errors
/// When it cannot be opened, or is a link.
pub fn open_private(path: &Path, append: bool) -> Result<File, Error> {
    let failed = |source| Error::file("open", path, source);
    if fs::symlink_metadata(path).is_ok_and(|meta| !meta.is_file()) {
        let source = io::Error::other("it is a link or no regular file");
        return Err(failed(source));
    }
    OpenOptions::new()
        .read(true)
        .write(!append)
        .append(append)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(failed)
}

/// Writes a file that may take the place of one of its own sort, which begins with `start`, and of nothing else.
///
/// # Errors
/// When something else is there; as [`write_whole`].
pub fn write_over(path: &Path, bytes: &[u8], start: &[u8], what: &str) -> Result<(), Error> {
    if path.exists() && !(path.is_file() && read(path)?.starts_with(start)) {
        return Err(Error::BadFile {
            path: path.to_owned(),
            problem: format!("it exists and is not a {what}, so it is not overwritten"),
            advice: Some(format!("name another file for the {what}")),
        });
    }
    write_whole(path, bytes)
}

/// Writes a file whole or not at all, for the owner alone: beside it first, then renamed.
///
/// # Errors
/// When the folder or the disk does not take it.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let failed = |source| Error::file("write", path, source);
    let name = path
        .file_name()
        .ok_or_else(|| failed(io::Error::from(io::ErrorKind::InvalidFilename)))?;
    if path.is_dir() {
        return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    let beside = beside(path, &name.to_string_lossy());
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    write().map_err(|source| {
        // The half-written file helps nobody; that it cannot be removed changes nothing.
        let _ = fs::remove_file(&beside);
        failed(source)
    })
}

fn beside(path: &Path, name: &str) -> PathBuf {
    path.with_file_name(format!(".{name}.{}", std::process::id()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn files_are_for_the_owner_alone_and_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plan");
        write_whole(&path, b"one").unwrap();
        write_whole(&path, b"two").unwrap();
        assert_eq!(read(&path).unwrap(), b"two");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn links_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        std::os::unix::fs::symlink("/dev/null", &path).unwrap();
        assert!(open_private(&path, false).is_err());
    }

    #[test]
    fn folders_are_no_files() {
        let dir = tempfile::tempdir().unwrap();
        assert!(read(dir.path()).is_err());
        assert!(write_whole(dir.path(), b"x").is_err());
    }
}
