//! `gcp.subnetwork`: ranges of nodes and pods in a region.
//!
//! Its marks stand in the description, which can be given at creation alone.

use google_cloud_compute_v1::model::{Subnetwork as Wire, SubnetworkSecondaryRange};
use provision_core::cost::Usage;
use provision_core::model::{Identity, Observed, Table, Value};
use provision_kind::tables::{fixed, outputs, scalar, seconds, table};
use provision_kind::{Field, Live, Next, Progress, Seen, Serves, Tags, Uses};
use serde::{Deserialize, Serialize};

use super::compute::{found, local, pages, parts, path, region_of, regional};
use super::operation::{accepted, compute, last};
use super::seen::{Listed, look_over};
use super::{Ask, Cx, Google, Stop};
use crate::client::Gcp;
use crate::error::Fault;
use crate::marks::{described, of_description};

/// The name of the range of pods.
pub(crate) const PODS: &str = "pods";

/// The fields of a subnetwork. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Subnetwork {
    /// Its network: `global/networks/NAME`.
    pub network: Field<String>,
    /// The range of nodes and internal balancers.
    pub cidr: String,
    /// The range of pods.
    pub pods: String,
    /// Nodes without public addresses reach Google's services.
    pub private_google_access: bool,
}

impl Serves for Subnetwork {
    type Cloud = Google;
    type Want = Self;

    const KIND: &'static str = "gcp.subnetwork";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        let rows = vec![
            fixed("network", "its network"),
            fixed("cidr", "the range of nodes and internal balancers"),
            fixed("pods", "the range of pods"),
            scalar(
                "private_google_access",
                "whether nodes without public addresses reach Google's services",
            ),
        ];
        Table {
            outputs: outputs(&["name", "id", "pods"]),
            seconds: seconds(14, 8, 12),
            ..table(Self::KIND, "subnetwork", Identity::Named, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("subnetworks are free of charge")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        let listed = list(ask.gcp).await;
        look_over(
            ask,
            "compute.subnetworks.aggregatedList",
            listed,
            |live| region_of(&live.physical),
            |resource, live| {
                region_of(&live.physical).as_deref() == Some(ask.context.region.as_str())
                    && resource.name.as_deref() == Some(last(&live.physical))
            },
        )
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let physical = regional(cx, "subnetworks")?;
        let pods = SubnetworkSecondaryRange::new()
            .set_range_name(PODS)
            .set_ip_cidr_range(want.pods.as_str());
        let network = format!(
            "projects/{}/{}",
            cx.gcp.project(),
            want.network.known("network")?
        );
        let body = Wire::new()
            .set_name(cx.name()?)
            .set_description(described(cx.context, cx.id()))
            .set_network(network)
            .set_ip_cidr_range(want.cidr.as_str())
            .set_private_ip_google_access(want.private_google_access)
            .set_secondary_ip_ranges([pods]);
        let client = cx.gcp.subnetworks().await?;
        let request = client
            .insert()
            .set_project(cx.gcp.project())
            .set_region(cx.gcp.region())
            .set_request_id(cx.token)
            .set_body(body);
        let operation = cx
            .gcp
            .write_once("compute.subnetworks.insert", || request.clone().send())
            .await?;
        Ok(accepted(&operation, &physical, "insert"))
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        let access = live.fields.get("private_google_access");
        if access == Some(&Value::Bool(want.private_google_access)) {
            return Ok(None);
        }
        let (region, name) = parts(&live.physical);
        let client = cx.gcp.subnetworks().await?;
        let body =
            google_cloud_compute_v1::model::SubnetworksSetPrivateIpGoogleAccessRequest::new()
                .set_private_ip_google_access(want.private_google_access);
        let request = client
            .set_private_ip_google_access()
            .set_project(cx.gcp.project())
            .set_region(region)
            .set_subnetwork(name)
            .set_request_id(cx.token)
            .set_body(body);
        let operation = cx
            .gcp
            .write_once("compute.subnetworks.setPrivateIpGoogleAccess", || {
                request.clone().send()
            })
            .await?;
        Ok(Some(accepted(&operation, &live.physical, "patch")))
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let (region, name) = parts(&live.physical);
        let client = cx.gcp.subnetworks().await?;
        let request = client
            .delete()
            .set_project(cx.gcp.project())
            .set_region(region)
            .set_subnetwork(name)
            .set_request_id(cx.token);
        let operation = cx
            .gcp
            .write_once("compute.subnetworks.delete", || request.clone().send())
            .await?;
        Ok(accepted(&operation, &live.physical, "delete"))
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let (region, name) = parts(physical);
        Ok(get(cx.gcp, &region, name).await?.map(|wire| live(&wire)))
    }

    async fn holder(cx: &Cx<'_>, _want: &Self) -> Result<Option<Live>, Fault> {
        let name = cx.name().unwrap_or_default();
        let wire = get(cx.gcp, cx.gcp.region(), name).await?;
        Ok(wire.map(|wire| live(&wire)))
    }

    async fn progress(cx: &Cx<'_>, _: &str, update: &str) -> Result<Progress, Fault> {
        compute(cx, update).await
    }
}

/// A subnetwork; `None` when it is not there.
pub(crate) async fn get(gcp: &Gcp, region: &str, name: &str) -> Result<Option<Wire>, Fault> {
    let client = gcp.subnetworks().await?;
    let request = client
        .get()
        .set_project(gcp.project())
        .set_region(region)
        .set_subnetwork(name);
    found(
        gcp.read("compute.subnetworks.get", || request.clone().send())
            .await,
    )
}

async fn list(gcp: &Gcp) -> Result<Listed, Fault> {
    let client = gcp.subnetworks().await?;
    let pages = pages(|token| async move {
        let request = client
            .aggregated_list()
            .set_project(gcp.project())
            .set_or_clear_page_token(token);
        let mut page = gcp
            .read("compute.subnetworks.aggregatedList", || {
                request.clone().send()
            })
            .await?;
        let token = page.next_page_token.take();
        Ok((page, token))
    });
    let mut listed = Listed::default();
    for page in pages.await? {
        listed.missing.extend(page.unreachables);
        let items = page.items.into_values().flat_map(|scope| scope.subnetworks);
        listed.lives.extend(items.map(|wire| live(&wire)));
    }
    Ok(listed)
}

/// A subnetwork as read.
pub(super) fn live(wire: &Wire) -> Live {
    let name = wire.name.clone().unwrap_or_default();
    let mut ranges = wire.secondary_ip_ranges.iter();
    let pods = ranges.find(|range| range.range_name.as_deref() == Some(PODS));
    let network = local(wire.network.as_deref().unwrap_or_default());
    let fields = Subnetwork {
        network: network.as_str().into(),
        cidr: wire.ip_cidr_range.clone().unwrap_or_default(),
        pods: pods
            .and_then(|range| range.ip_cidr_range.clone())
            .unwrap_or_default(),
        private_google_access: wire.private_ip_google_access.unwrap_or_default(),
    };
    let physical = path(wire.self_link.as_deref().unwrap_or_default());
    let mut live = Live::new(&physical, &Tags::new(), &fields)
        .output("name", name.as_str())
        .output("id", local(&physical))
        .output("pods", PODS)
        .needs([network]);
    live.marks = of_description(wire.description.as_deref().unwrap_or_default());
    live.names = vec![local(&physical)];
    live
}
