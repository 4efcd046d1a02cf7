//! `plan`: what would change.

use std::path::Path;

use provision_core::plan::{Goal, file};

use super::Cx;
use super::session::{Session, wish};
use crate::args::Plan;
use crate::error::Error;
use crate::exit::Exit;
use crate::sandbox::DEFAULT_DIR;
use crate::{files, input, render};

pub(super) async fn run(cx: &Cx, args: &Plan) -> Result<Exit, Error> {
    if args.out.is_some() && args.shape.platform.is_some() {
        return Err(Error::Usage(
            "`--platform` asks what if, and `--out` writes what is to be applied: leave one out"
                .to_owned(),
        ));
    }
    if let Some(path) = &args.out {
        replaceable(path)?;
    }
    let goal = match args.destroy {
        true => Goal::Destroy,
        false => Goal::Reach,
    };
    let mut session = Session::open(cx, &args.spec, args.shape.platform).await?;
    let mut wish = wish(goal, &args.shape);
    if args.shape.platform.is_none() {
        // What if breaks no budget.
        wish.budget = session.budget();
    }
    let made = session.plan(cx, &wish).await?;
    if let Some(path) = &args.out {
        files::write_whole(path, file::encode(&made).as_bytes())?;
    }
    if cx.screen.json {
        cx.screen.document(&made.plan)?;
    } else {
        cx.screen.print(&render::plan::human(
            &made.plan,
            &session.registry.tables,
            cx.screen.verbose,
        ))?;
        if let Some(path) = &args.out {
            let (path, there) = (path.display(), there(cx));
            cx.screen.print(&format!(
                "Written to {path}. Next: provision apply {path}{there}\n"
            ))?;
        }
    }
    let differs = !made.plan.changes.is_empty() || !made.plan.steps.is_empty();
    Ok(match args.detailed_exitcode && differs {
        true => Exit::Differs,
        false => Exit::Ok,
    })
}

/// A plan takes the place of another plan, and of nothing else.
fn replaceable(path: &Path) -> Result<(), Error> {
    let is_other = path.is_file() && !input::is_plan(&files::read(path)?);
    match is_other {
        false => Ok(()),
        true => Err(Error::BadFile {
            path: path.to_owned(),
            problem: "it exists and is not a plan, so it is not overwritten".to_owned(),
            advice: Some("name another file for the plan".to_owned()),
        }),
    }
}

/// What leads to the embedded cloud again, where that was used.
fn there(cx: &Cx) -> String {
    match &cx.sandbox {
        None => String::new(),
        Some(folder) if folder == Path::new(DEFAULT_DIR) => " --sandbox".to_owned(),
        Some(folder) => format!(" --sandbox={}", folder.display()),
    }
}
