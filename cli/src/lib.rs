//! `provision`: the command line, and what it is made of as a library.
//!
//! A verb parses, calls one function, prints. [`flow`] makes plans, [`drive`] performs runs; both are free of the
//! screen and of the process, so that tests call them directly.

pub mod args;
pub mod consent;
pub mod drive;
pub mod error;
pub mod execute;
pub mod exit;
pub mod files;
pub mod flow;
pub mod input;
pub mod journal;
pub mod lock;
pub mod market;
pub mod price;
pub mod proxy;
pub mod refreshed;
pub mod registry;
pub mod render;
pub mod sandbox;
pub mod screen;
pub mod secrets;
pub mod shelf;
pub mod signals;
pub mod verbs;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use clap::error::ErrorKind;

use crate::args::{Cli, LogLevel};
use crate::error::Error;
use crate::exit::Exit;
use crate::screen::Screen;
use crate::signals::Signals;
use crate::verbs::Cx;

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => match proxy::around(cli.global.sandbox.is_some()) {
            Some(code) => code,
            None => run(&cli).into(),
        },
        Err(error) => usage(&error).into(),
    }
}

/// Help and versions are results; anything else is a wrong command line.
fn usage(error: &clap::Error) -> Exit {
    // Nobody can be told when neither stream takes it.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Ok,
        _ => Exit::Usage,
    }
}

fn run(cli: &Cli) -> Exit {
    let screen = Screen::new(cli.global.json, cli.global.verbose, cli.global.color);
    if let Some(level) = cli.global.log {
        log(level, screen.color_err);
    }
    match perform(cli, screen) {
        Ok(exit) => exit,
        Err(error) => report(&error, screen),
    }
}

/// How long threads are waited for at the end. All but one that reads from a terminal are done at once.
const LINGER: Duration = Duration::from_millis(500);

fn perform(cli: &Cli, screen: Screen) -> Result<Exit, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        // A cluster of GKE is a message of many kilobytes, and unoptimised code keeps a copy of it in every frame.
        .thread_stack_size(8 << 20)
        .enable_all()
        .build()?;
    let done = runtime.block_on(async {
        let cx = Cx {
            screen,
            base: PathBuf::from(".provision"),
            sandbox: cli.global.sandbox.clone(),
            signals: Signals::listen()?,
        };
        verbs::run(&cx, &cli.verb).await
    });
    // Threads are joined, for one that is let go of as it ends can crash the process (sourceware.org bug 19951, seen with glibc
    // 2.36). A prompt that nobody answers must not keep it, though.
    runtime.shutdown_timeout(LINGER);
    done
}

fn report(error: &Error, screen: Screen) -> Exit {
    if !error.is_quiet() {
        screen.say(&render::error::human(error, screen.color_err));
        if screen.json && !matches!(error, Error::Output(_)) {
            // The text on stderr has said it already.
            let _ = screen.line(&render::error::json(error));
        }
    }
    error.exit()
}

/// Our own words at the level asked for, others' warnings only: the SDK's finer levels show headers and bodies.
fn log(level: LogLevel, color: bool) {
    let level = match level {
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "debug",
        LogLevel::Trace => "trace",
    };
    let others = if level == "error" { "error" } else { "warn" };
    // A filter's name fits all that begins with it: each of our crates.
    let filter = format!("{others},provision={level}");
    // Fails only when a subscriber is there already, which then serves as well.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(color)
        .try_init();
}
