//! Whether a listener can send where an action says.

use super::action::Action;
use super::common::{configuration, path};
use super::target_group::{balancers, not_found};
use super::{LoadBalancer, TargetGroup};
use crate::aws::Call;
use crate::wire::ApiError;

/// Most different target groups of one application balancer.
const MOST_GROUPS: usize = 100;

/// Refuses an action that a listener of the balancer with this protocol cannot have.
pub(super) fn check(
    call: &Call<'_>,
    balancer: &LoadBalancer,
    protocol: &str,
    action: &Action,
) -> Result<(), ApiError> {
    if !balancer.is_application() && action.kind() != "forward" {
        let text = format!(
            "Actions of the type '{}' are not supported with network load balancers",
            action.kind()
        );
        return Err(ApiError::bad("InvalidLoadBalancerAction", text));
    }
    for arn in action.groups() {
        let found =
            path(arn, "targetgroup").and_then(|_| call.tx.see::<TargetGroup>(&call.place, arn));
        let group = found.ok_or_else(|| not_found(arn))?;
        fits(protocol, &group)?;
        if group.vpc_id != balancer.vpc_id {
            return Err(configuration(format!(
                "Target group '{arn}' is in a different VPC than load balancer '{}'",
                balancer.arn
            )));
        }
        let users = balancers(&call.tx, &call.place, arn);
        if users.iter().any(|one| *one != balancer.arn) {
            let text = format!(
                "The following target groups cannot be associated with more than one load balancer: {arn}"
            );
            return Err(ApiError::bad("TargetGroupAssociationLimit", text));
        }
    }
    few(call, balancer, action)
}

/// Protocols of target groups that a listener's protocol can send to.
fn fits(listener: &str, group: &TargetGroup) -> Result<(), ApiError> {
    let legal: &[&str] = match listener {
        "HTTP" | "HTTPS" => &["HTTP", "HTTPS"],
        "TCP" => &["TCP", "TCP_UDP"],
        "TLS" => &["TCP", "TLS"],
        "UDP" => &["UDP", "TCP_UDP"],
        _ => &["TCP_UDP"],
    };
    if !legal.contains(&group.protocol.as_str()) {
        let text = format!(
            "The listener and its associated target group '{}' have incompatible protocols: '{listener}' and '{}'",
            group.arn, group.protocol
        );
        return Err(ApiError::bad("IncompatibleProtocols", text));
    }
    match group.version.as_deref() {
        Some(version @ ("HTTP2" | "GRPC")) if listener == "HTTP" => Err(configuration(format!(
            "Listener protocol 'HTTP' is not supported with a target group with the protocol-version '{version}'"
        ))),
        _ => Ok(()),
    }
}

fn few(call: &Call<'_>, balancer: &LoadBalancer, action: &Action) -> Result<(), ApiError> {
    let rules = call.tx.list::<super::Rule>(&call.place);
    let own = rules.iter().filter(|rule| rule.balancer == balancer.arn);
    let mut groups: Vec<&str> = own.flat_map(|rule| rule.action.groups()).collect();
    groups.extend(action.groups());
    groups.sort_unstable();
    groups.dedup();
    match groups.len() > MOST_GROUPS {
        true => Err(ApiError::bad(
            "TooManyUniqueTargetGroupsPerLoadBalancer",
            format!("A load balancer can have at most '{MOST_GROUPS}' target groups"),
        )),
        false => Ok(()),
    }
}
