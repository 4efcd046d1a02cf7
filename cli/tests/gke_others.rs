//! What others own on Google Cloud: networks that are used and never changed, clusters that are imported and adopted.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Place, Ran};
use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};

fn head(stack: &str) -> String {
    format!(
        "stack = \"{stack}\"\n[cloud.gcp]\nproject = \"acme-prod\"\nregion = \"europe-west1\"\n"
    )
}

const CLUSTER: &str = "[cluster.a]\nplatform = \"gke\"\nnetwork = \"theirs\"\n[cluster.a.pool.web]\n\
    machine = { cpu = 2, memory = \"8GiB\" }\nnodes = { min = 1, max = 3 }\n";

fn run(place: &Place, verb: &str, file: &str, more: &[&str]) -> Ran {
    let mut args = vec![verb, file, "--sandbox"];
    args.extend(more);
    place.run(&args)
}

fn settled(place: &Place, file: &str) {
    run(place, "plan", file, &["--detailed-exitcode"]).expect(0);
}

fn actions(place: &Place, file: &str) -> Vec<(String, String)> {
    let plan = run(place, "plan", file, &["--json"]).expect(0).json();
    let text = |change: &Value, key: &str| change[key].as_str().unwrap().to_owned();
    let changes = plan["changes"].as_array().unwrap().iter();
    changes
        .map(|change| (text(change, "id"), text(change, "action")))
        .collect()
}

/// A text in one line.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Somebody calls Google Cloud.
#[track_caller]
fn ask(place: &Place, verb: &str, path: &str, body: &Value) -> Value {
    let bytes = match body.is_null() {
        true => Vec::new(),
        false => body.to_string().into_bytes(),
    };
    let request = Request::builder().method(verb).uri(path).body(bytes);
    let answer = place.cloud().handle(Timestamp::now(), request.unwrap());
    let value = serde_json::from_slice(answer.body()).unwrap_or_default();
    assert_eq!(answer.status(), 200, "{value}");
    value
}

/// Somebody's network with its subnetwork: the names of both.
fn ground(place: &Place) -> (String, String) {
    place.tune(json!({ "duration_scale": 0.0 }));
    place.write("ground.toml", head("ground") + "[network.main]\n");
    run(place, "apply", "ground.toml", &["--yes"]).expect(0);
    let shown = place.run(&["show", "-f", "ground.toml", "--sandbox", "--json"]);
    let shown = shown.expect(0).json();
    let name = |part: &str| {
        let name = shown["outputs"]["network.main"][part]["name"].as_str();
        name.unwrap_or_else(|| panic!("{shown}")).to_owned()
    };
    (name("network"), name("subnet"))
}

#[test]
fn a_network_of_somebody_else_is_used_and_never_changed() {
    let place = Place::new();
    let (network, subnet) = ground(&place);
    let theirs = format!("[network.theirs]\nexisting = {{ gcp = \"{network}\" }}\n");
    place.write("guest.toml", head("guest") + &theirs + CLUSTER);
    let made = actions(&place, "guest.toml");
    assert!(
        made.iter().all(|(id, _)| id.starts_with("cluster.a")),
        "{made:?}"
    );
    let plan = run(&place, "plan", "guest.toml", &["--verbose"]).expect(0);
    let said = flat(&plan.out);
    assert!(
        said.contains(&format!("lies in subnetwork {subnet}")),
        "{said}"
    );
    run(&place, "apply", "guest.toml", &["--yes"]).expect(0);
    settled(&place, "guest.toml");
    settled(&place, "ground.toml");

    // What was chosen stays, also when a subnetwork with more room comes.
    let body = json!({
        "name": "larger", "ipCidrRange": "10.100.0.0/16", "privateIpGoogleAccess": true,
        "network": format!("projects/acme-prod/global/networks/{network}"),
        "secondaryIpRanges": [{ "rangeName": "pods", "ipCidrRange": "10.128.0.0/12" }],
    });
    let path = "/compute/v1/projects/acme-prod/regions/europe-west1/subnetworks";
    ask(&place, "POST", path, &body);
    settled(&place, "guest.toml");

    run(&place, "destroy", "guest.toml", &["--yes"]).expect(0);
    settled(&place, "ground.toml");
    ask(&place, "GET", &format!("{path}/larger"), &Value::Null);
}

#[test]
fn all_that_is_wrong_with_a_network_is_told_before_anything_is_made() {
    let place = Place::new();
    let (network, _) = ground(&place);
    let refused = |existing: &str, words: &[&str]| {
        let theirs = format!("[network.theirs]\n{existing}\n");
        place.write("guest.toml", head("guest") + &theirs + CLUSTER);
        let ran = run(&place, "apply", "guest.toml", &["--yes"]).expect(1);
        let said = flat(&ran.err);
        for word in words {
            assert!(said.contains(word), "{word}: {said}");
        }
    };
    refused(
        "existing = { gcp = \"none\" }",
        &["there is no network none in project acme-prod"],
    );
    let own = format!("existing = {{ gcp = \"{network}\" }}\nsubnets = {{ private = [\"none\"] }}");
    refused(
        &own,
        &["there is no subnetwork none in europe-west1", "name one of"],
    );
    let body = json!({
        "name": "bad", "ipCidrRange": "10.100.0.0/29", "privateIpGoogleAccess": false,
        "network": format!("projects/acme-prod/global/networks/{network}"),
        "secondaryIpRanges": [{ "rangeName": "small", "ipCidrRange": "10.101.0.0/24" }],
    });
    let path = "/compute/v1/projects/acme-prod/regions/europe-west1/subnetworks";
    ask(&place, "POST", path, &body);
    let bad = own.replace("none", "bad");
    let private = "subnets update bad --region europe-west1 --enable-private-ip-google-access";
    refused(&bad, &["range small of bad has pods for 1", private]);
    let objects = place.objects();
    let clusters = objects.iter().filter(|one| one.kind == "clusters");
    assert_eq!(clusters.count(), 0);
}

