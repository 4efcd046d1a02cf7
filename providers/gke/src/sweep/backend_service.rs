//! `swept.backend_service`: what a service's internal balancer leads to, and an external one of today's kind.

use google_cloud_compute_v1::model::BackendService as Wire;
use provision_core::cost::Usage;
use provision_kind::Uses;
use serde::{Deserialize, Serialize};

use super::balancer::{Part, Piece, Said, Sent};
use crate::client::Gcp;
use crate::error::Fault;
use crate::kinds::Cx;
use crate::kinds::compute::{found, pages, parts, path};

/// The fields of a backend service that was left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SweptBackendService {
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

/// Parts among those of the region.
pub(super) async fn list(gcp: &Gcp) -> Result<Vec<Part>, Fault> {
    let client = gcp.region_backend_services().await?;
    let pages = pages(|token| async move {
        let request = client
            .list()
            .set_project(gcp.project())
            .set_region(gcp.region())
            .set_or_clear_page_token(token);
        let call = "compute.regionBackendServices.list";
        let page = gcp.read(call, || request.clone().send()).await?;
        Ok((page.items, page.next_page_token))
    });
    let all = pages.await?.into_iter().flatten();
    Ok(all
        .filter_map(|wire| SweptBackendService::part(&wire))
        .collect())
}

impl Piece for SweptBackendService {
    const KIND: &'static str = "swept.backend_service";
    const WORD: &'static str = "backend_service";
    const TITLE: &'static str = "backend service";
    type Wire = Wire;

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("backend services are free of charge: their forwarding rule is charged for")
    }

    fn part(wire: &Wire) -> Option<Part> {
        let part = Part::of(&Said {
            link: wire.self_link.as_ref(),
            id: wire.id,
            description: wire.description.as_ref(),
        })?;
        let groups = wire.backends.iter().filter_map(|one| one.group.as_deref());
        Some(Part {
            network: wire.network.as_deref().map(path),
            uses: groups.map(path).collect(),
            ..part
        })
    }

    async fn get(gcp: &Gcp, physical: &str) -> Result<Option<Wire>, Fault> {
        let client = gcp.region_backend_services().await?;
        let (region, name) = parts(physical);
        let request = client
            .get()
            .set_project(gcp.project())
            .set_region(region)
            .set_backend_service(name);
        let call = "compute.regionBackendServices.get";
        found(gcp.read(call, || request.clone().send()).await)
    }

    async fn send(cx: &Cx<'_>, physical: &str) -> Sent {
        let client = cx.gcp.region_backend_services().await?;
        let (region, name) = parts(physical);
        let request = client
            .delete()
            .set_project(cx.gcp.project())
            .set_region(region)
            .set_backend_service(name)
            .set_request_id(cx.token);
        let call = "compute.regionBackendServices.delete";
        cx.gcp.write_once(call, || request.clone().send()).await
    }
}
