//! `elb.target_group`: where a balancer sends traffic, and how it tells who is well.
//!
//! Protocol, port and VPC are for life, so another one is made beside it, which listeners and services go over to before
//! the old one goes. Names have 32 characters, and a create with the settings of one that stands succeeds for that one.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{
    Matcher, ProtocolEnum, TargetGroup as Wire, TargetGroupAttribute, TargetTypeEnum,
};
use provision_core::cost::Usage;
use provision_core::model::{Effect, FieldKind, Identity, Observed, ReplaceOrder, Row, Table};
use serde::{Deserialize, Serialize};

use super::elb::{self, as_wanted, differs, retag, tag_list};
use super::tables::{fixed, outputs, scalar, seconds, table, tags as tags_row};
use super::{Ask, Cx, Live, Next, Seen, Served, Stop, Uses, elb_region, pages};
use crate::client::Aws;
use crate::error::Fault;
use crate::field::Field;
use crate::marks::{Tags, plain};

/// Longest name (CreateTargetGroup).
pub(crate) const LONGEST: usize = 32;

/// The digest that ends a name, with its hyphen.
const SUFFIX: usize = 9;

/// The fields of a target group. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TargetGroup {
    /// Its VPC.
    pub vpc: Field<String>,
    /// What targets are: `ip`.
    pub target_type: String,
    /// What it speaks to them: `HTTP`, `TCP`.
    pub protocol: String,
    /// The version of HTTP: `HTTP1`.
    pub protocol_version: Option<String>,
    /// Their port, where a target names no other one.
    pub port: i32,
    /// How health is asked for: `HTTP`, `TCP`.
    pub health_protocol: String,
    /// The path that is asked for.
    pub health_path: Option<String>,
    /// The statuses that mean health: `200-399`.
    pub health_matcher: Option<String>,
    /// Seconds between two questions.
    pub health_interval: i32,
    /// Seconds that an answer may take.
    pub health_timeout: i32,
    /// So many good answers make a target healthy.
    pub healthy_after: i32,
    /// So many bad ones make it unhealthy.
    pub unhealthy_after: i32,
    /// Its attributes, as far as they are ours to set.
    pub attributes: BTreeMap<String, String>,
    /// Its tags.
    pub tags: Tags,
}

/// The fields that ModifyTargetGroup changes.
const HEALTH: [&str; 7] = [
    "health_protocol",
    "health_path",
    "health_matcher",
    "health_interval",
    "health_timeout",
    "healthy_after",
    "unhealthy_after",
];

impl Served for TargetGroup {
    const KIND: &'static str = "elb.target_group";

