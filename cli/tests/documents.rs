//! Every command in the README and in the guides is run, in order, and prints what the document says. A line `...` stands for
//! any lines, and `...` within a line for any text.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Commands of the `console` blocks with what they shall print.
fn examples(text: &str) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            line if inside => match line.strip_prefix("$ ") {
                Some(command) => found.push((command.to_owned(), Vec::new())),
                None => found.last_mut().unwrap().1.push(line.to_owned()),
            },
            _ => {}
        }
    }
    found
}

fn line_fits(wanted: &str, line: &str) -> bool {
    let mut rest = line;
    let parts: Vec<&str> = wanted.split("...").collect();
    for (nth, part) in parts.iter().enumerate() {
        let at = match rest.find(part) {
            Some(0) => 0,
            Some(at) if nth > 0 => at,
            _ => return false,
        };
        rest = &rest[at + part.len()..];
    }
    rest.is_empty() || wanted.ends_with("...")
}

fn fits(wanted: &[String], lines: &[&str]) -> bool {
    match wanted.split_first() {
        None => lines.is_empty(),
        Some((first, others)) if first == "..." => {
            (0..=lines.len()).any(|skip| fits(others, &lines[skip..]))
        }
        Some((first, others)) => lines
            .split_first()
            .is_some_and(|(line, lines)| line_fits(first, line) && fits(others, lines)),
    }
}

/// Runs a document's examples in a folder of its own.
fn run(document: &str) {
    let text = std::fs::read_to_string(root().join(document)).unwrap();
    let examples = examples(&text);
    assert!(!examples.is_empty(), "{document} has examples");
    let place = tempfile::tempdir().unwrap();
    std::fs::create_dir(place.path().join("plans")).unwrap();
    for entry in std::fs::read_dir(root().join("plans")).unwrap() {
        let from = entry.unwrap().path();
        let to = place.path().join("plans").join(from.file_name().unwrap());
        std::fs::copy(&from, to).unwrap();
    }
    let binary = Path::new(env!("CARGO_BIN_EXE_provision")).parent().unwrap();
    let path = std::env::join_paths([binary, Path::new("/usr/bin"), Path::new("/bin")]).unwrap();
    for (command, wanted) in examples {
        let output = Command::new("sh")
            .args(["-c", &command])
            .current_dir(place.path())
            .env_clear()
            .env("PATH", &path)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("PROVISION_AS_OF", common::TODAY)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let out = String::from_utf8_lossy(&output.stdout);
        let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
        assert!(
            output.status.success() && fits(&wanted, &lines),
            "{document}: `{command}` printed\n{out}\n{}\ninstead of\n{}",
            String::from_utf8_lossy(&output.stderr),
            wanted.join("\n")
        );
    }
}

#[test]
fn the_readme_is_true() {
    run("README.md");
}

#[test]
fn the_guide_to_recovery_is_true() {
    run("docs/recovery.md");
}

#[test]
fn the_guide_to_costs_is_true() {
    run("docs/costs.md");
}

#[test]
fn the_guide_to_comparing_is_true() {
    run("docs/compare.md");
}

#[test]
fn the_guide_to_changes_is_true() {
    run("docs/changes.md");
}

#[test]
fn the_guide_to_adoption_is_true() {
    run("docs/adoption.md");
}

#[test]
fn the_guide_to_upgrades_is_true() {
    run("docs/upgrades.md");
}

#[test]
fn the_guide_to_the_sandbox_is_true() {
    run("docs/sandbox.md");
}

#[test]
fn the_guide_to_networks_is_true() {
    run("docs/networks.md");
}

#[test]
fn the_guide_to_secrets_is_true() {
    run("docs/secrets.md");
}

#[test]
fn the_guide_to_workloads_is_true() {
    run("docs/workloads.md");
}

#[test]
fn the_guide_to_gke_is_true() {
    run("docs/gke.md");
}

#[test]
fn the_guide_to_failures_is_true() {
    run("docs/troubleshooting.md");
}

#[test]
fn dots_stand_for_anything_and_nothing_else_does() {
    assert!(line_fits("Done: ... steps", "Done: 30 steps"));
    assert!(!line_fits("Done: ... steps", "Done: 30 step"));
    assert!(!line_fits("Done", "Done: 30"));
    let wanted = ["a".to_owned(), "...".to_owned(), "d".to_owned()];
    assert!(fits(&wanted, &["a", "b", "c", "d"]));
    assert!(!fits(&wanted, &["a", "b", "c"]));
}
