//! DescribeLogGroups.

use serde_json::{Value, json};

use super::LogGroup;
use super::common::{arn, check_name, constraint, find, invalid, name_in, number, text, texts};
use super::log_group::class;
use crate::aws::{Call, Outcome};
use crate::store::{Place, hex};
use crate::wire::{ApiError, Body};

const MOST: i64 = 50;

/// DescribeLogGroups: by the start of names, a part of names, or a list of names and ARNs. It shows no tags.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let limit = number(call, "limit")?.unwrap_or(MOST);
    if !(1..=MOST).contains(&limit) {
        let rule = "have value between 1 and 50";
        return Err(constraint("limit", &limit.to_string(), rule));
    }
    let class = class(call)?;
    let mut groups = asked(call)?;
    groups.retain(|group| group.live() && class.as_ref().is_none_or(|class| group.class == *class));
    if let Some(token) = text(call, "nextToken")? {
        let after = after(token).ok_or_else(|| invalid("The specified nextToken is invalid."))?;
        groups.retain(|group| group.name > after);
    }
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = groups.len() > size;
    groups.truncate(size);
    let rows: Vec<Value> = groups.iter().map(|group| row(&call.place, group)).collect();
    let mut answer = json!({ "logGroups": rows });
    if let (true, Some(last)) = (more, groups.last()) {
        answer["nextToken"] = hex(last.name.as_bytes()).into();
    }
    Ok(Body::Json(answer))
}

/// The groups that the call asks for, in the order of their names.
fn asked(call: &Call<'_>) -> Result<Vec<LogGroup>, ApiError> {
    let prefix = text(call, "logGroupNamePrefix")?;
    let pattern = text(call, "logGroupNamePattern")?;
    let identifiers = texts(call, "logGroupIdentifiers")?;
    if prefix.is_some() && pattern.is_some() {
        return Err(invalid(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
        ));
    }
    if let Some(identifiers) = identifiers {
        if prefix.is_some() || pattern.is_some() {
            return Err(invalid(
                "LogGroup identifiers cannot be combined with a LogGroup name prefix or pattern.",
            ));
        }
        return by_identifier(call, &identifiers);
    }
    if let Some(prefix) = prefix {
        check_name("logGroupNamePrefix", prefix)?;
    }
    let mut groups = call.tx.see_all::<LogGroup>(&call.place);
    groups.retain(|group| {
        prefix.is_none_or(|prefix| group.name.starts_with(prefix))
            && pattern.is_none_or(|pattern| group.name.contains(pattern))
    });
    Ok(groups)
}

fn by_identifier(call: &Call<'_>, identifiers: &[String]) -> Result<Vec<LogGroup>, ApiError> {
    if !(1..=50).contains(&identifiers.len()) {
        let rule = "have between 1 and 50 members";
        return Err(constraint("logGroupIdentifiers", "[]", rule));
    }
    let mut groups = Vec::new();
    for identifier in identifiers {
        let name = name_in(&call.place, identifier).unwrap_or(identifier);
        check_name("logGroupIdentifiers", name)?;
        groups.push(find(call, name)?);
    }
    groups.sort_by(|one, other| one.name.cmp(&other.name));
    groups.dedup_by(|one, other| one.name == other.name);
    Ok(groups)
}

fn row(place: &Place, group: &LogGroup) -> Value {
    let arn = arn(place, &group.name);
    let mut row = json!({
        "logGroupName": group.name,
        "creationTime": group.created.as_millisecond(),
        "metricFilterCount": 0,
        "arn": format!("{arn}:*"),
        "logGroupArn": arn,
        "storedBytes": 0,
        "logGroupClass": group.class,
        "deletionProtectionEnabled": group.protected,
    });
    if let Some(days) = group.retention {
        row["retentionInDays"] = days.into();
    }
    row
}

fn after(token: &str) -> Option<String> {
    let byte = |at| u8::from_str_radix(token.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..token.len()).step_by(2).map(byte).collect();
    String::from_utf8(bytes?).ok()
}
