//! The typed spec of what runs on clusters: secrets, load balancers, workloads and jobs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// `[secret.NAME]`. Holds where a value comes from, never the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// The cluster it is for.
    pub cluster: Option<String>,
    /// `cloud`: the cloud's own store; `ssm`: AWS's Parameter Store.
    pub store: Option<String>,
    /// Where the value comes from.
    pub from: SecretSource,
    /// How a change is told: `digest` (default) or `read`.
    pub compare: Option<String>,
}

/// `from`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretSource {
    /// An environment variable's name.
    Env(String),
    /// A file, and its format.
    File {
        /// The path.
        path: String,
        /// `raw` (default), `dotenv` or `json`.
        format: Option<String>,
    },
    /// Standard input.
    Stdin,
    /// Made once, by us.
    Generate {
        /// How many characters.
        length: u32,
        /// Of these.
        alphabet: Option<String>,
    },
    /// One that is already in a store, by cloud.
    Existing(BTreeMap<String, String>),
}

impl SecretSource {
    /// Where the value is to be had, in words; `None` where nobody gives it to us.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        match self {
            Self::Env(name) => Some(format!("the environment variable {name}")),
            Self::File { path, .. } => Some(format!("the file {path}")),
            Self::Stdin => Some("standard input".to_owned()),
            Self::Generate { .. } | Self::Existing(_) => None,
        }
    }
}

/// `[load_balancer.NAME]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// Its network block.
    pub network: String,
    /// `public` (true) or `internal`.
    pub public: bool,
    /// Its listeners.
    pub listeners: Vec<Listener>,
    /// Where traffic goes by default.
    pub targets: Vec<Target>,
    /// Rules by host and path.
    pub routes: Vec<Route>,
    /// Where it writes what it was asked; absent: as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_logs: Option<AccessLogs>,
}

/// What becomes of a balancer's access logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessLogs {
    /// None are written.
    None,
    /// They go to a bucket of S3.
    Bucket {
        /// Its name.
        name: String,
        /// What the names of its objects begin with; may be empty.
        prefix: String,
    },
}

/// One listener.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    /// Its port.
    pub port: u16,
    /// `http`, `https`, `tcp`, `tls`.
    pub protocol: String,
    /// Certificates by cloud.
    pub certificates: Vec<BTreeMap<String, String>>,
    /// Answers with a redirect to this port.
    pub redirect: Option<u16>,
}

/// One target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The workload.
    pub workload: String,
    /// Its cluster; default the workload's.
    pub cluster: Option<String>,
    /// Its port; default the workload's.
    pub port: Option<u16>,
    /// Its share of the traffic.
    pub weight: Option<u32>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Host header.
    pub host: Option<String>,
    /// Path prefix.
    pub path: Option<String>,
    /// The workload.
    pub workload: String,
}

/// `[workload.NAME]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Workload {
    /// Its cluster.
    pub cluster: String,
    /// Its pool.
    pub pool: Option<String>,
    /// The container.
    pub container: Container,
    /// `image_managed = "external"`.
    pub image_external: bool,
    /// How many.
    pub replicas: Replicas,
    /// The port it listens on.
    pub port: Option<u16>,
    /// How its health is told.
    pub health: Option<Health>,
    /// Seconds between TERM and KILL.
    pub stop_timeout: Option<u64>,
    /// Cloud identity.
    pub identity: Option<WorkloadIdentity>,
    /// Volumes by mount path, in bytes.
    pub volumes: BTreeMap<String, u64>,
    /// More containers beside it.
    pub sidecars: BTreeMap<String, Container>,
}

/// What runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Container {
    /// The image.
    pub image: String,
    /// Replaces the image's ENTRYPOINT.
    pub entrypoint: Option<Vec<String>>,
    /// Replaces the image's CMD.
    pub command: Option<Vec<String>>,
    /// Requested millicores.
    pub cpu_milli: Option<u64>,
    /// Requested and limiting bytes.
    pub memory: Option<u64>,
    /// Environment.
    pub env: BTreeMap<String, String>,
    /// Environment from secrets: variable → secret.
    pub secrets: BTreeMap<String, String>,
}

/// `replicas`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replicas {
    /// Least.
    pub min: u32,
    /// Most.
    pub max: u32,
    /// Target CPU percent.
    pub cpu: Option<u32>,
    /// Target memory percent.
    pub memory: Option<u32>,
}

/// `health`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// HTTP path.
    pub path: Option<String>,
    /// A command.
    pub command: Option<Vec<String>>,
    /// Seconds before it counts.
    pub start: Option<u64>,
}

/// `identity`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkloadIdentity {
    /// AWS policies by ARN.
    pub aws_policies: Vec<String>,
    /// Google Cloud roles.
    pub gcp_roles: Vec<String>,
}

/// `[job.NAME]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its cluster.
    pub cluster: String,
    /// Its pool.
    pub pool: Option<String>,
    /// The container.
    pub container: Container,
    /// Cloud identity.
    pub identity: Option<WorkloadIdentity>,
    /// Runs ahead of the rollouts of these workloads.
    pub before: Vec<String>,
    /// Runs by the clock.
    pub schedule: Option<Schedule>,
    /// Seconds a finished run is kept.
    pub ttl: Option<u64>,
    /// Seconds between TERM and KILL.
    pub stop_timeout: Option<u64>,
}

/// `schedule`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Five-field cron.
    pub cron: String,
    /// IANA zone; default UTC.
    pub timezone: Option<String>,
    /// `allow`, `forbid` (default), `replace`.
    pub overlap: Option<String>,
}
