//! What it costs to start: the release binary, from its start to its end. Build it first:
//! `cargo build --release && cargo bench -p provision-tests --bench start`
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod measure;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use measure::{binary, cpu_of_children, peak, verdict};

/// Starts per figure.
const RUNS: u32 = 100;
/// Milliseconds.
const BUDGET: f64 = 10.0;

fn main() {
    let binary = binary();
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plans/minimal-eks.toml");
    let spec = spec.to_str().unwrap();
    println!("| start-up | CPU ms | wall ms, median | peak MiB | budget 10 ms |");
    println!("|---|---|---|---|---|");
    for args in [&["--version"][..], &["validate", spec]] {
        let before = cpu_of_children();
        let mut walls: Vec<f64> = (0..RUNS).map(|_| once(&binary, args)).collect();
        let cpu = (cpu_of_children() - before) / f64::from(RUNS);
        walls.sort_by(f64::total_cmp);
        let wall = walls[walls.len() / 2];
        println!(
            "| `{}` | {cpu:.1} | {wall:.1} | {:.0} | {} |",
            args[0],
            memory(&binary, args),
            verdict(cpu.max(wall), BUDGET)
        );
    }
}

/// Peak memory, by looking as often as one can until it ends.
fn memory(binary: &Path, args: &[&str]) -> f64 {
    let mut child = command(binary, args).spawn().unwrap();
    let process = child.id().to_string();
    let mut most = 0.0_f64;
    while child.try_wait().unwrap().is_none() {
        most = most.max(peak(&process).unwrap_or_default());
    }
    most
}

fn command(binary: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(binary);
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

/// Wall milliseconds of one start.
fn once(binary: &Path, args: &[&str]) -> f64 {
    let began = Instant::now();
    let status = command(binary, args).status().unwrap();
    assert!(status.success());
    began.elapsed().as_secs_f64() * 1e3
}
