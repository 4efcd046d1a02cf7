//! What a bill costs: usages, prices and sums of 100, 1,000 and 10,000 resources of the real kinds, tables of prices decoded anew
//! in each process. `cargo bench -p provision-tests --bench price`
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod measure;

use measure::{Figures, alone, errand, growth, tell, timed, verdict};
use provision::price;
use provision::registry::Registry;
use provision_core::cost::UsageOf;
use provision_core::plan;
use provision_tests::fleet::{resources, spec};
use provision_tests::world::loaded;

/// Clusters; each has about a hundred resources.
const SIZES: [usize; 3] = [1, 10, 100];
/// CPU milliseconds for the largest.
const BUDGET: f64 = 100.0;

fn main() {
    match errand() {
        Some(words) => run(&words),
        None => all(),
    }
}

fn run(words: &[String]) {
    let [clusters] = words else {
        panic!("{words:?}");
    };
    let loaded = loaded(&spec(clusters.parse().unwrap()));
    let registry = Registry::offline(&loaded.spec);
    let wanted = plan::provisional(&resources(&loaded));
    let count = wanted.len();
    let (bill, ms) = timed(|| {
        let wanted = wanted.iter().map(UsageOf::declared).collect();
        price::bill(&registry, wanted, None).unwrap()
    });
    assert!(!bill.clusters.is_empty());
    tell(&Figures::from([
        ("cpu".to_owned(), ms),
        ("count".to_owned(), count as f64),
    ]));
}

fn all() {
    println!("| bill | CPU ms | CPU µs a resource | growth |");
    println!("|---|---|---|---|");
    let mut before: Option<Figures> = None;
    for clusters in SIZES {
        let figures = alone(&[&clusters.to_string()]);
        let (count, cpu) = (figures["count"], figures["cpu"]);
        let grown = before.map_or(String::new(), |before| {
            let exponent = growth((before["count"], before["cpu"]), (count, cpu));
            format!("n^{exponent:.2}")
        });
        println!(
            "| {count} | {cpu:.1} | {:.1} | {grown} |",
            cpu * 1e3 / count
        );
        before = Some(figures);
    }
    if let Some(last) = before {
        let said = verdict(last["cpu"], BUDGET);
        println!("\nCPU {said} ({:.0} of {BUDGET:.0} ms)", last["cpu"]);
    }
}
