//! The same spec on every platform, and what each costs: a pure model from a spec and tables, which asks no provider.
//!
//! What runs is a [`Demand`]; what can be bought are [`Markets`]; each [`Variant`] turns the one into meters on the other, and
//! the lines of its column come from the same multiplication as those of a bill. Where there are nodes, pods are packed on what
//! machines really leave them ([`allocatable`]), on the one type that makes the sum cheapest; where there are none, each is
//! rounded up to what is sold ([`rounding`]).

pub mod allocatable;
mod around;
mod breakeven;
mod column;
mod demand;
mod ground;
mod group;
mod known;
mod machines;
mod pack;
pub mod rounding;
mod sheet;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::{
    CURRENCY, Catalogue, HOURS, Line, Money, PERIOD, Part, Parts, Range, Shares, Unpriced,
};
use crate::model::Platform;
use crate::plan::FORMAT_VERSION;
use crate::spec::Arch;

pub use breakeven::{Breakeven, Cheapest, Curve, Point, breakeven, largest, node};
pub use column::ON_DEMAND;
pub use demand::{Balancer, Basis, Demand, Way};
pub use group::{Group, Load, Node, Pods, PoolWords};
pub use known::{Doors, Master, Providers};

/// How the names of hyperdisks begin.
const HYPERDISK: &str = "hyperdisk-";

/// The disk of Google Cloud where none is named.
const BALANCED: &str = "pd-balanced";

/// A machine type that is for sale.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    /// Its name: `m7i.large`.
    pub name: String,
    /// Its item in the catalogue.
    pub item: String,
    /// Virtual processors.
    pub vcpu: u32,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// Its architecture.
    pub arch: Arch,
    /// Most pods that its network interfaces allow, where known.
    pub most_pods: Option<u32>,
    /// Network interfaces, its own included, where known.
    pub interfaces: Option<u32>,
    /// Its cores are shared with other machines.
    pub shared: bool,
    /// It has graphics or other accelerators.
    pub accelerated: bool,
    /// What EKS Auto Mode makes of it; `None` where it creates no such machine.
    pub auto: Option<AutoMode>,
    /// What it boots from where nothing else is named.
    pub disk: BootDisk,
}

/// A machine as EKS Auto Mode keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AutoMode {
    /// What that costs: thousandths of the machine's price on demand.
    pub permille: u32,
    /// The node pools that come with it create such machines, so that nobody has to name one.
    pub unnamed: bool,
}

/// The disks that a machine boots from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BootDisk {
    /// Volumes of EBS.
    #[default]
    Ebs,
    /// Persistent disks of Google Cloud.
    Persistent,
    /// Hyperdisks alone.
    Hyperdisk,
    /// Either of these.
    Either,
}

impl BootDisk {
    /// Whether a machine boots from a type of disk of Google Cloud.
    fn takes(self, word: &str) -> bool {
        match self {
            Self::Ebs | Self::Either => true,
            Self::Persistent => !word.starts_with(HYPERDISK),
            Self::Hyperdisk => word.starts_with(HYPERDISK),
        }
    }

    /// The item of a disk and its unit; `named` is what a pool on Google Cloud says.
    fn item(self, named: Option<&str>) -> (String, &'static str) {
        let word = match (self, named) {
            (Self::Ebs, _) => return ("ebs.gp3".to_owned(), "GB-month"),
            (_, Some(named)) => named,
            (Self::Hyperdisk, None) => "hyperdisk-balanced",
            (_, None) => BALANCED,
        };
        (format!("gce.disk.{word}"), "GiB-month")
    }
}

/// What a region of a cloud sells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Market {
    /// The region.
    pub region: String,
    /// Machines that may be chosen without being named, cheapest first.
    pub general: Vec<Machine>,
    /// Others, which have to be named.
    pub named: Vec<Machine>,
}

impl Market {
    /// A machine by its name.
    fn find(&self, name: &str) -> Option<&Machine> {
        let mut all = self.general.iter().chain(&self.named);
        all.find(|machine| machine.name == name)
    }
}

/// What both clouds sell, and for how much.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markets {
    /// Amazon Web Services.
    pub aws: Market,
    /// Google Cloud.
    pub gcp: Market,
    /// Prices of both regions.
    pub catalogue: Catalogue,
    /// GB that leave for the Internet in a month, whatever the cloud.
    pub egress_gb: u64,
    /// Google's credit for the fee of one zonal or Autopilot cluster is the spec's.
    pub free_cluster: bool,
    /// Prices are not those of the lists, but as `[prices]` of the spec says.
    pub agreed: bool,
    /// What was agreed with the clouds, in words.
    pub terms: Vec<String>,
    /// What EKS Auto Mode takes of a machine's price, in words: `12 %, of families G 7.8 %`.
    pub auto_fees: String,
}

