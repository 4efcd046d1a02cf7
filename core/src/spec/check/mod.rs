//! Checks across blocks: references, ranges, labels, and combinations that no platform takes.

mod balancer;
mod cluster;
mod gke;
mod labels;
mod network;
mod pool;
mod run;
mod secret;

use super::extend::Left;
use super::places::Places;
use super::source::{At, Problem, nearest};
use super::types::Spec;
use super::words::SHORT;
use crate::contract::{Note, Severity};
use crate::model::Platform;

/// Runs every check; mistakes go to `problems`, the rest are notes.
pub(super) fn run(
    spec: &Spec,
    places: &Places,
    overridden: Option<Platform>,
    problems: &mut Vec<Problem>,
) -> Vec<Note> {
    let mut check = Check {
        spec,
        places,
        overridden,
        problems,
        notes: Vec::new(),
    };
    check.stack();
    check.clouds();
    labels::check(&mut check);
    network::check(&mut check);
    cluster::check(&mut check);
    secret::check(&mut check);
    run::check(&mut check);
    balancer::check(&mut check);
    check.notes
}

/// The note on a key that a job has no use for.
pub(super) fn note_left((job, key): &Left) -> Note {
    Note {
        severity: Severity::Info,
        code: "not-inherited".into(),
        message: format!("a job does not take `{key}` over from the workload it extends"),
        address: Some(format!("job.{job}")),
    }
}

struct Check<'a> {
    spec: &'a Spec,
    places: &'a Places,
    overridden: Option<Platform>,
    problems: &'a mut Vec<Problem>,
    notes: Vec<Note>,
}

impl Check<'_> {
    /// The place of a path; `None` when it is broken, for then nothing more is said of it.
    fn at(&self, path: &str) -> Option<At> {
        if self.places.broken(path) {
            return None;
        }
        let (spot, exact) = self.places.nearest(path)?;
        Some(if exact || spot.value.end > spot.value.start {
            spot.value
        } else {
            spot.key
        })
    }

    /// Reports something at a path.
    fn wrong(
        &mut self,
        code: &'static str,
        path: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        if let Some(at) = self.at(path) {
            self.problems
                .push(Problem::new(code, at, message).help(help));
        }
    }

    /// Reports something at a path that has to do with another.
    fn clash(&mut self, code: &'static str, path: &str, other: &str, message: String, help: &str) {
        if let (Some(at), Some(first)) = (self.at(path), self.at(other)) {
            let problem = Problem::new(code, at, message).help(help);
            self.problems.push(problem.see(first, "the other one"));
        }
    }

    /// Reports a name that nothing declares.
    fn dangling<'n>(
        &mut self,
        path: &str,
        kind: &str,
        name: &str,
        known: impl IntoIterator<Item = &'n String>,
    ) {
        let known: Vec<&str> = known.into_iter().map(String::as_str).take(200).collect();
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None if known.is_empty() || known.len() > 8 => format!("declare [{kind}.{name}]"),
            None => format!(
                "declare [{kind}.{name}], or take one of {}",
                known.join(", ")
            ),
        };
        if let Some(at) = self.at(path) {
            let message = format!(
                "there is no {} `{name}`",
                kind.rsplit('.').next().unwrap_or(kind).replace('_', " ")
            );
            let problem = Problem::new("dangling", at, message);
            self.problems.push(problem.label("not declared").help(help));
        }
    }

    fn note(&mut self, severity: Severity, code: &str, address: &str, message: impl Into<String>) {
        self.notes.push(Note {
            severity,
            code: code.to_owned(),
            message: message.into(),
            address: Some(address.to_owned()),
        });
    }

    fn stack(&mut self) {
        let length = self.spec.stack.len();
        if length > SHORT {
            let message = format!(
                "the stack `{}` is {length} characters long; at most {SHORT} fit every platform",
                self.spec.stack
            );
            self.wrong(
                "bad-name",
                "stack",
                message,
                "take a shorter stack or environment",
            );
        }
    }

    /// Each platform needs its cloud.
    fn clouds(&mut self) {
        for (name, cluster) in &self.spec.clusters {
            let (cloud, there, keys) = match cluster.platform {
                Platform::Eks | Platform::Ecs => {
                    ("aws", self.spec.aws.is_some(), "region = \"eu-west-1\"")
                }
                Platform::Gke => (
                    "gcp",
                    self.spec.gcp.is_some(),
                    "project = \"acme-prod\", region = \"europe-west1\"",
                ),
                Platform::Kubernetes => continue,
            };
            if !there && !self.places.broken(&format!("cloud.{cloud}")) {
                let message = format!("a cluster on {} needs [cloud.{cloud}]", cluster.platform);
                let help = format!("add [cloud.{cloud}] with {keys}");
                self.wrong(
                    "missing-cloud",
                    &format!("cluster.{name}.platform"),
                    message,
                    help,
                );
            }
        }
    }
}
