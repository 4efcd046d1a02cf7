//! What a service and an operation are.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::enums::Enum;
use super::operation::{Failure, Work};
use super::project;
use crate::object::Object;
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Params};

/// Every service.
pub(crate) const SERVICES: &[Service] = &[
    super::cloudbilling::SERVICE,
    super::cloudresourcemanager::SERVICE,
    super::compute::SERVICE,
    super::container::SERVICE,
    super::iam::SERVICE,
    super::secretmanager::SERVICE,
    super::serviceusage::SERVICE,
];

/// The state of an API in a project that differs from the knob's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ApiState {
    /// The API's name.
    pub(crate) api: String,
    /// Whether it is enabled.
    pub(crate) enabled: bool,
    /// When that was last changed.
    pub(crate) changed: Timestamp,
}

impl Document for ApiState {
    const SERVICE: &'static str = "serviceusage";
    const KIND: &'static str = "service";

    fn id(&self) -> String {
        self.api.clone()
    }

    fn created(&self) -> Timestamp {
        self.changed
    }
}

/// Whether an API is enabled in a project.
pub(crate) fn is_enabled(tx: &Tx<'_>, project: &str, api: &str) -> bool {
    let place = Place {
        account: project.to_owned(),
        region: String::new(),
    };
    let by_knob = || !tx.config().disabled_apis.iter().any(|off| off == api);
    let changed = tx.get::<ApiState>(&place, api);
    changed.map_or_else(by_knob, |state| state.enabled)
}

impl Service {
    /// Gives an answer its enums as numbers.
    pub(crate) fn number(&self, message: &str, answer: &mut Value) {
        match self.name {
            "container" => super::container::with_numbers(message, answer),
            _ => super::enums::numbers(self.enums, message, answer),
        }
    }

    /// Whether its API is not enabled in a project.
    pub(crate) fn is_disabled(&self, tx: &Tx<'_>, project: &str) -> bool {
        !project.is_empty() && !is_enabled(tx, project, self.api)
    }
}

/// How a service writes its errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// `code`, `message`, `errors`; no `status` (Compute).
    Reasons,
    /// `code`, `message`, `status`, `errors`, `details` (Container).
    Both,
    /// `code`, `message`, `status`, `details`.
    Status,
}

