//! The machinery of kinds, for any cloud: one file per kind implements [`Serves`]; what is here turns its calls into the
//! answers of the contract.
//!
//! A provider brings a [`Cloud`]: the clients that every call is given, and the fault that a call can end with.

pub mod cloud;
pub mod field;
pub mod gather;
pub mod live;
pub mod marks;
mod poll;
pub mod secrets;
pub mod serve;
pub mod step;
pub mod survey;
pub mod tables;
pub mod uses;

pub use cloud::{Cloud, Faulted};
pub use field::{Field, fields_of, from_fields, internal, live_fields, read_fields};
pub use live::{Ailment, Live};
pub use marks::{Marks, Tags};
pub use serve::Serves;
pub use step::{Cx, Next, Progress, Stop};
pub use survey::{Ask, Look, Place, PlaceState, Seen};
pub use uses::Uses;
