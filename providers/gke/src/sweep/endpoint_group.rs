//! `swept.endpoint_group`: the nodes of a zone behind a service's balancer of today's kind.

use google_cloud_compute_v1::model::NetworkEndpointGroup as Wire;
use provision_core::cost::Usage;
use provision_kind::Uses;
use serde::{Deserialize, Serialize};

use super::balancer::{Part, Piece, Said, Sent};
use super::disk::zone_of;
use crate::client::Gcp;
use crate::error::Fault;
use crate::kinds::Cx;
use crate::kinds::compute::{found, pages, path};
use crate::kinds::container::region_of;
use crate::kinds::operation::last;

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
    const KIND: &'static str = "swept.endpoint_group";
    const WORD: &'static str = "endpoint_group";
    const TITLE: &'static str = "endpoint group";
    type Wire = Wire;

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free(
            "endpoint groups are free of charge: the forwarding rule of their balancer is charged for",
        )
    }

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
