//! The knobs: how slow, how lagging, how strict and how faulty the cloud is. They are part of the durable state and
//! change by [`crate::Cloud::set_config`] or the control endpoint.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::ailment::{Ailment, Patient, Stage};
use crate::fault::{Fault, names};

/// The knobs of a sandbox. Every field has a default, so that a partial JSON document is a whole configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The account of access keys that do not name one.
    pub account: String,
    /// What every call takes, in milliseconds.
    pub latency_ms: u64,
    /// Factor on the real durations of operations (a cluster takes 617 s): 1 = real time, 0 = at once.
    pub duration_scale: f64,
    /// Objects younger than this are neither shown by reads nor found by references, in milliseconds.
    pub visibility_lag_ms: u64,
    /// Roles and policies younger than this cannot be assumed by services, in milliseconds.
    pub propagation_ms: u64,
    /// Whether the published token buckets throttle.
    pub throttle: bool,
    /// Buckets that differ from the published ones, by `service:Operation`.
    pub buckets: BTreeMap<String, Bucket>,
    /// What goes wrong, in the order of their check.
    pub faults: Vec<Fault>,
    /// What EKS complains of, and how tasks of ECS end.
    pub issues: Vec<Ailment>,
    /// Quotas that differ from the defaults, by name (`ec2:vpcs`).
    pub quotas: BTreeMap<String, u64>,
    /// Actions that nobody may call: `ec2:CreateVpc`, `iam:*`; methods and permissions of Google Cloud:
    /// `compute.networks.insert`, `compute.networks.create`, `container.*`.
    pub denied: Vec<String>,
    /// Google Cloud's projects; empty: any well-formed id is one.
    pub projects: Vec<String>,
    /// APIs that a project of Google Cloud has not enabled: `container.googleapis.com`.
    pub disabled_apis: Vec<String>,
    /// Locations that lists over all of them cannot reach: `europe-west1`.
    pub unreachable: Vec<String>,
    /// Access keys, and tokens of Google Cloud, whose credentials have expired; `*` means every one.
    pub expired: Vec<String>,
    /// Insights that EKS has of clusters, beside those that it finds by itself.
    pub insights: Vec<Planted>,
}

/// A planted insight of EKS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planted {
    /// The cluster; absent: every one.
    #[serde(default)]
    pub cluster: Option<String>,
    /// `UPGRADE_READINESS` or `ROLLBACK_READINESS`.
    #[serde(default = "upgrade_readiness")]
    pub category: String,
    /// `Deprecated APIs removed in Kubernetes v1.36`.
    pub name: String,
    /// `PASSING`, `WARNING`, `ERROR` or `UNKNOWN`.
    pub status: String,
    /// The minor that it is about; absent: any.
    #[serde(default)]
    pub kubernetes_version: Option<String>,
    /// Why it has the status.
    #[serde(default)]
    pub reason: String,
    /// What to do.
    #[serde(default)]
    pub recommendation: String,
}

fn upgrade_readiness() -> String {
    "UPGRADE_READINESS".to_owned()
}

/// A token bucket.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// Calls at once.
    pub burst: f64,
    /// Calls a second after that.
    pub refill: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            account: "000000000000".to_owned(),
            latency_ms: 0,
            duration_scale: 0.005,
            visibility_lag_ms: 0,
            propagation_ms: 100,
            throttle: false,
            buckets: BTreeMap::new(),
            faults: Vec::new(),
            issues: Vec::new(),
            quotas: BTreeMap::new(),
            denied: Vec::new(),
            projects: Vec::new(),
            disabled_apis: Vec::new(),
            unreachable: Vec::new(),
            expired: Vec::new(),
            insights: Vec::new(),
        }
    }
}

/// Quotas of a fresh account (Service Quotas: the page of each service), and of a fresh project of Google Cloud.
const QUOTAS: &[(&str, u64)] = &[
    ("compute:networks", 15),
    ("compute:subnetworks", 275),
    ("compute:routers", 20),
    ("compute:firewalls", 200),
    ("compute:routes", 250),
    ("compute:addresses", 8),
    ("compute:global-addresses", 8),
    ("compute:cpus", 72),
    ("ec2:vpcs", 5),
    ("ec2:addresses", 5),
    ("ec2:nat-gateways-per-zone", 5),
    ("ec2:internet-gateways", 5),
    ("ec2:subnets-per-vpc", 200),
    ("ec2:route-tables-per-vpc", 200),
    ("ec2:vpc-endpoints-per-vpc", 50),
    ("ec2:routes-per-table", 50),
    ("ec2:security-groups", 2500),
    ("ec2:rules-per-security-group", 60),
    ("ec2:launch-templates", 5000),
    ("ecs:clusters", 10_000),
    ("ecs:services-per-cluster", 5000),
    ("ecs:capacity-providers", 500),
    ("ecs:revisions-per-family", 1_000_000),
    ("eks:clusters", 100),
    ("eks:nodegroups-per-cluster", 30),
    ("autoscaling:groups", 500),
    ("elbv2:application-balancers", 50),
    ("elbv2:network-balancers", 50),
    ("elbv2:listeners-per-balancer", 50),
    ("elbv2:rules-per-balancer", 100),
    ("elbv2:certificates-per-listener", 25),
    ("elbv2:target-groups", 3000),
    ("elbv2:targets-per-group", 1000),
    ("iam:roles", 1000),
    ("iam:instance-profiles", 1000),
    ("iam:oidc-providers", 100),
    ("iam:service-accounts", 100),
    ("logs:groups", 1_000_000),
    ("scheduler:groups", 500),
    ("secretsmanager:secrets", 500_000),
    ("servicediscovery:namespaces", 50),
    ("ssm:parameters", 10_000),
];

