//! The provider contract: eight calls of plain values, so that it can cross a process boundary.
//!
//! `describe` (tables), `expand` (spec blocks → resources, pure), `survey` (what is live), `act` (one
//! mutating call of one step), `poll` (is it done), `usage` (what each resource consumes, pure), `remark` (what is worth
//! saying of objects and dates, pure), `attend` (runs by hand, lines and sessions of what runs). A provider does not diff, order, retry ambiguous outcomes, print or sleep: the planner, the executor and the driver do.
//!
//! **`act` makes at most one mutating call.** It is level-triggered: it reads what it must, makes the next
//! call that brings the object to the desired state, and answers [`Outcome::Again`] while more are needed.
//! So every mutating call lies between two journal records.

mod act;
mod advice;
mod attend;
mod import;
mod left;
mod messages;
mod shim;
mod survey;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::pin::Pin;

pub use act::{Act, ActStep, Does, Handle, Outcome, Parent, Poll, PollOutcome};
pub use advice::{Advice, Advised, Follow, RemarkRequest, Walking};
pub use attend::{Ask, Attend, Attended, Bookmark, Ended, Line, Session};
pub use import::{Called, Import, Imported, LeftOut, Standing, Words};
pub use left::{Leaver, Leavers, Left};
pub use messages::{Class, Context, ExpandAnswer, ExpandRequest, Facts, Failure, Note, Severity};
pub use shim::Shim;
pub use survey::{Account, Objects, SurveyAnswer, SurveyRequest};

use crate::cost::{UsageAnswer, UsageRequest};
use crate::model::Table;

/// A future that a provider answers with.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One provider: `aws`, `eks`. Implementations hold clients; everything else comes in as values.
pub trait Provider: Send + Sync {
    /// Its name, as in [`crate::model::Resource::provider`].
    fn name(&self) -> &str;

    /// The tables of its kinds.
    fn describe(&self) -> Vec<Table>;

    /// Turns the blocks of the spec that are lowered to this provider into resources. Pure.
    fn expand(&self, request: &ExpandRequest) -> ExpandAnswer;

    /// What is worth saying of objects and dates, such as the end of a version's support. Pure.
    fn remark(&self, _request: &RemarkRequest) -> Vec<Note> {
        Vec::new()
    }

    /// Reads live state. Never mutates. A part that cannot be read is `Unknown` in the answer, not an error;
    /// `Err` is for what makes the whole survey worthless (credentials, network).
    fn survey<'a>(
        &'a self,
        request: &'a SurveyRequest,
    ) -> Answer<'a, Result<SurveyAnswer, Failure>>;

    /// Makes at most one mutating call towards the step's goal.
    fn act<'a>(&'a self, request: &'a Act) -> Answer<'a, Outcome>;

    /// Asks whether something accepted earlier has come to rest.
    fn poll<'a>(&'a self, request: &'a Poll) -> Answer<'a, PollOutcome>;

    /// Answers what is asked of something that runs. Makes at most one mutating call, and none of an object of a plan. A
    /// provider of nothing that runs has no answer.
    fn attend<'a>(&'a self, request: &'a Attend) -> Answer<'a, Result<Attended, Failure>> {
        Box::pin(async move { Err(attend::nothing(self.name(), &request.address)) })
    }

    /// Says what each of its resources uses in a month: one usage for every one that is asked about, also for those
    /// that cost nothing. Pure, and without prices.
    fn usage(&self, request: &UsageRequest<'_>) -> UsageAnswer;
}
