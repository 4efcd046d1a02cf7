//! `ec2.address`: an elastic IP address.
//!
//! Made without a token and without a natural key: see [`super::claim`].

use aws_sdk_ec2::types::{Address as Wire, DomainType, Filter, ResourceType};
use provision_core::cost::{Meter, Part, Quantity, Usage};
use provision_core::model::{Identity, Observed, Table};
use serde::{Deserialize, Serialize};

use super::ec2::{asked, filter, retag, set_tags, spec, tags};
use super::survey::tagged;
use super::tables::{outputs, seconds, table, tags as tags_row};
use super::{Ask, Cx, Live, Next, Seen, Served, Stop, Uses};
use crate::client::Aws;
use crate::error::Fault;
use crate::marks::{Tags, plain};

/// The fields of an address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// Its tags.
    pub tags: Tags,
}

impl Served for Address {
    const KIND: &'static str = "ec2.address";

    fn table() -> Table {
        Table {
            outputs: outputs(&["allocation_id", "public_ip"]),
            seconds: seconds(1, 1, 1),
            loss: Some("the address is released to AWS and cannot be recovered".to_owned()),
            ..table(
                Self::KIND,
                "elastic IP address",
                Identity::Anonymous,
                vec![tags_row()],
            )
        }
    }

    /// Every public IPv4 address is charged for, in use or not.
    fn usage(_of: &Uses<'_>) -> Usage {
        let item = "vpc.ipv4";
        Usage::one(Meter::listed(
            "public IPv4 address",
            Part::Network,
            item,
            "hour",
            Quantity::month(),
        ))
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        tagged(ask, list(ask.aws, asked(ask)).await)
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let all = cx.marked(&want.tags);
        let request = cx
            .aws
            .ec2
            .allocate_address()
            .domain(DomainType::Vpc)
            .tag_specifications(spec(ResourceType::ElasticIp, &all));
        let answer = cx
            .aws
            .write("ec2:AllocateAddress", || request.clone().send())
            .await?;
        let address = Wire::builder()
            .set_allocation_id(answer.allocation_id)
            .set_public_ip(answer.public_ip)
            .set_tags(Some(super::ec2::tag_list(&all)))
            .build();
        let live = live(&address);
        Ok(Next::More {
            did: format!("allocated {}", live.physical),
            observed: cx.made(live),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        retag(cx, &want.tags, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let request = cx.aws.ec2.release_address().allocation_id(&live.physical);
        cx.aws
            .write("ec2:ReleaseAddress", || request.clone().send())
            .await?;
        Ok(Next::Gone)
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let filters = filter("allocation-id", [physical]);
        Ok(list(cx.aws, filters).await?.pop())
    }

    async fn mark(cx: &Cx<'_>, physical: &str, marks: &Tags) -> Result<(), Stop> {
        set_tags(cx, physical, marks).await
    }
}

pub(super) async fn list(aws: &Aws, filters: Vec<Filter>) -> Result<Vec<Live>, Fault> {
    let request = aws.ec2.describe_addresses().set_filters(Some(filters));
    let answer = aws
        .read("ec2:DescribeAddresses", || request.clone().send())
        .await?;
    Ok(answer.addresses().iter().map(live).collect())
}

fn live(address: &Wire) -> Live {
    let all = tags(address.tags.as_ref());
    let fields = Address { tags: plain(&all) };
    let id = address.allocation_id().unwrap_or_default();
    Live::new(id, &all, &fields)
        .output("allocation_id", id)
        .maybe("public_ip", address.public_ip())
        .needs(["claim"])
}
