//! `swept.endpoint_group`: the nodes of a zone behind a service's balancer of today's kind.

use google_cloud_compute_v1::model::NetworkEndpointGroup as Wire;
use provision_core::cost::Usage;
use provision_core::model::{Observed, Table};
use provision_kind::{Live, Next, Progress, Seen, Serves, Tags, Uses};
use serde::{Deserialize, Serialize};

use super::balancer::{Part, Piece, Said, Sent, remove, table_of};
use super::disk::zone_of;
use super::firewall::only_deleted;
use crate::client::Gcp;
use crate::error::Fault;
use crate::kinds::compute::{found, pages, path};
use crate::kinds::container::region_of;
use crate::kinds::operation::{compute, last};
use crate::kinds::{Ask, Cx, Google, Stop};

/// The fields of an endpoint group that was left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SweptEndpointGroup {
    /// Its name.
    pub name: String,
    /// The cluster.
    pub cluster: String,
    /// The handle of the network.
    pub network: String,
    /// Its number.
    pub number: String,
    /// The service that it was made for: `default/web`.
    pub service: String,
}

/// Parts among those of the region's zones.
pub(super) async fn list(gcp: &Gcp) -> Result<Vec<Part>, Fault> {
    let client = gcp.network_endpoint_groups().await?;
    let call = "compute.networkEndpointGroups.aggregatedList";
    let pages = pages(|token| async move {
        let request = client
            .aggregated_list()
            .set_project(gcp.project())
            .set_or_clear_page_token(token);
        let mut page = gcp.read(call, || request.clone().send()).await?;
        let token = page.next_page_token.take();
        Ok((page, token))
    });
    let mut all = Vec::new();
    for page in pages.await? {
        if !page.unreachables.is_empty() {
            return Err(Fault::partial(call, &page.unreachables));
        }
        let groups = page.items.values();
        let groups = groups.flat_map(|scope| &scope.network_endpoint_groups);
        all.extend(groups.filter_map(SweptEndpointGroup::part));
    }
    all.retain(|one| region_of(zone_of(&one.physical)) == gcp.region());
    Ok(all)
}

impl Piece for SweptEndpointGroup {
    const WORD: &'static str = "endpoint_group";
    type Wire = Wire;

    fn part(wire: &Wire) -> Option<Part> {
        let part = Part::of(&Said {
            link: wire.self_link.as_ref(),
            id: wire.id,
            description: wire.description.as_ref(),
        })?;
        Some(Part {
            network: wire.network.as_deref().map(path),
            uses: wire.subnetwork.as_deref().map(path).into_iter().collect(),
            ..part
        })
    }

    async fn get(gcp: &Gcp, physical: &str) -> Result<Option<Wire>, Fault> {
        let client = gcp.network_endpoint_groups().await?;
        let request = client
            .get()
            .set_project(gcp.project())
            .set_zone(zone_of(physical))
            .set_network_endpoint_group(last(physical));
        let call = "compute.networkEndpointGroups.get";
        found(gcp.read(call, || request.clone().send()).await)
    }

    async fn send(cx: &Cx<'_>, physical: &str) -> Sent {
        let client = cx.gcp.network_endpoint_groups().await?;
        let request = client
            .delete()
            .set_project(cx.gcp.project())
            .set_zone(zone_of(physical))
            .set_network_endpoint_group(last(physical))
            .set_request_id(cx.token);
        let call = "compute.networkEndpointGroups.delete";
        cx.gcp.write_once(call, || request.clone().send()).await
    }
}

impl Serves for SweptEndpointGroup {
    type Cloud = Google;
    type Want = Self;

    const KIND: &'static str = "swept.endpoint_group";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        table_of(Self::KIND, "endpoint group", &[])
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free(
            "endpoint groups are free of charge: the forwarding rule of their balancer is charged for",
        )
    }

    /// Nothing of it carries a mark: it is listed with what goes, see [`super::left`].
    async fn survey(_ask: &Ask<'_>) -> Seen {
        Seen::default()
    }

    async fn create(cx: &Cx<'_>, _want: &Self) -> Result<Next, Stop> {
        Err(Stop::Failure(only_deleted(cx)))
    }

    async fn change(cx: &Cx<'_>, _: &Self, _: &Observed) -> Result<Option<Next>, Stop> {
        Err(Stop::Failure(only_deleted(cx)))
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        remove::<Self>(cx, live).await
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let wire = Self::get(cx.gcp, physical).await?;
        Ok(wire.map(|_| Live::new(physical, &Tags::new(), &Self::default())))
    }

    async fn progress(cx: &Cx<'_>, _: &str, update: &str) -> Result<Progress, Fault> {
        compute(cx, update).await
    }
}
