//! Clusters.

use super::{Check, gke, pool};
use crate::contract::Severity;
use crate::model::Platform;
use crate::spec::overlay::repeated;
use crate::spec::types::Cluster;

/// Retentions that CloudWatch Logs takes (PutRetentionPolicy, `retentionInDays`).
const RETENTIONS: &[u32] = &[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// Ranges that the public endpoint of an EKS cluster takes (EKS service quotas).
const EKS_RANGES: usize = 40;

pub(super) fn check(check: &mut Check<'_>) {
    for (name, cluster) in &check.spec.clusters {
        let base = format!("cluster.{name}");
        if !check.spec.networks.contains_key(&cluster.network) {
            let path = format!("{base}.network");
            let known = &check.spec.networks;
            check.dangling(&path, "network", &cluster.network, known.keys());
        }
        adopt(check, &base, cluster);
        endpoint(check, &base, cluster);
        access(check, &base, cluster);
        match cluster.platform {
            Platform::Eks => eks(check, &base, cluster),
            Platform::Gke => gke::check(check, &base, cluster),
            Platform::Ecs => ecs(check, &base, cluster),
            Platform::Kubernetes => {}
        }
        for (pool_name, pool) in &cluster.pools {
            pool::check(check, &format!("{base}.pool.{pool_name}"), cluster, pool);
        }
    }
}

/// A cluster that is taken over stands in a network already.
fn adopt(check: &mut Check<'_>, base: &str, cluster: &Cluster) {
    let implied = check
        .spec
        .networks
        .get(&cluster.network)
        .is_some_and(|network| network.implied);
    if cluster.adopt.is_some() && implied {
        let message = "a cluster that is adopted stands in a network already, and none is named";
        let help = match cluster.platform {
            Platform::Gke => {
                "add `network = \"NAME\"`, and [network.NAME] with `existing = { gcp = \"…\" }`"
            }
            _ => "add `network = \"NAME\"`, and [network.NAME] with `adopt = \"vpc-…\"`",
        };
        check.wrong("adopt", &format!("{base}.adopt"), message, help);
    }
    let pools = cluster.pools.iter();
    let words = pools
        .filter_map(|(name, pool)| Some((format!("{base}.pool.{name}"), pool.adopt.as_ref()?)));
    let all = cluster.adopt.iter().map(|word| (base.to_owned(), word));
    for (base, word) in all.chain(words) {
        elsewhere(check, &format!("{base}.adopt"), word);
    }
}

/// An ARN tells its account and region.
fn elsewhere(check: &mut Check<'_>, path: &str, word: &str) {
    let parts: Vec<&str> = word.splitn(6, ':').collect();
    let (["arn", _, _, region, account, _], Some(cloud)) = (parts.as_slice(), &check.spec.aws)
    else {
        return;
    };
    let other = cloud.account.as_deref().is_some_and(|own| own != *account);
    if other || cloud.region != *region {
        let message = format!("this is an object of account {account} in {region}");
        let help = "name one of the account and region of [cloud.aws]";
        check.wrong("adopt", path, message, help);
    }
}

fn endpoint(check: &mut Check<'_>, base: &str, cluster: &Cluster) {
    let endpoint = &cluster.endpoint;
    if endpoint.public.is_empty() && !endpoint.private {
        let message = "the endpoint is neither public nor private: nobody could reach the cluster";
        let help = "set `private = true`, or give ranges in `public`";
        let path = format!("{base}.endpoint");
        check.wrong("contradiction", &path, message, help);
    }
    for index in repeated(&endpoint.public) {
        let path = format!("{base}.endpoint.public.{index}");
        check.wrong(
            "duplicate",
            &path,
            "this range is named twice",
            "remove one",
        );
    }
}

fn access(check: &mut Check<'_>, base: &str, cluster: &Cluster) {
    for index in 0..cluster.access.len() {
        let path = format!("{base}.access.{index}");
        let there = |key: &str| check.places.get(&format!("{path}.{key}")).is_some();
        let own = match cluster.platform {
            Platform::Eks | Platform::Ecs => "aws",
            Platform::Gke => "gcp",
            Platform::Kubernetes => continue,
        };
        if there(own) {
            continue;
        }
        if check.overridden.is_some() && (there("aws") || there("gcp")) {
            let message = format!(
                "an entry of `access` names nobody on {} and is set aside",
                cluster.platform
            );
            check.note(Severity::Info, "set-aside", base, message);
            continue;
        }
        let message = format!("this entry names nobody on {}", cluster.platform);
        let help = format!("add `{own}`");
        check.wrong("missing-key", &path, message, help);
    }
    for (key, principals) in [
        (
            "aws",
            cluster
                .access
                .iter()
                .map(|entry| &entry.aws)
                .collect::<Vec<_>>(),
        ),
        (
            "gcp",
            cluster.access.iter().map(|entry| &entry.gcp).collect(),
        ),
    ] {
        for index in repeated(principals.iter())
            .into_iter()
            .filter(|index| principals.get(*index).is_some_and(|who| who.is_some()))
        {
            let message = "this principal already has an entry, and a cluster keeps one for each";
            let path = format!("{base}.access.{index}.{key}");
            check.wrong("duplicate", &path, message, "put its role into one entry");
        }
    }
}

fn eks(check: &mut Check<'_>, base: &str, cluster: &Cluster) {
    if let Some(days) = cluster.eks.log_retention_days
        && !RETENTIONS.contains(&days)
    {
        let above = RETENTIONS.iter().find(|known| **known > days).copied();
        let message = format!("CloudWatch Logs does not keep logs for {days} days");
        let help = format!("write {}", above.unwrap_or(3653));
        check.wrong(
            "bad-value",
            &format!("{base}.eks.log_retention_days"),
            message,
            help,
        );
    }
    for index in repeated(&cluster.eks.logging) {
        let path = format!("{base}.eks.logging.{index}");
        check.wrong("duplicate", &path, "this log is named twice", "remove one");
    }
    kms_key(check, base, cluster);
    if cluster.endpoint.public.len() > EKS_RANGES {
        let message = format!("EKS takes at most {EKS_RANGES} public ranges");
        let path = format!("{base}.endpoint.public");
        check.wrong("too-many", &path, message, "join neighbouring ranges");
    }
    if cluster.pools.is_empty() {
        let message = "the cluster has no pool: nothing can run on it, its own DNS included";
        check.note(Severity::Warning, "no-pool", base, message);
    }
}

/// EKS takes a key of the cluster's own region (EKS user guide, "envelope encryption").
fn kms_key(check: &mut Check<'_>, base: &str, cluster: &Cluster) {
    let region = check.spec.aws.as_ref().map(|cloud| cloud.region.as_str());
    let of_key = cluster.eks.kms_key.as_deref();
    if let (Some(region), Some(of_key)) = (region, of_key.and_then(|arn| arn.split(':').nth(3)))
        && region != of_key
    {
        let message = format!("the key is in {of_key}, and the cluster in {region}");
        let path = format!("{base}.eks.kms_key");
        check.wrong("contradiction", &path, message, "name a key of that region");
    }
}

fn ecs(check: &mut Check<'_>, base: &str, cluster: &Cluster) {
    if cluster.ecs.on_pools() && cluster.pools.is_empty() {
        let message = "tasks run on the pools, and the cluster has none: nothing can run on it";
        check.note(Severity::Warning, "no-pool", base, message);
    }
}
