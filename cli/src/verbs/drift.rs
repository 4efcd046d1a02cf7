//! `drift`: live against the spec, read only.

use provision_core::plan::{Action, Goal, Plan};
use serde_json::json;

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
        ..Wish::default()
    };
    let made = session.plan(cx, &wish).await?;
    let plan = &made.plan;
    let unknown = count(plan, true);
    let differs = count(plan, false);
    if cx.screen.json {
        cx.screen.document(&json!({
            "format_version": 1,
            "stack": plan.stack,
            "drift": differs > 0,
            "unknown": unknown > 0,
            "changes": plan.changes,
            "notes": plan.notes,
        }))?;
    } else {
        cx.screen.print(&render::plan::drift(plan))?;
    }
    // What could not be read may hide anything: that is worse news than a difference.
    Ok(match (unknown, differs) {
        (0, 0) => Exit::Ok,
        (0, _) => Exit::Differs,
        _ => Exit::Failed,
    })
}

fn count(plan: &Plan, blocked: bool) -> usize {
    let of_sort = |action: Action| (action == Action::Blocked) == blocked;
    plan.changes
        .iter()
        .filter(|change| of_sort(change.action))
        .count()
}
