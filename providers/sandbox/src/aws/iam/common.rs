//! What the operations of IAM share: reading of parameters, refusals, pages, the words of answers.

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::aws::Call;
use crate::store::{Document, hex};
use crate::wire::{ApiError, Fields};

/// Parameters of a list.
pub(super) const PAGED: &[&str] = &["Marker", "MaxItems"];

/// Parameters that give tags.
pub(super) const TAGS: &[&str] = &["Tags.member.N.Key", "Tags.member.N.Value"];

/// What documents in answers are written with: everything but RFC 3986's unreserved signs.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A document as answers carry it.
pub(super) fn encoded(document: &str) -> String {
    utf8_percent_encode(document, ENCODED).to_string()
}

/// A parameter that must be there.
pub(super) fn required(call: &Call<'_>, name: &str) -> Result<String, ApiError> {
    match call.params.get(name) {
        Some(value) if !value.is_empty() => Ok(value.to_owned()),
        Some(_) => Err(constraint(name, "have length greater than or equal to 1")),
        None => Err(constraint(name, "not be null")),
    }
}

/// A refusal by the front end.
pub(super) fn validation(message: impl Into<String>) -> ApiError {
    ApiError::bad("ValidationError", message)
}

/// The refusal of a parameter that breaks its constraint.
pub(super) fn constraint(name: &str, rule: &str) -> ApiError {
    let mut member = name.to_owned();
    if let Some(first) = member.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    validation(format!(
        "1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must {rule}"
    ))
}

/// The refusal of a value that passed the front end.
pub(super) fn input(message: impl Into<String>) -> ApiError {
    ApiError::bad("InvalidInput", message)
}

/// The refusal of a policy document.
pub(super) fn document(message: impl Into<String>) -> ApiError {
    ApiError::bad("MalformedPolicyDocument", message)
}

/// The refusal of a name that names nothing.
pub(super) fn none(message: impl Into<String>) -> ApiError {
    ApiError::new(404, "NoSuchEntity", message)
}

/// The refusal of a name that is taken.
pub(super) fn exists(message: impl Into<String>) -> ApiError {
    ApiError::new(409, "EntityAlreadyExists", message)
}

/// The refusal of a deletion.
pub(super) fn conflict(message: impl Into<String>) -> ApiError {
    ApiError::new(409, "DeleteConflict", message)
}

/// The refusal of one too many, or too long.
pub(super) fn limit(name: &str, most: u64) -> ApiError {
    let text = format!("Cannot exceed quota for {name}: {most}");
    ApiError::new(409, "LimitExceeded", text)
}

/// A parameter that is the name of a role or of a policy.
pub(super) fn name(call: &Call<'_>, parameter: &str, most: usize) -> Result<String, ApiError> {
    let name = required(call, parameter)?;
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    if !name.bytes().all(legal) {
        let mut member = parameter.to_owned();
        if let Some(first) = member.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        return Err(validation(format!(
            "The specified value for {member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"
        )));
    }
    if name.len() > most {
        let rule = format!("have length less than or equal to {most}");
        return Err(constraint(parameter, &rule));
    }
    Ok(name)
}

/// A parameter that is a number within bounds.
pub(super) fn number(
    call: &Call<'_>,
    name: &str,
    least: i64,
    most: i64,
) -> Result<Option<i64>, ApiError> {
    let Some(text) = call.params.get(name) else {
        return Ok(None);
    };
    let number: i64 = text.parse().map_err(|_| {
        ApiError::bad(
            "MalformedInput",
            format!("Invalid value for {name}: {text}"),
        )
    })?;
    if number < least {
        let rule = format!("have value greater than or equal to {least}");
        return Err(constraint(name, &rule));
    }
    if number > most {
        let rule = format!("have value less than or equal to {most}");
        return Err(constraint(name, &rule));
    }
    Ok(Some(number))
}

/// The values of `name.member.1`, `name.member.2`, ….
pub(super) fn members(call: &Call<'_>, name: &str) -> Vec<String> {
    call.params.list(&format!("{name}.member"))
}

/// A moment as IAM writes it.
pub(super) fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Cuts one page out of rows, and writes them in the words of the answer.
pub(super) fn page<R>(
    call: &Call<'_>,
    mut rows: Vec<R>,
    key: impl Fn(&R) -> String,
    write: impl FnOnce(Fields, &[R]) -> Fields,
) -> Result<Fields, ApiError> {
    rows.sort_by_key(&key);
    if let Some(marker) = call.params.get("Marker") {
        let after = after(marker).ok_or_else(|| validation("Invalid Marker."))?;
        rows.retain(|row| key(row) > after);
    }
    let most = number(call, "MaxItems", 1, 1000)?.unwrap_or(100);
    let size = usize::try_from(most).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    let marker = rows.last().filter(|_| more);
    let marker = marker.map(|row| hex(key(row).as_bytes()));
    Ok(write(Fields::new(), &rows)
        .text("IsTruncated", more)
        .maybe("Marker", marker))
}

fn after(marker: &str) -> Option<String> {
    let byte = |at| u8::from_str_radix(marker.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..marker.len()).step_by(2).map(byte).collect();
    String::from_utf8(bytes?).ok()
}

/// A unique id as IAM makes them: a prefix and 17 signs of base 32.
pub(super) fn unique_id(prefix: &str, hex: &str) -> String {
    const SIGNS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let digits = hex.bytes().collect::<Vec<u8>>();
    let sign = |pair: &[u8]| {
        let sum: u32 = pair.iter().fold(0, |sum, digit| {
            sum * 16 + char::from(*digit).to_digit(16).unwrap_or_default()
        });
        char::from(SIGNS[(sum % 32) as usize])
    };
    let rest: String = digits.chunks(2).take(17).map(sign).collect();
    format!("{prefix}{rest}")
}

/// The start of an ARN of IAM.
pub(super) fn arn(account: &str, rest: &str) -> String {
    format!("arn:aws:iam::{account}:{rest}")
}

/// Refuses one more than the quota of the account.
pub(super) fn within<D: Document>(
    call: &Call<'_>,
    quota: &str,
    word: &str,
) -> Result<(), ApiError> {
    let most = call.tx.config().quota(quota);
    let have = call.tx.list::<D>(&call.place).len() as u64;
    if have < most {
        Ok(())
    } else {
        Err(limit(word, most))
    }
}
