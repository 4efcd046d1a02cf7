//! `cost`: what a month costs. Offline, unless what is live is asked for.

use std::collections::BTreeMap;

use provision_core::cost::{Bill, UsageOf};
use provision_core::plan::{self, Goal};

use super::Cx;
use super::session::{Session, wish};
use crate::args::{Cost, CostLater, Shape};
use crate::error::Error;
use crate::exit::Exit;
use crate::registry::Registry;
use crate::{flow, input, price, render};

pub(super) async fn run(cx: &Cx, args: &Cost) -> Result<Exit, Error> {
    match &args.later {
        Some(CostLater::Compare(_)) => return super::later("cost compare"),
        Some(CostLater::Breakeven(_)) => return super::later("cost breakeven"),
        None => {}
    }
    let (stack, bill) = match args.live {
        true => live(cx, args).await?,
        false => declared(args)?,
    };
    if cx.screen.json {
        cx.screen.document(&bill)?;
    } else {
        cx.screen.print(&render::cost::bill(&stack, &bill))?;
    }
    Ok(Exit::Ok)
}

/// The bill of the spec by itself: no credentials, no network.
fn declared(args: &Cost) -> Result<(String, Bill), Error> {
    let spec = input::load(&args.spec, None)?.spec;
    let registry = Registry::offline(&spec);
    let expanded = flow::expand(&registry, &spec, &BTreeMap::new())?;
    let resources: Vec<UsageOf> = plan::provisional(&expanded.resources)
        .into_iter()
        .map(|resource| UsageOf {
            resource,
            live: None,
        })
        .collect();
    let bill = price::bill(&registry, resources, args.as_of)?;
    Ok((spec.stack, bill))
}

/// The bill of the spec with what is chosen and counted already.
async fn live(cx: &Cx, args: &Cost) -> Result<(String, Bill), Error> {
    let mut session = Session::open(cx, &args.spec, None).await?;
    let shape = Shape {
        as_of: args.as_of,
        ..Shape::default()
    };
    let made = session.plan(cx, &wish(Goal::Reach, &shape)).await?;
    let resources: Vec<UsageOf> = made
        .desired
        .into_iter()
        .map(|(id, resource)| UsageOf {
            resource,
            live: made.live.get(&id).map(|live| live.fields.clone()),
        })
        .collect();
    let bill = price::bill(&session.registry, resources, args.as_of)?;
    Ok((made.plan.stack, bill))
}
