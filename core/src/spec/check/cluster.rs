//! Clusters and pools.

use super::Check;
use crate::contract::Severity;
use crate::model::Platform;
use crate::spec::overlay::repeated;
use crate::spec::source::Problem;
use crate::spec::types::{Arch, Cluster, Pool};

/// Retentions that CloudWatch Logs takes (PutRetentionPolicy, `retentionInDays`).
const RETENTIONS: &[u32] = &[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// Ranges that the public endpoint of an EKS cluster takes (EKS service quotas).
const EKS_RANGES: usize = 40;

/// Labels and taints that a managed node group takes (CreateNodegroup, `labels` and `taints`).
const EKS_MARKS: usize = 50;

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
            Platform::Gke => gke(check, &base, cluster),
            Platform::Ecs => ecs(check, &base, cluster),
            Platform::Kubernetes => {}
        }
        for (pool_name, pool) in &cluster.pools {
            let base = format!("{base}.pool.{pool_name}");
            if cluster.platform == Platform::Ecs && !cluster.ecs.on_pools() {
                fargate(check, &base);
                continue;
            }
            nodes(check, &base, pool, cluster.platform);
            machine(check, &base, pool, cluster.platform);
            marks(check, &base, pool, cluster.platform);
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

/// A pool on Fargate is a name for one of its two sorts of capacity: words about machines mean nothing there.
fn fargate(check: &mut Check<'_>, base: &str) {
    const MACHINES: [&str; 3] = ["machine", "nodes", "disk"];
    for word in MACHINES {
        let path = format!("{base}.{word}");
        if check.places.get(&path).is_none() {
            continue;
        }
        if check.overridden.is_some() {
            let message = "set aside on ecs: Fargate has no machines of yours";
            check.note(Severity::Info, "set-aside", &path, message);
            continue;
        }
        let message = format!(
            "`{word}` cannot be used on Fargate, which has no machines of yours: a pool there only says `spot`"
        );
        let help = "remove it, or set ecs = { capacity = \"ec2\" }";
        check.wrong("unsupported", &path, message, help);
    }
}

fn gke(check: &mut Check<'_>, base: &str, cluster: &Cluster) {
    gke_endpoint(check, base, cluster);
    gke_window(check, base, cluster);
    if !cluster.gke.autopilot {
        if cluster.pools.is_empty() {
            let message = "a Standard cluster on gke has at least one pool";
            let help = format!("add [{base}.pool.default], or set gke = {{ autopilot = true }}");
            check.wrong("missing-pool", &format!("{base}.platform"), message, help);
        }
        return;
    }
    for name in cluster.pools.keys() {
        let message = "an Autopilot cluster has no pools: Google runs its nodes";
        let help = "remove the pool, or set `autopilot = false`";
        check.wrong(
            "contradiction",
            &format!("{base}.pool.{name}"),
            message,
            help,
        );
    }
}

/// The network reaches the API of GKE always.
fn gke_endpoint(check: &mut Check<'_>, base: &str, cluster: &Cluster) {
    if !cluster.endpoint.private {
        let at = format!("{base}.endpoint.private");
        let message = "on gke the network reaches the API always";
        check.wrong("unsupported", &at, message, "remove it");
    }
}

fn gke_window(check: &mut Check<'_>, base: &str, cluster: &Cluster) {
    let Some(window) = &cluster.gke.maintenance else {
        return;
    };
    let at = format!("{base}.gke.maintenance.start");
    let is_time = match window.start.split_once(':') {
        Some((hour, minute)) => {
            let below = |text: &str, most: u8| {
                text.len() == 2 && text.parse::<u8>().is_ok_and(|number| number < most)
            };
            below(hour, 24) && below(minute, 60)
        }
        None => false,
    };
    if !is_time && check.places.get(&at).is_some() {
        let message = format!("`{}` is no time of day", window.start);
        check.wrong(
            "bad-value",
            &at,
            message,
            "write hours and minutes in UTC: \"03:00\"",
        );
    }
}

fn nodes(check: &mut Check<'_>, base: &str, pool: &Pool, platform: Platform) {
    let (min, max) = (pool.nodes.min, pool.nodes.max);
    let path = format!("{base}.nodes");
    let written = |key: &str| check.places.get(&format!("{path}.{key}")).is_some();
    if written("min") && !written("max") {
        // That is missing, which has been said.
        return;
    }
    if min > max {
        let message = format!("`min` is {min}, above `max`, which is {max}");
        let at = format!("{path}.min");
        check.wrong(
            "contradiction",
            &at,
            message,
            format!("write min = {max}, or max = {min}"),
        );
    } else if max == 0 && platform == Platform::Eks {
        // CreateNodegroup: `maxSize` has a minimum of 1.
        let message = "a pool on eks has room for at least one node";
        check.wrong(
            "bad-value",
            &path,
            message,
            "write { min = 0, max = 1 }, or remove the pool",
        );
    }
}

/// Families of EC2 whose processor is a Graviton: the letter `g` behind the generation (m7g, c7gn, im4gn), and a1.
fn arm(kind: &str) -> bool {
    let family = kind.split('.').next().unwrap_or_default();
    let behind = family.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let behind = behind.trim_start_matches(|c: char| c.is_ascii_digit());
    family == "a1" || behind.split('-').next().unwrap_or_default().contains('g')
}

fn machine(check: &mut Check<'_>, base: &str, pool: &Pool, platform: Platform) {
    let machine = &pool.machine;
    let path = format!("{base}.machine");
    let shaped = machine.cpu_milli.is_some() || machine.memory.is_some();
    let key = |key: &str| format!("{path}.{key}");
    let broken = ["cpu", "memory", "eks", "ecs", "gke"]
        .iter()
        .any(|word| check.places.broken(&key(word)));
    if broken || check.places.broken(&path) {
        return;
    }
    if check.places.get(&path).is_none() {
        if platform != Platform::Kubernetes {
            no_machine(check, base, &path);
        }
        return;
    }
    let own = machine.types.get(&platform);
    if own.is_none() && !shaped && platform != Platform::Kubernetes {
        let message = format!("`machine` says nothing about {platform}");
        let help = format!("write {{ cpu = 2, memory = \"8GiB\" }}, or a type in `{platform}`");
        check.wrong("missing-key", &path, message, help);
    }
    for word in [Platform::Eks, Platform::Ecs] {
        for (index, kind) in machine.types.get(&word).into_iter().flatten().enumerate() {
            if arm(kind) == (machine.arch == Arch::Arm64) {
                continue;
            }
            let (is, write) = if arm(kind) {
                ("an arm64", "add arch = \"arm64\"")
            } else {
                ("an amd64", "take a Graviton type, or arch = \"amd64\"")
            };
            let one = key(&format!("{word}.{index}"));
            let at = check
                .places
                .get(&one)
                .map_or_else(|| key(word.word()), |_| one);
            let message = format!(
                "`{kind}` is {is} type, but the pool is {}",
                arch(machine.arch)
            );
            check.wrong("contradiction", &at, message, write);
        }
    }
    for (platform, types) in &machine.types {
        if types.is_empty() {
            let message = "the list of types is empty";
            check.wrong(
                "missing-key",
                &key(platform.word()),
                message,
                "name one, or remove the key",
            );
        }
        for index in repeated(types) {
            let at = key(&format!("{platform}.{index}"));
            check.wrong("duplicate", &at, "this type is named twice", "remove one");
        }
    }
}

/// The key is wanted by what the pool is of, not by the language.
fn no_machine(check: &mut Check<'_>, base: &str, path: &str) {
    if let Some(at) = check.at(base) {
        let problem = Problem::new("missing-key", at, "a pool needs `machine`")
            .label(format!("`{path}` is missing"))
            .help("add `machine`: Which machines");
        check.problems.push(problem);
    }
}

const fn arch(arch: Arch) -> &'static str {
    match arch {
        Arch::Amd64 => "amd64",
        Arch::Arm64 => "arm64",
    }
}

