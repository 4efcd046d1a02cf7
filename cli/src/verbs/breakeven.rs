//! `cost breakeven`: the share of the control plane by the number of nodes, and who costs least. Offline.

use provision_core::cost::compare::{Demand, breakeven, largest, node};
use provision_core::spec::Spec;

use super::Cx;
use super::compare::{declared, known};
use crate::args::Breakeven;
use crate::error::Error;
use crate::exit::Exit;
use crate::{files, market, render};

pub(super) fn run(cx: &Cx, args: &Breakeven) -> Result<Exit, Error> {
    let spec = declared(&args.spec)?;
    let cluster = cluster(&spec, args.cluster.as_deref())?;
    let demand = Demand::of_cluster(&spec, cluster, &known(args.as_of));
    let markets = market::of(&spec, &demand)?;
    let found = breakeven(&demand, &node(&spec, cluster), args.nodes, &markets);
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

/// The cluster that is asked about, else that of the largest pool.
fn cluster<'a>(spec: &'a Spec, asked: Option<&'a str>) -> Result<&'a str, Error> {
    let names: Vec<&str> = spec.clusters.keys().map(String::as_str).collect();
    match asked {
        Some(name) if !names.contains(&name) => Err(Error::Usage(format!(
            "the spec declares no cluster `{name}`; it has {}",
            names.join(", ")
        ))),
        Some(name) => Ok(name),
        None => Ok(largest(spec).unwrap_or_default()),
    }
}
