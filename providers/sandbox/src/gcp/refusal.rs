//! Refusals, in the words of Google's front end: `google.rpc.Status` and, in older services, reasons.
//!
//! Shapes and messages: `google/rpc/code.proto` and `error_details.proto`, recorded answers, and what users of the APIs
//! quote in public issues.

use http::Response;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};

use super::project;
use super::{Operation, Service, Style};
use crate::wire::ApiError;

/// HTTP status, canonical status, reason.
const CODES: &[(u16, &str, &str)] = &[
    (400, "INVALID_ARGUMENT", "badRequest"),
    (400, "FAILED_PRECONDITION", "failedPrecondition"),
    (400, "OUT_OF_RANGE", "outOfRange"),
    (401, "UNAUTHENTICATED", "authError"),
    (403, "PERMISSION_DENIED", "forbidden"),
    (404, "NOT_FOUND", "notFound"),
    (409, "ALREADY_EXISTS", "alreadyExists"),
    (409, "ABORTED", "aborted"),
    (429, "RESOURCE_EXHAUSTED", "rateLimitExceeded"),
    (500, "INTERNAL", "backendError"),
    (501, "UNIMPLEMENTED", "notImplemented"),
    (503, "UNAVAILABLE", "backendError"),
    (504, "DEADLINE_EXCEEDED", "backendError"),
];

/// Nothing of that name.
pub(crate) fn not_found(message: impl Into<String>) -> ApiError {
    ApiError::new(404, "NOT_FOUND", message)
}

/// An argument that is not right.
pub(crate) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "INVALID_ARGUMENT", message)
}

/// Right, but not now.
pub(crate) fn precondition(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "FAILED_PRECONDITION", message)
}

/// The name is taken.
pub(crate) fn exists(message: impl Into<String>) -> ApiError {
    ApiError::new(409, "ALREADY_EXISTS", message)
}

/// Somebody else was faster.
pub(crate) fn aborted(message: impl Into<String>) -> ApiError {
    ApiError::new(409, "ABORTED", message)
}

/// Not allowed.
pub(crate) fn forbidden(message: impl Into<String>) -> ApiError {
    ApiError::new(403, "PERMISSION_DENIED", message)
}

/// The reason and the canonical status of a refusal.
fn words(error: &ApiError) -> (&str, &str) {
    let canonical = error
        .code
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    if canonical {
        let row = CODES.iter().find(|(_, status, _)| *status == error.code);
        return (row.map_or("unknown", |(_, _, reason)| reason), &error.code);
    }
    let row = CODES.iter().find(|(http, _, _)| *http == error.status);
    (&error.code, row.map_or("UNKNOWN", |(_, status, _)| status))
}

/// The body of a refusal. Its members: `details`, and `domain` where it is not `global`.
pub(crate) fn body(style: Style, error: &ApiError) -> Value {
    let (reason, status) = words(error);
    let mut said = json!({ "code": error.status, "message": error.message });
    if style != Style::Status {
        let domain = error.members.get("domain").and_then(Value::as_str);
        let mut row = json!({ "message": error.message, "reason": reason });
        // Null: the front end names none.
        if error.members.get("domain") != Some(&Value::Null) {
            row["domain"] = json!(domain.unwrap_or("global"));
        }
        said["errors"] = json!([row]);
    }
    // Compute writes a status only where the front end speaks for it.
    if style != Style::Reasons || error.members.contains_key("domain") {
        said["status"] = json!(status);
    }
    if let Some(details) = error.members.get("details") {
        said["details"] = details.clone();
    }
    json!({ "error": said })
}

