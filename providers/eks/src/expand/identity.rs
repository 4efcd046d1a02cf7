//! The roles of a cluster, and the identity provider for roles of its service accounts.

use std::collections::BTreeMap;

use provision_aws::{Field, OidcProvider, Role, partition, role_path};
use serde_json::json;

use super::{Made, Plan};

/// Longest name of a role (IAM quotas).
const ROLE_NAME: usize = 64;

/// What nodes may do: join, pull images, give addresses to pods.
const NODE_POLICIES: [&str; 3] = [
    "AmazonEKSWorkerNodePolicy",
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEKS_CNI_Policy",
];

/// Whether a session may carry tags: the services that pass them on.
const TAGGED: &[&str] = &["sts:AssumeRole", "sts:TagSession"];
const PLAIN: &[&str] = &["sts:AssumeRole"];

impl Plan<'_> {
    pub(super) fn identity(&self) -> Vec<Made> {
        let mut all = vec![
            self.role(
                "role",
                "eks.amazonaws.com",
                TAGGED,
                &["AmazonEKSClusterPolicy"],
            ),
            self.node_role(),
        ];
        if !self.block.pools.is_empty() {
            let policy = "service-role/AmazonEBSCSIDriverPolicy";
            all.push(self.role("ebs-csi-role", "pods.eks.amazonaws.com", TAGGED, &[policy]));
        }
        all
    }

    pub(super) fn node_role(&self) -> Made {
        self.role("node-role", self.ec2_service(), PLAIN, &NODE_POLICIES)
    }

    /// A role is named after the cluster and its part, with a digest, for IAM has one space of names for all regions.
    fn role(&self, part: &str, service: &str, actions: &[&str], policies: &[&str]) -> Made {
        let suffix = if part == "role" { "cluster" } else { part };
        let suffix = format!("-{}", suffix.trim_end_matches("-role"));
        let arn = |name: &&str| format!("arn:{}:iam::aws:policy/{name}", self.partition());
        let fields = Role {
            path: role_path(&self.context.stack),
            trust_policy: trust(service, actions).into(),
            managed_policies: policies.iter().map(arn).collect(),
            inline_policies: BTreeMap::new(),
            children: None,
            tags: self.tags(&suffix),
        };
        let mut role = self.shared(self.id(part), "iam.role", &fields)?;
        let wanted = format!("{}{suffix}", self.name);
        role.name = Some(self.physical(&role, &wanted, ROLE_NAME, true));
        Ok(role)
    }

    /// Lets IAM trust the tokens of the cluster's service accounts.
    pub(super) fn oidc(&self) -> Made {
        let fields = OidcProvider {
            url: Field::output(&self.cluster_id(), "oidc_issuer"),
            audiences: vec!["sts.amazonaws.com".to_owned()],
            tags: self.tags(""),
        };
        self.shared(self.id("oidc"), "iam.oidc_provider", &fields)
    }

    pub(super) fn partition(&self) -> &'static str {
        partition(&self.context.region)
    }

    /// The one service that has another name in China.
    fn ec2_service(&self) -> &'static str {
        if self.partition() == "aws-cn" {
            "ec2.amazonaws.com.cn"
        } else {
            "ec2.amazonaws.com"
        }
    }
}

fn trust(service: &str, actions: &[&str]) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": service },
            "Action": actions,
        }],
    })
    .to_string()
}
