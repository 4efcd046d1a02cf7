//! From blocks to secrets and parameters.
#![allow(clippy::unwrap_used, clippy::panic)]

use provision_core::contract::{Context, ExpandAnswer, Facts};
use provision_core::model::Value;
use provision_core::spec::{Input, load};

use super::*;

fn request(text: &str) -> ExpandRequest {
    let text = format!(
        "stack = \"shop\"\n[cloud.aws]\naccount = \"123456789012\"\nregion = \"eu-west-1\"\n{text}"
    );
    let input = Input {
        allow_unbuilt: true,
        ..Input::file("t.toml", text)
    };
    let spec = load(&input).unwrap_or_else(|all| panic!("{all:?}")).spec;
    ExpandRequest {
        context: Context {
            stack: "shop".to_owned(),
            account: None,
            region: "eu-west-1".to_owned(),
            labels: [("team".to_owned(), "web".to_owned())].into(),
        },
        blocks: spec
            .secrets
            .keys()
            .map(|name| format!("secret.{name}"))
            .collect(),
        spec,
        facts: None,
        not_at_hand: std::collections::BTreeMap::new(),
    }
}

fn expanded(request: &ExpandRequest) -> ExpandAnswer {
    let mut answer = crate::expand::expand(request);
    answer
        .resources
        .retain(|one| one.id.address.as_str().starts_with("secret."));
    answer
}

#[test]
fn each_store_has_its_kind_and_its_names() {
    let text = "[secret.url]\nstore = \"cloud\"\nfrom = { env = \"URL\" }\n[secret.db-passwd]\nstore = \"cloud\"\nfrom = { \
                stdin = true }\n[secret.p]\nstore = \"ssm\"\nfrom = { file = \"p\" }\n";
    let made = expanded(&request(text)).resources;
    let seen: Vec<(&str, &str)> = made
        .iter()
        .map(|one| (one.kind.as_str(), one.name.as_deref().unwrap()))
        .collect();
    assert_eq!(seen[1], ("ssm.parameter", "/provision/shop/p"));
    assert_eq!(seen[2], ("secretsmanager.secret", "shop/url"));
    // It would look like the end of an ARN.
    assert!(seen[0].1.starts_with("shop/db-passwd-") && seen[0].1.len() == 23);
    let url = &made[2];
    assert_eq!(url.fields["value"], "as declared".into());
    assert_eq!(url.fields["from"], "the environment variable URL".into());
    assert_eq!(url.id.to_string(), "secret.url/secret");
}

#[test]
fn what_is_not_at_hand_is_noted_and_left_as_it_is() {
    let mut request = request("[secret.url]\nstore = \"cloud\"\nfrom = { env = \"URL\" }\n");
    let why = ("url".to_owned(), "URL is not set".to_owned());
    request.not_at_hand.extend([why]);
    let answer = expanded(&request);
    assert_eq!(answer.resources[0].fields["value"], Value::Null);
    let note = &answer.notes[0];
    assert!(note.code == "secret-not-at-hand" && note.message.contains("URL is not set"));
}

#[test]
fn what_is_made_is_compared_with_nothing() {
    let text = "[secret.key]\nstore = \"cloud\"\nfrom = { generate = { length = 24 } }\n";
    let made = &expanded(&request(text)).resources[0];
    assert_eq!(made.fields["value"], Value::Null);
    assert_eq!(made.fields["compare"], Value::Null);
    let Value::Map(generate) = &made.fields["generate"] else {
        panic!("{made:?}");
    };
    assert_eq!(generate["length"], Value::Int(24));
}

#[test]
fn what_is_in_a_store_is_looked_for_and_is_no_resource() {
    let text = "[secret.old]\nstore = \"cloud\"\nfrom = { existing = { aws = \"theirs\" } }\n";
    let mut request = request(text);
    let answer = expanded(&request);
    assert!(answer.resources.is_empty() && answer.failures.is_empty());
    let fact = |word: &str| {
        let extra = [("secret.old".to_owned(), word.to_owned())].into();
        Some(Facts {
            extra,
            ..Facts::default()
        })
    };
    request.facts = fact("here");
    assert!(expanded(&request).failures.is_empty());
    request.facts = fact("absent");
    assert!(expanded(&request).failures[0].message.contains("theirs"));
}

#[test]
fn secrets_of_a_kubernetes_cluster_are_its_own() {
    let text = "[cluster.main]\nplatform = \"eks\"\n[secret.url]\ncluster = \"main\"\nfrom = { env = \"URL\" }\n";
    assert!(expanded(&request(text)).resources.is_empty());
}
