//! What a plan costs that finds nothing to do: 100, 1,000 and 10,000 resources of the real kinds, just as the spec wants
//! them. `cargo bench -p provision-tests --bench plan`
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod measure;

use std::collections::BTreeMap;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufReader, BufWriter};
use std::path::Path;

use measure::{Figures, alone, errand, growth, peak, tell, timed, verdict};
use provision::render;
use provision_core::model::{ResourceId, Sight};
use provision_core::plan;
use provision_tests::fleet::{inputs, live, resources, spec};
use provision_tests::world::loaded;

/// Clusters; each has about a hundred resources.
const SIZES: [usize; 3] = [1, 10, 100];
/// CPU milliseconds and MiB for the largest.
const BUDGET: (f64, f64) = (500.0, 150.0);

fn main() {
    match errand() {
        Some(words) => run(&words),
        None => all(),
    }
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

/// `planner N FILE`: the planner alone; `whole N FILE`: from the text of the spec to the text of the plan.
fn run(words: &[String]) {
    let [what, clusters, file] = words else {
        panic!("{words:?}");
    };
    let text = spec(clusters.parse().unwrap());
    let sights: BTreeMap<ResourceId, Sight> =
        serde_json::from_reader(BufReader::new(File::open(file).unwrap())).unwrap();
    let count = sights.len();
    let wanted = resources(&loaded(&text));
    let runtime = runtime();
    let (steps, ms) = if what == "planner" {
        let inputs = runtime.block_on(inputs(&loaded(&text), sights, &wanted));
        timed(|| plan::make(&inputs).unwrap().plan.steps.len())
    } else {
        timed(|| {
            let inputs = runtime.block_on(inputs(&loaded(&text), sights, &wanted));
            let made = plan::make(&inputs).unwrap();
            black_box(render::plan::human(&made.plan, &inputs.tables, false));
            black_box(serde_json::to_string(&made.plan).unwrap());
            made.plan.steps.len()
        })
    };
    assert_eq!(steps, 0, "there is nothing to do");
    tell(&Figures::from([
        ("cpu".to_owned(), ms),
        ("peak".to_owned(), peak("self").unwrap()),
        ("count".to_owned(), count as f64),
    ]));
}

/// The cloud of a spec, kept in a file so that making it costs the measured processes nothing.
fn keep(clusters: usize, path: &Path) {
    let loaded = loaded(&spec(clusters));
    let live = runtime().block_on(live(&loaded, &resources(&loaded)));
    serde_json::to_writer(BufWriter::new(File::create(path).unwrap()), &live).unwrap();
}

fn all() {
    println!("| no-op plan | resources | CPU ms | peak MiB | CPU µs a resource | growth |");
    println!("|---|---|---|---|---|---|");
    let dir = tempfile::tempdir().unwrap();
    for what in ["planner", "whole"] {
        let mut before: Option<Figures> = None;
        for clusters in SIZES {
            let path = dir.path().join(format!("{clusters}.json"));
            if !path.exists() {
                keep(clusters, &path);
            }
            let figures = alone(&[what, &clusters.to_string(), path.to_str().unwrap()]);
            let (count, cpu, peak) = (figures["count"], figures["cpu"], figures["peak"]);
            let grown = before.map_or(String::new(), |before| {
                let exponent = growth((before["count"], before["cpu"]), (count, cpu));
                format!("n^{exponent:.2}")
            });
            println!(
                "| {what} | {count} | {cpu:.1} | {peak:.0} | {:.1} | {grown} |",
                cpu * 1e3 / count
            );
            before = Some(figures);
        }
        if let Some(last) = before {
            println!(
                "\n{what}: CPU {} ({:.0} of {:.0} ms), memory {} ({:.0} of {:.0} MiB)\n",
                verdict(last["cpu"], BUDGET.0),
                last["cpu"],
                BUDGET.0,
                verdict(last["peak"], BUDGET.1),
                last["peak"],
                BUDGET.1
            );
        }
    }
}
