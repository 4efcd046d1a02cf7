//! `sandbox env`: exports that point the clouds' own tools at the embedded cloud.

use std::fmt::Write as _;

use provision_core::spec::{Input, load};
use provision_sandbox::{Config, gcp_endpoints, server};
use serde_json::json;

use crate::args::SandboxEnv;
use crate::error::Error;
use crate::exit::Exit;
use crate::sandbox::{ask, folder, stored};
use crate::verbs::Cx;

/// The spec of verbs that are given none.
const SPEC: &str = "provision.toml";

pub(super) async fn run(cx: &Cx, args: &SandboxEnv) -> Result<Exit, Error> {
    let dir = folder(args.dir.dir.as_ref(), cx.sandbox.as_ref());
    let live = server::find(&dir).await;
    let config = match &live {
        Some(url) => {
            serde_json::from_value(ask(url, "GET", "config", None).await?).unwrap_or_default()
        }
        None => stored(&dir)?.map_or_else(Config::default, |cloud| cloud.config()),
    };
    let url = match (live, args.port) {
        (Some(url), _) => url,
        (None, port) => format!("http://127.0.0.1:{}", port.unwrap_or(4566)),
    };
    if cx.screen.json {
        let all: serde_json::Map<String, serde_json::Value> = variables(&url, &config)
            .into_iter()
            .map(|(name, value)| (name, json!(value)))
            .collect();
        cx.screen
            .document(&json!({ "format_version": 1, "env": all }))?;
    } else {
        cx.screen.print(&exports(&url, &config))?;
    }
    Ok(Exit::Ok)
}

/// What a shell evaluates.
pub(super) fn exports(url: &str, config: &Config) -> String {
    let mut out =
        String::from("unset AWS_PROFILE AWS_SESSION_TOKEN GOOGLE_CLOUD_UNIVERSE_DOMAIN\n");
    for (name, value) in variables(url, config) {
        let _ = writeln!(out, "export {name}={value}");
    }
    out += "export AWS_REGION=${AWS_REGION:-eu-west-1}\n";
    // boto3 and version 1 of the AWS command line read this one only.
    out += "export AWS_DEFAULT_REGION=$AWS_REGION\n";
    out
}

/// The access key names the account; the secret is looked at by nobody. Google Cloud needs no credentials.
fn variables(url: &str, config: &Config) -> Vec<(String, String)> {
    let project = config.projects.first().cloned().or_else(declared);
    let fixed = [
        ("AWS_ENDPOINT_URL", url.to_owned()),
        ("AWS_ACCESS_KEY_ID", config.account.clone()),
        ("AWS_SECRET_ACCESS_KEY", "sandbox".to_owned()),
        ("NO_PROXY", "127.0.0.1,localhost".to_owned()),
        (
            "PROVISION_SETTLE",
            config.visibility_lag_ms.div_ceil(1000).to_string(),
        ),
        ("CLOUDSDK_AUTH_DISABLE_CREDENTIALS", "true".to_owned()),
    ];
    let project = project.map(|project| ("CLOUDSDK_CORE_PROJECT", project));
    let fixed = fixed
        .into_iter()
        .chain(project)
        .map(|(name, value)| (name.to_owned(), value));
    fixed.chain(gcp_endpoints(url)).collect()
}

/// The project of the spec that lies here. Where none says one, none is better than one that every spec would refuse.
fn declared() -> Option<String> {
    let text = std::fs::read_to_string(SPEC).ok()?;
    let loaded = load(&Input::file(SPEC, text)).ok()?;
    Some(loaded.spec.gcp?.project)
}
