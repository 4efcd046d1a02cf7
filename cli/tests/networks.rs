//! Networks: shared, of somebody else, private; and what of a cluster goes with them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Place, Ran};
use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};

const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/0f3c";

fn head(stack: &str) -> String {
    format!(
        "stack = \"{stack}\"\n[cloud.aws]\naccount = \"123456789012\"\nregion = \"eu-west-1\"\n"
    )
}

fn cluster(name: &str, network: &str, more: &str) -> String {
    format!(
        "[cluster.{name}]\nplatform = \"eks\"\nnetwork = \"{network}\"\n{more}\n[cluster.{name}.pool.web]\nmachine = \
         {{ cpu = 2, memory = \"8GiB\" }}\nnodes = {{ min = 1, max = 2 }}\n"
    )
}

fn quick() -> Place {
    let place = Place::new();
    place.tune(json!({ "duration_scale": 0.0 }));
    place
}

/// A verb on one of the files of a place.
fn run(place: &Place, verb: &str, file: &str, more: &[&str]) -> Ran {
    let mut args = vec![verb, file, "--sandbox"];
    args.extend(more);
    place.run(&args)
}

fn apply(place: &Place, file: &str) {
    run(
        place,
        "apply",
        file,
        &["--yes", "--allow", "delete,replace"],
    )
    .expect(0);
    run(place, "plan", file, &["--detailed-exitcode"]).expect(0);
}

fn plan(place: &Place, file: &str) -> Value {
    run(place, "plan", file, &["--json"]).expect(0).json()
}

fn ids(plan: &Value, action: &str) -> Vec<String> {
    let changes = plan["changes"].as_array().unwrap().iter();
    let of = changes.filter(|change| change["action"] == action);
    of.map(|change| change["id"].as_str().unwrap().to_owned())
        .collect()
}

fn codes(plan: &Value) -> Vec<&str> {
    let notes = plan["notes"].as_array().unwrap().iter();
    notes.map(|note| note["code"].as_str().unwrap()).collect()
}

/// An output of a live resource.
fn output(place: &Place, file: &str, part: &str, name: &str) -> String {
    let seen = place.run(&["show", "-f", file, "--sandbox", "--json"]);
    let seen = seen.expect(0).json();
    let value = &seen["outputs"]["network.main"][part][name];
    value
        .as_str()
        .unwrap_or_else(|| panic!("{seen}"))
        .to_owned()
}

/// Somebody else calls EC2; answers with an element.
fn ec2(place: &Place, query: &str, element: &str) -> String {
    let request = Request::builder()
        .method("POST")
        .uri("/")
        .header("host", "localhost")
        .header("content-type", "application/x-www-form-urlencoded")
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=123456789012/20260101/eu-west-1/ec2/aws4_request, SignedHeaders=host, \
             Signature=0",
        )
        .body(format!("Version=2016-11-15&Action={query}").into_bytes())
        .unwrap();
    let answer = place.cloud().handle(Timestamp::now(), request);
    let body = String::from_utf8_lossy(answer.body()).into_owned();
    assert_eq!(answer.status(), 200, "{query}: {body}");
    let from = body.split(&format!("<{element}>")).nth(1).unwrap_or(&body);
    from.split('<').next().unwrap().to_owned()
}

/// Tags of everything of a stack, by id.
fn marks(place: &Place, stack: &str) -> Vec<(String, Value)> {
    let objects = place.objects().into_iter();
    let own = objects.filter(|one| {
        one.marks
            .get("provision-stack")
            .is_some_and(|of| of == stack)
    });
    let mut all: Vec<(String, Value)> = own.map(|one| (one.id.clone(), json!(one.marks))).collect();
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all
}

#[test]
fn several_clusters_share_a_network_which_stays_until_the_last_use() {
    let place = quick();
    let network = "[network.main]\nzones = 2\n";
    let (a, b) = (cluster("a", "main", ""), cluster("b", "main", ""));
    place.write("p.toml", head("shop") + network + &a + &b);
    apply(&place, "p.toml");
    assert_eq!((place.count("vpc"), place.count("cluster")), (1, 2));

    place.write("p.toml", head("shop") + network + &a);
    let planned = plan(&place, "p.toml");
    let gone = ids(&planned, "delete");
    assert!(
        gone.iter().all(|id| id.starts_with("cluster.b")),
        "{gone:?}"
    );
    assert!(ids(&planned, "update").is_empty() && ids(&planned, "replace").is_empty());
    apply(&place, "p.toml");
    assert_eq!((place.count("vpc"), place.count("cluster")), (1, 1));

    run(&place, "destroy", "p.toml", &["--yes"]).expect(0);
    assert!(place.objects().is_empty(), "{:?}", place.objects());
}

