//! `destroy`: removes everything the stack owns.

use jiff::Timestamp;
use provision_core::plan::Goal;

use super::Cx;
use super::apply::carry_out;
use super::session::{Session, addresses};
use crate::args::Destroy;
use crate::consent::{self, Asked};
use crate::error::Error;
use crate::exit::Exit;
use crate::flow::Wish;
use crate::input;
use crate::lock::Lock;
use crate::render;

pub(super) async fn run(cx: &Cx, args: &Destroy) -> Result<Exit, Error> {
    consent::possible(cx.screen, &args.run, Asked::Destroy)?;
    let loaded = input::load(&args.spec, None)?;
    let _lock = Lock::take(&cx.base, &loaded.spec.stack, Timestamp::now())?;
    let mut session = Session::of(cx, loaded).await?;
    let wish = Wish {
        goal: Goal::Destroy,
        targets: addresses(&args.target),
        delete_data: args.delete_volumes,
        as_of: args.as_of,
        ..Wish::default()
    };
    let made = session.plan(cx, &wish).await?;
    if made.plan.changes.is_empty() && !cx.screen.json {
        cx.screen.print(&render::plan::nothing_left(
            &made.plan,
            &consent::place(&made),
        ))?;
        return Ok(Exit::Ok);
    }
    carry_out(cx, &session, &made, &args.run, Asked::Destroy).await
}
