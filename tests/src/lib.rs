//! What tests across crates share.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod clouds;
pub mod kill;
pub mod world;
pub mod fleet;
pub mod toy;
