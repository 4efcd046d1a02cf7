//! `--sandbox`: the embedded cloud behind any verb. A live server over the folder is used; else one runs in this
//! process for as long as the verb does.

use std::path::{Path, PathBuf};
use std::time::Duration;

use provision_sandbox::server::{self, Server, ServerError};
use provision_sandbox::{Ailment, Cloud, Config, StoreError};
use serde_json::Value;

use crate::args::Knobs;
use crate::error::Error;

/// Where the embedded cloud lies unless told otherwise.
pub const DEFAULT_DIR: &str = ".provision/sandbox";

/// How often and how long a folder is tried that another process is just letting go of.
const TRIES: u32 = 40;
const PAUSE: Duration = Duration::from_millis(50);

/// The embedded cloud, reached.
pub struct Sandbox {
    /// Where it is: `http://127.0.0.1:4566`.
    pub url: String,
    /// The account of clients that name none.
    pub account: String,
    /// How long objects stay invisible there, in milliseconds.
    pub lag_ms: u64,
    /// Whether it limits rates.
    pub throttles: bool,
    server: Option<Server>,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Some(server) = &self.server
            && let Err(error) = server.cloud().keep_log()
        {
            tracing::debug!(%error, "the last calls are not in the log");
        }
    }
}

impl Sandbox {
    /// Finds the live server of a folder or starts one.
    ///
    /// # Errors
    /// When the folder cannot be used, or is somebody else's.
    pub async fn open(folder: &Path) -> Result<Self, Error> {
        let mut tries = 0;
        loop {
            if let Some(url) = server::find(folder).await {
                let config = ask(&url, "GET", "config", None).await?;
                let config: Config =
                    serde_json::from_value(config).map_err(|error| broken(error.to_string()))?;
                return Ok(Self::new(url, &config, None));
            }
            match server::start(folder, 0).await {
                Ok(server) => {
                    let config = server.cloud().config();
                    return Ok(Self::new(server.url(), &config, Some(server)));
                }
                Err(ServerError::Store(StoreError::Locked { .. })) if tries < TRIES => tries += 1,
                Err(error) => return Err(not_started(folder, &error)),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn new(url: String, config: &Config, server: Option<Server>) -> Self {
        Self {
            url,
            account: config.account.clone(),
            lag_ms: config.visibility_lag_ms,
            throttles: config.throttle,
            server,
        }
    }
}

/// What the control plane of a running server answers.
///
/// # Errors
/// When it is not there or refuses.
pub async fn ask(
    url: &str,
    method: &str,
    verb: &str,
    body: Option<&Value>,
) -> Result<Value, Error> {
    server::ask(url, method, &format!("/_sandbox/{verb}"), body)
        .await
        .map_err(|error| broken(error.to_string()))
}

/// The cloud of a folder that no server holds; `None` when there is none yet.
///
/// # Errors
/// When it cannot be opened.
pub fn stored(folder: &Path) -> Result<Option<Cloud>, Error> {
    if !folder.join("state.redb").exists() {
        return Ok(None);
    }
    Cloud::open(folder)
        .map(Some)
        .map_err(|error| not_started(folder, &error.into()))
}

/// Knobs as the command line changes them: single ones over `--config` over what was set before.
///
/// # Errors
/// When `--config` is no JSON object of knobs, or the result cannot be taken.
pub fn tuned(config: &Config, knobs: &Knobs) -> Result<Config, Error> {
    let mut tuned = match &knobs.config {
        Some(text) => merged(config, text)?,
        None => config.clone(),
    };
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    tuned.duration_scale = knobs.scale.unwrap_or(tuned.duration_scale);
    tuned.visibility_lag_ms = knobs.lag.map_or(tuned.visibility_lag_ms, millis);
    tuned.latency_ms = knobs.latency.map_or(tuned.latency_ms, millis);
    tuned.throttle = knobs.throttle.unwrap_or(tuned.throttle);
    if let Some(account) = &knobs.account {
        tuned.account.clone_from(account);
    }
    if !knobs.deny.is_empty() {
        tuned.denied.clone_from(&knobs.deny);
    }
    if !knobs.issue.is_empty() {
        let said = knobs.issue.iter().filter(|text| *text != "none");
        let issues: Result<Vec<Ailment>, String> = said.map(|text| Ailment::parse(text)).collect();
        tuned.issues = issues.map_err(|problem| Error::Usage(format!("--issue: {problem}")))?;
    }
    match tuned.problem() {
        Some(problem) => Err(Error::Usage(format!("the sandbox's knobs: {problem}"))),
        None => Ok(tuned),
    }
}

fn merged(config: &Config, text: &str) -> Result<Config, Error> {
    let wrong = |error: serde_json::Error| Error::Usage(format!("--config: {error}"));
    let mut all = serde_json::to_value(config).map_err(wrong)?;
    let given: serde_json::Map<String, Value> = serde_json::from_str(text).map_err(wrong)?;
    if let Some(all) = all.as_object_mut() {
        all.extend(given);
    }
    serde_json::from_value(all).map_err(wrong)
}

/// Why the cloud of a folder cannot be served.
#[must_use]
pub fn not_started(folder: &Path, error: &ServerError) -> Error {
    let folder = folder.display();
    let advice = match error {
        ServerError::Store(StoreError::Locked { .. }) => {
            format!("another process uses {folder}; end it, or take another folder")
        }
        ServerError::Store(_) => {
            format!("it holds nothing but pretended objects: remove {folder} to start anew")
        }
        ServerError::Listen { .. } => {
            "take another port with --port, or --port 0 for any free one".to_owned()
        }
        ServerError::Write { .. } => "take a folder that you may write to".to_owned(),
    };
    Error::Sandbox {
        problem: error.to_string(),
        advice: Some(advice),
    }
}

/// A folder as the arguments name it.
#[must_use]
pub fn folder(named: Option<&PathBuf>, global: Option<&PathBuf>) -> PathBuf {
    named
        .or(global)
        .cloned()
        .unwrap_or_else(|| PathBuf::from(DEFAULT_DIR))
}

/// The server talks of something else.
pub(crate) fn broken(problem: String) -> Error {
    Error::Sandbox {
        problem,
        advice: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn single_knobs_go_over_the_document_and_the_rest_stays() {
        let before = Config {
            latency_ms: 7,
            ..Config::default()
        };
        let knobs = Knobs {
            lag: Some(Duration::from_secs(3)),
            config: Some(r#"{"visibility_lag_ms":1,"quotas":{"ec2:vpcs":0}}"#.to_owned()),
            ..Knobs::default()
        };
        let tuned = tuned(&before, &knobs).unwrap();
        assert_eq!(tuned.visibility_lag_ms, 3_000);
        assert_eq!(tuned.latency_ms, 7);
        assert_eq!(tuned.quota("ec2:vpcs"), 0);
    }

    #[test]
    fn wrong_knobs_are_usage_errors() {
        for (scale, config) in [
            (None, "{"),
            (None, r#"{"lag":1}"#),
            (Some(-1.0), "{}"),
            (None, r#"{"account":"x"}"#),
        ] {
            let knobs = Knobs {
                scale,
                config: Some(config.to_owned()),
                ..Knobs::default()
            };
            let error = tuned(&Config::default(), &knobs).unwrap_err();
            assert!(matches!(error, Error::Usage(_)), "{config}");
        }
    }

    #[tokio::test]
    async fn the_second_one_uses_the_server_of_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let first = Sandbox::open(dir.path()).await.unwrap();
        let second = Sandbox::open(dir.path()).await.unwrap();
        assert_eq!(first.url, second.url);
    }
}
