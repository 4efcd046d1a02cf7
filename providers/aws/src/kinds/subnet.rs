//! `ec2.subnet`: a range of a VPC in one zone.
//!
//! No token, but a natural key: EC2 refuses a range that overlaps another one of the VPC.

use aws_sdk_ec2::types::{
    AttributeBooleanValue, Filter, ResourceType, Subnet as Wire, SubnetState,
};
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
use crate::field::Field;
use crate::marks::{Tags, plain};

/// The fields of a subnet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Subnet {
    /// Its VPC.
    pub vpc: Field<String>,
    /// Its range.
    pub cidr: String,
    /// Its zone.
    pub zone: Field<String>,
    /// Whether machines in it get public addresses.
    pub map_public_ip: bool,
    /// Its tags.
    pub tags: Tags,
}

impl Served for Subnet {
    const KIND: &'static str = "ec2.subnet";

    fn table() -> Table {
        let rows = vec![
            fixed("vpc", "the VPC it is part of"),
            fixed("cidr", "its range"),
            fixed("zone", "its zone"),
            scalar(
                "map_public_ip",
                "whether machines in it get public addresses",
            ),
            tags_row(),
        ];
        Table {
            outputs: outputs(&["id", "zone"]),
            seconds: seconds(3, 1, 2),
            ..table(Self::KIND, "subnet", Identity::NaturalKey, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("subnets, route tables and gateways to the internet are free of charge")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        tagged(ask, list(ask.aws, &asked(ask)).await)
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let request = cx
            .aws
            .ec2
            .create_subnet()
            .vpc_id(want.vpc.known("vpc")?)
            .cidr_block(&want.cidr)
            .availability_zone(want.zone.known("zone")?)
            .tag_specifications(spec(ResourceType::Subnet, &cx.marked(&want.tags)));
        let answer = cx
            .aws
            .write("ec2:CreateSubnet", || request.clone().send())
            .await?;
        let subnet = answer.subnet.unwrap_or_else(|| Wire::builder().build());
        let live = live(&subnet);
        Ok(Next::More {
            did: format!("created {}", live.physical),
            observed: cx.made(live),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        let now = live.fields.get("map_public_ip") == Some(&Value::Bool(true));
        if cx.wants("map_public_ip") && want.map_public_ip != now {
            let value = AttributeBooleanValue::builder().value(want.map_public_ip);
            let request = cx
                .aws
                .ec2
                .modify_subnet_attribute()
                .subnet_id(&live.physical)
                .map_public_ip_on_launch(value.build());
            cx.aws
                .write("ec2:ModifySubnetAttribute", || request.clone().send())
                .await
                .map_err(|fault| Stop::OfNew(fault.about(&live.physical)))?;
            return Ok(Some(Next::More {
                did: "set public addresses".to_owned(),
                observed: with(live, "map_public_ip", want.map_public_ip),
            }));
        }
        retag(cx, &want.tags, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let request = cx.aws.ec2.delete_subnet().subnet_id(&live.physical);
        cx.aws
            .write("ec2:DeleteSubnet", || request.clone().send())
            .await?;
        Ok(Next::Gone)
    }

    async fn holders(cx: &Cx<'_>, live: &Observed) -> Vec<String> {
        holders::of_subnet(cx.aws, &live.physical).await
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        Ok(list(cx.aws, &filter("subnet-id", [physical])).await?.pop())
    }

    async fn mark(cx: &Cx<'_>, physical: &str, marks: &Tags) -> Result<(), Stop> {
        set_tags(cx, physical, marks).await
    }

    async fn holder(cx: &Cx<'_>, want: &Self) -> Result<Option<Live>, Fault> {
        let vpc = want.vpc.get().map_or("", String::as_str);
        let mut subnets = list(cx.aws, &filter("vpc-id", [vpc])).await?;
        let ours = subnets
            .iter()
            .position(|subnet| subnet.marks.are(cx.context, cx.id()));
        let other = || {
            let cidr = Value::text(want.cidr.as_str());
            subnets
                .iter()
                .position(|subnet| subnet.fields.get("cidr") == Some(&cidr))
        };
        Ok(ours.or_else(other).map(|at| subnets.swap_remove(at)))
    }
}

/// Subnets by filter; the route tables ask too, to know which associations are of our subnets.
pub(super) async fn list(aws: &Aws, filters: &[Filter]) -> Result<Vec<Live>, Fault> {
    let subnets = wires(aws, filters).await?;
    Ok(subnets.iter().map(live).collect())
}

/// Subnets by filter, as they are read.
pub(super) async fn wires(aws: &Aws, filters: &[Filter]) -> Result<Vec<Wire>, Fault> {
    pages(|token| async {
        let request = aws
            .ec2
            .describe_subnets()
            .set_filters(Some(filters.to_vec()))
            .set_next_token(token);
        let answer = aws
            .read("ec2:DescribeSubnets", || request.clone().send())
            .await?;
        Ok((answer.subnets, answer.next_token))
    })
    .await
}

fn live(subnet: &Wire) -> Live {
    let all = tags(subnet.tags.as_ref());
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let fields = Subnet {
        vpc: text(subnet.vpc_id()).into(),
        cidr: text(subnet.cidr_block()),
        zone: text(subnet.availability_zone()).into(),
        map_public_ip: subnet.map_public_ip_on_launch.unwrap_or(false),
        tags: plain(&all),
    };
    let id = subnet.subnet_id().unwrap_or_default();
    let status = match subnet.state() {
        Some(SubnetState::Available) | None => Status::Ready,
        Some(SubnetState::Pending) => changing("pending"),
        Some(other) => Status::Failed {
            reason: format!("subnet {id} is {}", other.as_str()),
        },
    };
    Live::new(id, &all, &fields)
        .output("id", id)
        .maybe("zone", subnet.availability_zone())
        .status(status)
        .needs(subnet.vpc_id())
}
