//! `gcp.router`: a Cloud Router with its NAT.
//!
//! A NAT lives in its router and is made in the same call. Routers have no fingerprint, so the last writer wins: a change
//! reads the NATs again and sends all of them, so that what others added stays.

use google_cloud_compute_v1::model::router_nat::{
    NatIpAllocateOption, SourceSubnetworkIpRangesToNat as Sources,
};
use google_cloud_compute_v1::model::router_nat_log_config::Filter;
use google_cloud_compute_v1::model::{Router as Wire, RouterNat, RouterNatLogConfig};
use provision_core::cost::{Meter, Part, Quantity, Range, Usage};
use provision_core::model::{Identity, Observed, ResourceId, Table};
use provision_kind::live::text;
use provision_kind::tables::{fixed, outputs, scalar, seconds, table};
use provision_kind::{Field, Live, Next, Progress, Seen, Serves, Tags, Uses};
use serde::{Deserialize, Serialize};

use super::compute::{found, local, pages, parts, path, region_of, regional};
use super::node_cost::count as node_count;
use super::operation::{accepted, compute, last};
use super::seen::{Listed, look_over};
use super::{Ask, Cx, Google, Stop};
use crate::client::Gcp;
use crate::error::Fault;
use crate::marks::{described, of_description};

/// The name of our NAT in its router.
const NAT: &str = "nat";

/// What is taken to go through a NAT in a month.
const ASSUMED_GIB: u64 = 100;

/// From so many machines on a NAT costs the same ("Cloud NAT pricing").
const MOST_CHARGED: u64 = 32;

/// Machines that an Autopilot cluster is taken to have, as nobody says how many pods it will get.
const AUTOPILOT_MACHINES: u64 = 3;

/// The fields of a router. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Router {
    /// Its network: `global/networks/NAME`.
    pub network: Field<String>,
    /// Where the addresses of its NAT come from: `AUTO_ONLY`. Empty when it has none of ours.
    pub nat: String,
    /// What its NAT logs: `ERRORS_ONLY`.
    pub nat_log: String,
}

impl Serves for Router {
    type Cloud = Google;
    type Want = Self;

    const KIND: &'static str = "gcp.router";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        let rows = vec![
            fixed("network", "its network"),
            scalar("nat", "where the addresses of its NAT come from"),
            scalar("nat_log", "what its NAT logs"),
        ];
        Table {
            outputs: outputs(&["name", "id"]),
            seconds: seconds(18, 12, 12),
            lingers: true,
            ..table(Self::KIND, "Cloud Router with NAT", Identity::Named, rows)
        }
    }

    fn usage(of: &Uses<'_>) -> Usage {
        if of.text("nat") == Some("") {
            return Usage::free("a router costs nothing without NAT");
        }
        let machines = behind(of);
        if machines.max == 0 {
            return Usage::free("NAT costs nothing while no machine is behind it");
        }
        let network =
            |component, item, unit, each| Meter::listed(component, Part::Network, item, unit, each);
        let whole = Quantity::whole(ASSUMED_GIB);
        Usage::Charged {
            meters: vec![
                network("NAT by machines", "nat.vm", "hour", Quantity::month()).count(machines),
                network("NAT data", "nat.data", "GiB", whole)
                    .assuming(format!("{ASSUMED_GIB} GiB a month through each NAT")),
                network("NAT address", "gce.ipv4", "hour", Quantity::month()),
            ],
        }
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        let listed = list(ask.gcp).await;
        look_over(
            ask,
            "compute.routers.aggregatedList",
            listed,
            |live| region_of(&live.physical),
            |resource, live| {
                region_of(&live.physical).as_deref() == Some(ask.context.region.as_str())
                    && resource.name.as_deref() == Some(last(&live.physical))
            },
        )
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let physical = regional(cx, "routers")?;
        let network = format!(
            "projects/{}/{}",
            cx.gcp.project(),
            want.network.known("network")?
        );
        let body = Wire::new()
            .set_name(cx.name()?)
            .set_description(described(cx.context, cx.id()))
            .set_network(network)
            .set_nats([nat(want)]);
        let client = cx.gcp.routers().await?;
        let request = client
            .insert()
            .set_project(cx.gcp.project())
            .set_region(cx.gcp.region())
            .set_request_id(cx.token)
            .set_body(body);
        let operation = cx
            .gcp
            .write_once("compute.routers.insert", || request.clone().send())
            .await?;
        Ok(accepted(&operation, &physical, "insert"))
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        let same = text(live, "nat") == Some(want.nat.as_str())
            && text(live, "nat_log") == Some(want.nat_log.as_str());
        if same {
            return Ok(None);
        }
        let (region, name) = parts(&live.physical);
        let Some(now) = get(cx.gcp, &region, name).await? else {
            return Err(Stop::Later("the router is not visible yet".to_owned()));
        };
        let others = now
            .nats
            .into_iter()
            .filter(|one| one.name.as_deref() != Some(NAT));
        let nats: Vec<RouterNat> = others.chain([nat(want)]).collect();
        let client = cx.gcp.routers().await?;
        let request = client
            .patch()
            .set_project(cx.gcp.project())
            .set_region(region)
            .set_router(name)
            .set_request_id(cx.token)
            .set_body(Wire::new().set_nats(nats));
        let operation = cx
            .gcp
            .write_once("compute.routers.patch", || request.clone().send())
            .await?;
        Ok(Some(accepted(&operation, &live.physical, "patch")))
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let (region, name) = parts(&live.physical);
        let client = cx.gcp.routers().await?;
        let request = client
            .delete()
            .set_project(cx.gcp.project())
            .set_region(region)
            .set_router(name)
            .set_request_id(cx.token);
        let operation = cx
            .gcp
            .write_once("compute.routers.delete", || request.clone().send())
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

/// Machines behind the NAT that are charged for: those of the clusters in its network.
fn behind(of: &Uses<'_>) -> Range<u64> {
    let mut all = Range::exactly(0);
    let own = network(of);
    let beside = |one: &Uses<'_>| one.agrees(of, "network") || own.is_some() && network(one) == own;
    for cluster in of.all("gke.cluster").filter(beside) {
        if cluster.flag("private_nodes") == Some(false) {
            continue;
        }
        let pools = of.all("gke.node_pool");
        let own = pools.filter(|pool| pool.parent() == Some(cluster.id()));
        let counts = own.map(|pool| node_count(&pool));
        let autopilot = cluster.flag("autopilot") == Some(true);
        let counts = counts.chain(autopilot.then(|| Range::exactly(AUTOPILOT_MACHINES)));
        for count in counts {
            all = Range {
                min: all.min + count.min,
                expected: all.expected + count.expected,
                max: all.max + count.max,
            };
        }
    }
    all.map(|machines| machines.min(MOST_CHARGED))
}

/// The network of a router or a cluster: what is live tells its name, what is declared refers to it, and it is the same.
fn network<'a>(of: &Uses<'a>) -> Option<&'a ResourceId> {
    of.needed("gcp.network").map(|network| &network.id)
}

