//! `ec2.vpc`: a network.
//!
//! Made without a token and without a natural key: see [`super::claim`]. DNS support and host names are two
//! attributes that only single calls read and set; nodes cannot register without them.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    AttributeBooleanValue, Filter, ResourceType, Vpc as Wire, VpcAttributeName, VpcState,
};
use futures::future::{try_join, try_join_all};
use provision_core::cost::Usage;
use provision_core::model::{Identity, Observed, Status, Table, Value};
use serde::{Deserialize, Serialize};

use super::ec2::{asked, filter, pages, retag, set_tags, spec, tags};
use super::live::{changing, with};
use super::survey::tagged;
use super::tables::{fixed, outputs, scalar, seconds, table, tags as tags_row};
use super::{Ask, Cx, Live, Next, Seen, Served, Stop, Uses, holders};
use crate::client::Aws;
use crate::error::Fault;
use crate::marks::{Tags, plain};

/// The fields of a VPC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Vpc {
    /// Its range.
    pub cidr: String,
    /// Whether AWS's resolver answers inside.
    pub dns_support: bool,
    /// Whether its machines get names.
    pub dns_hostnames: bool,
    /// Its tags.
    pub tags: Tags,
}

impl Served for Vpc {
    const KIND: &'static str = "ec2.vpc";

