//! `cost`: what a month costs. Offline, unless what is live is asked for.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use provision_core::cost::{Bill, Money, UsageOf};
use provision_core::plan::{self, Goal};

use super::Cx;
use super::session::{Session, wish};
use crate::args::{Cost, CostMore, Shape};
use crate::error::Error;
use crate::exit::Exit;
use crate::registry::Registry;
use crate::{files, flow, input, price, render};

pub(super) async fn run(cx: &Cx, args: &Cost) -> Result<Exit, Error> {
    match &args.more {
        Some(CostMore::Compare(args)) => return super::compare::run(cx, args),
        Some(CostMore::Breakeven(args)) => return super::breakeven::run(cx, args),
        None => {}
    }
    let (stack, bill) = match args.live {
        true => live(cx, args).await?,
        false => declared(args)?,
    };
    if cx.screen.json {
        cx.screen.document(&bill)?;
    } else if args.csv {
        let sheet = render::bill::sheet(&stack, &bill).map_err(io::Error::from)?;
        cx.screen.print(&sheet)?;
    } else if args.markdown {
        cx.screen.print(&render::bill::comment(&stack, &bill))?;
    } else if let Some(path) = &args.html {
        page(cx, path, &render::bill::page(&stack, &bill))?;
    } else {
        cx.screen.print(&render::cost::bill(&stack, &bill))?;
    }
    Ok(Exit::Ok)
}

/// Writes the page. It takes the place of another page, and of nothing else.
fn page(cx: &Cx, path: &Path, page: &str) -> Result<(), Error> {
    if path == Path::new("-") {
        return Ok(cx.screen.print(page)?);
    }
    files::write_over(path, page.as_bytes(), b"<!DOCTYPE html>", "page")?;
    let said = format!("Written to {}.\n", path.display());
    Ok(cx.screen.print(&said)?)
}

/// The bill of the spec by itself: no credentials, no network.
fn declared(args: &Cost) -> Result<(String, Bill), Error> {
    let spec = input::load(&args.spec, None)?.spec;
    let registry = Registry::offline(&spec);
    let expanded = flow::expand(&registry, &spec, &BTreeMap::new())?;
    let wanted = plan::provisional(&expanded.resources);
    let resources = wanted.iter().map(UsageOf::declared).collect();
    let bill = price::bill(&registry, resources, args.as_of)?;
    let budget = spec.budget_micros.map(Money::micros);
    Ok((spec.stack, bill.within(budget)))
}

/// The bill of the spec with what is chosen and counted already.
async fn live(cx: &Cx, args: &Cost) -> Result<(String, Bill), Error> {
    let mut session = Session::open(cx, &args.spec, None).await?;
    let shape = Shape {
        as_of: args.as_of,
        ..Shape::default()
    };
    let made = session.plan(cx, &wish(Goal::Reach, &shape)).await?;
    let wanted = made.desired.iter().map(|(id, resource)| UsageOf {
        resource: Cow::Borrowed(resource),
        live: made.live.get(id).map(|live| Cow::Borrowed(&live.fields)),
    });
    let resources = wanted.collect();
    let bill = price::bill(&session.registry, resources, args.as_of)?;
    Ok((made.plan.stack, bill.within(session.budget())))
}
