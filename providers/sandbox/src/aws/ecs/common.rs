//! What the operations of ECS share: refusals, reading of members, ARNs, pages.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::aws::{Call, Outcome};
use crate::store::{Place, Tx, hex};
use crate::wire::{ApiError, Body};

/// The refusal of a value.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::bad("InvalidParameterException", message)
}

/// The refusal of what the caller wants.
pub(super) fn client(message: impl Into<String>) -> ApiError {
    ApiError::bad("ClientException", message)
}

/// The refusal of one thing too many.
pub(super) fn limit(message: impl Into<String>) -> ApiError {
    ApiError::bad("LimitExceededException", message)
}

/// A text of an object whose shape was checked.
pub(super) fn text<'a>(of: &'a Value, member: &str) -> Option<&'a str> {
    of.get(member).and_then(Value::as_str)
}

/// A text that must be there and not empty.
pub(super) fn required(of: &Value, member: &str) -> Result<String, ApiError> {
    text(of, member)
        .filter(|text| !text.trim().is_empty())
        .map(str::to_owned)
        .ok_or_else(|| blank(member))
}

/// The refusal of a member that is absent or empty: `TaskDefinition can not be blank.`
pub(super) fn blank(member: &str) -> ApiError {
    let mut letters = member.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let name: String = first.into_iter().chain(letters).collect();
    invalid(format!("{name} can not be blank."))
}

/// A whole number.
pub(super) fn whole(of: &Value, member: &str) -> Option<i64> {
    of.get(member).and_then(Value::as_i64)
}

/// A truth.
pub(super) fn truth(of: &Value, member: &str) -> Option<bool> {
    of.get(member).and_then(Value::as_bool)
}

/// The items of a list; none when it is absent.
pub(super) fn items<'a>(of: &'a Value, member: &str) -> &'a [Value] {
    of.get(member)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The texts of a list.
pub(super) fn texts(of: &Value, member: &str) -> Vec<String> {
    let all = items(of, member).iter();
    all.filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

/// A member that is there and not null.
pub(super) fn given(of: &Value, member: &str) -> Option<Value> {
    of.get(member).filter(|value| !value.is_null()).cloned()
}

/// Refuses a number outside of what the API takes.
pub(super) fn between(
    of: &Value,
    member: &str,
    least: i64,
    most: i64,
) -> Result<Option<i64>, ApiError> {
    match whole(of, member) {
        Some(number) if !(least..=most).contains(&number) => Err(invalid(format!(
            "{member} must be between {least} and {most}."
        ))),
        number => Ok(number),
    }
}

/// Whether it is a name of 1 to 255 letters, digits, hyphens and underscores.
pub(super) fn is_name(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    (1..=255).contains(&text.len()) && text.bytes().all(legal)
}

/// The ARN of something of ECS: `cluster/shop`.
pub(super) fn arn(place: &Place, rest: &str) -> String {
    format!("arn:aws:ecs:{}:{}:{rest}", place.region, place.account)
}

/// What an ARN of this account and region names: `shop` of `…:cluster/shop`; a text that is no ARN names itself.
pub(super) fn named<'a>(place: &Place, kind: &str, text: &'a str) -> Result<&'a str, ApiError> {
    if !text.starts_with("arn:") {
        return Ok(text);
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", "aws", "ecs", region, account, rest] = parts.as_slice() else {
        return Err(invalid(format!("Invalid identifier: {text}")));
    };
    if *account != place.account {
        return Err(invalid(format!(
            "Identifier is for {account}. Your accountId is {}",
            place.account
        )));
    }
    if *region != place.region {
        return Err(invalid(format!(
            "Identifier is for {region}. Your region is {}",
            place.region
        )));
    }
    rest.strip_prefix(kind)
        .and_then(|rest| rest.strip_prefix('/'))
        .filter(|rest| !rest.is_empty())
        .ok_or_else(|| {
            invalid(format!(
                "Invalid identifier: Unexpected resource type in {text}"
            ))
        })
}

/// A moment as ECS writes it: seconds with a fraction.
pub(super) fn stamp(at: Timestamp) -> Value {
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of our time fit a double"
    )]
    let seconds = at.as_millisecond() as f64 / 1000.0;
    json!(seconds)
}

/// A new id in the form of a UUID.
pub(super) fn fresh_uuid(tx: &mut Tx<'_>, purpose: &str) -> String {
    let hex = tx.fresh_hex(purpose);
    Uuid::new_v5(&Uuid::NAMESPACE_OID, hex.as_bytes()).to_string()
}

/// A new id of 32 hexadecimal digits.
pub(super) fn fresh_id(tx: &mut Tx<'_>, purpose: &str) -> String {
    tx.fresh_hex(purpose).chars().take(32).collect()
}

/// The answer of a list: one page of rows that are in the order of their keys, and the token of the next.
pub(super) fn listing(call: &Call<'_>, name: &str, mut rows: Vec<(String, String)>) -> Outcome {
    let size = between(&call.json, "maxResults", 1, 100)?.unwrap_or(100);
    let size = usize::try_from(size).unwrap_or(100);
    if let Some(token) = text(&call.json, "nextToken") {
        let at = rows
            .iter()
            .position(|(key, _)| hex(key.as_bytes()) == token);
        match at {
            Some(at) => drop(rows.drain(..=at)),
            None => return Err(invalid(format!("Invalid token {token}"))),
        }
    }
    let more = rows.len() > size;
    rows.truncate(size);
    let values: Vec<&String> = rows.iter().map(|(_, value)| value).collect();
    let mut answer = json!({ name: values });
    if let (true, Some((last, _))) = (more, rows.last()) {
        answer["nextToken"] = hex(last.as_bytes()).into();
    }
    Ok(Body::Json(answer))
}

/// What of a describe was not found.
pub(super) fn missing(arn: &str) -> Value {
    json!({"arn": arn, "reason": "MISSING"})
}