/// A way of running it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Variant {
    /// GKE with node pools.
    GkeStandard,
    /// GKE without nodes.
    GkeAutopilot,
    /// EKS with managed node groups.
    EksNodes,
    /// EKS without nodes.
    EksFargate,
    /// EKS with nodes that AWS keeps.
    EksAuto,
    /// ECS without machines.
    EcsFargate,
    /// ECS on machines of its own.
    EcsEc2,
}

impl Variant {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::GkeStandard,
        Self::GkeAutopilot,
        Self::EksNodes,
        Self::EksFargate,
        Self::EksAuto,
        Self::EcsFargate,
        Self::EcsEc2,
    ];

    /// Its platform.
    #[must_use]
    pub const fn platform(self) -> Platform {
        match self {
            Self::GkeStandard | Self::GkeAutopilot => Platform::Gke,
            Self::EksNodes | Self::EksFargate | Self::EksAuto => Platform::Eks,
            Self::EcsFargate | Self::EcsEc2 => Platform::Ecs,
        }
    }

    /// Which way of that platform.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::GkeStandard => "standard",
            Self::GkeAutopilot => "autopilot",
            Self::EksNodes => "managed nodes",
            Self::EksFargate | Self::EcsFargate => "fargate",
            Self::EksAuto => "auto mode",
            Self::EcsEc2 => "ec2",
        }
    }

    /// What its cloud sells.
    fn market(self, markets: &Markets) -> &Market {
        match self.platform() {
            Platform::Gke => &markets.gcp,
            _ => &markets.aws,
        }
    }
}

/// The same demand everywhere; serialised as is by `cost compare --json` (contract: DESIGN 3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// [`CURRENCY`].
    pub currency: String,
    /// [`PERIOD`].
    pub period: String,
    /// [`HOURS`].
    pub hours: u32,
    /// What the demand was made from.
    pub basis: Basis,
    /// The region on AWS.
    pub aws_region: String,
    /// The region on Google Cloud.
    pub gcp_region: String,
    /// One for each way of running it.
    pub columns: Vec<Column>,
    /// What was assumed.
    pub assumptions: Vec<String>,
}

/// A month on one platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The platform.
    pub platform: Platform,
    /// [`Variant::word`].
    pub variant: String,
    /// The region.
    pub region: String,
    /// A sum for every part.
    #[serde(flatten)]
    pub parts: Parts,
    /// All of it, as expected.
    pub total: Money,
    /// From the least to the most.
    pub range: Range<Money>,
    /// How much of it is the control plane.
    pub master_share: Shares,
    /// Everything that is expected of it has a price. Sums and shares of one that is not complete are of what has; the most of
    /// one that is may lack what there is none of now (`unpriced`).
    pub complete: bool,
    /// Machines by pool.
    pub nodes_by_pool: Vec<PoolOf>,
    /// What is paid for and asked for by nobody.
    pub stranded: Stranded,
    /// Line by line.
    pub lines: Vec<Line>,
    /// What has no price here; no part of any sum.
    pub unpriced: Vec<Unpriced>,
}

impl Column {
    /// Something of these parts has no price, so that what they come to is not known.
    #[must_use]
    pub fn lacks(&self, parts: &[Part]) -> bool {
        lacks(&self.unpriced, parts)
    }
}

/// Whether something of these parts has no price that counts in what is expected.
fn lacks(unpriced: &[Unpriced], parts: &[Part]) -> bool {
    let of = |one: &Unpriced| one.part.is_none_or(|part| parts.contains(&part));
    unpriced.iter().any(|one| one.counts() && of(one))
}

/// Machines of one pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolOf {
    /// Its name.
    pub pool: String,
    /// Their type.
    pub machine: String,
    /// How many.
    pub nodes: Range<u64>,
}

/// Capacity that is paid for and not asked for: what the system keeps, what rounding adds, what no pod fits in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stranded {
    /// Millicores.
    pub cpu: u64,
    /// MiB.
    pub memory: u64,
    /// Thousandths of what is paid for, the larger of the two.
    pub permille: u64,
}

/// Prices a demand on every platform.
#[must_use]
pub fn compare(demand: &Demand, markets: &Markets) -> Comparison {
    let columns = Variant::ALL.map(|variant| column::column(variant, demand, markets));
    Comparison {
        format_version: FORMAT_VERSION,
        currency: CURRENCY.to_owned(),
        period: PERIOD.to_owned(),
        hours: HOURS,
        basis: demand.basis,
        aws_region: markets.aws.region.clone(),
        gcp_region: markets.gcp.region.clone(),
        columns: columns.into(),
        assumptions: ground::assumptions(demand, markets),
    }
}
