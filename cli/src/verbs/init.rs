//! `init`: a commented spec to start from.

use std::path::Path;

use provision_core::model::Platform;
use provision_core::spec;

use super::Cx;
use super::session::open_sandbox;
use crate::args::Init;
use crate::error::Error;
use crate::exit::Exit;
use crate::{files, registry};

pub(super) async fn run(cx: &Cx, args: &Init) -> Result<Exit, Error> {
    let to_stdout = args.file == Path::new("-");
    if !to_stdout && !args.force && args.file.exists() {
        return Err(Error::BadFile {
            path: args.file.clone(),
            problem: "it is there already".to_owned(),
            advice: Some("name another file, or overwrite it with --force".to_owned()),
        });
    }
    let region = args.platform_region();
    let account = match &args.account {
        Some(account) => Some(account.clone()),
        None if args.platform == Platform::Eks => {
            let sandbox = open_sandbox(cx).await?;
            let caller = registry::callers_account(&region, sandbox.as_ref());
            cx.signals.unless(async { Ok(caller.await) }).await?
        }
        None => std::env::var("CLOUDSDK_CORE_PROJECT").ok(),
    };
    let account = account.filter(|account| !account.is_empty());
    let text = spec::template(args.platform, account.as_deref(), &region)
        .map_err(|_| Error::NotYet(format!("init --platform {}", args.platform)))?;
    if to_stdout {
        cx.screen.print(&text)?;
        return Ok(Exit::Ok);
    }
    files::write_whole(&args.file, text.as_bytes())?;
    cx.screen.print(&format!(
        "Wrote {}. Next: provision plan {0} --sandbox\n",
        args.file.display()
    ))?;
    Ok(Exit::Ok)
}
