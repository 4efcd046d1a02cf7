//! `ec2.security_group_rule`: one rule of a security group.
//!
//! Ours by its own mark. No token, but a natural key: EC2 refuses a second equal rule in a group.

use aws_sdk_ec2::types::{
    Filter, IpPermission, IpRange, Ipv6Range, ResourceType, SecurityGroupRule as Wire,
    SecurityGroupRuleRequest, SecurityGroupRuleUpdate, UserIdGroupPair,
};
use provision_core::cost::Usage;
use provision_core::model::{Identity, Observed, ReplaceOrder, Table};
use serde::{Deserialize, Serialize};

use super::ec2::{asked, filter, pages, retag, spec, tags};
use super::live::{text, with};
use super::survey::tagged;
use super::tables::{fixed, outputs, scalar, seconds, table, tags as tags_row};
use super::{Ask, Cx, Live, Next, Seen, Served, Stop, Uses};
use crate::client::Aws;
use crate::error::Fault;
use crate::field::Field;
use crate::marks::{Tags, plain};

/// The fields of a rule. Exactly one of `cidr` and `peer` is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityGroupRule {
    /// The group it belongs to.
    pub group: Field<String>,
    /// It rules what goes out, instead of what comes in.
    pub egress: bool,
    /// `tcp`, `udp`, `icmp`, or `-1` for all.
    pub protocol: String,
    /// First port; -1 with protocol -1.
    pub from_port: i32,
    /// Last port.
    pub to_port: i32,
    /// The peer, as a range.
    pub cidr: Option<Field<String>>,
    /// The peer, as a group.
    pub peer: Option<Field<String>>,
    /// What it is for.
    pub description: Option<String>,
    /// Its tags.
    pub tags: Tags,
}

impl Served for SecurityGroupRule {
    const KIND: &'static str = "ec2.security_group_rule";

