//! `cost breakeven`: the share of the control plane by the number of nodes, and who costs least. Offline.

use provision_core::cost::compare::{Demand, breakeven, node};

use super::Cx;
use super::compare::ground;
use crate::args::Breakeven;
use crate::error::Error;
use crate::exit::Exit;
use crate::{files, render};

pub(super) fn run(cx: &Cx, args: &Breakeven) -> Result<Exit, Error> {
    let (spec, markets) = ground(&args.spec)?;
    let found = breakeven(&Demand::of(&spec), &node(&spec), args.nodes, &markets);
    if let Some(path) = &args.svg {
        let picture = render::curves::svg(&spec.stack, &found);
        files::write_over(path, picture.as_bytes(), b"<svg", "picture")?;
    }
    match cx.screen.json {
        true => cx.screen.document(&found)?,
        false => cx
            .screen
            .print(&render::breakeven::text(&spec.stack, &found))?,
    }
    Ok(Exit::Ok)
}
