//! `apply`: makes the cloud agree with a spec, or executes a plan file.

use jiff::Timestamp;
use provision_core::plan::{Goal, PlanFile};
use provision_core::spec::File;

use super::session::{Session, wish};
use super::{Cx, apply_file};
use crate::args::{Apply, RunArgs};
use crate::consent::{self, Asked};
use crate::error::Error;
use crate::execute::{Execution, show_plan};
use crate::exit::Exit;
use crate::flow::Wish;
use crate::input::{self, Named};
use crate::lock::Lock;

pub(super) async fn run(cx: &Cx, args: &Apply) -> Result<Exit, Error> {
    if args.shape.platform.is_some() {
        return Err(Error::Usage(
            "`--platform` asks what if: use it with `plan`".to_owned(),
        ));
    }
    match input::named(&args.spec)? {
        Named::Plan(bytes) => apply_file::run(cx, args, &bytes).await,
        Named::Spec(file) => spec(cx, args, file).await,
    }
}

async fn spec(cx: &Cx, args: &Apply, file: File) -> Result<Exit, Error> {
    consent::possible(cx.screen, &args.run, Asked::Apply)?;
    let loaded = input::load_file(file, &args.spec.overrides, None)?;
    let _lock = Lock::take(&cx.base, &loaded.spec.stack, Timestamp::now())?;
    let mut session = Session::of(cx, loaded).await?;
    let wish = Wish {
        budget: session.budget(),
        ..wish(Goal::Reach, &args.shape)
    };
    let made = session.plan(cx, &wish).await?;
    carry_out(cx, &session, &made, &args.run, Asked::Apply).await
}

/// Shows a plan, asks, executes.
pub(super) async fn carry_out(
    cx: &Cx,
    session: &Session,
    made: &PlanFile,
    run: &RunArgs,
    asked: Asked,
) -> Result<Exit, Error> {
    show_plan(cx.screen, made, &session.registry.tables)?;
    session.registry.can_make(made)?;
    let idle = made.plan.steps.is_empty();
    if !idle {
        consent::given(cx.screen, &cx.signals, run, asked, made).await?;
    }
    let execution = Execution {
        base: &cx.base,
        screen: cx.screen,
        signals: &cx.signals,
        registry: &session.registry,
        parallel: run.parallel,
        settle_ms: session.settle_ms,
        again: "Run the same command again: it goes on from what is there.",
    };
    execution.run(made).await
}
