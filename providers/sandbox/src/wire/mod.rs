//! The AWS wire: decoding of query parameters, writing of XML and JSON answers and errors.

mod answer;
mod cbor;
mod params;
mod xml;

pub(crate) use answer::{error, reply};
pub(crate) use cbor::{close as to_cbor, open as from_cbor};
pub(crate) use params::Params;
pub(crate) use xml::Fields;

/// How a service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Form parameters in, XML out, EC2's own dialect.
    Ec2,
    /// Form parameters in, XML out (IAM, STS). The XML namespace.
    Query(&'static str),
    /// JSON 1.1 with `X-Amz-Target` (CloudWatch Logs).
    Json,
    /// REST with JSON bodies (EKS).
    Rest,
}

/// What an operation answers.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// The fields of an XML answer.
    Xml(Fields),
    /// A JSON document.
    Json(serde_json::Value),
    /// Nothing.
    Empty,
}

/// A refusal, in the words of the real service.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ApiError {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The code: `InvalidVpcID.NotFound`.
    pub(crate) code: String,
    /// The message.
    pub(crate) message: String,
    /// More members of a JSON error: `clusterName`.
    pub(crate) members: serde_json::Map<String, serde_json::Value>,
}

impl ApiError {
    /// A refusal with a status.
    pub(crate) fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            members: serde_json::Map::new(),
        }
    }

    /// A refusal with status 400.
    pub(crate) fn bad(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    /// The same with one more member in its JSON form.
    pub(crate) fn with(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }
}
