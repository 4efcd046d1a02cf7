//! `cost compare`: what the same spec costs on every platform. Offline.

use provision_core::cost::compare::{Demand, Markets, compare};
use provision_core::spec::Spec;

use super::Cx;
use crate::args::{Compare, SpecArgs};
use crate::error::Error;
use crate::exit::Exit;
use crate::{input, market, render};

pub(super) fn run(cx: &Cx, args: &Compare) -> Result<Exit, Error> {
    let (spec, markets) = ground(&args.spec)?;
    let comparison = compare(&Demand::of(&spec), &markets);
    if cx.screen.json {
        cx.screen.document(&comparison)?;
        return Ok(Exit::Ok);
    }
    let text = match (args.csv, args.markdown) {
        (true, _) => render::compare::csv(&comparison).map_err(std::io::Error::from)?,
        (_, true) => render::compare::markdown(&spec.stack, &comparison),
        _ => render::compare::text(&spec.stack, &comparison),
    };
    cx.screen.print(&text)?;
    Ok(Exit::Ok)
}

/// The spec, whatever its platforms can do by now, and what can be bought for it.
pub(super) fn ground(args: &SpecArgs) -> Result<(Spec, Markets), Error> {
    let spec = input::load_unbuilt(args)?.spec;
    if spec.clusters.is_empty() {
        let problem = "the spec declares no cluster, so there is nothing to compare";
        return Err(Error::Usage(problem.to_owned()));
    }
    let markets = market::of(&spec)?;
    Ok((spec, markets))
}
