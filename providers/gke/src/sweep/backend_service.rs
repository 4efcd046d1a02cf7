//! `swept.backend_service`: what a service's internal balancer leads to, and an external one of today's kind.

use google_cloud_compute_v1::model::BackendService as Wire;
use provision_core::cost::Usage;
use provision_core::model::{Observed, Table};
use provision_kind::{Live, Next, Progress, Seen, Serves, Tags, Uses};
use serde::{Deserialize, Serialize};

use super::balancer::{Part, Piece, Said, Sent, remove, table_of};
use super::firewall::only_deleted;
use crate::client::Gcp;
use crate::error::Fault;
use crate::kinds::compute::{found, pages, parts, path};
use crate::kinds::operation::compute;
use crate::kinds::{Ask, Cx, Google, Stop};

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
    const WORD: &'static str = "backend_service";
    type Wire = Wire;

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

impl Serves for SweptBackendService {
    type Cloud = Google;
    type Want = Self;

    const KIND: &'static str = "swept.backend_service";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        table_of(Self::KIND, "backend service", &[])
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("backend services are free of charge: their forwarding rule is charged for")
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
