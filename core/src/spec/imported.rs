//! The spec of a live cluster that other tools made: what `import` writes.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::words::SHORT;
use crate::contract::{Context, Imported, Standing, Words};

/// The spec of an imported cluster, with what it cannot say as comments. It loads as it is.
#[must_use]
pub fn imported(context: &Context, found: &Imported) -> String {
    let block = block_name(&found.name, &[]);
    let called = found.called.as_ref();
    let cluster = called.map_or(&block, |called| &called.cluster);
    let network = called.map_or(&block, |called| &called.network);
    let mut out = head(context, found);
    if !found.labels.is_empty() {
        out.push_str("[labels]\n");
        for (key, value) in &found.labels {
            let _ = writeln!(out, "{} = {}", bare(key), quoted(value));
        }
        out.push('\n');
    }
    left(&mut out, found, "network");
    let _ = writeln!(out, "[network.{network}]");
    words(&mut out, &found.network);
    out.push('\n');
    left(&mut out, found, "cluster");
    let _ = writeln!(out, "[cluster.{cluster}]\nnetwork = {}", quoted(network));
    words(&mut out, &found.cluster);
    let mut names = Vec::new();
    for (name, pool) in &found.pools {
        out.push('\n');
        left(&mut out, found, &format!("pool {name}"));
        let own = match called {
            Some(_) => name.clone(),
            None => block_name(name, &names),
        };
        let _ = writeln!(out, "[cluster.{cluster}.pool.{own}]");
        words(&mut out, pool);
        names.push(own);
    }
    for (sort, blocks) in &found.blocks {
        for (name, block) in blocks {
            out.push('\n');
            left(&mut out, found, &format!("{sort} {name}"));
            let _ = writeln!(out, "[{sort}.{name}]");
            words(&mut out, block);
        }
    }
    out
}

/// What the file is, the stack, and its cloud.
fn head(context: &Context, found: &Imported) -> String {
    let platform = found.cluster.get("platform").and_then(Json::as_str);
    let (cloud, key, stays) = match platform {
        Some("gke") => (
            "gcp",
            "project",
            "Its network and the accounts of its nodes",
        ),
        _ => (
            "aws",
            "account",
            "Its roles, security groups and log groups",
        ),
    };
    let plan = match found.standing {
        Standing::Adopted => format!(
            "`provision plan` shows what adopting it does: it is\n\
             # marked as this stack's, and nothing of it is changed. From then on it is changed here. Once it is adopted, the\n\
             # words `adopt` may go. {stays} are used as they are and left alone."
        ),
        Standing::Ours => "It carries the\n\
             # marks of this stack, so nothing has to be adopted: `provision plan` shows what the file says otherwise."
            .to_owned(),
        Standing::Beside => "It cannot be\n\
             # taken over yet: `provision plan` shows what would stand beside it, in the same network, with the same words."
            .to_owned(),
    };
    let mut out = format!(
        "# The live cluster {name}, as `provision import` found it. {plan}\n\n\
         stack = {stack}\n\n[cloud.{cloud}]\n",
        name = found.name,
        stack = quoted(&context.stack),
    );
    if let Some(account) = &context.account {
        let _ = writeln!(out, "{key} = {}", quoted(account));
    }
    let _ = writeln!(out, "region = {}\n", quoted(&context.region));
    out
}

/// What cannot be said of something, as comments.
fn left(out: &mut String, found: &Imported, of: &str) {
    let mut all = found.left.iter().filter(|left| left.of == of).peekable();
    if all.peek().is_some() {
        out.push_str("# Not in this file, and left as it is:\n");
    }
    for left in all {
        let _ = writeln!(out, "# - {}", left.what.replace(['\n', '\r'], " "));
    }
}

fn words(out: &mut String, words: &Words) {
    for (key, value) in words {
        let _ = writeln!(out, "{} = {}", bare(key), toml(value));
    }
}

