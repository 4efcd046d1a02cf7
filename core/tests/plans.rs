//! Every plan in `plans/` loads, and means what its snapshot says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// The bans keep core itself pure; its tests read the plans.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros)]

use std::path::Path;

use provision_core::spec::{Diagnostic, Input, Loaded, load};

fn plans() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plans");
    let mut found: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("plans/")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("a plan"))
        })
        .collect();
    found.sort();
    found
}

fn loaded(name: &str, input: &Input) -> Loaded {
    load(input).unwrap_or_else(|found| {
        let found: Vec<String> = found.iter().map(Diagnostic::plain).collect();
        panic!("{name}:\n{}", found.join("\n"))
    })
}

#[test]
fn every_plan_loads_as_its_snapshot() {
    let plans = plans();
    assert!(plans.len() >= 2, "there are plans");
    for (name, text) in plans {
        let input = Input::file(format!("plans/{name}.toml"), text);
        let loaded = loaded(&name, &input);
        insta::assert_json_snapshot!(name, loaded.spec);
    }
}

#[test]
fn staging_is_the_same_with_its_own_numbers() {
    let (_, text) = plans().into_iter().find(|(name, _)| name == "eks").unwrap();
    let mut input = Input::file("plans/eks.toml", text);
    let prod = loaded("prod", &input);
    input.env = Some("staging".into());
    let staging = loaded("staging", &input);
    assert_eq!(staging.spec.stack, "shop-staging");
    assert_eq!(staging.spec.clusters["prod"].pools["web"].nodes.max, 2);
    assert_eq!(staging.spec.clusters["prod"].pools["batch"].nodes.min, 0);
    assert_eq!(staging.spec.networks["main"].zones, 3);
    assert_ne!(staging.digest, prod.digest);
}
