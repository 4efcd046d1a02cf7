//! gcloud, which we did not write, against the sandbox. Where it is not installed the test says that it was skipped.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::panic
)]

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use provision_sandbox::{Cloud, Config, gcp_endpoints, server};
use serde_json::Value;

/// A sandbox with gcloud pointed at it.
#[derive(Clone)]
struct Shell {
    url: String,
    home: PathBuf,
}

impl Shell {
    /// Runs gcloud; the words are split at spaces, `~` in a word stands for one.
    async fn run(&self, words: &str) -> (bool, String, String) {
        let shell = self.clone();
        let words: Vec<String> = words
            .split(' ')
            .map(|word| word.replace('~', " "))
            .collect();
        let run = move || {
            let mut command = Command::new("gcloud");
            command
                .args(&words)
                .args(["--format=json", "--quiet"])
                .env("CLOUDSDK_CONFIG", &shell.home)
                .env("KUBECONFIG", shell.home.join("kubeconfig"))
                .env("CLOUDSDK_AUTH_DISABLE_CREDENTIALS", "true")
                .env("CLOUDSDK_CORE_PROJECT", "acme-prod")
                .env("CLOUDSDK_CORE_CHECK_GCE_METADATA", "false")
                .env("CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK", "true")
                .env("NO_PROXY", "127.0.0.1,localhost");
            for (name, end) in gcp_endpoints(&shell.url) {
                command.env(name, end);
            }
            let output = command.output().unwrap();
            let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
            (
                output.status.success(),
                text(output.stdout),
                text(output.stderr),
            )
        };
        tokio::task::spawn_blocking(run).await.unwrap()
    }

    /// What a command that goes well says.
    async fn good(&self, words: &str) -> Value {
        let (ok, out, err) = self.run(words).await;
        assert!(ok, "gcloud {words}: {err}");
        match out.trim() {
            "" => Value::Null,
            text => serde_json::from_str(text)
                .unwrap_or_else(|error| panic!("gcloud {words}: {error}: {text}")),
        }
    }

    /// A command that goes wrong, and says so in these words.
    async fn bad(&self, words: &str, why: &str) {
        let (ok, _, err) = self.run(words).await;
        assert!(!ok && err.contains(why), "gcloud {words}: {err}");
    }
}

async fn shell(folder: &std::path::Path) -> Option<(Shell, server::Server)> {
    let there = Command::new("gcloud").arg("--version").output();
    if !there.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: needs gcloud");
        return None;
    }
    let config = Config {
        duration_scale: 0.001,
        ..Config::default()
    };
    let server = server::serve(Arc::new(Cloud::in_memory(config)), 0)
        .await
        .unwrap();
    let shell = Shell {
        url: server.url(),
        home: folder.to_owned(),
    };
    Some((shell, server))
}

fn left(server: &server::Server) -> Vec<String> {
    let objects = server.cloud().objects(jiff::Timestamp::now()).unwrap();
    let name = |one: &provision_sandbox::Object| format!("{}.{} {}", one.service, one.kind, one.id);
    objects.iter().map(name).collect()
}

