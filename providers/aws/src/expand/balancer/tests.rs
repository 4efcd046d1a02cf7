//! The expansion of load balancers.
#![allow(clippy::unwrap_used)]
use std::collections::{BTreeMap, BTreeSet};

use provision_core::contract::Provider;
use provision_core::model::{Kind, Value};
use provision_core::spec::{Input, load};

use super::*;
use crate::AwsProvider;

const HEAD: &str = "stack = \"shop\"\n[cloud.aws]\nregion = \"eu-west-1\"\n[network.main]\nzones = 2\n\
    [cluster.prod]\nplatform = \"ecs\"\nnetwork = \"main\"\n\
    [workload.web]\ncluster = \"prod\"\nimage = \"a\"\nport = 3000\nstop_timeout = \"45s\"\n\
    health = { path = \"/up\", start = \"120s\" }\n\
    [workload.api]\ncluster = \"prod\"\nimage = \"a\"\nport = 8080\n";

const WEB: &str = "[load_balancer.web]\nnetwork = \"main\"\n\
    listeners = [{ port = 443, protocol = \"https\", certificates = [\
    { aws = \"arn:aws:acm:eu-west-1:123456789012:certificate/a\" }, \
    { aws = \"arn:aws:acm:eu-west-1:123456789012:certificate/b\" }] }, { port = 80, redirect = 443 }]\n\
    target = [{ workload = \"web\" }]\n\
    routes = [{ host = \"shop.example\", path = \"/api\", workload = \"api\" }]\n";

fn request(text: &str) -> ExpandRequest {
    let text = format!("{HEAD}{text}");
    let mut input = Input::file("test.toml", &text);
    input.allow_unbuilt = true;
    let spec = load(&input).unwrap().spec;
    let mut blocks: Vec<String> = vec!["network.main".to_owned()];
    blocks.extend(
        spec.load_balancers
            .keys()
            .map(|name| format!("load_balancer.{name}")),
    );
    ExpandRequest {
        context: Context {
            stack: spec.stack.clone(),
            account: None,
            region: "eu-west-1".to_owned(),
            labels: BTreeMap::new(),
        },
        spec,
        blocks,
        facts: None,
        not_at_hand: Default::default(),
    }
}

fn made(text: &str) -> ExpandAnswer {
    AwsProvider::offline().expand(&request(text))
}

fn of<'a>(answer: &'a ExpandAnswer, part: &str) -> &'a Resource<Open> {
    let id = format!("load_balancer.web/{part}");
    let mut all = answer.resources.iter();
    all.find(|one| one.id.to_string() == id).unwrap()
}

fn json(resource: &Resource<Open>, field: &str) -> String {
    resource.fields[field].to_json().to_string()
}

fn parts(answer: &ExpandAnswer) -> BTreeSet<String> {
    let ids = answer.resources.iter().map(|one| one.id.to_string());
    ids.filter_map(|id| Some(id.strip_prefix("load_balancer.web/")?.to_owned()))
        .collect()
}

fn codes(text: &str) -> Vec<String> {
    let answer = made(text);
    let mut codes: Vec<String> = answer.failures.into_iter().map(|one| one.code).collect();
    codes.sort();
    codes
}

#[test]
fn a_block_becomes_a_balancer_with_all_that_it_needs() {
    let answer = made(WEB);
    assert!(answer.failures.is_empty(), "{:?}", answer.failures);
    let digest = provision_core::model::digest8(&["shop.example", "/api"]);
    let wanted = [
        "listener.443",
        "listener.80",
        "load-balancer",
        &format!("rule-route.443.{digest}"),
        "rule.in-443",
        "rule.in-80",
        "rule.out-api",
        "rule.out-web",
        "security-group",
        "target-group.api",
        "target-group.web",
    ];
    assert_eq!(parts(&answer), wanted.map(str::to_owned).into());
    let balancer = of(&answer, "load-balancer");
    assert_eq!(balancer.name.as_deref(), Some("shop-web"));
    assert_eq!(json(balancer, "type"), "\"application\"");
    assert_eq!(json(balancer, "scheme"), "\"internet-facing\"");
    let subnets = json(balancer, "subnets");
    assert!(subnets.contains("subnet.public.b") && !subnets.contains("private"));
    assert!(
        balancer
            .after
            .iter()
            .any(|id| id.part == "internet-gateway")
    );
}

