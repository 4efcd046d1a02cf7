//! Arguments of each verb.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use provision_core::model::Platform;
use provision_data::Cloud;

use super::compare::CostMore;
use super::parse::{cloud, date, duration, pair, platform};

/// What makes up a spec beside its file.
#[derive(Args, Clone, Debug, Default)]
pub struct Overrides {
    /// Lay [env.NAME] over the spec; the stack becomes STACK-NAME
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Set a variable (also: PROVISION_VAR_name)
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub var: Vec<(String, String)>,
    /// Set a key: cluster.prod.pool.web.nodes.max=6
    #[arg(long, value_name = "ADDR.KEY=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,
}

/// A spec as a positional or as `--file`.
#[derive(Args, Clone, Debug, Default)]
pub struct SpecArgs {
    /// The spec [default: provision.toml]
    #[arg(value_name = "SPEC")]
    pub spec: Option<PathBuf>,
    /// The spec
    #[arg(short, long, value_name = "SPEC", conflicts_with = "spec")]
    pub file: Option<PathBuf>,
    /// Variables, overlays.
    #[command(flatten)]
    pub overrides: Overrides,
}

/// A spec as `--file` only, for verbs whose positional is an address.
#[derive(Args, Clone, Debug, Default)]
pub struct FileArgs {
    /// The spec
    #[arg(short, long, value_name = "SPEC", default_value = "provision.toml")]
    pub file: PathBuf,
    /// Variables, overlays.
    #[command(flatten)]
    pub overrides: Overrides,
}

/// What shapes a plan.
#[derive(Args, Clone, Debug, Default)]
pub struct Shape {
    /// Only this address and what it needs
    #[arg(long, value_name = "ADDR")]
    pub target: Vec<String>,
    /// What if every cluster were on this platform
    #[arg(long, value_name = "PLATFORM", value_parser = platform)]
    pub platform: Option<Platform>,
    /// Take better machines, zones and versions than the live ones
    #[arg(long, value_name = "ADDR")]
    pub rechoose: Vec<String>,
    /// Also delete volumes that a cluster's controllers left
    #[arg(long)]
    pub delete_volumes: bool,
    /// Plan as of this date (2026-11-24) or time
    #[arg(long, value_name = "DATE", value_parser = date, env = "PROVISION_AS_OF")]
    pub as_of: Option<jiff::Timestamp>,
}

/// How a run goes.
#[derive(Args, Clone, Debug)]
pub struct RunArgs {
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// With --yes: also consent to these
    #[arg(long, value_name = "delete,replace", value_delimiter = ',')]
    pub allow: Vec<Allow>,
    /// Steps that make calls at once; those that wait for the cloud are not counted
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub parallel: u16,
}

/// What `--allow` allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Allow {
    /// Deletions that were not asked for by verb.
    Delete,
    /// Replacements.
    Replace,
}

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

/// `cost`.
#[derive(Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Cost {
    /// The spec.
    #[command(flatten)]
    pub spec: SpecArgs,
    /// Reckon with the machines, zones and numbers of nodes that are live
    #[arg(long)]
    pub live: bool,
    /// Prices as of this date (2026-11-24) or time
    #[arg(long, value_name = "DATE", value_parser = date, env = "PROVISION_AS_OF")]
    pub as_of: Option<jiff::Timestamp>,
    /// Comma-separated values: a row for each line
    #[arg(long, group = "format", conflicts_with = "json")]
    pub csv: bool,
    /// Markdown, for a comment on a pull request
    #[arg(long, group = "format", conflicts_with = "json")]
    pub markdown: bool,
    /// A page with charts that needs nothing else; `-` is standard output
    #[arg(long, value_name = "FILE", group = "format", conflicts_with = "json")]
    pub html: Option<PathBuf>,
    /// Other questions.
    #[command(subcommand)]
    pub more: Option<CostMore>,
}

/// `prices`.
#[derive(Args, Clone, Debug)]
pub struct Prices {
    /// What to do with them.
    #[command(subcommand)]
    pub verb: PricesVerb,
}

/// What can be done with the list prices.
#[derive(Clone, Debug, Subcommand)]
pub enum PricesVerb {
    /// Show those of a region, each with its date and source
    Show(PricesShow),
    /// Read those of a region from its cloud, which are used from then on
    Refresh(PricesRefresh),
}

/// `prices refresh`.
#[derive(Args, Clone, Debug)]
pub struct PricesRefresh {
    /// A region whose prices are read; may be given several times
    #[arg(
        long = "region",
        value_name = "REGION",
        required_unless_present = "forget"
    )]
    pub regions: Vec<String>,
    /// The cloud of the regions, which a new one does not tell: aws, gcp
    #[arg(long, value_name = "CLOUD", value_parser = cloud)]
    pub cloud: Option<Cloud>,
    /// Go back to the built-in prices of these regions, or of all
    #[arg(long)]
    pub forget: bool,
}

/// `prices show`.
#[derive(Args, Clone, Debug)]
pub struct PricesShow {
    /// The region: us-east-1, europe-west1 [default: all that have prices of machines]
    #[arg(value_name = "REGION")]
    pub place: Option<String>,
    /// Only items that begin with this: ebs, ec2.instance.m5
    #[arg(value_name = "ITEM", conflicts_with = "kind")]
    pub item: Option<String>,
    /// The same as REGION
    #[arg(long, value_name = "REGION", conflicts_with = "place")]
    pub region: Option<String>,
    /// Only regions of this cloud: aws, gcp
    #[arg(long, value_name = "CLOUD", value_parser = cloud)]
    pub cloud: Option<Cloud>,
    /// Only items like this: gke, '*.instance.*-4'
    #[arg(long, value_name = "PATTERN")]
    pub kind: Option<String>,
    /// Comma-separated values, with a line of names
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
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
