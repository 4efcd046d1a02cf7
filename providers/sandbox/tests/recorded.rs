//! The same requests that were sent to the real cloud get answers with the same fields here. `PROVISION_RECORDED` names the
//! folder of the recordings (HTTP logs of Config Connector's tests against Google Cloud); without it the test says that it was skipped.
//!
//! Recordings hold placeholders for what differs from run to run; polls in between were removed from them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use http::Request;
use jiff::Timestamp;
use provision_sandbox::{Cloud, Config};
use serde_json::Value;

/// Differences that stay: the end of the field's path, and why.
const EXPECTED: &[(&str, &str)] = &[
    // The one answer of this kind differs from that of global addresses, which is documented and is what we give.
    (
        "POST addresses/setLabels",
        "a regional address' setLabels answers with a fragment of an operation",
    ),
    (
        "kind=compute#network subnetworks",
        "the recording's subnetworks were deleted, or its list is eventual",
    ),
];

/// Members of messages that version v1beta1 has, in which the clusters were recorded, and v1 has not.
const BETA: &[&str] = &[
    "clusterTelemetry",
    "istioConfig",
    "kalmConfig",
    "master",
    "privateCluster",
    "protectConfig",
    "identityNamespace",
    "identityProvider",
    "nodeMetadata",
];

/// Takes members away, wherever they are.
fn without(value: &mut Value, names: &[&str]) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !names.contains(&name.as_str()));
            members.values_mut().for_each(|one| without(one, names));
        }
        Value::Array(items) => items.iter_mut().for_each(|one| without(one, names)),
        _ => {}
    }
}

/// One request and its answer.
struct Exchange {
    verb: String,
    url: String,
    body: String,
    status: u16,
    answer: Value,
}

fn read(path: &Path) -> Vec<Exchange> {
    let text = std::fs::read_to_string(path).unwrap();
    text.split("\n---\n").filter_map(exchange).collect()
}

fn exchange(block: &str) -> Option<Exchange> {
    let mut parts = block.trim().split("\n\n").peekable();
    let (verb, url) = parts.next()?.lines().next()?.split_once(' ')?;
    let mut body = String::new();
    while let Some(part) =
        parts.next_if(|part| !part.starts_with(|sign: char| sign.is_ascii_digit()))
    {
        body.push_str(part);
    }
    let status = parts.next()?.split(' ').next()?.parse().ok()?;
    let answer: String = parts.collect::<Vec<_>>().join("\n\n");
    Some(Exchange {
        verb: verb.to_owned(),
        url: url.to_owned(),
        body,
        status,
        answer: serde_json::from_str(&answer).unwrap_or(Value::Null),
    })
}

/// Paths of all fields; those of maps that users fill are left out.
fn fields(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let below = format!("{path}.{name}");
                found.insert(below.clone());
                if !matches!(
                    name.as_str(),
                    "labels" | "annotations" | "resourceLabels" | "metadata"
                ) {
                    fields(member, &below, found);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| fields(item, path, found)),
        _ => {}
    }
}

/// What changes from run to run, as it is in this run.
#[derive(Default)]
struct Run {
    seen: BTreeMap<String, String>,
    operation: String,
}

impl Run {
    fn filled(&self, text: &str) -> String {
        let mut out = text
            .replace("${projectId}", "acme-prod")
            .replace("${operationID}", &self.operation)
            .replace("${uniqueId}", "u1");
        while let Some((before, rest)) = out.split_once("${") {
            let (name, after) = rest.split_once('}').unwrap();
            out = format!("{before}{}{after}", name.to_lowercase());
        }
        for (name, value) in &self.seen {
            let old = format!("\"{name}\": \"abcdef0123A=\"");
            out = out.replace(
                &old,
                &format!("\"{name}\": {}", Value::from(value.as_str())),
            );
        }
        out
    }

    fn learn(&mut self, answer: &Value) {
        for name in ["etag", "fingerprint", "labelFingerprint"] {
            if let Some(value) = answer[name].as_str() {
                self.seen.insert(name.to_owned(), value.to_owned());
            }
        }
        if answer["kind"] == "compute#operation" || !answer["operationType"].is_null() {
            answer["name"]
                .as_str()
                .unwrap()
                .clone_into(&mut self.operation);
        }
    }
}

/// The network that a project has from the start, in the regions that a recording is about; the sandbox has none.
fn default_network(cloud: &Cloud, exchanges: &[Exchange]) {
    let at = Timestamp::from_second(1_785_000_000).unwrap();
    let home = "/compute/v1/projects/acme-prod";
    let send = |path: String, body: Value, seconds: i64| {
        let request = Request::builder()
            .method("POST")
            .uri(format!("http://127.0.0.1{path}"));
        let request = request.body(body.to_string().into_bytes()).unwrap();
        let at = at + jiff::SignedDuration::from_secs(seconds);
        assert_eq!(cloud.handle(at, request).status(), 200);
    };
    let network = serde_json::json!({ "name": "default", "autoCreateSubnetworks": false });
    send(format!("{home}/global/networks"), network, 0);
    let mut regions = BTreeSet::new();
    for exchange in exchanges {
        let Some((_, rest)) = exchange.url.split_once("/locations/") else {
            continue;
        };
        let location = rest.split('/').next().unwrap();
        let parts: Vec<&str> = location.split('-').take(2).collect();
        regions.insert(parts.join("-"));
    }
    for (n, region) in regions.into_iter().enumerate() {
        let subnetwork = serde_json::json!({
            "name": "default", "network": "global/networks/default", "ipCidrRange": format!("10.{}.0.0/20", 128 + n),
        });
        send(
            format!("{home}/regions/{region}/subnetworks"),
            subnetwork,
            100,
        );
    }
}

