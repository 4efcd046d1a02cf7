//! `logs`: what a workload or a job wrote.

use std::time::Duration;

use tokio::time::sleep;

use super::Cx;
use super::session::Session;
use super::unit::{Tail, find};
use crate::args::Logs;
use crate::error::Error;
use crate::exit::Exit;
use crate::flow::Scene;

/// How often it is looked for more.
const PAUSE: Duration = Duration::from_secs(2);

pub(super) async fn run(cx: &Cx, args: &Logs) -> Result<Exit, Error> {
    let mut session = Session::open(cx, &args.spec.as_spec(), None).await?;
    let address = find(&session.loaded.spec, &args.address)?;
    let scene = Scene::of(&mut session.registry, &session.loaded.spec, &address);
    let mut scene = cx.signals.unless(scene).await?;
    let mut tail = Tail::new(args.task.clone(), args.since, args.timestamps, true);
    let mut stop = cx.signals.receiver();
    let read = async {
        let mut count = 0;
        loop {
            count += tail.read(cx, &mut scene).await?;
            if !args.follow {
                return Ok::<usize, Error>(count);
            }
            sleep(PAUSE).await;
        }
    };
    let count = tokio::select! {
        biased;
        // Nothing else ends it: that is no failure.
        Ok(()) = stop.changed() => return Ok(Exit::Ok),
        count = read => count?,
    };
    if count == 0 {
        let text = format!("{address} wrote nothing in that time; --since looks further back.\n");
        cx.screen.say(&text);
    }
    Ok(Exit::Ok)
}
