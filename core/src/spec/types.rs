//! The typed spec, after variables, overlays and `extends` have been applied. Plain values: where each was
//! written is kept beside it by address (`Spans`).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::cost::Terms;
use crate::model::Platform;

use super::{Job, LoadBalancer, Secret, Workload};

/// A whole spec. Maps are keyed by the names given in the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    /// The stack, `shop`, or `shop-staging` with `--env staging`.
    pub stack: String,
    /// `[cloud.aws]`.
    pub aws: Option<AwsCloud>,
    /// `[cloud.gcp]`.
    pub gcp: Option<GcpCloud>,
    /// `[labels]`.
    pub labels: BTreeMap<String, String>,
    /// `[budget] monthly_usd`, in micro-dollars.
    pub budget_micros: Option<i64>,
    /// `[prices]`.
    #[serde(default, skip_serializing_if = "Terms::is_empty")]
    pub prices: Terms,
    /// `[network.NAME]`; those that clusters imply are filled in.
    pub networks: BTreeMap<String, Network>,
    /// `[cluster.NAME]`.
    pub clusters: BTreeMap<String, Cluster>,
    /// `[secret.NAME]`.
    pub secrets: BTreeMap<String, Secret>,
    /// `[load_balancer.NAME]`.
    pub load_balancers: BTreeMap<String, LoadBalancer>,
    /// `[workload.NAME]`, with `extends` resolved.
    pub workloads: BTreeMap<String, Workload>,
    /// `[job.NAME]`, with `extends` resolved.
    pub jobs: BTreeMap<String, Job>,
}

impl Spec {
    /// The platforms of the workloads behind a load balancer.
    #[must_use]
    pub fn behind(&self, balancer: &str) -> BTreeSet<Platform> {
        let Some(balancer) = self.load_balancers.get(balancer) else {
            return BTreeSet::new();
        };
        let targets = balancer.targets.iter();
        let targets = targets.map(|target| (&target.workload, target.cluster.as_ref()));
        let routes = balancer.routes.iter().map(|route| (&route.workload, None));
        targets
            .chain(routes)
            .filter_map(|(workload, cluster)| {
                let own = self
                    .workloads
                    .get(workload)
                    .map(|workload| &workload.cluster);
                Some(self.clusters.get(cluster.or(own)?)?.platform)
            })
            .collect()
    }

    /// The word `adopt` of the block at an address; outer `None` when the spec has no such block.
    #[must_use]
    pub fn adopts(&self, address: &str) -> Option<Option<&str>> {
        let words: Vec<&str> = address.split('.').collect();
        let word = match words.as_slice() {
            ["network", name] => &self.networks.get(*name)?.adopt,
            ["cluster", name] => &self.clusters.get(*name)?.adopt,
            ["cluster", name, "pool", pool] => &self.clusters.get(*name)?.pools.get(*pool)?.adopt,
            _ => return None,
        };
        Some(word.as_deref())
    }
}

/// `[cloud.aws]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwsCloud {
    /// The account that must be the caller's; 12 digits.
    pub account: Option<String>,
    /// The region: `eu-west-1`.
    pub region: String,
    /// A profile of the shared configuration.
    pub profile: Option<String>,
    /// A role to assume: its ARN.
    pub assume_role: Option<String>,
}

/// `[cloud.gcp]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GcpCloud {
    /// The project id.
    pub project: String,
    /// The region: `europe-west1`.
    pub region: String,
}

