//! Operations: what is done behind the answer of the call that began it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::common::{CODE, fresh_operation};
use super::{Namespace, Service};
use crate::aws::shape::{body, stamp};
use crate::aws::{Call, Outcome};
use crate::phase::{Phase, StateTable, Step};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body};

/// What has names in DNS waits for Route 53, which takes most of a minute.
const DNS: StateTable = &[
    Step {
        from: "SUBMITTED",
        seconds: 2,
        to: "PENDING",
    },
    Step {
        from: "PENDING",
        seconds: 40,
        to: "SUCCESS",
    },
];

const PLAIN: StateTable = &[
    Step {
        from: "SUBMITTED",
        seconds: 1,
        to: "PENDING",
    },
    Step {
        from: "PENDING",
        seconds: 4,
        to: "SUCCESS",
    },
];

/// An operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Running {
    /// Its id.
    pub(super) id: String,
    /// `CREATE_NAMESPACE`.
    pub(super) kind: String,
    /// `NAMESPACE` and its id, and so on.
    pub(super) targets: BTreeMap<String, String>,
    /// Whether it is about names in DNS.
    pub(super) dns: bool,
    /// The code and words with which it will fail.
    pub(super) failure: Option<(String, String)>,
    phase: Phase,
    created: Timestamp,
}

impl Document for Running {
    const SERVICE: &'static str = "servicediscovery";
    const KIND: &'static str = "operation";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Running {
    /// An operation that begins now.
    pub(super) fn new(tx: &mut Tx<'_>, kind: &str, targets: &[(&str, &str)], dns: bool) -> Self {
        let targets = targets.iter();
        Self {
            id: fresh_operation(tx),
            kind: kind.to_owned(),
            targets: targets
                .map(|(what, id)| ((*what).to_owned(), (*id).to_owned()))
                .collect(),
            dns,
            failure: None,
            phase: Phase::new("SUBMITTED", tx.now()),
            created: tx.now(),
        }
    }

    /// Keeps it, and answers its id.
    pub(super) fn begin(self, tx: &mut Tx<'_>, place: &Place) -> Outcome {
        tx.put(place, &self);
        Ok(Body::Json(json!({"OperationId": self.id})))
    }

    fn target(&self, what: &str) -> &str {
        self.targets.get(what).map_or("", String::as_str)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    operation_id: String,
}

/// GetOperation.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call, CODE)?;
    let running = call
        .tx
        .get::<Running>(&call.place, &request.operation_id)
        .ok_or_else(|| {
            let id = &request.operation_id;
            ApiError::bad(
                "OperationNotFound",
                format!("No operation has the id {id}."),
            )
        })?;
    let mut row = json!({
        "Id": running.id,
        "OwnerAccount": call.place.account,
        "Type": running.kind,
        "Status": running.phase.state,
        "CreateDate": stamp(running.created),
        "UpdateDate": stamp(running.phase.since),
        "Targets": running.targets,
    });
    if let (true, Some((code, words))) = (running.phase.is("FAIL"), &running.failure) {
        row["ErrorCode"] = code.clone().into();
        row["ErrorMessage"] = words.clone().into();
    }
    Ok(Body::Json(json!({"Operation": row})))
}

/// Brings operations to the present, and does what they were begun for when they end.
pub(super) fn settle(tx: &mut Tx<'_>) {
    for (place, mut running) in tx.everywhere::<Running>() {
        let table = if running.dns { DNS } else { PLAIN };
        if !running.phase.advance(table, tx.config(), tx.now()) {
            continue;
        }
        if running.phase.is("SUCCESS") {
            if running.failure.is_some() {
                running.phase.state = "FAIL".to_owned();
            }
            finish(tx, &place, &running);
        }
        tx.put(&place, &running);
    }
}

fn finish(tx: &mut Tx<'_>, place: &Place, running: &Running) {
    let namespace = running.target("NAMESPACE");
    match (running.kind.as_str(), running.failure.is_some()) {
        ("CREATE_NAMESPACE", false) => {
            if let Some(mut made) = tx.get::<Namespace>(place, namespace) {
                made.state = "live".to_owned();
                tx.put(place, &made);
            }
        }
        ("CREATE_NAMESPACE", true) | ("DELETE_NAMESPACE", false) => {
            tx.delete::<Namespace>(place, namespace);
        }
        ("DEREGISTER_INSTANCE", false) => {
            Service::deregister(
                tx,
                place,
                running.target("SERVICE"),
                running.target("INSTANCE"),
            );
        }
        _ => {}
    }
}
