//! `ec2.internet_gateway`: the way out of a VPC, and in.
//!
//! Made, then attached. Detaching is refused while public addresses are mapped behind it, so that addresses and
//! NAT gateways come after it and go before it.

use aws_sdk_ec2::types::{AttachmentStatus, Filter, InternetGateway as Wire, ResourceType};
use provision_core::cost::Usage;
use provision_core::model::{Identity, Observed, Table, Value};
use serde::{Deserialize, Serialize};

use super::ec2::{asked, filter, pages, retag, set_tags, spec, tags};
use super::live::{text, with};
use super::survey::tagged;
use super::tables::{outputs, scalar, seconds, table, tags as tags_row};
use super::{Ask, Cx, Live, Next, Seen, Served, Stop, Uses, holders};
use crate::client::Aws;
use crate::error::Fault;
use crate::field::Field;
use crate::marks::{Tags, plain};

/// The fields of an internet gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InternetGateway {
    /// The VPC it is attached to.
    pub vpc: Option<Field<String>>,
    /// Its tags.
    pub tags: Tags,
}

impl Served for InternetGateway {
    const KIND: &'static str = "ec2.internet_gateway";

    fn table() -> Table {
        let rows = vec![scalar("vpc", "the VPC it is attached to"), tags_row()];
        Table {
            outputs: outputs(&["id"]),
            seconds: seconds(2, 1, 2),
            ..table(Self::KIND, "internet gateway", Identity::Anonymous, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("subnets, route tables and gateways to the internet are free of charge")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        tagged(ask, list(ask.aws, &asked(ask)).await)
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let tags = cx.marked(&want.tags);
        let request = cx
            .aws
            .ec2
            .create_internet_gateway()
            .tag_specifications(spec(ResourceType::InternetGateway, &tags));
        let answer = cx
            .aws
            .write("ec2:CreateInternetGateway", || request.clone().send())
            .await?;
        let gateway = answer
            .internet_gateway
            .unwrap_or_else(|| Wire::builder().build());
        let live = live(&gateway);
        Ok(Next::More {
            did: format!("created {}", live.physical),
            observed: cx.made(live),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        if let (true, Some(vpc)) = (cx.wants("vpc"), &want.vpc) {
            let vpc = vpc.known("vpc")?;
            match text(live, "vpc") {
                Some(now) if now == vpc => {}
                Some(now) => return detach(cx, live, now).await.map(Some),
                None => return attach(cx, live, vpc).await.map(Some),
            }
        }
        retag(cx, &want.tags, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        if let Some(vpc) = text(live, "vpc") {
            return detach(cx, live, vpc).await;
        }
        let request = cx
            .aws
            .ec2
            .delete_internet_gateway()
            .internet_gateway_id(&live.physical);
        cx.aws
            .write("ec2:DeleteInternetGateway", || request.clone().send())
            .await?;
        Ok(Next::Gone)
    }

    async fn holders(cx: &Cx<'_>, live: &Observed) -> Vec<String> {
        let vpc = text(live, "vpc").unwrap_or_default();
        holders::of_gateway(cx.aws, vpc).await
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let filters = filter("internet-gateway-id", [physical]);
        Ok(list(cx.aws, &filters).await?.pop())
    }

    async fn mark(cx: &Cx<'_>, physical: &str, marks: &Tags) -> Result<(), Stop> {
        set_tags(cx, physical, marks).await
    }
}

async fn attach(cx: &Cx<'_>, live: &Observed, vpc: &str) -> Result<Next, Stop> {
    let request = cx
        .aws
        .ec2
        .attach_internet_gateway()
        .internet_gateway_id(&live.physical)
        .vpc_id(vpc);
    let sent = cx
        .aws
        .write("ec2:AttachInternetGateway", || request.clone().send())
        .await;
    match sent {
        Ok(_) => {}
        // Ours already, from a call that was not answered; or another gateway is in the way.
        Err(fault) if fault.is_already() && is_attached(cx, &live.physical, vpc).await? => {}
        Err(fault) => return Err(Stop::OfNew(fault.about(&live.physical))),
    }
    Ok(Next::More {
        did: format!("attached to {vpc}"),
        observed: with(live, "vpc", vpc),
    })
}

async fn is_attached(cx: &Cx<'_>, physical: &str, vpc: &str) -> Result<bool, Fault> {
    let live = InternetGateway::read(cx, physical).await?;
    Ok(live.is_some_and(|live| live.fields.get("vpc") == Some(&vpc.into())))
}

async fn detach(cx: &Cx<'_>, live: &Observed, vpc: &str) -> Result<Next, Stop> {
    let request = cx
        .aws
        .ec2
        .detach_internet_gateway()
        .internet_gateway_id(&live.physical)
        .vpc_id(vpc);
    let sent = cx
        .aws
        .write("ec2:DetachInternetGateway", || request.clone().send())
        .await;
    match sent {
        Ok(_) => {}
        Err(fault) if fault.is_not_found() && fault.code != "InvalidInternetGatewayID.NotFound" => {
        }
        Err(fault) => return Err(Stop::Fault(fault.about(&live.physical))),
    }
    Ok(Next::More {
        did: format!("detached from {vpc}"),
        observed: with(live, "vpc", Value::Null),
    })
}

pub(super) async fn list(aws: &Aws, filters: &[Filter]) -> Result<Vec<Live>, Fault> {
    let gateways = pages(|token| async {
        let request = aws
            .ec2
            .describe_internet_gateways()
            .set_filters(Some(filters.to_vec()))
            .set_next_token(token);
        let answer = aws
            .read("ec2:DescribeInternetGateways", || request.clone().send())
            .await?;
        Ok((answer.internet_gateways, answer.next_token))
    })
    .await?;
    Ok(gateways.iter().map(live).collect())
}

fn live(gateway: &Wire) -> Live {
    let all = tags(gateway.tags.as_ref());
    let vpc = gateway.attachments().iter().find_map(|attachment| {
        let leaving = matches!(
            attachment.state(),
            Some(AttachmentStatus::Detached | AttachmentStatus::Detaching)
        );
        attachment.vpc_id().filter(|_| !leaving)
    });
    let fields = InternetGateway {
        vpc: vpc.map(Field::from),
        tags: plain(&all),
    };
    let id = gateway.internet_gateway_id().unwrap_or_default();
    let mut live = Live::new(id, &all, &fields)
        .output("id", id)
        .needs(["claim"])
        .needs(vpc);
    live.names
        .extend(vpc.map(|vpc| format!("gateway of {vpc}")));
    live
}