#[test]
fn stacks_side_by_side_do_not_touch_each_other() {
    let place = quick();
    for stack in ["one", "two"] {
        let text = head(stack) + "[network.main]\nzones = 2\n" + &cluster("a", "main", "");
        place.write(&format!("{stack}.toml"), text);
        apply(&place, &format!("{stack}.toml"));
    }
    let before = marks(&place, "two");
    run(&place, "destroy", "one.toml", &["--yes"]).expect(0);
    assert!(marks(&place, "one").is_empty());
    assert_eq!(marks(&place, "two"), before);
    run(&place, "plan", "two.toml", &["--detailed-exitcode"]).expect(0);
}

/// A stack `ground` that owns a network, and the words by which another stack uses it.
fn ground(place: &Place, network: &str) -> String {
    place.write(
        "ground.toml",
        head("ground") + &format!("[network.main]\nzones = 2\n{network}\n"),
    );
    apply(place, "ground.toml");
    let vpc = output(place, "ground.toml", "vpc", "id");
    format!("[network.theirs]\nexisting = {{ aws = \"{vpc}\" }}\n")
}

#[test]
fn a_network_of_somebody_else_is_used_and_never_changed() {
    let place = quick();
    let theirs = ground(&place, "");
    let before = marks(&place, "ground");
    place.write(
        "guest.toml",
        head("guest") + &theirs + &cluster("a", "theirs", ""),
    );
    let planned = plan(&place, "guest.toml");
    assert!(
        codes(&planned).contains(&"subnets-found"),
        "{:?}",
        codes(&planned)
    );
    let made = ids(&planned, "create");
    assert!(
        made.iter().all(|id| !id.starts_with("network.")),
        "{made:?}"
    );
    apply(&place, "guest.toml");
    assert_eq!(marks(&place, "ground"), before);
    run(&place, "plan", "ground.toml", &["--detailed-exitcode"]).expect(0);

    // What was chosen stays, also when a subnet with more room comes.
    let vpc = output(&place, "ground.toml", "vpc", "id");
    let zone = "eu-west-1c";
    let query = format!("CreateSubnet&VpcId={vpc}&CidrBlock=10.0.224.0/20&AvailabilityZone={zone}");
    ec2(&place, &query, "subnetId");
    run(&place, "plan", "guest.toml", &["--detailed-exitcode"]).expect(0);

    run(&place, "destroy", "guest.toml", &["--yes"]).expect(0);
    assert_eq!(marks(&place, "ground"), before);
}

#[test]
fn all_that_is_wrong_with_a_network_is_told_before_anything_is_made() {
    let place = quick();
    let theirs = ground(&place, "nat = \"none\"");
    let vpc = output(&place, "ground.toml", "vpc", "id");
    ec2(
        &place,
        &format!("ModifyVpcAttribute&VpcId={vpc}&EnableDnsHostnames.Value=false"),
        "return",
    );
    let theirs = theirs + "security_groups = [\"sg-0123456789abcdef0\"]\n";
    place.write(
        "guest.toml",
        head("guest") + &theirs + &cluster("a", "theirs", ""),
    );
    let before = place.objects().len();
    let refused = run(&place, "apply", "guest.toml", &["--yes"]).expect(1);
    for part in [
        "network.theirs",
        "--enable-dns-hostnames Value=true",
        "neither a route to the internet nor endpoints for ec2, ecr.api, ecr.dkr, s3",
        "no security group sg-0123456789abcdef0",
    ] {
        assert!(refused.err.contains(part), "{part}: {}", refused.err);
    }
    assert_eq!(place.objects().len(), before);
    let elsewhere = theirs.replace(&vpc, "vpc-0123456789abcdef0");
    place.write(
        "guest.toml",
        head("guest") + &elsewhere + &cluster("a", "theirs", ""),
    );
    let refused = run(&place, "plan", "guest.toml", &[]).expect(1);
    assert!(
        refused
            .err
            .contains("there is no VPC vpc-0123456789abcdef0"),
        "{}",
        refused.err
    );
}

