//! Networks: VPCs, gateways, subnets, addresses, routes, groups, templates.

use std::collections::BTreeMap;

use provision_aws::{
    Address, InternetGateway, LaunchTemplate, NatGateway, RouteTable, SecurityGroup,
    SecurityGroupRule, Subnet, Vpc,
};
use provision_core::contract::{Class, Does};
use provision_core::model::{Never, Observed, Resource, Value};

use super::stage::Stage;
use super::{output, set, tags, tags_change};

pub(crate) async fn network(stage: &Stage) {
    let (vpc, vpc_id) = vpc(stage).await;
    let (gateway, gateway_id) = gateway(stage, &vpc_id).await;
    let (private, public) = subnets(stage, &vpc_id).await;
    let public_id = output(&stage.present(&public).await, "id");
    let (address, nat, nat_id) = nat(stage, &public_id).await;
    let private_id = output(&stage.present(&private).await, "id");
    let table = stage.wanted(
        "network.main/routes.private.a",
        "ec2.route_table",
        None,
        &RouteTable {
            vpc: vpc_id.as_str().into(),
            routes: [("0.0.0.0/0".to_owned(), nat_id.as_str().into())].into(),
            associations: vec![private_id.as_str().into()],
            children: None,
            tags: tags("shop-private"),
        },
    );
    let table_live = stage.create(&table).await;
    routes(stage, &table, &table_live, &gateway_id).await;
    foreign_routes(stage, &table, &gateway_id).await;
    security(stage, &vpc_id).await;
    let all = [&table, &nat, &address, &private, &public, &gateway, &vpc];
    orphans(stage, &all).await;
    for want in all {
        stage.delete(want).await;
    }
}

async fn vpc(stage: &Stage) -> (Resource<Never>, String) {
    let vpc = stage.wanted(
        "network.main/vpc",
        "ec2.vpc",
        None,
        &Vpc {
            cidr: "10.20.0.0/16".to_owned(),
            dns_support: true,
            dns_hostnames: true,
            tags: tags("shop-main"),
        },
    );
    let live = stage.create(&vpc).await;
    assert!(output(&live, "default_security_group").starts_with("sg-"));
    tags_change(stage, &vpc, &live).await;
    let off = set(&vpc, "dns_hostnames", false);
    let live = stage.update(&off, &live, &["dns_hostnames"]).await;
    let live = stage.update(&vpc, &live, &["dns_hostnames"]).await;
    (vpc, output(&live, "id"))
}

async fn gateway(stage: &Stage, vpc: &str) -> (Resource<Never>, String) {
    let fields = InternetGateway {
        vpc: Some(vpc.into()),
        tags: tags("shop-main"),
    };
    let id = "network.main/internet-gateway";
    let gateway = stage.wanted(id, "ec2.internet_gateway", None, &fields);
    let live = stage.create(&gateway).await;
    tags_change(stage, &gateway, &live).await;
    (gateway, output(&live, "id"))
}

async fn subnets(stage: &Stage, vpc: &str) -> (Resource<Never>, Resource<Never>) {
    let subnet = |part: &str, cidr: &str, public| {
        let fields = Subnet {
            vpc: vpc.into(),
            cidr: cidr.to_owned(),
            zone: "eu-west-1a".into(),
            map_public_ip: public,
            tags: tags(part),
        };
        let id = format!("network.main/subnet.{part}.a");
        stage.wanted(&id, "ec2.subnet", None, &fields)
    };
    let public = subnet("public", "10.20.192.0/22", true);
    let private = subnet("private", "10.20.0.0/19", false);
    stage.create(&public).await;
    let live = stage.create(&private).await;
    tags_change(stage, &private, &live).await;
    subnet_twice(stage, &private, &live).await;
    (private, public)
}

async fn nat(stage: &Stage, subnet: &str) -> (Resource<Never>, Resource<Never>, String) {
    let fields = Address {
        tags: tags("shop-nat"),
    };
    let address = stage.wanted("network.main/nat-ip.a", "ec2.address", None, &fields);
    let live = stage.create(&address).await;
    tags_change(stage, &address, &live).await;
    let fields = NatGateway {
        subnet: subnet.into(),
        address: output(&live, "allocation_id").as_str().into(),
        tags: tags("shop-nat"),
    };
    let nat = stage.wanted("network.main/nat.a", "ec2.nat_gateway", None, &fields);
    let live = stage.create(&nat).await;
    tags_change(stage, &nat, &live).await;
    (address, nat, output(&live, "id"))
}

/// A create whose first answer was lost finds what it made by its natural key.
async fn subnet_twice(stage: &Stage, want: &Resource<Never>, live: &Observed) {
    let again = stage.step(Does::Create, want, None, &[]).await.unwrap();
    assert_eq!(again.unwrap().physical, live.physical);
    let mut other = want.clone();
    other.id = "network.other/subnet.private.a".parse().unwrap();
    let failure = stage.step(Does::Create, &other, None, &[]).await;
    let failure = failure.unwrap_err();
    assert_eq!(failure.class, Class::Clash, "{failure:?}");
    assert_eq!(failure.object.as_deref(), Some(live.physical.as_str()));
}

