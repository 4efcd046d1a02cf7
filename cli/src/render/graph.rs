//! What depends on what: as a picture, and for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use provision_core::model::ResourceId;
use provision_core::plan::Graph;
use serde_json::{Value, json};

/// Size of a box of the picture, and of the space between two, in pixels.
const BOX: (usize, usize) = (250, 24);
const GAP: (usize, usize) = (70, 10);

/// For programs: `{format_version, nodes: [{id, kind}], edges: [{from, to}]}`; `from` needs `to`.
#[must_use]
pub fn json(graph: &Graph) -> Value {
    let nodes: Vec<Value> = graph
        .nodes()
        .map(|(id, kind)| json!({ "id": id, "kind": kind }))
        .collect();
    let edges: Vec<Value> = graph
        .needs()
        .map(|(id, need)| json!({ "from": id, "to": need }))
        .collect();
    json!({ "format_version": 1, "nodes": nodes, "edges": edges })
}

/// A picture: each resource one column right of the furthest thing it needs.
#[must_use]
pub fn svg(graph: &Graph) -> String {
    let places = places(graph);
    let columns = places.values().map(|place| place.0 + 1).max().unwrap_or(0);
    let rows = places.values().map(|place| place.1 + 1).max().unwrap_or(0);
    let (width, height) = corner((columns, rows));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"11\">\n"
    );
    for (id, need) in graph.needs() {
        curve(&mut out, corner(places[need]), corner(places[id]));
    }
    for (id, place) in &places {
        let (x, y) = corner(*place);
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"3\" fill=\"#eef3fb\" \
             stroke=\"#456\"/><text x=\"{}\" y=\"{}\">{}</text>",
            BOX.0,
            BOX.1,
            x + 6,
            y + 16,
            escaped(&id.to_string()),
        );
    }
    out + "</svg>\n"
}

/// From the right side of what is needed to the left side of what needs it.
fn curve(out: &mut String, (x1, y1): (usize, usize), (x2, y2): (usize, usize)) {
    let (x1, y1, y2) = (x1 + BOX.0, y1 + BOX.1 / 2, y2 + BOX.1 / 2);
    let bend = GAP.0 / 2;
    let _ = writeln!(
        out,
        "<path d=\"M{x1} {y1} C{} {y1} {} {y2} {x2} {y2}\" fill=\"none\" stroke=\"#999\"/>",
        x1 + bend,
        x2.saturating_sub(bend),
    );
}

/// Column and row of each.
fn places(graph: &Graph) -> BTreeMap<&ResourceId, (usize, usize)> {
    let mut depths: BTreeMap<&ResourceId, usize> = graph.nodes().map(|(id, _)| (id, 0)).collect();
    // Each round settles at least one more column; a cycle would end after as many rounds as there are resources.
    for _ in 0..depths.len() {
        let mut moved = false;
        for (id, need) in graph.needs() {
            let least = depths[need] + 1;
            if depths[id] < least {
                depths.insert(id, least);
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    let mut filled: BTreeMap<usize, usize> = BTreeMap::new();
    depths
        .into_iter()
        .map(|(id, column)| {
            let row = filled.entry(column).or_default();
            *row += 1;
            (id, (column, *row - 1))
        })
        .collect()
}

fn corner((column, row): (usize, usize)) -> (usize, usize) {
    (10 + column * (BOX.0 + GAP.0), 10 + row * (BOX.1 + GAP.1))
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
