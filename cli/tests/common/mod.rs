//! Runs the real binary in a folder of its own.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::needless_pass_by_value,
    missing_docs
)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use http::Request;
use jiff::Timestamp;
use provision_sandbox::{Cloud, Object};
use serde_json::{Value, json};

/// A folder with a spec in it.
pub struct Place {
    dir: tempfile::TempDir,
}

/// What a run of the binary came to.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// The day of all plans, so that dates of support read the same on every day.
pub const TODAY: &str = "2026-11-25";

pub const MINIMAL: &str = r#"stack = "hello"

[cloud.aws]
account = "123456789012"
region  = "eu-west-1"

[cluster.main]
platform = "eks"

[cluster.main.pool.default]
machine = { cpu = 2, memory = "8GiB" }
nodes   = { min = 1, max = 3 }
"#;

/// A network by itself, which is made in a moment.
pub const NETWORK: &str = r#"stack = "hello"

[cloud.aws]
account = "123456789012"
region  = "eu-west-1"

[network.main]
cidr = "10.0.0.0/16"
zones = 2
"#;

impl Place {
    pub fn new() -> Self {
        Self {
            dir: tempfile::tempdir().expect("a folder"),
        }
    }

    pub fn with(text: &str) -> Self {
        let place = Self::new();
        place.write("provision.toml", text);
        place
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.file(name), text).expect("writes");
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).expect("reads")
    }

    /// The binary with an environment of its own: no credentials, no configuration, no home.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_provision"));
        command
            .args(args)
            .current_dir(self.path())
            .env_clear()
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("PROVISION_AS_OF", TODAY)
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        ran(self.command(args).output().expect("runs"))
    }
}

/// The embedded cloud of a place, while no run uses it.
impl Place {
    pub fn cloud(&self) -> Cloud {
        let folder = self.file(".provision/sandbox");
        std::fs::create_dir_all(&folder).expect("a folder");
        // Between fork and exec, a child of another test has our files open as well.
        for _ in 0..200 {
            match Cloud::open(&folder) {
                Ok(cloud) => return cloud,
                Err(_) => std::thread::sleep(std::time::Duration::from_millis(10)),
            }
        }
        Cloud::open(&folder).expect("a cloud")
    }

    /// Sets knobs: `{"denied": ["ec2:CreateVpc"]}`.
    pub fn tune(&self, knobs: Value) {
        let cloud = self.cloud();
        let mut config = serde_json::to_value(cloud.config()).expect("json");
        let all = config.as_object_mut().expect("an object");
        all.extend(knobs.as_object().expect("an object").clone());
        let config = serde_json::from_value(config).expect("knobs");
        cloud.set_config(config).expect("taken");
    }

    /// What is live, but for what the cloud made by itself.
    pub fn objects(&self) -> Vec<Object> {
        let mut all = self.cloud().objects(Timestamp::now()).expect("objects");
        all.retain(|object| !object.own_of_cloud);
        all
    }

    /// How many of a kind are live.
    pub fn count(&self, kind: &str) -> usize {
        let objects = self.objects();
        objects.iter().filter(|one| one.kind == kind).count()
    }

    /// Somebody else makes a log group, without a mark of ours.
    pub fn foreign_log_group(&self, name: &str) {
        let body = json!({ "logGroupName": name });
        self.foreign("logs", "Logs_20140328.CreateLogGroup", &body);
    }

    /// Makes a claim one of a time before claims told what a stack uses.
    pub fn forget_uses(&self, claim: &str) {
        let arn = format!("arn:aws:logs:eu-west-1:123456789012:log-group:{claim}");
        let services = ["aws", "ec2", "eks", "iam", "logs"];
        let keys = services.map(|name| format!("provision-uses-{name}"));
        let body = json!({ "resourceArn": arn, "tagKeys": keys });
        self.foreign("logs", "Logs_20140328.UntagResource", &body);
    }

    /// Somebody else keeps a secret, without a mark of ours.
    pub fn foreign_secret(&self, name: &str) {
        self.foreign_secret_of(name, "theirs");
    }

    /// The same with a value.
    pub fn foreign_secret_of(&self, name: &str, value: &str) {
        let token = "00000000-0000-4000-8000-000000000000";
        let body = json!({ "Name": name, "SecretString": value, "ClientRequestToken": token });
        self.foreign("secretsmanager", "secretsmanager.CreateSecret", &body);
    }

