//! Authorizing, revoking and modifying the rules of security groups.

use std::net::Ipv6Addr;

use super::SecurityGroup;
use super::cidr::Cidr;
use super::common::{done, invalid, missing, number, required, within};
use super::resource::{Resource, find};
use super::rule::{Peer, SecurityGroupRule, Traffic, of_group};
use super::tags;
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body, Fields, Params};

/// Parameters that say what rules let through.
pub(super) const PERMISSIONS: &[&str] = &[
    "GroupId",
    "CidrIp",
    "IpProtocol",
    "FromPort",
    "ToPort",
    "IpPermissions.N.IpProtocol",
    "IpPermissions.N.FromPort",
    "IpPermissions.N.ToPort",
    "IpPermissions.N.Groups.N.Description",
    "IpPermissions.N.Groups.N.UserId",
    "IpPermissions.N.Groups.N.GroupId",
    "IpPermissions.N.Groups.N.VpcId",
    "IpPermissions.N.IpRanges.N.Description",
    "IpPermissions.N.IpRanges.N.CidrIp",
    "IpPermissions.N.Ipv6Ranges.N.Description",
    "IpPermissions.N.Ipv6Ranges.N.CidrIpv6",
    "IpPermissions.N.PrefixListIds.N.Description",
    "IpPermissions.N.PrefixListIds.N.PrefixListId",
];

/// Parameters of ModifySecurityGroupRules.
pub(super) const MODIFY: &[&str] = &[
    "GroupId",
    "SecurityGroupRule.N.SecurityGroupRuleId",
    "SecurityGroupRule.N.SecurityGroupRule.IpProtocol",
    "SecurityGroupRule.N.SecurityGroupRule.FromPort",
    "SecurityGroupRule.N.SecurityGroupRule.ToPort",
    "SecurityGroupRule.N.SecurityGroupRule.CidrIpv4",
    "SecurityGroupRule.N.SecurityGroupRule.CidrIpv6",
    "SecurityGroupRule.N.SecurityGroupRule.PrefixListId",
    "SecurityGroupRule.N.SecurityGroupRule.ReferencedGroupId",
    "SecurityGroupRule.N.SecurityGroupRule.Description",
    "DryRun",
];

type Wanted = (Traffic, Option<String>);

/// AuthorizeSecurityGroupIngress.
pub(super) fn authorize_ingress(call: &mut Call<'_>) -> Outcome {
    authorize(call, false)
}

/// AuthorizeSecurityGroupEgress.
pub(super) fn authorize_egress(call: &mut Call<'_>) -> Outcome {
    authorize(call, true)
}

/// RevokeSecurityGroupIngress.
pub(super) fn revoke_ingress(call: &mut Call<'_>) -> Outcome {
    revoke(call, false)
}

/// RevokeSecurityGroupEgress.
pub(super) fn revoke_egress(call: &mut Call<'_>) -> Outcome {
    revoke(call, true)
}

fn authorize(call: &mut Call<'_>, egress: bool) -> Outcome {
    let group = find::<SecurityGroup>(call, &required(call, "GroupId")?)?;
    let wanted = wanted(call, &group)?;
    let tags = tags::at_create(call, "security-group-rule")?;
    let mut have = of_group(&call.tx, &call.place, &group.id);
    have.retain(|rule| rule.egress == egress);
    let mut made = Vec::new();
    for (traffic, description) in wanted {
        if have
            .iter()
            .chain(&made)
            .any(|rule: &SecurityGroupRule| rule.traffic == traffic)
        {
            let text = format!("the specified rule \"{}\" already exists", traffic.words());
            return Err(ApiError::bad("InvalidPermission.Duplicate", text));
        }
        let count = have.len() + made.len();
        let code = "RulesPerSecurityGroupLimitExceeded";
        within(
            &call.tx,
            "ec2:rules-per-security-group",
            count,
            code,
            "rules per security group",
        )?;
        let tags = tags.clone();
        made.push(SecurityGroupRule::make(
            &mut call.tx,
            &call.place,
            &group.id,
            egress,
            traffic,
            description,
            tags,
        ));
    }
    let rules: Vec<Fields> = made
        .iter()
        .map(|rule| rule.fields(&call.tx, &call.place))
        .collect();
    Ok(Body::Xml(Fields::new().text("return", true).list(
        "securityGroupRuleSet",
        "item",
        rules,
    )))
}

