//! Arguments of the other verbs.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use provision_core::model::Platform;

use super::parse::{date, duration, platform};
use super::{FileArgs, RunArgs, Shape, SpecArgs};

/// `init`.
#[derive(Args, Clone, Debug)]
pub struct Init {
    /// The platform of the cluster
    #[arg(long, value_name = "PLATFORM", default_value = "eks", value_parser = platform)]
    pub platform: Platform,
    /// The region [default: eu-west-1 on AWS, europe-west1 on Google Cloud]
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// The account or project; absent: the caller's account, when credentials are at hand
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    /// Where to write it; `-` is stdout
    #[arg(value_name = "FILE", default_value = "provision.toml")]
    pub file: PathBuf,
    /// Overwrite the file
    #[arg(long)]
    pub force: bool,
}

impl Init {
    /// The region: the named one, else a usual one of the platform's cloud.
    #[must_use]
    pub fn platform_region(&self) -> String {
        region(self.platform, self.region.as_ref())
    }
}

impl Import {
    /// The region: the named one, else a usual one of the platform's cloud.
    #[must_use]
    pub fn platform_region(&self) -> String {
        region(self.platform, self.region.as_ref())
    }
}

fn region(platform: Platform, named: Option<&String>) -> String {
    let (variable, usual) = match platform {
        Platform::Gke => ("CLOUDSDK_COMPUTE_REGION", "europe-west1"),
        _ => ("AWS_REGION", "eu-west-1"),
    };
    let set = || std::env::var(variable).ok().filter(|set| !set.is_empty());
    let region = named.cloned().or_else(set);
    region.unwrap_or_else(|| usual.to_owned())
}

/// `validate`.
#[derive(Args, Clone, Debug)]
pub struct Validate {
    /// The spec.
    #[command(flatten)]
    pub spec: SpecArgs,
    /// What if every cluster were on this platform
    #[arg(long, value_name = "PLATFORM", value_parser = platform)]
    pub platform: Option<Platform>,
}

/// `plan`.
#[derive(Args, Clone, Debug)]
pub struct Plan {
    /// The spec.
    #[command(flatten)]
    pub spec: SpecArgs,
    /// What shapes the plan.
    #[command(flatten)]
    pub shape: Shape,
    /// Write the plan to FILE, for `apply FILE`
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Plan the removal of everything
    #[arg(long)]
    pub destroy: bool,
    /// Exit 2 when there are changes
    #[arg(long)]
    pub detailed_exitcode: bool,
}

/// `apply`.
#[derive(Args, Clone, Debug)]
pub struct Apply {
    /// The spec, or a plan file (told by its content).
    #[command(flatten)]
    pub spec: SpecArgs,
    /// What shapes the plan.
    #[command(flatten)]
    pub shape: Shape,
    /// How it runs.
    #[command(flatten)]
    pub run: RunArgs,
}

/// `destroy`.
#[derive(Args, Clone, Debug)]
pub struct Destroy {
    /// The spec.
    #[command(flatten)]
    pub spec: SpecArgs,
    /// Only this address and what needs it
    #[arg(long, value_name = "ADDR")]
    pub target: Vec<String>,
    /// Also delete volumes that a cluster's controllers left
    #[arg(long)]
    pub delete_volumes: bool,
    /// Plan as of this date (2026-11-24) or time
    #[arg(long, value_name = "DATE", value_parser = date, env = "PROVISION_AS_OF")]
    pub as_of: Option<jiff::Timestamp>,
    /// How it runs.
    #[command(flatten)]
    pub run: RunArgs,
}

/// `drift`.
#[derive(Args, Clone, Debug)]
pub struct Drift {
    /// The spec.
    #[command(flatten)]
    pub spec: SpecArgs,
    /// Only this address and what it needs
    #[arg(long, value_name = "ADDR")]
    pub target: Vec<String>,
    /// Compare as of this date (2026-11-24) or time
    #[arg(long, value_name = "DATE", value_parser = date, env = "PROVISION_AS_OF")]
    pub as_of: Option<jiff::Timestamp>,
}

