//! Values of secrets through every input, with everything logged: none is found in anything that a run says or writes, nor
//! in the arguments of any process while it runs.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use common::{Place, Ran, code};

/// What each value holds, whatever way it is written down: letters and digits, which no encoding of texts changes.
fn core(n: usize) -> String {
    format!("q7Zc{n:02}xKw9")
}

/// A value: with signs around its core that JSON, URLs, forms and TOML each write in another way.
fn value(n: usize) -> String {
    format!("é/+\"{}\\&=%41 '", core(n))
}

/// Three ways in which base64 writes a text, by where in it the text begins; without the ends, which hang on neighbours.
fn base64(text: &str) -> impl Iterator<Item = String> {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bytes = text.as_bytes().to_vec();
    (0..3).map(move |skip| {
        let whole = bytes[skip..].chunks_exact(3);
        whole.fold(String::new(), |mut out, three| {
            let bits = three
                .iter()
                .fold(0, |bits, byte| bits << 8 | usize::from(*byte));
            out.extend([18, 12, 6, 0].map(|by| char::from(SIGNS[bits >> by & 63])));
            out
        })
    })
}

/// From the environment, in each store and with each way to compare; the others by files, standard input, and what the
/// store has already.
const ENV: std::ops::Range<usize> = 1..15;
const RAW: std::ops::Range<usize> = 15..19;
const DOTENV: std::ops::Range<usize> = 19..23;
const JSON: std::ops::Range<usize> = 23..27;
const STDIN: usize = 27;
const EXISTING: usize = 28;
/// Credentials, and what the environment has besides.
const CREDENTIALS: [(&str, usize); 3] = [
    ("AWS_SECRET_ACCESS_KEY", 29),
    ("AWS_SESSION_TOKEN", 30),
    ("SOMETHING_ELSE", 31),
];
const GENERATED: [&str; 3] = ["text", "parameter", "letters"];
/// What a variable holds later on.
const LATER: usize = 32;

fn spec() -> String {
    let mut text = String::from(
        r#"stack = "shop"
[cloud.aws]
account = "123456789012"
region  = "eu-west-1"
[cluster.prod]
platform = "ecs"
network = { zones = 2, nat = "none" }
[workload.web]
cluster = "prod"
image   = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop:1"
cpu     = "250m"
memory  = "512MiB"
secrets = { FIRST = "env-1", SECOND = "raw-15", THIRD = "existing", FOURTH = "generated-text" }
[job.migrate]
extends = "web"
command = ["migrate"]
before  = ["web"]
"#,
    );
    for n in ENV {
        let store = if n > 9 { "ssm" } else { "cloud" };
        let compare = if n % 3 == 0 {
            "compare = \"read\"\n"
        } else {
            ""
        };
        writeln!(
            text,
            "[secret.env-{n}]\nstore = \"{store}\"\n{compare}from = {{ env = \"SECRET_{n}\" }}"
        )
        .unwrap();
    }
    for n in RAW {
        writeln!(
            text,
            "[secret.raw-{n}]\nstore = \"cloud\"\nfrom = {{ file = \"raw-{n}\" }}"
        )
        .unwrap();
    }
    for format in ["dotenv", "json"] {
        writeln!(text, "[secret.{format}]\nstore = \"cloud\"\nfrom = {{ file = \"all.{format}\", format = \"{format}\" }}").unwrap();
    }
    text += "[secret.stdin]\nstore = \"cloud\"\nfrom = { stdin = true }\n\
        [secret.existing]\nstore = \"cloud\"\nfrom = { existing = { aws = \"payments/live-key\" } }\n\
        [secret.generated-text]\nstore = \"cloud\"\nfrom = { generate = { length = 40 } }\n\
        [secret.generated-parameter]\nstore = \"ssm\"\nfrom = { generate = { length = 40 } }\n\
        [secret.generated-letters]\nstore = \"cloud\"\nfrom = { generate = { length = 60, alphabet = \"abcdefghijkmnpqrstuvwxyz\" } }\n";
    text
}

fn place() -> Place {
    let place = Place::with(&spec());
    for n in RAW {
        place.write(&format!("raw-{n}"), value(n));
    }
    let lines = DOTENV.map(|n| format!("KEY_{n}='{}'\n", value(n).replace('\'', "")));
    place.write("all.dotenv", lines.collect::<String>());
    let json = JSON.map(|n| (format!("KEY_{n}"), value(n).into()));
    let json = serde_json::Value::Object(json.collect());
    place.write("all.json", json.to_string());
    for name in given() {
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(place.file(&name), mode).unwrap();
    }
    place.foreign_secret_of("payments/live-key", &value(EXISTING));
    place
}

/// Files that hold values since somebody wrote them there.
fn given() -> BTreeSet<String> {
    let raw = RAW.map(|n| format!("raw-{n}"));
    raw.chain(["all.dotenv".to_owned(), "all.json".to_owned()])
        .collect()
}

/// What must be found nowhere.
struct Canaries(Vec<String>);

impl Canaries {
    fn all() -> Self {
        let cores: Vec<String> = (1..=LATER).map(core).collect();
        let encoded = cores
            .iter()
            .flat_map(|core| base64(core))
            .collect::<Vec<_>>();
        Self(cores.into_iter().chain(encoded).collect())
    }