fn revoke(call: &mut Call<'_>, egress: bool) -> Outcome {
    let group = find::<SecurityGroup>(call, &required(call, "GroupId")?)?;
    let have = of_group(&call.tx, &call.place, &group.id);
    let ids = call.params.list("SecurityGroupRuleId");
    let hit: Vec<&SecurityGroupRule> = if ids.is_empty() {
        let find = |(traffic, _): Wanted| {
            have.iter()
                .find(|rule| rule.egress == egress && rule.traffic == traffic)
                .ok_or_else(unknown_rule)
        };
        wanted(call, &group)?
            .into_iter()
            .map(find)
            .collect::<Result<_, _>>()?
    } else {
        let find = |id: &String| {
            let text = format!("The security group rule ID '{id}' does not exist");
            let absent = || ApiError::bad("InvalidSecurityGroupRuleId.NotFound", text);
            have.iter()
                .find(|rule| rule.egress == egress && rule.id == *id)
                .ok_or_else(absent)
        };
        ids.iter().map(find).collect::<Result<_, _>>()?
    };
    let revoked = hit.iter().map(|rule| revoked(rule));
    let fields =
        Fields::new()
            .text("return", true)
            .list("revokedSecurityGroupRuleSet", "item", revoked);
    hit.iter()
        .for_each(|rule| call.tx.delete::<SecurityGroupRule>(&call.place, &rule.id));
    Ok(Body::Xml(fields))
}

fn unknown_rule() -> ApiError {
    ApiError::bad(
        "InvalidPermission.NotFound",
        "The specified rule does not exist in this security group.",
    )
}

fn revoked(rule: &SecurityGroupRule) -> Fields {
    let fields = Fields::new()
        .text("securityGroupRuleId", &rule.id)
        .text("groupId", &rule.group_id)
        .text("isEgress", rule.egress)
        .text("ipProtocol", &rule.traffic.protocol)
        .text("fromPort", rule.traffic.from)
        .text("toPort", rule.traffic.to)
        .maybe("description", rule.description.as_ref());
    match &rule.traffic.peer {
        Peer::Cidr4(cidr) => fields.text("cidrIpv4", cidr),
        Peer::Cidr6(cidr) => fields.text("cidrIpv6", cidr),
        Peer::PrefixList(id) => fields.text("prefixListId", id),
        Peer::Group(id) => fields.text("referencedGroupId", id),
    }
}

/// ModifySecurityGroupRules: each named rule is replaced as a whole.
pub(super) fn modify(call: &mut Call<'_>) -> Outcome {
    let group = find::<SecurityGroup>(call, &required(call, "GroupId")?)?;
    let changes = call.params.structures("SecurityGroupRule");
    if changes.is_empty() {
        return Err(missing("SecurityGroupRule"));
    }
    for change in changes {
        let id = change
            .get("SecurityGroupRuleId")
            .ok_or_else(|| missing("SecurityGroupRuleId"))?;
        let mut rule = find::<SecurityGroupRule>(call, id)?;
        if rule.group_id != group.id {
            return Err(super::resource::not_found::<SecurityGroupRule>(id));
        }
        let wanted = change.under("SecurityGroupRule");
        let (protocol, from, to) = ports(&wanted)?;
        rule.traffic = Traffic {
            protocol,
            from,
            to,
            peer: new_peer(call, &wanted)?,
        };
        rule.description = wanted.get("Description").map(str::to_owned);
        let others = of_group(&call.tx, &call.place, &group.id);
        let same = |other: &SecurityGroupRule| {
            other.id != rule.id && other.egress == rule.egress && other.traffic == rule.traffic
        };
        if others.iter().any(same) {
            let text = format!(
                "the specified rule \"{}\" already exists",
                rule.traffic.words()
            );
            return Err(ApiError::bad("InvalidPermission.Duplicate", text));
        }
        call.tx.put(&call.place, &rule);
    }
    done()
}

fn new_peer(call: &Call<'_>, wanted: &Params) -> Result<Peer, ApiError> {
    let named =
        ["CidrIpv4", "CidrIpv6", "PrefixListId", "ReferencedGroupId"].map(|name| wanted.get(name));
    match named {
        [Some(cidr), None, None, None] => cidr4(cidr),
        [None, Some(cidr), None, None] => cidr6(cidr),
        [None, None, Some(id), None] => Ok(Peer::PrefixList(id.to_owned())),
        [None, None, None, Some(id)] => Ok(Peer::Group(find::<SecurityGroup>(call, id)?.id)),
        _ => Err(invalid(
            "A rule must name exactly one of CidrIpv4, CidrIpv6, PrefixListId and ReferencedGroupId.",
        )),
    }
}

/// The rules that a call describes: in `IpPermissions`, or in the older flat parameters.
fn wanted(call: &Call<'_>, group: &SecurityGroup) -> Result<Vec<Wanted>, ApiError> {
    let permissions = call.params.structures("IpPermissions");
    let mut all = Vec::new();
    for permission in &permissions {
        let (protocol, from, to) = ports(permission)?;
        for (peer, description) in peers(call, group, permission)? {
            all.push((
                Traffic {
                    protocol: protocol.clone(),
                    from,
                    to,
                    peer,
                },
                description,
            ));
        }
    }
    if let (true, Some(cidr)) = (permissions.is_empty(), call.params.get("CidrIp")) {
        let (protocol, from, to) = ports(&call.params)?;
        all.push((
            Traffic {
                protocol,
                from,
                to,
                peer: cidr4(cidr)?,
            },
            None,
        ));
    }
    match all.is_empty() {
        true => Err(missing("ipPermissions")),
        false => Ok(all),
    }
}

