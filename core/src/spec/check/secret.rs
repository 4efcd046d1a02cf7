//! Secrets.

use super::Check;
use crate::spec::keeper::Keeper;
use crate::spec::types_run::{Secret, SecretSource};

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
        store(check, &base, secret);
        keeper(check, &base, name);
        source(check, &base, &secret.from);
    }
    one_reader(check);
}

/// A store that only one cloud has.
fn store(check: &mut Check<'_>, base: &str, secret: &Secret) {
    let broken = check.places.broken("cloud.aws");
    if secret.store.as_deref() == Some("ssm") && check.spec.aws.is_none() && !broken {
        let help = "add [cloud.aws] with region = \"eu-west-1\"";
        let message = "the Parameter Store is AWS's, and the spec names no account there";
        check.wrong("missing-cloud", &format!("{base}.store"), message, help);
    }
}

/// A store of one of two clouds.
fn keeper(check: &mut Check<'_>, base: &str, name: &str) {
    if check.spec.keeper(name) == Keeper::Open {
        let message = format!("secret `{name}` could be kept by either cloud");
        let help = "name the cluster that it is for: cluster = \"NAME\"";
        check.wrong("ambiguous", base, message, help);
    }
}

/// Standard input can be read once, by one secret.
fn one_reader(check: &mut Check<'_>) {
    let secrets = check.spec.secrets.iter();
    let reads = secrets.filter(|(_, secret)| secret.from == SecretSource::Stdin);
    let paths = reads.map(|(name, _)| format!("secret.{name}.from.stdin"));
    // One whose `from` says nothing counts as standard input as well, and has been reported.
    let written: Vec<String> = paths
        .filter(|path| check.places.get(path).is_some())
        .collect();
    let Some((first, others)) = written.split_first() else {
        return;
    };
    for other in others {
        let message = "two secrets are read from standard input, which holds one".to_owned();
        let help = "take one of them from a file or a variable";
        check.clash("contradiction", other, first, message, help);
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
