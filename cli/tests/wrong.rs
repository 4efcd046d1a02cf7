//! How wrong specs are answered, on a terminal of 80 columns and one of 40: the whole text as people see it.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Place, ran};

/// The arguments that the lines `#: …` of a file stand for.
fn arguments(text: &str) -> Vec<String> {
    let mut args = Vec::new();
    for line in text.lines().map_while(|line| line.strip_prefix("#: ")) {
        match line.split_once(' ').unwrap_or((line, "")) {
            ("env", rest) => args.push(format!("--env={}", rest.trim_start_matches("= "))),
            ("var", rest) => args.push(format!("--var={rest}")),
            ("set", rest) => args.push(format!("--set={rest}")),
            _ => {}
        }
    }
    args
}

#[test]
fn the_corpus_reads_well() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/tests/wrong");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        // These are wrong for the library's ways to load a spec, which `validate` does not have.
        if text.contains("#: platform") || text.contains("#: unbuilt") {
            continue;
        }
        let place = Place::new();
        place.write(&name, &text);
        let mut args = vec!["validate".to_owned(), name.clone()];
        args.extend(arguments(&text));
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let answer = |columns: &str| {
            let output = place
                .command(&args)
                .env("COLUMNS", columns)
                .output()
                .unwrap();
            ran(output).expect(1)
        };
        let wide = answer("80");
        assert!(wide.out.is_empty(), "{name}: {}", wide.out);
        assert!(!wide.err.contains("panicked"), "{name}: {}", wide.err);
        if !name.starts_with("too-many-mistakes") {
            insta::assert_snapshot!(name.trim_end_matches(".toml"), wide.err);
        }
        let narrow = answer("40");
        assert!(!narrow.err.contains("panicked"), "{name}: {}", narrow.err);
    }
}
