//! What tests across crates share.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod clouds;
pub mod fleet;
pub mod google;
pub mod kill;
pub mod stage;
pub mod toy;
pub mod world;
