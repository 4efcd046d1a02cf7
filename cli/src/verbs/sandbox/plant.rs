//! `sandbox plant`: plays a cluster's controllers.

use std::fmt::Write as _;

use provision_sandbox::{Plant, server};
use serde_json::{Value, json};

use crate::args::SandboxPlant;
use crate::error::Error;
use crate::exit::Exit;
use crate::render::count;
use crate::sandbox::{ask, folder, not_started, stored};
use crate::verbs::Cx;

pub(super) async fn run(cx: &Cx, args: &SandboxPlant) -> Result<Exit, Error> {
    let dir = folder(args.dir.dir.as_ref(), cx.sandbox.as_ref());
    let plant = Plant {
        cluster: args.cluster.clone(),
        foreign: args.foreign,
        protected: args.protected,
        ..Plant::default()
    };
    let made = match server::find(&dir).await {
        Some(url) => {
            let body = json!({
                "cluster": plant.cluster,
                "foreign": plant.foreign,
                "protected": plant.protected,
            });
            let answer = ask(&url, "POST", "plant", Some(&body)).await?;
            texts(&answer["made"])
        }
        None => {
            let Some(cloud) = stored(&dir)? else {
                return Err(refused(format!(
                    "there is nothing in {} yet",
                    dir.display()
                )));
            };
            cloud
                .plant(jiff::Timestamp::now(), &plant)
                .map_err(|error| not_started(&dir, &error.into()))?
                .map_err(refused)?
        }
    };
    if cx.screen.json {
        cx.screen
            .document(&json!({"format_version": 1, "made": made}))?;
    } else {
        let mut out = format!("Planted {}:\n", count(made.len(), "object"));
        for id in made {
            let _ = writeln!(out, "  {id}");
        }
        cx.screen.print(&out)?;
    }
    Ok(Exit::Ok)
}

fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items
        .filter_map(|item| Some(item.as_str()?.to_owned()))
        .collect()
}

fn refused(problem: String) -> Error {
    Error::Sandbox {
        problem,
        advice: Some("name the cluster as the cloud does: `provision show` tells".to_owned()),
    }
}
