//! What every kind of EC2 resource has in common: ids, tags, filters, and its describe.

use super::common::{invalid, well_formed};
use super::tags::Tags;
use crate::aws::{Call, Outcome};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body, Fields, Params};

/// The words of a kind.
pub(super) struct Words {
    /// The id's prefix: `vpc`.
    pub(super) prefix: &'static str,
    /// The start of the not-found message: `The vpc ID`.
    pub(super) noun: &'static str,
    /// The code when there is none with the id.
    pub(super) not_found: &'static str,
    /// The code when the id is none.
    pub(super) malformed: &'static str,
    /// Filters besides those of tags.
    pub(super) filters: &'static [&'static str],
}

/// A kind of EC2 resource.
pub(super) trait Resource: Document {
    /// Its words.
    const WORDS: Words;

    /// The tags.
    fn tags(&self) -> &Tags;

    /// The tags, to change.
    fn tags_mut(&mut self) -> &mut Tags;

    /// The values that a filter of [`Words::filters`] looks at.
    fn values(&self, filter: &str, tx: &Tx<'_>, place: &Place) -> Vec<String>;

    /// The resource in an answer.
    fn fields(&self, tx: &Tx<'_>, place: &Place) -> Fields;
}

/// How a describe names things.
pub(super) struct Listing {
    /// The parameter with ids: `VpcId`.
    pub(super) ids: &'static str,
    /// The element with the rows: `vpcSet`.
    pub(super) set: &'static str,
    /// The least `MaxResults`.
    pub(super) least: usize,
    /// The greatest page.
    pub(super) most: usize,
}

/// The visible resource with the id.
pub(super) fn find<R: Resource>(call: &Call<'_>, id: &str) -> Result<R, ApiError> {
    let words = R::WORDS;
    if !well_formed(words.prefix, id) {
        let text = format!("Invalid id: \"{id}\" (expecting \"{}-...\")", words.prefix);
        return Err(ApiError::bad(words.malformed, text));
    }
    call.tx
        .see::<R>(&call.place, id)
        .ok_or_else(|| not_found::<R>(id))
}

/// The refusal of an id that names nothing.
pub(super) fn not_found<R: Resource>(id: &str) -> ApiError {
    ApiError::bad(
        R::WORDS.not_found,
        format!("{} '{id}' does not exist", R::WORDS.noun),
    )
}

/// A describe of the kind.
pub(super) fn describe<R: Resource>(call: &Call<'_>, listing: &Listing) -> Outcome {
    let (rows, next) = select::<R>(call, listing)?;
    let items: Vec<Fields> = rows
        .iter()
        .map(|row| row.fields(&call.tx, &call.place))
        .collect();
    Ok(Body::Xml(
        Fields::new()
            .list(listing.set, "item", items)
            .maybe("nextToken", next),
    ))
}

/// The rows of a describe, and the token of the next page.
pub(super) fn select<R: Resource>(
    call: &Call<'_>,
    listing: &Listing,
) -> Result<(Vec<R>, Option<String>), ApiError> {
    let filters = Filters::read(&call.params, R::WORDS.filters)?;
    let ids = call.params.list(listing.ids);
    let mut rows: Vec<R> = match ids.is_empty() {
        true => call.tx.see_all::<R>(&call.place),
        false => ids
            .iter()
            .map(|id| find::<R>(call, id))
            .collect::<Result<_, _>>()?,
    };
    rows.retain(|row| filters.admit(row.tags(), |name| row.values(name, &call.tx, &call.place)));
    page(call, listing, rows, !ids.is_empty(), Document::id)
}

/// Cuts one page out of rows that are in the order of their keys.
pub(super) fn page<R>(
    call: &Call<'_>,
    listing: &Listing,
    mut rows: Vec<R>,
    by_id: bool,
    key: impl Fn(&R) -> String,
) -> Result<(Vec<R>, Option<String>), ApiError> {
    let asked = call
        .params
        .get("MaxResults")
        .map(|text| super::common::number::<usize>("maxResults", text))
        .transpose()?;
    if by_id && asked.is_some() {
        let text = "The parameter MaxResults cannot be used with the parameter for ids.";
        return Err(ApiError::bad("InvalidParameterCombination", text));
    }
    if let Some(asked) = asked.filter(|asked| !(listing.least..=listing.most).contains(asked)) {
        let text = format!(
            "Value ( {asked} ) for parameter maxResults is invalid. Expecting a value between {} and {}.",
            listing.least, listing.most
        );
        return Err(invalid(text));
    }
    if let Some(token) = call.params.get("NextToken") {
        let after = after(token)
            .ok_or_else(|| ApiError::bad("InvalidNextToken", "The token is not valid."))?;
        rows.retain(|row| key(row) > after);
    }
    let size = asked.unwrap_or(listing.most);
    let rest = rows.len() > size && !by_id;
    if rest {
        rows.truncate(size);
    }
    let next = rows.last().filter(|_| rest).map(|row| token(&key(row)));
    Ok((rows, next))
}

fn token(key: &str) -> String {
    crate::store::hex(key.as_bytes())
}

fn after(token: &str) -> Option<String> {
    let byte = |at| u8::from_str_radix(token.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..token.len()).step_by(2).map(byte).collect();
    String::from_utf8(bytes?).ok()
}

/// The filters of a describe: all must hold, each by any of its values.
pub(super) struct Filters(Vec<(String, Vec<String>)>);

impl Filters {
    /// Reads them; one that is not known is refused.
    pub(super) fn read(params: &Params, known: &[&str]) -> Result<Self, ApiError> {
        let mut filters = Vec::new();
        for filter in params.structures("Filter") {
            let name = filter.get("Name").unwrap_or_default().to_owned();
            let values = filter.list("Value");
            if !known.contains(&name.as_str()) && name != "tag-key" && !name.starts_with("tag:") {
                return Err(invalid(format!("The filter '{name}' is invalid")));
            }
            if values.is_empty() {
                return Err(invalid(format!("The filter '{name}' has no values")));
            }
            filters.push((name, values));
        }
        Ok(Self(filters))
    }

    /// Whether something with these tags and values passes.
    pub(super) fn admit(&self, tags: &Tags, values: impl Fn(&str) -> Vec<String>) -> bool {
        self.0.iter().all(|(name, patterns)| {
            let have = match (name.strip_prefix("tag:"), name.as_str()) {
                (Some(key), _) => tags.get(key).cloned().into_iter().collect(),
                (None, "tag-key") => tags.keys().cloned().collect(),
                (None, name) => values(name),
            };
            have.iter()
                .any(|value| patterns.iter().any(|pattern| like(pattern, value)))
        })
    }
}

/// Whether the pattern, with `*` and `?`, fits the whole text. A backslash takes the next sign as it is.
fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    fits(&pattern, &text)
}

fn fits(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        (['*', rest @ ..], _) => {
            (0..=text.len()).any(|n| fits(rest, text.get(n..).unwrap_or_default()))
        }
        (['?', rest @ ..], [_, others @ ..]) => fits(rest, others),
        (['\\', sign, rest @ ..], [first, others @ ..]) => sign == first && fits(rest, others),
        ([sign, rest @ ..], [first, others @ ..]) => sign == first && fits(rest, others),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_know_stars_and_question_marks() {
        for (pattern, text) in [
            ("a*c", "abbc"),
            ("*", ""),
            ("a?c", "abc"),
            (r"a\*", "a*"),
            ("x", "x"),
        ] {
            assert!(like(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("a*c", "abb"),
            ("?", ""),
            (r"a\*", "ab"),
            ("x", "X"),
            ("ab", "abc"),
        ] {
            assert!(!like(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn tokens_come_back() {
        assert_eq!(after(&token("vpc-0a")).as_deref(), Some("vpc-0a"));
        assert_eq!(after("zz"), None);
        assert_eq!(after("abc"), None);
    }
}
