//! The same requests that were sent to the real cloud get answers with the same fields here. `PROVISION_RECORDED` names the
//! folder of the recordings (HTTP logs of Config Connector's tests against Google Cloud); without it the test says that it was skipped.
//!
//! Recordings hold placeholders for what differs from run to run; polls in between were removed from them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

mod exceptions;
mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use exceptions::{EXCEPTIONS, Side};
use http::Request;
use jiff::Timestamp;
use provision_sandbox::{Cloud, Config};
use run::Run;
use serde_json::Value;

/// The version of control planes that the mock of Google Cloud gave, from which the recordings' project takes some of its logs:
/// what has it was not recorded from Google Cloud.
const OF_THE_MOCK: &str = "1.30.5-gke.1014001";

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

/// One difference.
struct Difference {
    /// The day of the recording.
    day: String,
    /// Verb and path.
    call: String,
    side: Side,
    /// The path of the field, or what differs else.
    what: String,
}

/// A recording that is being replayed.
struct Replay {
    cloud: Cloud,
    run: Run,
    day: String,
    of_cluster: bool,
    clock: i64,
    /// Whether a change was made of which no poll has told the end.
    open: bool,
    found: Vec<Difference>,
    compared: usize,
}

const SERVED: &[&str] = &[
    "https://compute.googleapis.com/compute/v1/",
    "https://secretmanager.googleapis.com/",
    "https://container.googleapis.com/",
    "https://iam.googleapis.com/",
];

impl Replay {
    fn new(path: &Path, day: &str) -> Self {
        let of_cluster = path.to_string_lossy().contains("/container/");
        let date: jiff::civil::Date = day.parse().unwrap();
        // What versions are on offer goes by dates, and only those of now are known.
        let clock = match of_cluster {
            true => 1_786_000_000,
            false => date.in_tz("UTC").unwrap().timestamp().as_second(),
        };
        let config = Config {
            duration_scale: 1.0,
            ..Config::default()
        };
        Self {
            cloud: Cloud::in_memory(config),
            run: Run::default(),
            day: day.to_owned(),
            of_cluster,
            clock,
            open: false,
            found: Vec::new(),
            compared: 0,
        }
    }

    fn differs(&mut self, call: &str, side: Side, what: impl Into<String>) {
        self.found.push(Difference {
            day: self.day.clone(),
            call: call.to_owned(),
            side,
            what: what.into(),
        });
    }

    /// Polls in between were left out of recordings: the time of an operation goes by with its last poll, or without one.
    fn tick(&mut self, exchange: &Exchange) {
        let is_poll = exchange.url.contains("/operations/");
        let ended = is_poll && exchange.answer["status"] == "DONE";
        // Secrets change at once.
        let by_itself = !exchange.url.contains("secretmanager") && self.open && !is_poll;
        if ended || by_itself {
            self.clock += if self.of_cluster { 1000 } else { 60 };
            self.open = false;
        }
        self.open |= exchange.verb != "GET" && !is_poll && exchange.status == 200;
    }

    fn send(&mut self, verb: &str, path: &str, body: String) -> (u16, Value) {
        let request = Request::builder()
            .method(verb)
            .uri(format!("http://127.0.0.1{path}"));
        let request = request.body(body.into_bytes()).unwrap();
        let at = Timestamp::from_second(self.clock).unwrap();
        let answer = self.cloud.handle(at, request);
        let said = serde_json::from_slice(answer.body()).unwrap();
        (answer.status().as_u16(), said)
    }

