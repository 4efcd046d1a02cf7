//! What each platform can do: one table, from which refusals, notes and documentation come.
//!
//! A pattern names a written word, with `*` for names: `cluster.*.pool`. The stance of a word on a platform is that of
//! the first row that fits; words without a row are supported.

use std::collections::{BTreeMap, BTreeSet};

use super::diagnostic::Diagnostic;
use super::load::Loaded;
use super::source::{At, Problem, diagnose};
use crate::contract::{Note, Severity};
use crate::model::Platform;

/// What becomes of a word on a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stance {
    /// The platform has no such thing. Refused; set aside with a note when the platform was chosen by `--platform`.
    Never(&'static str),
    /// Not built yet. Refused.
    NotYet(&'static str),
    /// Used, but it means something else there: the note's code, and the sentence.
    Means(&'static str, &'static str),
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The written word.
    pub word: &'static str,
    /// On these platforms; empty = on all, and where the platform does not matter.
    pub platforms: &'static [Platform],
    /// What becomes of it.
    pub stance: Stance,
}

use Platform::{Ecs, Eks, Gke, Kubernetes};
use Stance::{Means, Never, NotYet};

const fn row(word: &'static str, platforms: &'static [Platform], stance: Stance) -> Row {
    Row {
        word,
        platforms,
        stance,
    }
}

/// Where workloads are Kubernetes objects.
const KUBERNETES: &[Platform] = &[Eks, Gke, Kubernetes];

/// The table.
pub const TABLE: &[Row] = &[
    row(
        "secret.*",
        KUBERNETES,
        NotYet("Kubernetes Secrets are not built yet"),
    ),
    row(
        "load_balancer.*",
        KUBERNETES,
        NotYet("load balancers of workloads on Kubernetes are not built yet"),
    ),
    row(
        "workload.*",
        KUBERNETES,
        NotYet("workloads on Kubernetes are not built yet"),
    ),
    row(
        "job.*",
        KUBERNETES,
        NotYet("jobs on Kubernetes are not built yet"),
    ),
    row(
        "cluster.*.version",
        &[Ecs],
        Never("ECS has no Kubernetes version"),
    ),
    row(
        "cluster.*.endpoint",
        &[Ecs],
        Never("ECS has no API endpoint of a cluster: IAM says who may use it"),
    ),
    row(
        "cluster.*.access",
        &[Ecs],
        Never("ECS has no access entries: IAM says who may use it"),
    ),
    row(
        "cluster.*.pool.*.node_labels",
        &[Ecs],
        Never("ECS has no Kubernetes nodes to label"),
    ),
    row(
        "cluster.*.pool.*.taints",
        &[Ecs],
        Never("ECS has no Kubernetes nodes to taint"),
    ),
    row(
        "cluster.*.version",
        &[Kubernetes],
        Never("the version of a cluster that exists is not ours to choose"),
    ),
    row(
        "cluster.*.endpoint",
        &[Kubernetes],
        Never("the endpoint of a cluster that exists is not ours to choose"),
    ),
    row(
        "cluster.*.access",
        &[Kubernetes],
        Never("access to a cluster that exists is not ours to give"),
    ),
    row(
        "cluster.*.pool.*",
        &[Kubernetes],
        Never("the nodes of a cluster that exists are not ours to make"),
    ),
    row(
        "cluster.*.network",
        &[Kubernetes],
        Never("the network of a cluster that exists is not ours to choose"),
    ),
    row(
        "cluster.*.protect",
        &[Kubernetes],
        Never("a cluster that exists is never deleted by provision"),
    ),
    row(
        "cluster.*.access",
        &[Gke],
        NotYet(
            "access to clusters on gke is not built yet: give whoever may use them a role of IAM in the project, such as roles/container.developer",
        ),
    ),
    row(
        "network.*.existing.aws",
        &[Gke],
        Never("it is a network of AWS"),
    ),
    row(
        "network.*.adopt",
        &[Gke],
        Never(
            "a network on Google Cloud has no place for a mark that can be changed later: name it by `existing`",
        ),
    ),
    row(
        "network.*.security_groups",
        &[Gke],
        Never("security groups are of networks on AWS"),
    ),
    row(
        "network.*.endpoints",
        &[Gke],
        Never("endpoints of AWS's services are of networks on AWS"),
    ),
    row(
        "network.*.nat",
        &[Gke],
        Means(
            "nat-regional",
            "Cloud NAT is regional: `single` and `per-zone` are the same there",
        ),
    ),
    row(
        "network.*.cidr",
        &[Gke],
        Means(
            "cidr-split",
            "on GKE the range is split between nodes, pods and services",
        ),
    ),
];

/// Whether a written path is the word of a pattern, both in their parts.
fn fits(pattern: &[&str], path: &[&str]) -> bool {
    let mut pairs = pattern.iter().zip(path);
    pattern.len() == path.len() && pairs.all(|(word, part)| *word == "*" || word == part)
}

fn parts(path: &str) -> Vec<&str> {
    path.split('.').collect()
}

/// Every mistake of `loaded` that comes from what the platforms of `built` cannot do (yet), as diagnostics. `load` calls
/// it itself unless told otherwise.
#[must_use]
pub fn check_supported(loaded: &Loaded, built: &[Platform]) -> Vec<Diagnostic> {
    diagnose(&loaded.sources, unsupported(loaded, built))
}

/// As [`check_supported`], without places worked out.
pub(super) fn unsupported(loaded: &Loaded, built: &[Platform]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, cluster) in &loaded.spec.clusters {
        let path = format!("cluster.{name}.platform");
        if !built.contains(&cluster.platform)
            && !loaded.places.broken(&path)
            && let Some((spot, _)) = loaded.places.nearest(&path)
        {
            let platform = cluster.platform;
            let unbuilt = format!("clusters on {platform} are not built yet");
            let problem = Problem::new("not-yet", spot.value, unbuilt);
            problems.push(problem.label("known, not yet").help(built_help(built)));
        }
    }
    each_word(loaded, |path, at, row, platform| {
        let (code, sentence) = match row.stance {
            NotYet(sentence) => ("not-yet", sentence),
            Never(sentence) if loaded.platform_override.is_none() => ("unsupported", sentence),
            _ => return,
        };
        let word = path.rsplit('.').next().unwrap_or(path);
        let problem = match platform {
            Some(platform) if code == "unsupported" => Problem::new(code, at, format!("`{word}` cannot be used on {platform}: {sentence}"))
                .label(format!("not on {platform}"))
                .help("remove it"),
            _ => Problem::new(code, at, sentence)
                .label("known, not yet")
                .help("the language has it and it was checked, but nothing can plan it: remove it for now"),
        };
        problems.push(problem);
    });
    problems
}

