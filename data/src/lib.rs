//! Dated facts as tables: machine shapes and on-demand prices, with where each was read.
//!
//! The tables lie in `data/prices/` as plain CSV, built by `data/tools/build_prices.py`, and are compiled in; a
//! shard (one region) is decoded only when asked for. Money is whole micro-dollars.

pub mod aws;
mod list;

pub use list::{ListPrice, list_prices, service_nanos};