    fn table() -> Table {
        let rows = vec![
            fixed("group", "the group it belongs to"),
            fixed("egress", "whether it rules what goes out"),
            fixed("protocol", "tcp, udp, icmp, or -1 for all"),
            fixed("from_port", "first port"),
            fixed("to_port", "last port"),
            fixed("cidr", "who: a range"),
            fixed("peer", "who: members of a group"),
            scalar("description", "what it is for"),
            tags_row(),
        ];
        Table {
            outputs: outputs(&["id"]),
            replace: ReplaceOrder::CreateFirst,
            seconds: seconds(1, 1, 1),
            ..table(
                Self::KIND,
                "security group rule",
                Identity::NaturalKey,
                rows,
            )
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("security groups are free of charge")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        let listed = wires(ask.aws, &asked(ask)).await;
        tagged(ask, listed.map(|rules| rules.iter().map(live).collect()))
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let tags = spec(ResourceType::SecurityGroupRule, &cx.marked(&want.tags));
        let group = want.group.known("group")?;
        let rules = if want.egress {
            let request = cx
                .aws
                .ec2
                .authorize_security_group_egress()
                .group_id(group)
                .ip_permissions(permission(want)?)
                .tag_specifications(tags);
            cx.aws
                .write("ec2:AuthorizeSecurityGroupEgress", || {
                    request.clone().send()
                })
                .await?
                .security_group_rules
        } else {
            let request = cx
                .aws
                .ec2
                .authorize_security_group_ingress()
                .group_id(group)
                .ip_permissions(permission(want)?)
                .tag_specifications(tags);
            cx.aws
                .write("ec2:AuthorizeSecurityGroupIngress", || {
                    request.clone().send()
                })
                .await?
                .security_group_rules
        };
        let rule = rules.unwrap_or_default().pop();
        let live = live(&rule.unwrap_or_else(|| Wire::builder().build()));
        Ok(Next::More {
            did: format!("authorised {}", live.physical),
            observed: cx.made(live),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        if let (true, Some(description)) = (cx.wants("description"), &want.description)
            && text(live, "description") != Some(description)
        {
            describe(cx, want, live, description).await?;
            return Ok(Some(Next::More {
                did: "described".to_owned(),
                observed: with(live, "description", description.as_str()),
            }));
        }
        retag(cx, &want.tags, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let group = text(live, "group").unwrap_or_default();
        let ec2 = &cx.aws.ec2;
        if live.fields.get("egress") == Some(&true.into()) {
            let request = ec2
                .revoke_security_group_egress()
                .group_id(group)
                .security_group_rule_ids(&live.physical);
            cx.aws
                .write("ec2:RevokeSecurityGroupEgress", || request.clone().send())
                .await?;
        } else {
            let request = ec2
                .revoke_security_group_ingress()
                .group_id(group)
                .security_group_rule_ids(&live.physical);
            cx.aws
                .write("ec2:RevokeSecurityGroupIngress", || request.clone().send())
                .await?;
        }
        Ok(Next::Gone)
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let filters = filter("security-group-rule-id", [physical]);
        Ok(wires(cx.aws, &filters).await?.first().map(live))
    }

    async fn holder(cx: &Cx<'_>, want: &Self) -> Result<Option<Live>, Fault> {
        let group = want.group.get().map_or("", String::as_str);
        let rules = wires(cx.aws, &filter("group-id", [group])).await?;
        Ok(rules.iter().find(|rule| is_same(rule, want)).map(live))
    }
}

/// The same natural key.
fn is_same(rule: &Wire, want: &SecurityGroupRule) -> bool {
    let known = |field: &Option<Field<String>>| field.as_ref().and_then(Field::get).cloned();
    let peer = rule
        .referenced_group_info
        .as_ref()
        .and_then(|peer| peer.group_id.clone());
    rule.is_egress.unwrap_or(false) == want.egress
        && rule.ip_protocol() == Some(want.protocol.as_str())
        && (want.protocol == "-1"
            || rule.from_port == Some(want.from_port) && rule.to_port == Some(want.to_port))
        && range(rule) == known(&want.cidr)
        && peer == known(&want.peer)
}

fn range(rule: &Wire) -> Option<String> {
    rule.cidr_ipv4.clone().or_else(|| rule.cidr_ipv6.clone())
}

fn permission(want: &SecurityGroupRule) -> Result<IpPermission, Stop> {
    let mut permission = IpPermission::builder()
        .ip_protocol(&want.protocol)
        .from_port(want.from_port)
        .to_port(want.to_port);
    let description = want.description.clone();
    if let Some(cidr) = &want.cidr {
        let cidr = cidr.known("cidr")?;
        permission = if cidr.contains(':') {
            let range = Ipv6Range::builder().cidr_ipv6(cidr);
            permission.ipv6_ranges(range.set_description(description).build())
        } else {
            let range = IpRange::builder().cidr_ip(cidr);
            permission.ip_ranges(range.set_description(description).build())
        };
    } else if let Some(peer) = &want.peer {
        let pair = UserIdGroupPair::builder().group_id(peer.known("peer")?);
        permission = permission.user_id_group_pairs(pair.set_description(description).build());
    }
    Ok(permission.build())
}

async fn describe(
    cx: &Cx<'_>,
    want: &SecurityGroupRule,
    live: &Observed,
    description: &str,
) -> Result<(), Stop> {
    let mut rule = SecurityGroupRuleRequest::builder()
        .ip_protocol(&want.protocol)
        .from_port(want.from_port)
        .to_port(want.to_port)
        .description(description);
    if let Some(cidr) = &want.cidr {
        let cidr = cidr.known("cidr")?;
        rule = if cidr.contains(':') {
            rule.cidr_ipv6(cidr)
        } else {
            rule.cidr_ipv4(cidr)
        };
    } else if let Some(peer) = &want.peer {
        rule = rule.referenced_group_id(peer.known("peer")?);
    }
    let update = SecurityGroupRuleUpdate::builder()
        .security_group_rule_id(&live.physical)
        .security_group_rule(rule.build())
        .build();
    let request = cx
        .aws
        .ec2
        .modify_security_group_rules()
        .group_id(want.group.known("group")?)
        .security_group_rules(update);
    cx.aws
        .write("ec2:ModifySecurityGroupRules", || request.clone().send())
        .await?;
    Ok(())
}

/// Rules by filter.
pub(crate) async fn wires(aws: &Aws, filters: &[Filter]) -> Result<Vec<Wire>, Fault> {
    pages(|token| async {
        let request = aws
            .ec2
            .describe_security_group_rules()
            .set_filters(Some(filters.to_vec()))
            .set_next_token(token);
        let answer = aws
            .read("ec2:DescribeSecurityGroupRules", || request.clone().send())
            .await?;
        Ok((answer.security_group_rules, answer.next_token))
    })
    .await
}

fn live(rule: &Wire) -> Live {
    let all = tags(rule.tags.as_ref());
    let peer = rule
        .referenced_group_info
        .as_ref()
        .and_then(|peer| peer.group_id.clone());
    let fields = SecurityGroupRule {
        group: rule.group_id().unwrap_or_default().into(),
        egress: rule.is_egress.unwrap_or(false),
        protocol: rule.ip_protocol().unwrap_or_default().to_owned(),
        from_port: rule.from_port.unwrap_or(-1),
        to_port: rule.to_port.unwrap_or(-1),
        cidr: range(rule).map(Field::Known),
        peer: peer.clone().map(Field::Known),
        description: rule.description.clone().filter(|text| !text.is_empty()),
        tags: plain(&all),
    };
    let id = rule.security_group_rule_id().unwrap_or_default();
    Live::new(id, &all, &fields)
        .output("id", id)
        .needs(rule.group_id())
        .needs(peer)
}
