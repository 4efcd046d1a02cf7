//! Keeps the house: who may depend on whom, what a room holds, how large it grows.
#![allow(clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Hard stop for a source file; the aim is 400.
const MOST_LINES: usize = 440;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Names of the normal dependencies of a member.
fn dependencies(member: &str) -> BTreeSet<String> {
    let manifest: toml::Table = text(&root().join(member).join("Cargo.toml"))
        .parse()
        .expect("a manifest");
    manifest["dependencies"]
        .as_table()
        .expect("a table")
        .keys()
        .cloned()
        .collect()
}

/// Every Rust source of the members, generated and target folders aside.
fn sources(under: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(under).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn all_sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for member in ["core", "data", "providers", "cli", "tests"] {
        sources(&root().join(member), &mut found);
    }
    assert!(found.len() > 50, "the walk found the sources");
    found
}

#[test]
fn core_knows_no_provider_and_no_io() {
    let allowed = [
        "serde",
        "serde_json",
        "sha2",
        "strsim",
        "thiserror",
        "toml",
        "uuid",
        "zeroize",
    ];
    let extra: Vec<String> = dependencies("core")
        .into_iter()
        .filter(|name| !allowed.contains(&name.as_str()))
        .collect();
    assert!(extra.is_empty(), "core depends on {extra:?}");
}

#[test]
fn the_sandbox_shares_no_type_with_what_it_tests() {
    let ours: Vec<String> = dependencies("providers/sandbox")
        .into_iter()
        .filter(|name| name.starts_with("provision"))
        .collect();
    assert!(
        ours.is_empty(),
        "a shared type would share the misunderstanding: {ours:?}"
    );
}

#[test]
fn providers_depend_on_core_data_kind_and_aws_only() {
    for (member, allowed) in [
        ("providers/kind", &["provision-core"][..]),
        (
            "providers/aws",
            &["provision-core", "provision-data", "provision-kind"][..],
        ),
        (
            "providers/gke",
            &["provision-core", "provision-data", "provision-kind"][..],
        ),
        (
            "providers/eks",
            &["provision-aws", "provision-core", "provision-data"][..],
        ),
        (
            "providers/ecs",
            &["provision-aws", "provision-core", "provision-data"][..],
        ),
    ] {
        for name in dependencies(member) {
            assert!(
                !name.starts_with("provision") || allowed.contains(&name.as_str()),
                "{member} depends on {name}"
            );
        }
    }
}

#[test]
fn core_names_no_cloud_in_its_decisions() {
    for room in ["plan", "apply", "contract"] {
        let mut found = Vec::new();
        sources(&root().join("core/src").join(room), &mut found);
        for path in found {
            let code = text(&path);
            let code = code.split("#[cfg(test)]").next().unwrap_or_default();
            for line in code
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
            {
                for word in [
                    "\"aws\"", "\"gcp\"", "\"eks\"", "\"gke\"", "\"ecs\"", "\"eks.", "\"ec2.",
                    "\"iam.", "\"gcp.", "\"gke.",
                ] {
                    assert!(!line.contains(word), "{}: {line}", path.display());
                }
            }
        }
    }
}

#[test]
fn every_file_says_what_it_is() {
    for path in all_sources() {
        assert!(
            text(&path).starts_with("//!"),
            "{} has no module doc",
            path.display()
        );
    }
}

#[test]
fn no_room_is_crowded() {
    for path in all_sources() {
        let code = text(&path);
        let body = code
            .split("#[cfg(test)]\nmod tests")
            .next()
            .unwrap_or_default();
        let lines = body.lines().count();
        assert!(lines <= MOST_LINES, "{}: {lines} lines", path.display());
    }
}

/// One kind, one file: its table, what it uses, and all its calls stand together.
#[test]
fn every_kind_of_a_provider_is_one_room() {
    let mut kinds = 0;
    for provider in ["aws", "ecs", "eks", "gke"] {
        let mut found = Vec::new();
        let of = root().join("providers").join(provider).join("src");
        sources(&of, &mut found);
        for path in found {
            let code = text(&path);
            let code = code.split("#[cfg(test)]").next().unwrap_or_default();
            let here = code.matches("\nimpl Serves for ").count()
                + code.matches("\nimpl Served for ").count();
            kinds += here;
            assert!(here <= 1, "{}: {here} kinds", path.display());
        }
    }
    assert!(kinds > 40, "the walk found the kinds: {kinds}");
}

#[test]
fn the_readme_has_exactly_two_set_up_commands() {
    let readme = text(&root().join("README.md"));
    let setup = readme
        .split("## Set up")
        .nth(1)
        .and_then(|rest| rest.split("\n## ").next())
        .expect("a section `Set up`");
    let commands = setup
        .lines()
        .filter(|line| line.starts_with("cargo ") || line.starts_with("./"))
        .count();
    assert_eq!(commands, 2);
}
