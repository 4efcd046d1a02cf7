//! A place for what never changes once it has been read, so that it need not be read again.
//!
//! Providers have no files of their own: whoever makes the clients gives them a shelf, or none. What is on it makes a plan faster and
//! changes nothing else, so that any of it may be missing at any time.

use std::fmt;

/// Texts by key. A key names the thing for all times and places: an ARN with its revision.
pub trait Shelf: fmt::Debug + Send + Sync {
    /// What was put there.
    fn get(&self, key: &str) -> Option<String>;

    /// Puts something there.
    fn put(&self, key: &str, text: String);
}
