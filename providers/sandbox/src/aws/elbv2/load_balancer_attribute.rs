//! Attributes of balancers.

use std::collections::BTreeMap;

use super::LoadBalancer;
use super::attribute::{Attribute, Legal, Of};
use super::common::balancer;
use crate::aws::{Call, Outcome};

const PROTECTION: &str = "deletion_protection.enabled";
const BOTH: &[&str] = &["application", "network"];
const APPLICATION: &[&str] = &["application"];
const NETWORK: &[&str] = &["network"];

const TABLE: &[Attribute] = &[
    Attribute::new("access_logs.s3.enabled", BOTH, Legal::Truth, "false"),
    Attribute::new("access_logs.s3.bucket", BOTH, Legal::Text, ""),
    Attribute::new("access_logs.s3.prefix", BOTH, Legal::Text, ""),
    Attribute::new(
        "idle_timeout.timeout_seconds",
        APPLICATION,
        Legal::Number(1, 4000),
        "60",
    ),
    Attribute::new(PROTECTION, BOTH, Legal::Truth, "false"),
    Attribute::new("routing.http2.enabled", APPLICATION, Legal::Truth, "true"),
    Attribute::new(
        "routing.http.drop_invalid_header_fields.enabled",
        APPLICATION,
        Legal::Truth,
        "false",
    ),
    Attribute::new(
        "routing.http.xff_client_port.enabled",
        APPLICATION,
        Legal::Truth,
        "false",
    ),
    Attribute::new(
        "routing.http.preserve_host_header.enabled",
        APPLICATION,
        Legal::Truth,
        "false",
    ),
    Attribute::new(
        "routing.http.xff_header_processing.mode",
        APPLICATION,
        Legal::Word(&["append", "preserve", "remove"]),
        "append",
    ),
    Attribute::new(
        "load_balancing.cross_zone.enabled",
        APPLICATION,
        Legal::Word(&["true"]),
        "true",
    ),
    // A network balancer crosses zones only when it is told to.
    Attribute::new(
        "load_balancing.cross_zone.enabled",
        NETWORK,
        Legal::Truth,
        "false",
    ),
    Attribute::new(
        "routing.http.desync_mitigation_mode",
        APPLICATION,
        Legal::Word(&["monitor", "defensive", "strictest"]),
        "defensive",
    ),
    Attribute::new(
        "client_keep_alive.seconds",
        APPLICATION,
        Legal::Number(60, 604_800),
        "3600",
    ),
    Attribute::new("waf.fail_open.enabled", APPLICATION, Legal::Truth, "false"),
    Attribute::new(
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
        APPLICATION,
        Legal::Truth,
        "false",
    ),
    Attribute::new(
        "connection_logs.s3.enabled",
        APPLICATION,
        Legal::Truth,
        "false",
    ),
    Attribute::new("connection_logs.s3.bucket", APPLICATION, Legal::Text, ""),
    Attribute::new("connection_logs.s3.prefix", APPLICATION, Legal::Text, ""),
    Attribute::new("zonal_shift.config.enabled", BOTH, Legal::Truth, "false"),
    Attribute::new(
        "dns_record.client_routing_policy",
        NETWORK,
        Legal::Word(&[
            "any_availability_zone",
            "availability_zone_affinity",
            "partial_availability_zone_affinity",
        ]),
        "any_availability_zone",
    ),
];

fn of(balancer: &LoadBalancer) -> Of<'_> {
    Of {
        table: TABLE,
        kind: &balancer.kind,
        noun: "Load balancer",
    }
}

/// All that are not what they start with.
fn set(balancer: &LoadBalancer) -> BTreeMap<String, String> {
    let mut set = balancer.attributes.clone();
    set.insert(PROTECTION.to_owned(), balancer.protected.to_string());
    set
}

/// DescribeLoadBalancerAttributes.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let balancer = balancer(call)?;
    of(&balancer).answer(&set(&balancer))
}

/// ModifyLoadBalancerAttributes.
pub(super) fn modify(call: &mut Call<'_>) -> Outcome {
    let mut balancer = balancer(call)?;
    let mut set = set(&balancer);
    of(&balancer).change(call, &mut set)?;
    balancer.protected = set.remove(PROTECTION).as_deref() == Some("true");
    balancer.attributes = set;
    call.tx.put(&call.place, &balancer);
    describe(call)
}
