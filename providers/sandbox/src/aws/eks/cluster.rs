//! Clusters: control planes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::common::{arn, cluster, listing, page, stamp};
use super::node_health::Issue;
use super::{cluster_delete, version};
use crate::ailment::{Patient, Stage};
use crate::aws::ec2::Subnet;
use crate::aws::iam::Role;
use crate::aws::logs::LogGroup;
use crate::aws::{Call, Outcome};
use crate::phase::{Phase, StateTable, Step};
use crate::store::{Document, Place, Tx};
use crate::wire::Body;

/// States of a cluster: 617 s is the median of ten observed creations; the deletion is an estimate. `UPDATING` ends with
/// the update.
const STATES: StateTable = &[
    Step {
        from: "CREATING",
        seconds: 617,
        to: "ACTIVE",
    },
    Step {
        from: "DELETING",
        seconds: 300,
        to: "gone",
    },
];

/// Logs that a control plane can write.
pub(super) const LOGS: [&str; 5] = [
    "api",
    "audit",
    "authenticator",
    "controllerManager",
    "scheduler",
];

/// What a control plane may be: scaled by need, or provisioned. Any may become any other.
pub(super) const TIERS: &[&str] = &["standard", "tier-xl", "tier-2xl", "tier-4xl", "tier-8xl"];

/// A certificate of `CN=kubernetes` as base64 of PEM: one for all clusters, since nothing answers at their endpoints.
const AUTHORITY: &str = "\
    LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJnakNDQVNlZ0F3SUJBZ0lVR3U5QTYxQnpKelZZM0dwQ3V3VnJ5WVplOEtJ\
    d0NnWUlLb1pJemowRUF3SXcKRlRFVE1CRUdBMVVFQXd3S2EzVmlaWEp1WlhSbGN6QWdGdzB5TmpFeE1qUXhOVEF4TkRaYUdBOHlN\
    VEkyTVRBegpNVEUxTURFME5sb3dGVEVUTUJFR0ExVUVBd3dLYTNWaVpYSnVaWFJsY3pCWk1CTUdCeXFHU000OUFnRUdDQ3FHClNN\
    NDlBd0VIQTBJQUJBR2p3UW5OVmFiUmdtT2lnU1JmUGlRcVRaMWhtWGQyYXprdHFpQzhENkpmU1NxQWtOcG4KZFhUZGFtbEUrck9o\
    YmRrSEpwdzAxVk1xK25GWEtUTEFNUVdqVXpCUk1CMEdBMVVkRGdRV0JCUnBZd0hkVmRRTQp5SVFUSUtzMlVic0czNG5YWERBZkJn\
    TlZIU01FR0RBV2dCUnBZd0hkVmRRTXlJUVRJS3MyVWJzRzM0blhYREFQCkJnTlZIUk1CQWY4RUJUQURBUUgvTUFvR0NDcUdTTTQ5\
    QkFNQ0Ewa0FNRVlDSVFDUStLY0lYeThCcEdSdU1zQWMKdlR3WXR2dXZ5citScngrQkZuME9zdlJLUXdJaEFMZmFWWXA5TkVOT2wz\
    Nzcrd0lESm9TVlphcnIrNEdwOUt1RQpLQnNacXhhWgotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCg==";

