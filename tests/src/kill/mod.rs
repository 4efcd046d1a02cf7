//! Kill points as values: a run is recorded once, and every moment at which it could die is kept as a fork of the cloud
//! with the journal as it was. From each moment a second run starts, with the journal and without it, and the sandbox's
//! own oracle is asked afterwards.
//!
//! Around every mutating call there are five such moments: before the intent is durable, before sending, applied but
//! not answered, answered but not journalled, journalled. What a run leaves behind is the cloud and the journal only, so
//! moments that left the same of both are one.

mod record;
mod resume;
mod world;

pub use record::{Point, Recording, record};
pub use resume::{Outcome, Resume, resume_all, with_fault};
pub use world::{Census, Settings, Setup, World, census, loaded};
