//! `plan`: what would change.

use provision_core::plan::{Goal, file};

use super::Cx;
use super::session::{Session, wish};
use crate::args::Plan;
use crate::error::Error;
use crate::exit::Exit;
use crate::{files, render};

pub(super) async fn run(cx: &Cx, args: &Plan) -> Result<Exit, Error> {
    if args.out.is_some() && args.shape.platform.is_some() {
        return Err(Error::Usage(
            "`--platform` asks what if, and `--out` writes what is to be applied: leave one out"
                .to_owned(),
        ));
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
        cx.screen.print(&render::plan::human(&made.plan))?;
        if let Some(path) = &args.out {
            let path = path.display();
            cx.screen.print(&format!(
                "Written to {path}. Next: provision apply {path}\n"
            ))?;
        }
    }
    let differs = !made.plan.changes.is_empty() || !made.plan.steps.is_empty();
    Ok(match args.detailed_exitcode && differs {
        true => Exit::Differs,
        false => Exit::Ok,
    })
}
