//! Log groups: make, protect, delete.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::common::{
    boolean, check_name, constraint, find, given, invalid, name_in, named, required, text,
};
use super::stream::LogStream;
use super::tags::{self, Tags};
use crate::aws::{Call, Outcome};
use crate::phase::{Phase, StateTable, Step};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body};

/// A deleted group's name is taken for a moment: a create meets the deletion that still runs.
pub(super) const STATES: StateTable = &[Step {
    from: "deleting",
    seconds: 1,
    to: "gone",
}];

const CLASSES: [&str; 3] = ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"];

/// A log group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LogGroup {
    /// Its name, which is its id.
    pub(crate) name: String,
    /// Days that its logs are kept; none = for ever.
    pub(crate) retention: Option<i64>,
    /// `STANDARD`, `INFREQUENT_ACCESS` or `DELIVERY`.
    pub(crate) class: String,
    /// Whether it cannot be deleted.
    pub(crate) protected: bool,
    /// Its tags.
    pub(crate) tags: Tags,
    /// `live`, or `deleting`.
    pub(crate) phase: Phase,
    /// Whether a service made it.
    pub(crate) own_of_cloud: bool,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl Document for LogGroup {
    const SERVICE: &'static str = "logs";
    const KIND: &'static str = "log-group";

    fn id(&self) -> String {
        self.name.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl LogGroup {
    /// Whether it is not on its way out.
    pub(crate) fn live(&self) -> bool {
        !self.phase.is("deleting")
    }

    /// The group that a service logs to; made, with its logs kept for ever, when there is none.
    pub(crate) fn ensure(tx: &mut Tx<'_>, place: &Place, name: &str) -> Self {
        if let Some(group) = tx.get::<Self>(place, name).filter(Self::live) {
            return group;
        }
        let group = Self {
            own_of_cloud: true,
            ..Self::new(name, tx.now())
        };
        tx.put(place, &group);
        group
    }

    fn new(name: &str, now: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            retention: None,
            class: "STANDARD".to_owned(),
            protected: false,
            tags: Tags::new(),
            phase: Phase::new("live", now),
            own_of_cloud: false,
            created: now,
        }
    }
}

/// CreateLogGroup. The name is tested and set at once, whatever reads show.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let name = required(call, "logGroupName")?;
    check_name("logGroupName", &name)?;
    if name.to_ascii_lowercase().starts_with("aws/") {
        return Err(invalid(
            "Log groups starting with AWS/ are reserved for AWS.",
        ));
    }
    let mut group = LogGroup::new(&name, call.now());
    group.tags = tags::at_create(call)?;
    group.protected = boolean(call, "deletionProtectionEnabled")?.unwrap_or_default();
    if let Some(class) = class(call)? {
        group.class = class;
    }
    match call.tx.get::<LogGroup>(&call.place, &name) {
        Some(group) if group.live() => {
            return Err(ApiError::bad(
                "ResourceAlreadyExistsException",
                "The specified log group already exists",
            ));
        }
        Some(_) => return Err(aborted()),
        None => {}
    }
    let groups = call.tx.list::<LogGroup>(&call.place);
    if groups.len() as u64 >= call.tx.config().quota("logs:groups") {
        return Err(ApiError::bad(
            "LimitExceededException",
            "Resource limit exceeded.",
        ));
    }
    call.tx.put(&call.place, &group);
    Ok(Body::Empty)
}

/// The class that a call names.
pub(super) fn class(call: &Call<'_>) -> Result<Option<String>, ApiError> {
    match text(call, "logGroupClass")? {
        None => Ok(None),
        Some(class) if CLASSES.contains(&class) => Ok(Some(class.to_owned())),
        Some(class) => {
            let rule = "satisfy enum value set: [STANDARD, INFREQUENT_ACCESS, DELIVERY]";
            Err(constraint("logGroupClass", class, rule))
        }
    }
}

fn aborted() -> ApiError {
    ApiError::bad(
        "OperationAbortedException",
        "A conflicting operation is currently in progress against this resource. Please try again.",
    )
}

/// DeleteLogGroup.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let mut group = named(call)?;
    if group.protected {
        return Err(ApiError::bad(
            "ValidationException",
            "The log group cannot be deleted because deletion protection is enabled.",
        ));
    }
    group.phase = Phase::new("deleting", call.now());
    call.tx.put(&call.place, &group);
    LogStream::forget(&mut call.tx, &call.place, &group.name);
    Ok(Body::Empty)
}

/// PutLogGroupDeletionProtection.
pub(super) fn protect(call: &mut Call<'_>) -> Outcome {
    let identifier = required(call, "logGroupIdentifier")?;
    let name = name_in(&call.place, &identifier).unwrap_or(&identifier);
    check_name("logGroupIdentifier", name)?;
    let mut group = find(call, name)?;
    let member = "deletionProtectionEnabled";
    group.protected = given(member, boolean(call, member)?)?;
    call.tx.put(&call.place, &group);
    Ok(Body::Empty)
}
