//! What the operations of Logs share: reading of members, refusals.

use serde_json::Value;

use super::LogGroup;
use crate::aws::Call;
use crate::store::Place;
use crate::wire::ApiError;

/// The refusal of a value.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::bad("InvalidParameterException", message)
}

/// The refusal of a member that breaks its constraint, in the words of the front end that all calls pass.
pub(super) fn constraint(member: &str, value: &str, rule: &str) -> ApiError {
    invalid(format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must {rule}"
    ))
}

fn missing(member: &str) -> ApiError {
    invalid(format!(
        "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
    ))
}

fn serialization(member: &str) -> ApiError {
    ApiError::bad(
        "SerializationException",
        format!("The member {member} has the wrong type"),
    )
}

/// A text, when it is there.
pub(super) fn text<'a>(call: &'a Call<'_>, member: &str) -> Result<Option<&'a str>, ApiError> {
    match call.json.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(serialization(member)),
    }
}

/// A text that must be there.
pub(super) fn required(call: &Call<'_>, member: &str) -> Result<String, ApiError> {
    text(call, member)?
        .map(str::to_owned)
        .ok_or_else(|| missing(member))
}

/// A truth, when it is there.
pub(super) fn boolean(call: &Call<'_>, member: &str) -> Result<Option<bool>, ApiError> {
    match call.json.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(truth)) => Ok(Some(*truth)),
        Some(_) => Err(serialization(member)),
    }
}

/// A whole number, when it is there.
pub(super) fn number(call: &Call<'_>, member: &str) -> Result<Option<i64>, ApiError> {
    match call.json.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value
            .as_i64()
            .map(Some)
            .ok_or_else(|| serialization(member)),
    }
}

/// A list of texts, when it is there.
pub(super) fn texts(call: &Call<'_>, member: &str) -> Result<Option<Vec<String>>, ApiError> {
    match call.json.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let texts = value.as_array().and_then(|items| {
                items
                    .iter()
                    .map(|item| item.as_str().map(str::to_owned))
                    .collect()
            });
            texts.map(Some).ok_or_else(|| serialization(member))
        }
    }
}

/// A map of texts, when it is there.
pub(super) fn map(call: &Call<'_>, member: &str) -> Result<Option<super::tags::Tags>, ApiError> {
    match call.json.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let pairs = value.as_object().and_then(|pairs| {
                pairs
                    .iter()
                    .map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
                    .collect()
            });
            pairs.map(Some).ok_or_else(|| serialization(member))
        }
    }
}

/// A number or truth that must be there.
pub(super) fn given<T>(member: &str, value: Option<T>) -> Result<T, ApiError> {
    value.ok_or_else(|| missing(member))
}

/// Refuses what cannot be a log group's name.
pub(super) fn check_name(member: &str, name: &str) -> Result<(), ApiError> {
    if name.is_empty() {
        let rule = "have length greater than or equal to 1";
        return Err(constraint(member, name, rule));
    }
    if name.len() > 512 {
        let rule = "have length less than or equal to 512";
        return Err(constraint(member, name, rule));
    }
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b".-_/#".contains(&byte);
    if !name.bytes().all(legal) {
        let rule = "satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+";
        return Err(constraint(member, name, rule));
    }
    Ok(())
}

/// The visible group that `logGroupName` names.
pub(super) fn named(call: &Call<'_>) -> Result<LogGroup, ApiError> {
    let name = required(call, "logGroupName")?;
    check_name("logGroupName", &name)?;
    find(call, &name)
}

/// The visible group that `logGroupName` or `logGroupIdentifier` names: one of them is given.
pub(super) fn identified(call: &Call<'_>) -> Result<LogGroup, ApiError> {
    let Some(identifier) = text(call, "logGroupIdentifier")? else {
        return named(call);
    };
    if text(call, "logGroupName")?.is_some() {
        return Err(invalid(
            "LogGroup name and LogGroup identifier are mutually exclusive parameters.",
        ));
    }
    let name = name_in(&call.place, identifier).unwrap_or(identifier);
    check_name("logGroupIdentifier", name)?;
    find(call, name)
}

/// A number within bounds, the usual one when it is not given.
pub(super) fn bounded(
    call: &Call<'_>,
    member: &str,
    most: i64,
    usual: i64,
) -> Result<usize, ApiError> {
    let given = number(call, member)?.unwrap_or(usual);
    match usize::try_from(given) {
        Ok(size) if (1..=most).contains(&given) => Ok(size),
        _ => {
            let rule = format!("have value between 1 and {most}");
            Err(constraint(member, &given.to_string(), &rule))
        }
    }
}

/// The visible group with a name.
pub(super) fn find(call: &Call<'_>, name: &str) -> Result<LogGroup, ApiError> {
    call.tx
        .see::<LogGroup>(&call.place, name)
        .filter(LogGroup::live)
        .ok_or_else(|| {
            ApiError::bad(
                "ResourceNotFoundException",
                "The specified log group does not exist.",
            )
        })
}

/// The ARN of a group, without the `:*` of its streams.
pub(super) fn arn(place: &Place, name: &str) -> String {
    format!(
        "arn:aws:logs:{}:{}:log-group:{name}",
        place.region, place.account
    )
}

/// The name in the ARN of a group of this account and region.
pub(super) fn name_in<'a>(place: &Place, text: &'a str) -> Option<&'a str> {
    let name = text.strip_prefix(&arn(place, ""))?;
    (!name.is_empty() && !name.contains(':')).then_some(name)
}
