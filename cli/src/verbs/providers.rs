//! `providers`: what is linked in.

use std::fmt::Write as _;

use provision_core::contract::Provider;
use serde_json::json;

use super::Cx;
use crate::error::Error;
use crate::exit::Exit;
use crate::registry;
use crate::render::heading;

pub(super) fn run(cx: &Cx) -> Result<Exit, Error> {
    let linked = registry::offline();
    if cx.screen.json {
        let all: Vec<_> = linked
            .iter()
            .map(|provider| {
                json!({
                    "name": provider.name(),
                    "platforms": registry::platforms(provider.name()),
                    "kinds": provider.describe(),
                })
            })
            .collect();
        cx.screen
            .document(&json!({ "format_version": 1, "providers": all }))?;
    } else {
        let texts: Vec<String> = linked.iter().map(|one| shown(&**one)).collect();
        cx.screen.print(&texts.join("\n"))?;
    }
    Ok(Exit::Ok)
}

fn shown(provider: &dyn Provider) -> String {
    let platforms = registry::platforms(provider.name());
    let words: Vec<&str> = platforms.iter().map(|platform| platform.word()).collect();
    let mut out = format!(
        "{}  serves {}\n",
        heading(provider.name()),
        words.join(", ")
    );
    for table in provider.describe() {
        let _ = writeln!(
            out,
            "  {:<24} {} ({} fields)",
            table.kind.as_str(),
            table.title,
            table.rows.len()
        );
    }
    out
}
