//! What a provider brings: its clients and its faults.

use std::fmt::{Debug, Display};

use provision_core::contract::{Failure, Outcome};

/// A cloud, as far as the machinery must know it.
pub trait Cloud: Send + Sync + 'static {
    /// What a call is given to reach the cloud; references, so that it can be copied.
    type Client<'a>: Copy + Debug + Send + Sync;
    /// How a call can fail.
    type Fault: Faulted;
}

/// A failed call, sorted.
pub trait Faulted: Clone + Debug + Display + Send + Sync + 'static {
    /// The same, about an object; unless it names one already.
    #[must_use]
    fn about_step(self, object: String) -> Self;
    /// The call, the service's own code and words.
    fn told(&self) -> (&str, &str, &str);
    /// Whether the service said that something is not there.
    fn is_not_found(&self) -> bool;
    /// Whether the service said that it is there already.
    fn is_already(&self) -> bool;
    /// Whether something still uses it, or it is being changed: what deletions wait for.
    fn is_in_use(&self) -> bool;
    /// For people.
    fn failure(&self) -> Failure;
    /// What a mutating call came to, when nothing is known beyond the answer.
    fn outcome(&self) -> Outcome;
    /// The same for a call that refers to objects made a moment ago: "not found" is "not visible yet".
    fn outcome_of_new(&self) -> Outcome;
}
