//! `sandbox tune`: sets knobs, of the running server or of the folder.

use provision_sandbox::{Cloud, Config, server};
use serde_json::json;

use crate::args::SandboxTune;
use crate::error::Error;
use crate::exit::Exit;
use crate::sandbox::{ask, broken, folder, not_started, tuned};
use crate::verbs::Cx;

pub(super) async fn run(cx: &Cx, args: &SandboxTune) -> Result<Exit, Error> {
    let dir = folder(args.dir.dir.as_ref(), cx.sandbox.as_ref());
    let config = match server::find(&dir).await {
        Some(url) => {
            let config = ask(&url, "GET", "config", None).await?;
            let config: Config =
                serde_json::from_value(config).map_err(|error| broken(error.to_string()))?;
            let config = tuned(&config, &args.knobs)?;
            ask(&url, "PUT", "config", Some(&json!(config))).await?;
            config
        }
        None => {
            std::fs::create_dir_all(&dir).map_err(|error| Error::file("make", &dir, error))?;
            let cloud = Cloud::open(&dir).map_err(|error| not_started(&dir, &error.into()))?;
            let config = tuned(&cloud.config(), &args.knobs)?;
            cloud
                .set_config(config.clone())
                .map_err(|error| not_started(&dir, &error.into()))?;
            config
        }
    };
    if cx.screen.json {
        cx.screen
            .document(&json!({ "format_version": 1, "config": config }))?;
    } else {
        cx.screen.print(&format!("{} is tuned\n", dir.display()))?;
    }
    Ok(Exit::Ok)
}
