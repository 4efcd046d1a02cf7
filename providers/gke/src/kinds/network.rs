//! `gcp.network`: a VPC network without automatic subnetworks.

use std::collections::BTreeSet;

use google_cloud_compute_v1::model::network_routing_config::RoutingMode;
use google_cloud_compute_v1::model::{Network as Wire, NetworkRoutingConfig};
use provision_core::cost::Usage;
use provision_core::model::{Effect, FieldKind, Identity, Observed, Row, Table};
use provision_kind::live::text;
use provision_kind::tables::{outputs, scalar, seconds, table};
use provision_kind::{Live, Next, Progress, Seen, Serves, Tags, Uses};
use serde::{Deserialize, Serialize};

use super::compute::{found, global, local, pages, path};
use super::operation::{accepted, compute, last};
use super::seen::{Listed, look_over};
use super::{Ask, Cx, Google, Stop};
use crate::client::Gcp;
use crate::error::Fault;
use crate::marks::{described, of_description};

/// The fields of a network. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Network {
    /// Google makes a subnetwork in every region. Always off for ours.
    pub auto_subnetworks: bool,
    /// Whose routes its routers tell: `REGIONAL` or `GLOBAL`.
    pub routing: String,
}

impl Serves for Network {
    type Cloud = Google;
    type Want = Self;

    const KIND: &'static str = "gcp.network";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        let rows = vec![
            Row::new(
                "auto_subnetworks",
                FieldKind::Scalar,
                Effect::Replace,
                "whether Google makes subnetworks by itself",
            ),
            scalar("routing", "whose routes its routers tell"),
        ];
        Table {
            outputs: outputs(&["name", "id"]),
            leaves: true,
            seconds: seconds(12, 8, 15),
            ..table(Self::KIND, "VPC network", Identity::Named, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("networks are free of charge; traffic is not")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        let listed = list(ask.gcp).await;
        look_over(
            ask,
            "compute.networks.list",
            listed,
            |live| live.marks.region.clone(),
            |resource, live| resource.name.as_deref() == Some(last(&live.physical)),
        )
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let physical = global(cx, "networks")?;
        let body = Wire::new()
            .set_name(cx.name()?)
            .set_description(described(cx.context, cx.id()))
            .set_auto_create_subnetworks(want.auto_subnetworks)
            .set_routing_config(routing(want));
        let client = cx.gcp.networks().await?;
        let request = client
            .insert()
            .set_project(cx.gcp.project())
            .set_request_id(cx.token)
            .set_body(body);
        let operation = cx
            .gcp
            .write_once("compute.networks.insert", || request.clone().send())
            .await?;
        Ok(accepted(&operation, &physical, "insert"))
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        if text(live, "routing") == Some(want.routing.as_str()) {
            return Ok(None);
        }
        let client = cx.gcp.networks().await?;
        let request = client
            .patch()
            .set_project(cx.gcp.project())
            .set_network(last(&live.physical))
            .set_body(Wire::new().set_routing_config(routing(want)));
        let operation = cx
            .gcp
            .write("compute.networks.patch", || request.clone().send())
            .await?;
        Ok(Some(accepted(&operation, &live.physical, "patch")))
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let client = cx.gcp.networks().await?;
        let request = client
            .delete()
            .set_project(cx.gcp.project())
            .set_network(last(&live.physical))
            .set_request_id(cx.token);
        let operation = cx
            .gcp
            .write_once("compute.networks.delete", || request.clone().send())
            .await?;
        Ok(accepted(&operation, &live.physical, "delete"))
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        Ok(get(cx.gcp, last(physical)).await?.map(|wire| live(&wire)))
    }

    async fn holder(cx: &Cx<'_>, _want: &Self) -> Result<Option<Live>, Fault> {
        let name = cx.name().unwrap_or_default();
        Ok(get(cx.gcp, name).await?.map(|wire| live(&wire)))
    }

    async fn progress(cx: &Cx<'_>, _: &str, update: &str) -> Result<Progress, Fault> {
        compute(cx, update).await
    }
}

fn routing(want: &Network) -> NetworkRoutingConfig {
    NetworkRoutingConfig::new().set_routing_mode(RoutingMode::from(want.routing.as_str()))
}

/// A network by name; `None` when it is not there.
pub(crate) async fn get(gcp: &Gcp, name: &str) -> Result<Option<Wire>, Fault> {
    let client = gcp.networks().await?;
    let request = client.get().set_project(gcp.project()).set_network(name);
    found(
        gcp.read("compute.networks.get", || request.clone().send())
            .await,
    )
}

async fn list(gcp: &Gcp) -> Result<Listed, Fault> {
    let client = gcp.networks().await?;
    let all = pages(|token| async move {
        let request = client
            .list()
            .set_project(gcp.project())
            .set_or_clear_page_token(token);
        let page = gcp
            .read("compute.networks.list", || request.clone().send())
            .await?;
        Ok((page.items, page.next_page_token))
    });
    Ok(Listed {
        lives: all.await?.iter().flatten().map(live).collect(),
        missing: Vec::new(),
    })
}

/// Handles of the networks with the mark of a stack.
pub(crate) async fn of_stack(gcp: &Gcp, stack: &str) -> Result<BTreeSet<String>, Fault> {
    let all = list(gcp).await?.lives.into_iter();
    let ours = all.filter(|live| live.marks.stack.as_deref() == Some(stack));
    Ok(ours.map(|live| live.physical).collect())
}

/// A network as read.
pub(super) fn live(wire: &Wire) -> Live {
    let name = wire.name.clone().unwrap_or_default();
    let mode = wire
        .routing_config
        .as_ref()
        .and_then(|config| config.routing_mode.as_ref()?.name().map(str::to_owned));
    let fields = Network {
        auto_subnetworks: wire.auto_create_subnetworks.unwrap_or_default(),
        routing: mode.unwrap_or_else(|| "REGIONAL".to_owned()),
    };
    let physical = path(wire.self_link.as_deref().unwrap_or_default());
    let mut live = Live::new(&physical, &Tags::new(), &fields)
        .output("name", name.as_str())
        .output("id", local(&physical));
    live.marks = of_description(wire.description.as_deref().unwrap_or_default());
    live.names = vec![local(&physical)];
    live
}
