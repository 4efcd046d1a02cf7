//! `swept.disk`: a disk of a volume that outlived its cluster. Data.

use google_cloud_compute_v1::model::Disk as Wire;
use provision_core::cost::{Meter, Part, Quantity, Usage};
use provision_core::model::{Observed, Table};
use provision_kind::live::text;
use provision_kind::{Live, Next, Progress, Seen, Serves, Tags, Uses};
use serde::{Deserialize, Serialize};

use super::firewall::{not_left, only_deleted};
use super::{Found, swept};
use crate::client::Gcp;
use crate::error::Fault;
use crate::kinds::compute::{found, pages, path};
use crate::kinds::container::region_of;
use crate::kinds::operation::{accepted_in_zone, compute, last};
use crate::kinds::{Ask, Cx, Google, Stop};

/// The label that names the cluster.
const CLUSTER: &str = "goog-k8s-cluster-name";

/// What a disk that was made for a claim says in its description.
const CLAIM: &str = "kubernetes.io/created-for/pvc/name";

/// The fields of a disk that was left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SweptDisk {
    /// Its name.
    pub name: String,
    /// The cluster.
    pub cluster: String,
    /// What it is: `pd-balanced`.
    pub r#type: String,
    /// Its size.
    pub gib: String,
}

/// A disk of a claim; `None` of any other.
fn of_wire(wire: &Wire) -> Option<Found> {
    let claim = wire.description.as_deref()?.contains(CLAIM);
    let cluster = wire.labels.get(CLUSTER).filter(|_| claim)?.clone();
    let gib = wire.size_gb.map(|size| size.to_string());
    Some(Found {
        kind: SweptDisk::KIND,
        word: "disk",
        physical: path(wire.self_link.as_deref()?),
        name: wire.name.clone()?,
        cluster,
        fields: vec![
            ("type", last(wire.r#type.as_deref()?).to_owned()),
            ("gib", gib.unwrap_or_default()),
        ],
        network: None,
        service: None,
        uses: Vec::new(),
    })
}

/// The zone of an object, by its path.
pub(super) fn zone_of(physical: &str) -> &str {
    let mut parts = physical.split('/');
    parts.find(|part| *part == "zones");
    parts.next().unwrap_or_default()
}

/// Disks of a cluster's claims in the region.
pub(super) async fn list(gcp: &Gcp, cluster: &str) -> Result<Vec<Found>, Fault> {
    let client = gcp.disks().await?;
    let filter = format!("labels.{CLUSTER} = \"{cluster}\"");
    let filter = filter.as_str();
    let call = "compute.disks.aggregatedList";
    let pages = pages(|token| async move {
        let request = client
            .aggregated_list()
            .set_project(gcp.project())
            .set_filter(filter)
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
        let disks = page.items.values().flat_map(|scope| &scope.disks);
        all.extend(disks.filter_map(of_wire));
    }
    all.retain(|one| one.cluster == cluster && region_of(zone_of(&one.physical)) == gcp.region());
    Ok(all)
}

async fn get(gcp: &Gcp, physical: &str) -> Result<Option<Wire>, Fault> {
    let client = gcp.disks().await?;
    let request = client
        .get()
        .set_project(gcp.project())
        .set_zone(zone_of(physical))
        .set_disk(last(physical));
    found(
        gcp.read("compute.disks.get", || request.clone().send())
            .await,
    )
}

impl Serves for SweptDisk {
    type Cloud = Google;
    type Want = Self;

    const KIND: &'static str = "swept.disk";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        let more = [("type", "what it is"), ("gib", "its size in GiB")];
        Table {
            loss: Some("what is on the disk is lost".to_owned()),
            ..swept(Self::KIND, "disk", &more)
        }
    }

    fn usage(of: &Uses<'_>) -> Usage {
        let gib = of.text("gib").and_then(|gib| gib.parse().ok());
        Usage::one(match (of.text("type"), gib) {
            (Some(kind), Some(gib)) => Meter::listed(
                "disk",
                Part::Storage,
                &format!("gce.disk.{kind}"),
                "GiB-month",
                Quantity::whole(gib),
            ),
            _ => Meter::unlisted("disk", Part::Storage, "its size is not known"),
        })
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
        let Some(wire) = get(cx.gcp, &live.physical).await? else {
            return Ok(Next::Gone);
        };
        let now = of_wire(&wire);
        if now.is_none_or(|now| text(live, "cluster") != Some(now.cluster.as_str())) {
            return Err(Stop::Failure(not_left(live)));
        }
        if !wire.users.is_empty() {
            let users: Vec<&str> = wire.users.iter().map(|user| last(user)).collect();
            return Err(Stop::Later(format!("in use by {}", users.join(", "))));
        }
        let client = cx.gcp.disks().await?;
        let request = client
            .delete()
            .set_project(cx.gcp.project())
            .set_zone(zone_of(&live.physical))
            .set_disk(last(&live.physical))
            .set_request_id(cx.token);
        let call = "compute.disks.delete";
        let operation = cx.gcp.write_once(call, || request.clone().send()).await?;
        Ok(accepted_in_zone(&operation, &live.physical, "delete"))
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let wire = get(cx.gcp, physical).await?;
        Ok(wire.map(|_| Live::new(physical, &Tags::new(), &Self::default())))
    }

    async fn progress(cx: &Cx<'_>, _: &str, update: &str) -> Result<Progress, Fault> {
        compute(cx, update).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_disk_is_left_when_label_and_claim_say_so() {
        let disk = |description: &str| {
            let body = serde_json::json!({
                "name": "pvc-1", "sizeGb": "10", "description": description,
                "labels": { "goog-k8s-cluster-name": "shop-prod" },
                "type": "https://www.googleapis.com/compute/v1/projects/acme/zones/europe-west1-b/diskTypes/pd-ssd",
                "selfLink": "https://www.googleapis.com/compute/v1/projects/acme/zones/europe-west1-b/disks/pvc-1",
            });
            of_wire(&serde_json::from_value(body).unwrap())
        };
        let found = disk(r#"{"kubernetes.io/created-for/pvc/name":"data"}"#).unwrap();
        assert_eq!(found.cluster, "shop-prod");
        assert_eq!(zone_of(&found.physical), "europe-west1-b");
        assert!(disk("the boot disk of a node").is_none());
    }
}
