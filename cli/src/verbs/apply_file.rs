//! `apply PLANFILE`: exactly that plan, or a refusal that names what has changed since.

use std::path::Path;

use jiff::Timestamp;
use provision_core::model::{Pending, Resource};
use provision_core::plan::{PlanFile, file, verify};

use super::Cx;
use super::session::open_sandbox;
use crate::args::{Apply, Overrides, Shape};
use crate::error::Error;
use crate::execute::{Execution, settle_ms, show_plan};
use crate::exit::Exit;
use crate::flow;
use crate::lock::Lock;
use crate::price;
use crate::registry::{Registry, SANDBOX};

pub(super) async fn run(cx: &Cx, args: &Apply, bytes: &[u8]) -> Result<Exit, Error> {
    let path = args.spec.path().0;
    plain(args)?;
    let mut made = file::decode(bytes).map_err(|error| Error::BadFile {
        path: path.clone(),
        problem: error.to_string(),
        advice: Some("make it again with `provision plan --out`".to_owned()),
    })?;
    same_cloud(cx, &path, &made)?;
    let _lock = Lock::take(&cx.base, &made.plan.stack, Timestamp::now())?;
    let sandbox = open_sandbox(cx).await?;
    let mut registry = Registry::of_plan(&made, sandbox.as_ref(), cx.kept()).await;
    secrets(&mut registry, &made, &path)?;
    cx.signals.unless(fits(&mut registry, &made)).await?;
    let budget = made.plan.cost.as_ref().and_then(|cost| cost.budget);
    price::plan(&registry, &mut made, args.shape.as_of, budget)?;
    show_plan(cx.screen, &made, &registry.tables)?;
    registry.can_make(&made)?;
    let execution = Execution {
        base: &cx.base,
        screen: cx.screen,
        signals: &cx.signals,
        registry: &registry,
        parallel: args.run.parallel,
        settle_ms: settle_ms(sandbox.as_ref().map(|sandbox| sandbox.lag_ms))?,
        again: "This plan no longer fits: plan again, it goes on from what is there.",
    };
    execution.run(&made).await
}

/// A plan of the embedded cloud is applied there and nowhere else, and no other is.
fn same_cloud(cx: &Cx, path: &Path, made: &PlanFile) -> Result<(), Error> {
    let (problem, advice) = match (made.access.contains_key(SANDBOX), cx.sandbox.is_some()) {
        (true, false) => ("it is a plan of the sandbox", "add --sandbox"),
        (false, true) => ("it is no plan of the sandbox", "leave --sandbox out"),
        _ => return Ok(()),
    };
    Err(Error::BadFile {
        path: path.to_owned(),
        problem: problem.to_owned(),
        advice: Some(advice.to_owned()),
    })
}

/// A date in the environment is for whatever plans are made there.
const TODAY: &str = "PROVISION_AS_OF";

/// A plan file holds all that shapes a plan.
fn plain(args: &Apply) -> Result<(), Error> {
    let Overrides { env, var, set } = &args.spec.overrides;
    let Shape {
        target,
        platform,
        rechoose,
        delete_volumes,
        as_of,
    } = &args.shape;
    let shaped = env.is_some()
        || !var.is_empty()
        || !set.is_empty()
        || !target.is_empty()
        || platform.is_some()
        || !rechoose.is_empty()
        || *delete_volumes
        || (as_of.is_some() && std::env::var_os(TODAY).is_none());
    match shaped {
        false => Ok(()),
        true => Err(Error::Usage(
            "a plan file is applied as it is: options that shape a plan belong to `plan`"
                .to_owned(),
        )),
    }
}

/// Asks for the values of secrets again: a plan file holds none. What was at hand when it was made must be so now.
fn secrets(registry: &mut Registry, made: &PlanFile, path: &Path) -> Result<(), Error> {
    let was_missing = |name: &str| {
        let address = format!("secret.{name}");
        let mut notes = made.plan.notes.iter();
        notes.any(|note| {
            note.code == "secret-not-at-hand" && note.address.as_deref() == Some(&address)
        })
    };
    let missing = registry.ask_again(made, path.as_os_str() == "-")?;
    let lost = missing.iter().find(|(name, _)| !was_missing(name));
    match lost {
        None => Ok(()),
        Some((name, why)) => Err(Error::BadFile {
            path: path.to_path_buf(),
            problem: format!(
                "it was made with the value of secret.{name}, which is not at hand now: {why}"
            ),
            advice: Some("provide it, then apply the plan again".to_owned()),
        }),
    }
}

/// Checks the account, then that what is live is what the plan was made of.
async fn fits(registry: &mut Registry, made: &PlanFile) -> Result<(), Error> {
    flow::callers(registry).await?;
    let resources: Vec<Resource<Pending>> = made.desired.values().cloned().collect();
    let surveyed = flow::survey(registry, &resources, true).await?;
    let differences = verify(
        made,
        &registry.tables,
        &surveyed.sights,
        &surveyed.orphans,
        &surveyed.unread,
    );
    match differences.is_empty() {
        true => Ok(()),
        false => Err(Error::Stale {
            changed: differences.iter().map(ToString::to_string).collect(),
        }),
    }
}
