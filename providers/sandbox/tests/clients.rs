//! Independent clients against the sandbox: scripts for boto3, Google's client and the AWS command line. Without them on this machine
//! the test says that it was skipped. `PROVISION_TEST_PYTHON` names a Python that has boto3.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use provision_sandbox::{Cloud, Config, operations, server};

fn python() -> String {
    std::env::var("PROVISION_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

fn has(module: &str) -> bool {
    let tried = Command::new(python())
        .args(["-c", &format!("import {module}")])
        .output();
    tried.is_ok_and(|output| output.status.success())
}

/// Runs a script of `tests/clients` against a fresh cloud.
async fn run(script: &'static str) {
    run_with(script, "boto3").await;
}

/// Runs a script that needs a module.
async fn run_with(script: &'static str, module: &'static str) {
    if !has(module) {
        eprintln!("skipped: {script} needs a python3 with {module}");
        return;
    }
    let cloud = Arc::new(Cloud::in_memory(Config::default()));
    let server = server::serve(cloud, 0).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("operations.json");
    std::fs::write(&list, serde_json::to_vec(&operations()).unwrap()).unwrap();
    let url = server.url();
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/clients")
        .join(script);
    let output = tokio::task::spawn_blocking(move || {
        Command::new(python())
            .arg(path)
            .arg(url)
            .arg(list)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("NO_PROXY", "127.0.0.1,localhost")
            .output()
            .unwrap()
    })
    .await
    .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {text}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "ok");
    let mut left: Vec<_> = server.cloud().objects(jiff::Timestamp::now()).unwrap();
    // Service-linked roles and the log group that EKS made stay, as they do in the real cloud.
    left.retain(|one| !one.own_of_cloud || one.service == "ec2" || one.service == "eks");
    assert!(left.is_empty(), "{script} left {left:?}");
}

#[tokio::test]
async fn boto3_builds_and_takes_down_a_network() {
    run("ec2_boto3.py").await;
}

#[tokio::test]
async fn boto3_makes_roles_and_takes_them() {
    run("iam_boto3.py").await;
}

#[tokio::test]
async fn boto3_runs_a_cluster() {
    run("eks_boto3.py").await;
}

#[tokio::test]
async fn boto3_keeps_log_groups() {
    run("logs_boto3.py").await;
}

#[tokio::test]
async fn googles_python_client_lives_a_life() {
    run_with("gcp_python.py", "googleapiclient").await;
}

#[tokio::test]
async fn googles_python_client_completes_upgrades_and_takes_them_back() {
    run_with("gke_upgrade.py", "googleapiclient").await;
}

/// What a script that makes a table of the sandbox prints, is what is checked in.
fn is_printed(script: &str, module: &str, table: &str) {
    if !has(module) {
        eprintln!("skipped: {script} needs a python3 with {module}");
        return;
    }
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("operations.json");
    std::fs::write(&list, serde_json::to_vec(&operations()).unwrap()).unwrap();
    let output = Command::new(python())
        .arg(home.join("tests/clients").join(script))
        .arg(list)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {text}");
    let (said, kept) = (
        String::from_utf8(output.stdout).unwrap(),
        std::fs::read_to_string(home.join(table)).unwrap(),
    );
    let differs = said
        .lines()
        .zip(kept.lines())
        .find(|(said, kept)| said != kept);
    assert!(
        said == kept,
        "{table} is not what {script} prints: print it again. The first that differs: {differs:?}"
    );
}

#[test]
fn the_documents_are_those_of_google() {
    is_printed("gcp_methods.py", "googleapiclient", "src/gcp/documents.txt");
}

#[test]
fn the_messages_of_container_are_those_of_google() {
    is_printed(
        "gke_messages.py",
        "google.cloud.container_v1",
        "src/gcp/container/messages.txt",
    );
}

#[tokio::test]
async fn the_aws_command_line_reads_and_writes() {
    if !has("awscli") {
        eprintln!("skipped: needs a python3 with awscli");
        return;
    }
    let server = server::serve(Arc::new(Cloud::in_memory(Config::default())), 0)
        .await
        .unwrap();
    let url = server.url();
    let aws = |words: &'static str| {
        let url = url.clone();
        async move {
            let run = move || {
                let output = Command::new(python())
                    .args([
                        "-m",
                        "awscli",
                        "--endpoint-url",
                        &url,
                        "--region",
                        "us-east-1",
                        "--output",
                        "text",
                    ])
                    .args(words.split(' '))
                    .env("AWS_ACCESS_KEY_ID", "111122223333")
                    .env("AWS_SECRET_ACCESS_KEY", "x")
                    .env("AWS_CONFIG_FILE", "/dev/null")
                    .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
                    .output()
                    .unwrap();
                let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
                (
                    output.status.success(),
                    text(output.stdout),
                    text(output.stderr),
                )
            };
            tokio::task::spawn_blocking(run).await.unwrap()
        }
    };
    let (ok, id, err) = aws("ec2 create-vpc --cidr-block 10.0.0.0/16 --query Vpc.VpcId").await;
    assert!(ok && id.starts_with("vpc-0"), "{err}");
    let (ok, cidr, err) = aws("ec2 describe-vpcs --query Vpcs[].CidrBlock").await;
    assert!(ok, "{err}");
    assert_eq!(cidr.trim(), "10.0.0.0/16");
    let (ok, _, err) = aws("ec2 delete-vpc --vpc-id vpc-00000000000000000").await;
    assert!(!ok && err.contains("InvalidVpcID.NotFound"), "{err}");
}
