//! What services that answer JSON share: reading of bodies, the refusals of the front end, moments, tags, pages.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Call;
use crate::store::hex;
use crate::wire::ApiError;

/// Keys and values.
pub(crate) type Tags = BTreeMap<String, String>;

/// The body of the request; `code` is what the service calls a member that is not right.
///
/// A value is never repeated in the refusal: it may be a secret.
pub(crate) fn body<T: DeserializeOwned>(call: &Call<'_>, code: &str) -> Result<T, ApiError> {
    let empty = json!({});
    let body = match &call.json {
        Value::Null => &empty,
        body => body,
    };
    T::deserialize(body).map_err(|error| {
        let text = error.to_string();
        let name = text.split('`').nth(1).unwrap_or_default();
        if text.starts_with("unknown field") {
            let text = format!("the sandbox does not take {name} of {}", call.operation);
            return ApiError::new(501, "NotImplemented", text);
        }
        if text.starts_with("missing field") {
            return missing(code, name);
        }
        ApiError::bad(
            "SerializationException",
            "A member of the body has the wrong type",
        )
    })
}

/// The refusal of a member that is not there.
pub(crate) fn missing(code: &str, member: &str) -> ApiError {
    let member = lower(member);
    ApiError::bad(
        code,
        format!(
            "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
        ),
    )
}

/// The refusal of a value that breaks its constraint.
pub(crate) fn constraint(code: &str, member: &str, value: &str, rule: &str) -> ApiError {
    let member = lower(member);
    ApiError::bad(
        code,
        format!(
            "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must {rule}"
        ),
    )
}

/// The same for a value that must not be repeated.
pub(crate) fn constraint_unsaid(code: &str, member: &str, rule: &str) -> ApiError {
    let member = lower(member);
    ApiError::bad(
        code,
        format!(
            "1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must {rule}"
        ),
    )
}

fn lower(member: &str) -> String {
    let mut signs = member.chars();
    match signs.next() {
        Some(first) => first.to_lowercase().chain(signs).collect(),
        None => String::new(),
    }
}

/// Refuses a text with too few or too many signs.
pub(crate) fn length(
    code: &str,
    member: &str,
    value: &str,
    least: usize,
    most: usize,
) -> Result<(), ApiError> {
    let count = value.chars().count();
    if count < least {
        let rule = format!("have length greater than or equal to {least}");
        return Err(constraint(code, member, value, &rule));
    }
    if count > most {
        let rule = format!("have length less than or equal to {most}");
        return Err(constraint(code, member, value, &rule));
    }
    Ok(())
}

/// The number when it lies within the bounds, the usual one when it is not given.
pub(crate) fn within(
    code: &str,
    member: &str,
    given: Option<i64>,
    (least, most, usual): (i64, i64, i64),
) -> Result<i64, ApiError> {
    match given {
        None => Ok(usual),
        Some(value) if value < least => {
            let rule = format!("have value greater than or equal to {least}");
            Err(constraint(code, member, &value.to_string(), &rule))
        }
        Some(value) if value > most => {
            let rule = format!("have value less than or equal to {most}");
            Err(constraint(code, member, &value.to_string(), &rule))
        }
        Some(value) => Ok(value),
    }
}

/// Refuses a word that is none of the known ones.
pub(crate) fn one_of(
    code: &str,
    member: &str,
    value: &str,
    known: &[&str],
) -> Result<(), ApiError> {
    match known.contains(&value) {
        true => Ok(()),
        false => {
            let rule = format!("satisfy enum value set: [{}]", known.join(", "));
            Err(constraint(code, member, value, &rule))
        }
    }
}

/// A moment: seconds with a fraction.
pub(crate) fn stamp(at: Timestamp) -> Value {
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of our time fit a double"
    )]
    let seconds = at.as_millisecond() as f64 / 1000.0;
    json!(seconds)
}

/// A tag of a list of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Tag {
    /// The key.
    pub(crate) key: String,
    /// The value.
    #[serde(default)]
    pub(crate) value: String,
}

/// The tags of a list, or what is wrong with them.
pub(crate) fn tags(list: Vec<Tag>) -> Result<Tags, String> {
    let legal =
        |sign: char| sign.is_alphanumeric() || sign.is_whitespace() || "_.:/=+-@".contains(sign);
    let mut tags = Tags::new();
    for Tag { key, value } in list {
        if key.is_empty() || key.chars().count() > 128 || !key.chars().all(legal) {
            return Err(format!("The tag key {key:?} is not valid."));
        }
        if value.chars().count() > 256 || !value.chars().all(legal) {
            return Err(format!("The value of the tag {key} is not valid."));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err("Tag keys that start with aws: are reserved for system use.".to_owned());
        }
        if tags.insert(key.clone(), value).is_some() {
            return Err(format!("The tag key {key} is given more than once."));
        }
    }
    Ok(tags)
}

/// Tags as a list.
pub(crate) fn tag_rows(tags: &Tags) -> Vec<Value> {
    let row = |(key, value): (&String, &String)| json!({"Key": key, "Value": value});
    tags.iter().map(row).collect()
}

/// One page of rows, and the token of the next. None: the token is none of ours.
pub(crate) fn page<R>(
    rows: Vec<R>,
    key: impl Fn(&R) -> String,
    size: i64,
    token: Option<&str>,
) -> Option<(Vec<R>, Option<String>)> {
    let start = match token.filter(|token| !token.is_empty()) {
        None => 0,
        Some(token) => {
            let after = unhex(token)?;
            let last = rows.iter().position(|row| key(row) == after);
            let beyond = || rows.iter().position(|row| key(row) > after);
            last.map(|at| at + 1).or_else(beyond).unwrap_or(rows.len())
        }
    };
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let more = rows.len() > start.saturating_add(size);
    let rows: Vec<R> = rows.into_iter().skip(start).take(size).collect();
    let next = rows
        .last()
        .filter(|_| more)
        .map(|row| hex(key(row).as_bytes()));
    Some((rows, next))
}

/// The text behind hexadecimal digits.
pub(crate) fn unhex(token: &str) -> Option<String> {
    let byte = |at| u8::from_str_radix(token.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..token.len()).step_by(2).map(byte).collect();
    String::from_utf8(bytes?).ok()
}

/// How many bytes a base64 text stands for; none when it is none.
pub(crate) fn blob_size(text: &str) -> Option<usize> {
    let bare = text.trim_end_matches('=');
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"+/".contains(&byte);
    let whole = text.len().is_multiple_of(4) && text.len() - bare.len() <= 2;
    (whole && bare.bytes().all(legal)).then_some(bare.len() * 3 / 4)
}

#[cfg(test)]
mod tests {
    use super::{blob_size, page, unhex};

    #[test]
    fn pages_follow_each_other_in_any_order() {
        let rows = || vec!["c", "b", "a"];
        let key = |row: &&str| (*row).to_owned();
        let first = page(rows(), key, 2, None);
        assert_eq!(first, Some((vec!["c", "b"], Some("62".to_owned()))));
        assert_eq!(page(rows(), key, 2, Some("62")), Some((vec!["a"], None)));
        assert_eq!(page(rows(), key, 2, Some("x")), None);
        assert_eq!(unhex("6261").as_deref(), Some("ba"));
    }

    #[test]
    fn blobs_are_measured() {
        assert_eq!(blob_size("aGVsbG8="), Some(5));
        assert_eq!(blob_size("aGVsbG8"), None);
        assert_eq!(blob_size("a%VsbG8="), None);
    }
}