/// `[network.NAME]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Network {
    /// `cidr`, default `10.0.0.0/16`; ignored where `existing` is set.
    pub cidr: String,
    /// How many zones, 1-6; default 3 (2 is the least EKS takes for its control plane).
    pub zones: u8,
    /// `nat`; default `single`.
    pub nat: Nat,
    /// `endpoints`: private endpoints of AWS's services.
    #[serde(default)]
    pub endpoints: Endpoints,
    /// An existing network, per cloud: `{ aws = "vpc-…" }`.
    pub existing: Option<BTreeMap<String, String>>,
    /// Existing subnets by role, only with `existing`.
    pub subnets: Option<Subnets>,
    /// Existing security groups that nodes join, only with `existing` or to reach a database.
    pub security_groups: Vec<String>,
    /// A VPC that is taken over.
    pub adopt: Option<String>,
    /// Made up because a cluster needed it: it has no block in the file.
    pub implied: bool,
}

/// Private endpoints of a cloud's services in a network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoints {
    /// Not written: where nodes run without NAT, those that they need.
    #[default]
    Unsaid,
    /// None.
    None,
    /// Those that nodes need.
    Needed,
    /// These; without NAT those that nodes need as well.
    Named(Vec<String>),
}

/// Existing subnets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subnets {
    /// For nodes.
    pub private: Vec<String>,
    /// For balancers.
    pub public: Vec<String>,
}

/// NAT of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nat {
    /// No way out for private addresses.
    None,
    /// One for all zones.
    Single,
    /// One in each zone.
    PerZone,
}

/// `[cluster.NAME]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    /// The platform.
    pub platform: Platform,
    /// Name of its network block.
    pub network: String,
    /// Kubernetes minor, `1.33`; `None` = the platform's default, then sticky.
    pub version: Option<String>,
    /// Never deleted or replaced.
    pub protect: bool,
    /// Who reaches the API.
    pub endpoint: Endpoint,
    /// Who may use it.
    pub access: Vec<Access>,
    /// `[cluster.NAME.pool.NAME]`.
    pub pools: BTreeMap<String, Pool>,
    /// A cluster that is taken over, by name or ARN.
    pub adopt: Option<String>,
    /// Native extras of EKS.
    pub eks: EksExtras,
    /// Native extras of GKE.
    pub gke: GkeExtras,
    /// Native extras of ECS.
    pub ecs: EcsExtras,
    /// Native extras of plain Kubernetes.
    pub kubernetes: KubernetesExtras,
}

/// `endpoint = { public = …, private = … }`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Ranges that reach the public endpoint; empty = no public endpoint. `public = true` is `0.0.0.0/0`,
    /// which is also the default.
    pub public: Vec<String>,
    /// Whether the network reaches it inside; default true.
    pub private: bool,
}

/// One entry of `access`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// An IAM principal's ARN.
    pub aws: Option<String>,
    /// A member: `user:…`, `group:…`.
    pub gcp: Option<String>,
    /// What it may do.
    pub role: AccessRole,
    /// Only in these Kubernetes namespaces; empty = everywhere.
    pub namespaces: Vec<String>,
}

/// What an access entry allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessRole {
    /// Everything in the cluster.
    Admin,
    /// Change workloads.
    Edit,
    /// Look.
    View,
}

/// `eks = { … }`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EksExtras {
    /// Control-plane log types: `api`, `audit`, `authenticator`, `controllerManager`, `scheduler`.
    pub logging: Vec<String>,
    /// Days that control-plane logs are kept; default 30.
    pub log_retention_days: Option<u32>,
    /// `standard` (default) or `extended`.
    pub support: Option<String>,
    /// `standard` (default), or the tier of a provisioned control plane: `tier-xl` … `tier-8xl`.
    pub control_plane: Option<String>,
    /// A KMS key for envelope encryption of secrets, by ARN.
    pub kms_key: Option<String>,
    /// The version changes although readiness insights stand in the way.
    pub force_upgrade: bool,
}