/// `show`.
#[derive(Args, Clone, Debug)]
pub struct Show {
    /// Only this address
    #[arg(value_name = "ADDR")]
    pub address: Option<String>,
    /// The spec.
    #[command(flatten)]
    pub spec: FileArgs,
}

/// `run`.
#[derive(Args, Clone, Debug)]
pub struct OneOff {
    /// The job or workload: migrate, job.migrate, web
    #[arg(value_name = "ADDR")]
    pub address: String,
    /// The command instead of its own, as it is; a workload needs one
    #[arg(value_name = "CMD", last = true)]
    pub command: Vec<String>,
    /// The spec.
    #[command(flatten)]
    pub spec: FileArgs,
    /// Show when each line was written
    #[arg(long)]
    pub timestamps: bool,
}

/// `exec`.
#[derive(Args, Clone, Debug)]
pub struct Exec {
    /// The workload: web, workload.web
    #[arg(value_name = "ADDR")]
    pub address: String,
    /// The task, or how its id begins [default: the youngest that runs]
    #[arg(long, value_name = "ID")]
    pub task: Option<String>,
    /// The container [default: the main one]
    #[arg(long, value_name = "NAME")]
    pub container: Option<String>,
    /// The command
    #[arg(value_name = "CMD", last = true, required = true)]
    pub command: Vec<String>,
    /// The spec.
    #[command(flatten)]
    pub spec: FileArgs,
}

/// `logs`.
#[derive(Args, Clone, Debug)]
pub struct Logs {
    /// The workload or job: web, job.migrate
    #[arg(value_name = "ADDR")]
    pub address: String,
    /// Go on with what is written from now on, until Ctrl-C
    #[arg(long)]
    pub follow: bool,
    /// How far back: 30s, 10m, 2h
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = duration)]
    pub since: std::time::Duration,
    /// Only of this task, or of those whose ids begin so
    #[arg(long, value_name = "ID")]
    pub task: Option<String>,
    /// Show when each line was written
    #[arg(long)]
    pub timestamps: bool,
    /// The spec.
    #[command(flatten)]
    pub spec: FileArgs,
}

/// `import`.
#[derive(Args, Clone, Debug)]
pub struct Import {
    /// The platform of the cluster
    #[arg(value_name = "PLATFORM", value_parser = platform)]
    pub platform: Platform,
    /// The cluster, by name or ARN
    #[arg(value_name = "CLUSTER")]
    pub cluster: String,
    /// The region [default: eu-west-1 on AWS, europe-west1 on Google Cloud]
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// The account; absent: the caller's. On Google Cloud the project
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    /// The stack that is to own it [default: like the cluster]
    #[arg(long, value_name = "STACK")]
    pub stack: Option<String>,
    /// Where to write the spec; `-` is stdout
    #[arg(short, long, value_name = "FILE", default_value = "provision.toml")]
    pub out: PathBuf,
    /// Overwrite the file
    #[arg(long)]
    pub force: bool,
}

/// `graph`.
#[derive(Args, Clone, Debug)]
pub struct Graph {
    /// Only this address and what it needs
    #[arg(value_name = "ADDR")]
    pub address: Option<String>,
    /// The spec.
    #[command(flatten)]
    pub spec: FileArgs,
    /// The form
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: GraphForm,
}

/// Forms of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphForm {
    /// Indented text.
    Text,
    /// Graphviz.
    Dot,
    /// A picture.
    Svg,
}

/// `completions`.
#[derive(Args, Clone, Debug)]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

impl SpecArgs {
    /// The file that is meant, and whether it was named.
    #[must_use]
    pub fn path(&self) -> (PathBuf, bool) {
        match self.spec.as_ref().or(self.file.as_ref()) {
            Some(path) => (path.clone(), true),
            None => (PathBuf::from("provision.toml"), false),
        }
    }
}

impl FileArgs {
    /// The same as the arguments of other verbs.
    #[must_use]
    pub fn as_spec(&self) -> SpecArgs {
        SpecArgs {
            spec: None,
            file: Some(self.file.clone()),
            overrides: self.overrides.clone(),
        }
    }
}
