//! A living stack, changed again and again through the real binary. Each edit of the spec is planned (what people see is
//! a golden file), applied, and followed by an empty plan. One chapter is one file with a life of its own; the same
//! chapter also runs against moto, as far as moto goes. `scenario/story.rs` tells how a chapter is written.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;
mod moto_cloud;

#[path = "scenario/story.rs"]
mod story;

// Chapters, in alphabetical order.
#[path = "scenario/cluster.rs"]
mod cluster;
#[path = "scenario/network.rs"]
mod network;
#[path = "scenario/pools.rs"]
mod pools;
#[path = "scenario/shared.rs"]
mod shared;
#[path = "scenario/upgrade.rs"]
mod upgrade;
