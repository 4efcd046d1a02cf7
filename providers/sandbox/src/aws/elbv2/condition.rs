//! When a rule holds.
//!
//! Bounds: "Quotas for your Application Load Balancers".

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::common::{constraint, invalid, one_of};
use crate::wire::{ApiError, Fields, Params};

/// Parameters of conditions.
pub(super) const ACCEPTS: &[&str] = &[
    "Conditions.member.N.Field",
    "Conditions.member.N.Values.member.N",
    "Conditions.member.N.HostHeaderConfig.Values.member.N",
    "Conditions.member.N.PathPatternConfig.Values.member.N",
    "Conditions.member.N.HttpHeaderConfig.HttpHeaderName",
    "Conditions.member.N.HttpHeaderConfig.Values.member.N",
    "Conditions.member.N.QueryStringConfig.Values.member.N.Key",
    "Conditions.member.N.QueryStringConfig.Values.member.N.Value",
    "Conditions.member.N.HttpRequestMethodConfig.Values.member.N",
    "Conditions.member.N.SourceIpConfig.Values.member.N",
];

/// Most values of all conditions of one rule.
const MOST_VALUES: usize = 5;

/// Fields, each with the member that holds its values, and whether a rule may have only one such condition.
const FIELDS: &[(&str, &str, bool)] = &[
    ("host-header", "HostHeaderConfig", true),
    ("path-pattern", "PathPatternConfig", true),
    ("http-header", "HttpHeaderConfig", false),
    ("query-string", "QueryStringConfig", false),
    ("http-request-method", "HttpRequestMethodConfig", true),
    ("source-ip", "SourceIpConfig", true),
];

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Condition {
    /// `path-pattern` and the like.
    field: String,
    /// The header's name, of conditions on one.
    header: Option<String>,
    /// What it compares with; a query string's key and value are joined by `=`.
    values: Vec<String>,
    /// Keys of a query string, as many as values; empty for any key.
    keys: Vec<String>,
}

/// The conditions of a call, checked.
pub(super) fn read(params: &Params) -> Result<Vec<Condition>, ApiError> {
    let all = params.structures("Conditions.member");
    if all.is_empty() {
        return Err(constraint("Conditions", "null", "not be null"));
    }
    let all: Vec<Condition> = all.iter().map(one).collect::<Result<_, _>>()?;
    for (field, _, once) in FIELDS {
        let count = all.iter().filter(|one| one.field == *field).count();
        if *once && count > 1 {
            return Err(invalid(format!(
                "A rule can only have one '{field}' condition"
            )));
        }
    }
    let values: usize = all.iter().map(|one| one.values.len()).sum();
    match values > MOST_VALUES {
        true => Err(invalid(format!(
            "A rule can only have '{MOST_VALUES}' condition values"
        ))),
        false => Ok(all),
    }
}

fn one(params: &Params) -> Result<Condition, ApiError> {
    let field = params.get("Field").unwrap_or_default();
    let names: Vec<&str> = FIELDS.iter().map(|(field, _, _)| *field).collect();
    let Some((_, member, _)) = FIELDS.iter().find(|(name, _, _)| *name == field) else {
        return Err(invalid(format!(
            "Condition field '{field}' must be one of '[{}]'",
            names.join(", ")
        )));
    };
    let config = params.under(member);
    alone(params, field)?;
    let plain = params.list("Values.member");
    let mut condition = Condition {
        field: field.to_owned(),
        header: config.get("HttpHeaderName").map(str::to_owned),
        values: config.list("Values.member"),
        keys: Vec::new(),
    };
    if field == "query-string" {
        let pairs = config.structures("Values.member");
        let part = |name: &'static str| {
            let part = move |pair: &Params| pair.get(name).unwrap_or_default().to_owned();
            pairs.iter().map(part).collect::<Vec<_>>()
        };
        (condition.keys, condition.values) = (part("Key"), part("Value"));
    }
    if matches!(field, "host-header" | "path-pattern") && condition.values.is_empty() {
        condition.values = plain;
    } else if !plain.is_empty() {
        return Err(invalid(
            "Values and the configuration of a condition cannot both be specified",
        ));
    }
    condition.check()?;
    Ok(condition)
}

/// Refuses the values of another field.
fn alone(params: &Params, field: &str) -> Result<(), ApiError> {
    let mut others = FIELDS.iter().filter(|(name, _, _)| *name != field);
    match others.find(|(_, other, _)| !params.under(other).is_empty()) {
        Some((_, other, _)) => Err(invalid(format!(
            "{other} cannot be specified for a condition on '{field}'"
        ))),
        None => Ok(()),
    }
}

impl Condition {
    fn check(&self) -> Result<(), ApiError> {
        let field = &self.field;
        if self.values.is_empty() || self.values.iter().any(String::is_empty) {
            return Err(invalid(format!(
                "A condition value must be specified for the field '{field}'"
            )));
        }
        if self.values.iter().any(|value| value.len() > 128) {
            return Err(invalid(format!(
                "The values of a condition on '{field}' cannot be longer than '128' characters"
            )));
        }
        if self.values.iter().collect::<BTreeSet<_>>().len() < self.values.len()
            && self.keys.is_empty()
        {
            return Err(invalid(format!(
                "The values of a condition on '{field}' must be unique"
            )));
        }
        self.check_field()
    }

    /// What the field alone wants.
    fn check_field(&self) -> Result<(), ApiError> {
        let field = &self.field;
        if field == "http-header" && self.header.is_none() {
            return Err(invalid(
                "A header name must be specified for a condition on 'http-header'",
            ));
        }
        if field == "source-ip" {
            let range = |value: &String| value.contains('/');
            if let Some(wrong) = self.values.iter().find(|value| !range(value)) {
                let text = format!("'{wrong}' is not a valid CIDR block");
                return Err(invalid(text));
            }
        }
        if field == "http-request-method" {
            for value in &self.values {
                let legal = value
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || b"-_".contains(&byte));
                if !legal {
                    one_of("Values", value, &["GET", "POST", "PUT", "DELETE"])?;
                }
            }
        }
        Ok(())
    }

    /// It in an answer.
    pub(super) fn fields(&self) -> Fields {
        let known = FIELDS.iter().find(|(field, _, _)| *field == self.field);
        let member = known.map_or("", |(_, member, _)| *member);
        let config = match self.keys.is_empty() {
            true => Fields::new()
                .maybe("HttpHeaderName", self.header.as_ref())
                .texts("Values", "member", self.values.clone()),
            false => {
                let pairs = self.keys.iter().zip(&self.values);
                let rows = pairs.map(|(key, value)| {
                    let key = Some(key).filter(|key| !key.is_empty());
                    Fields::new().maybe("Key", key).text("Value", value)
                });
                Fields::new().list("Values", "member", rows.collect::<Vec<_>>())
            }
        };
        let fields = Fields::new().text("Field", &self.field);
        let fields = match self.field.as_str() {
            "host-header" | "path-pattern" => fields.texts("Values", "member", self.values.clone()),
            _ => fields,
        };
        fields.fields(member, config)
    }
}