/// Protocol and ports, in the form that EC2 keeps.
fn ports(params: &Params) -> Result<(String, i64, i64), ApiError> {
    let protocol = match params
        .get("IpProtocol")
        .ok_or_else(|| missing("ipProtocol"))?
        .to_ascii_lowercase()
        .as_str()
    {
        "all" | "-1" => return Ok(("-1".to_owned(), -1, -1)),
        "tcp" | "6" => "tcp".to_owned(),
        "udp" | "17" => "udp".to_owned(),
        "icmp" | "1" => "icmp".to_owned(),
        "icmpv6" | "58" => "icmpv6".to_owned(),
        other if other.parse::<u8>().is_ok() => return Ok((other.to_owned(), -1, -1)),
        other => {
            return Err(invalid(format!(
                "Invalid value '{other}' for IP protocol. Unknown protocol."
            )));
        }
    };
    let port = |name: &str| {
        params
            .get(name)
            .map(|text| number::<i64>(name, text))
            .transpose()
    };
    let range = match (port("FromPort")?, port("ToPort")?) {
        (Some(from), Some(to)) => (from, to),
        (None, None) if protocol.starts_with("icmp") => (-1, -1),
        _ => {
            let text =
                "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.";
            return Err(invalid(text));
        }
    };
    check_range(&protocol, range)?;
    Ok((protocol, range.0, range.1))
}

fn check_range(protocol: &str, (from, to): (i64, i64)) -> Result<(), ApiError> {
    let legal = match protocol {
        "tcp" | "udp" => (0..=65535).contains(&from) && (0..=65535).contains(&to) && from <= to,
        _ => (-1..=255).contains(&from) && (-1..=255).contains(&to),
    };
    if legal {
        return Ok(());
    }
    let text = match from > to && (0..=65535).contains(&from) && (0..=65535).contains(&to) {
        true => format!(
            "Invalid {} port range (from > to): {from}-{to}.",
            protocol.to_ascii_uppercase()
        ),
        false => format!("Invalid value '{from}-{to}' for portRange. Invalid port number."),
    };
    Err(invalid(text))
}

fn peers(
    call: &Call<'_>,
    group: &SecurityGroup,
    permission: &Params,
) -> Result<Vec<(Peer, Option<String>)>, ApiError> {
    let mut all = Vec::new();
    let described = |params: &Params| params.get("Description").map(str::to_owned);
    for range in permission.structures("IpRanges") {
        all.push((
            cidr4(range.get("CidrIp").ok_or_else(|| missing("cidrIp"))?)?,
            described(&range),
        ));
    }
    for range in permission.structures("Ipv6Ranges") {
        all.push((
            cidr6(range.get("CidrIpv6").ok_or_else(|| missing("cidrIpv6"))?)?,
            described(&range),
        ));
    }
    for list in permission.structures("PrefixListIds") {
        let id = list
            .get("PrefixListId")
            .ok_or_else(|| missing("prefixListId"))?;
        all.push((Peer::PrefixList(id.to_owned()), described(&list)));
    }
    for pair in permission.structures("Groups") {
        let id = pair.get("GroupId").ok_or_else(|| missing("groupId"))?;
        let other = find::<SecurityGroup>(call, id)?;
        if other.vpc_id != group.vpc_id {
            let text = "You have specified two resources that belong to different networks.";
            return Err(ApiError::bad("InvalidGroup.NotFound", text));
        }
        all.push((Peer::Group(other.id), described(&pair)));
    }
    match all.is_empty() {
        true => Err(missing("ipRanges")),
        false => Ok(all),
    }
}

fn cidr4(text: &str) -> Result<Peer, ApiError> {
    let cidr =
        Cidr::parse(text).ok_or_else(|| invalid(format!("CIDR block {text} is malformed")))?;
    Ok(Peer::Cidr4(cidr.to_string()))
}

fn cidr6(text: &str) -> Result<Peer, ApiError> {
    let parsed = text.split_once('/').and_then(|(address, bits)| {
        let bits: u8 = bits.parse().ok().filter(|bits| *bits <= 128)?;
        let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
        let base = u128::from(address.parse::<Ipv6Addr>().ok()?) & mask;
        Some(format!("{}/{bits}", Ipv6Addr::from(base)))
    });
    parsed
        .map(Peer::Cidr6)
        .ok_or_else(|| invalid(format!("CIDR block {text} is malformed")))
}
