//! `import`: the spec of a live cluster that other tools made.

use std::path::Path;

use provision_core::contract::{Context, Import, Imported, SurveyAnswer, SurveyRequest};
use provision_core::model::Platform;
use provision_core::spec::{self, Input, Loaded};
use serde::Serialize;

use super::Cx;
use super::session::open_sandbox;
use crate::args::Import as Args;
use crate::error::Error;
use crate::exit::Exit;
use crate::registry::Registry;
use crate::{files, flow, render};

/// What `import --json` prints.
#[derive(Serialize)]
struct Document<'a> {
    format_version: u32,
    file: Option<String>,
    spec: &'a str,
    left: &'a [provision_core::contract::LeftOut],
}

pub(super) async fn run(cx: &Cx, args: &Args) -> Result<Exit, Error> {
    if ![Platform::Eks, Platform::Gke, Platform::Ecs].contains(&args.platform) {
        return Err(Error::NotYet(format!("import {}", args.platform)));
    }
    let to_stdout = args.out == Path::new("-");
    if !to_stdout && !args.force && args.out.exists() {
        return Err(Error::BadFile {
            path: args.out.clone(),
            problem: "it is there already".to_owned(),
            advice: Some("name another file, or overwrite it with --force".to_owned()),
        });
    }
    let (context, found) = cx.signals.unless(look(cx, args)).await?;
    let text = spec::imported(&context, &found);
    // What is written must be a spec; if it is none, that is told like any mistake.
    load(&text)?;
    if !to_stdout {
        files::write_whole(&args.out, text.as_bytes())?;
    }
    let file = (!to_stdout).then(|| args.out.display().to_string());
    if cx.screen.json {
        cx.screen.document(&Document {
            format_version: 1,
            file,
            spec: &text,
            left: &found.left,
        })?;
    } else if let Some(file) = file {
        cx.screen
            .print(&render::human::imported(&file, &found.left))?;
    } else {
        cx.screen.print(&text)?;
    }
    Ok(Exit::Ok)
}

/// The cloud's block. A project is named, by an argument or as gcloud's own tools take it.
fn cloud(args: &Args) -> Result<String, Error> {
    let region = args.platform_region();
    if args.platform != Platform::Gke {
        let account = args.account.as_ref();
        let account =
            account.map_or_else(String::new, |account| format!("account = \"{account}\"\n"));
        return Ok(format!("[cloud.aws]\n{account}region = \"{region}\""));
    }
    let set = || std::env::var("CLOUDSDK_CORE_PROJECT").ok();
    let project = args.account.clone().or_else(set);
    let Some(project) = project.filter(|project| !project.is_empty()) else {
        let words = "the project of the cluster is not known: name it with --account PROJECT";
        return Err(Error::Usage(words.to_owned()));
    };
    Ok(format!(
        "[cloud.gcp]\nproject = \"{project}\"\nregion = \"{region}\""
    ))
}

/// Asks the cloud.
async fn look(cx: &Cx, args: &Args) -> Result<(Context, Imported), Error> {
    let name = args.cluster.rsplit('/').next().unwrap_or_default();
    let stack = args.stack.clone();
    let stack = stack.unwrap_or_else(|| spec::block_name(name, &[]));
    let cloud = cloud(args)?;
    let head = format!("stack = \"{stack}\"\n{cloud}\n[network.any]\n");
    let loaded = load(&head)?;
    let sandbox = open_sandbox(cx).await?;
    let mut registry = Registry::online(&loaded.spec, sandbox.as_ref(), cx.kept()).await;
    flow::callers(&mut registry).await?;
    let name = args.platform.word();
    let (Some(provider), Some(context)) =
        (registry.providers.get(name), registry.contexts.get(name))
    else {
        return Err(Error::NotYet(format!("import {name}")));
    };
    let request = SurveyRequest::Import(Import {
        context: context.clone(),
        cluster: args.cluster.clone(),
    });
    match provider.survey(&request).await.map_err(Error::cloud)? {
        SurveyAnswer::Imported(found) => Ok((context.clone(), *found)),
        _ => Err(Error::cloud(flow::other_answer(name))),
    }
}

fn load(text: &str) -> Result<Loaded, Error> {
    let input = Input::file("(imported)", text);
    spec::load(&input).map_err(|diagnostics| Error::Spec {
        diagnostics,
        files: input.files,
    })
}
