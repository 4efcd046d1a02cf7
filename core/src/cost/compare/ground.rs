//! What a comparison stands on, in words.

use super::Markets;
use super::demand::{Basis, Demand};
use crate::cost::Quantity;

/// Google's credit for each billing account, a month.
const CREDIT: &str = "gke.credit";

const ALWAYS: [&str; 5] = [
    "nodes leave pods what the clouds' own rules say (kubelet and eviction reserves, network interfaces), less what agents ask for: \
     150m on EKS, and CoreDNS once in a cluster with workloads; 200m and 250 MiB on GKE, for which Google names no figure; nothing on EKS Auto Mode",
    "tasks on ECS have a network interface each, without trunking: a machine holds as many as it has interfaces, less its own",
    "EKS Fargate adds 256 MiB to a pod and rounds up to pairs that are sold; it has no arm64, which counts as amd64 there and on Autopilot; a pod on \
     Autopilot has 1 GiB of disk, as is filled in there",
    "machines with shared cores, accelerators or bare metal are not chosen unless a pool names them",
    "100 GB a month go through each NAT gateway that AWS would have; Autopilot is taken to have one node behind it for 4 cores that \
     are asked for; a load balancer carries one capacity unit, 730 GB a month",
];

const WORKLOADS: &str = "from the workloads: the least replicas are expected, the range goes to the most; one machine type for \
     each cluster and architecture, the one that makes the expected sum cheapest, at least two machines where something has two \
     replicas; the most is what all replicas cost on that same type, even where another one would be cheaper for so many; what has no \
     replica now and does not fit on it gets machines of a type of its own, none of them now";

const MIXED: &str = "from the workloads where a cluster has some, else from its pools; of workloads the least replicas are expected, and one \
     machine type for each cluster and architecture, the one that makes the expected sum cheapest, on which the most is reckoned as well (what has no \
     replica now and does not fit on it gets machines of its own); of pools as many machines everywhere, and without nodes \
     one pod for each, as large as what the machine leaves for pods";

const POOLS: &str = "from the pools, as no workload is declared: as many machines everywhere, on GKE as many in each zone, of the cheapest type that satisfies \
     the pool's words; without nodes, one pod for each machine, as large as what the machine leaves for pods";

const NODES: &str = "one machine type, that of the largest pool: the cheapest of each cloud that satisfies its words; without nodes, \
     one pod for each machine, as large as what the machine leaves for pods, all of it used";

const DOORS: &str = "nodes and tasks call the private endpoints that a plan on AWS would make, in each zone, with 10 GB a month through \
     each; on Google Cloud Private Google Access takes their place and costs nothing";

/// All that was assumed.
pub(super) fn assumptions(demand: &Demand, markets: &Markets) -> Vec<String> {
    let basis = match demand.basis {
        Basis::Workloads => WORKLOADS,
        Basis::Pools => POOLS,
        Basis::Mixed => MIXED,
    };
    let all = with(basis, demand, markets).into_iter();
    all.chain(demand.notes.iter().cloned()).collect()
}

/// All that was assumed of growing numbers of nodes.
pub(super) fn of_breakeven(demand: &Demand, markets: &Markets) -> Vec<String> {
    with(NODES, demand, markets)
}

fn with(basis: &str, demand: &Demand, markets: &Markets) -> Vec<String> {
    let first = [
        basis.to_owned(),
        credit(demand, markets),
        auto_mode(markets),
        prices(markets),
    ];
    let first = first.into_iter().chain(masters(demand));
    let first = first.chain(ALWAYS.map(str::to_owned));
    let doors = (!demand.doors.is_empty()).then(|| DOORS.to_owned());
    first
        .chain(doors)
        .chain(markets.terms.iter().cloned())
        .collect()
}

/// Which prices are reckoned with, and of what.
fn prices(markets: &Markets) -> String {
    let which = match markets.agreed {
        true => "prices on demand, less what `[prices]` tells",
        false => "list prices on demand",
    };
    format!(
        "{which}, for all hours of a month; traffic between zones, logs and images are in no column, and of what leaves the cloud only \
         what `prices` tells (`egress_gb`)"
    )
}

/// What control planes are, and where the spec has more of one.
fn masters(demand: &Demand) -> Vec<String> {
    let standard = "control planes are standard ones and Kubernetes versions in standard support, where the spec says nothing else of \
                    its own platform";
    let more = demand
        .masters
        .iter()
        .filter(|master| !master.on_top.is_empty());
    let more = more.map(|master| {
        let parts = master.on_top.iter().map(|meter| meter.component.as_str());
        format!(
            "the control plane of `{}` is charged for on {} as the spec has it there ({}), on other platforms as a standard one",
            master.cluster,
            master.platform,
            parts.collect::<Vec<_>>().join(", ")
        )
    });
    std::iter::once(standard.to_owned()).chain(more).collect()
}

/// What GKE standard is, and of Google's credit: whether it is the spec's, another's, or nobody says whose.
fn credit(demand: &Demand, markets: &Markets) -> String {
    let mut zonal = demand.masters.iter().map(|master| master.zonal);
    let (some, all) = (zonal.clone().any(|zonal| zonal), zonal.all(|zonal| zonal));
    let (standard, which) = match (some, all) {
        (true, true) => (
            "a zonal cluster, as the network has one zone",
            "zonal or Autopilot",
        ),
        (true, false) => (
            "a zonal cluster where the network has one zone, else a regional one, which pays its fee in full",
            "zonal or Autopilot",
        ),
        _ => (
            "a regional cluster, which pays its fee in full",
            "Autopilot",
        ),
    };
    let fee = format!("GKE standard is {standard}; Google's credit");
    if markets.free_cluster {
        return format!("{fee} pays that of one {which} cluster");
    }
    let price = markets.catalogue.price(&markets.gcp.region, CREDIT);
    let worth =
        price.map(|price| format!(" of {} a month", price.rate.of(Quantity::whole(1)).cents()));
    format!(
        "{fee}{} for each billing account, which would pay the fee of one {which} cluster, is not taken off \
         (`prices.gcp.free_cluster`)",
        worth.unwrap_or_default()
    )
}

/// What EKS Auto Mode costs, and what it creates.
fn auto_mode(markets: &Markets) -> String {
    format!(
        "EKS Auto Mode costs a part of the machine's price on demand on top of it: {}; it creates none with one processor or of a family \
         that it does not have, and unnamed only those of C, M and R from the fifth generation on, as its own node pools do",
        markets.auto_fees
    )
}