#[tokio::test]
async fn gcloud_builds_and_takes_down_a_network() {
    let folder = tempfile::tempdir().unwrap();
    let Some((gcloud, server)) = shell(folder.path()).await else {
        return;
    };
    let region = "--region=europe-west1";
    gcloud
        .good("compute networks create net --subnet-mode=custom --description=mine")
        .await;
    let sub = format!(
        "compute networks subnets create sub --network=net {region} --range=10.0.0.0/20 \
         --secondary-range=pods=10.4.0.0/14"
    );
    gcloud.good(&sub).await;
    gcloud.bad(&sub, "already exists").await;
    gcloud
        .good(&format!("compute networks subnets update sub {region} --add-secondary-ranges=services=10.8.0.0/20"))
        .await;
    gcloud
        .good(&format!(
            "compute networks subnets update sub {region} --enable-private-ip-google-access"
        ))
        .await;
    let shown = gcloud
        .good(&format!("compute networks subnets describe sub {region}"))
        .await;
    assert_eq!(shown["privateIpGoogleAccess"], true, "{shown}");
    assert_eq!(shown["secondaryIpRanges"].as_array().unwrap().len(), 2);
    gcloud
        .good(&format!("compute addresses create nat {region}"))
        .await;
    gcloud
        .good(&format!(
            "compute routers create router --network=net {region}"
        ))
        .await;
    let nat = format!("--router=router {region}");
    gcloud
        .good(&format!(
            "compute routers nats create nat {nat} --nat-external-ip-pool=nat --nat-all-subnet-ip-ranges"
        ))
        .await;
    let nats = gcloud
        .good(&format!("compute routers nats list {nat}"))
        .await;
    assert_eq!(nats[0]["name"], "nat", "{nats}");
    gcloud
        .bad(
            &format!("compute addresses delete nat {region}"),
            "already being used by",
        )
        .await;
    gcloud
        .good("compute firewall-rules create rule --network=net --allow=tcp:443 --source-ranges=10.0.0.0/8")
        .await;
    gcloud
        .good("compute firewall-rules update rule --priority=900")
        .await;
    gcloud
        .bad("compute networks delete net", "already being used by")
        .await;
    let rules = gcloud
        .good("compute firewall-rules list --filter=name=rule")
        .await;
    assert!(rules.is_array(), "{rules}");
    for words in [
        "compute firewall-rules delete rule".to_owned(),
        format!("compute routers nats delete nat {nat}"),
        format!("compute routers delete router {region}"),
        format!("compute addresses delete nat {region}"),
        format!("compute networks subnets delete sub {region}"),
        "compute networks delete net".to_owned(),
    ] {
        gcloud.good(&words).await;
    }
    gcloud
        .bad("compute networks describe net", "was not found")
        .await;
    assert_eq!(left(&server), Vec::<String>::new());
}

#[tokio::test]
async fn gcloud_keeps_secrets_accounts_and_policies() {
    let folder = tempfile::tempdir().unwrap();
    let Some((gcloud, server)) = shell(folder.path()).await else {
        return;
    };
    let value = folder.path().join("value");
    std::fs::write(&value, "postgres://secret").unwrap();
    gcloud
        .good("secrets create url --replication-policy=automatic --labels=tier=web")
        .await;
    let add = format!("secrets versions add url --data-file={}", value.display());
    let added = gcloud.good(&add).await;
    assert!(
        added["name"].as_str().unwrap().ends_with("/versions/1"),
        "{added}"
    );
    // gcloud checks the checksum of what it reads.
    let read = gcloud
        .good("secrets versions access latest --secret=url")
        .await;
    assert!(read["payload"]["data"].is_string(), "{read}");
    gcloud.good("secrets versions destroy 1 --secret=url").await;
    gcloud
        .bad("secrets versions access 1 --secret=url", "DESTROYED")
        .await;
    gcloud
        .good("secrets update url --update-labels=tier=worker")
        .await;
    let found = gcloud
        .good("secrets list --filter=labels.tier=worker")
        .await;
    assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
    gcloud.good("secrets delete url").await;
    gcloud.bad("secrets describe url", "not found").await;

    let email = "shop-nodes@acme-prod.iam.gserviceaccount.com";
    let bind = format!(
        "projects add-iam-policy-binding acme-prod --member=serviceAccount:{email} --role=roles/viewer --condition=None"
    );
    gcloud.bad(&bind, "does not exist").await;
    gcloud
        .good("iam service-accounts create shop-nodes --description=mine --display-name=Nodes")
        .await;
    gcloud.good(&bind).await;
    let policy = gcloud.good("projects get-iam-policy acme-prod").await;
    assert!(policy["bindings"].to_string().contains(email), "{policy}");
    gcloud
        .good(&format!(
            "iam service-accounts add-iam-policy-binding {email} --member=user:a@example.com \
             --role=roles/iam.serviceAccountUser"
        ))
        .await;
    let unbind = bind.replace("add-", "remove-");
    gcloud.good(&unbind).await;
    let listed = gcloud.good("iam service-accounts list").await;
    assert_eq!(listed[0]["email"], email, "{listed}");
    gcloud
        .good(&format!("iam service-accounts delete {email}"))
        .await;
    gcloud
        .bad(
            &format!("iam service-accounts describe {email}"),
            "NOT_FOUND",
        )
        .await;
    gcloud.good("services disable dns.googleapis.com").await;
    gcloud
        .good("services enable dns.googleapis.com container.googleapis.com")
        .await;
    let enabled = gcloud.good("services list --enabled").await;
    assert!(
        enabled.to_string().contains("dns.googleapis.com"),
        "{enabled}"
    );
    assert_eq!(left(&server), Vec::<String>::new());
}

