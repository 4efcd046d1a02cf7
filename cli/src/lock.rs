//! One run per stack, on this machine and in this folder. The lock is the operating system's: it goes when its
//! process goes, so a dead one never needs a person.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::files;

/// Who holds a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// The user's name, as far as known.
    pub user: String,
    /// The machine's name, as far as known.
    pub host: String,
    /// Since when.
    pub since: Timestamp,
    /// For how long, in seconds; worked out when it is shown.
    #[serde(skip)]
    pub age: Option<i64>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} ({}@{})", self.pid, self.user, self.host)?;
        match self.age {
            Some(age) => write!(f, ", for {}", crate::render::seconds(age.unsigned_abs())),
            None => Ok(()),
        }
    }
}

/// A held lock; dropping it, or the end of the process, lets it go.
#[derive(Debug)]
#[must_use = "the lock goes when this value goes"]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a stack, without waiting.
    ///
    /// # Errors
    /// When somebody holds it, or the folder cannot be written.
    pub fn take(base: &Path, stack: &str, now: Timestamp) -> Result<Self, Error> {
        let folder = base.join("locks");
        files::make_dir(&folder)?;
        let path = folder.join(format!("{stack}.lock"));
        let mut file = files::open_private(&path, false)?;
        let failed = |source| Error::file("lock", &path, source);
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Locked {
                    stack: stack.to_owned(),
                    holder: holder(&mut file, now),
                });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let me = Holder {
            pid: std::process::id(),
            user: variable(&["USER", "LOGNAME"]),
            host: host(),
            since: now,
            age: None,
        };
        let text = serde_json::to_vec(&me).unwrap_or_default();
        file.set_len(0)
            .and_then(|()| file.write_all(&text))
            .and_then(|()| file.flush())
            .map_err(failed)?;
        Ok(Self { _file: file })
    }
}

/// What the holder wrote; a lock taken a moment ago may not say yet.
fn holder(file: &mut File, now: Timestamp) -> Holder {
    let mut text = String::new();
    let read = file
        .rewind()
        .and_then(|()| file.take(4096).read_to_string(&mut text));
    let holder = read
        .ok()
        .and_then(|_| serde_json::from_str::<Holder>(&text).ok());
    match holder {
        Some(holder) => Holder {
            age: Some(
                now.as_second()
                    .saturating_sub(holder.since.as_second())
                    .max(0),
            ),
            ..holder
        },
        None => Holder {
            pid: 0,
            user: "unknown".to_owned(),
            host: "unknown".to_owned(),
            since: now,
            age: None,
        },
    }
}

fn variable(names: &[&str]) -> String {
    names
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .unwrap_or_else(|| "unknown".to_owned())
}

fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .map(|name| name.trim().to_owned())
        .unwrap_or_else(|_| variable(&["HOSTNAME"]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_held_lock_names_its_holder_and_a_dropped_one_is_free() {
        let dir = tempfile::tempdir().unwrap();
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let lock = Lock::take(dir.path(), "shop", now).unwrap();
        let later = Timestamp::from_second(1_800_000_012).unwrap();
        match Lock::take(dir.path(), "shop", later).unwrap_err() {
            Error::Locked { holder, .. } => {
                assert_eq!(holder.pid, std::process::id());
                assert_eq!(holder.age, Some(12));
            }
            other => unreachable!("{other}"),
        }
        drop(lock);
        Lock::take(dir.path(), "shop", later).map(drop).unwrap();
    }
}
