//! Deletion of secrets: scheduled and taken back, or by force.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::common::{CODE, arn, invalid, invalid_request, named, short};
use super::secret::{Secret, suffix};
use super::shadow;
use crate::aws::shape::{body, stamp};
use crate::aws::{Call, Outcome};
use crate::phase::{Phase, StateTable, Step};
use crate::store::Tx;
use crate::wire::{ApiError, Body};

/// A deletion by force runs behind the answer, and the name is taken until it has ended.
const STATES: StateTable = &[Step {
    from: "forced",
    seconds: 1,
    to: "gone",
}];

/// That a secret was marked for deletion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Deleted {
    /// `scheduled`, or `forced`; since the call that deleted it.
    pub(crate) phase: Phase,
    /// The days in which it can be taken back.
    pub(crate) days: i64,
}

impl Deleted {
    /// When it ends for good. These days are not scaled: they were told to the caller as a date.
    fn ends(&self) -> Timestamp {
        let window = SignedDuration::from_hours(24 * self.days);
        self.phase
            .since
            .checked_add(window)
            .unwrap_or(Timestamp::MAX)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    secret_id: String,
    recovery_window_in_days: Option<i64>,
    #[serde(default)]
    force_delete_without_recovery: bool,
}

/// DeleteSecret.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call, CODE)?;
    let force = request.force_delete_without_recovery;
    let days = window(&request)?;
    let mut secret = match named(call, &request.secret_id) {
        Ok(secret) => secret,
        Err(_) if force => return never_was(call, &request.secret_id),
        Err(error) => return Err(error),
    };
    if !secret.live() && !force {
        return Err(invalid_request(
            "You can't perform this operation on the secret because it was already scheduled for deletion.",
        ));
    }
    let state = if force { "forced" } else { "scheduled" };
    let phase = Phase::new(state, call.now());
    let deleted = Deleted { phase, days };
    let mut answer = short(&secret);
    answer["DeletionDate"] = stamp(deleted.ends());
    secret.deleted = Some(deleted);
    secret.changed = call.now();
    shadow::keep(&mut call.tx, &call.place, &secret);
    Ok(Body::Json(answer))
}

fn window(request: &Request) -> Result<i64, ApiError> {
    match (
        request.recovery_window_in_days,
        request.force_delete_without_recovery,
    ) {
        (Some(_), true) => Err(invalid(
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
        )),
        (None, true) => Ok(0),
        (None, false) => Ok(30),
        (Some(days), false) if (7..=30).contains(&days) => Ok(days),
        (Some(_), false) => Err(invalid(
            "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
        )),
    }
}

/// A deletion by force of what is not there ends well.
fn never_was(call: &mut Call<'_>, id: &str) -> Outcome {
    let (full, name) = match id.strip_prefix(&arn(&call.place, "")) {
        Some(name) => (id.to_owned(), name.to_owned()),
        None => {
            let end = suffix(&mut call.tx);
            (format!("{}-{end}", arn(&call.place, id)), id.to_owned())
        }
    };
    let at = stamp(call.now());
    Ok(Body::Json(
        serde_json::json!({"ARN": full, "Name": name, "DeletionDate": at}),
    ))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Restore {
    secret_id: String,
}

/// RestoreSecret: takes a scheduled deletion back. Of a secret that is not marked it changes nothing.
pub(super) fn restore(call: &mut Call<'_>) -> Outcome {
    let request: Restore = body(call, CODE)?;
    let mut secret = named(call, &request.secret_id)?;
    if let Some(deleted) = secret.deleted.take() {
        if deleted.phase.is("forced") {
            return Err(invalid_request(
                "You can't perform this operation on the secret because it was marked for deletion.",
            ));
        }
        secret.changed = call.now();
        shadow::keep(&mut call.tx, &call.place, &secret);
    }
    Ok(Body::Json(short(&secret)))
}

/// Ends what is to end.
pub(super) fn settle(tx: &mut Tx<'_>) {
    for (place, mut secret) in tx.everywhere::<Secret>() {
        let (config, now) = (tx.config(), tx.now());
        let Some(deleted) = &mut secret.deleted else {
            continue;
        };
        deleted.phase.advance(STATES, config, now);
        let ends = match deleted.phase.state.as_str() {
            "scheduled" => deleted.ends(),
            "gone" => deleted.phase.since,
            _ => continue,
        };
        if ends <= now {
            shadow::remove(tx, &place, &secret, ends);
        }
    }
}