/// A cluster.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Cluster {
    /// Its name, unique in the region.
    pub(crate) name: String,
    /// 32 hexadecimal digits in upper case: in its endpoint and issuer.
    pub(crate) uid: String,
    /// Its Kubernetes minor: `1.34`.
    pub(crate) version: String,
    /// The role it takes.
    pub(crate) role_arn: String,
    /// The VPC of its interfaces.
    pub(crate) vpc_id: String,
    /// Where its interfaces may lie.
    pub(crate) subnet_ids: Vec<String>,
    /// Groups on its interfaces, beside its own.
    pub(crate) security_group_ids: Vec<String>,
    /// The group that came with it.
    pub(crate) own_group_id: String,
    /// Its interfaces.
    pub(crate) interfaces: Vec<String>,
    /// Whether its endpoint answers to the internet.
    pub(crate) public_access: bool,
    /// Whether its endpoint answers to the VPC.
    pub(crate) private_access: bool,
    /// From where in the internet.
    pub(crate) public_cidrs: Vec<String>,
    /// The range of its services.
    pub(crate) service_cidr: String,
    /// Logs that it writes.
    pub(crate) logging: BTreeSet<String>,
    /// `API`, `API_AND_CONFIG_MAP` or `CONFIG_MAP`.
    pub(crate) authentication_mode: String,
    /// `STANDARD` or `EXTENDED`.
    pub(crate) support_type: String,
    /// `standard`, or the tier that is provisioned.
    #[serde(default = "standard")]
    pub(crate) tier: String,
    /// Whether it cannot be deleted.
    pub(crate) deletion_protection: bool,
    /// The key of the account's own that encrypts secrets.
    #[serde(default)]
    pub(crate) key_arn: Option<String>,
    /// Whether it came with a network plug-in, a proxy and a DNS that are no add-ons.
    pub(crate) self_managed_addons: bool,
    /// The token it was asked for with.
    pub(crate) token: Option<String>,
    /// What is wrong with it.
    #[serde(default)]
    pub(super) issues: Vec<Issue>,
    /// Its state.
    pub(crate) phase: Phase,
    /// Its tags.
    pub(crate) tags: BTreeMap<String, String>,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl Cluster {
    /// Its ARN.
    pub(super) fn arn(&self, place: &Place) -> String {
        arn(place, &format!("cluster/{}", self.name))
    }

    /// Whether it works, maybe while it is being updated.
    pub(super) fn works(&self) -> bool {
        self.phase.is("ACTIVE") || self.phase.is("UPDATING")
    }

    /// Whether it knows access entries.
    pub(super) fn has_entries(&self) -> bool {
        self.authentication_mode != "CONFIG_MAP"
    }

    /// The issuer of its service accounts' tokens.
    fn issuer(&self, place: &Place) -> String {
        format!(
            "https://oidc.eks.{}.amazonaws.com/id/{}",
            place.region, self.uid
        )
    }

    /// Brings all of them to the present; what a cluster had goes with it.
    pub(super) fn settle(tx: &mut Tx<'_>) {
        for (place, mut cluster) in tx.everywhere::<Self>() {
            if !cluster.phase.advance(STATES, tx.config(), tx.now()) {
                cluster.feel(tx, &place);
                continue;
            }
            let gone = cluster.phase.is("gone");
            let issues = cluster.ails(tx, if gone { Stage::Delete } else { Stage::Create });
            match (issues.is_empty(), gone) {
                (true, true) => cluster_delete::remove(tx, &place, &cluster),
                (true, false) => {
                    cluster.issues = issues;
                    cluster.log(tx, &place);
                    tx.put(&place, &cluster);
                }
                (false, _) => {
                    cluster.issues = issues;
                    cluster.phase.state = "FAILED".to_owned();
                    tx.put(&place, &cluster);
                }
            }
        }
    }

    /// What is wrong with one that works or is being made. It stays as it is: clusters are not `DEGRADED`.
    fn feel(&mut self, tx: &mut Tx<'_>, place: &Place) {
        let issues = match self.phase.state.as_str() {
            "CREATING" => self.ails(tx, Stage::Create),
            "ACTIVE" | "UPDATING" => self.losses(tx, place),
            _ => return,
        };
        if self.issues != issues {
            self.issues = issues;
            tx.put(place, self);
        }
    }

    fn ails(&self, tx: &Tx<'_>, when: Stage) -> Vec<Issue> {
        Issue::injected(
            tx,
            (Patient::Cluster, when, &self.name),
            |code| match code {
                "Ec2SubnetNotFound" | "InsufficientFreeAddresses" => self.subnet_ids.clone(),
                "Ec2SecurityGroupNotFound" => vec![self.own_group_id.clone()],
                "IamRoleNotFound" => vec![self.role_arn.clone()],
                "VpcNotFound" => vec![self.vpc_id.clone()],
                _ => vec![self.name.clone()],
            },
        )
    }

    /// What a working one has lost.
    fn losses(&self, tx: &Tx<'_>, place: &Place) -> Vec<Issue> {
        let mut issues = self.ails(tx, Stage::Active);
        let mut lost = |code: &str, message: &str, id: &str| {
            issues.push(Issue {
                code: code.to_owned(),
                message: message.to_owned(),
                resources: vec![id.to_owned()],
            });
        };
        if Role::of_arn(tx, &self.role_arn).is_none() {
            let text = "We couldn't find the IAM role associated with your cluster.";
            lost("IamRoleNotFound", text, &self.role_arn);
        }
        for id in &self.subnet_ids {
            if tx.get::<Subnet>(place, id).is_none() {
                let text = "We couldn't find one or more subnets associated with your cluster.";
                lost("Ec2SubnetNotFound", text, id);
            }
        }
        issues
    }

    /// What it logs to is made when somebody else has not made it, and stays when the cluster goes.
    pub(super) fn log(&self, tx: &mut Tx<'_>, place: &Place) {
        if self.works() && !self.logging.is_empty() {
            LogGroup::ensure(tx, place, &format!("/aws/eks/{}/cluster", self.name));
        }
    }

    /// The cluster in an answer. Endpoint, certificate and issuer come when it is up.
    pub(super) fn json(&self, place: &Place) -> Value {
        let up = !self.phase.is("CREATING");
        let mut answer = json!({
            "name": self.name,
            "arn": self.arn(place),
            "createdAt": stamp(self.created),
            "version": self.version,
            "roleArn": self.role_arn,
            "resourcesVpcConfig": self.network(),
            "kubernetesNetworkConfig": {
                "serviceIpv4Cidr": self.service_cidr,
                "ipFamily": "ipv4",
                "elasticLoadBalancing": {"enabled": false},
            },
            "logging": {"clusterLogging": setups(&self.logging)},
            "status": self.phase.state,
            "certificateAuthority": {},
            "platformVersion": self.platform(),
            "tags": self.tags,
            "health": {"issues": self.issues.iter().map(Issue::json).collect::<Vec<_>>()},
            "accessConfig": {"authenticationMode": self.authentication_mode},
            "upgradePolicy": {"supportType": self.support_type},
            "controlPlaneScalingConfig": {"tier": self.tier},
            "deletionProtection": self.deletion_protection,
        });
        if let Some(key) = &self.key_arn {
            let provider = json!({"keyArn": key});
            answer["encryptionConfig"] = json!([{"resources": ["secrets"], "provider": provider}]);
        }
        if let Some(token) = &self.token {
            answer["clientRequestToken"] = token.as_str().into();
        }
        if up {
            answer["endpoint"] = format!(
                "https://{}.gr7.{}.eks.amazonaws.com",
                self.uid, place.region
            )
            .into();
            answer["certificateAuthority"] = json!({"data": AUTHORITY});
            answer["identity"] = json!({"oidc": {"issuer": self.issuer(place)}});
        }
        answer
    }

    fn network(&self) -> Value {
        json!({
            "subnetIds": self.subnet_ids,
            "securityGroupIds": self.security_group_ids,
            "clusterSecurityGroupId": self.own_group_id,
            "vpcId": self.vpc_id,
            "endpointPublicAccess": self.public_access,
            "endpointPrivateAccess": self.private_access,
            "publicAccessCidrs": self.public_cidrs,
        })
    }

    fn platform(&self) -> &'static str {
        // A cluster may be older than the versions that are still made.
        version::supported(&self.version, self.created).map_or("eks.1", version::Version::platform)
    }
}

/// The tier of clusters from before there were tiers.
fn standard() -> String {
    TIERS[0].to_owned()
}

/// Those that are on, then those that are off.
fn setups(on: &BTreeSet<String>) -> Vec<Value> {
    let of = |enabled: bool| {
        let types: Vec<&str> = LOGS
            .into_iter()
            .filter(|name| on.contains(*name) == enabled)
            .collect();
        (!types.is_empty()).then(|| json!({"types": types, "enabled": enabled}))
    };
    [of(true), of(false)].into_iter().flatten().collect()
}

impl Document for Cluster {
    const SERVICE: &'static str = "eks";
    const KIND: &'static str = "cluster";

    fn id(&self) -> String {
        self.name.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

/// DescribeCluster.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let cluster = cluster(call)?;
    Ok(Body::Json(json!({"cluster": cluster.json(&call.place)})))
}

/// ListClusters.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let rows = call.tx.see_all::<Cluster>(&call.place);
    let names = rows.into_iter().map(|cluster| cluster.name).collect();
    let (names, next) = page::<String>(call, names, Clone::clone)?;
    listing("clusters", &names, next)
}