fn built_help(built: &[Platform]) -> String {
    let words: Vec<&str> = built.iter().map(|platform| platform.word()).collect();
    format!("built at the moment: {}", words.join(", "))
}

/// The notes of the table: words that mean something else, and words set aside under `--platform`.
pub(super) fn notes(loaded: &Loaded) -> Vec<Note> {
    let mut notes = Vec::new();
    each_word(loaded, |path, _, row, platform| {
        let (code, message) = match (row.stance, platform) {
            (Means(code, sentence), _) => (code, sentence.to_owned()),
            (Never(sentence), Some(platform)) if loaded.platform_override.is_some() => {
                ("set-aside", format!("set aside on {platform}: {sentence}"))
            }
            _ => return,
        };
        notes.push(Note {
            severity: Severity::Info,
            code: code.to_owned(),
            message,
            address: Some(path.to_owned()),
        });
    });
    for (name, cluster) in &loaded.spec.clusters {
        let network = loaded.spec.networks.get(&cluster.network);
        if cluster.platform == Eks
            && network.is_some_and(|network| network.zones == 1 && network.existing.is_none())
        {
            notes.push(Note {
                severity: Severity::Info,
                code: "one-zone".to_owned(),
                message: "EKS needs two zones for its control plane: nodes run in one, the control plane in two".to_owned(),
                address: Some(format!("cluster.{name}")),
            });
        }
    }
    notes
}

/// Calls `then` for each written word that has a row for a platform it is on.
fn each_word(loaded: &Loaded, mut then: impl FnMut(&str, At, &Row, Option<Platform>)) {
    let mut by_network: BTreeMap<&str, BTreeSet<Platform>> = BTreeMap::new();
    for cluster in loaded.spec.clusters.values() {
        by_network
            .entry(&cluster.network)
            .or_default()
            .insert(cluster.platform);
    }
    let table: Vec<(Vec<&str>, &Row)> = TABLE.iter().map(|row| (parts(row.word), row)).collect();
    for (path, spot) in loaded.places.iter().filter(|(_, spot)| !spot.broken) {
        // Aliases of inline networks are written elsewhere, and have the row of their own address.
        let words = parts(path);
        let of_word = table.iter().filter(|(pattern, _)| fits(pattern, &words));
        let rows: Vec<&Row> = of_word.map(|(_, row)| *row).collect();
        if rows.is_empty() {
            continue;
        }
        let platforms = platforms(loaded, &by_network, path);
        for row in rows {
            let on = platforms
                .iter()
                .find(|platform| row.platforms.contains(platform));
            if row.platforms.is_empty() || on.is_some() {
                let whole = spot.value.end == spot.value.start;
                let at = if whole { spot.key } else { spot.value };
                then(path, at, row, on.copied());
            }
        }
    }
}

/// The platforms that a written word is for.
fn platforms(
    loaded: &Loaded,
    by_network: &BTreeMap<&str, BTreeSet<Platform>>,
    path: &str,
) -> Vec<Platform> {
    let mut parts = path.split('.');
    let (kind, name) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let cluster = |name: &str| {
        loaded
            .spec
            .clusters
            .get(name)
            .map(|cluster| cluster.platform)
    };
    match kind {
        "cluster" => cluster(name).into_iter().collect(),
        "network" => by_network
            .get(name)
            .into_iter()
            .flatten()
            .copied()
            .collect(),
        "workload" => {
            let workload = loaded.spec.workloads.get(name);
            workload
                .and_then(|workload| cluster(&workload.cluster))
                .into_iter()
                .collect()
        }
        "load_balancer" => loaded.spec.behind(name).into_iter().collect(),
        "secret" => {
            let secret = loaded.spec.secrets.get(name);
            // A store of a cloud is no matter of a platform.
            let of = secret.filter(|secret| secret.store.is_none());
            let of = of.and_then(|secret| cluster(secret.cluster.as_ref()?));
            of.into_iter().collect()
        }
        "job" => {
            let job = loaded.spec.jobs.get(name);
            job.and_then(|job| cluster(&job.cluster))
                .into_iter()
                .collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_whole_paths() {
        let fits = |pattern, path| fits(&parts(pattern), &parts(path));
        assert!(fits("cluster.*.version", "cluster.prod.version"));
        assert!(!fits("cluster.*.version", "cluster.prod.pool.version"));
        assert!(!fits("secret.*", "secret"));
    }
}
