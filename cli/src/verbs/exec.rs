//! `exec`: a command in a container that runs already. Another program speaks the session.

use std::io::{self, ErrorKind};
use std::process::{Command, ExitStatus, Stdio};

use provision_core::contract::{Ask, Attended, Session as Open};
use tokio::task::spawn_blocking;

use super::Cx;
use super::session::Session;
use super::unit::find;
use crate::args::Exec;
use crate::error::Error;
use crate::exit::Exit;
use crate::flow::Scene;

/// The oldest plugin that takes a session from its environment is the next one.
const TOO_OLD: [u32; 4] = [1, 2, 497, 0];

/// The plugin of sessions on AWS.
const PLUGIN: &str = "session-manager-plugin";

pub(super) async fn run(cx: &Cx, args: &Exec) -> Result<Exit, Error> {
    let mut session = Session::open(cx, &args.spec.as_spec(), None).await?;
    let address = find(&session.loaded.spec, &args.address)?;
    // Before a session is opened that nobody could speak.
    plugin(&args.address).await?;
    let scene = Scene::of(&mut session.registry, &session.loaded.spec, &address);
    let mut scene = cx.signals.unless(scene).await?;
    let ask = Ask::Session {
        of: args.task.clone(),
        container: args.container.clone(),
        command: args.command.clone(),
    };
    let Attended::Session(open) = cx.signals.unless(scene.ask(ask)).await? else {
        return Err(scene.other());
    };
    let status = speak(open).await?;
    Ok(match status.code().map(u8::try_from) {
        Some(Ok(0)) => Exit::Ok,
        Some(Ok(code)) => Exit::Command(code),
        _ => Exit::Failed,
    })
}

/// Hands the session to its program, whose signals and terminal are ours. The token is in its environment: arguments of
/// processes can be seen by others.
async fn speak(open: Open) -> Result<ExitStatus, Error> {
    let child = move || {
        Command::new(&open.program)
            .args(&open.arguments)
            .env(&open.variable, open.value.reveal())
            .status()
    };
    Ok(spawn_blocking(child).await.map_err(io::Error::other)??)
}

/// The plugin is there, and takes a session from its environment.
async fn plugin(word: &str) -> Result<(), Error> {
    let ask = || {
        let mut command = Command::new(PLUGIN);
        command.arg("--version").stdin(Stdio::null()).output()
    };
    let asked = spawn_blocking(ask).await.map_err(io::Error::other)?;
    let instead = format!("or run a task of its own: `provision run {word} -- CMD`");
    match asked {
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Error::Missing {
            program: PLUGIN,
            problem: "is not on the path; it speaks the sessions of ECS Exec, as for the AWS command line".to_owned(),
            advice: format!("install AWS's \"Session Manager plugin\", {instead}"),
        }),
        Err(error) => Err(Error::Output(error)),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stdout);
            match is_new(&said) {
                true => Ok(()),
                false => Err(Error::Missing {
                    program: PLUGIN,
                    problem: format!(
                        "is version {}, which takes the token of a session only where everybody on this machine can see it",
                        said.trim()
                    ),
                    advice: format!("install 1.2.536 or later, {instead}"),
                }),
            }
        }
    }
}

fn is_new(version: &str) -> bool {
    let parts: Option<Vec<u32>> = version
        .trim()
        .split('.')
        .map(|part| part.parse().ok())
        .collect();
    parts.is_some_and(|parts| parts.as_slice() > &TOO_OLD[..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_plugins_are_told_from_new_ones() {
        assert!(is_new("1.2.536.0\n") && is_new("1.2.764.0") && is_new("2.0"));
        assert!(!is_new("1.2.497.0") && !is_new("1.2.30.0") && !is_new("what"));
    }
}
