//! The control plane with its groups and its log group.

use provision_aws::{Field, LogGroup, SecurityGroup, SecurityGroupRule};
use provision_core::model::ResourceId;

use super::{Made, Plan};
use crate::kinds::Cluster;

/// Longest name of a security group (CreateSecurityGroup).
const GROUP_NAME: usize = 255;

/// Longest name of a cluster (CreateCluster).
const CLUSTER_NAME: usize = 100;

/// Days that control-plane logs are kept unless the spec says otherwise.
const RETENTION_DAYS: u32 = 30;

/// The port of the Kubernetes API.
const API_PORT: i32 = 443;

impl Plan<'_> {
    pub(super) fn control_plane(&self) -> Vec<Made> {
        let mut all = Vec::new();
        if self.logs() {
            all.push(self.log_group());
        }
        all.push(self.group("api", "API"));
        if self.block.endpoint.private {
            all.push(self.api_rule());
        }
        all.push(self.group("node", "nodes"));
        all.push(self.cluster());
        all.push(self.oidc());
        all
    }

    fn logs(&self) -> bool {
        !self.block.eks.logging.is_empty()
    }

    fn log_group(&self) -> Made {
        let days = self.block.eks.log_retention_days.unwrap_or(RETENTION_DAYS);
        let fields = LogGroup {
            retention_days: i32::try_from(days).ok(),
            tags: self.tags(""),
        };
        let mut group = self.shared(self.id("log-group"), "logs.group", &fields)?;
        group.name = Some(format!("/aws/eks/{}/cluster", self.cluster_name()));
        Ok(group)
    }

    /// `api` is given to the control plane; `node` is on every node, for databases and such to let in.
    fn group(&self, part: &str, what: &str) -> Made {
        let fields = SecurityGroup {
            vpc: Field::output(&self.layout.vpc, "id"),
            description: format!("{what} of the EKS cluster {}", self.cluster_name()),
            tags: self.tags(&format!("-{part}")),
        };
        let id = self.id(&format!("{part}-security-group"));
        let mut group = self.shared(id, "ec2.security_group", &fields)?;
        let wanted = format!("{}-{part}", self.name);
        group.name = Some(self.physical(&group, &wanted, GROUP_NAME, false));
        Ok(group)
    }

    /// Lets the whole network reach the private endpoint. Stays until the cluster has gone.
    fn api_rule(&self) -> Made {
        let fields = SecurityGroupRule {
            group: Field::output(&self.api_group(), "id"),
            egress: false,
            protocol: "tcp".to_owned(),
            from_port: API_PORT,
            to_port: API_PORT,
            cidr: Some(self.network.cidr.as_str().into()),
            peer: None,
            description: Some("the API, from inside the network".to_owned()),
            tags: self.tags("-api"),
        };
        let id = self.id("api-rule.network");
        let mut rule = self.shared(id, "ec2.security_group_rule", &fields)?;
        rule.outlives.push(self.cluster_id());
        Ok(rule)
    }

    fn api_group(&self) -> ResourceId {
        self.id("api-security-group")
    }

    pub(super) fn node_group(&self) -> ResourceId {
        self.id("node-security-group")
    }

    pub(super) fn cluster_name(&self) -> String {
        let place = (self.context.stack.as_str(), self.context.region.as_str());
        let kind = provision_core::model::Kind::new("eks.cluster");
        let id = self.cluster_id();
        provision_core::model::physical_name(&self.name, CLUSTER_NAME, false, place, &id, &kind)
    }

    /// The control plane joins the private subnets: nothing in it needs an address of the internet.
    fn cluster(&self) -> Made {
        let slots = self.layout.slots.iter();
        let block = self.block;
        let mut logging = block.eks.logging.clone();
        logging.sort();
        let fields = Cluster {
            role: Field::output(&self.id("role"), "arn"),
            version: self.version()?,
            subnets: slots
                .map(|slot| Field::output(&slot.private, "id"))
                .collect(),
            security_groups: vec![Field::output(&self.api_group(), "id")],
            public_access: !block.endpoint.public.is_empty(),
            private_access: block.endpoint.private,
            public_cidrs: block.endpoint.public.clone(),
            logging,
            support: if self.extended() {
                "EXTENDED"
            } else {
                "STANDARD"
            }
            .to_owned(),
            deletion_protection: block.protect,
            authentication_mode: "API".to_owned(),
            creator_admin: self.creator_is_admin(),
            self_managed_addons: false,
            force_upgrade: block.eks.force_upgrade,
            tags: self.tags(""),
        };
        let mut cluster = self.own(self.cluster_id(), "eks.cluster", &fields)?;
        cluster.name = Some(self.cluster_name());
        cluster.protect = block.protect;
        if self.logs() {
            cluster.after.push(self.id("log-group"));
        }
        Ok(cluster)
    }

    pub(super) fn extended(&self) -> bool {
        self.block.eks.support.as_deref() == Some("extended")
    }
}
