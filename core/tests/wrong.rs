//! A corpus of wrong specs, one file each in `tests/wrong`: every answer names place, cause and mend, and everything that the
//! language can find fault with is found in one of them. How the answers look is a snapshot of the command line's tests.
//!
//! Lines `#: …` at the top of a file say how it is loaded: `env = NAME`, `var NAME=VALUE`, `set PATH=VALUE`,
//! `platform = P`, `unbuilt`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// The bans keep core itself pure; its tests read the corpus.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::Index;
use provision_core::model::Platform;
use provision_core::spec::{Diagnostic, Input, load};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Every file of the corpus, by name, with how it is loaded.
fn corpus() -> Vec<(String, Input)> {
    let mut all: Vec<(String, Input)> = std::fs::read_dir(folder("tests/wrong"))
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            let input = input(&format!("{name}.toml"), &text);
            (name, input)
        })
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn input(name: &str, text: &str) -> Input {
    let mut input = Input::file(name, text);
    for line in text.lines().map_while(|line| line.strip_prefix("#: ")) {
        let pair = |rest: &str| {
            let (key, value) = rest.split_once('=').unwrap();
            (key.trim().to_owned(), value.trim().to_owned())
        };
        match line.split_once(' ').unwrap_or((line, "")) {
            ("env", rest) => input.env = Some(pair(rest).1),
            ("var", rest) => input.vars.extend([pair(rest)]),
            ("set", rest) => input.sets.push(pair(rest)),
            ("platform", rest) => {
                let all = [
                    Platform::Eks,
                    Platform::Ecs,
                    Platform::Gke,
                    Platform::Kubernetes,
                ];
                let word = pair(rest).1;
                input.platform_override = all.into_iter().find(|one| one.word() == word);
            }
            ("unbuilt", _) => input.allow_unbuilt = true,
            other => panic!("{other:?}"),
        }
    }
    input
}

fn found(input: &Input) -> Vec<Diagnostic> {
    load(input).err().unwrap_or_default()
}

#[test]
fn every_answer_names_place_cause_and_mend() {
    let corpus = corpus();
    assert!(corpus.len() >= 60, "{} files", corpus.len());
    for (name, input) in &corpus {
        let found = found(input);
        assert!(!found.is_empty(), "{name} is not wrong");
        for one in &found {
            assert!(one.line > 0 && one.column > 0, "{name}: {one:?}");
            assert!(one.message.len() > 8, "{name}: {}", one.plain());
            assert!(!one.message.ends_with('.'), "{name}: {}", one.plain());
            assert!(
                one.help.is_some() || one.code == "syntax",
                "{name}: no mend: {}",
                one.plain()
            );
            let text = one.plain();
            let strange = |c: &char| c.is_control() && *c != '\n';
            let raw = input.files[0].text.chars().any(|c| strange(&c));
            assert!(
                raw || !text.chars().any(|c| strange(&c)),
                "{name}: {text:?}"
            );
            let (start, end) = (one.span.start, one.span.end);
            if one.file == input.files[0].name {
                assert!(start <= end && input.files[0].text.get(start..end).is_some());
            }
        }
    }
}

/// The literals of messages in the sources, cut at their holes.
fn messages() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut folders = vec![folder("src/spec")];
    while let Some(at) = folders.pop() {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "words" {
                folders.push(path);
            } else if name.ends_with(".rs") && !NO_MESSAGES.contains(&name.as_str()) {
                let text = std::fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]").next().unwrap();
                all.extend(literals(text));
            }
        }
    }
    all
}

/// Files whose texts are not answers to a mistake.
const NO_MESSAGES: &[&str] = &[
    "types_run.rs",
    "schema.rs",
    "template.rs",
    "regions.rs",
    "types.rs",
    "types_run.rs",
];

/// Texts that are notes beside a good spec, or stand for something that cannot be written in one file.
const ELSEWHERE: &[&str] = &[
    // Lines of a file that `import` writes.
    "# marks of this stack, so nothing has to be adopted",
    "# taken over yet: `provision plan` shows",
    ", as `provision import` found it.",
    // Several files are read by the library alone.
    "is set in two files",
    "set again",
    "set here first",
    // Bytes that are no UTF-8: a test of the command line.
    "the file is not UTF-8",
    "this byte belongs",
    "save the file as UTF-8",
    // Notes.
    "the cluster has no pool",
    "tasks run on the pools, and the cluster has none",
    "names nobody on",
    "have the default, so they can never",
    "a job does not take",
    "Cloud NAT is regional",
    "on GKE the range is split",
    "EKS needs two zones",
    "set aside on",
    // Words that are built one after another.
    "not built yet",
    // Every platform of the table is taken by something else first, or is built.
    "clusters on eks are not built",
    "a Kubernetes label key",
    // Cannot happen, and says so when it does.
    "a broken value",
    "is not in the table of words",
    // All 256 ranges in use.
    "take a range that is free",
    // Part of a longer text.
    "+-=._:/@",
    "over from the workload it extends",
    // Beyond what a test should write: megabytes.
    "variables make this spec too large",
    "too much is inherited",
    "give the variable a shorter value",
    "split it into several stacks",
    // The head of a file that `import` writes.
    "account =",
    // What `import` writes at the head of a file.
    "Its network and the accounts of its nodes",
    "Its roles, security groups and log groups",
    // A note, which the test below hears.
    "a network balancer writes access logs for its TLS listeners alone, and has none",
    // Said of Google alone, which is not built.
    "endpoints of AWS's services are of networks on AWS",
];

