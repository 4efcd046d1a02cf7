//! Rough surroundings: no home, odd files, odd pipes, odd terminals, odd words. The binary answers; it never panics or hangs.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Command, Stdio};

use common::{MINIMAL, NETWORK, Place, Ran, ran};
use serde_json::json;

const BINARY: &str = env!("CARGO_BIN_EXE_provision");

/// Runs a line of shell in which `$P` is the binary.
fn shell(place: &Place, line: &str) -> Ran {
    let output = Command::new("bash")
        .args(["-o", "pipefail", "-c", line])
        .current_dir(place.path())
        .env_clear()
        .env("P", BINARY)
        .env("PATH", "/usr/bin:/bin")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let ran = ran(output);
    assert!(!ran.err.contains("panicked"), "{line}: {}", ran.err);
    ran
}

#[test]
fn a_spec_may_come_by_a_pipe() {
    let place = Place::with(MINIMAL);
    for line in [
        "$P validate - < provision.toml",
        "cat provision.toml | $P validate -",
        "cat provision.toml | $P validate /dev/stdin",
        "$P validate <(cat provision.toml)",
        "mkfifo f; cat provision.toml > f & $P validate f",
        "$P validate -f - < provision.toml",
    ] {
        let ran = shell(&place, line).expect(0);
        assert!(ran.out.contains("stack `hello`"), "{line}: {}", ran.out);
    }
    let wrong = shell(&place, "echo 'stak = 1' | $P validate -").expect(1);
    assert!(wrong.err.contains("standard input"), "{}", wrong.err);
}

#[test]
fn files_that_are_none_are_named() {
    let place = Place::new();
    for (line, word) in [
        ("$P validate .", "directory"),
        ("$P validate missing.toml", "missing.toml"),
        ("$P validate missing/provision.toml", "check the path"),
        ("$P validate /dev/null", "needs `stack`"),
        ("$P validate /dev/zero", "too many"),
        ("touch t; $P validate t/x", "t/x"),
        ("ln -s loop loop; $P validate loop", "loop"),
    ] {
        let ran = shell(&place, line).expect(1);
        assert!(ran.err.contains(word), "{line}: {}", ran.err);
        assert!(ran.out.is_empty(), "{line}: {}", ran.out);
    }
}

#[test]
fn a_file_that_may_not_be_read_is_named() {
    let place = Place::with(MINIMAL);
    let root = shell(&place, "[ $(id -u) = 0 ]").code == 0;
    if root {
        println!("skipped: everything may be read by root");
        return;
    }
    let ran = shell(&place, "chmod 000 provision.toml; $P validate").expect(1);
    assert!(ran.err.contains("provision.toml"), "{}", ran.err);
}

#[test]
fn line_ends_and_marks_of_other_systems_are_read() {
    let place = Place::new();
    place.write("crlf.toml", MINIMAL.replace('\n', "\r\n"));
    place.write("mark.toml", format!("\u{feff}{MINIMAL}"));
    for name in ["crlf.toml", "mark.toml"] {
        place.run(&["validate", name]).expect(0);
    }
    let wrong = MINIMAL
        .replace("platform", "platfrom")
        .replace('\n', "\r\n");
    place.write("both.toml", format!("\u{feff}{wrong}"));
    let json = place
        .run(&["validate", "both.toml", "--json"])
        .expect(1)
        .json();
    let first = &json["diagnostics"][0];
    assert_eq!((&first["line"], &first["column"]), (&json!(7), &json!(1)));
    let human = place.run(&["validate", "both.toml"]).expect(1);
    assert!(!human.err.contains('\r'), "{:?}", human.err);
    assert!(
        human.err.contains("did you mean `platform`?"),
        "{}",
        human.err
    );
}

#[test]
fn other_encodings_are_named_with_their_byte() {
    let place = Place::new();
    place.write("latin.toml", b"stack = \"caf\xe9\"\n");
    let latin = place.run(&["validate", "latin.toml"]).expect(1);
    assert!(latin.err.contains("UTF-8"), "{}", latin.err);
    let wide: Vec<u8> = "stack = \"shop\"\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    place.write("wide.toml", [b"\xff\xfe".to_vec(), wide].concat());
    let wide = place.run(&["validate", "wide.toml"]).expect(1);
    assert!(wide.err.contains("UTF-8"), "{}", wide.err);
    place.write("nul.toml", b"stack = \"a\0b\"\n");
    place.run(&["validate", "nul.toml"]).expect(1);
}

#[test]
fn large_specs_are_refused_or_read_but_never_swallow_the_machine() {
    let place = Place::new();
    place.write("ten.toml", format!("{MINIMAL}#{}\n", "x".repeat(10 << 20)));
    let ten = shell(&place, "ulimit -v 400000; $P validate ten.toml").expect(1);
    assert!(ten.err.contains("too many"), "{}", ten.err);
    let labels: String = (0..40_000).map(|n| format!("l{n} = {n}\n")).collect();
    place.write("many.toml", format!("{MINIMAL}\n[labels]\n{labels}"));
    let many = shell(&place, "ulimit -v 1000000; $P validate many.toml").expect(1);
    assert!(many.err.contains("more mistakes"), "ends with a count");
    assert!(many.err.len() < 1 << 20, "{} bytes", many.err.len());
    let near = format!("{MINIMAL}# {}\n", "y".repeat(3 << 20));
    place.write("near.toml", near);
    place.run(&["validate", "near.toml"]).expect(0);
    let nested = format!(
        "{MINIMAL}\n[labels]\nx = {}1{}\n",
        "[".repeat(9_999),
        "]".repeat(9_999)
    );
    place.write("nested.toml", nested);
    place.run(&["validate", "nested.toml"]).expect(1);
    place.write(
        "line.toml",
        format!("stack = \"{}\"\n", "é".repeat(1 << 20)),
    );
    let line = place.run(&["validate", "line.toml"]).expect(1);
    assert!(line.err.contains("name"), "{}", &line.err[..200]);
}

