//! What needs no cloud: arguments, exit codes, `validate`, `init`, `schema`, `completions`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{MINIMAL, Place, ran};

#[test]
fn wrong_arguments_are_usage_errors() {
    let place = Place::new();
    for args in [
        &["frobnicate"][..],
        &[],
        &["plan", "--parallel"],
        &["apply", "--parallel", "0"],
        &["plan", "a.toml", "-f", "b.toml"],
        &["plan", "--as-of", "soon"],
        &["validate", "--var", "novalue"],
        &["graph", "--format", "png"],
    ] {
        let ran = place.run(args).expect(64);
        assert!(ran.out.is_empty(), "{}", ran.out);
        assert!(!ran.err.is_empty());
    }
}

#[test]
fn help_and_version_are_no_errors_and_hide_what_is_not_built() {
    let place = Place::new();
    let help = place.run(&["--help"]).expect(0);
    for verb in ["plan", "apply", "destroy", "sandbox"] {
        assert!(help.out.contains(verb), "{}", help.out);
    }
    assert!(!help.out.contains("kubeconfig"), "{}", help.out);
    let version = place.run(&["--version"]).expect(0);
    assert!(version.out.starts_with("provision "));
}

#[test]
fn words_that_are_not_built_say_so() {
    let place = Place::new();
    for verb in ["migrate", "kubeconfig", "token"] {
        let ran = place.run(&[verb, "anything", "--at", "all"]).expect(1);
        assert!(ran.err.contains("not built yet"), "{}", ran.err);
    }
}

#[test]
fn a_good_spec_is_valid() {
    let place = Place::with(MINIMAL);
    let ran = place.run(&["validate"]).expect(0);
    assert!(ran.out.contains("stack `hello`"), "{}", ran.out);
    assert!(!ran.out.contains('\u{1b}'), "no colour in a pipe");
    let json = place.run(&["validate", "--json"]).expect(0).json();
    assert_eq!(json["valid"], true);
    assert_eq!(json["stack"], "hello");
}

#[test]
fn every_mistake_is_shown_with_its_place() {
    let place = Place::with(
        &MINIMAL
            .replace("eu-west-1", "eu-west-9")
            .replace("nodes ", "noodles "),
    );
    let ran = place.run(&["validate"]).expect(1);
    assert!(ran.err.contains("provision.toml:5"), "{}", ran.err);
    assert!(ran.err.contains("eu-west-9"), "{}", ran.err);
    assert!(ran.err.contains("noodles"), "{}", ran.err);
    let json = place.run(&["validate", "--json"]).expect(1).json();
    assert_eq!(json["valid"], false);
    let found = json["diagnostics"].as_array().unwrap();
    assert!(found.len() >= 2, "{found:?}");
    for diagnostic in found {
        assert!(diagnostic["line"].as_u64().unwrap() > 0);
        assert!(diagnostic["column"].as_u64().unwrap() > 0);
    }
}

#[test]
fn narrow_terminals_show_the_same() {
    let place = Place::with(&MINIMAL.replace("nodes ", "noodles "));
    let output = place
        .command(&["validate"])
        .env("COLUMNS", "20")
        .output()
        .unwrap();
    let ran = ran(output).expect(1);
    assert!(ran.err.contains("noodles"), "{}", ran.err);
}

#[test]
fn files_that_cannot_be_read_are_explained() {
    let place = Place::new();
    let missing = place.run(&["validate"]).expect(1);
    assert!(missing.err.contains("provision.toml"), "{}", missing.err);
    assert!(missing.err.contains("provision init"), "{}", missing.err);
    let folder = place.run(&["validate", "."]).expect(1);
    assert!(folder.err.contains("cannot read"), "{}", folder.err);
    place.write("latin.toml", b"stack = \"caf\xe9\"\n");
    let latin = place.run(&["validate", "latin.toml"]).expect(1);
    assert!(latin.err.contains("UTF-8"), "{}", latin.err);
    place.write("large.toml", vec![b'#'; 5 << 20]);
    let large = place.run(&["validate", "large.toml"]).expect(1);
    assert!(large.err.contains("too many"), "{}", large.err);
    place.write("plan", "{\"magic\":\"provision-plan\"}");
    let plan = place.run(&["validate", "plan"]).expect(1);
    assert!(plan.err.contains("plan file"), "{}", plan.err);
}

#[test]
fn variables_come_from_the_command_line_and_the_environment() {
    let text = MINIMAL.replace("\"hello\"", "\"${name}\"")
        + "\n[variables]\nname = { type = \"string\" }\n";
    let place = Place::with(&text);
    place.run(&["validate"]).expect(1);
    let given = place.run(&["validate", "--var", "name=one"]).expect(0);
    assert!(given.out.contains("stack `one`"), "{}", given.out);
    let from_environment = place
        .command(&["validate"])
        .env("PROVISION_VAR_name", "two")
        .env("PROVISION_VAR_unrelated", "x")
        .output()
        .unwrap();
    let from_environment = ran(from_environment).expect(0);
    assert!(from_environment.out.contains("stack `two`"));
    place
        .run(&["validate", "--var", "name=one", "--var", "nam=x"])
        .expect(1);
}

#[test]
fn init_writes_a_spec_that_is_valid_and_overwrites_nothing() {
    let place = Place::new();
    place
        .run(&[
            "init",
            "--account",
            "123456789012",
            "--region",
            "eu-central-1",
        ])
        .expect(0);
    let text = place.read("provision.toml");
    assert!(text.contains("eu-central-1") && text.contains("123456789012"));
    place.run(&["validate"]).expect(0);
    let again = place.run(&["init", "--account", "123456789012"]).expect(1);
    assert!(again.err.contains("--force"), "{}", again.err);
    assert_eq!(place.read("provision.toml"), text);
    let google = ["init", "--platform", "gke", "-", "--account", "acme-prod"];
    let google = place.run(&google).expect(0).out;
    assert!(google.contains("project = \"acme-prod\""), "{google}");
    Place::with(&google).run(&["validate"]).expect(0);
    let other = place
        .run(&["init", "--platform", "kubernetes", "-", "--account", "x"])
        .expect(1);
    assert!(other.err.contains("kubernetes"), "{}", other.err);
}

#[test]
fn schema_and_completions_are_written() {
    let place = Place::new();
    let schema = place.run(&["schema"]).expect(0).json();
    assert!(schema["properties"]["cluster"].is_object());
    for shell in ["bash", "zsh", "fish"] {
        let script = place.run(&["completions", shell]).expect(0);
        assert!(script.out.contains("provision"));
    }
}

#[test]
fn a_full_stdout_is_an_error_and_a_closed_one_is_none() {
    let place = Place::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    if let Ok(full) = full {
        let output = place.command(&["schema"]).stdout(full).output().unwrap();
        let ran = ran(output).expect(1);
        assert!(ran.err.contains("cannot write the output"), "{}", ran.err);
    }
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = place.command(&["schema"]).stdout(writer).output().unwrap();
    let ran = ran(output).expect(0);
    assert!(ran.err.is_empty(), "{}", ran.err);
}
