//! `sandbox start`: serves the embedded cloud until Ctrl-C.

use std::path::Path;

use provision_sandbox::server;
use serde_json::json;

use crate::args::SandboxStart;
use crate::error::Error;
use crate::exit::Exit;
use crate::sandbox::{folder, not_started, tuned};
use crate::verbs::Cx;

pub(super) async fn run(cx: &Cx, args: &SandboxStart) -> Result<Exit, Error> {
    let dir = folder(args.dir.dir.as_ref(), cx.sandbox.as_ref());
    if let Some(url) = server::find(&dir).await {
        return Err(already(&dir, &url));
    }
    let mut server = server::start(&dir, args.port)
        .await
        .map_err(|error| not_started(&dir, &error))?;
    let config = tuned(&server.cloud().config(), &args.knobs)?;
    server
        .cloud()
        .set_config(config.clone())
        .map_err(|error| not_started(&dir, &error.into()))?;
    let url = server.url();
    if cx.screen.json {
        cx.screen.line(&json!({
            "format_version": 1,
            "url": url,
            "dir": dir.display().to_string(),
            "pid": std::process::id(),
            "config": config,
        }))?;
    } else {
        cx.screen.print(&format!(
            "# the sandbox serves {} at {url}; end it with Ctrl-C\n",
            dir.display()
        ))?;
        cx.screen.print(&super::env::exports(&url, &config))?;
    }
    let mut stop = cx.signals.receiver();
    tokio::select! {
        _ = stop.changed() => Ok(Exit::Ok),
        () = server.ended() => Err(Error::Sandbox {
            problem: "the server broke off".to_owned(),
            advice: Some("start it again; what it holds is on disk".to_owned()),
        }),
    }
}

fn already(dir: &Path, url: &str) -> Error {
    Error::Sandbox {
        problem: format!("{} is served already, at {url}", dir.display()),
        advice: Some("use that one (`provision sandbox env`), or name another --dir".to_owned()),
    }
}
