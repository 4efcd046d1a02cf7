//! What the executor costs for each operation: 100, 1,000 and 10,000 steps whose calls are answered at once, with the
//! driver and the journal as they are. `cargo bench -p provision-tests --bench apply`
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod measure;

use std::path::Path;
use std::sync::Arc;

use measure::{Figures, alone, errand, growth, peak, tell, timed, verdict, written};
use provision::drive::Drive;
use provision::journal::FileJournal;
use provision_core::apply::{Options, Prior, Run};
use provision_core::contract::Provider;
use provision_tests::toy::{Toy, stack, tables};
use tokio::sync::watch;

const SIZES: [usize; 3] = [100, 1_000, 10_000];
/// CPU milliseconds and bytes for an operation.
const BUDGET: (f64, f64) = (1.0, 2_048.0);

fn main() {
    match errand() {
        Some(words) => tell(&run(words[0].parse().unwrap(), Path::new(&words[1]))),
        None => all(),
    }
}

fn run(size: usize, folder: &Path) -> Figures {
    let stack = stack(size, 1);
    let provider: Arc<dyn Provider> = Arc::new(Toy::default());
    let providers = [("toy".to_owned(), provider)].into();
    let options = Options {
        run: "11111111-1111-4111-8111-111111111111".to_owned(),
        ..Options::default()
    };
    let mut journal = FileJournal::new(folder, "toys", &options.run);
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).enable_all().build().unwrap();
    let before = written();
    let (result, ms) = timed(|| {
        let run = Run::new(&stack.plan, &tables(), options, Prior::none()).unwrap();
        let drive = Drive::new(&stack.plan, providers, 0);
        let (_keep, cancel) = watch::channel(0);
        runtime.block_on(drive.run(run, &mut journal, &mut |_| {}, cancel))
    });
    let bytes = written() - before;
    assert_eq!(result.done.len(), size);
    Figures::from([
        ("cpu".to_owned(), ms),
        ("bytes".to_owned(), bytes),
        ("peak".to_owned(), peak("self").unwrap()),
    ])
}

fn all() {
    println!("| apply | steps | CPU ms a step | bytes a step | peak MiB | growth of CPU |");
    println!("|---|---|---|---|---|---|");
    let mut before: Option<(f64, f64)> = None;
    let mut worst = (0.0_f64, 0.0_f64);
    for size in SIZES {
        let dir = tempfile::tempdir().unwrap();
        let figures = alone(&[&size.to_string(), dir.path().to_str().unwrap()]);
        let steps = size as f64;
        let (cpu, bytes) = (figures["cpu"], figures["bytes"]);
        let grown = before.map_or(String::new(), |before| {
            format!("n^{:.2}", growth(before, (steps, cpu)))
        });
        println!(
            "| executor, driver, journal | {size} | {:.3} | {:.0} | {:.0} | {grown} |",
            cpu / steps,
            bytes / steps,
            figures["peak"]
        );
        worst = (worst.0.max(cpu / steps), worst.1.max(bytes / steps));
        before = Some((steps, cpu));
    }
    println!(
        "\nCPU {} ({:.3} of {:.0} ms a step), written {} ({:.0} of {:.0} bytes a step)",
        verdict(worst.0, BUDGET.0),
        worst.0,
        BUDGET.0,
        verdict(worst.1, BUDGET.1),
        worst.1,
        BUDGET.1
    );
}
