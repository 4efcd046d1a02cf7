//! What `run`, `exec` and `logs` share: which workload or job is meant, and how its lines are shown.

use std::fmt::Write as _;
use std::time::Duration;

use jiff::Timestamp;
use owo_colors::OwoColorize as _;
use provision_core::contract::{Ask, Attended, Bookmark, Line};
use provision_core::model::Address;
use provision_core::spec::Spec;
use serde_json::json;

use super::Cx;
use crate::error::Error;
use crate::flow::Scene;
use crate::render::plain;

/// So many letters of a task's id are shown.
const SHORT: usize = 8;

/// The block that a word of the command line means: `web`, `workload.web`, `job.migrate`.
pub(super) fn find(spec: &Spec, word: &str) -> Result<Address, Error> {
    let workloads = spec.workloads.keys().map(|name| format!("workload.{name}"));
    let jobs = spec.jobs.keys().map(|name| format!("job.{name}"));
    let all: Vec<String> = workloads.chain(jobs).collect();
    let is_meant = |address: &&String| {
        let name = address.split_once('.').map(|(_, name)| name);
        address.as_str() == word || name == Some(word)
    };
    let found: Vec<&String> = all.iter().filter(is_meant).collect();
    match found.as_slice() {
        [address] => Ok(Address::new(address.as_str())),
        [] if all.is_empty() => Err(Error::Usage(
            "the spec declares no workload and no job".to_owned(),
        )),
        [] => Err(Error::Usage(format!(
            "no workload or job has the address `{word}`; there are {}",
            all.join(", ")
        ))),
        _ => Err(Error::Usage(format!(
            "`{word}` is a workload and a job: say workload.{word} or job.{word}"
        ))),
    }
}

/// Whether it is a job.
pub(super) fn is_job(address: &Address) -> bool {
    address.as_str().starts_with("job.")
}

/// Lines, read on and on.
pub(super) struct Tail {
    /// Of this run or task alone.
    of: Option<String>,
    from: Bookmark,
    /// Show when each was written.
    timestamps: bool,
    /// Show who wrote each.
    names: bool,
}

impl Tail {
    /// Lines from some time before now on.
    pub(super) fn new(of: Option<String>, back: Duration, timestamps: bool, names: bool) -> Self {
        let back = i64::try_from(back.as_millis()).unwrap_or(i64::MAX);
        let from_ms = Timestamp::now().as_millisecond().saturating_sub(back);
        Self {
            of,
            from: Bookmark {
                from_ms: from_ms.max(0),
                ..Bookmark::default()
            },
            timestamps,
            names,
        }
    }

    /// Prints all there is by now; answers how many lines that was.
    pub(super) async fn read(&mut self, cx: &Cx, scene: &mut Scene) -> Result<usize, Error> {
        let mut count = 0;
        loop {
            let ask = Ask::Lines {
                of: self.of.clone(),
                from: self.from.clone(),
            };
            let Attended::Lines { lines, next, more } = scene.ask(ask).await? else {
                return Err(scene.other());
            };
            self.from = next;
            count += lines.len();
            for line in &lines {
                self.print(cx, line)?;
            }
            if !more {
                return Ok(count);
            }
        }
    }

    fn print(&self, cx: &Cx, line: &Line) -> Result<(), Error> {
        let at = Timestamp::from_millisecond(line.at_ms).unwrap_or_default();
        if cx.screen.json {
            cx.screen.line(&json!({
                "format_version": 1,
                "at": at.to_string(),
                "task": line.of,
                "container": line.container,
                "message": line.text,
            }))?;
            return Ok(());
        }
        let mut out = String::new();
        if self.timestamps {
            let _ = write!(out, "{} ", at.dimmed());
        }
        if self.names {
            let short: String = line.of.chars().take(SHORT).collect();
            let name = format!("{}/{short}", line.container);
            let _ = write!(out, "{} ", plain(&name).cyan());
        }
        let _ = writeln!(out, "{}", plain(&line.text));
        cx.screen.print(&out)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use provision_core::spec::{self, Input};

    use super::*;

    fn spec() -> Spec {
        let text = "stack = \"s\"\n[cloud.aws]\naccount = \"123456789012\"\nregion = \"eu-west-1\"\n\
            [cluster.a]\nplatform = \"ecs\"\n[workload.web]\ncluster = \"a\"\nimage = \"i\"\n\
            [workload.both]\ncluster = \"a\"\nimage = \"i\"\n[job.both]\ncluster = \"a\"\nimage = \"i\"\n";
        spec::load(&Input::file("t.toml", text.to_owned()))
            .unwrap()
            .spec
    }

    #[test]
    fn a_name_will_do_where_one_has_it() {
        let spec = spec();
        let found = |word: &str| find(&spec, word).map(|address| address.to_string());
        assert_eq!(found("web").unwrap(), "workload.web");
        assert_eq!(found("job.both").unwrap(), "job.both");
        assert!(
            found("both")
                .unwrap_err()
                .to_string()
                .contains("workload.both or job.both")
        );
        assert!(
            found("nil")
                .unwrap_err()
                .to_string()
                .contains("workload.web")
        );
    }
}