    #[track_caller]
    fn none_in(&self, what: &str, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        let found: Vec<&String> = self.0.iter().filter(|one| text.contains(*one)).collect();
        assert!(found.is_empty(), "{what} holds {found:?}");
    }

    /// Files of the place, and who may read those that we wrote. The sandbox's folder is the cloud, which keeps values.
    fn none_written(&self, folder: &Path) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "sandbox" {
                self.none_written(&path);
            } else if path.is_file() && !given().contains(&name) {
                self.none_in(&path.display().to_string(), &std::fs::read(&path).unwrap());
            }
        }
    }

    /// Arguments of every process of this machine, ours among them.
    fn none_in_arguments(&self) {
        for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
            if let Ok(arguments) = std::fs::read(entry.path().join("cmdline")) {
                self.none_in("an argument of a process", &arguments);
            }
        }
    }

    /// Runs with all values at hand and everything logged, and looks everywhere.
    fn run(&self, place: &Place, first: usize, args: &[&str]) -> Ran {
        let mut command = place.command(args);
        command.args(["--log", "trace"]);
        command.envs(ENV.map(|n| (format!("SECRET_{n}"), value(n))));
        command.env("SECRET_1", value(first));
        command.envs(CREDENTIALS.map(|(name, n)| (name, value(n))));
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        // A verb that asks for no value does not read it.
        let _ = writeln!(stdin, "{}", value(STDIN));
        drop(stdin);
        let mut streams = (
            child.stdout.take().expect("a pipe"),
            child.stderr.take().expect("a pipe"),
        );
        let out = thread::spawn(move || read(&mut streams.0));
        let err = thread::spawn(move || read(&mut streams.1));
        let status = loop {
            self.none_in_arguments();
            match child.try_wait().expect("waits") {
                Some(status) => break status,
                None => thread::sleep(Duration::from_millis(5)),
            }
        };
        let (out, err) = (out.join().unwrap(), err.join().unwrap());
        self.none_in(&format!("{args:?}: stdout"), out.as_bytes());
        self.none_in(&format!("{args:?}: stderr"), err.as_bytes());
        self.none_written(place.path());
        let calls = serde_json::to_vec(&place.cloud().calls()).unwrap();
        self.none_in("the sandbox's call log", &calls);
        Ran {
            code: code(status),
            out,
            err,
        }
    }
}

fn read(from: &mut impl std::io::Read) -> String {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn no_value_is_found_in_any_artefact() {
    let place = place();
    let mut all = Canaries::all();
    for args in [
        &["validate"][..],
        &["plan", "--sandbox"],
        &["plan", "--sandbox", "--json", "--verbose"],
        &["plan", "--sandbox", "--out", "made.plan"],
    ] {
        all.run(&place, 1, args).expect(0);
    }
    // Errors are said in the cloud's own words, while it was being given a value.
    let denied = ["secretsmanager:CreateSecret", "ssm:PutParameter"];
    place.tune(serde_json::json!({ "denied": denied }));
    let refused = all
        .run(&place, 1, &["apply", "--sandbox", "--yes"])
        .expect(1);
    for call in denied {
        assert!(refused.out.contains(call), "{}", refused.out);
    }
    place.tune(serde_json::json!({ "denied": [] }));
    all.run(&place, 1, &["apply", "--sandbox", "--yes", "--json"])
        .expect(0);
    for name in GENERATED {
        let made = match name {
            "parameter" => place.parameter("/provision/shop/generated-parameter"),
            name => place.secret(&format!("shop/generated-{name}")),
        };
        assert!(made.len() >= 40, "{name}");
        all.0.push(made);
    }
    // The values have arrived, each as it was given.
    for (name, n) in [("env-1", 1), ("raw-15", 15), ("stdin", STDIN)] {
        assert_eq!(place.secret(&format!("shop/{name}")), value(n));
    }
    assert_eq!(place.parameter("/provision/shop/env-14"), value(14));
    all.run(&place, 1, &["plan", "--sandbox", "--detailed-exitcode"])
        .expect(0);
    all.run(
        &place,
        LATER,
        &["plan", "--sandbox", "--json", "--detailed-exitcode"],
    )
    .expect(2);
    all.run(&place, LATER, &["drift", "--sandbox"]).expect(2);
    all.run(
        &place,
        LATER,
        &["plan", "--sandbox", "--out", "changed.plan"],
    )
    .expect(0);
    all.run(&place, LATER, &["apply", "changed.plan", "--sandbox"])
        .expect(0);
    assert_eq!(place.secret("shop/env-1"), value(LATER));
    for args in [
        &["show", "--sandbox"][..],
        &["cost"],
        &["graph"],
        &["destroy", "--sandbox", "--yes"],
    ] {
        all.run(&place, LATER, args).expect(0);
    }
}

/// A search that finds nothing is worth what it would find.
#[test]
fn the_search_finds_what_is_there() {
    let all = Canaries::all();
    assert!(all.0.iter().collect::<BTreeSet<_>>().len() >= 32 * 4);
    let form = format!("SecretString=%C3%A9%2F{}%5C", core(7));
    let json = serde_json::json!({ "value": value(7) }).to_string();
    // "ab" before it moves the text by two places.
    for text in [form, json, base64("abq7Zc07xKw9").next().unwrap()] {
        let looked = std::panic::catch_unwind(|| all.none_in("a text", text.as_bytes()));
        assert!(looked.is_err(), "{text}");
    }
}
