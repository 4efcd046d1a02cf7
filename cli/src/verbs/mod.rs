//! One short file a verb: each parses what is its own, calls one function, prints.

mod apply;
mod apply_file;
mod breakeven;
mod compare;
mod completions;
mod cost;
mod destroy;
mod drift;
mod exec;
mod graph;
mod import;
mod init;
mod logs;
mod one_off;
mod plan;
mod prices;
mod providers;
mod refresh;
mod sandbox;
mod schema;
mod session;
mod show;
mod unit;
mod validate;

use std::path::{Path, PathBuf};

use crate::args::Verb;
use crate::error::Error;
use crate::exit::Exit;
use crate::screen::Screen;
use crate::signals::Signals;

/// What every verb is given.
pub struct Cx {
    /// Where it writes.
    pub screen: Screen,
    /// Where locks and journals are: `.provision`.
    pub base: PathBuf,
    /// `--sandbox[=DIR]`.
    pub sandbox: Option<PathBuf>,
    /// Ctrl-C.
    pub signals: Signals,
}

impl Cx {
    /// Where is kept what never changes: an embedded cloud's lies with it, since its names are its own.
    #[must_use]
    pub fn kept(&self) -> &Path {
        self.sandbox.as_deref().unwrap_or(&self.base)
    }
}

/// Does a verb.
///
/// # Errors
/// Whatever ends it.
pub async fn run(cx: &Cx, verb: &Verb) -> Result<Exit, Error> {
    match verb {
        Verb::Init(args) => init::run(cx, args).await,
        Verb::Validate(args) => validate::run(cx, args),
        Verb::Plan(args) => plan::run(cx, args).await,
        Verb::Apply(args) => apply::run(cx, args).await,
        Verb::Destroy(args) => destroy::run(cx, args).await,
        Verb::Drift(args) => drift::run(cx, args).await,
        Verb::Show(args) => show::run(cx, args).await,
        Verb::Run(args) => one_off::run(cx, args).await,
        Verb::Exec(args) => exec::run(cx, args).await,
        Verb::Logs(args) => logs::run(cx, args).await,
        Verb::Import(args) => import::run(cx, args).await,
        Verb::Graph(args) => graph::run(cx, args),
        Verb::Cost(args) => cost::run(cx, args).await,
        Verb::Prices(args) => prices::run(cx, args).await,
        Verb::Schema => schema::run(cx),
        Verb::Completions(args) => completions::run(cx, args),
        Verb::Providers => providers::run(cx),
        Verb::Sandbox(args) => sandbox::run(cx, args).await,
        Verb::Migrate(_) => later("migrate"),
        Verb::Kubeconfig(_) => later("kubeconfig"),
        Verb::Token(_) => later("token"),
    }
}

fn later(verb: &str) -> Result<Exit, Error> {
    Err(Error::NotYet(format!("provision {verb}")))
}
