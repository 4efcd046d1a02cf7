//! Target groups: what is spoken to a workload, how its health is told, and how long it may take to stop.

use std::collections::BTreeMap;

use super::{Group, Made, Plan};
use crate::kinds::TargetGroup;
use crate::kinds::target_group::LONGEST;

/// Seconds between two questions, where nobody says how long a start takes, and at most.
const INTERVAL: u64 = 10;
const LONGEST_INTERVAL: u64 = 30;

/// So many questions fall into the start of a workload. The service gives it the whole of that time; the balancer only
/// asks less often of what is slow.
const IN_A_START: u64 = 6;

/// Seconds that an answer may take.
const TIMEOUT: i32 = 5;

/// Good and bad answers in a row that count.
const HEALTHY_AFTER: i32 = 2;
const UNHEALTHY_AFTER: i32 = 3;

/// What is asked for where the workload names no path.
const ROOT: &str = "/";

/// Statuses that mean health: a redirect to a log-in is as good an answer as any.
const STATUSES: &str = "200-399";

/// Seconds between TERM and KILL where nobody says (ECS), and the longest that a target group takes.
const STOP: u64 = 30;
const LONGEST_DELAY: u64 = 3600;

impl Plan<'_> {
    /// Its name always ends in a digest: `a-b` behind `c` and `b-c` before `a` would read the same.
    pub(super) fn target_group(&self, group: &Group<'_>) -> Made {
        let health = group.block.health.as_ref();
        let path = health.and_then(|health| health.path.clone());
        let start = health.and_then(|health| health.start).unwrap_or_default();
        let interval = (start / IN_A_START).clamp(INTERVAL, LONGEST_INTERVAL);
        // A connection says less than an answer, and is all that is known of what speaks no HTTP.
        let asks = self.application || path.is_some();
        let http = asks.then(|| path.unwrap_or_else(|| ROOT.to_owned()));
        let (protocol, version) = match self.application {
            true => ("HTTP", Some("HTTP1".to_owned())),
            false => ("TCP", None),
        };
        let fields = TargetGroup {
            vpc: self.site.vpc.clone(),
            target_type: "ip".to_owned(),
            protocol: protocol.to_owned(),
            protocol_version: version,
            port: i32::from(group.port),
            health_protocol: if asks { "HTTP" } else { "TCP" }.to_owned(),
            health_path: http,
            health_matcher: asks.then(|| STATUSES.to_owned()),
            health_interval: i32::try_from(interval).unwrap_or(i32::MAX),
            health_timeout: TIMEOUT,
            healthy_after: HEALTHY_AFTER,
            unhealthy_after: UNHEALTHY_AFTER,
            attributes: delay(group),
            tags: self.tags(&format!("-{}", group.part())),
        };
        let id = self.parts.target_group(group.workload, group.named);
        let mut made = self.made(id, "elb.target_group", &fields)?;
        let stack = &self.context.stack;
        let wanted = format!("{stack}-{}-{}", self.name, group.part());
        made.name = Some(self.physical(&made, &wanted, LONGEST, true));
        Ok(made)
    }
}

/// A task that stops gets no new requests, and this long to finish those that it has.
fn delay(group: &Group<'_>) -> BTreeMap<String, String> {
    let seconds = group.block.stop_timeout.unwrap_or(STOP).min(LONGEST_DELAY);
    let key = "deregistration_delay.timeout_seconds".to_owned();
    [(key, seconds.to_string())].into()
}