    /// Sends one request and compares; answers whether to go on.
    fn step(&mut self, exchange: &Exchange) -> bool {
        self.tick(exchange);
        let (url, body) = self.run.ask(exchange);
        let path = url.split_once("googleapis.com").unwrap().1.to_owned();
        let found_there = self.before(exchange, &path);
        let (status, said) = self.send(&exchange.verb, &path, body);
        let call = format!("{} {}", exchange.verb, path.split('?').next().unwrap());
        if status == 501 {
            let why = said["error"]["message"].as_str().unwrap_or_default();
            self.differs(&call, Side::NotServed, why);
            return false;
        }
        self.run.learn(&said, &exchange.answer);
        if found_there {
            return true;
        }
        // What lies beside a cluster is compared by its own recordings.
        if self.of_cluster && !exchange.url.starts_with("https://container.") {
            return true;
        }
        self.compared += 1;
        if status != exchange.status {
            let what = format!(
                "{status} and not {}: {}",
                exchange.status, said["error"]["message"]
            );
            self.differs(&call, Side::Status, what);
            return true;
        }
        let (mut real, mut ours) = (BTreeSet::new(), BTreeSet::new());
        fields(&exchange.answer, "", &mut real);
        fields(&said, "", &mut ours);
        for field in real.symmetric_difference(&ours) {
            let side = if real.contains(field) {
                Side::Missing
            } else {
                Side::More
            };
            self.differs(&call, side, field.as_str());
        }
        true
    }

    /// Makes a network that the recording finds in place, and did not make: nothing is said of its fields.
    fn before(&mut self, exchange: &Exchange, path: &str) -> bool {
        let path = path.split('?').next().unwrap();
        let there = exchange.verb == "GET" && exchange.status == 200;
        let Some((home, name)) = path.split_once("/global/networks/").filter(|_| there) else {
            return false;
        };
        if self.send("GET", path, String::new()).0 != 404 {
            return false;
        }
        let body = serde_json::json!({ "name": name, "autoCreateSubnetworks": false });
        self.send("POST", &format!("{home}/global/networks"), body.to_string());
        self.clock += 60;
        true
    }
}

/// What differs between a recording and its replay, and how many exchanges were compared.
fn replay(path: &Path, day: &str) -> (Vec<Difference>, usize) {
    let exchanges = read(path);
    let mut replay = Replay::new(path, day);
    if replay.of_cluster {
        default_network(&replay.cloud, &exchanges);
    }
    for mut exchange in exchanges {
        if !SERVED.iter().any(|start| exchange.url.starts_with(start)) {
            continue;
        }
        if replay.of_cluster {
            // Groups of nodes have other names in each run.
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
        if !replay.step(&exchange) {
            break;
        }
    }
    (replay.found, replay.compared)
}

/// The day of each recording, by its file: from the folder's index.
fn days(folder: &Path) -> BTreeMap<String, String> {
    let index = std::fs::read_to_string(folder.join("gcp/INDEX.md")).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(" | ").map(str::trim).collect();
        let path = cells.first()?.strip_prefix("| real/")?;
        let file = path.rsplit('/').next()?;
        Some((file.to_owned(), (*cells.get(3)?).to_owned()))
    };
    index.lines().filter_map(row).collect()
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
    let days = days(&folder);
    let (mut wrong, mut used, mut total) = (Vec::new(), BTreeSet::new(), 0);
    for path in &paths {
        if std::fs::read_to_string(path).unwrap().contains(OF_THE_MOCK) {
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (found, compared) = replay(path, &days[&name]);
        eprintln!("{name}: {compared} exchanges, {} differences", found.len());
        total += compared;
        for one in found {
            let by = EXCEPTIONS
                .iter()
                .position(|rule| rule.lets(&one.day, &one.call, one.side, &one.what));
            match by {
                Some(rule) => {
                    used.insert(rule);
                }
                None => wrong.push(format!(
                    "{name} ({}): {}: {:?} {}",
                    one.day, one.call, one.side, one.what
                )),
            }
        }
    }
    assert!(
        total > 700,
        "only {total} exchanges of {} recordings",
        paths.len()
    );
    let idle = (0..EXCEPTIONS.len()).filter(|rule| !used.contains(rule));
    wrong.extend(idle.map(|rule| {
        format!(
            "nothing needs this exception any more: {:?}",
            EXCEPTIONS[rule]
        )
    }));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
