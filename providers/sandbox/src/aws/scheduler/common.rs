//! What the operations of Scheduler share: refusals, names, pages.

use serde_json::{Value, json};

use super::group::Group;
use crate::aws::shape::{constraint, length, page, within};
use crate::aws::{Call, Outcome};
use crate::store::Place;
use crate::wire::{ApiError, Body};

/// What the front end calls a member that is not right.
pub(super) const CODE: &str = "ValidationException";

/// The group that always is.
pub(super) const DEFAULT: &str = "default";

/// The refusal of a value.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::bad(CODE, message)
}

/// The refusal of what something else is in the way of.
pub(super) fn conflict(message: impl Into<String>) -> ApiError {
    ApiError::new(409, "ConflictException", message)
}

/// The refusal of a name that names nothing.
pub(super) fn not_found(message: impl Into<String>) -> ApiError {
    ApiError::new(404, "ResourceNotFoundException", message)
}

/// The name in the path.
pub(super) fn name(call: &Call<'_>) -> Result<String, ApiError> {
    let name = call.params.get("Name").unwrap_or_default();
    check_name("Name", name)?;
    Ok(name.to_owned())
}

/// Refuses what cannot be the name of a group or schedule, or a token.
pub(super) fn check_name(member: &str, name: &str) -> Result<(), ApiError> {
    length(CODE, member, name, 1, 64)?;
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    match name.bytes().all(legal) {
        true => Ok(()),
        false => Err(constraint(
            CODE,
            member,
            name,
            "satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$",
        )),
    }
}

/// The group that reads show.
pub(super) fn group(call: &Call<'_>, name: &str) -> Result<Group, ApiError> {
    check_name("GroupName", name)?;
    let found = call.tx.see::<Group>(&call.place, name);
    let usual = || (name == DEFAULT).then(Group::usual);
    found
        .or_else(usual)
        .ok_or_else(|| not_found(format!("Schedule group {name} does not exist.")))
}

/// The ARN of something of Scheduler: `schedule-group/shop`.
pub(super) fn arn(place: &Place, rest: &str) -> String {
    format!(
        "arn:aws:scheduler:{}:{}:{rest}",
        place.region, place.account
    )
}

/// One page of rows whose names begin as the call asks.
pub(super) fn listing<D>(
    call: &Call<'_>,
    member: &str,
    mut found: Vec<D>,
    name: impl Fn(&D) -> &str,
    row: impl Fn(&D) -> Value,
) -> Outcome {
    if let Some(prefix) = call.params.get("NamePrefix") {
        check_name("NamePrefix", prefix)?;
        found.retain(|one| name(one).starts_with(prefix));
    }
    let given = match call.params.get("MaxResults").map(str::parse::<i64>) {
        None => None,
        Some(Ok(given)) => Some(given),
        Some(Err(_)) => return Err(invalid("MaxResults is no number.")),
    };
    let size = within(CODE, "MaxResults", given, (1, 100, 100))?;
    let key = |one: &D| row(one)["Arn"].to_string();
    let (found, next) = page(found, key, size, call.params.get("NextToken"))
        .ok_or_else(|| invalid("Invalid NextToken"))?;
    let rows: Vec<Value> = found.iter().map(row).collect();
    let mut answer = json!({ member: rows });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(Body::Json(answer))
}
