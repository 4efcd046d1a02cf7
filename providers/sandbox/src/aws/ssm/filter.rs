//! Filters of DescribeParameters and GetParametersByPath.

use serde::Deserialize;

use super::Parameter;
use super::common::{CODE, invalid};
use super::path::{below, check_path};
use crate::aws::shape::constraint;
use crate::wire::ApiError;

/// A filter.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Filter {
    /// `Name`, `tag:provision-stack`.
    key: String,
    /// `Equals`, `BeginsWith`, `Contains`; for paths `OneLevel`, `Recursive`.
    option: Option<String>,
    /// One of them is enough. Without any, a tag with the key is.
    #[serde(default)]
    values: Vec<String>,
}

/// Refuses filters that are not right. `keys` are those of the operation, beside `tag:`, when it takes `tag`.
pub(super) fn check(filters: &[Filter], keys: &[&str]) -> Result<(), ApiError> {
    let mut seen: Vec<&str> = Vec::new();
    for filter in filters {
        let key = filter.key.as_str();
        let kind = if key.starts_with("tag:") { "tag" } else { key };
        if !keys.contains(&kind) || key == "tag:" {
            let known = "^(tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType)$";
            let rule = format!("satisfy regular expression pattern: {known}");
            return Err(constraint(
                CODE,
                "parameterFilters.1.member.key",
                key,
                &rule,
            ));
        }
        if seen.contains(&key) {
            return Err(invalid(
                "The following filters are duplicated in the request: a key can be used only once.",
            ));
        }
        seen.push(key);
        filter.check(kind)?;
    }
    Ok(())
}

impl Filter {
    /// A filter in the older form of DescribeParameters, which knows no options: names are starts.
    pub(super) fn older(key: String, values: Vec<String>) -> Self {
        let option = (key == "Name").then(|| "BeginsWith".to_owned());
        Self {
            key,
            option,
            values,
        }
    }

    fn check(&self, kind: &str) -> Result<(), ApiError> {
        let options: &[&str] = match kind {
            "Path" => &["Recursive", "OneLevel"],
            "Name" => &["BeginsWith", "Contains", "Equals"],
            "KeyId" => &["BeginsWith", "Equals"],
            _ => &["Equals"],
        };
        if let Some(option) = self.option.as_deref().filter(|one| !options.contains(one)) {
            return Err(ApiError::bad(
                "InvalidFilterOption",
                format!(
                    "The following filter option is not valid: {option}. Valid options include: [{}].",
                    options.join(", ")
                ),
            ));
        }
        if self.values.is_empty() && kind != "tag" {
            return Err(ApiError::bad(
                "InvalidFilterValue",
                format!(
                    "The following filter values are missing : null for filter key {}",
                    self.key
                ),
            ));
        }
        match kind {
            "Path" => self.values.iter().try_for_each(|path| check_path(path)),
            _ => Ok(()),
        }
    }

    /// Whether the parameter is what the filter asks for.
    pub(super) fn takes(&self, parameter: &Parameter) -> bool {
        if let Some(key) = self.key.strip_prefix("tag:") {
            let tag = parameter.tags.get(key);
            return tag.is_some_and(|tag| self.values.is_empty() || self.values.contains(tag));
        }
        self.values.iter().any(|value| self.hits(parameter, value))
    }

    fn hits(&self, parameter: &Parameter, value: &str) -> bool {
        let Some(newest) = parameter.newest() else {
            return false;
        };
        let option = self.option.as_deref();
        let compare = |have: &str| match option {
            Some("BeginsWith") => have.starts_with(value),
            Some("Contains") => have.contains(value),
            _ => have == value,
        };
        match self.key.as_str() {
            "Name" => compare(&parameter.name),
            "Path" => below(value, &parameter.name, option == Some("Recursive")),
            "Type" => compare(&newest.kind),
            "KeyId" => newest.key.as_deref().is_some_and(compare),
            "Label" => newest.labels.iter().any(|label| compare(label)),
            "Tier" => compare(&newest.tier),
            "DataType" => compare(&newest.data_type),
            _ => false,
        }
    }
}