/// Differences of one recording, and how many exchanges were compared.
fn replay(path: &Path) -> (Vec<String>, usize) {
    let of_cluster = path.to_string_lossy().contains("/container/");
    let exchanges = read(path);
    let cloud = Cloud::in_memory(Config {
        duration_scale: 1.0,
        ..Config::default()
    });
    let (mut run, mut found, mut compared) = (Run::default(), Vec::new(), 0);
    // Near the last of them: what is on offer goes by dates.
    let mut clock = 1_786_000_000_i64;
    if of_cluster {
        default_network(&cloud, &exchanges);
    }
    for mut exchange in exchanges {
        let served = [
            "https://compute.googleapis.com/compute/v1/",
            "https://secretmanager.googleapis.com/",
            "https://container.googleapis.com/",
            "https://iam.googleapis.com/",
        ];
        if !served.iter().any(|start| exchange.url.starts_with(start)) {
            continue;
        }
        // What lies beside a cluster is compared by its own recordings; groups of nodes have other names in each run.
        let compared_here = !of_cluster || exchange.url.starts_with("https://container.");
        if of_cluster {
            if exchange.url.contains("instanceGroupManagers") {
                continue;
            }
            exchange.url = exchange.url.replace("/v1beta1/", "/v1/");
            if let Ok(mut body) = serde_json::from_str::<Value>(&exchange.body) {
                without(&mut body, BETA);
                exchange.body = body.to_string();
            }
            without(&mut exchange.answer, BETA);
        }
        let is_poll = exchange.url.contains("/operations/");
        clock += if is_poll && exchange.answer["status"] == "DONE" {
            if of_cluster { 1000 } else { 60 }
        } else {
            0
        };
        let url = run.filled(&exchange.url);
        let path = url.split_once("googleapis.com").unwrap().1;
        let request = Request::builder()
            .method(exchange.verb.as_str())
            .uri(format!("http://127.0.0.1{path}"));
        let request = request
            .body(run.filled(&exchange.body).into_bytes())
            .unwrap();
        let answer = cloud.handle(Timestamp::from_second(clock).unwrap(), request);
        let said: Value = serde_json::from_slice(answer.body()).unwrap();
        if answer.status() == 501 {
            eprintln!(
                "not served: {} {path}: {}",
                exchange.verb, said["error"]["message"]
            );
            return (found, compared);
        }
        run.learn(&said);
        if !compared_here {
            continue;
        }
        compared += 1;
        let name = format!("{} {}", exchange.verb, path.split('?').next().unwrap());
        if answer.status().as_u16() != exchange.status {
            found.push(format!(
                "{name}: {} and not {}: {}",
                answer.status(),
                exchange.status,
                said
            ));
            continue;
        }
        let (mut real, mut ours) = (BTreeSet::new(), BTreeSet::new());
        fields(&exchange.answer, "", &mut real);
        fields(&said, "", &mut ours);
        let kind = said["kind"].as_str().unwrap_or_default();
        for field in real.symmetric_difference(&ours) {
            let whose = if real.contains(field) {
                "missing"
            } else {
                "not in the recording"
            };
            found.push(format!("{name}: {field} is {whose} (kind={kind})"));
        }
    }
    (found, compared)
}

fn expected(difference: &str) -> bool {
    EXPECTED
        .iter()
        .any(|(what, _)| what.split(' ').all(|word| difference.contains(word)))
}

fn logs(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            logs(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "log") {
            found.push(path);
        }
    }
}

#[test]
fn answers_have_the_fields_of_the_recorded_ones() {
    let Some(folder) = std::env::var_os("PROVISION_RECORDED").map(PathBuf::from) else {
        eprintln!("skipped: PROVISION_RECORDED names no folder");
        return;
    };
    let mut paths = Vec::new();
    for part in ["compute", "secretmanager", "container"] {
        logs(&folder.join("gcp/real").join(part), &mut paths);
    }
    paths.sort();
    let (mut all, mut total) = (Vec::new(), 0);
    for path in &paths {
        let (found, compared) = replay(path);
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        eprintln!("{name}: {compared} exchanges, {} differences", found.len());
        total += compared;
        all.extend(
            found
                .into_iter()
                .filter(|one| !expected(one))
                .map(|one| format!("{name}: {one}")),
        );
    }
    assert!(
        total > 100,
        "only {total} exchanges of {} recordings",
        paths.len()
    );
    assert!(all.is_empty(), "{}", all.join("\n"));
}
