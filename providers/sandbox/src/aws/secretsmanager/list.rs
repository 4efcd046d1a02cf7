//! ListSecrets: late, and without what waits for its deletion unless that is asked for.

use serde::Deserialize;
use serde_json::{Value, json};

use super::common::{CODE, invalid};
use super::describe::{bad_token, row};
use super::secret::Secret;
use super::shadow;
use crate::aws::shape::{body, one_of, page, within};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    #[serde(default)]
    include_planned_deletion: bool,
    max_results: Option<i64>,
    next_token: Option<String>,
    #[serde(default)]
    filters: Vec<Filter>,
    sort_order: Option<String>,
    sort_by: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Filter {
    key: Option<String>,
    #[serde(default)]
    values: Vec<String>,
}

const KEYS: &[&str] = &[
    "description",
    "name",
    "tag-key",
    "tag-value",
    "primary-region",
    "owning-service",
    "all",
];

/// ListSecrets.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call, CODE)?;
    let size = within(CODE, "MaxResults", request.max_results, (1, 100, 100))?;
    check(&request.filters)?;
    let mut secrets = shadow::seen(&call.tx, &call.place);
    secrets.retain(|secret| {
        (secret.live() || request.include_planned_deletion)
            && request.filters.iter().all(|filter| filter.takes(secret))
    });
    sort(&mut secrets, &request)?;
    let token = request.next_token.as_deref();
    let (secrets, next) =
        page(secrets, |secret| secret.arn.clone(), size, token).ok_or_else(bad_token)?;
    let rows: Vec<Value> = secrets
        .iter()
        .map(|secret| row(secret, "SecretVersionsToStages"))
        .collect();
    let mut answer = json!({"SecretList": rows});
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(Body::Json(answer))
}

fn check(filters: &[Filter]) -> Result<(), ApiError> {
    if filters.len() > 10 {
        return Err(invalid("There can be no more than 10 filters."));
    }
    for filter in filters {
        let key = filter.key.as_deref().unwrap_or("all");
        one_of(CODE, "filters.member.key", key, KEYS)?;
        if !(1..=10).contains(&filter.values.len()) {
            return Err(invalid("Invalid filter values"));
        }
    }
    Ok(())
}

fn sort(secrets: &mut [Secret], request: &Request) -> Result<(), ApiError> {
    let by = request.sort_by.as_deref().unwrap_or("created-date");
    let known = [
        "created-date",
        "last-accessed-date",
        "last-changed-date",
        "name",
    ];
    one_of(CODE, "sortBy", by, &known)?;
    let order = request.sort_order.as_deref().unwrap_or("desc");
    one_of(CODE, "sortOrder", order, &["asc", "desc"])?;
    match by {
        "name" => secrets.sort_by(|one, other| one.name.cmp(&other.name)),
        "last-changed-date" => secrets.sort_by_key(|secret| secret.changed),
        _ => secrets.sort_by_key(|secret| secret.created),
    }
    if order == "desc" {
        secrets.reverse();
    }
    Ok(())
}

impl Filter {
    /// One of the values is enough; one with a `!` turns the others away.
    fn takes(&self, secret: &Secret) -> bool {
        let (not, yes): (Vec<&String>, Vec<&String>) =
            self.values.iter().partition(|value| value.starts_with('!'));
        let hit = |value: &str| self.hits(secret, value);
        let no = not.iter().any(|value| hit(value.trim_start_matches('!')));
        !no && (yes.is_empty() || yes.iter().any(|value| hit(value)))
    }

    /// Starts of texts are enough. Names and tags tell capital letters, descriptions do not.
    fn hits(&self, secret: &Secret, value: &str) -> bool {
        let description = || {
            let text = secret.description.as_deref().unwrap_or_default();
            let text = text.to_lowercase();
            text.starts_with(&value.to_lowercase())
        };
        let name = || secret.name.starts_with(value);
        let key = || secret.tags.keys().any(|key| key.starts_with(value));
        let tag = || secret.tags.values().any(|tag| tag.starts_with(value));
        match self.key.as_deref().unwrap_or("all") {
            "name" => name(),
            "description" => description(),
            "tag-key" => key(),
            "tag-value" => tag(),
            "all" => name() || description() || key() || tag(),
            // No secret here is a replica or a service's.
            _ => false,
        }
    }
}