#[tokio::test]
async fn gcloud_makes_changes_and_deletes_a_cluster() {
    let folder = tempfile::tempdir().unwrap();
    let Some((gcloud, server)) = shell(folder.path()).await else {
        return;
    };
    let region = "--region=europe-west1";
    gcloud
        .good("compute networks create net --subnet-mode=custom")
        .await;
    gcloud
        .good(&format!(
            "compute networks subnets create sub --network=net {region} --range=10.0.0.0/20 \
             --secondary-range=pods=10.4.0.0/14,services=10.8.0.0/20"
        ))
        .await;
    let create = format!(
        "container clusters create shop {region} --network=net --subnetwork=sub --enable-ip-alias \
         --cluster-secondary-range-name=pods --services-secondary-range-name=services --num-nodes=1 \
         --machine-type=e2-standard-2 --release-channel=regular --labels=owner=web \
         --workload-pool=acme-prod.svc.id.goog"
    );
    gcloud.good(&create).await;
    gcloud.bad(&create, "Already exists").await;
    let listed = gcloud.good("container clusters list").await;
    assert_eq!(listed[0]["currentNodeCount"], 3, "{listed}");
    gcloud
        .good(&format!(
            "container node-pools create batch --cluster=shop {region} --num-nodes=0 --spot --enable-autoscaling \
             --total-min-nodes=0 --total-max-nodes=6 --node-taints=only=batch:NoSchedule"
        ))
        .await;
    gcloud
        .good(&format!(
            "container node-pools update batch --cluster=shop {region} --node-labels=tier=batch"
        ))
        .await;
    let pool = gcloud
        .good(&format!(
            "container node-pools describe batch --cluster=shop {region}"
        ))
        .await;
    assert_eq!(pool["config"]["labels"]["tier"], "batch", "{pool}");
    assert_eq!(
        pool["config"]["taints"][0]["effect"], "NO_SCHEDULE",
        "{pool}"
    );
    assert_eq!(pool["autoscaling"]["totalMaxNodeCount"], 6, "{pool}");
    let pools = gcloud
        .good(&format!(
            "container node-pools list --cluster=shop {region}"
        ))
        .await;
    assert_eq!(pools.as_array().unwrap().len(), 2, "{pools}");
    gcloud
        .good(&format!(
            "container clusters update shop {region} --update-labels=owner=shop"
        ))
        .await;
    gcloud
        .good(&format!(
            "container clusters update shop {region} --maintenance-window=03:00"
        ))
        .await;
    gcloud
        .good(&format!(
            "container clusters update shop {region} --release-channel=rapid"
        ))
        .await;
    let shown = gcloud
        .good(&format!("container clusters describe shop {region}"))
        .await;
    assert_eq!(shown["resourceLabels"]["owner"], "shop", "{shown}");
    assert_eq!(shown["releaseChannel"]["channel"], "RAPID", "{shown}");
    gcloud
        .good(&format!("container clusters get-credentials shop {region}"))
        .await;
    let kubeconfig = std::fs::read_to_string(folder.path().join("kubeconfig")).unwrap();
    let endpoint = shown["endpoint"].as_str().unwrap();
    assert!(
        kubeconfig.contains(&format!("https://{endpoint}")),
        "{kubeconfig}"
    );
    let operations = gcloud.good("container operations list").await;
    assert!(operations.as_array().unwrap().len() >= 6, "{operations}");
    gcloud
        .bad("compute networks delete net", "already being used by")
        .await;
    gcloud
        .good(&format!(
            "container node-pools delete batch --cluster=shop {region}"
        ))
        .await;
    gcloud
        .good(&format!("container clusters delete shop {region}"))
        .await;
    gcloud
        .bad(
            &format!("container clusters describe shop {region}"),
            "Not found",
        )
        .await;
    gcloud
        .good(&format!("compute networks subnets delete sub {region}"))
        .await;
    gcloud.good("compute networks delete net").await;
    assert_eq!(left(&server), Vec::<String>::new());
}
