//! Dated facts as tables: machine shapes, list prices and ends of support, with where each was read.
//!
//! The tables lie in `data/prices/` as plain CSV, built by `data/tools/build_prices.py`; `build.rs` compresses each, and a
//! shard (one region of one cloud) is decoded only when asked for. Money is whole micro-dollars and nano-dollars.

pub mod aws;
pub mod calendar;
pub mod gcp;
mod list;
mod places;
mod table;

pub use list::{
    Cloud, ListPrice, PriceList, REFRESHED, is_machine, list_prices, service_nanos, unit,
};
pub use places::{PLACES, Place, partner};