#[test]
fn a_live_cluster_stays_in_its_network() {
    let place = quick();
    let theirs = ground(&place, "");
    let own = "[network.own]\nzones = 2\ncidr = \"10.9.0.0/16\"\n";
    place.write("guest.toml", head("guest") + own + &cluster("a", "own", ""));
    apply(&place, "guest.toml");
    let text = head("guest") + own + &theirs + &cluster("a", "theirs", "");
    place.write("guest.toml", text);
    let refused = run(&place, "plan", "guest.toml", &[]).expect(1);
    assert!(
        refused.err.contains("a control plane stays in its network"),
        "{}",
        refused.err
    );
    run(&place, "destroy", "guest.toml", &["--yes"]).expect(0);

    place.write(
        "guest.toml",
        head("guest") + &theirs + &cluster("a", "theirs", ""),
    );
    apply(&place, "guest.toml");
    place.write("guest.toml", head("guest") + own + &cluster("a", "own", ""));
    let refused = run(&place, "plan", "guest.toml", &[]).expect(1);
    assert!(
        refused.err.contains("cannot be moved onto network.own"),
        "{}",
        refused.err
    );
}

#[test]
fn a_private_cluster_has_endpoints_and_no_way_to_the_internet() {
    let place = quick();
    let network = "[network.main]\nzones = 2\nnat = \"none\"\n";
    let private = cluster("a", "main", "endpoint = { public = false }");
    place.write("p.toml", head("shop") + network + &private);
    let planned = plan(&place, "p.toml");
    assert!(!codes(&planned).contains(&"nodes-no-way-out"));
    apply(&place, "p.toml");
    assert_eq!(
        (place.count("vpc-endpoint"), place.count("nat-gateway")),
        (8, 0)
    );

    let more = network.to_owned() + "endpoints = [\"secretsmanager\"]\n";
    place.write("p.toml", head("shop") + &more + &private);
    assert_eq!(
        ids(&plan(&place, "p.toml"), "create"),
        ["network.main/endpoint.secretsmanager"]
    );
    apply(&place, "p.toml");

    let none = network.to_owned() + "endpoints = false\n";
    place.write("p.toml", head("shop") + &none + &private);
    assert!(codes(&plan(&place, "p.toml")).contains(&"nodes-no-way-out"));
    run(&place, "destroy", "p.toml", &["--yes"]).expect(0);
    assert!(place.objects().is_empty(), "{:?}", place.objects());
}

#[test]
fn a_key_is_given_once_and_kept() {
    let place = quick();
    let network = "[network.main]\nzones = 2\n";
    let with = |more: &str| head("shop") + network + &cluster("a", "main", more);
    place.write("p.toml", with(""));
    apply(&place, "p.toml");
    place.write("p.toml", with(&format!("eks = {{ kms_key = \"{KEY}\" }}")));
    let planned = plan(&place, "p.toml");
    assert_eq!(ids(&planned, "update"), ["cluster.a/cluster"]);
    apply(&place, "p.toml");
    for other in ["", &format!("eks = {{ kms_key = \"{KEY}7\" }}")] {
        place.write("p.toml", with(other));
        let planned = plan(&place, "p.toml");
        assert_eq!(ids(&planned, "blocked"), ["cluster.a/cluster"]);
        assert!(
            planned
                .to_string()
                .contains("EKS neither changes nor removes the key")
        );
    }
    place.write(
        "far.toml",
        with("eks = { kms_key = \"arn:aws:kms:us-east-1:123456789012:key/1\" }"),
    );
    let refused = run(&place, "validate", "far.toml", &[]).expect(1);
    assert!(
        refused.err.contains("the key is in us-east-1"),
        "{}",
        refused.err
    );
}

#[test]
fn nodes_join_existing_groups() {
    let place = quick();
    let network = "[network.main]\nzones = 2\n";
    place.write("p.toml", head("shop") + network + &cluster("a", "main", ""));
    apply(&place, "p.toml");
    let vpc = output(&place, "p.toml", "vpc", "id");
    let query =
        format!("CreateSecurityGroup&GroupName=database&GroupDescription=clients&VpcId={vpc}");
    let group = ec2(&place, &query, "groupId");
    let joined = format!("{network}security_groups = [\"{group}\"]\n");
    place.write("p.toml", head("shop") + &joined + &cluster("a", "main", ""));
    let planned = plan(&place, "p.toml");
    assert_eq!(
        ids(&planned, "update"),
        [
            "cluster.a.pool.web/launch-template",
            "cluster.a.pool.web/nodegroup"
        ]
    );
    assert!(codes(&planned).contains(&"rolling"));
    apply(&place, "p.toml");

    // The group is somebody else's, and in the way of the network's end: it is named.
    let kept = run(&place, "destroy", "p.toml", &["--yes"]);
    assert_ne!(kept.code, 0);
    assert!((kept.out + &kept.err).contains(&group));
}