#[test]
fn a_cluster_of_another_tool_is_imported_adopted_and_lives_on() {
    let place = Place::new();
    let (network, subnet) = ground(&place);
    let pool = |name: &str, machine: &str| {
        json!({
            "name": name, "initialNodeCount": 1,
            "autoscaling": { "enabled": true, "totalMinNodeCount": 1, "totalMaxNodeCount": 4 },
            "config": { "machineType": machine, "diskSizeGb": 80, "labels": { "tier": name },
                "oauthScopes": ["https://www.googleapis.com/auth/cloud-platform"] },
            "management": { "autoRepair": true, "autoUpgrade": true },
        })
    };
    let body = json!({ "cluster": {
        "name": "legacy", "network": network, "subnetwork": subnet,
        "resourceLabels": { "cost": "12" },
        "ipAllocationPolicy": { "useIpAliases": true, "clusterSecondaryRangeName": "pods" },
        "releaseChannel": { "channel": "STABLE" },
        "nodePools": [pool("main", "e2-standard-4"), pool("spare", "n2-standard-2")],
    }});
    let path = "/v1/projects/acme-prod/locations/europe-west1/clusters";
    ask(&place, "POST", path, &body);

    let import = [
        "import",
        "gke",
        "legacy",
        "--sandbox",
        "--account",
        "acme-prod",
        "--json",
    ];
    let imported = place.run(&import).expect(0).json();
    assert!(
        imported["left"].to_string().contains("labels cost"),
        "{imported}"
    );
    let spec = place.read("provision.toml");
    for words in [
        "adopt = \"legacy\"",
        "[cluster.legacy.pool.main]",
        "project = \"acme-prod\"",
    ] {
        assert!(spec.contains(words), "{words}:\n{spec}");
    }
    let adopted = actions(&place, "provision.toml");
    assert!(
        adopted.iter().all(|(_, action)| action == "adopt"),
        "{adopted:?}\n{spec}"
    );
    assert_eq!(adopted.len(), 3, "{adopted:?}");
    run(&place, "apply", "provision.toml", &["--yes"]).expect(0);
    settled(&place, "provision.toml");
    run(&place, "drift", "provision.toml", &[]).expect(0);
    // The words may go.
    let lines = spec.lines().filter(|line| !line.starts_with("adopt = "));
    let without = lines.collect::<Vec<_>>().join("\n");
    place.write("provision.toml", &without);
    settled(&place, "provision.toml");
    let live = ask(&place, "GET", &format!("{path}/legacy"), &Value::Null);
    assert_eq!(live["resourceLabels"]["cost"], "12");

    let more = without
        .replacen("\"max\"", "max", 1)
        .replacen("max = 4", "max = 6", 1);
    place.write("provision.toml", &more);
    let changed = actions(&place, "provision.toml");
    assert_eq!(changed.len(), 1, "{changed:?}\n{more}");
    run(&place, "apply", "provision.toml", &["--yes"]).expect(0);
    settled(&place, "provision.toml");

    // What was adopted goes with the stack; what it stood in stays.
    run(&place, "destroy", "provision.toml", &["--yes"]).expect(0);
    settled(&place, "ground.toml");
    let objects = place.objects();
    assert!(
        objects.iter().all(|one| one.kind != "clusters"),
        "{objects:?}"
    );
}

#[test]
fn a_name_that_is_not_there_is_refused_and_a_network_is_not_adopted() {
    let place = Place::new();
    let (network, _) = ground(&place);
    let theirs = format!("[network.theirs]\nexisting = {{ gcp = \"{network}\" }}\n");
    let taken = CLUSTER.replacen("\n", "\nadopt = \"none\"\n", 1);
    place.write("guest.toml", head("guest") + &theirs + &taken);
    let ran = run(&place, "plan", "guest.toml", &["--detailed-exitcode"]);
    let said = flat(&format!("{}{}", ran.out, ran.err));
    assert!(said.contains("there is no cluster none here"), "{said}");
    place.write(
        "guest.toml",
        head("guest") + "[network.theirs]\nadopt = \"vpc-0123456789abcdef0\"\n" + CLUSTER,
    );
    let ran = place.run(&["validate", "guest.toml"]).expect(1);
    assert!(
        flat(&ran.err).contains("name it by `existing`"),
        "{}",
        ran.err
    );
}

#[test]
fn no_rule_is_made_in_a_network_of_somebody_else() {
    let place = Place::new();
    let (network, _) = ground(&place);
    let theirs = format!("[network.theirs]\nexisting = {{ gcp = \"{network}\" }}\n");
    let asks = CLUSTER.replacen(
        "network = \"theirs\"\n",
        "network = \"theirs\"\ngke = { webhook_ports = [8443] }\n",
        1,
    );
    place.write("guest.toml", head("guest") + &theirs + &asks);
    let ran = run(&place, "plan", "guest.toml", &[]).expect(1);
    let told = flat(&ran.err);
    assert!(
        told.contains("no firewall rule is made for `webhook_ports`"),
        "{told}"
    );
    assert!(told.contains("let these ports in there"), "{told}");
}