    /// The value of a secret, as its users get it.
    pub fn secret(&self, name: &str) -> String {
        let target = "secretsmanager.GetSecretValue";
        let answer = self.foreign("secretsmanager", target, &json!({ "SecretId": name }));
        answer["SecretString"].as_str().expect("a text").to_owned()
    }

    /// The value of a parameter, as its users get it.
    pub fn parameter(&self, name: &str) -> String {
        let body = json!({ "Name": name, "WithDecryption": true });
        let answer = self.foreign("ssm", "AmazonSSM.GetParameter", &body);
        let value = answer["Parameter"]["Value"].as_str();
        value.expect("a text").to_owned()
    }

    fn foreign(&self, service: &str, target: &str, body: &Value) -> Value {
        let scope = format!("123456789012/20260101/eu-west-1/{service}/aws4_request");
        let signed =
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
        let request = Request::builder()
            .method("POST")
            .uri("/")
            .header("host", "localhost")
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", target)
            .header("authorization", signed)
            .body(body.to_string().into_bytes())
            .expect("a request");
        let answer = self.cloud().handle(Timestamp::now(), request);
        assert_eq!(answer.status(), 200, "{:?}", answer.body());
        serde_json::from_slice(answer.body()).unwrap_or_default()
    }

    /// Somebody else makes a role that their people take, without a mark of ours.
    pub fn foreign_role(&self, name: &str) {
        let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"sts:AssumeRole"}]}"#;
        let trust = trust.replace('"', "%22").replace('+', "%2B");
        let body = format!(
            "Action=CreateRole&Version=2010-05-08&RoleName={name}&AssumeRolePolicyDocument={trust}"
        );
        let request = Request::builder()
            .method("POST")
            .uri("/")
            .header("host", "localhost")
            .header("content-type", "application/x-www-form-urlencoded")
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/iam/aws4_request, \
                 SignedHeaders=host, Signature=0",
            )
            .body(body.into_bytes())
            .expect("a request");
        let answer = self.cloud().handle(Timestamp::now(), request);
        assert_eq!(answer.status(), 200, "{:?}", answer.body());
    }

    /// Starts the binary with its lines on stdout to be read.
    pub fn start(&self, args: &[&str]) -> Started {
        let mut child = self
            .command(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        let out = child.stdout.take().expect("a pipe");
        Started {
            child,
            lines: BufReader::new(out),
        }
    }
}

/// A run that is under way.
pub struct Started {
    pub child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Started {
    /// Reads on until a line holds `text`; answers with it.
    #[track_caller]
    pub fn until(&mut self, text: &str) -> String {
        let mut line = String::new();
        while self.lines.read_line(&mut line).expect("reads") > 0 {
            if line.contains(text) {
                return line;
            }
            line.clear();
        }
        panic!("the output ended without {text}");
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.expect("kill").success());
    }

    /// Waits for the end; answers with the exit code and the last line.
    pub fn end(mut self) -> (Option<i32>, String) {
        let mut last = String::new();
        for line in self.lines.by_ref().lines() {
            last = line.expect("reads");
        }
        (self.child.wait().expect("ends").code(), last)
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // Already ended, as it should be, unless a test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A run's exit code; that of one which a signal ended is the signal below zero.
pub fn code(status: ExitStatus) -> i32 {
    let signal = || status.signal().map_or(i32::MIN, |signal| -signal);
    status.code().unwrap_or_else(signal)
}

pub fn ran(output: Output) -> Ran {
    Ran {
        code: code(output.status),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Ran {
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "stdout:\n{}\nstderr:\n{}",
            self.out, self.err
        );
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

/// Runs a script of `tests/clients` with boto3; false where this machine has none.
#[track_caller]
pub fn boto3(script: &str, args: &[&str]) -> bool {
    let python = std::env::var("PROVISION_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let tried = Command::new(&python).args(["-c", "import boto3"]).output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        println!("skipped: needs a python3 with boto3");
        return false;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/clients")
        .join(script);
    let output = Command::new(python)
        .arg(path)
        .args(args)
        .output()
        .expect("runs");
    ran(output).expect(0);
    true
}
