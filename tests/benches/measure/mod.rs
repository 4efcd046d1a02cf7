//! What work costs, as the kernel counts it: CPU time and peak memory, not wall time. So figures of a busy machine are
//! still right, and two machines differ by a factor only.
#![allow(dead_code, unreachable_pub)]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Processes per figure; their median counts.
const RUNS: usize = 5;

/// Figures by name.
pub type Figures = BTreeMap<String, f64>;

/// CPU milliseconds of this process so far, over all its threads.
pub fn cpu() -> f64 {
    let threads = fs::read_dir("/proc/self/task").expect("Linux");
    let nanos = threads.flatten().filter_map(|thread| {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<f64>().ok()
    });
    nanos.sum::<f64>() / 1e6
}

/// CPU milliseconds of children that have ended. The kernel tells them in hundredths of a second, so ask after many.
pub fn cpu_of_children() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    // The name in brackets may hold anything; `cutime` and `cstime` are the 14th and 15th behind it.
    let behind = stat.rsplit(')').next().unwrap_or_default();
    let ticks = behind.split_whitespace().skip(13).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        * 10.0
}

/// The greatest memory that a process has held, in MiB: `self`, or a number. Nothing once it has ended.
pub fn peak(process: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kib / 1024.0)
}

/// Bytes that this process has handed to the system.
pub fn written() -> f64 {
    let io = fs::read_to_string("/proc/self/io").expect("Linux");
    let line = io.lines().find_map(|line| line.strip_prefix("wchar: "));
    line.and_then(|bytes| bytes.parse().ok()).expect("a number")
}

/// Does work and answers with its CPU time in milliseconds as well.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let before = cpu();
    let done = work();
    (done, cpu() - before)
}

/// What this process was started to measure: `None` = all of it, in processes of their own.
pub fn errand() -> Option<Vec<String>> {
    let mut words = std::env::args().skip_while(|word| word != "--alone");
    words.next().map(|_| words.collect())
}

/// Tells the figures of an errand.
pub fn tell(figures: &Figures) {
    println!("{}", serde_json::to_string(figures).expect("json"));
}

/// Runs an errand in processes of their own; the median of each figure.
pub fn alone(errand: &[&str]) -> Figures {
    let mut all: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for _ in 0..RUNS {
        let program = std::env::current_exe().expect("a program");
        let output = Command::new(program).arg("--alone").args(errand).output();
        let output = output.expect("runs");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errand:?}: {error}");
        let figures: Figures = serde_json::from_slice(&output.stdout).expect("figures");
        for (name, figure) in figures {
            all.entry(name).or_default().push(figure);
        }
    }
    all.into_iter()
        .map(|(name, mut figures)| {
            figures.sort_by(f64::total_cmp);
            (name, figures[figures.len() / 2])
        })
        .collect()
}

/// The exponent of growth between two sizes: 1 = linear, 2 = quadratic.
pub fn growth(small: (f64, f64), large: (f64, f64)) -> f64 {
    (large.1 / small.1).ln() / (large.0 / small.0).ln()
}

/// A figure against its budget.
pub fn verdict(figure: f64, budget: f64) -> &'static str {
    if figure <= budget { "met" } else { "MISSED" }
}

/// The binary beside which this program was built.
pub fn binary() -> PathBuf {
    let program = std::env::current_exe().expect("a program");
    let binary = program
        .ancestors()
        .nth(2)
        .expect("a folder")
        .join("provision");
    assert!(binary.exists(), "build it first: cargo build --release");
    binary
}