/// `gke = { … }`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GkeExtras {
    /// Autopilot; default false.
    pub autopilot: bool,
    /// `rapid`, `regular` (default), `stable`, `extended`, `none`.
    pub release_channel: Option<String>,
    /// The API can be reached by its DNS name.
    #[serde(default)]
    pub dns_endpoint: bool,
    /// Ports of webhooks that the control plane may reach on nodes.
    #[serde(default)]
    pub webhook_ports: Vec<u16>,
    /// A Cloud KMS key for the encryption of Kubernetes secrets.
    #[serde(default)]
    pub kms_key: Option<String>,
    /// What is logged: `system-components`, `workloads` …
    #[serde(default)]
    pub logging: Vec<String>,
    /// Google collects metrics for Prometheus.
    #[serde(default)]
    pub prometheus: bool,
    /// When maintenance may be; absent = at any time.
    #[serde(default)]
    pub maintenance: Option<Maintenance>,
    /// Add-ons that are on or off, by name.
    #[serde(default)]
    pub addons: BTreeMap<String, bool>,
}

/// `maintenance = { … }`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// When it may begin, in UTC: `03:00`.
    pub start: String,
    /// How many hours it may last.
    pub hours: Option<u32>,
    /// On which days: `sa`, `su`; empty = every day.
    pub days: Vec<String>,
}

/// `gke = { … }` of a pool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GkePool {
    /// Accelerators of each node: how many by type.
    pub accelerators: BTreeMap<String, u32>,
    /// `surge` (default) or `blue-green`.
    pub upgrade: Option<String>,
    /// How many nodes there may be too many during a surge.
    pub max_surge: Option<u32>,
    /// How many nodes may be missing during a surge.
    pub max_unavailable: Option<u32>,
    /// `pd-balanced` (default), `pd-standard`, `pd-ssd`, `hyperdisk-balanced`.
    pub disk_type: Option<String>,
}

/// `ecs = { … }`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EcsExtras {
    /// `fargate` (default) or `ec2`.
    pub capacity: Option<String>,
    /// `off` (default), `enabled` or `enhanced`.
    pub insights: Option<String>,
    /// Commands can be run in its containers.
    pub exec: bool,
}

impl EcsExtras {
    /// Whether tasks run on the pools.
    #[must_use]
    pub fn on_pools(&self) -> bool {
        self.capacity.as_deref() == Some("ec2")
    }
}

/// `kubernetes = { … }`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KubernetesExtras {
    /// The kubeconfig context; default the current one.
    pub context: Option<String>,
}

/// `[cluster.NAME.pool.NAME]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pool {
    /// Which machines.
    pub machine: Machine,
    /// How many, of the whole pool.
    pub nodes: Nodes,
    /// Disk of a node in bytes; default 50 GiB.
    pub disk: u64,
    /// Spot capacity.
    pub spot: bool,
    /// Kubernetes node labels.
    pub node_labels: BTreeMap<String, String>,
    /// Kubernetes taints.
    pub taints: Vec<Taint>,
    /// A node group that is taken over, by name or ARN.
    pub adopt: Option<String>,
    /// Native extras of GKE.
    #[serde(default)]
    pub gke: GkePool,
}

/// `machine`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// At least this many millicores.
    pub cpu_milli: Option<u64>,
    /// At least this many bytes.
    pub memory: Option<u64>,
    /// `amd64` (default) or `arm64`.
    pub arch: Arch,
    /// Native types by platform; several = any of them, in that order.
    pub types: BTreeMap<Platform, Vec<String>>,
}

/// Processor architecture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arch {
    /// x86-64.
    #[default]
    Amd64,
    /// 64-bit Arm.
    Arm64,
}

/// `nodes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nodes {
    /// Least, of the whole pool.
    pub min: u32,
    /// Most, of the whole pool.
    pub max: u32,
}

/// `dedicated=web:NoSchedule`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Taint {
    /// The key.
    pub key: String,
    /// The value; may be empty.
    pub value: String,
    /// The effect.
    pub effect: TaintEffect,
}

/// What a taint does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TaintEffect {
    /// Keeps new pods away.
    NoSchedule,
    /// Keeps them away where it can.
    PreferNoSchedule,
    /// Also evicts.
    NoExecute,
}