/// A value on one line.
fn toml(value: &Json) -> String {
    match value {
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(toml).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(entries) => {
            let entries = entries.iter();
            let entries: Vec<String> = entries
                .map(|(key, value)| format!("{} = {}", bare(key), toml(value)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Json::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// A basic string: those of JSON are the same, but for one sign that JSON may leave as it is.
fn quoted(text: &str) -> String {
    Json::from(text).to_string().replace('\u{7f}', "\\u007f")
}

fn bare(key: &str) -> String {
    let plain = |sign: char| sign.is_ascii_alphanumeric() || sign == '-' || sign == '_';
    match !key.is_empty() && key.chars().all(plain) {
        true => key.to_owned(),
        false => quoted(key),
    }
}

/// A name as blocks have them, like somebody's, and none of those in use.
#[must_use]
pub fn block_name(name: &str, used: &[String]) -> String {
    let lower = name.to_lowercase();
    let plain: String = lower
        .chars()
        .map(|sign| match sign {
            'a'..='z' | '0'..='9' => sign,
            _ => '-',
        })
        .collect();
    let plain = plain.trim_start_matches(|sign: char| !sign.is_ascii_lowercase());
    let cut: String = plain.chars().take(SHORT - 3).collect();
    let base = match cut.trim_end_matches('-') {
        "" => "imported",
        base => base,
    };
    let free = |name: &String| !used.contains(name);
    let numbered = (2..).map(|number| format!("{base}-{number}"));
    let mut names = std::iter::once(base.to_owned()).chain(numbered);
    names.find(free).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::contract::{Called, LeftOut};
    use crate::spec::{Input, load};

    #[test]
    fn what_is_written_loads_and_says_what_is_left() {
        let words = |json: Json| -> Words { serde_json::from_value(json).unwrap() };
        let context = Context {
            stack: "billing".to_owned(),
            account: Some("123456789012".to_owned()),
            region: "eu-west-1".to_owned(),
            labels: std::collections::BTreeMap::new(),
        };
        let pool = json!({
            "adopt": "Web_1",
            "machine": { "eks": ["m5.large"] },
            "nodes": { "min": 1, "max": 3 },
            "node_labels": { "alpha.eksctl.io/nodegroup-name": "Web_1" },
        });
        let found = Imported {
            name: "Billing_EU".to_owned(),
            network: words(
                json!({ "adopt": "vpc-0a1b2c3d4e5f60718", "cidr": "10.0.0.0/16", "zones": 2 }),
            ),
            cluster: words(json!({ "adopt": "Billing_EU", "platform": "eks", "protect": true })),
            pools: [("Web_1", pool.clone()), ("web-1", pool)]
                .map(|(name, pool)| (name.to_owned(), words(pool)))
                .into(),
            left: vec![LeftOut {
                of: "pool Web_1".to_owned(),
                what: "its launch template has user data".to_owned(),
            }],
            ..Imported::default()
        };
        let text = imported(&context, &found);
        let loaded = load(&Input::file("provision.toml", text.as_str())).unwrap();
        let cluster = &loaded.spec.clusters["billing-eu"];
        assert_eq!(cluster.adopt.as_deref(), Some("Billing_EU"));
        let pools: Vec<&String> = cluster.pools.keys().collect();
        assert_eq!(pools, ["web-1", "web-1-2"]);
        assert!(
            text.contains("# - its launch template has user data\n"),
            "{text}"
        );
    }

    #[test]
    fn what_runs_in_a_cluster_of_the_stack_has_its_own_blocks() {
        let words = |json: Json| -> Words { serde_json::from_value(json).unwrap() };
        let context = Context {
            stack: "shop".to_owned(),
            account: None,
            region: "eu-west-1".to_owned(),
            labels: std::collections::BTreeMap::new(),
        };
        let web = json!({ "cluster": "prod", "pool": "fargate", "image": "shop:1", "env": { "A": "b\"c" } });
        let found = Imported {
            name: "shop-prod".to_owned(),
            standing: Standing::Ours,
            called: Some(Called {
                cluster: "prod".to_owned(),
                network: "main".to_owned(),
            }),
            labels: [("team".to_owned(), "web".to_owned())].into(),
            network: words(json!({ "cidr": "10.0.0.0/16", "zones": 2 })),
            cluster: words(json!({ "platform": "ecs", "ecs": { "capacity": "fargate" } })),
            pools: [("fargate".to_owned(), words(json!({ "spot": false })))].into(),
            blocks: [(
                "workload".to_owned(),
                [("web".to_owned(), words(web))].into(),
            )]
            .into(),
            left: vec![LeftOut {
                of: "workload web".to_owned(),
                what: "a disk".to_owned(),
            }],
        };
        let text = imported(&context, &found);
        let loaded = load(&Input::file("provision.toml", text.as_str())).unwrap();
        assert_eq!(loaded.spec.clusters["prod"].network, "main");
        assert_eq!(loaded.spec.workloads["web"].container.env["A"], "b\"c");
        assert_eq!(loaded.spec.labels["team"], "web");
        assert!(text.contains("# - a disk\n[workload.web]"), "{text}");
        assert!(text.contains("marks of this stack"), "{text}");
    }

    #[test]
    fn names_of_others_become_names_of_blocks() {
        assert_eq!(block_name("9-Prod.EU_", &[]), "prod-eu");
        assert_eq!(block_name("___", &[]), "imported");
        assert_eq!(block_name(&"x".repeat(90), &[]).len(), SHORT - 3);
    }
}
