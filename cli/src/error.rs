//! Everything that can end a verb, with its exit code and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use provision_core::contract::{Class, Failure};
use provision_core::cost::OverBudget;
use provision_core::plan::{PlanFile, Refused};
use provision_core::spec::{Diagnostic, File};

use crate::exit::Exit;
use crate::lock::Holder;

/// What ended a verb.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The spec is wrong: every mistake, with the texts they are in.
    #[error("the spec has {} mistake{}", diagnostics.len(), if diagnostics.len() == 1 { "" } else { "s" })]
    Spec {
        /// The mistakes.
        diagnostics: Vec<Diagnostic>,
        /// The texts.
        files: Vec<File>,
    },
    /// A file cannot be read or written.
    #[error("cannot {doing} {}: {source}", path.display())]
    File {
        /// `read`, `write`.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something about a file that is no IO error.
    #[error("{}: {problem}", path.display())]
    BadFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
        /// What to do.
        advice: Option<String>,
    },
    /// Failures of clouds.
    #[error("{}", failures.first().map_or("", |failure| failure.message.as_str()))]
    Cloud {
        /// At least one.
        failures: Vec<Failure>,
    },
    /// No plan can be made.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The plan would cost more than the spec allows.
    #[error("{over}")]
    OverBudget {
        /// By how much, and what costs most.
        over: OverBudget,
        /// The plan, so that it can be shown all the same.
        made: Box<PlanFile>,
    },
    /// A plan file does not fit what is live now.
    #[error("the plan no longer fits")]
    Stale {
        /// What changed.
        changed: Vec<String>,
    },
    /// Somebody else holds the lock.
    #[error("the stack `{stack}` is locked by {holder}")]
    Locked {
        /// The stack.
        stack: String,
        /// Who.
        holder: Holder,
    },
    /// Consent is missing.
    #[error("{message}")]
    Consent {
        /// What for.
        message: String,
        /// How to give it.
        advice: String,
        /// The command line is at fault (no terminal and no `--yes`).
        usage: bool,
    },
    /// Interrupted before anything was changed.
    #[error("interrupted; nothing was changed")]
    Interrupted,
    /// The command line is wrong.
    #[error("{0}")]
    Usage(String),
    /// A word that is known and not built yet.
    #[error("`{0}` is known, and not built yet")]
    NotYet(String),
    /// The embedded cloud cannot be used.
    #[error("the sandbox: {problem}")]
    Sandbox {
        /// What is wrong.
        problem: String,
        /// What to do.
        advice: Option<String>,
    },
    /// A program that is needed beside this one.
    #[error("{program} {problem}")]
    Missing {
        /// The program.
        program: &'static str,
        /// What is wrong with it.
        problem: String,
        /// What to do.
        advice: String,
    },
    /// What we wanted to print could not be printed.
    #[error("cannot write the output: {0}")]
    Output(#[from] io::Error),
}

impl Error {
    /// An IO error on a file.
    pub fn file(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self::File {
            doing,
            path: path.to_path_buf(),
            source,
        }
    }

    /// A single failure of a cloud.
    #[must_use]
    pub fn cloud(failure: Failure) -> Self {
        Self::Cloud {
            failures: vec![failure],
        }
    }

    /// The exit code.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Spec { .. }
            | Self::File { .. }
            | Self::BadFile { .. }
            | Self::Cloud { .. }
            | Self::Refused(_)
            | Self::OverBudget { .. }
            | Self::Stale { .. }
            | Self::Locked { .. }
            | Self::NotYet(_)
            | Self::Missing { .. }
            | Self::Sandbox { .. }
            | Self::Consent { usage: false, .. } => Exit::Failed,
            Self::Interrupted => Exit::Interrupted,
            Self::Usage(_) | Self::Consent { usage: true, .. } => Exit::Usage,
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Ok,
            Self::Output(_) => Exit::Failed,
        }
    }

    /// Whether there is nobody left to tell: the reader of our output has gone away.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// What to do about it, a sentence each.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Spec { .. } | Self::Refused(_) | Self::Interrupted | Self::Output(_) => {
                Vec::new()
            }
            Self::Cloud { failures } => cloud_hints(failures),
            Self::File {
                doing,
                path,
                source,
            } => file_hints(doing, path, source),
            Self::BadFile { advice, .. } | Self::Sandbox { advice, .. } => {
                advice.iter().cloned().collect()
            }
            Self::OverBudget { over, .. } => over_budget_hints(over),
            Self::Stale { .. } => vec!["make a new plan, look at it, and apply that".to_owned()],
            Self::Locked { .. } => vec![
                "wait for it to end; the lock goes away with its process".to_owned(),
                "it protects this folder on this machine only".to_owned(),
            ],
            Self::Consent { advice, .. } | Self::Missing { advice, .. } => vec![advice.clone()],
            Self::Usage(_) => vec!["see `provision --help`".to_owned()],
            Self::NotYet(_) => vec!["`provision --help` lists what is there".to_owned()],
        }
    }
}

fn over_budget_hints(over: &OverBudget) -> Vec<String> {
    let most: Vec<String> = over.dearest().map(|line| line.to_string()).collect();
    vec![
        format!("what costs most: {}", most.join("; ")),
        "take something smaller or fewer of it, or raise `monthly_usd` in `[budget]`; `provision cost` shows every line"
            .to_owned(),
    ]
}

fn cloud_hints(failures: &[Failure]) -> Vec<String> {
    let mut hints: Vec<String> = Vec::new();
    for hint in failures.iter().filter_map(hint) {
        if !hints.contains(&hint) {
            hints.push(hint);
        }
    }
    hints
}

/// What to do about a failure: the provider's advice, else what usually helps with failures of its sort.
#[must_use]
pub fn hint(failure: &Failure) -> Option<String> {
    let usual = || {
        match failure.class {
        Class::Credentials => Some(
            "sign in (`aws sso login`, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), \
             or try `--sandbox`"
                .to_owned(),
        ),
        Class::Denied => failure
            .call
            .as_ref()
            .map(|call| format!("ask for the permission {call}")),
        _ => None,
    }
    };
    failure.advice.clone().or_else(usual)
}

fn file_hints(doing: &str, path: &Path, source: &io::Error) -> Vec<String> {
    let hint = match (doing, source.kind()) {
        ("read", io::ErrorKind::NotFound) if path == Path::new("provision.toml") => {
            "name a spec, or write one with `provision init`"
        }
        ("read", io::ErrorKind::NotFound) => "check the path",
        (_, io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) => {
            "run in a folder that you may write to"
        }
        (_, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => "make room on the disk",
        _ => return Vec::new(),
    };
    vec![hint.to_owned()]
}