/// Our NAT: all ranges of all subnetworks, addresses that Google takes by itself.
fn nat(want: &Router) -> RouterNat {
    let log = RouterNatLogConfig::new()
        .set_enable(true)
        .set_filter(Filter::from(want.nat_log.as_str()));
    RouterNat::new()
        .set_name(NAT)
        .set_nat_ip_allocate_option(NatIpAllocateOption::from(want.nat.as_str()))
        .set_source_subnetwork_ip_ranges_to_nat(Sources::AllSubnetworksAllIpRanges)
        .set_log_config(log)
}

/// A router; `None` when it is not there.
pub(crate) async fn get(gcp: &Gcp, region: &str, name: &str) -> Result<Option<Wire>, Fault> {
    let client = gcp.routers().await?;
    let request = client
        .get()
        .set_project(gcp.project())
        .set_region(region)
        .set_router(name);
    found(
        gcp.read("compute.routers.get", || request.clone().send())
            .await,
    )
}

async fn list(gcp: &Gcp) -> Result<Listed, Fault> {
    let client = gcp.routers().await?;
    let pages = pages(|token| async move {
        let request = client
            .aggregated_list()
            .set_project(gcp.project())
            .set_or_clear_page_token(token);
        let mut page = gcp
            .read("compute.routers.aggregatedList", || request.clone().send())
            .await?;
        let token = page.next_page_token.take();
        Ok((page, token))
    });
    let mut listed = Listed::default();
    for page in pages.await? {
        listed.missing.extend(page.unreachables);
        let items = page.items.into_values().flat_map(|scope| scope.routers);
        listed.lives.extend(items.map(|wire| live(&wire)));
    }
    Ok(listed)
}

/// A router as read.
pub(super) fn live(wire: &Wire) -> Live {
    let name = wire.name.clone().unwrap_or_default();
    let network = local(wire.network.as_deref().unwrap_or_default());
    let (own, others): (Vec<&RouterNat>, Vec<&RouterNat>) = wire
        .nats
        .iter()
        .partition(|one| one.name.as_deref() == Some(NAT));
    let own = own.first();
    let log = own
        .and_then(|one| one.log_config.as_ref())
        .filter(|log| log.enable == Some(true));
    let fields = Router {
        network: network.as_str().into(),
        nat: own
            .and_then(|one| one.nat_ip_allocate_option.as_ref()?.name())
            .unwrap_or_default()
            .to_owned(),
        nat_log: log
            .and_then(|log| log.filter.as_ref()?.name())
            .unwrap_or_default()
            .to_owned(),
    };
    let physical = path(wire.self_link.as_deref().unwrap_or_default());
    let mut live = Live::new(&physical, &Tags::new(), &fields)
        .output("name", name.as_str())
        .output("id", local(&physical))
        .needs([network]);
    live.marks = of_description(wire.description.as_deref().unwrap_or_default());
    live.names = vec![local(&physical)];
    live.foreign = others
        .iter()
        .filter_map(|one| Some(format!("NAT {}", one.name.as_ref()?)))
        .collect();
    live
}
