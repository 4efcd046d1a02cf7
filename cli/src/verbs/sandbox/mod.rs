//! `sandbox`: the embedded cloud by itself.

mod env;
mod plant;
mod reset;
mod start;
mod status;
mod tune;

use super::Cx;
use crate::args::{Sandbox, SandboxVerb};
use crate::error::Error;
use crate::exit::Exit;

pub(super) async fn run(cx: &Cx, args: &Sandbox) -> Result<Exit, Error> {
    match &args.verb {
        SandboxVerb::Start(args) => start::run(cx, args).await,
        SandboxVerb::Reset(args) => reset::run(cx, args).await,
        SandboxVerb::Status(args) => status::run(cx, args).await,
        SandboxVerb::Tune(args) => tune::run(cx, args).await,
        SandboxVerb::Plant(args) => plant::run(cx, args).await,
        SandboxVerb::Env(args) => env::run(cx, args).await,
    }
}