/// An answer with the headers of Google's front end.
pub(crate) fn response(status: u16, body: &Value) -> Response<Vec<u8>> {
    let mut answer = Response::new(format!("{body:#}\n").into_bytes());
    *answer.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = answer.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=UTF-8"),
    );
    for vary in ["Origin", "X-Origin", "Referer"] {
        headers.append("vary", HeaderValue::from_static(vary));
    }
    for (name, value) in [
        ("server", "ESF"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "SAMEORIGIN"),
        ("x-xss-protection", "0"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// The error of a path that no service has, as far as we know.
pub(crate) fn nobody(asked: &str) -> ApiError {
    let text = format!("the sandbox does not implement {asked}");
    ApiError::new(501, "UNIMPLEMENTED", text)
}

impl Service {
    /// The token has expired.
    pub(crate) fn expired(&self) -> ApiError {
        let text = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or \
                    other valid authentication credential. See \
                    https://developers.google.com/identity/sign-in/web/devconsole-project.";
        let details = json!([{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "ACCESS_TOKEN_EXPIRED",
            "domain": "googleapis.com",
            "metadata": { "service": self.api },
        }]);
        ApiError::new(401, "UNAUTHENTICATED", text)
            .with("domain", "global")
            .with("details", details)
    }

    /// The caller may not do that. `resource` is the path of what it wanted.
    pub(crate) fn denied(&self, operation: &Operation, resource: &str) -> ApiError {
        let permission = operation.needs;
        let text = match self.style {
            Style::Reasons => format!("Required '{permission}' permission for '{resource}'"),
            Style::Both => {
                format!("Required \"{permission}\" permission(s) for \"{resource}\".")
            }
            Style::Status => format!(
                "Permission '{permission}' denied on resource '//{}/{resource}' (or it may not exist).",
                self.api
            ),
        };
        let details = json!([{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "IAM_PERMISSION_DENIED",
            "domain": self.api,
            "metadata": { "permission": permission, "resource": resource },
        }]);
        match self.style {
            Style::Reasons => forbidden(text),
            _ => forbidden(text).with("details", details),
        }
    }

    /// The API is not enabled in the project.
    pub(crate) fn disabled(&self, project: &str) -> ApiError {
        let (title, api) = (self.title, self.api);
        let number = project::number(project);
        let url = format!(
            "https://console.developers.google.com/apis/api/{api}/overview?project={number}"
        );
        let text = format!(
            "{title} has not been used in project {number} before or it is disabled. Enable it by visiting {url} then \
             retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems \
             and retry."
        );
        let details = json!([
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "SERVICE_DISABLED",
                "domain": "googleapis.com",
                "metadata": {
                    "activationUrl": url,
                    "consumer": format!("projects/{number}"),
                    "containerInfo": number,
                    "service": api,
                    "serviceTitle": title,
                },
            },
            { "@type": "type.googleapis.com/google.rpc.LocalizedMessage", "locale": "en-US", "message": text },
            {
                "@type": "type.googleapis.com/google.rpc.Help",
                "links": [{ "description": "Google developers console API activation", "url": url }],
            },
        ]);
        let code = match self.style {
            Style::Status => "PERMISSION_DENIED",
            _ => "accessNotConfigured",
        };
        ApiError::new(403, code, text)
            .with("domain", "usageLimits")
            .with("details", details)
    }

    /// Too many calls. Compute says 403, as it always did; the others 429.
    pub(crate) fn throttled(&self, project: &str) -> ApiError {
        let consumer = format!("project_number:{}", project::number(project));
        let text = format!(
            "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of service '{}' for consumer \
             '{consumer}'.",
            self.api
        );
        let details = json!([{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "RATE_LIMIT_EXCEEDED",
            "domain": "googleapis.com",
            "metadata": { "consumer": format!("projects/{}", project::number(project)), "service": self.api },
        }]);
        match self.style {
            Style::Reasons => ApiError::new(403, "rateLimitExceeded", text)
                .with("domain", "usageLimits")
                .with("details", details),
            _ => ApiError::new(429, "RESOURCE_EXHAUSTED", text).with("details", details),
        }
    }

    /// The service failed.
    pub(crate) fn failed(&self) -> ApiError {
        match self.style {
            Style::Reasons => ApiError::new(
                503,
                "backendError",
                "Internal error. Please try again or contact Google Support.",
            ),
            _ => ApiError::new(500, "INTERNAL", "Internal error encountered."),
        }
    }

    /// A parameter or a member of the body that the operation does not take.
    pub(crate) fn unknown_parameter(&self, operation: &str, name: &str) -> ApiError {
        let text = format!("the sandbox does not take {name} of {operation}");
        ApiError::new(501, "UNIMPLEMENTED", text)
    }

    /// No such project.
    pub(crate) fn no_project(&self, named: &str) -> ApiError {
        match self.style {
            Style::Reasons => {
                let text = format!("The resource 'projects/{named}' was not found");
                ApiError::new(404, "notFound", text)
            }
            _ if self.name == "cloudresourcemanager" => {
                forbidden("The caller does not have permission")
            }
            _ => {
                let text = format!("Permission denied on resource project {named}.");
                let details = json!([{
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": "CONSUMER_INVALID",
                    "domain": "googleapis.com",
                    "metadata": { "consumer": format!("projects/{named}"), "service": self.api },
                }]);
                forbidden(text).with("details", details)
            }
        }
    }
}