    fn table() -> Table {
        let attributes = FieldKind::Map { owned_only: true };
        let health = |name: &str, doc: &str| scalar(name, doc).in_group("health");
        let rows = vec![
            fixed("vpc", "the VPC it is part of"),
            fixed("target_type", "what targets are"),
            fixed("protocol", "what it speaks to targets"),
            fixed("protocol_version", "the version of HTTP"),
            fixed("port", "the port of targets"),
            health("health_protocol", "how health is asked for"),
            health("health_path", "the path that is asked for"),
            health("health_matcher", "the statuses that mean health"),
            health("health_interval", "seconds between two questions"),
            health("health_timeout", "seconds that an answer may take"),
            health("healthy_after", "good answers that make a target healthy"),
            health("unhealthy_after", "bad answers that make it unhealthy"),
            Row::new("attributes", attributes, Effect::InPlace, "its attributes")
                .in_group("attributes"),
            tags_row(),
        ];
        Table {
            outputs: outputs(&["arn", "name"]),
            replace: ReplaceOrder::CreateFirst,
            seconds: seconds(1, 1, 1),
            ..table(Self::KIND, "target group", Identity::Named, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("target groups are free of charge: their balancer costs")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        elb_region::survey_of(Self::KIND, ask).await
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let name = fitted(cx.name()?);
        let call = "elasticloadbalancingv2:CreateTargetGroup";
        let there = named(cx.aws, &name).await?;
        elb::free(call, "DuplicateTargetGroupName", there.as_ref())?;
        let all = cx.marked(&want.tags);
        let request = cx
            .aws
            .elbv2()
            .create_target_group()
            .name(&name)
            .vpc_id(want.vpc.known("vpc")?)
            .target_type(TargetTypeEnum::from(want.target_type.as_str()))
            .protocol(ProtocolEnum::from(want.protocol.as_str()))
            .set_protocol_version(want.protocol_version.clone())
            .port(want.port)
            .health_check_protocol(ProtocolEnum::from(want.health_protocol.as_str()))
            .set_health_check_path(want.health_path.clone())
            .set_matcher(matcher(want))
            .health_check_interval_seconds(want.health_interval)
            .health_check_timeout_seconds(want.health_timeout)
            .healthy_threshold_count(want.healthy_after)
            .unhealthy_threshold_count(want.unhealthy_after)
            .set_tags(Some(tag_list(&all)));
        let answer = cx.aws.write(call, || request.clone().send()).await?;
        let made = answer.target_groups.unwrap_or_default().pop();
        let made = made.unwrap_or_else(|| Wire::builder().target_group_name(&name).build());
        let live = live(&made, &all, &Tags::new());
        Ok(Next::More {
            did: format!("created {name}"),
            observed: cx.made(live),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        let wanted = elb::wanted(want)?;
        if HEALTH.iter().any(|field| differs(cx, &wanted, live, field)) {
            modify(cx, want, live).await?;
            return Ok(Some(Next::More {
                did: "set how health is told".to_owned(),
                observed: as_wanted(live, &wanted, &HEALTH),
            }));
        }
        if differs(cx, &wanted, live, "attributes") {
            set_attributes(cx, want, live).await?;
            return Ok(Some(Next::More {
                did: "set attributes".to_owned(),
                observed: as_wanted(live, &wanted, &["attributes"]),
            }));
        }
        retag(cx, &want.tags, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let request = cx.aws.elbv2().delete_target_group();
        let request = request.target_group_arn(&live.physical);
        cx.aws
            .write("elasticloadbalancingv2:DeleteTargetGroup", || {
                request.clone().send()
            })
            .await
            .map_err(|fault| Stop::Fault(fault.about(&live.physical)))?;
        Ok(Next::Gone)
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        whole(cx.aws, wires(cx.aws, Some(physical), None).await?.pop()).await
    }

    async fn holder(cx: &Cx<'_>, _want: &Self) -> Result<Option<Live>, Fault> {
        named(cx.aws, &fitted(cx.name().unwrap_or_default())).await
    }

    async fn holders(cx: &Cx<'_>, live: &Observed) -> Vec<String> {
        let wires = wires(cx.aws, Some(&live.physical), None).await;
        let balancers = wires.unwrap_or_default().into_iter();
        balancers
            .flat_map(|wire| wire.load_balancer_arns.unwrap_or_default())
            .map(|arn| format!("listeners or rules of {arn}"))
            .collect()
    }
}

/// A name within the limit: that of a replacement is longer, and its end tells what it replaces.
fn fitted(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let (base, suffix) = name.rsplit_once('-').unwrap_or((name, ""));
    let base: String = base.chars().take(LONGEST - SUFFIX).collect();
    format!("{}-{suffix}", base.trim_end_matches('-'))
}

fn matcher(want: &TargetGroup) -> Option<Matcher> {
    let statuses = want.health_matcher.as_ref()?;
    Some(Matcher::builder().http_code(statuses).build())
}

async fn modify(cx: &Cx<'_>, want: &TargetGroup, live: &Observed) -> Result<(), Stop> {
    let request = cx
        .aws
        .elbv2()
        .modify_target_group()
        .target_group_arn(&live.physical)
        .health_check_protocol(ProtocolEnum::from(want.health_protocol.as_str()))
        .set_health_check_path(want.health_path.clone())
        .set_matcher(matcher(want))
        .health_check_interval_seconds(want.health_interval)
        .health_check_timeout_seconds(want.health_timeout)
        .healthy_threshold_count(want.healthy_after)
        .unhealthy_threshold_count(want.unhealthy_after);
    cx.aws
        .write("elasticloadbalancingv2:ModifyTargetGroup", || {
            request.clone().send()
        })
        .await
        .map_err(|fault| Stop::OfNew(fault.about(&live.physical)))?;
    Ok(())
}

async fn set_attributes(cx: &Cx<'_>, want: &TargetGroup, live: &Observed) -> Result<(), Stop> {
    let pair = |(key, value): (&String, &String)| {
        let pair = TargetGroupAttribute::builder().key(key).value(value);
        pair.build()
    };
    let request = cx.aws.elbv2().modify_target_group_attributes();
    let request = request
        .target_group_arn(&live.physical)
        .set_attributes(Some(want.attributes.iter().map(pair).collect()));
    cx.aws
        .write("elasticloadbalancingv2:ModifyTargetGroupAttributes", || {
            request.clone().send()
        })
        .await
        .map_err(|fault| Stop::OfNew(fault.about(&live.physical)))?;
    Ok(())
}

/// Target groups of the region, or one by handle or name. What is not there is none.
pub(super) async fn wires(
    aws: &Aws,
    arn: Option<&str>,
    name: Option<&str>,
) -> Result<Vec<Wire>, Fault> {
    let only = |one: Option<&str>| one.map(|one| vec![one.to_owned()]);
    let read = pages(|token| async {
        let request = aws
            .elbv2()
            .describe_target_groups()
            .set_target_group_arns(only(arn))
            .set_names(only(name))
            .set_marker(token);
        let answer = aws
            .read("elasticloadbalancingv2:DescribeTargetGroups", || {
                request.clone().send()
            })
            .await?;
        Ok((answer.target_groups, answer.next_marker))
    });
    match read.await {
        Err(fault) if fault.is_not_found() => Ok(Vec::new()),
        read => read,
    }
}

/// All attributes; `None` when the group has gone.
pub(super) async fn attributes(aws: &Aws, arn: &str) -> Result<Option<Tags>, Fault> {
    let request = aws.elbv2().describe_target_group_attributes();
    let request = request.target_group_arn(arn);
    let answer = aws
        .read(
            "elasticloadbalancingv2:DescribeTargetGroupAttributes",
            || request.clone().send(),
        )
        .await;
    match answer {
        Ok(answer) => {
            let pairs = answer.attributes.unwrap_or_default().into_iter();
            let pairs = pairs.filter_map(|pair| Some((pair.key?, pair.value.unwrap_or_default())));
            Ok(Some(pairs.collect()))
        }
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault),
    }
}

async fn named(aws: &Aws, name: &str) -> Result<Option<Live>, Fault> {
    whole(aws, wires(aws, None, Some(name)).await?.pop()).await
}

/// With its tags and attributes.
async fn whole(aws: &Aws, wire: Option<Wire>) -> Result<Option<Live>, Fault> {
    let Some(wire) = wire else {
        return Ok(None);
    };
    let arn = wire.target_group_arn().unwrap_or_default();
    let Some(tags) = elb::tags_of_one(aws, arn).await? else {
        return Ok(None);
    };
    let attributes = attributes(aws, arn).await?;
    Ok(attributes.map(|attributes| live(&wire, &tags, &attributes)))
}

/// A target group as read.
pub(super) fn live(wire: &Wire, all: &Tags, attributes: &Tags) -> Live {
    let word =
        |protocol: Option<&ProtocolEnum>| protocol.map_or("", ProtocolEnum::as_str).to_owned();
    let arn = wire.target_group_arn().unwrap_or_default();
    let target_type = wire.target_type().map_or("", TargetTypeEnum::as_str);
    let matcher = wire.matcher().and_then(|matcher| matcher.http_code());
    let record = TargetGroup {
        vpc: wire.vpc_id().unwrap_or_default().into(),
        target_type: target_type.to_owned(),
        protocol: word(wire.protocol()),
        protocol_version: wire.protocol_version.clone(),
        port: wire.port.unwrap_or_default(),
        health_protocol: word(wire.health_check_protocol()),
        health_path: wire.health_check_path.clone(),
        health_matcher: matcher.map(str::to_owned),
        health_interval: wire.health_check_interval_seconds.unwrap_or_default(),
        health_timeout: wire.health_check_timeout_seconds.unwrap_or_default(),
        healthy_after: wire.healthy_threshold_count.unwrap_or_default(),
        unhealthy_after: wire.unhealthy_threshold_count.unwrap_or_default(),
        attributes: attributes.clone(),
        tags: plain(all),
    };
    Live::new(arn, all, &record)
        .output("arn", arn)
        .maybe("name", wire.target_group_name())
        .needs(wire.vpc_id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_replacements_keep_their_end() {
        let base = "shop-staging-web-work-1a2b3c4d";
        assert_eq!(fitted(base), base);
        let name = fitted(&format!("{base}-99aabbcc"));
        assert_eq!(name, "shop-staging-web-work-1-99aabbcc");
        assert_eq!(name.len(), LONGEST);
    }
}
