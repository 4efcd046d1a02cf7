//! `drift`: live against the spec, read only.

use provision_core::plan::{self, DriftVerdict, Goal};

use super::Cx;
use super::session::{Session, addresses};
use crate::args::Drift;
use crate::error::Error;
use crate::exit::Exit;
use crate::flow::Wish;
use crate::render;

pub(super) async fn run(cx: &Cx, args: &Drift) -> Result<Exit, Error> {
    let mut session = Session::open(cx, &args.spec, None).await?;
    let wish = Wish {
        goal: Goal::Reach,
        targets: addresses(&args.target),
        as_of: args.as_of,
        compare: true,
        ..Wish::default()
    };
    let made = session.plan(cx, &wish).await?;
    let drift = plan::drift(&made, &session.registry.tables);
    if cx.screen.json {
        cx.screen.document(&drift)?;
    } else {
        cx.screen
            .print(&render::drift::human(&drift, &made.plan.notes))?;
    }
    Ok(match drift.verdict {
        DriftVerdict::None => Exit::Ok,
        DriftVerdict::Drift => Exit::Differs,
        DriftVerdict::Unknown => Exit::Failed,
    })
}
