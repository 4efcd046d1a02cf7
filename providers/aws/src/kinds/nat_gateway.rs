//! `ec2.nat_gateway`: the way out for private subnets.
//!
//! Takes minutes. Deleted ones stay visible for about an hour and are ignored; one that failed to come up says why.

use aws_sdk_ec2::types::{
    ConnectivityType, Filter, NatGateway as Wire, NatGatewayState, ResourceType,
};
use provision_core::cost::{Meter, Part, Quantity, Usage};
use provision_core::model::{Identity, Observed, Status, Table};
use serde::{Deserialize, Serialize};

use super::ec2::{asked, filter, pages, retag, set_tags, spec, tags};
use super::live::{changing, deleting};
use super::survey::tagged;
use super::tables::{fixed, outputs, seconds, table, tags as tags_row};
use super::{Ask, Cx, Live, Next, Seen, Served, Stop, Uses};
use crate::client::Aws;
use crate::error::Fault;
use crate::field::Field;
use crate::marks::{Tags, plain};

/// The fields of a NAT gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NatGateway {
    /// The public subnet it stands in.
    pub subnet: Field<String>,
    /// Its address, by allocation id.
    pub address: Field<String>,
    /// Its tags.
    pub tags: Tags,
}

/// So much goes through a gateway in a month, where nobody says.
const ASSUMED_GB: u64 = 100;

impl Served for NatGateway {
    const KIND: &'static str = "ec2.nat_gateway";

