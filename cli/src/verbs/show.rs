//! `show`: what is live and healthy, and its outputs.

use provision_core::model::Address;
use provision_core::plan::Goal;

use super::Cx;
use super::session::{Session, wish};
use crate::args::{Shape, Show};
use crate::error::Error;
use crate::exit::Exit;
use crate::render;

pub(super) async fn run(cx: &Cx, args: &Show) -> Result<Exit, Error> {
    let mut session = Session::open(cx, &args.spec.as_spec(), None).await?;
    let only = args.address.as_ref().map(Address::new);
    let shape = Shape {
        target: args.address.iter().cloned().collect(),
        ..Shape::default()
    };
    let seen = session.observe(cx, &wish(Goal::Reach, &shape)).await?;
    let rows = render::show::rows(&seen, only.as_ref());
    if cx.screen.json {
        cx.screen.document(&render::show::json(&seen, &rows))?;
    } else {
        cx.screen.print(&render::show::human(&seen, &rows))?;
    }
    Ok(Exit::Ok)
}
