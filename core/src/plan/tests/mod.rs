//! Tests of plans, on a small toy world: decisions are written by hand, so a plan's order is checked by itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod file;
mod guard;
mod order;
mod target;
mod toy;
