//! The spec: one TOML file as typed values, and every way in which it can be wrong.

mod types;

pub use types::*;