fn marks(check: &mut Check<'_>, base: &str, pool: &Pool, platform: Platform) {
    for key in pool.node_labels.keys() {
        let prefix = key.split_once('/').map_or("", |(prefix, _)| prefix);
        let owned = [
            "kubernetes.io",
            "k8s.io",
            "eks.amazonaws.com",
            "cloud.google.com",
            "gke.io",
        ];
        let owned = owned.iter().any(|host| {
            prefix == *host
                || prefix
                    .strip_suffix(host)
                    .is_some_and(|sub| sub.ends_with('.'))
        });
        // A node group that is taken over has the labels that it has.
        if (owned && pool.adopt.is_none()) || key.starts_with("provision-") {
            let message = format!("node label `{key}` is reserved");
            let path = format!("{base}.node_labels.{key}");
            check.wrong(
                "reserved-label",
                &path,
                message,
                "take a key of your own, such as `tier`",
            );
        }
    }
    let pairs = pool.taints.iter().map(|taint| (&taint.key, taint.effect));
    for index in repeated(pairs) {
        let message = "a taint with this key and effect is there already";
        check.wrong(
            "duplicate",
            &format!("{base}.taints.{index}"),
            message,
            "remove one",
        );
    }
    if platform == Platform::Eks {
        for (key, count) in [
            ("node_labels", pool.node_labels.len()),
            ("taints", pool.taints.len()),
        ] {
            if count > EKS_MARKS {
                let message = format!("a pool on eks takes at most {EKS_MARKS} of `{key}`");
                check.wrong("too-many", &format!("{base}.{key}"), message, "remove some");
            }
        }
    }
    disk(check, base, pool, platform);
}

/// Disks: EBS takes 1 GiB to 16 TiB in whole GiB; the images of EKS need 20 GiB, those of ECS 30.
fn disk(check: &mut Check<'_>, base: &str, pool: &Pool, platform: Platform) {
    const GIB: u64 = 1 << 30;
    let path = format!("{base}.disk");
    let least = match platform {
        Platform::Eks => 20,
        Platform::Ecs => 30,
        Platform::Gke | Platform::Kubernetes => 10,
    };
    if !pool.disk.is_multiple_of(GIB) {
        let help = format!("write \"{}GiB\"", pool.disk / GIB + 1);
        check.wrong("bad-value", &path, "disks have whole GiB", help);
    } else if pool.disk < least * GIB {
        let message = format!("the disk is too small: the node image needs {least} GiB");
        check.wrong(
            "out-of-range",
            &path,
            message,
            format!("write \"{least}GiB\" or more"),
        );
    } else if pool.disk > 16384 * GIB {
        check.wrong(
            "out-of-range",
            &path,
            "the disk is too large",
            "write at most \"16TiB\"",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graviton_families() {
        for kind in [
            "m7g.large",
            "c7gn.xlarge",
            "im4gn.large",
            "a1.large",
            "r8gd.2xlarge",
            "t4g.small",
        ] {
            assert!(arm(kind), "{kind}");
        }
        for kind in [
            "m7i.large",
            "g5.xlarge",
            "m5.large",
            "c7i-flex.large",
            "u-6tb1.metal",
            "gr6.4xlarge",
            "i4i.large",
        ] {
            assert!(!arm(kind), "{kind}");
        }
        assert!(arm("g5g.xlarge"));
    }
}
