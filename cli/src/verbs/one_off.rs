//! `run`: a job once, or a command in the shape of a workload. Its lines are shown while it runs, and its exit code is ours.

use std::time::Duration;

use provision_core::contract::{Ask, Attended, Class, Ended, Failure};
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::Cx;
use super::session::Session;
use super::unit::{Tail, find, is_job};
use crate::args::OneOff;
use crate::error::Error;
use crate::exit::Exit;
use crate::flow::Scene;

/// How often it is looked at: at first, and in the long run.
const SOON: Duration = Duration::from_millis(250);
const LATER: Duration = Duration::from_secs(2);

/// So long lines may come after the end, at most.
const LATE: Duration = Duration::from_secs(6);

pub(super) async fn run(cx: &Cx, args: &OneOff) -> Result<Exit, Error> {
    let mut session = Session::open(cx, &args.spec.as_spec(), None).await?;
    let address = find(&session.loaded.spec, &args.address)?;
    if args.command.is_empty() && !is_job(&address) {
        return Err(Error::Usage(format!(
            "{address} is a workload, which runs already: say what to run beside it, `provision run {} -- CMD`",
            args.address
        )));
    }
    let scene = Scene::of(&mut session.registry, &session.loaded.spec, &address);
    let mut scene = cx.signals.unless(scene).await?;
    let late = Duration::from_millis(session.settle_ms).min(LATE);
    let mut stop = cx.signals.receiver();
    // Not to be left off half-way: what was begun has to be known, so that it can be ended.
    let start = Ask::Start {
        command: (!args.command.is_empty()).then(|| args.command.clone()),
        token: uuid::Uuid::new_v4().to_string(),
    };
    let Attended::Started { run } = scene.ask(start).await? else {
        return Err(scene.other());
    };
    cx.screen.say(&format!("{address}: {run}\n"));
    let watched = tokio::select! {
        biased;
        Ok(()) = stop.changed() => None,
        ended = watch(cx, &mut scene, (&run, late), args.timestamps) => Some(ended),
    };
    match watched {
        Some(Ok(ended)) => end(cx, &run, &ended),
        // Nobody sees what it does any more.
        Some(Err(error)) => match halt(cx, &mut scene, &run).await {
            Ok(()) => Err(error),
            Err(other) => {
                cx.screen.say(&format!("{run} may still run: {other}\n"));
                Err(error)
            }
        },
        None => {
            halt(cx, &mut scene, &run).await?;
            Ok(Exit::Interrupted)
        }
    }
}

/// Shows its lines until it has ended and no more come.
async fn watch(
    cx: &Cx,
    scene: &mut Scene,
    (run, late): (&str, Duration),
    timestamps: bool,
) -> Result<Ended, Error> {
    let mut tail = Tail::new(Some(run.to_owned()), LATE, timestamps, false);
    let (mut phase, mut pause) = (String::new(), SOON);
    loop {
        let ask = Ask::Stand {
            run: run.to_owned(),
        };
        let Attended::Stands { phase: now, ended } = scene.ask(ask).await? else {
            return Err(scene.other());
        };
        if now != phase && !cx.screen.json {
            cx.screen.say(&format!("  {}\n", now.to_lowercase()));
            phase = now;
        }
        if let Some(ended) = ended {
            let until = Instant::now() + late;
            loop {
                tail.read(cx, scene).await?;
                if Instant::now() >= until {
                    return Ok(ended);
                }
                sleep(SOON).await;
            }
        }
        tail.read(cx, scene).await?;
        sleep(pause).await;
        pause = (pause * 5 / 4).min(LATER);
    }
}

/// Ends a run that nobody watches any more.
async fn halt(cx: &Cx, scene: &mut Scene, run: &str) -> Result<(), Error> {
    scene
        .ask(Ask::Stop {
            run: run.to_owned(),
        })
        .await?;
    cx.screen.say(&format!("Interrupted: {run} is stopped.\n"));
    Ok(())
}

/// Tells how it ended.
fn end(cx: &Cx, run: &str, ended: &Ended) -> Result<Exit, Error> {
    if cx.screen.json {
        cx.screen.line(&json!({
            "format_version": 1,
            "run": run,
            "exit_code": ended.code,
            "reason": ended.reason,
            "advice": ended.advice,
        }))?;
    }
    let Some(code) = ended.code else {
        return Err(Error::cloud(Failure {
            class: Class::CloudFailed,
            code: String::new(),
            message: ended.reason.clone().unwrap_or_default(),
            call: None,
            object: Some(run.to_owned()),
            advice: ended.advice.clone(),
        }));
    };
    if let Some(reason) = &ended.reason {
        cx.screen.say(&format!("{reason}\n"));
        let advice = ended.advice.iter();
        advice.for_each(|advice| cx.screen.say(&format!("hint: {advice}\n")));
    }
    if code != 0 {
        cx.screen.say(&format!("It ended with {code}.\n"));
    }
    // A code that no process can have is a failure all the same.
    Ok(u8::try_from(code).map_or(Exit::Failed, |code| match code {
        0 => Exit::Ok,
        code => Exit::Command(code),
    }))
}