#[test]
fn listeners_send_on_redirect_and_carry_certificates() {
    let answer = made(WEB);
    let secure = of(&answer, "listener.443");
    assert!(json(secure, "certificate").ends_with("certificate/a\""));
    assert!(json(secure, "more_certificates").contains("certificate/b"));
    assert!(json(secure, "forward").contains("target-group.web"));
    assert_eq!(json(secure, "redirect"), "null");
    let plain = of(&answer, "listener.80");
    let redirect = json(plain, "redirect");
    assert!(redirect.contains("443") && redirect.contains("HTTPS") && redirect.contains("301"));
    assert_eq!(json(plain, "forward"), "[]");
    assert_eq!(json(plain, "protocol"), "\"HTTP\"");
    assert_eq!(plain.parent.as_ref().unwrap().part, "load-balancer");
}

#[test]
fn health_and_delay_follow_the_workload() {
    let answer = made(WEB);
    let web = of(&answer, "target-group.web");
    assert_eq!(json(web, "health_path"), "\"/up\"");
    assert_eq!(json(web, "health_interval"), "20");
    assert!(json(web, "attributes").contains("\"45\""));
    let api = of(&answer, "target-group.api");
    assert_eq!(json(api, "health_path"), "\"/\"");
    assert_eq!(json(api, "health_interval"), "10");
    for group in [web, api] {
        let name = group.name.as_deref().unwrap();
        assert!(name.len() <= 32 && name.starts_with("shop-web-"), "{name}");
    }
}

#[test]
fn references_name_resources_and_outputs_that_exist() {
    let answer = made(WEB);
    let tables = AwsProvider::offline().describe();
    let kinds: BTreeMap<&ResourceId, &Kind> = answer
        .resources
        .iter()
        .map(|resource| (&resource.id, &resource.kind))
        .collect();
    assert_eq!(kinds.len(), answer.resources.len());
    for resource in &answer.resources {
        let parents = resource.after.iter().chain(&resource.parent);
        assert!(parents.into_iter().all(|id| kinds.contains_key(id)));
        let rows = &tables
            .iter()
            .find(|one| one.kind == resource.kind)
            .unwrap()
            .rows;
        assert_eq!(rows.len(), resource.fields.len(), "{}", resource.id);
        for value in resource.fields.values() {
            value.each_hole(&mut |hole| {
                let Open::Pending(pending) = hole else { return };
                for reference in pending.references() {
                    // The group of a workload is made where the workload is.
                    if reference.id.address.as_str().starts_with("workload.") {
                        continue;
                    }
                    let kind = kinds[&reference.id];
                    let table = tables.iter().find(|table| table.kind == *kind).unwrap();
                    let mut outputs = table.outputs.iter();
                    assert!(outputs.any(|output| output.name == reference.output));
                }
            });
        }
    }
}

#[test]
fn a_route_that_is_added_moves_no_other() {
    let more = WEB.replace(
        "routes = [",
        "routes = [{ path = \"/api/v2\", workload = \"web\" }, ",
    );
    let (before, after) = (made(WEB), made(&more));
    let added: Vec<String> = parts(&after).difference(&parts(&before)).cloned().collect();
    assert_eq!(added.len(), 1);
    for resource in &before.resources {
        assert!(after.resources.contains(resource), "{}", resource.id);
    }
}

