//! What a cluster's controllers left on Google Cloud: rules, disks, and the balancers of services.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
#[path = "gke_left/ground.rs"]
mod ground;

use std::collections::BTreeMap;

use common::{Place, Ran};
use ground::{COMPUTE, EXTERNAL, Ground, REGION, ask, balancers_of_a, of_uid, older, others};
use serde_json::{Value, json};

fn head(stack: &str) -> String {
    format!(
        "stack = \"{stack}\"\n[cloud.gcp]\nproject = \"acme-prod\"\nregion = \"europe-west1\"\n"
    )
}

fn run(place: &Place, verb: &str, file: &str, more: &[&str]) -> Ran {
    let mut args = vec![verb, file, "--sandbox"];
    args.extend(more);
    place.run(&args)
}

/// A text in one line.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

const OWN: &str = "[network.main]\n[cluster.a]\nplatform = \"gke\"\nnetwork = \"main\"\n[cluster.a.pool.web]\n\
    machine = { cpu = 2, memory = \"8GiB\" }\nnodes = { min = 1, max = 3 }\n";

/// While another cluster of the project has the name, what was left may be its own: nothing is listed, and that is said.
fn namesake_keeps_all(place: &Place) {
    with_namesake(place, || {
        let plan = run(place, "plan", "provision.toml", &["--destroy", "--json"]);
        let plan = plan.expect(0).json();
        let changes = plan["changes"].as_array().unwrap().iter();
        let swept: Vec<_> = changes
            .filter(|change| change["id"].as_str().unwrap().contains("swept"))
            .collect();
        assert!(swept.is_empty(), "{swept:#?}");
        let mut notes = plan["notes"].as_array().unwrap().iter();
        let unclear =
            |note: &Value| note["code"] == "left-unclear" && note["address"] == "cluster.a";
        assert!(notes.any(unclear), "{plan:#}");
    });
}

/// Does something while somebody else has a cluster of the name elsewhere in the project.
fn with_namesake(place: &Place, what: impl FnOnce()) {
    let compute = "/compute/v1/projects/acme-prod";
    let networks = format!("{compute}/global/networks");
    let subnets = format!("{compute}/regions/us-east1/subnetworks");
    let clusters = "/v1/projects/acme-prod/locations/us-east1/clusters";
    let body = json!({ "name": "theirs", "autoCreateSubnetworks": false });
    ask(place, "POST", &networks, &body);
    let network = "projects/acme-prod/global/networks/theirs";
    let body = json!({ "name": "theirs", "network": network, "ipCidrRange": "10.9.0.0/20" });
    ask(place, "POST", &subnets, &body);
    let body = json!({ "cluster": {
        "name": "shop-a", "network": "theirs", "subnetwork": "theirs", "initialNodeCount": 1,
        "ipAllocationPolicy": { "useIpAliases": true },
    } });
    ask(place, "POST", clusters, &body);
    what();
    for gone in [
        format!("{clusters}/shop-a"),
        format!("{subnets}/theirs"),
        format!("{networks}/theirs"),
    ] {
        ask(place, "DELETE", &gone, &Value::Null);
    }
}

