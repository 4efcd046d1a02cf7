//! `swept.forwarding_rule`: the address of a service's balancer, which is charged for by the hour.

use google_cloud_compute_v1::model::ForwardingRule as Wire;
use provision_core::cost::{Meter, Part as Of, Quantity, Usage};
use provision_kind::Uses;
use serde::{Deserialize, Serialize};

use super::balancer::{Part, Piece, Said, Sent};
use crate::client::Gcp;
use crate::error::Fault;
use crate::kinds::Cx;
use crate::kinds::compute::{found, pages, parts, path};

/// Rules of a region that cost as much together as one ("VPC and forwarding rules" of the price list).
const FIRST: usize = 5;

/// The item of the first ones, and of each one more.
const ITEMS: [&str; 2] = ["lb.rules", "lb.rule"];

/// The fields of a forwarding rule that was left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SweptForwardingRule {
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
    /// The handle of the pool or backend service that it leads to.
    pub to: String,
    /// The item of the price that ends with it; empty when none does.
    pub price: String,
}

/// The item of the price that ends when one of so many rules of a region goes.
pub(super) fn price(standing: usize) -> &'static str {
    match standing {
        0 | 1 => ITEMS[0],
        more if more > FIRST => ITEMS[1],
        _ => "",
    }
}

/// Parts among the rules of the region, and how many rules there are.
pub(super) async fn list(gcp: &Gcp) -> Result<(Vec<Part>, usize), Fault> {
    let client = gcp.forwarding_rules().await?;
    let pages = pages(|token| async move {
        let request = client
            .list()
            .set_project(gcp.project())
            .set_region(gcp.region())
            .set_or_clear_page_token(token);
        let call = "compute.forwardingRules.list";
        let page = gcp.read(call, || request.clone().send()).await?;
        Ok((page.items, page.next_page_token))
    });
    let all: Vec<Wire> = pages.await?.into_iter().flatten().collect();
    let parts = all.iter().filter_map(SweptForwardingRule::part);
    Ok((parts.collect(), all.len()))
}

impl Piece for SweptForwardingRule {
    const KIND: &'static str = "swept.forwarding_rule";
    const WORD: &'static str = "forwarding_rule";
    const TITLE: &'static str = "forwarding rule";
    const MORE: &'static [(&'static str, &'static str)] = &[
        ("to", "the pool or backend service that it leads to"),
        ("price", "the item of the price that ends with it"),
    ];
    type Wire = Wire;

    fn usage(of: &Uses<'_>) -> Usage {
        let Some(item) = of.text("price").filter(|item| !item.is_empty()) else {
            return Usage::free("the first five forwarding rules of a region cost as much as one");
        };
        let hours = Quantity::month();
        let meter = Meter::listed("forwarding rule", Of::Network, item, "hour", hours);
        Usage::one(meter)
    }

    fn part(wire: &Wire) -> Option<Part> {
        let part = Part::of(&Said {
            link: wire.self_link.as_ref(),
            id: wire.id,
            description: wire.description.as_ref(),
        })?;
        let leads = wire.backend_service.as_ref().or(wire.target.as_ref());
        let collections = ["/backendServices/", "/targetPools/"];
        let leads = leads.filter(|link| collections.iter().any(|one| link.contains(one)));
        let handle = |link: &String| path(link);
        Some(Part {
            to: leads.map(handle),
            network: wire.network.as_ref().map(handle),
            uses: wire.subnetwork.iter().map(handle).collect(),
            ..part
        })
    }

    async fn get(gcp: &Gcp, physical: &str) -> Result<Option<Wire>, Fault> {
        let client = gcp.forwarding_rules().await?;
        let (region, name) = parts(physical);
        let request = client
            .get()
            .set_project(gcp.project())
            .set_region(region)
            .set_forwarding_rule(name);
        let call = "compute.forwardingRules.get";
        found(gcp.read(call, || request.clone().send()).await)
    }

    async fn send(cx: &Cx<'_>, physical: &str) -> Sent {
        let client = cx.gcp.forwarding_rules().await?;
        let (region, name) = parts(physical);
        let request = client
            .delete()
            .set_project(cx.gcp.project())
            .set_region(region)
            .set_forwarding_rule(name)
            .set_request_id(cx.token);
        let call = "compute.forwardingRules.delete";
        cx.gcp.write_once(call, || request.clone().send()).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_rule_leads_to_a_pool_or_a_backend_service_and_to_nothing_else() {
        let home = "https://www.googleapis.com/compute/v1/projects/acme/regions/europe-west1";
        let of = |collection: &str| {
            let body = serde_json::json!({
                "id": "7", "name": "a1", "description": r#"{"kubernetes.io/service-name":"shop/web"}"#,
                "target": format!("{home}/{collection}/x"), "selfLink": format!("{home}/forwardingRules/a1"),
            });
            SweptForwardingRule::part(&serde_json::from_value(body).unwrap()).unwrap()
        };
        let pool = of("targetPools");
        assert_eq!(
            (pool.number.as_str(), pool.service.as_str()),
            ("7", "shop/web")
        );
        let to = "projects/acme/regions/europe-west1/targetPools/x";
        assert_eq!(pool.to.unwrap(), to);
        assert_eq!(of("targetHttpProxies").to, None);
    }

    #[test]
    fn the_price_ends_with_the_last_of_the_first_five_and_with_each_beyond() {
        let told: Vec<&str> = (1..=7).rev().map(price).collect();
        assert_eq!(told, ["lb.rule", "lb.rule", "", "", "", "", "lb.rules"]);
    }
}