#[test]
fn readers_that_go_away_are_no_error() {
    let place = Place::with(NETWORK);
    place.tune(json!({ "duration_scale": 0.0 }));
    for line in [
        "$P schema | head -1",
        "$P plan --sandbox | head -1",
        "$P --help | head -1",
        "$P completions bash | head -1",
        "$P plan --sandbox --json | head -1",
    ] {
        let ran = shell(&place, line).expect(0);
        assert_eq!(ran.out.lines().count(), 1, "{line}: {}", ran.out);
        assert!(ran.err.is_empty(), "{line}: {}", ran.err);
    }
}

#[test]
fn closed_streams_change_nothing() {
    let place = Place::with(MINIMAL);
    shell(&place, "$P validate >&-").expect(0);
    shell(&place, "$P validate 2>&-").expect(0);
    shell(&place, "$P validate <&- >&- 2>&-").expect(0);
    place.write("wrong.toml", "stak = 1\n");
    shell(&place, "$P validate wrong.toml 2>&-").expect(1);
    shell(&place, "$P validate wrong.toml 2>/dev/full").expect(1);
    shell(&place, "$P validate wrong.toml --json >&-").expect(1);
}

#[test]
fn no_home_and_a_home_that_is_none_are_fine() {
    let place = Place::with(NETWORK);
    place.tune(json!({ "duration_scale": 0.0 }));
    shell(&place, "$P plan --sandbox").expect(0);
    shell(
        &place,
        "HOME=/nonexistent XDG_CONFIG_HOME=/dev/null $P plan --sandbox",
    )
    .expect(0);
    shell(&place, "HOME= USER= $P plan --sandbox").expect(0);
    let real = shell(&place, "HOME=/nonexistent $P plan").expect(1);
    assert!(real.err.contains("hint:"), "{}", real.err);
}

#[test]
fn folders_that_take_nothing_are_named() {
    let place = Place::with(NETWORK);
    let spec = place.file("provision.toml").display().to_string();
    shell(&place, &format!("cd /sys && $P validate {spec}")).expect(0);
    for verb in ["plan --sandbox", "apply --sandbox --yes", "apply --yes"] {
        let line =
            format!("cd /sys && AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b $P {verb} -f {spec}");
        let ran = shell(&place, &line).expect(1);
        assert!(ran.err.contains(".provision"), "{verb}: {}", ran.err);
        assert!(ran.err.contains("hint:"), "{verb}: {}", ran.err);
    }
}

#[test]
fn words_that_are_no_utf8_are_refused_as_usage_or_read_as_paths() {
    let place = Place::with(MINIMAL);
    let odd = OsStr::from_bytes(b"caf\xe9.toml");
    std::fs::write(place.path().join(odd), MINIMAL).unwrap();
    let run = |args: &[&OsStr]| {
        let mut command = place.command(&[]);
        ran(command.args(args).output().unwrap())
    };
    run(&[OsStr::new("validate"), odd]).expect(0);
    run(&[OsStr::new("validate"), OsStr::from_bytes(b"no\xff")]).expect(1);
    run(&[OsStr::new("validate"), OsStr::new("--env"), odd]).expect(64);
    run(&[OsStr::from_bytes(b"\xff")]).expect(64);
    let mut command = place.command(&["validate"]);
    let output = command
        .env("PROVISION_VAR_x", OsStr::from_bytes(b"\xff"))
        .output();
    ran(output.unwrap()).expect(0);
}

#[test]
fn locales_and_terminals_without_much_are_fine() {
    let place = Place::with(&MINIMAL.replace("nodes ", "noodles "));
    for line in [
        "LC_ALL=C LANG=C $P validate",
        "LC_ALL=de_DE.ISO-8859-1 $P validate",
        "TERM=dumb $P validate",
        "NO_COLOR=1 $P validate",
        "COLUMNS=0 $P validate",
        "COLUMNS=40 $P validate",
        "COLUMNS=-3 $P validate",
        "COLUMNS=999999999999999999999 $P validate",
    ] {
        let ran = shell(&place, line).expect(1);
        assert!(ran.err.contains("noodles"), "{line}: {}", ran.err);
        assert!(!ran.err.contains('\u{1b}'), "{line}: {}", ran.err);
    }
    let always = shell(&place, "$P validate --color always").expect(1);
    assert!(always.err.contains('\u{1b}'));
}

#[test]
fn a_terminal_without_colours_gets_none() {
    let place = Place::with(&MINIMAL.replace("nodes ", "noodles "));
    let on_terminal = |set: &str| {
        let line = format!("{set} script -qec \"$P validate\" /dev/null");
        shell(&place, &line).out
    };
    if shell(&place, "command -v script").code != 0 {
        println!("skipped: no `script` to make a terminal with");
        return;
    }
    assert!(on_terminal("TERM=xterm").contains('\u{1b}'));
    assert!(!on_terminal("TERM=dumb").contains('\u{1b}'));
    assert!(!on_terminal("TERM=xterm NO_COLOR=1").contains('\u{1b}'));
    let narrow = on_terminal("TERM=dumb COLUMNS=40");
    assert!(narrow.contains("noodles"), "{narrow}");
}

#[test]
fn an_unfinished_spec_on_standard_input_is_answered() {
    let place = Place::new();
    let mut child = place
        .command(&["validate", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"stack = \"sh").unwrap();
    drop(stdin);
    let ran = ran(child.wait_with_output().unwrap()).expect(1);
    assert!(ran.err.contains("standard input:1"), "{}", ran.err);
}
