//! Attributes of listeners.

use super::Listener;
use super::attribute::{Attribute, Legal, Of};
use super::common::required;
use super::listener::find;
use crate::aws::{Call, Outcome};

const APPLICATION: &[&str] = &["HTTP", "HTTPS"];
const NETWORK: &[&str] = &["TCP", "TLS"];

const TABLE: &[Attribute] = &[
    Attribute::new(
        "tcp.idle_timeout.seconds",
        NETWORK,
        Legal::Number(60, 6000),
        "350",
    ),
    Attribute::new(
        "routing.http.response.server.enabled",
        APPLICATION,
        Legal::Truth,
        "true",
    ),
    header("routing.http.response.strict_transport_security.header_value"),
    header("routing.http.response.access_control_allow_origin.header_value"),
    header("routing.http.response.access_control_allow_methods.header_value"),
    header("routing.http.response.access_control_allow_headers.header_value"),
    header("routing.http.response.access_control_allow_credentials.header_value"),
    header("routing.http.response.access_control_expose_headers.header_value"),
    header("routing.http.response.access_control_max_age.header_value"),
    header("routing.http.response.content_security_policy.header_value"),
    header("routing.http.response.x_content_type_options.header_value"),
    header("routing.http.response.x_frame_options.header_value"),
];

const fn header(key: &'static str) -> Attribute {
    Attribute::new(key, APPLICATION, Legal::Text, "")
}

fn of(listener: &Listener) -> Of<'_> {
    Of {
        table: TABLE,
        kind: &listener.protocol,
        noun: "Listener",
    }
}

/// DescribeListenerAttributes.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let listener = find(call, &required(call, "ListenerArn")?)?;
    of(&listener).answer(&listener.attributes)
}

/// ModifyListenerAttributes.
pub(super) fn modify(call: &mut Call<'_>) -> Outcome {
    let mut listener = find(call, &required(call, "ListenerArn")?)?;
    let mut set = listener.attributes.clone();
    of(&listener).change(call, &mut set)?;
    listener.attributes = set;
    call.tx.put(&call.place, &listener);
    of(&listener).answer(&listener.attributes)
}
