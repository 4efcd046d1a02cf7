//! What the operations share: which target is meant, refusals, pages.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::aws::Call;
use crate::store::hex;
use crate::wire::ApiError;

/// The one dimension of the one namespace.
pub(super) const DIMENSION: &str = "ecs:service:DesiredCount";

/// Namespaces of the API.
const NAMESPACES: &[&str] = &[
    "ecs",
    "elasticmapreduce",
    "ec2",
    "appstream",
    "dynamodb",
    "rds",
    "sagemaker",
    "custom-resource",
    "comprehend",
    "lambda",
    "cassandra",
    "kafka",
    "elasticache",
    "neptune",
    "workspaces",
];

/// The refusal of a value.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::bad("ValidationException", message)
}

/// The refusal of a value by the front end that all calls pass.
pub(super) fn constraint(member: &str, value: &str, rule: &str) -> ApiError {
    let mut member = member.to_owned();
    if let Some(first) = member.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    invalid(format!(
        "1 validation error detected: Value {value} at '{member}' failed to satisfy constraint: Member must {rule}"
    ))
}

/// The refusal of what the real service has and the sandbox has not.
pub(super) fn absent(what: &str) -> ApiError {
    let text = format!("the sandbox does not implement {what}");
    ApiError::new(501, "NotImplemented", text)
}

/// The body of the request. A member that the sandbox does not know is refused by name, not ignored.
pub(super) fn body<T: DeserializeOwned>(call: &Call<'_>) -> Result<T, ApiError> {
    let body = match &call.json {
        Value::Null => json!({}),
        body => body.clone(),
    };
    serde_json::from_value(body).map_err(|error| {
        let text = error.to_string();
        match text.contains("unknown field") {
            true => absent(&format!("this of {}: {text}", call.operation)),
            false => ApiError::bad("SerializationException", text),
        }
    })
}

/// A member that must be there.
pub(super) fn given<T>(member: &str, value: Option<T>) -> Result<T, ApiError> {
    value.ok_or_else(|| constraint(member, "null", "not be null"))
}

/// Refuses a namespace that there is not.
pub(super) fn check_namespace(value: Option<String>) -> Result<(), ApiError> {
    let value = given("ServiceNamespace", value)?;
    match value.as_str() {
        "ecs" => Ok(()),
        known if NAMESPACES.contains(&known) => Err(absent(&format!(
            "scalable targets of the namespace {known}"
        ))),
        other => {
            let rule = format!("satisfy enum value set: [{}]", NAMESPACES.join(", "));
            Err(constraint("ServiceNamespace", &format!("'{other}'"), &rule))
        }
    }
}

/// The members that say which target is meant.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Naming {
    service_namespace: Option<String>,
    resource_id: Option<String>,
    scalable_dimension: Option<String>,
}

/// Which target is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Which {
    /// `service/CLUSTER/SERVICE`.
    pub(super) resource: String,
}

impl Naming {
    /// Which target is meant, checked.
    pub(super) fn which(self) -> Result<Which, ApiError> {
        check_namespace(self.service_namespace)?;
        let resource = given("ResourceId", self.resource_id)?;
        let dimension = given("ScalableDimension", self.scalable_dimension)?;
        let which = Which { resource };
        match dimension == DIMENSION && which.parts().is_some() {
            true => Ok(which),
            false => Err(invalid(
                "Unsupported service namespace, resource type or scalable dimension",
            )),
        }
    }
}

impl Which {
    /// Cluster and service.
    pub(super) fn parts(&self) -> Option<(&str, &str)> {
        let (cluster, service) = self.resource.strip_prefix("service/")?.split_once('/')?;
        let whole = !cluster.is_empty() && !service.is_empty() && !service.contains('/');
        whole.then_some((cluster, service))
    }

    /// It in the words of an error.
    pub(super) fn words(&self) -> String {
        format!(
            "service namespace: ecs, resource ID: {}, scalable dimension: {DIMENSION}",
            self.resource
        )
    }
}

/// The refusal of what is not there.
pub(super) fn not_found(message: String) -> ApiError {
    ApiError::bad("ObjectNotFoundException", message)
}

/// A page of rows that are in the order of their keys, and the token of the next one.
pub(super) fn page<R>(
    mut rows: Vec<R>,
    size: Option<usize>,
    token: Option<&str>,
    most: usize,
    key: impl Fn(&R) -> String,
) -> Result<(Vec<R>, Option<String>), ApiError> {
    let size = size.unwrap_or(most);
    if !(1..=most).contains(&size) {
        return Err(invalid(format!("MaxResults must be between 1 and {most}")));
    }
    if let Some(token) = token {
        let start = rows
            .iter()
            .position(|row| hex(key(row).as_bytes()) == token);
        let wrong = || ApiError::bad("InvalidNextTokenException", "The next token is not valid.");
        rows.drain(..=start.ok_or_else(wrong)?);
    }
    let rest = rows.len() > size;
    rows.truncate(size);
    let next = rows.last().filter(|_| rest);
    let next = next.map(|row| hex(key(row).as_bytes()));
    Ok((rows, next))
}

/// A moment as the service writes it.
pub(super) fn stamp(at: jiff::Timestamp) -> f64 {
    // Milliseconds of this century are exact in a double.
    #[allow(clippy::cast_precision_loss)]
    let milliseconds = at.as_millisecond() as f64;
    milliseconds / 1000.0
}
