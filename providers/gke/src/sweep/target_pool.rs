//! `swept.target_pool`: the nodes behind a service's external balancer of the older kind.

use google_cloud_compute_v1::model::TargetPool as Wire;
use provision_core::cost::Usage;
use provision_kind::Uses;
use serde::{Deserialize, Serialize};

use super::balancer::{Part, Piece, Said, Sent};
use crate::client::Gcp;
use crate::error::Fault;
use crate::kinds::Cx;
use crate::kinds::compute::{found, pages, parts};

/// The fields of a target pool that was left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SweptTargetPool {
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
    let client = gcp.target_pools().await?;
    let pages = pages(|token| async move {
        let request = client
            .list()
            .set_project(gcp.project())
            .set_region(gcp.region())
            .set_or_clear_page_token(token);
        let call = "compute.targetPools.list";
        let page = gcp.read(call, || request.clone().send()).await?;
        Ok((page.items, page.next_page_token))
    });
    let all = pages.await?.into_iter().flatten();
    Ok(all
        .filter_map(|wire| SweptTargetPool::part(&wire))
        .collect())
}

impl Piece for SweptTargetPool {
    const KIND: &'static str = "swept.target_pool";
    const WORD: &'static str = "target_pool";
    const TITLE: &'static str = "target pool";
    type Wire = Wire;

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("target pools are free of charge: their forwarding rule is charged for")
    }

    fn part(wire: &Wire) -> Option<Part> {
        Part::of(&Said {
            link: wire.self_link.as_ref(),
            id: wire.id,
            description: wire.description.as_ref(),
        })
    }

    async fn get(gcp: &Gcp, physical: &str) -> Result<Option<Wire>, Fault> {
        let client = gcp.target_pools().await?;
        let (region, name) = parts(physical);
        let request = client
            .get()
            .set_project(gcp.project())
            .set_region(region)
            .set_target_pool(name);
        let call = "compute.targetPools.get";
        found(gcp.read(call, || request.clone().send()).await)
    }

    async fn send(cx: &Cx<'_>, physical: &str) -> Sent {
        let client = cx.gcp.target_pools().await?;
        let (region, name) = parts(physical);
        let request = client
            .delete()
            .set_project(cx.gcp.project())
            .set_region(region)
            .set_target_pool(name)
            .set_request_id(cx.token);
        let call = "compute.targetPools.delete";
        cx.gcp.write_once(call, || request.clone().send()).await
    }
}
