//! The vocabulary: ids, values, resources, schema tables and live observations.

mod hole;
mod id;
mod live;
mod minor;
mod name;
mod resource;
mod secret_value;
mod table;
mod value;

pub use hole::{Choice, Hole, Never, Open, Opt, Options, Pending, Piece, Reference};
pub use id::{Address, IdError, Kind, Platform, ResourceId};
pub use live::{Fields, Observed, Sight, Status, Stray};
pub use minor::Minor;
pub use name::{digest8, physical_name};
pub use resource::{Adopt, Otherwise, Resource};
pub use secret_value::{SecretValue, Values};
pub(crate) use secret_value::{crossing, crossing_one};
pub use table::{
    Condition, Effect, FieldKind, Identity, Lane, Output, ReplaceOrder, Row, Seconds, Table,
};
pub use value::{Value, ValueError};
