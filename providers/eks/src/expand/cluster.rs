//! The control plane with its groups and its log group.

use provision_aws::{Field, LogGroup, SecurityGroup, SecurityGroupRule};
use provision_core::model::ResourceId;

use super::{Made, Plan};
use crate::kinds::Cluster;

/// Longest name of a security group (CreateSecurityGroup).
const GROUP_NAME: usize = 255;

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
            all.extend(self.api_rules());
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
    pub(super) fn group(&self, part: &str, what: &str) -> Made {
        let fields = SecurityGroup {
            vpc: self.vpc(),
            description: format!("{what} of the EKS cluster {}", self.cluster_name()),
            tags: self.tags(&format!("-{part}")),
        };
        let id = self.id(&format!("{part}-security-group"));
        let mut group = self.shared(id, "ec2.security_group", &fields)?;
        let wanted = format!("{}-{part}", self.name);
        group.name = Some(self.physical(&group, &wanted, GROUP_NAME, false));
        Ok(group)
    }

    /// A rule for each range of the network; the first one's id does not tell it, so that it stays when the range is
    /// only known later.
    fn api_rules(&self) -> Vec<Made> {
        let mut ranges = self.ground.ranges.iter();
        let mut rules = vec![self.api_rule("", ranges.next())];
        rules.extend(ranges.map(|range| {
            let suffix = format!("-{}", range.replace(['.', '/'], "-"));
            self.api_rule(&suffix, Some(range))
        }));
        rules
    }

    /// Lets a range of the network reach the private endpoint. Stays until the cluster has gone.
    fn api_rule(&self, suffix: &str, range: Option<&String>) -> Made {
        let fields = SecurityGroupRule {
            group: Field::output(&self.api_group(), "id"),
            egress: false,
            protocol: "tcp".to_owned(),
            from_port: API_PORT,
            to_port: API_PORT,
            cidr: range.map(|range| range.as_str().into()),
            peer: None,
            description: Some("the API, from inside the network".to_owned()),
            tags: self.tags("-api"),
        };
        let id = self.id(&format!("api-rule.network{suffix}"));
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
        if let Some(name) = self.adopted_cluster() {
            return name.to_owned();
        }
        let name = self.address.strip_prefix("cluster.");
        super::cluster_name(self.context, name.unwrap_or(&self.address))
    }

    /// The control plane joins the private subnets: nothing in it needs an address of the internet.
    pub(super) fn cluster(&self) -> Made {
        let block = self.block;
        let mut logging = block.eks.logging.clone();
        logging.sort();
        let fields = Cluster {
            role: Field::output(&self.id("role"), "arn"),
            version: self.version()?,
            subnets: self.ground.control.clone(),
            security_groups: vec![Field::output(&self.api_group(), "id")],
            public_access: !block.endpoint.public.is_empty(),
            private_access: block.endpoint.private,
            public_cidrs: block.endpoint.public.clone(),
            vpc: self.vpc(),
            kms_keys: block.eks.kms_key.iter().cloned().collect(),
            logging,
            support: if self.extended() {
                "EXTENDED"
            } else {
                "STANDARD"
            }
            .to_owned(),
            tier: block
                .eks
                .control_plane
                .clone()
                .unwrap_or_else(|| "standard".to_owned()),
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
