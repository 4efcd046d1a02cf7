//! What the operations of Cloud Map share: refusals, ids, pages, filters.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::aws::shape::{self, Tag, Tags, length, page, within};
use crate::aws::{Call, Outcome};
use crate::store::{Place, Tx};
use crate::wire::{ApiError, Body};

/// What Cloud Map calls a member that is not right.
pub(super) const CODE: &str = "InvalidInput";

/// The refusal of a value.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::bad(CODE, message)
}

/// The tags that a call brings.
pub(super) fn tags(list: Vec<Tag>) -> Result<Tags, ApiError> {
    let tags = shape::tags(list).map_err(invalid)?;
    check_count(&tags)?;
    Ok(tags)
}

/// Refuses more tags than a resource can have.
pub(super) fn check_count(tags: &Tags) -> Result<(), ApiError> {
    match tags.len() > 50 {
        true => Err(ApiError::bad(
            "TooManyTagsException",
            "A resource can have no more than 50 tags.",
        )),
        false => Ok(()),
    }
}

/// Refuses a token or description that is too long.
pub(super) fn check_words(
    token: Option<&String>,
    description: Option<&String>,
) -> Result<(), ApiError> {
    if let Some(token) = token {
        length(CODE, "CreatorRequestId", token, 0, 64)?;
    }
    match description {
        Some(text) => length(CODE, "Description", text, 0, 1024),
        None => Ok(()),
    }
}

/// A new id like `ns-` and sixteen small letters and digits.
pub(super) fn fresh(tx: &mut Tx<'_>, prefix: &str) -> String {
    format!(
        "{prefix}{}",
        signs(tx, prefix, b"abcdefghijklmnopqrstuvwxyz234567", 16)
    )
}

/// The id of an operation: 32 signs and eight.
pub(super) fn fresh_operation(tx: &mut Tx<'_>) -> String {
    let alphabet = b"abcdefghijklmnopqrstuvwxyz234567";
    let long = signs(tx, "operation", alphabet, 32);
    format!("{long}-{}", signs(tx, "operation", alphabet, 8))
}

/// The id of a hosted zone.
pub(super) fn fresh_zone(tx: &mut Tx<'_>) -> String {
    let signs = signs(tx, "zone", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 20);
    format!("Z{signs}")
}

fn signs(tx: &mut Tx<'_>, purpose: &str, alphabet: &[u8], count: usize) -> String {
    let hex = tx.fresh_hex(purpose);
    let sign = |at: usize| {
        let number = usize::from_str_radix(hex.get(at * 2..at * 2 + 2)?, 16).ok()?;
        alphabet
            .get(number % alphabet.len())
            .map(|sign| char::from(*sign))
    };
    (0..count).filter_map(sign).collect()
}

/// The ARN of something of Cloud Map: `namespace/ns-…`.
pub(super) fn arn(place: &Place, rest: &str) -> String {
    let Place { account, region } = place;
    format!("arn:aws:servicediscovery:{region}:{account}:{rest}")
}

/// The id in what may be an ARN.
pub(super) fn bare<'a>(place: &Place, kind: &str, text: &'a str) -> &'a str {
    let start = arn(place, &format!("{kind}/"));
    text.strip_prefix(&start).unwrap_or(text)
}

/// The body of a list.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct List {
    next_token: Option<String>,
    max_results: Option<i64>,
    /// What it asks for.
    #[serde(default)]
    pub(super) filters: Vec<Filter>,
}

/// A filter of a list.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Filter {
    name: String,
    values: Vec<String>,
    condition: Option<String>,
}

impl List {
    /// The rows that all filters take; `field` is what a row has under a filter's name.
    pub(super) fn answer<D>(
        &self,
        member: &str,
        mut found: Vec<D>,
        field: impl Fn(&D, &str) -> Option<String>,
        id: impl Fn(&D) -> String,
        row: impl Fn(&D) -> Value,
    ) -> Outcome {
        found.retain(|one| {
            let takes =
                |filter: &Filter| field(one, &filter.name).is_some_and(|v| filter.takes(&v));
            self.filters.iter().all(takes)
        });
        let size = within(CODE, "MaxResults", self.max_results, (1, 100, 100))?;
        let (found, next) = page(found, id, size, self.next_token.as_deref())
            .ok_or_else(|| invalid("The NextToken is not valid."))?;
        let rows: Vec<Value> = found.iter().map(row).collect();
        let mut answer = json!({ member: rows });
        if let Some(next) = next {
            answer["NextToken"] = next.into();
        }
        Ok(Body::Json(answer))
    }

    /// Refuses filters of other names and conditions.
    pub(super) fn check(&self, names: &[&str]) -> Result<(), ApiError> {
        for filter in &self.filters {
            shape::one_of(CODE, "filters.member.name", &filter.name, names)?;
            let condition = filter.condition.as_deref().unwrap_or("EQ");
            let known = ["EQ", "IN", "BEGINS_WITH"];
            shape::one_of(CODE, "filters.member.condition", condition, &known)?;
            if filter.values.is_empty() || (condition != "IN" && filter.values.len() > 1) {
                return Err(invalid("A filter with EQ or BEGINS_WITH has one value."));
            }
        }
        Ok(())
    }
}

impl Filter {
    fn takes(&self, have: &str) -> bool {
        let starts = self.condition.as_deref() == Some("BEGINS_WITH");
        self.values.iter().any(|value| match starts {
            true => have.starts_with(value),
            false => have == value,
        })
    }
}

/// The only member of calls that name one thing.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Named {
    /// An id or ARN.
    pub(super) id: String,
}

/// Reads it.
pub(super) fn id(call: &Call<'_>) -> Result<String, ApiError> {
    Ok(shape::body::<Named>(call, CODE)?.id)
}
