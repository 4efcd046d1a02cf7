//! `validate`: every offline check.

use serde_json::json;

use super::Cx;
use crate::args::Validate;
use crate::error::Error;
use crate::exit::Exit;
use crate::{input, render};

pub(super) fn run(cx: &Cx, args: &Validate) -> Result<Exit, Error> {
    match input::load(&args.spec, args.platform) {
        Ok(loaded) => {
            if cx.screen.json {
                cx.screen.document(&json!({
                    "format_version": 1,
                    "valid": true,
                    "stack": loaded.spec.stack,
                    "spec_digest": loaded.digest,
                    "diagnostics": [],
                    "notes": loaded.notes,
                }))?;
            } else {
                cx.screen.print(&render::human::valid(&loaded))?;
            }
            Ok(Exit::Ok)
        }
        Err(Error::Spec { diagnostics, files }) if cx.screen.json => {
            cx.screen.document(&json!({
                "format_version": 1,
                "valid": false,
                "diagnostics": diagnostics,
            }))?;
            drop(files);
            Ok(Exit::Failed)
        }
        Err(error) => Err(error),
    }
}