    fn table() -> Table {
        let rows = vec![
            fixed("subnet", "the public subnet it stands in"),
            fixed("address", "its elastic IP address"),
            tags_row(),
        ];
        Table {
            outputs: outputs(&["id"]),
            seconds: seconds(106, 1, 60),
            loss: Some("private machines behind it cannot reach the internet".to_owned()),
            lingers: true,
            ..table(Self::KIND, "NAT gateway", Identity::Token, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        let network =
            |component, item, unit, each| Meter::listed(component, Part::Network, item, unit, each);
        let data = Quantity::whole(ASSUMED_GB);
        Usage::Charged {
            meters: vec![
                network("NAT gateway", "vpc.nat", "hour", Quantity::month()),
                network("NAT gateway data", "vpc.nat.data", "GB", data)
                    .assuming(format!("{ASSUMED_GB} GB a month through each gateway")),
            ],
        }
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        let listed = list(ask.aws, &asked(ask)).await;
        tagged(ask, listed.map(current))
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let request = cx
            .aws
            .ec2
            .create_nat_gateway()
            .client_token(cx.token)
            .connectivity_type(ConnectivityType::Public)
            .subnet_id(want.subnet.known("subnet")?)
            .allocation_id(want.address.known("address")?)
            .tag_specifications(spec(ResourceType::Natgateway, &cx.marked(&want.tags)));
        let answer = cx
            .aws
            .write_once("ec2:CreateNatGateway", || request.clone().send())
            .await?;
        let id = answer
            .nat_gateway
            .and_then(|gateway| gateway.nat_gateway_id)
            .unwrap_or_default();
        Ok(Next::Waits {
            phase: "pending".to_owned(),
            physical: id,
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        retag(cx, &want.tags, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        if !matches!(live.status, Status::Deleting { .. }) {
            let request = cx
                .aws
                .ec2
                .delete_nat_gateway()
                .nat_gateway_id(&live.physical);
            cx.aws
                .write("ec2:DeleteNatGateway", || request.clone().send())
                .await?;
        }
        Ok(Next::Waits {
            phase: "deleting".to_owned(),
            physical: live.physical.clone(),
        })
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let filters = filter("nat-gateway-id", [physical]);
        Ok(list(cx.aws, &filters).await?.pop())
    }

    async fn mark(cx: &Cx<'_>, physical: &str, marks: &Tags) -> Result<(), Stop> {
        set_tags(cx, physical, marks).await
    }
}

/// Of several gateways with one id, those on their way out, or that failed to come up, are history.
fn current(lives: Vec<Live>) -> Vec<Live> {
    let rank = |live: &Live| match live.status {
        Status::Ready | Status::Degraded { .. } | Status::Changing { .. } => 0,
        Status::Deleting { .. } => 1,
        Status::Failed { .. } => 2,
    };
    let mut kept: Vec<Live> = Vec::new();
    for live in lives {
        let same = |other: &Live| other.marks.id == live.marks.id;
        let best = kept.iter().filter(|other| same(other)).map(rank).min();
        match best {
            Some(best) if best < rank(&live) => continue,
            Some(best) if best == rank(&live) && best == 0 => {}
            _ => kept.retain(|other| !same(other)),
        }
        kept.push(live);
    }
    kept
}

pub(super) async fn list(aws: &Aws, filters: &[Filter]) -> Result<Vec<Live>, Fault> {
    let gateways = pages(|token| async {
        let request = aws
            .ec2
            .describe_nat_gateways()
            .set_filter(Some(filters.to_vec()))
            .set_next_token(token);
        let answer = aws
            .read("ec2:DescribeNatGateways", || request.clone().send())
            .await?;
        Ok((answer.nat_gateways, answer.next_token))
    })
    .await?;
    let standing = gateways
        .iter()
        .filter(|gateway| gateway.state() != Some(&NatGatewayState::Deleted));
    Ok(standing.map(live).collect())
}

fn live(gateway: &Wire) -> Live {
    let all = tags(gateway.tags.as_ref());
    let subnet = gateway.subnet_id().unwrap_or_default();
    let addresses = gateway.nat_gateway_addresses();
    let address = addresses
        .iter()
        .find(|address| address.is_primary.unwrap_or(true))
        .and_then(|address| address.allocation_id());
    let fields = NatGateway {
        subnet: subnet.into(),
        address: address.unwrap_or_default().into(),
        tags: plain(&all),
    };
    let id = gateway.nat_gateway_id().unwrap_or_default();
    let out = gateway.vpc_id().map(|vpc| format!("gateway of {vpc}"));
    Live::new(id, &all, &fields)
        .output("id", id)
        .status(status(gateway))
        .needs([subnet])
        .needs(address)
        .needs(out)
}

fn status(gateway: &Wire) -> Status {
    match gateway.state() {
        Some(NatGatewayState::Available) => Status::Ready,
        Some(NatGatewayState::Failed) => Status::Failed {
            reason: format!(
                "NAT gateway failed: {} ({})",
                gateway.failure_message().unwrap_or("no reason given"),
                gateway.failure_code().unwrap_or("no code")
            ),
        },
        Some(NatGatewayState::Deleting | NatGatewayState::Deleted) => deleting("deleting"),
        Some(other) => changing(other.as_str()),
        None => changing("pending"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gateway(id: &str, state: NatGatewayState) -> Live {
        let mark = |key: &str, value: &str| {
            aws_sdk_ec2::types::Tag::builder()
                .key(key)
                .value(value)
                .build()
        };
        live(
            &Wire::builder()
                .nat_gateway_id(id)
                .state(state)
                .tags(mark("provision-id", "network.main/nat.a"))
                .build(),
        )
    }

    fn left(states: &[(&str, NatGatewayState)]) -> Vec<String> {
        let lives = states
            .iter()
            .map(|(id, state)| gateway(id, state.clone()))
            .collect();
        current(lives)
            .into_iter()
            .map(|live| live.physical)
            .collect()
    }

    #[test]
    fn history_gives_way_and_true_doubles_stay() {
        use NatGatewayState::{Available, Deleting, Failed, Pending};
        assert_eq!(left(&[("a", Deleting), ("b", Pending)]), ["b"]);
        assert_eq!(left(&[("a", Available), ("b", Failed)]), ["a"]);
        assert_eq!(left(&[("a", Failed), ("b", Failed)]), ["b"]);
        assert_eq!(left(&[("a", Pending), ("b", Available)]), ["a", "b"]);
    }
}
