//! Secrets.

use super::Check;
use crate::spec::types_run::SecretSource;

pub(super) fn check(check: &mut Check<'_>) {
    let spec = check.spec;
    for (name, secret) in &spec.secrets {
        let base = format!("secret.{name}");
        if let Some(cluster) = &secret.cluster
            && !spec.clusters.contains_key(cluster)
        {
            check.dangling(
                &format!("{base}.cluster"),
                "cluster",
                cluster,
                spec.clusters.keys(),
            );
        }
        if secret.cluster.is_none() && secret.store.is_none() {
            let message = format!("secret `{name}` is for no cluster");
            let help = "add `cluster`, or `store = \"cloud\"`";
            check.wrong("missing-key", &base, message, help);
        }
        source(check, &base, &secret.from);
    }
}

fn source(check: &mut Check<'_>, base: &str, from: &SecretSource) {
    let path = format!("{base}.from");
    let written = |key: &str| check.places.get(&format!("{path}.{key}")).is_some();
    let stdin_off = written("stdin") && check.places.get(&path).is_some();
    match from {
        SecretSource::Stdin if !stdin_off && check.places.get(&path).is_some() => {
            let broken = ["env", "file", "generate", "existing"]
                .iter()
                .any(|key| check.places.broken(&format!("{path}.{key}")));
            if !broken {
                let help = "write { env = \"NAME\" }, { file = \"PATH\" }, { stdin = true }, { generate = {} } or { existing = {} }";
                check.wrong("missing-key", &path, "`from` names no source", help);
            }
        }
        SecretSource::Existing(stores) if stores.is_empty() => {
            let help = "write { aws = \"NAME\" } or { gcp = \"NAME\" }";
            let path = format!("{path}.existing");
            check.wrong("missing-key", &path, "`existing` names no secret", help);
        }
        SecretSource::Generate {
            alphabet: Some(alphabet),
            ..
        } if alphabet.chars().count() < 2 => {
            let path = format!("{path}.generate.alphabet");
            let message = "one character makes no secret";
            check.wrong("bad-value", &path, message, "name at least two characters");
        }
        _ => {}
    }
}
