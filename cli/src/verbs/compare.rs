//! `cost compare`: what the same spec costs on every platform. Offline.

use jiff::Timestamp;
use provision_core::cost::compare::{Demand, compare};
use provision_core::spec::Spec;

use super::Cx;
use crate::args::{Compare, SpecArgs};
use crate::error::Error;
use crate::exit::Exit;
use crate::market::Known;
use crate::{input, market, price, render};

pub(super) fn run(cx: &Cx, args: &Compare) -> Result<Exit, Error> {
    let spec = declared(&args.spec)?;
    let demand = Demand::of(&spec, &known(args.as_of));
    if !demand.runs() {
        return Err(idle(&spec));
    }
    let comparison = compare(&demand, &market::of(&spec, &demand)?);
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

/// Nothing runs, so that every platform would cost what it costs to stand idle.
fn idle(spec: &Spec) -> Error {
    let cluster = spec.clusters.keys().next().map_or("NAME", String::as_str);
    let jobs = match spec.jobs.is_empty() {
        true => "",
        false => ", and jobs run for minutes only",
    };
    Error::Usage(format!(
        "the spec runs nothing, so there is nothing to compare: it has no workload and no pool with machines{jobs}; add what is to run, [workload.NAME] \
         with `cluster = \"{cluster}\"`, `image`, `cpu` and `memory`, or machines, [cluster.{cluster}.pool.NAME] with `machine` and `nodes`"
    ))
}

/// The spec, whatever its platforms can do by now.
pub(super) fn declared(args: &SpecArgs) -> Result<Spec, Error> {
    let spec = input::load_unbuilt(args)?.spec;
    if spec.clusters.is_empty() {
        let problem = "the spec declares no cluster, so there is nothing to compare";
        return Err(Error::Usage(problem.to_owned()));
    }
    Ok(spec)
}

/// What providers know of it.
pub(super) fn known(as_of: Option<Timestamp>) -> Known {
    Known {
        day: price::day(as_of),
    }
}
