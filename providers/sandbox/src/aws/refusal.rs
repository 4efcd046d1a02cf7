//! Refusals that every service has, in each one's own words: credentials, permissions, throttling, failure.
//!
//! Codes: "Common errors" in the EC2, IAM, EKS and CloudWatch Logs API references.

use super::Service;
use crate::wire::{ApiError, Protocol};

/// No usable credentials in the request.
pub(crate) fn unsigned() -> ApiError {
    ApiError::new(
        403,
        "MissingAuthenticationToken",
        "Missing Authentication Token",
    )
}

/// An Authorization header that is not one.
pub(crate) fn malformed() -> ApiError {
    let text = "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' \
                parameter. Authorization header requires 'SignedHeaders' parameter.";
    ApiError::new(400, "IncompleteSignature", text)
}

impl Service {
    /// The credentials have expired.
    pub(crate) fn expired(&self) -> ApiError {
        let text = "The security token included in the request is expired";
        match self.protocol {
            Protocol::Ec2 => ApiError::new(400, "RequestExpired", "Request has expired."),
            Protocol::Query(_) => ApiError::new(403, "ExpiredToken", text),
            Protocol::Json => ApiError::new(400, "ExpiredTokenException", text),
            Protocol::Rest => ApiError::new(403, "ExpiredTokenException", text),
        }
    }

    /// The caller may not do that.
    pub(crate) fn denied(&self, caller: &str, operation: &str) -> ApiError {
        let action = format!("{}:{operation}", self.name);
        let text = format!(
            "User: {caller} is not authorized to perform: {action} because no identity-based policy allows the \
             {action} action"
        );
        match self.protocol {
            Protocol::Ec2 => {
                let text = format!("You are not authorized to perform this operation. {text}");
                ApiError::new(403, "UnauthorizedOperation", text)
            }
            Protocol::Query(_) => ApiError::new(403, "AccessDenied", text),
            Protocol::Json => ApiError::new(400, "AccessDeniedException", text),
            Protocol::Rest => ApiError::new(403, "AccessDeniedException", text),
        }
    }

    /// Too many calls.
    pub(crate) fn throttled(&self) -> ApiError {
        match self.protocol {
            Protocol::Ec2 => ApiError::new(503, "RequestLimitExceeded", "Request limit exceeded."),
            Protocol::Query(_) => ApiError::new(400, "Throttling", "Rate exceeded"),
            Protocol::Json => ApiError::new(400, "ThrottlingException", "Rate exceeded"),
            Protocol::Rest => ApiError::new(429, "ThrottlingException", "Rate exceeded"),
        }
    }

    /// The service failed.
    pub(crate) fn failed(&self) -> ApiError {
        match self.protocol {
            Protocol::Ec2 => ApiError::new(500, "InternalError", "An internal error has occurred"),
            Protocol::Query(_) => {
                ApiError::new(500, "ServiceFailure", "An internal error has occurred")
            }
            Protocol::Json if self.name == "ecs" => {
                ApiError::new(500, "ServerException", "Service Unavailable.")
            }
            Protocol::Json => ApiError::new(
                500,
                "ServiceUnavailableException",
                "An internal error has occurred",
            ),
            Protocol::Rest => {
                ApiError::new(500, "ServerException", "An internal error has occurred")
            }
        }
    }

    /// A parameter that the operation does not take.
    pub(crate) fn unknown_parameter(&self, name: &str) -> ApiError {
        ApiError::bad(
            "UnknownParameter",
            format!("The parameter {name} is not recognized"),
        )
    }

    /// The answer to a call that only asks whether it would be allowed.
    pub(crate) fn dry_run(&self) -> ApiError {
        let text = "Request would have succeeded, but DryRun flag is set.";
        ApiError::new(412, "DryRunOperation", text)
    }

    /// The sandbox does not have this operation.
    pub(crate) fn not_implemented(&self, operation: &str) -> ApiError {
        let text = format!("the sandbox does not implement {}:{operation}", self.name);
        ApiError::new(501, "NotImplemented", text)
    }
}
