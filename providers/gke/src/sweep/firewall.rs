//! `swept.firewall`: a firewall rule that a controller of a cluster left.

use google_cloud_compute_v1::model::Firewall as Wire;
use provision_core::contract::{Class, Failure};
use provision_core::cost::Usage;
use provision_core::model::{Observed, Table};
use provision_kind::live::text;
use provision_kind::{Live, Next, Progress, Seen, Serves, Tags, Uses, internal};
use serde::{Deserialize, Serialize};

use super::balancer::service_of;
use super::{Found, swept};
use crate::client::Gcp;
use crate::error::Fault;
use crate::kinds::compute::path;
use crate::kinds::firewall::{all, get};
use crate::kinds::operation::{accepted, compute, last};
use crate::kinds::{Ask, Cx, Google, Stop};

/// How controllers begin the names of rules: of services and ingresses (kubernetes/ingress-gce, `pkg/utils/namer`), and of gateways.
const MADE: [&str; 3] = ["k8s-", "k8s2-", "gkegw1-"];

/// Hex at the end of a cluster's part in the tag of its nodes.
const HASH: usize = 8;

/// The fields of a rule that was left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SweptFirewall {
    /// Its name.
    pub name: String,
    /// The cluster.
    pub cluster: String,
    /// Its network's handle.
    pub network: String,
}

/// The cluster whose nodes have a network tag: `shop-prod` of `gke-shop-prod-0a1b2c3d-node`.
fn cluster_of(tag: &str) -> Option<&str> {
    let inner = tag.strip_prefix("gke-")?.strip_suffix("-node")?;
    let (cluster, hash) = inner.rsplit_once('-')?;
    let is_hash = hash.len() == HASH && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hash && !cluster.is_empty()).then_some(cluster)
}

/// The cluster that a rule lets traffic in to; `None` of a rule that has to do with anything else.
fn of_wire(wire: &Wire) -> Option<Found> {
    let name = wire.name.clone()?;
    let service = service_of(wire.description.as_deref());
    // People let traffic in to nodes by their tag as well, and GKE takes its own `gke-…` itself.
    if service.is_none() && !MADE.iter().any(|start| name.starts_with(start)) {
        return None;
    }
    let mut clusters = wire.target_tags.iter().map(|tag| cluster_of(tag));
    let cluster = clusters.next()??.to_owned();
    if !clusters.all(|other| other == Some(cluster.as_str())) {
        return None;
    }
    let network = path(wire.network.as_deref().unwrap_or_default());
    Some(Found {
        kind: SweptFirewall::KIND,
        word: "firewall",
        physical: path(wire.self_link.as_deref()?),
        name,
        cluster,
        fields: vec![("network", network.clone())],
        network: Some(network),
        service,
        uses: Vec::new(),
    })
}

/// Rules that are some cluster's.
pub(super) async fn list(gcp: &Gcp) -> Result<Vec<Found>, Fault> {
    Ok(all(gcp).await?.iter().filter_map(of_wire).collect())
}

impl Serves for SweptFirewall {
    type Cloud = Google;
    type Want = Self;

    const KIND: &'static str = "swept.firewall";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        let more = [("network", "the network it lies in")];
        swept(Self::KIND, "firewall rule", &more)
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("firewall rules are free of charge")
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
        let name = last(&live.physical);
        let Some(wire) = get(cx.gcp, name).await? else {
            return Ok(Next::Gone);
        };
        let now = of_wire(&wire);
        let same = now.is_some_and(|now| {
            text(live, "cluster") == Some(now.cluster.as_str())
                && text(live, "network") == now.network.as_deref()
        });
        if !same {
            return Err(Stop::Failure(not_left(live)));
        }
        let client = cx.gcp.firewalls().await?;
        let request = client
            .delete()
            .set_project(cx.gcp.project())
            .set_firewall(name)
            .set_request_id(cx.token);
        let call = "compute.firewalls.delete";
        let operation = cx.gcp.write_once(call, || request.clone().send()).await?;
        Ok(accepted(&operation, &live.physical, "delete"))
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let wire = get(cx.gcp, last(physical)).await?;
        Ok(wire.map(|_| Live::new(physical, &Tags::new(), &Self::default())))
    }

    async fn progress(cx: &Cx<'_>, _: &str, update: &str) -> Result<Progress, Fault> {
        compute(cx, update).await
    }
}

/// A fault of ours.
pub(super) fn only_deleted(cx: &Cx<'_>) -> Failure {
    internal(format!("what was left is only deleted ({})", cx.id()))
}

/// It is not what the plan saw.
pub(super) fn not_left(live: &Observed) -> Failure {
    Failure {
        class: Class::Conflict,
        code: "not-left".to_owned(),
        message: format!(
            "{} no longer tells that a controller of {} made it: it may be somebody's now, and stays",
            live.physical,
            text(live, "cluster").unwrap_or("that cluster")
        ),
        call: None,
        object: Some(live.physical.clone()),
        advice: Some("plan again".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_rule_is_of_the_cluster_whose_nodes_it_lets_traffic_in_to() {
        assert_eq!(cluster_of("gke-shop-prod-0a1b2c3d-node"), Some("shop-prod"));
        assert_eq!(cluster_of("gke-shop-prod-node"), None);
        assert_eq!(cluster_of("web"), None);
        let named = |name: &str, tags: &str| {
            let body = format!(
                r#"{{"name":"{name}","targetTags":{tags},
                "network":"https://www.googleapis.com/compute/v1/projects/acme/global/networks/n",
                "selfLink":"https://www.googleapis.com/compute/v1/projects/acme/global/firewalls/{name}"}}"#
            );
            of_wire(&serde_json::from_str(&body).unwrap())
        };
        let rule = |tags: &str| named("k8s-fw-a1", tags);
        for other in ["allow-istio-webhook", "gke-shop-prod-0a1b2c3d-vms"] {
            assert_eq!(named(other, r#"["gke-shop-prod-0a1b2c3d-node"]"#), None);
        }
        let found = rule(r#"["gke-shop-prod-0a1b2c3d-node"]"#).unwrap();
        assert_eq!(found.cluster, "shop-prod");
        assert_eq!(found.network.unwrap(), "projects/acme/global/networks/n");
        assert!(rule(r#"["gke-shop-prod-0a1b2c3d-node","web"]"#).is_none());
        assert!(rule("[]").is_none());
    }
}
