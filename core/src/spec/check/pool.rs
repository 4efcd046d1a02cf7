//! Pools of nodes.

use super::{Check, gke};
use crate::contract::Severity;
use crate::model::Platform;
use crate::spec::overlay::repeated;
use crate::spec::source::Problem;
use crate::spec::types::{Arch, Cluster, Pool};

/// Labels and taints that a managed node group takes (CreateNodegroup, `labels` and `taints`).
const EKS_MARKS: usize = 50;

pub(super) fn check(check: &mut Check<'_>, base: &str, cluster: &Cluster, pool: &Pool) {
    let platform = cluster.platform;
    if platform == Platform::Ecs && !cluster.ecs.on_pools() {
        return fargate(check, base);
    }
    nodes(check, base, pool, platform);
    machine(check, base, pool, platform);
    marks(check, base, pool, platform);
    disk(check, base, pool, platform);
    if platform == Platform::Gke {
        gke::surge(check, base, pool);
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
            .help("add `machine = { cpu = 2, memory = \"8GiB\" }`");
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
