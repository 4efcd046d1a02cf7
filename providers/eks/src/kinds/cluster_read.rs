//! `eks.cluster` as read.

use aws_sdk_eks::types::{
    Cluster as Wire, ClusterHealth, ClusterStatus, LogSetup, Logging, ProvisionedControlPlaneTier,
};
use provision_aws::kind::{Ailment, Live, changing, deleting};
use provision_aws::{Aws, Fault, Field, plain};
use provision_core::model::Status;

use super::Cluster;
use super::cluster_calls::STANDARD;
use super::eks::{eks, found, tags, to_compare};
use super::encryption;
use crate::health::{Came, Health, degraded, failed};

/// Reads a cluster by its name.
pub(crate) async fn read(aws: &Aws, name: &str) -> Result<Option<Live>, Fault> {
    let request = eks(aws).describe_cluster().name(name);
    let answer = aws
        .read("eks:DescribeCluster", || request.clone().send())
        .await;
    let answer = found(answer)?;
    Ok(answer
        .and_then(|answer| answer.cluster)
        .map(|cluster| live(&cluster)))
}

/// A cluster as read. Fields that an answer leaves out are left out.
pub(super) fn live(cluster: &Wire) -> Live {
    let all = tags(cluster.tags.as_ref());
    let arn = cluster.arn().unwrap_or_default();
    let fields = fields(cluster);
    let mode = cluster
        .access_config()
        .and_then(|access| access.authentication_mode());
    let issuer = cluster
        .identity()
        .and_then(|identity| identity.oidc())
        .and_then(|oidc| oidc.issuer());
    let ca = cluster
        .certificate_authority()
        .and_then(|certificate| certificate.data());
    let network = cluster.resources_vpc_config();
    let group = network.and_then(|network| network.cluster_security_group_id());
    let refs: Vec<String> = [&fields.subnets, &fields.security_groups]
        .into_iter()
        .flatten()
        .chain([&fields.role])
        .filter_map(|field| field.get().cloned())
        .collect();
    let health = cluster.health().map(ClusterHealth::issues);
    let health = Health::of_cluster(health.unwrap_or_default());
    let (status, ailment) = status(cluster, &health);
    let mut live = Live::new(
        arn,
        &all,
        &Cluster {
            tags: plain(&all),
            ..fields
        },
    )
    .maybe("name", cluster.name())
    .output("arn", arn)
    .maybe("endpoint", cluster.endpoint())
    .maybe("ca", ca)
    .maybe("security_group", group)
    .maybe("oidc_issuer", issuer)
    .maybe("version", cluster.version())
    .status(status)
    .needs(refs);
    live.trouble = health.trouble();
    live.ailment = ailment;
    let unsaid = [
        ("creator_admin", true),
        ("self_managed_addons", true),
        ("force_upgrade", true),
        ("support", cluster.upgrade_policy().is_none()),
        ("authentication_mode", mode.is_none()),
        ("deletion_protection", cluster.deletion_protection.is_none()),
    ];
    for (field, _) in unsaid.into_iter().filter(|(_, unsaid)| *unsaid) {
        live.fields.remove(field);
    }
    live.marks.protect |= cluster.deletion_protection == Some(true);
    live.names.extend(cluster.name.clone());
    live
}

fn fields(cluster: &Wire) -> Cluster {
    let network = cluster.resources_vpc_config();
    let list = |list: &[String]| list.iter().map(|item| Field::from(item.as_str())).collect();
    let public = network.is_some_and(|network| network.endpoint_public_access);
    let support = cluster
        .upgrade_policy()
        .and_then(|policy| policy.support_type());
    let mode = cluster
        .access_config()
        .and_then(|access| access.authentication_mode());
    Cluster {
        role: cluster.role_arn().unwrap_or_default().into(),
        version: cluster.version().unwrap_or_default().into(),
        subnets: network
            .map(|network| list(network.subnet_ids()))
            .unwrap_or_default(),
        security_groups: network
            .map(|network| list(network.security_group_ids()))
            .unwrap_or_default(),
        public_access: public,
        private_access: network.is_some_and(|network| network.endpoint_private_access),
        // While the internet is shut out the list says nothing.
        public_cidrs: network
            .filter(|_| public)
            .map(|network| to_compare(network.public_access_cidrs()))
            .unwrap_or_default(),
        vpc: network
            .and_then(|network| network.vpc_id())
            .unwrap_or_default()
            .into(),
        kms_keys: encryption::keys(cluster),
        logging: logging(cluster),
        support: support
            .map(|support| support.as_str().to_owned())
            .unwrap_or_default(),
        tier: cluster
            .control_plane_scaling_config()
            .and_then(|config| config.tier())
            .map_or(STANDARD, ProvisionedControlPlaneTier::as_str)
            .to_owned(),
        deletion_protection: cluster.deletion_protection.unwrap_or_default(),
        authentication_mode: mode
            .map(|mode| mode.as_str().to_owned())
            .unwrap_or_default(),
        ..Cluster::default()
    }
}

fn logging(cluster: &Wire) -> Vec<String> {
    let setups = cluster
        .logging()
        .map(Logging::cluster_logging)
        .unwrap_or_default();
    let on = setups.iter().filter(|setup| setup.enabled == Some(true));
    let mut names: Vec<String> = on
        .flat_map(LogSetup::types)
        .map(|name| name.as_str().to_owned())
        .collect();
    names.sort();
    names
}

/// Its state, and what is wrong with it: EKS leaves one that does badly `ACTIVE`.
fn status(cluster: &Wire, health: &Health) -> (Status, Option<Ailment>) {
    let word = cluster.status().map_or("CREATING", ClusterStatus::as_str);
    match cluster.status() {
        Some(ClusterStatus::Active) if health.is_good() => (Status::Ready, None),
        Some(ClusterStatus::Active) => {
            let ailment = health.ailment(word, Came::Badly);
            (degraded(&ailment), Some(ailment))
        }
        Some(ClusterStatus::Failed) => {
            let ailment = health.ailment(word, Came::Unmade);
            (failed(&ailment), Some(ailment))
        }
        Some(ClusterStatus::Deleting) => (deleting(word), None),
        _ => (changing(word), None),
    }
}
