//! `completions`: for shells.

use clap::CommandFactory as _;

use super::Cx;
use crate::args::{Cli, Completions};
use crate::error::Error;
use crate::exit::Exit;

pub(super) fn run(cx: &Cx, args: &Completions) -> Result<Exit, Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "provision", &mut script);
    cx.screen.print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Ok)
}
