//! Security groups that were left: rules of other groups that refer to one must go before it can.

use aws_sdk_ec2::types::{IpPermission, SecurityGroup, SecurityGroupRule as Rule};
use provision_core::contract::{Class, Failure};

use super::found::{Busy, Found};
use super::networks::Balancers;
use super::{networks, owner};
use crate::client::Aws;
use crate::error::Fault;
use crate::kinds::ec2::tags;
use crate::kinds::{Stop, filter, security_group_rules};
use crate::marks::{Marks, Tags};

/// Takes away the rules of one other group that refer to this one, of one direction: one call. `None` when no other
/// group refers to it.
pub(super) async fn strip(aws: &Aws, stack: &str, group: &Found) -> Result<Option<String>, Stop> {
    let vpc = group.vpc.as_deref().unwrap_or_default();
    let all = networks::groups(aws, &filter("vpc-id", [vpc])).await?;
    let mut others: Vec<&SecurityGroup> = all
        .iter()
        .filter(|other| other.group_id() != Some(&group.physical) && refers(other, &group.physical))
        .collect();
    others.sort_by(|a, b| a.group_id().cmp(&b.group_id()));
    let Some(other) = others.first() else {
        return Ok(None);
    };
    let id = other.group_id().unwrap_or_default();
    if !may_touch(stack, &tags(other.tags.as_ref())) {
        return Err(Stop::Failure(held(group, other)));
    }
    let rules = security_group_rules(aws, &filter("group-id", [id])).await?;
    let about = |rule: &&Rule| {
        let peer = rule.referenced_group_info.as_ref();
        peer.and_then(|peer| peer.group_id()) == Some(&group.physical)
    };
    let rules: Vec<&Rule> = rules.iter().filter(about).collect();
    revoke(aws, id, &rules).await?;
    Ok(Some(format!("took rules out of {id}")))
}

/// Ours, and those that controllers made.
fn may_touch(stack: &str, tags: &Tags) -> bool {
    Marks::of(tags).stack.as_deref() == Some(stack) || owner::cluster(tags).is_some()
}

fn refers(group: &SecurityGroup, id: &str) -> bool {
    let names = |permission: &IpPermission| {
        let mut pairs = permission.user_id_group_pairs().iter();
        pairs.any(|pair| pair.group_id() == Some(id))
    };
    let all = group.ip_permissions().iter();
    all.chain(group.ip_permissions_egress()).any(names)
}

/// What lets in goes first; the next call takes what lets out.
async fn revoke(aws: &Aws, group: &str, rules: &[&Rule]) -> Result<(), Fault> {
    let ids = |egress: bool| {
        let of = rules
            .iter()
            .filter(move |rule| rule.is_egress == Some(egress));
        of.filter_map(|rule| rule.security_group_rule_id.clone())
            .collect::<Vec<_>>()
    };
    let (ins, outs) = (ids(false), ids(true));
    if !ins.is_empty() {
        let request = aws
            .ec2
            .revoke_security_group_ingress()
            .group_id(group)
            .set_security_group_rule_ids(Some(ins));
        aws.write("ec2:RevokeSecurityGroupIngress", || request.clone().send())
            .await?;
    } else if !outs.is_empty() {
        let request = aws
            .ec2
            .revoke_security_group_egress()
            .group_id(group)
            .set_security_group_rule_ids(Some(outs));
        aws.write("ec2:RevokeSecurityGroupEgress", || request.clone().send())
            .await?;
    }
    Ok(())
}

fn held(group: &Found, other: &SecurityGroup) -> Failure {
    let (id, name) = (other.group_id().unwrap_or_default(), other.group_name());
    Failure {
        class: Class::Conflict,
        code: "in-the-way".to_owned(),
        message: format!(
            "rules of the security group {id} ({}) refer to {} ({}), and that group is not ours",
            name.unwrap_or_default(),
            group.physical,
            group.name
        ),
        call: None,
        object: Some(id.to_owned()),
        advice: Some(format!(
            "take those rules out of {id}, or delete it; then run it again"
        )),
    }
}

/// Why a group cannot be deleted now: interfaces have it.
pub(super) async fn busy(aws: &Aws, group: &str) -> Result<Option<Busy>, Fault> {
    let wires = networks::interfaces(aws, &filter("group-id", [group])).await?;
    // Which balancers are there does not matter here: what holds a group is waited for all the same.
    let busy = wires.iter().map(|wire| {
        let id = wire.network_interface_id().unwrap_or_default();
        match networks::interface(wire, &Balancers::default()).busy {
            Some(Busy::Going(what)) => Busy::Going(format!("{id} of {what}")),
            Some(Busy::Held(what)) => Busy::Held(format!("{id} of {what}")),
            None => Busy::Held(format!("the free interface {id}")),
        }
    });
    let mut all: Vec<Busy> = busy.collect();
    all.sort_by_key(|busy| matches!(busy, Busy::Going(_)));
    Ok(all.into_iter().next())
}
