//! The command line as types. Nothing here does anything.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

mod cost;
mod parse;
mod prices;
mod sandbox;
mod shared;
mod verbs;

pub use cost::{Breakeven, Compare, Cost, CostMore};
#[allow(unused_imports)]
pub(crate) use parse::duration;
pub use prices::{Prices, PricesRefresh, PricesShow, PricesVerb};
pub use sandbox::{
    Knobs, Sandbox, SandboxDir, SandboxEnv, SandboxPlant, SandboxStart, SandboxTune, SandboxVerb,
};
pub use shared::{Allow, FileArgs, Overrides, RunArgs, Shape, SpecArgs};
pub use verbs::{
    Apply, Completions, Destroy, Drift, Exec, Graph, GraphForm, Import, Init, Logs, OneOff, Plan,
    Show, Validate,
};

/// Declares container clusters in one TOML file and makes the clouds agree with it.
#[derive(Clone, Debug, Parser)]
#[command(name = "provision", version, propagate_version = true)]
#[command(
    after_help = "Exit codes: 0 ok, 1 failed, 2 differs or needs a decision, \
    3 interrupted (apply again resumes), 64 usage."
)]
pub struct Cli {
    /// What every verb understands.
    #[command(flatten)]
    pub global: Global,
    /// The verb.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What every verb understands.
#[derive(Args, Clone, Debug, Default)]
pub struct Global {
    /// Run against the embedded cloud; its state lies in DIR [default: .provision/sandbox]
    #[arg(long, global = true, value_name = "DIR", num_args = 0..=1, require_equals = true)]
    #[arg(
        default_missing_value = ".provision/sandbox",
        hide_default_value = true
    )]
    pub sandbox: Option<PathBuf>,
    /// One JSON document on stdout (apply and destroy: JSON lines)
    #[arg(long, global = true)]
    pub json: bool,
    /// Also show notes on what does not change
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: When,
    /// Log to stderr: error, warn, info, debug, trace
    #[arg(long, global = true, value_name = "LEVEL")]
    pub log: Option<LogLevel>,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// Errors.
    Error,
    /// And warnings.
    Warn,
    /// And what is done.
    Info,
    /// And how.
    Debug,
    /// Everything.
    Trace,
}

/// Verbs, in the order of the help.
#[derive(Clone, Debug, Subcommand)]
pub enum Verb {
    /// Write a commented spec for a platform
    Init(Init),
    /// Check a spec, offline
    Validate(Validate),
    /// Show what would change
    Plan(Plan),
    /// Make the cloud agree with the spec, or execute a plan file
    Apply(Apply),
    /// Remove everything the stack owns
    Destroy(Destroy),
    /// Compare live with the spec, read only
    Drift(Drift),
    /// Show what is live, and its outputs
    Show(Show),
    /// Run a job, or a command in the shape of a workload, and end with its exit code
    Run(OneOff),
    /// Run a command in a container that runs already
    Exec(Exec),
    /// Show what a workload or a job wrote
    Logs(Logs),
    /// Write the spec of a live cluster that other tools made
    Import(Import),
    /// Show what depends on what
    Graph(Graph),
    /// Show what a month costs, offline
    Cost(Cost),
    /// The list prices that bills are made with
    Prices(Prices),
    /// The embedded cloud
    Sandbox(Sandbox),
    /// Write the JSON Schema of the spec, for editors
    Schema,
    /// Write completions for a shell
    Completions(Completions),
    /// Show which providers are linked in
    Providers,
    /// Known, not built yet.
    #[command(hide = true)]
    Migrate(Later),
    /// Known, not built yet.
    #[command(hide = true)]
    Kubeconfig(Later),
    /// Known, not built yet.
    #[command(hide = true)]
    Token(Later),
}

/// The arguments of a verb that is not built yet: anything.
#[derive(Args, Clone, Debug)]
#[command(disable_help_flag = true)]
pub struct Later {
    /// Anything.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    pub rest: Vec<String>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_declaration_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sandbox_takes_its_folder_only_behind_an_equals_sign() {
        let parse = |args: &[&str]| {
            Cli::try_parse_from([&["provision"], args].concat())
                .unwrap()
                .global
                .sandbox
        };
        assert_eq!(
            parse(&["plan", "--sandbox", "a.toml"]),
            Some(PathBuf::from(".provision/sandbox"))
        );
        assert_eq!(parse(&["--sandbox=x", "plan"]), Some(PathBuf::from("x")));
        assert_eq!(parse(&["plan", "a.toml"]), None);
    }
}
