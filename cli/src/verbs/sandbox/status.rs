//! `sandbox status`: whether it is served, and what it holds.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use provision_sandbox::{Config, Object, server};
use serde_json::{Value, json};

use crate::args::SandboxDir;
use crate::error::Error;
use crate::exit::Exit;
use crate::render::count;
use crate::sandbox::{ask, folder, not_started, stored};
use crate::verbs::Cx;

pub(super) async fn run(cx: &Cx, args: &SandboxDir) -> Result<Exit, Error> {
    let dir = folder(args.dir.as_ref(), cx.sandbox.as_ref());
    let url = server::find(&dir).await;
    let (objects, calls, config) = held(&dir, url.as_deref()).await?;
    let own: Vec<&Object> = objects.iter().filter(|one| !one.own_of_cloud).collect();
    if cx.screen.json {
        cx.screen.document(&json!({
            "format_version": 1,
            "dir": dir.display().to_string(),
            "url": url,
            "calls": calls,
            "count": own.len(),
            "objects": own,
            "config": config,
        }))?;
    } else {
        cx.screen.print(&shown(&dir, url.as_deref(), &own, calls))?;
    }
    Ok(Exit::Ok)
}

/// Objects, calls so far and knobs, of the running server or of the folder.
async fn held(dir: &Path, url: Option<&str>) -> Result<(Vec<Object>, usize, Config), Error> {
    let Some(url) = url else {
        let Some(cloud) = stored(dir)? else {
            return Ok((Vec::new(), 0, Config::default()));
        };
        let objects = cloud
            .objects(jiff::Timestamp::now())
            .map_err(|error| not_started(dir, &error.into()))?;
        return Ok((objects, cloud.calls().len(), cloud.config()));
    };
    let objects = read(ask(url, "GET", "objects", None).await?)?;
    let calls: Vec<Value> = read(ask(url, "GET", "calls", None).await?)?;
    let config = read(ask(url, "GET", "config", None).await?)?;
    Ok((objects, calls.len(), config))
}

fn read<T: serde::de::DeserializeOwned>(answer: Value) -> Result<T, Error> {
    serde_json::from_value(answer).map_err(|error| Error::Sandbox {
        problem: error.to_string(),
        advice: Some("the server is of another version: start it anew".to_owned()),
    })
}

fn shown(dir: &Path, url: Option<&str>, objects: &[&Object], calls: usize) -> String {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for object in objects {
        *kinds
            .entry(format!("{}.{}", object.service, object.kind))
            .or_default() += 1;
    }
    let mut out = match url {
        Some(url) => format!("{} is served at {url}\n", dir.display()),
        None => format!("{} is not served now\n", dir.display()),
    };
    let _ = writeln!(
        out,
        "{} after {}",
        count(objects.len(), "object"),
        count(calls, "call")
    );
    for (kind, number) in kinds {
        let _ = writeln!(out, "  {number:>4}  {kind}");
    }
    out
}