/// One service.
pub(crate) struct Service {
    /// The first part of its method ids, and the prefix at which it is also served: `compute`.
    pub(crate) name: &'static str,
    /// The name of its API: `compute.googleapis.com`.
    pub(crate) api: &'static str,
    /// The API as messages call it: `Compute Engine API`.
    pub(crate) title: &'static str,
    /// How it writes errors.
    pub(crate) style: Style,
    /// Enums that callers send and read as numbers.
    pub(crate) enums: &'static [Enum],
    /// What it can do.
    pub(crate) operations: &'static [Operation],
    /// Brings documents to the present: state changes that time alone makes. Operations settle by themselves.
    pub(crate) settle: fn(&mut Tx<'_>),
    /// A long-running operation of the service has come to RUNNING or to DONE; one that ended may be failed here.
    pub(crate) turned: fn(&mut Tx<'_>, &Place, &mut Work),
    /// The live objects, for the oracle.
    pub(crate) objects: fn(&Tx<'_>) -> Vec<Object>,
}

/// One operation.
pub(crate) struct Operation {
    /// The id of the method: `compute.networks.insert`.
    pub(crate) name: &'static str,
    /// Whether it changes something.
    pub(crate) mutating: bool,
    /// Method and path pattern: `POST /v1/projects/{project}/secrets/{secret}:addVersion`.
    pub(crate) rest: &'static str,
    /// The same in another version of the API.
    pub(crate) also: &'static str,
    /// Query parameters it takes, and members of the body.
    pub(crate) accepts: &'static [&'static [&'static str]],
    /// Permissions it needs; empty = none.
    pub(crate) needs: &'static str,
    /// The message of its body, where enums need to know it.
    pub(crate) takes: &'static str,
    /// The message of its answer, where enums need to know it.
    pub(crate) answers: &'static str,
    /// Whether it is served while the API is not enabled in the project.
    pub(crate) always: bool,
    /// What it does.
    pub(crate) run: fn(&mut Call<'_>) -> Outcome,
}

/// What an operation ends in.
pub(crate) type Outcome = Result<Value, ApiError>;

impl Operation {
    const fn new(
        name: &'static str,
        mutating: bool,
        rest: &'static str,
        run: fn(&mut Call<'_>) -> Outcome,
    ) -> Self {
        Self {
            name,
            mutating,
            rest,
            also: "",
            accepts: &[],
            needs: "",
            takes: "",
            answers: "",
            always: false,
            run,
        }
    }

    /// An operation that only reads.
    pub(crate) const fn read(
        name: &'static str,
        rest: &'static str,
        run: fn(&mut Call<'_>) -> Outcome,
    ) -> Self {
        Self::new(name, false, rest, run)
    }

    /// An operation that changes something.
    pub(crate) const fn write(
        name: &'static str,
        rest: &'static str,
        run: fn(&mut Call<'_>) -> Outcome,
    ) -> Self {
        Self::new(name, true, rest, run)
    }

    /// The same, also at the path of another version.
    pub(crate) const fn also(self, also: &'static str) -> Self {
        Self { also, ..self }
    }

    /// The same with query parameters and members of the body.
    pub(crate) const fn accepts(self, accepts: &'static [&'static [&'static str]]) -> Self {
        Self { accepts, ..self }
    }

    /// The same with the permission it needs.
    pub(crate) const fn needs(self, needs: &'static str) -> Self {
        Self { needs, ..self }
    }

    /// The same with the messages of body and answer.
    pub(crate) const fn speaks(self, takes: &'static str, answers: &'static str) -> Self {
        Self {
            takes,
            answers,
            ..self
        }
    }

    /// The same, served while the API is not enabled.
    pub(crate) const fn always(self) -> Self {
        Self {
            always: true,
            ..self
        }
    }
}

/// One call of an operation.
pub(crate) struct Call<'a> {
    /// Reads and writes.
    pub(crate) tx: Tx<'a>,
    /// The project's id, also where the caller named its number.
    pub(crate) project: String,
    /// The operation's name.
    pub(crate) operation: &'static str,
    /// The version of the API: `v1`.
    pub(crate) version: String,
    /// Path parameters, and those query parameters that are not empty and not common to all methods.
    pub(crate) params: Params,
    /// The JSON body with enums as names; null when there is none.
    pub(crate) json: Value,
    /// The caller: `user@example.com`.
    pub(crate) caller: String,
    /// The failure in which its long-running operation is to end, when a fault wants that.
    pub(crate) doom: Option<Failure>,
}

impl Call<'_> {
    /// The time of the call.
    pub(crate) fn now(&self) -> Timestamp {
        self.tx.now()
    }

    /// The project's number.
    pub(crate) fn number(&self) -> String {
        project::number(&self.project)
    }

    /// A place in the project: `global` things lie at the location "".
    pub(crate) fn place(&self, location: &str) -> Place {
        Place {
            account: self.project.clone(),
            region: location.to_owned(),
        }
    }

    /// A parameter of path or query; empty when it is not there.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.params.get(name).unwrap_or_default()
    }

    /// The members of the body; none when there is no body.
    pub(crate) fn body(&self) -> Map<String, Value> {
        self.json.as_object().cloned().unwrap_or_default()
    }

    /// The first query parameter, or member of the body, that the operation does not take.
    pub(crate) fn unknown(&self, operation: &Operation) -> Option<&str> {
        let in_path = |name: &str| operation.rest.contains(&format!("{{{name}}}"));
        let strange = |name: &&str| {
            let plain = name.split('.').next().unwrap_or_default();
            let mut known = operation.accepts.iter().copied().flatten();
            !in_path(name) && !known.any(|known| known == name || *known == plain)
        };
        // `*`: the operation knows the members of its body itself.
        let any = operation.accepts.iter().any(|names| names.contains(&"*"));
        let members = self.json.as_object().filter(|_| !any);
        let mut names = self.params.iter().map(|(name, _)| name).chain(
            members
                .into_iter()
                .flat_map(|body| body.keys().map(String::as_str)),
        );
        names.find(strange)
    }
}
