//! `graph`: what depends on what. Offline.

use std::collections::BTreeMap;

use provision_core::plan::{self, Inputs};

use super::Cx;
use super::session::addresses;
use crate::args::{Graph, GraphForm};
use crate::error::Error;
use crate::exit::Exit;
use crate::registry::Registry;
use crate::render::graph::{json, svg};
use crate::{flow, input};

pub(super) fn run(cx: &Cx, args: &Graph) -> Result<Exit, Error> {
    let loaded = input::load(&args.spec.as_spec(), None)?;
    let registry = Registry::offline(&loaded.spec);
    let expanded = flow::expand(&registry, &loaded.spec, &BTreeMap::new())?;
    let inputs = Inputs {
        resources: expanded.resources,
        ..Inputs::default()
    };
    let only = addresses(args.address.as_slice());
    let graph = plan::Graph::of_inputs(&inputs).within(&only);
    if let (true, Some(address)) = (graph.is_empty(), &args.address) {
        return Err(Error::Usage(format!("nothing has the address `{address}`")));
    }
    if cx.screen.json {
        cx.screen.document(&json(&graph))?;
    } else {
        cx.screen.print(&match args.format {
            GraphForm::Text => graph.text(),
            GraphForm::Dot => graph.dot(),
            GraphForm::Svg => svg(&graph),
        })?;
    }
    Ok(Exit::Ok)
}