#[test]
fn what_controllers_left_is_listed_and_deleted_and_data_is_kept() {
    let place = Place::new();
    place.tune(json!({ "duration_scale": 0.0 }));
    place.write("provision.toml", head("shop") + OWN);
    run(&place, "apply", "provision.toml", &["--yes"]).expect(0);
    let compute = "/compute/v1/projects/acme-prod";
    let networks = ask(
        &place,
        "GET",
        &format!("{compute}/global/networks"),
        &Value::Null,
    );
    let mut names = networks["items"].as_array().unwrap().iter();
    let of_stack = |one: &&Value| one["name"].as_str().unwrap().starts_with("shop-main");
    let network = names.find(of_stack).unwrap()["selfLink"].clone();
    let rule = |name: &str, tag: &str| {
        let body = json!({
            "name": name, "network": network, "targetTags": [tag],
            "sourceRanges": ["0.0.0.0/0"], "allowed": [{ "IPProtocol": "tcp", "ports": ["80"] }],
        });
        ask(
            &place,
            "POST",
            &format!("{compute}/global/firewalls"),
            &body,
        );
    };
    rule("k8s-fw-a1", "gke-shop-a-0a1b2c3d-node");
    let disk = |name: &str, about: &str| {
        let body = json!({
            "name": name, "sizeGb": "10", "description": about,
            "labels": { "goog-k8s-cluster-name": "shop-a" },
        });
        let path = format!("{compute}/zones/europe-west1-b/disks");
        ask(&place, "POST", &path, &body);
    };
    disk("pvc-1", r#"{"kubernetes.io/created-for/pvc/name":"data"}"#);
    disk("theirs", "somebody's own");
    namesake_keeps_all(&place);

    let plan = run(&place, "plan", "provision.toml", &["--destroy", "--json"])
        .expect(0)
        .json();
    let changes = plan["changes"].as_array().unwrap();
    let action = |id: &str| {
        let found = changes.iter().find(|change| change["id"] == id);
        found.unwrap_or_else(|| panic!("{id}: {plan:#}"))["action"].clone()
    };
    assert_eq!(action("cluster.a/swept.firewall.k8s-fw-a1"), "delete");
    assert_eq!(action("cluster.a/swept.disk.pvc-1"), "keep");
    let gone = run(&place, "destroy", "provision.toml", &["--yes"]).expect(0);
    assert!(
        gone.out.contains("kept: cluster.a/swept.disk.pvc-1"),
        "{}",
        gone.out
    );
    let left = |place: &Place| {
        let mut ids: Vec<String> = place.objects().into_iter().map(|one| one.id).collect();
        ids.sort();
        ids
    };
    let ids = left(&place);
    assert_eq!(ids.len(), 2, "{ids:?}");
    let all = ["--yes", "--delete-volumes"];
    with_namesake(&place, || {
        let told = run(&place, "destroy", "provision.toml", &all).expect(0);
        let told = flat(&told.out);
        assert!(told.contains("Nothing to destroy."), "{told}");
        assert!(
            told.contains("what controllers of cluster shop-a left stays"),
            "{told}"
        );
    });
    run(&place, "destroy", "provision.toml", &all).expect(0);
    let ids = left(&place);
    assert!(ids.len() == 1 && ids[0].contains("theirs"), "{ids:?}");
}

/// Two clusters in one network.
fn two_clusters() -> String {
    let one = |name: &str| {
        format!(
            "[cluster.{name}]\nplatform = \"gke\"\nnetwork = \"main\"\n[cluster.{name}.pool.web]\n\
             machine = {{ cpu = 2, memory = \"8GiB\" }}\nnodes = {{ min = 1, max = 3 }}\n"
        )
    };
    format!("{}[network.main]\n{}{}", head("shop"), one("a"), one("b"))
}

/// What a plan does with what was left, by id without its address.
fn swept(plan: &Value) -> BTreeMap<String, String> {
    let text = |change: &Value, key: &str| change[key].as_str().unwrap().to_owned();
    let changes = plan["changes"].as_array().unwrap().iter();
    let swept = changes.filter_map(|change| {
        let id = text(change, "id");
        let (_, part) = id.split_once("/swept.")?;
        Some((part.to_owned(), text(change, "action")))
    });
    swept.collect()
}

fn left_of(place: &Place, kinds: &[&str]) -> Vec<String> {
    let objects = place.objects().into_iter();
    let of_kinds = objects.filter(|one| kinds.contains(&one.kind.as_str()));
    let mut left: Vec<String> = of_kinds
        .map(|one| format!("{} {} {}", one.kind, one.region, one.id))
        .collect();
    left.sort();
    left
}

const BALANCED: [&str; 5] = [
    "forwardingRules",
    "targetPools",
    "regionBackendServices",
    "networkEndpointGroups",
    "firewalls",
];

#[test]
fn balancers_of_services_go_with_their_cluster_and_those_of_others_stay() {
    let place = Place::new();
    place.tune(json!({ "duration_scale": 0.0 }));
    place.write("provision.toml", two_clusters());
    run(&place, "apply", "provision.toml", &["--yes"]).expect(0);
    let ground = Ground::of_stack(&place);
    balancers_of_a(&ground);
    others(&ground);

    // Cluster `a` leaves the file, the network and cluster `b` stay.
    let spec = two_clusters();
    let (a, b) = (spec.find("[cluster.a]"), spec.find("[cluster.b]"));
    let without = format!("{}{}", &spec[..a.unwrap()], &spec[b.unwrap()..]);
    place.write("provision.toml", &without);
    let plan = run(&place, "plan", "provision.toml", &["--json"])
        .expect(0)
        .json();
    let (pooled, internal) = (of_uid('1'), of_uid('2'));
    let external = EXTERNAL.replacen("k8s2-", "k8s2-tcp-", 1);
    let mut wanted = vec![
        format!("firewall.k8s-fw-{pooled}"),
        format!("forwarding_rule.{pooled}"),
        format!("target_pool.{pooled}"),
        format!("firewall.{EXTERNAL}"),
        format!("forwarding_rule.{external}"),
        format!("backend_service.{EXTERNAL}"),
        format!("endpoint_group.{EXTERNAL}"),
        format!("firewall.k8s-fw-{internal}"),
        format!("forwarding_rule.{internal}"),
        format!("backend_service.{internal}"),
        format!("firewall.k8s-fw-{}", of_uid('c')),
    ];
    wanted.sort();
    let found = swept(&plan);
    assert_eq!(found.keys().cloned().collect::<Vec<_>>(), wanted);
    assert!(
        found.values().all(|action| action == "delete"),
        "{found:#?}"
    );

    // Without the firewall rule nothing tells whose the rest is: it goes last.
    let steps = plan["steps"].as_array().unwrap();
    let at = |part: &str| {
        let id = format!("cluster.a/swept.{part}");
        steps
            .iter()
            .position(|step| step["id"] == id.as_str())
            .unwrap()
    };
    for (first, then) in [
        (
            format!("forwarding_rule.{internal}"),
            format!("backend_service.{internal}"),
        ),
        (
            format!("backend_service.{internal}"),
            format!("firewall.k8s-fw-{internal}"),
        ),
        (
            format!("forwarding_rule.{pooled}"),
            format!("target_pool.{pooled}"),
        ),
        (
            format!("backend_service.{EXTERNAL}"),
            format!("endpoint_group.{EXTERNAL}"),
        ),
        (
            format!("endpoint_group.{EXTERNAL}"),
            format!("firewall.{EXTERNAL}"),
        ),
    ] {
        assert!(at(&first) < at(&then), "{first} before {then}: {steps:#?}");
    }

    let all = ["--yes", "--allow", "delete"];
    run(&place, "apply", "provision.toml", &all).expect(0);
    let stay = |sign: char| {
        [
            format!("forwardingRules {REGION} {}", of_uid(sign)),
            format!("targetPools {REGION} {}", of_uid(sign)),
        ]
    };
    let far =
        ["forwardingRules us-east1", "targetPools us-east1"].map(|at| format!("{at} {pooled}"));
    let of_b = format!("firewalls  k8s-fw-{}", of_uid('b'));
    let mut stays: Vec<String> = ['b', 'c', 'd']
        .into_iter()
        .flat_map(stay)
        .chain(far)
        .collect();
    let others = stays.clone();
    stays.push(of_b);
    stays.sort();
    assert_eq!(left_of(&place, &BALANCED), stays);

    run(&place, "destroy", "provision.toml", &["--yes"]).expect(0);
    let mut others: Vec<String> = others
        .into_iter()
        .filter(|one| !one.ends_with(&of_uid('b')))
        .collect();
    others.sort();
    assert_eq!(left_of(&place, &BALANCED), others);
    assert_eq!(
        left_of(&place, &["networks", "subnetworks", "clusters"]),
        Vec::<String>::new()
    );
}

#[test]
fn a_balancer_stays_while_a_namesake_may_be_its_cluster_and_what_changed_since_the_plan_stays() {
    let place = Place::new();
    place.tune(json!({ "duration_scale": 0.0 }));
    place.write("provision.toml", head("shop") + OWN);
    run(&place, "apply", "provision.toml", &["--yes"]).expect(0);
    let ground = Ground::of_stack(&place);
    balancers_of_a(&ground);
    ground.lets_in(
        "k8s-fw-l7--f6eb789c299931e0",
        "shop-a",
        &json!("GCE L7 firewall rule"),
    );
    namesake_keeps_all(&place);

    // Where not all parts can be read, the rules that tell of them stay.
    place.tune(json!({ "denied": ["compute.targetPools.list"] }));
    let plan = run(&place, "plan", "provision.toml", &["--destroy", "--json"]);
    let plan = plan.expect(0).json();
    let found = swept(&plan);
    let of = |word: &str| found.keys().filter(|id| id.starts_with(word)).count();
    let counts = ["forwarding_rule", "target_pool", "firewall"].map(of);
    assert_eq!(counts, [3, 0, 1], "{found:#?}");
    assert!(
        plan["notes"].to_string().contains("left-unread"),
        "{plan:#}"
    );
    place.tune(json!({ "denied": [] }));

    let file = ["--destroy", "--out", "plan.json"];
    let plan = run(&place, "plan", "provision.toml", &file).expect(0);
    let said = flat(&format!("{}{}", plan.out, plan.err));
    assert!(
        said.contains("an ingress or a gateway (k8s-fw-l7--f6eb789c299931e0)"),
        "{said}"
    );
    assert!(said.contains("`k8s1-f6eb789c`"), "{said}");

    // Somebody takes the name of a part for something of their own: it is another object, and stays.
    let pooled = of_uid('1');
    let home = format!("{COMPUTE}/regions/{REGION}");
    for collection in ["forwardingRules", "targetPools"] {
        ask(
            &place,
            "DELETE",
            &format!("{home}/{collection}/{pooled}"),
            &Value::Null,
        );
    }
    ground.pooled(&pooled, &older("shop/web").to_string());
    let ran = place
        .run(&["apply", "plan.json", "--sandbox", "--yes"])
        .expect(1);
    let said = flat(&format!("{}{}", ran.out, ran.err));
    assert!(
        said.contains("it may be somebody's now, and stays"),
        "{said}"
    );
    let left = left_of(&place, &["forwardingRules", "targetPools"]);
    assert_eq!(left.len(), 2, "{left:?}");

    // A plan of today sees it as what it is.
    run(&place, "destroy", "provision.toml", &["--yes"]).expect(0);
    assert_eq!(left_of(&place, &BALANCED), Vec::<String>::new());
    assert_eq!(left_of(&place, &["networks"]), Vec::<String>::new());
}