    fn table() -> Table {
        let rows = vec![
            fixed("cidr", "the range of its addresses"),
            scalar("dns_support", "whether AWS's resolver answers inside"),
            scalar("dns_hostnames", "whether machines get names"),
            tags_row(),
        ];
        Table {
            outputs: outputs(&["id", "cidr", "default_security_group"]),
            seconds: seconds(3, 1, 1),
            leaves: true,
            loss: Some("everything in this network loses its addresses".to_owned()),
            ..table(Self::KIND, "VPC", Identity::Anonymous, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free(
            "a VPC is free of charge; traffic that leaves its zone is not, and is in no bill before it has happened",
        )
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        tagged(ask, list(ask.aws, &asked(ask)).await)
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let request = cx
            .aws
            .ec2
            .create_vpc()
            .cidr_block(&want.cidr)
            .tag_specifications(spec(ResourceType::Vpc, &cx.marked(&want.tags)));
        let answer = cx
            .aws
            .write("ec2:CreateVpc", || request.clone().send())
            .await?;
        let vpc = answer.vpc.unwrap_or_else(|| Wire::builder().build());
        // A new VPC has DNS support and no DNS host names.
        let live = live(&vpc, (true, false), None).status(changing("pending"));
        Ok(Next::More {
            did: format!("created {}", live.physical),
            observed: cx.made(live),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        let on = |field: &str| live.fields.get(field) == Some(&Value::Bool(true));
        if cx.wants("dns_support") && want.dns_support != on("dns_support") {
            return set_dns(cx, live, "dns_support", want.dns_support).await;
        }
        if cx.wants("dns_hostnames") && want.dns_hostnames != on("dns_hostnames") {
            return set_dns(cx, live, "dns_hostnames", want.dns_hostnames).await;
        }
        retag(cx, &want.tags, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let request = cx.aws.ec2.delete_vpc().vpc_id(&live.physical);
        cx.aws
            .write("ec2:DeleteVpc", || request.clone().send())
            .await?;
        Ok(Next::Gone)
    }

    async fn holders(cx: &Cx<'_>, live: &Observed) -> Vec<String> {
        holders::of_vpc(cx.aws, &live.physical).await
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        Ok(list(cx.aws, &filter("vpc-id", [physical])).await?.pop())
    }

    async fn mark(cx: &Cx<'_>, physical: &str, marks: &Tags) -> Result<(), Stop> {
        set_tags(cx, physical, marks).await
    }
}

async fn set_dns(
    cx: &Cx<'_>,
    live: &Observed,
    field: &str,
    on: bool,
) -> Result<Option<Next>, Stop> {
    let value = AttributeBooleanValue::builder().value(on).build();
    let request = cx.aws.ec2.modify_vpc_attribute().vpc_id(&live.physical);
    let request = if field == "dns_support" {
        request.enable_dns_support(value)
    } else {
        request.enable_dns_hostnames(value)
    };
    cx.aws
        .write("ec2:ModifyVpcAttribute", || request.clone().send())
        .await
        .map_err(|fault| Stop::OfNew(fault.about(&live.physical)))?;
    Ok(Some(Next::More {
        did: format!("set {field}"),
        observed: with(live, field, on),
    }))
}

/// VPCs by filter, as they are read.
pub(super) async fn wires(aws: &Aws, filters: &[Filter]) -> Result<Vec<Wire>, Fault> {
    pages(|token| async {
        let request = aws
            .ec2
            .describe_vpcs()
            .set_filters(Some(filters.to_vec()))
            .set_next_token(token);
        let answer = aws
            .read("ec2:DescribeVpcs", || request.clone().send())
            .await?;
        Ok((answer.vpcs, answer.next_token))
    })
    .await
}

pub(super) async fn list(aws: &Aws, filters: &[Filter]) -> Result<Vec<Live>, Fault> {
    let vpcs = wires(aws, filters).await?;
    if vpcs.is_empty() {
        return Ok(Vec::new());
    }
    let groups = default_groups(aws, &vpcs);
    let attributes = try_join_all(vpcs.iter().map(|vpc| dns(aws, vpc)));
    let (groups, attributes) = try_join(groups, attributes).await?;
    let lives = vpcs.iter().zip(attributes).filter_map(|(vpc, dns)| {
        let group = groups.get(vpc.vpc_id()?).map(String::as_str);
        Some(live(vpc, dns?, group))
    });
    Ok(lives.collect())
}

/// Both DNS attributes; `None` when the VPC is listed and not yet visible to this read.
pub(super) async fn dns(aws: &Aws, vpc: &Wire) -> Result<Option<(bool, bool)>, Fault> {
    let ask = async |name: VpcAttributeName| {
        let request = aws
            .ec2
            .describe_vpc_attribute()
            .set_vpc_id(vpc.vpc_id.clone())
            .attribute(name);
        aws.read("ec2:DescribeVpcAttribute", || request.clone().send())
            .await
    };
    let both = try_join(
        ask(VpcAttributeName::EnableDnsSupport),
        ask(VpcAttributeName::EnableDnsHostnames),
    );
    let on = |value: Option<AttributeBooleanValue>| value.and_then(|on| on.value).unwrap_or(false);
    match both.await {
        Ok((support, names)) => Ok(Some((
            on(support.enable_dns_support),
            on(names.enable_dns_hostnames),
        ))),
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// The security groups that came with the VPCs, by VPC.
async fn default_groups(aws: &Aws, vpcs: &[Wire]) -> Result<BTreeMap<String, String>, Fault> {
    let ids = vpcs.iter().filter_map(|vpc| vpc.vpc_id.clone());
    let mut filters = filter("vpc-id", ids);
    filters.extend(filter("group-name", ["default"]));
    let filters = &filters;
    let groups = pages(|token| async move {
        let request = aws
            .ec2
            .describe_security_groups()
            .set_filters(Some(filters.clone()))
            .set_next_token(token);
        let answer = aws
            .read("ec2:DescribeSecurityGroups", || request.clone().send())
            .await?;
        Ok((answer.security_groups, answer.next_token))
    })
    .await?;
    Ok(groups
        .into_iter()
        .filter_map(|group| Some((group.vpc_id?, group.group_id?)))
        .collect())
}

fn live(vpc: &Wire, (support, names): (bool, bool), group: Option<&str>) -> Live {
    let all = tags(vpc.tags.as_ref());
    let fields = Vpc {
        cidr: vpc.cidr_block.clone().unwrap_or_default(),
        dns_support: support,
        dns_hostnames: names,
        tags: plain(&all),
    };
    let id = vpc.vpc_id().unwrap_or_default();
    let status = match vpc.state() {
        Some(VpcState::Available) | None => Status::Ready,
        Some(VpcState::Deleting) => super::live::deleting("deleting"),
        Some(other) => changing(other.as_str()),
    };
    Live::new(id, &all, &fields)
        .output("id", id)
        .output("cidr", fields.cidr.as_str())
        .maybe("default_security_group", group)
        .status(status)
        .needs(["claim"])
}
