//! What a comparison stands on, in words.

use super::Markets;
use super::demand::{Basis, Demand};
use crate::cost::Quantity;

/// Google's credit for each billing account, a month.
const CREDIT: &str = "gke.credit";

const ALWAYS: [&str; 7] = [
    "list prices on demand, for all hours of a month; traffic between zones, logs and images are in no column, and of what leaves the \
     cloud only what `prices` tells (`egress_gb`)",
    "control planes are standard ones, none of EKS is provisioned, and Kubernetes versions are in standard support, without the fee for \
     extended support",
    "nodes leave pods what the clouds' own rules say (kubelet and eviction reserves, network interfaces), less what agents ask for: \
     150m on EKS, and CoreDNS once; 200m and 250 MiB on GKE, for which Google names no figure; nothing on EKS Auto Mode",
    "tasks on ECS have a network interface each, without trunking: a machine holds as many as it has interfaces, less its own",
    "EKS Fargate adds 256 MiB to a pod and rounds up to pairs that are sold; it has no arm64, which counts as amd64 there and on Autopilot; a pod on \
     Autopilot has 1 GiB of disk, as is filled in there",
    "machines with shared cores, accelerators or bare metal are not chosen unless a pool names them",
    "100 GB a month go through each NAT gateway that AWS would have; Autopilot is taken to have one node behind it for 4 cores that \
     are asked for; a load balancer carries one capacity unit, 730 GB a month",
];

const WORKLOADS: &str = "from the workloads: the least replicas are expected, the range goes to the most; one machine type for \
     each cluster and architecture, the one that makes the sum cheapest, at least two machines where something has two replicas";

const MIXED: &str = "from the workloads where a cluster has some, else from its pools; of workloads the least replicas are expected, and one \
     machine type for each cluster and architecture, the one that makes the sum cheapest; of pools as many machines everywhere, and without nodes \
     one pod for each, as large as what the machine leaves for pods";

const POOLS: &str = "from the pools, as no workload is declared: as many machines everywhere, of the cheapest type that satisfies \
     the pool's words; without nodes, one pod for each machine, as large as what the machine leaves for pods";

const NODES: &str = "one machine type, that of the largest pool: the cheapest of each cloud that satisfies its words; without nodes, \
     one pod for each machine, as large as what the machine leaves for pods, all of it used";

/// All that was assumed.
pub(super) fn assumptions(demand: &Demand, markets: &Markets) -> Vec<String> {
    let basis = match demand.basis {
        Basis::Workloads => WORKLOADS,
        Basis::Pools => POOLS,
        Basis::Mixed => MIXED,
    };
    with(basis, demand, markets)
}

/// All that was assumed of growing numbers of nodes.
pub(super) fn of_breakeven(markets: &Markets) -> Vec<String> {
    let first = [NODES.to_owned(), credit(markets), auto_mode(markets)];
    first.into_iter().chain(ALWAYS.map(str::to_owned)).collect()
}

fn with(basis: &str, demand: &Demand, markets: &Markets) -> Vec<String> {
    let first = [basis.to_owned(), credit(markets), auto_mode(markets)];
    let first = first.into_iter().chain(ALWAYS.map(str::to_owned));
    first.chain(demand.notes.iter().cloned()).collect()
}

/// Of Google's credit: whether it is the spec's, another's, or nobody says whose.
fn credit(markets: &Markets) -> String {
    let fee = "GKE standard is a regional cluster, which pays its fee in full; Google's credit";
    if markets.free_cluster {
        return format!("{fee} pays that of one Autopilot cluster");
    }
    let price = markets.catalogue.price(&markets.gcp.region, CREDIT);
    let worth =
        price.map(|price| format!(" of {} a month", price.rate.of(Quantity::whole(1)).cents()));
    format!(
        "{fee}{} for each billing account, which would pay the fee of one Autopilot cluster, is not taken off \
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