async fn routes(stage: &Stage, want: &Resource<Never>, live: &Observed, gateway: &str) {
    let to = |target: &str| Value::Map(BTreeMap::from([("0.0.0.0/0".to_owned(), target.into())]));
    let nat = match &want.fields["routes"] {
        Value::Map(routes) => routes["0.0.0.0/0"].as_text().unwrap().to_owned(),
        other => panic!("{other:?}"),
    };
    let moved = set(want, "routes", to(gateway));
    let live = stage.update(&moved, live, &["routes"]).await;
    let none = set(want, "routes", Value::Map(BTreeMap::new()));
    let live = stage.update(&none, &live, &["routes"]).await;
    assert_eq!(live.fields["routes"], Value::Map(BTreeMap::new()));
    let live = stage
        .update(&set(want, "routes", to(&nat)), &live, &["routes"])
        .await;
    tags_change(stage, want, &live).await;
}

/// A route that somebody else put into our table is noted, and not ours.
async fn foreign_routes(stage: &Stage, want: &Resource<Never>, gateway: &str) {
    let live = stage.present(want).await;
    let ec2 = &stage.aws.ec2;
    ec2.create_route()
        .route_table_id(&live.physical)
        .destination_cidr_block("192.168.0.0/16")
        .gateway_id(gateway)
        .send()
        .await
        .unwrap();
    let live = stage.present(want).await;
    assert_eq!(live.fields["routes"], want.fields["routes"]);
    assert!(
        live.foreign
            .iter()
            .any(|child| child.contains("192.168.0.0/16"))
    );
}

async fn security(stage: &Stage, vpc_id: &str) {
    let group = stage.wanted(
        "cluster.prod/security-group",
        "ec2.security_group",
        Some("shop-prod"),
        &SecurityGroup {
            vpc: vpc_id.into(),
            description: "control plane of shop-prod".to_owned(),
            tags: tags("shop-prod"),
        },
    );
    let group_live = stage.create(&group).await;
    tags_change(stage, &group, &group_live).await;
    let again = stage.step(Does::Create, &group, None, &[]).await.unwrap();
    assert_eq!(again.unwrap().physical, group_live.physical);

    let rule = stage.wanted(
        "cluster.prod/security-group.https",
        "ec2.security_group_rule",
        None,
        &SecurityGroupRule {
            group: output(&group_live, "id").as_str().into(),
            egress: false,
            protocol: "tcp".to_owned(),
            from_port: 443,
            to_port: 443,
            cidr: Some("10.20.0.0/16".into()),
            peer: None,
            description: Some("API".to_owned()),
            tags: tags("shop-https"),
        },
    );
    let rule_live = stage.create(&rule).await;
    tags_change(stage, &rule, &rule_live).await;
    let again = stage.step(Does::Create, &rule, None, &[]).await.unwrap();
    assert_eq!(again.unwrap().physical, rule_live.physical);
    template(stage, &output(&group_live, "id")).await;
    stage.delete(&rule).await;
    stage.delete(&group).await;
}

async fn template(stage: &Stage, group: &str) {
    let template = stage.wanted(
        "cluster.prod.pool.web/launch-template",
        "ec2.launch_template",
        Some("shop-prod-web"),
        &LaunchTemplate {
            instance_type: "m7i.large".into(),
            disk_gib: 50,
            disk_device: "/dev/xvda".to_owned(),
            metadata_hops: 2,
            security_groups: vec![group.into()],
            node_tags: tags("shop-prod-web"),
            tags: tags("shop-prod-web"),
            ..LaunchTemplate::default()
        },
    );
    let live = stage.create(&template).await;
    assert_eq!(live.outputs["version"], Value::Int(1));
    let larger = set(&template, "disk_gib", 100_i64);
    let live = stage.update(&larger, &live, &["disk_gib"]).await;
    assert_eq!(live.outputs["version"], Value::Int(2));
    if !stage.lacks.contains(&"tags of live launch templates") {
        tags_change(stage, &larger, &live).await;
    }
    stage.delete(&template).await;
}

/// Without the spec, everything is found, with what it needs.
async fn orphans(stage: &Stage, wanted: &[&Resource<Never>]) {
    let (_, orphans) = stage.survey(Vec::new(), true).await;
    let needs = |id: &str| -> Vec<String> {
        let live = orphans.iter().find(|live| live.id.to_string() == id);
        let live = live.unwrap_or_else(|| panic!("{id} is no orphan"));
        live.needs.iter().map(ToString::to_string).collect()
    };
    for want in wanted {
        needs(&want.id.to_string());
    }
    assert_eq!(
        needs("network.main/nat.a"),
        [
            "network.main/internet-gateway",
            "network.main/nat-ip.a",
            "network.main/subnet.public.a"
        ]
    );
    let table = needs("network.main/routes.private.a");
    assert!(table.contains(&"network.main/subnet.private.a".to_owned()));
    assert!(table.contains(&"network.main/nat.a".to_owned()));
}
