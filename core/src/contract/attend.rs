//! What is asked of something that runs: a run by hand, its lines, a session in it.
//!
//! None of it makes or changes an object of the plan. A run by hand is known by a handle that its provider gives, and ends
//! by itself; whoever asked for it asks on until it has.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{
    Address, Never, Observed, Open, Resource, ResourceId, SecretValue, Value, crossing_one,
};
use crate::plan;

use super::{Class, ExpandRequest, Failure};

/// Asks a provider about a workload or a job of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attend {
    /// The spec and the facts, as expansion gets them.
    pub request: Box<ExpandRequest>,
    /// The workload or job: `workload.web`.
    pub address: Address,
    /// What is live of the stack.
    pub live: BTreeMap<ResourceId, Observed>,
    /// The question.
    pub ask: Ask,
}

impl Attend {
    /// A resource as it would be made, with the outputs of what is live.
    ///
    /// # Errors
    /// What it refers to and is not there.
    pub fn filled(&self, resource: &Resource<Open>) -> Result<Resource<Never>, Failure> {
        let missing = |id: &ResourceId| Failure {
            class: Class::NotFound,
            code: "not-live".to_owned(),
            message: format!("{} needs {id}, which is not live", self.address),
            call: None,
            object: Some(id.to_string()),
            advice: Some("apply the spec first".to_owned()),
        };
        let of = |id: &ResourceId, output: &str| -> Option<&Value<Never>> {
            self.live.get(id)?.outputs.get(output)
        };
        let chosen = plan::provisional(std::slice::from_ref(resource));
        let chosen = chosen.first().ok_or_else(|| missing(&resource.id))?;
        chosen.try_fill(|pending| {
            pending.fill(|one| of(&one.id, &one.output).ok_or_else(|| missing(&one.id)))
        })
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// Begin one run in its shape, beside whatever runs.
    Start {
        /// Instead of its own command.
        command: Option<Vec<String>>,
        /// Idempotency token, a UUID.
        token: String,
    },
    /// How far a run is.
    Stand {
        /// From [`Attended::Started`].
        run: String,
    },
    /// End a run.
    Stop {
        /// From [`Attended::Started`].
        run: String,
    },
    /// A page of what it wrote.
    Lines {
        /// Of this run or instance alone; the beginning of its name is enough.
        of: Option<String>,
        /// Where to begin, or what the last answer gave.
        from: Bookmark,
    },
    /// A session in one of its containers.
    Session {
        /// In this instance; the beginning of its name is enough. `None` = one that serves.
        of: Option<String>,
        /// In this container; `None` = the main one.
        container: Option<String>,
        /// What is to run there.
        command: Vec<String>,
    },
}

/// How far lines were read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    /// Nothing older, in milliseconds since the epoch.
    pub from_ms: i64,
    /// The cloud's word for the next page.
    pub page: Option<String>,
    /// What was read already, by the cloud's own name for it, with its time: lines of many writers do not come in order.
    pub seen: BTreeMap<String, i64>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "attended", rename_all = "snake_case")]
pub enum Attended {
    /// Of [`Ask::Start`].
    Started {
        /// Its handle, an ARN.
        run: String,
    },
    /// Of [`Ask::Stand`].
    Stands {
        /// The cloud's word.
        phase: String,
        /// How it ended, when it has.
        ended: Option<Ended>,
    },
    /// Of [`Ask::Stop`]: it was asked to end.
    Stopping,
    /// Of [`Ask::Lines`].
    Lines {
        /// In the order of time.
        lines: Vec<Line>,
        /// For the next question.
        next: Bookmark,
        /// There is more to be read at once.
        more: bool,
    },
    /// Of [`Ask::Session`].
    Session(Session),
}

/// How a run ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The exit code of its main container; `None` = it never ran.
    pub code: Option<i32>,
    /// Why, where the code does not say it all.
    pub reason: Option<String>,
    /// What to do.
    pub advice: Option<String>,
}

/// A line that a container wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When, in milliseconds since the epoch.
    pub at_ms: i64,
    /// The run or instance.
    pub of: String,
    /// The container.
    pub container: String,
    /// The line, without its end.
    pub text: String,
}

/// A session that stands open, and the program that speaks it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The program.
    pub program: String,
    /// Its arguments. Others can see them: nothing in them is secret.
    pub arguments: Vec<String>,
    /// The environment variable that hands it the session.
    pub variable: String,
    /// The session, with its token.
    #[serde(with = "crossing_one")]
    pub value: SecretValue,
}

/// The answer of a provider of nothing that runs.
pub(super) fn nothing(provider: &str, address: &Address) -> Failure {
    Failure {
        class: Class::Internal,
        code: "contract".to_owned(),
        message: format!("provider {provider} runs nothing, and was asked about {address}"),
        call: None,
        object: None,
        advice: None,
    }
}
