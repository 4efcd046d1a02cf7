//! Answers and errors as each protocol writes them.

use http::Response;
use http::header::{CONTENT_TYPE, HeaderValue};

use super::{ApiError, Body, Fields, Protocol};

const XML: &str = "text/xml;charset=UTF-8";
const EC2: &str = "http://ec2.amazonaws.com/doc/2016-11-15/";

/// A good answer.
pub(crate) fn reply(
    protocol: Protocol,
    operation: &str,
    status: u16,
    body: &Body,
    id: &str,
) -> Response<Vec<u8>> {
    match body {
        Body::Xml(fields) => response(
            protocol,
            status,
            XML,
            xml(protocol, operation, Some(fields), id),
            id,
        ),
        Body::Empty if matches!(protocol, Protocol::Query(_)) => response(
            protocol,
            status,
            XML,
            xml(protocol, operation, None, id),
            id,
        ),
        Body::Json(value) => response(protocol, status, json_type(protocol), value.to_string(), id),
        Body::Empty => response(protocol, status, json_type(protocol), String::new(), id),
    }
}

/// Operations of the query protocol whose model has no output answer without a result element.
fn xml(protocol: Protocol, operation: &str, fields: Option<&Fields>, id: &str) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let Protocol::Query(namespace) = protocol else {
        out.push_str(&format!(
            "<{operation}Response xmlns=\"{EC2}\"><requestId>{id}</requestId>"
        ));
        if let Some(fields) = fields {
            fields.write(&mut out);
        }
        out.push_str(&format!("</{operation}Response>"));
        return out;
    };
    out.push_str(&format!("<{operation}Response xmlns=\"{namespace}\">"));
    if let Some(fields) = fields {
        out.push_str(&format!("<{operation}Result>"));
        fields.write(&mut out);
        out.push_str(&format!("</{operation}Result>"));
    }
    out.push_str(&format!(
        "<ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{operation}Response>"
    ));
    out
}

/// A refusal.
pub(crate) fn error(protocol: Protocol, error: &ApiError, id: &str) -> Response<Vec<u8>> {
    let what = Fields::new()
        .text("Code", &error.code)
        .text("Message", &error.message);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    match protocol {
        Protocol::Ec2 => {
            let errors = Fields::new()
                .list("Errors", "Error", [what])
                .text("RequestID", id);
            Fields::new().fields("Response", errors).write(&mut out);
            response(protocol, error.status, XML, out, id)
        }
        Protocol::Query(namespace) => {
            let kind = if error.status < 500 {
                "Sender"
            } else {
                "Receiver"
            };
            let what = Fields::new()
                .text("Type", kind)
                .text("Code", &error.code)
                .text("Message", &error.message);
            out.push_str(&format!("<ErrorResponse xmlns=\"{namespace}\">"));
            Fields::new()
                .fields("Error", what)
                .text("RequestId", id)
                .write(&mut out);
            out.push_str("</ErrorResponse>");
            response(protocol, error.status, XML, out, id)
        }
        Protocol::Json | Protocol::Rest => json_error(protocol, error, id),
    }
}

fn json_error(protocol: Protocol, error: &ApiError, id: &str) -> Response<Vec<u8>> {
    let mut body = error.members.clone();
    body.insert("message".to_owned(), error.message.clone().into());
    if protocol == Protocol::Json {
        body.insert("__type".to_owned(), error.code.clone().into());
    }
    let text = serde_json::Value::Object(body).to_string();
    let mut answer = response(protocol, error.status, json_type(protocol), text, id);
    if let Ok(code) = HeaderValue::from_str(&error.code) {
        answer.headers_mut().insert("x-amzn-errortype", code);
    }
    answer
}

fn json_type(protocol: Protocol) -> &'static str {
    if protocol == Protocol::Json {
        "application/x-amz-json-1.1"
    } else {
        "application/json"
    }
}

fn response(
    protocol: Protocol,
    status: u16,
    content: &'static str,
    body: String,
    id: &str,
) -> Response<Vec<u8>> {
    let mut answer = Response::new(body.into_bytes());
    *answer.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content));
    let header = if protocol == Protocol::Ec2 {
        "x-amz-request-id"
    } else {
        "x-amzn-requestid"
    };
    if let Ok(id) = HeaderValue::from_str(id) {
        answer.headers_mut().insert(header, id);
    }
    answer
}