/// The longest fixed part of each text with a space in it.
fn literals(source: &str) -> Vec<String> {
    let mut out = Vec::new();
    let code: String = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let mut rest = code.as_str();
    while let Some(start) = rest.find('"') {
        let body = &rest[start + 1..];
        let mut end = 0;
        let bytes = body.as_bytes();
        while end < bytes.len() && bytes[end] != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        let text = body[..end.min(body.len())].replace("\\\"", "\"");
        rest = &body[(end + 1).min(body.len())..];
        let fixed = text
            .split(['{', '}'])
            .flat_map(|part| part.split("\\\n"))
            .max_by_key(|part| part.len())
            .unwrap_or_default();
        if fixed.contains(' ') && fixed.trim().len() >= 8 && !fixed.contains('\\') {
            out.push(fixed.trim().to_owned());
        }
    }
    out
}

#[test]
fn a_network_balancer_that_logs_nothing_is_noted() {
    let text = std::fs::read_to_string(folder("tests/wrong/access-logs.toml")).unwrap();
    let (head, rest) = text.split_once("[load_balancer.web]").unwrap();
    let (_, third) = rest.split_once("[load_balancer.third]").unwrap();
    let (third, _) = third.split_once("[load_balancer.fourth]").unwrap();
    let of = |text: &str| {
        let notes = load(&Input::file("a.toml", text)).unwrap().notes;
        notes.iter().any(|note| note.code == "access-logs-none")
    };
    let tcp = format!("{head}[load_balancer.third]{third}");
    assert!(of(&tcp));
    assert!(!of(
        &tcp.replace("protocol = \"tcp\"", "protocol = \"http\"")
    ));
}

#[test]
fn no_answer_is_untested() {
    let mut said = String::new();
    for (_, input) in corpus() {
        for one in found(&input) {
            said.push_str(&one.plain());
            said.push('\n');
            said.push_str(&one.label);
            said.push('\n');
        }
    }
    let unsaid: Vec<String> = messages()
        .into_iter()
        .filter(|text| !said.contains(text))
        .filter(|text| !ELSEWHERE.iter().any(|known| text.contains(known)))
        .collect();
    assert!(
        unsaid.is_empty(),
        "{} never said: {unsaid:#?}",
        unsaid.len()
    );
}

/// One change of a text.
fn mutated(text: &str, at: Index, kind: u8, other: Index, all: &[(String, Input)]) -> String {
    const SIGNS: &[&str] = &[
        "\"",
        "[",
        "]",
        "{",
        "}",
        "=",
        "\n",
        "#",
        ".",
        ",",
        "'''",
        "\u{0}",
        "é",
        "🦀",
        "${",
        "none",
        "99999999999999999999",
        "-1",
        "true",
        "\u{feff}",
        "\r\n",
        "\\",
        "\t",
    ];
    let chars: Vec<char> = text.chars().collect();
    let cut = at.index(chars.len() + 1);
    let (before, after) = chars.split_at(cut);
    let before: String = before.iter().collect();
    match kind % 5 {
        0 => before + SIGNS[other.index(SIGNS.len())] + &after.iter().collect::<String>(),
        1 => {
            let skip = other.index(12) + 1;
            before + &after.iter().skip(skip).collect::<String>()
        }
        2 => before,
        3 => {
            let lines: Vec<&str> = text.lines().collect();
            let line = lines.get(other.index(lines.len().max(1))).copied();
            let tail: String = after.iter().collect();
            format!("{before}\n{}\n{tail}", line.unwrap_or_default())
        }
        _ => {
            let another = &all[other.index(all.len())].1.files[0].text;
            format!("{before}\n{another}")
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is written: an answer or a spec, no panic, and places within the text.
    #[test]
    fn mutated_specs_are_answered(
        which: Index,
        changes in prop::collection::vec((any::<Index>(), any::<u8>(), any::<Index>()), 1..4),
    ) {
        thread_local! {
            static ALL: Vec<(String, Input)> = corpus();
        }
        let (mut input, all) = ALL.with(|all| (which.get(all).1.clone(), all.clone()));
        for (at, kind, other) in changes {
            let text = mutated(&input.files[0].text, at, kind, other, &all);
            input.files[0].text = text.chars().take(20_000).collect();
        }
        let name = input.files[0].name.clone();
        for one in found(&input) {
            prop_assert!(one.line > 0 && one.column > 0);
            prop_assert!(!one.plain().is_empty());
            if one.file == name {
                prop_assert!(input.files[0].text.get(one.span.clone()).is_some(), "{one:?}");
            }
        }
    }
}
