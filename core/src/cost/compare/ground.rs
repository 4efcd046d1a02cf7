//! What a comparison stands on, in words.

use super::Markets;
use super::demand::{Basis, Demand};

const ALWAYS: [&str; 8] = [
    "list prices on demand, for all hours of a month; traffic between zones, logs and images are in no column, and of what leaves the \
     cloud only what `prices` tells (`egress_gb`)",
    "control planes are standard ones, none of EKS is provisioned, and Kubernetes versions are in standard support; extended support costs \
     0.50 an hour more on EKS and GKE",
    "nodes leave pods what the clouds' own rules say (kubelet and eviction reserves, network interfaces), less what agents ask for: \
     150m on EKS, and CoreDNS once; 200m and 250 MiB on GKE, for which Google names no figure; nothing on EKS Auto Mode",
    "EKS Auto Mode costs a part of the machine's price on demand on top of it: 12 %, of families G 7.8 %, of P and Trainium 4.8 % (as announced: \
     nobody has read it of a type); it creates none with one processor or of a family that it does not have, and unnamed only those of C, M and R \
     from the fifth generation on, as its own node pools do",
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

/// Of Google's credit, where it is another's, or nobody says whose it is.
const CREDIT: &str = "GKE standard is a regional cluster, which pays its fee in full; Google's credit of 74.40 a month for each billing account, \
     which would pay the fee of one Autopilot cluster, is not taken off (`prices.gcp.free_cluster`)";

/// Of the same, where it is the spec's.
const OWN_CREDIT: &str = "GKE standard is a regional cluster, which pays its fee in full; Google's credit pays that of one Autopilot cluster";

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
    let words = [NODES, credit(markets)].into_iter().chain(ALWAYS);
    words.map(str::to_owned).collect()
}

const fn credit(markets: &Markets) -> &'static str {
    match markets.free_cluster {
        true => OWN_CREDIT,
        false => CREDIT,
    }
}

fn with(basis: &str, demand: &Demand, markets: &Markets) -> Vec<String> {
    let first = [basis, credit(markets)].into_iter().chain(ALWAYS);
    let first = first.map(str::to_owned);
    first.chain(demand.notes.iter().cloned()).collect()
}
