//! `sandbox reset`: forgets every object; the knobs stay.

use provision_sandbox::server;
use serde_json::json;

use crate::args::SandboxDir;
use crate::error::Error;
use crate::exit::Exit;
use crate::sandbox::{ask, folder, not_started, stored};
use crate::shelf;
use crate::verbs::Cx;

pub(super) async fn run(cx: &Cx, args: &SandboxDir) -> Result<Exit, Error> {
    let dir = folder(args.dir.as_ref(), cx.sandbox.as_ref());
    match server::find(&dir).await {
        Some(url) => {
            ask(&url, "POST", "reset", Some(&json!({}))).await?;
        }
        None => {
            if let Some(cloud) = stored(&dir)? {
                cloud
                    .reset()
                    .map_err(|error| not_started(&dir, &error.into()))?;
            }
        }
    }
    // Another life of the cloud uses the same names for other things.
    shelf::clear(&dir);
    if cx.screen.json {
        cx.screen.document(&json!({ "format_version": 1 }))?;
    } else {
        cx.screen.print(&format!("{} is empty\n", dir.display()))?;
    }
    Ok(Exit::Ok)
}
