//! The spec: one TOML file as typed values, and every way in which it can be wrong.
//!
//! [`load`] takes texts and gives a [`Spec`] or every mistake at once, each with its place and what to write instead. What
//! keys there are, of which types and with which defaults, stands in one table (`words`), which the parser, the JSON
//! [`schema`] and the [`template`] share; what a platform cannot do stands in another ([`support`]).

mod build;
mod check;
mod cidr;
mod complete;
mod cron;
mod diagnostic;
mod extend;
mod format;
mod format_ids;
mod imported;
mod keeper;
mod load;
mod overlay;
mod places;
mod regions;
mod schema;
mod shape;
mod source;
pub mod support;
mod template;
mod tree;
mod types;
mod types_run;
mod units;
mod variables;
mod words;

pub use diagnostic::{Diagnostic, Level, Related};
pub use imported::{block_name, imported};
pub use keeper::Keeper;
pub use load::{BUILT, File, Input, Loaded, Place, load};
pub use schema::schema;
pub use support::check_supported;
pub use template::{NotYet, template};
pub use types::*;
pub use types_run::*;
pub use words::gke_addons;
