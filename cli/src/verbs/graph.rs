//! `graph`: what depends on what. Offline.

use std::collections::BTreeMap;

use provision_core::model::Address;
use provision_core::plan;

use super::Cx;
use crate::args::{Graph, GraphForm};
use crate::error::Error;
use crate::exit::Exit;
use crate::registry::Registry;
use crate::render::graph::Web;
use crate::{flow, input};

pub(super) fn run(cx: &Cx, args: &Graph) -> Result<Exit, Error> {
    let loaded = input::load(&args.spec.as_spec(), None)?;
    let registry = Registry::offline(&loaded.spec);
    let expanded = flow::expand(&registry, &loaded.spec, &BTreeMap::new())?;
    let resources = plan::provisional(&expanded.resources);
    let only = args.address.as_ref().map(Address::new);
    let web = Web::new(&resources, only.as_ref());
    if web.is_empty() {
        return Err(Error::Usage(format!(
            "nothing has the address `{}`",
            args.address.as_deref().unwrap_or_default()
        )));
    }
    if cx.screen.json {
        cx.screen.document(&web.json())?;
    } else {
        cx.screen.print(&match args.format {
            GraphForm::Text => web.text(),
            GraphForm::Dot => web.dot(&loaded.spec.stack),
            GraphForm::Svg => web.svg(),
        })?;
    }
    Ok(Exit::Ok)
}
