//! Attributes of target groups.

use super::TargetGroup;
use super::attribute::{Attribute, Legal, Of};
use super::common::target_group;
use crate::aws::{Call, Outcome};

const BOTH: &[&str] = &["application", "network"];
const APPLICATION: &[&str] = &["application"];
const NETWORK: &[&str] = &["network"];
const WEEK: u64 = 604_800;

const TABLE: &[Attribute] = &[
    Attribute::new(
        "deregistration_delay.timeout_seconds",
        BOTH,
        Legal::Number(0, 3600),
        "300",
    ),
    Attribute::new("stickiness.enabled", BOTH, Legal::Truth, "false"),
    Attribute::new(
        "stickiness.type",
        APPLICATION,
        Legal::Word(&["lb_cookie", "app_cookie"]),
        "lb_cookie",
    ),
    Attribute::new(
        "stickiness.type",
        NETWORK,
        Legal::Word(&["source_ip"]),
        "source_ip",
    ),
    Attribute::new(
        "stickiness.lb_cookie.duration_seconds",
        APPLICATION,
        Legal::Number(1, WEEK),
        "86400",
    ),
    Attribute::new(
        "stickiness.app_cookie.cookie_name",
        APPLICATION,
        Legal::Text,
        "",
    ),
    Attribute::new(
        "stickiness.app_cookie.duration_seconds",
        APPLICATION,
        Legal::Number(1, WEEK),
        "86400",
    ),
    Attribute::new(
        "slow_start.duration_seconds",
        APPLICATION,
        Legal::WordOr("0", 30, 900),
        "0",
    ),
    Attribute::new(
        "load_balancing.algorithm.type",
        APPLICATION,
        Legal::Word(&[
            "round_robin",
            "least_outstanding_requests",
            "weighted_random",
        ]),
        "round_robin",
    ),
    Attribute::new(
        "load_balancing.algorithm.anomaly_mitigation",
        APPLICATION,
        Legal::Word(&["on", "off"]),
        "off",
    ),
    Attribute::new(
        "load_balancing.cross_zone.enabled",
        BOTH,
        Legal::Word(&["true", "false", "use_load_balancer_configuration"]),
        "use_load_balancer_configuration",
    ),
    Attribute::new(
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count",
        BOTH,
        Legal::Number(1, 1000),
        "1",
    ),
    Attribute::new(
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage",
        BOTH,
        Legal::WordOr("off", 1, 100),
        "off",
    ),
    Attribute::new(
        "target_group_health.dns_failover.minimum_healthy_targets.count",
        BOTH,
        Legal::WordOr("off", 1, 1000),
        "1",
    ),
    Attribute::new(
        "target_group_health.dns_failover.minimum_healthy_targets.percentage",
        BOTH,
        Legal::WordOr("off", 1, 100),
        "off",
    ),
    Attribute::new(
        "deregistration_delay.connection_termination.enabled",
        NETWORK,
        Legal::Truth,
        "false",
    ),
    Attribute::new("preserve_client_ip.enabled", NETWORK, Legal::Truth, "false"),
    Attribute::new("proxy_protocol_v2.enabled", NETWORK, Legal::Truth, "false"),
    Attribute::new(
        "target_health_state.unhealthy.connection_termination.enabled",
        NETWORK,
        Legal::Truth,
        "true",
    ),
    Attribute::new(
        "target_health_state.unhealthy.draining_interval_seconds",
        NETWORK,
        Legal::Number(0, 360_000),
        "0",
    ),
];

fn of(group: &TargetGroup) -> Of<'static> {
    Of {
        table: TABLE,
        kind: match group.is_http() {
            true => "application",
            false => "network",
        },
        noun: "Target group",
    }
}

/// Seconds for which a target is still sent what it began.
pub(super) fn delay(group: &TargetGroup) -> u64 {
    let value = of(group);
    let value = value.value(&group.attributes, "deregistration_delay.timeout_seconds");
    value.parse().unwrap_or(300)
}

/// DescribeTargetGroupAttributes.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let group = target_group(call)?;
    of(&group).answer(&group.attributes)
}

/// ModifyTargetGroupAttributes.
pub(super) fn modify(call: &mut Call<'_>) -> Outcome {
    let mut group = target_group(call)?;
    of(&group).change(call, &mut group.attributes)?;
    call.tx.put(&call.place, &group);
    of(&group).answer(&group.attributes)
}
