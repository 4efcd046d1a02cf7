//! Keeps a proxy away from servers on this machine.
//!
//! Google's clients ask the environment's proxy for every address, this machine's own included, and take no client of ours.
//! What a process has in its environment cannot be changed from inside without `unsafe`, so that a process that needs it
//! begins once more, with the same arguments and this machine in `NO_PROXY`.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use provision_gke::Reach;

/// Names of this machine.
const HERE: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Variables that name a proxy for plain HTTP.
const PROXIES: [&str; 4] = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];

/// Begins the process once more where a proxy stands in the way, and answers how that went; nothing where none does.
#[must_use]
pub fn around(sandbox: bool) -> Option<ExitCode> {
    let variable = |name: &str| std::env::var(name).ok();
    let wanted = spared(sandbox, variable)?;
    let mut command = Command::new(std::env::current_exe().ok()?);
    command
        .args(std::env::args_os().skip(1).collect::<Vec<OsString>>())
        .env("NO_PROXY", &wanted)
        .env("no_proxy", &wanted);
    again(command)
}

/// What `NO_PROXY` must say; nothing where it does already, or where nothing is on this machine.
fn spared(sandbox: bool, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let filled = |name: &&str| variable(name).is_some_and(|value| !value.is_empty());
    let here = sandbox || Reach::of(&variable).is_loopback();
    if !here || !PROXIES.iter().any(filled) {
        return None;
    }
    let said = variable("no_proxy").or_else(|| variable("NO_PROXY"));
    let said = said.unwrap_or_default();
    let known: Vec<&str> = said.split(',').map(str::trim).collect();
    if known.contains(&"*") {
        return None;
    }
    let missing: Vec<&str> = HERE
        .into_iter()
        .filter(|one| !known.contains(one))
        .collect();
    if missing.is_empty() {
        return None;
    }
    let all = known
        .into_iter()
        .filter(|one| !one.is_empty())
        .chain(missing);
    Some(all.collect::<Vec<&str>>().join(","))
}

/// Takes this process's place: signals and streams are the same ones.
#[cfg(unix)]
fn again(mut command: Command) -> Option<ExitCode> {
    use std::os::unix::process::CommandExt as _;
    // Comes back only when it did not work; then it is tried as it is.
    let error = command.exec();
    tracing::debug!(%error, "could not begin again without a proxy");
    None
}

#[cfg(not(unix))]
fn again(mut command: Command) -> Option<ExitCode> {
    let status = command.status().ok()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Some(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(sandbox: bool, pairs: &[(&str, &str)]) -> Option<String> {
        let of = |name: &str| {
            let mut pairs = pairs.iter();
            let found = pairs.find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        spared(sandbox, of)
    }

    #[test]
    fn a_proxy_is_told_to_leave_this_machine_alone_once() {
        let proxy = ("HTTP_PROXY", "http://proxy:3128");
        let all = asked(true, &[proxy, ("NO_PROXY", "example.org")]);
        assert_eq!(
            all.as_deref(),
            Some("example.org,127.0.0.1,localhost,[::1]")
        );
        let after = all.unwrap_or_default();
        assert_eq!(asked(true, &[proxy, ("NO_PROXY", &after)]), None);
        assert_eq!(asked(true, &[proxy, ("no_proxy", "*")]), None);
        assert_eq!(asked(true, &[]), None);
        assert_eq!(asked(false, &[proxy]), None);
        let server = (
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_CONTAINER",
            "http://127.0.0.1:4566/",
        );
        assert!(asked(false, &[proxy, server]).is_some());
    }
}