impl Config {
    /// Why the configuration cannot be taken, when it cannot.
    pub fn problem(&self) -> Option<String> {
        let digits =
            self.account.len() == 12 && self.account.bytes().all(|byte| byte.is_ascii_digit());
        if !digits {
            return Some(format!("account {:?} is not twelve digits", self.account));
        }
        if !self.duration_scale.is_finite() || !(0.0..=1000.0).contains(&self.duration_scale) {
            return Some(format!(
                "duration_scale {} is not within 0 and 1000",
                self.duration_scale
            ));
        }
        let quota = self
            .quotas
            .keys()
            .find(|name| !QUOTAS.iter().any(|(known, _)| known == name))
            .map(|name| format!("unknown quota {name:?}"));
        quota.or_else(|| self.issues.iter().find_map(Ailment::problem))
    }

    /// What ails an object now.
    pub(crate) fn ailments(&self, on: Patient, when: Stage, name: &str) -> Vec<&Ailment> {
        let hit = |one: &&Ailment| one.hits(on, when, name);
        self.issues.iter().filter(hit).collect()
    }

    /// The quota called `name`.
    pub fn quota(&self, name: &str) -> u64 {
        let usual = QUOTAS
            .iter()
            .find(|(known, _)| *known == name)
            .map_or(u64::MAX, |(_, value)| *value);
        self.quotas.get(name).copied().unwrap_or(usual)
    }

    /// A real duration as it is here.
    pub fn scaled(&self, real: Duration) -> SignedDuration {
        SignedDuration::try_from(real.mul_f64(self.duration_scale)).unwrap_or(SignedDuration::MAX)
    }

    /// The visibility lag.
    pub fn visibility_lag(&self) -> SignedDuration {
        milliseconds(self.visibility_lag_ms)
    }

    /// The propagation delay of roles and policies.
    pub fn propagation(&self) -> SignedDuration {
        milliseconds(self.propagation_ms)
    }

    /// Whether the action is denied to everybody.
    pub fn denies(&self, service: &str, operation: &str) -> bool {
        self.denied.iter().any(|pattern| {
            pattern.split_once(':').is_some_and(|(of, what)| {
                of == service
                    && what
                        .strip_suffix('*')
                        .map_or(what == operation, |start| operation.starts_with(start))
            })
        })
    }

    /// Whether the method or permission of Google Cloud is denied to everybody.
    pub fn forbids(&self, name: &str) -> bool {
        self.denied.iter().any(|pattern| names(pattern, name))
    }

    /// Whether the credentials of this access key have expired.
    pub fn expires(&self, access_key: &str) -> bool {
        self.expired
            .iter()
            .any(|key| key == "*" || key == access_key)
    }
}

fn milliseconds(count: u64) -> SignedDuration {
    SignedDuration::from_millis(i64::try_from(count).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_partial_document_is_a_whole_configuration() {
        let config: Config = serde_json::from_str(r#"{"visibility_lag_ms": 30000}"#).unwrap();
        assert_eq!(config.visibility_lag(), SignedDuration::from_secs(30));
        assert_eq!(config.account, "000000000000");
        assert!(serde_json::from_str::<Config>(r#"{"visibility_lags": 1}"#).is_err());
    }

    #[test]
    fn denied_actions_may_end_in_a_star() {
        let config = Config {
            denied: vec!["ec2:Create*".into(), "iam:GetRole".into()],
            ..Config::default()
        };
        assert!(config.denies("ec2", "CreateVpc"));
        assert!(!config.denies("ec2", "DeleteVpc"));
        assert!(config.denies("iam", "GetRole"));
        assert!(!config.denies("eks", "CreateCluster"));
    }

    #[test]
    fn quotas_have_defaults_and_unknown_ones_are_refused() {
        let mut config = Config::default();
        assert_eq!(config.quota("ec2:vpcs"), 5);
        config.quotas.insert("ec2:vpcs".into(), 1);
        assert_eq!(config.quota("ec2:vpcs"), 1);
        assert_eq!(config.problem(), None);
        config.quotas.insert("ec2:vcps".into(), 1);
        assert!(config.problem().unwrap().contains("ec2:vcps"));
    }

    #[test]
    fn real_durations_are_scaled() {
        let config = Config {
            duration_scale: 0.5,
            ..Config::default()
        };
        assert_eq!(
            config.scaled(Duration::from_secs(10)),
            SignedDuration::from_secs(5)
        );
    }
}
