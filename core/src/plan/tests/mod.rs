//! Tests of plans, on a small toy world: decisions are written by hand, so a plan's order is checked by itself.
// `disallowed_macros`: the snapshot macros read the environment for where the repository is.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_macros
)]

mod converge;
mod file;
mod guard;
mod left;
mod order;
mod renamed;
mod target;
mod toy;
mod used;
mod verify;
mod views;
mod walk;
mod world;
