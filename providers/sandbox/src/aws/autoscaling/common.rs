//! What the operations of Auto Scaling share: reading of parameters, refusals, pages.

use std::str::FromStr;

use super::Group;
use crate::aws::Call;
use crate::store::hex;
use crate::wire::{ApiError, Params};

/// The refusal of a value.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::bad("ValidationError", message)
}

/// The refusal of a value by the front end that all calls pass.
pub(super) fn constraint(member: &str, value: &str, rule: &str) -> ApiError {
    let mut member = member.to_owned();
    if let Some(first) = member.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    invalid(format!(
        "1 validation error detected: Value {value} at '{member}' failed to satisfy constraint: Member must {rule}"
    ))
}

/// A parameter that must be there.
pub(super) fn required(call: &Call<'_>, name: &str) -> Result<String, ApiError> {
    match call.params.get(name) {
        Some(value) if !value.is_empty() => Ok(value.to_owned()),
        _ => Err(constraint(name, "null", "not be null")),
    }
}

/// A number within bounds, when it is there.
pub(super) fn number(
    params: &Params,
    name: &str,
    least: i64,
    most: i64,
) -> Result<Option<i64>, ApiError> {
    let Some(text) = params.get(name) else {
        return Ok(None);
    };
    let shown = format!("'{text}'");
    let value = i64::from_str(text).map_err(|_| constraint(name, &shown, "be a number"))?;
    if value < least {
        let rule = format!("have value greater than or equal to {least}");
        return Err(constraint(name, &shown, &rule));
    }
    match value > most {
        true => {
            let rule = format!("have value less than or equal to {most}");
            Err(constraint(name, &shown, &rule))
        }
        false => Ok(Some(value)),
    }
}

/// A truth, when it is there.
pub(super) fn truth(params: &Params, name: &str) -> Result<Option<bool>, ApiError> {
    let read = |text: &str| {
        let shown = format!("'{text}'");
        text.parse()
            .map_err(|_| constraint(name, &shown, "be a boolean"))
    };
    params.get(name).map(read).transpose()
}

/// The refusal of a name that names no group.
pub(super) fn not_found(name: &str) -> ApiError {
    invalid(format!(
        "AutoScalingGroup name not found - AutoScalingGroup '{name}' not found"
    ))
}

/// The visible group that `AutoScalingGroupName` names.
pub(super) fn named(call: &Call<'_>) -> Result<Group, ApiError> {
    let name = required(call, "AutoScalingGroupName")?;
    let found = call.tx.see::<Group>(&call.place, &name);
    found.ok_or_else(|| not_found(&name))
}

/// The same, when it is not on its way out.
pub(super) fn changeable(call: &Call<'_>) -> Result<Group, ApiError> {
    let group = named(call)?;
    match group.deleting.is_some() {
        true => Err(invalid(
            "The AutoScaling group may not be modified while it is pending delete",
        )),
        false => Ok(group),
    }
}

/// A page of rows that are in the order of their keys, and the token of the next one.
pub(super) fn page<R>(
    call: &Call<'_>,
    mut rows: Vec<R>,
    most: i64,
    key: impl Fn(&R) -> String,
) -> Result<(Vec<R>, Option<String>), ApiError> {
    let size = number(&call.params, "MaxRecords", 1, most)?.unwrap_or(most.min(50));
    if let Some(token) = call.params.get("NextToken") {
        let token = token.to_owned();
        let start = rows
            .iter()
            .position(|row| hex(key(row).as_bytes()) == token);
        let start =
            start.ok_or_else(|| ApiError::bad("InvalidNextToken", "The token is not valid."))?;
        rows.drain(..=start);
    }
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let rest = rows.len() > size;
    rows.truncate(size);
    let next = rows.last().filter(|_| rest);
    let next = next.map(|row| hex(key(row).as_bytes()));
    Ok((rows, next))
}

/// An id in the form of a UUID.
pub(super) fn uuid(call_hex: &str) -> String {
    let part = |from, to| call_hex.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-4{}-8{}-{}",
        part(0, 8),
        part(8, 12),
        part(13, 16),
        part(17, 20),
        part(20, 32)
    )
}
