//! `[labels]`: legal on every platform that the file names.
//!
//! AWS tags: 256 characters of letters, digits, space and `+ - = . _ : / @`, keys 128. Kubernetes labels: 63, starting
//! and ending with a letter or digit. Google Cloud labels: 63 lower-case letters, digits, `_` and `-`, keys starting
//! with a letter.

use std::collections::BTreeMap;

use super::Check;
use crate::model::Platform;
use crate::spec::shape::shown;

/// Most labels: AWS has room for 50 tags on an object; ours and the controllers' need some.
const MOST: usize = 40;

/// Keys that belong to somebody: how they start, and whose they are.
const RESERVED: &[(&str, &str)] = &[
    ("aws:", "AWS"),
    ("goog-", "Google Cloud"),
    ("kubernetes.io/", "Kubernetes"),
    ("k8s.io/", "Kubernetes"),
    ("eks:", "EKS"),
    ("provision-", "provision"),
];

pub(super) fn check(check: &mut Check<'_>) {
    let labels = &check.spec.labels;
    if labels.len() > MOST {
        let message = format!(
            "there are {} labels; at most {MOST} fit every object",
            labels.len()
        );
        check.wrong("too-many", "labels", message, "remove some");
    }
    let rules = rules(check);
    let mut by_case: BTreeMap<String, &String> = BTreeMap::new();
    for (key, value) in labels {
        let path = format!("labels.{key}");
        if let Some((_, owner)) = RESERVED
            .iter()
            .find(|(start, _)| key.to_ascii_lowercase().contains(start))
        {
            let message = format!("label `{}` is reserved: it belongs to {owner}", shown(key));
            check.wrong("reserved-label", &path, message, "take another key");
            continue;
        }
        if key == "Name" && rules.aws {
            let message = "label `Name` is set by provision itself on AWS";
            check.wrong(
                "reserved-label",
                &path,
                message,
                "take another key, such as `service`",
            );
            continue;
        }
        if let Some(problem) = rules.problem(key, value) {
            let message = format!(
                "label `{} = \"{}\"` {}",
                shown(key),
                shown(value),
                problem.0
            );
            check.wrong("bad-label", &path, message, problem.1);
        }
        // IAM takes tag keys that differ only in case for the same.
        if let Some(other) = by_case.insert(key.to_lowercase(), key) {
            let message = format!("labels `{other}` and `{key}` differ only in case");
            check.clash(
                "duplicate",
                &path,
                &format!("labels.{other}"),
                message,
                "keep one of them",
            );
        }
    }
}

/// Which rules hold: those of every platform that the file names, of AWS and Google Cloud when it names none.
struct Rules {
    aws: bool,
    gcp: bool,
    kubernetes: bool,
}

fn rules(check: &Check<'_>) -> Rules {
    let on = |platforms: &[Platform]| {
        let mut clusters = check.spec.clusters.values();
        clusters.any(|cluster| platforms.contains(&cluster.platform))
    };
    Rules {
        aws: check.spec.aws.is_some() || on(&[Platform::Eks, Platform::Ecs]),
        gcp: check.spec.gcp.is_some() || on(&[Platform::Gke]),
        kubernetes: on(&[Platform::Eks, Platform::Gke, Platform::Kubernetes]),
    }
}

impl Rules {
    /// What is wrong with a label, and what would be right.
    fn problem(&self, key: &str, value: &str) -> Option<(&'static str, &'static str)> {
        if key.is_empty() {
            return Some(("has no key", "give it one"));
        }
        if self.gcp && !gcp(key, value) {
            return Some((
                "is illegal on Google Cloud",
                "use at most 63 of a-z, 0-9, `_` and `-`, the key starting with a letter",
            ));
        }
        if self.kubernetes && !(kubernetes(key) && (value.is_empty() || kubernetes(value))) {
            return Some((
                "is illegal on Kubernetes",
                "use at most 63 letters, digits, `-`, `_` and `.`, starting and ending with a letter or digit",
            ));
        }
        if self.aws && !(aws(key, 128) && aws(value, 256)) {
            return Some((
                "is illegal on AWS",
                "use letters, digits, spaces and + - = . _ : / @, 128 for the key and 256 for the value",
            ));
        }
        None
    }
}

fn aws(text: &str, limit: usize) -> bool {
    let fine = |c: char| c.is_alphanumeric() || " +-=._:/@".contains(c);
    text.chars().count() <= limit && text.chars().all(fine)
}

fn kubernetes(text: &str) -> bool {
    let edge = |c: char| c.is_ascii_alphanumeric();
    let fine = |c: char| edge(c) || "-_.".contains(c);
    text.len() <= 63 && text.starts_with(edge) && text.ends_with(edge) && text.chars().all(fine)
}

fn gcp(key: &str, value: &str) -> bool {
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
    key.len() <= 63
        && value.len() <= 63
        && key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.chars().all(fine)
        && value.chars().all(fine)
}