#[test]
fn connections_get_a_network_balancer_and_weights_hold() {
    let answer = made(
        "[load_balancer.web]\nnetwork = \"main\"\nscheme = \"internal\"\n\
         listeners = [{ port = 5000, protocol = \"tcp\" }]\n\
         target = [{ workload = \"web\", weight = 9 }, { workload = \"api\", port = 9090 }]\n",
    );
    assert!(answer.failures.is_empty(), "{:?}", answer.failures);
    let balancer = of(&answer, "load-balancer");
    assert_eq!(json(balancer, "type"), "\"network\"");
    assert_eq!(json(balancer, "scheme"), "\"internal\"");
    assert!(json(balancer, "attributes").contains("cross_zone"));
    assert!(json(balancer, "subnets").contains("subnet.private.a"));
    assert!(json(of(&answer, "rule.in-5000"), "cidr").contains("10.0.0.0/16"));
    let forward = json(of(&answer, "listener.5000"), "forward");
    assert!(forward.contains("\"weight\":9") && forward.contains("\"weight\":1"));
    let api = of(&answer, "target-group.api-9090");
    assert_eq!(json(api, "port"), "9090");
    assert_eq!(json(api, "health_protocol"), "\"TCP\"");
    // A path asks for more than a connection.
    let web = of(&answer, "target-group.web");
    assert_eq!(json(web, "health_protocol"), "\"HTTP\"");
}

#[test]
fn paths_mean_what_they_mean_on_kubernetes() {
    let paths = |host: Option<&str>, path: Option<&str>| parts::paths(host, path);
    assert_eq!(paths(None, Some("/api/")), ["/api", "/api/*"]);
    assert_eq!(paths(None, Some("/")), ["/*"]);
    assert!(paths(Some("a.example"), Some("/")).is_empty());
    assert_eq!(paths(None, Some("/img/*.png")), ["/img/*.png"]);
}

#[test]
fn what_a_balancer_cannot_be_is_told_at_once() {
    let mixed = "[load_balancer.web]\nnetwork = \"main\"\ntarget = [{ workload = \"web\" }]\n\
        listeners = [{ port = 80 }, { port = 5000, protocol = \"tcp\" }]\n";
    assert_eq!(codes(mixed), ["balancer-protocols"]);
    let routes = "[load_balancer.web]\nnetwork = \"main\"\n\
        listeners = [{ port = 5000, protocol = \"tcp\" }]\n\
        routes = [{ path = \"/\", workload = \"web\" }]\n";
    assert_eq!(codes(routes), ["balancer-routes"]);
    let elsewhere = WEB.replace("acm:eu-west-1", "acm:us-east-1");
    assert_eq!(codes(&elsewhere), ["balancer-certificate"; 2]);
    let google = WEB.replace(
        "aws = \"arn:aws:acm:eu-west-1:123456789012:certificate/b\"",
        "gcp = \"b\"",
    );
    assert_eq!(codes(&google), ["balancer-certificate"]);
    let eks = format!(
        "{WEB}[cluster.k]\nplatform = \"eks\"\nnetwork = \"main\"\n[cluster.k.pool.p]\nnodes = 1\n\
         machine = {{ eks = \"m5.large\" }}\n[workload.w]\ncluster = \"k\"\nimage = \"a\"\nport = 1\n"
    );
    let eks = eks.replace("target = [", "target = [{ workload = \"w\" }, ");
    assert_eq!(codes(&eks), ["not-yet"]);
}

#[test]
fn subnets_of_others_must_lie_in_two_zones() {
    let mut request = request(WEB);
    let network = request.spec.networks.get_mut("main").unwrap();
    network.existing = Some([("aws".to_owned(), "vpc-1".to_owned())].into());
    network.subnets = Some(provision_core::spec::Subnets {
        private: Vec::new(),
        public: vec!["subnet-1".to_owned()],
    });
    request.blocks.retain(|block| block != "network.main");
    let answer = AwsProvider::offline().expand(&request);
    assert_eq!(answer.failures.len(), 1);
    assert_eq!(answer.failures[0].code, "balancer-zones");
    let network = request.spec.networks.get_mut("main").unwrap();
    let subnets = network.subnets.as_mut().unwrap();
    subnets.public.push("subnet-2".to_owned());
    let answer = AwsProvider::offline().expand(&request);
    let wanted = Value::List(vec!["subnet-1".into(), "subnet-2".into()]);
    assert_eq!(of(&answer, "load-balancer").fields["subnets"], wanted);
}
