//! What a live plan takes over HTTP: the release binary against the sandbox, in which every call takes as long as a far
//! cloud's. Two latencies tell the round trips from the work. Build the binary first:
//! `cargo build --release && cargo bench -p provision-tests --bench live`
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod measure;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use measure::{binary, verdict};
use provision_sandbox::{Cloud, Config};

/// Plans per latency; the median counts.
const RUNS: usize = 5;
/// Milliseconds of one call.
const LATENCIES: [u64; 2] = [100, 300];
/// Of the round trips in series.
const BUDGET: f64 = 1.2;

fn main() {
    println!(
        "| live plan | calls | round trips in series | ms at 100 ms | ms at 300 ms | of the round trips |"
    );
    println!("|---|---|---|---|---|---|");
    for name in ["minimal-eks.toml", "eks.toml"] {
        let dir = tempfile::tempdir().unwrap();
        let plans = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plans");
        std::fs::copy(plans.join(name), dir.path().join("provision.toml")).unwrap();
        tune(dir.path(), |config| config.duration_scale = 0.0);
        run(dir.path(), &["apply", "--sandbox", "--yes"]);
        let before = calls(dir.path());
        run(dir.path(), &["plan", "--sandbox"]);
        let calls = calls(dir.path()) - before;
        let [near, far] = LATENCIES.map(|latency| {
            tune(dir.path(), |config| config.latency_ms = latency);
            let mut walls: Vec<f64> = (0..RUNS)
                .map(|_| run(dir.path(), &["plan", "--sandbox"]))
                .collect();
            walls.sort_by(f64::total_cmp);
            walls[walls.len() / 2]
        });
        let depth = ((far - near) / 200.0).round();
        let share = far / (depth * 300.0);
        println!(
            "| `plans/{name}` | {calls} | {depth:.0} | {near:.0} | {far:.0} | {share:.2}: {} |",
            verdict(share, BUDGET)
        );
    }
}

/// Runs the binary; answers with its wall milliseconds.
fn run(folder: &Path, args: &[&str]) -> f64 {
    let mut command = Command::new(binary());
    command.args(args).current_dir(folder).env_clear();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let began = Instant::now();
    assert!(command.status().unwrap().success(), "{args:?}");
    began.elapsed().as_secs_f64() * 1e3
}

fn cloud(folder: &Path) -> Cloud {
    let folder = folder.join(".provision/sandbox");
    std::fs::create_dir_all(&folder).unwrap();
    Cloud::open(&folder).unwrap()
}

fn tune(folder: &Path, knob: impl FnOnce(&mut Config)) {
    let cloud = cloud(folder);
    let mut config = cloud.config();
    knob(&mut config);
    cloud.set_config(config).unwrap();
}

fn calls(folder: &Path) -> usize {
    cloud(folder).calls().len()
}
