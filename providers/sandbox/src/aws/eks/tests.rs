//! Life cycles of clusters, node groups and add-ons through the wire, by a clock of the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod version;
mod world;

use serde_json::{Value, json};

use self::world::{ACCOUNT, World};
use crate::Config;

#[test]
fn a_cluster_takes_its_time_and_leaves_nothing_of_its_own() {
    let world = World::new(Config::default());
    let before = (
        world.live("network-interface"),
        world.live("security-group"),
    );
    world.post("/clusters", &world.cluster("shop"));
    assert_eq!(world.live("network-interface"), before.0 + 2);
    world.wait(616);
    assert_eq!(world.state("/clusters/shop", "cluster"), "CREATING");
    world.wait(1);
    assert_eq!(world.state("/clusters/shop", "cluster"), "ACTIVE");
    assert_eq!(world.live("access-entry"), 1);
    world.delete("/clusters/shop");
    let (code, _) = world.refused("/clusters", &world.cluster("shop"));
    assert_eq!(code, "ResourceInUseException");
    world.wait(300);
    let (code, _) = world
        .call("GET", "/clusters/shop", &Value::Null)
        .unwrap_err();
    assert_eq!(code, "ResourceNotFoundException");
    assert_eq!(
        (
            world.live("network-interface"),
            world.live("security-group")
        ),
        before
    );
    assert_eq!((world.live("cluster"), world.live("access-entry")), (0, 0));
}

#[test]
fn a_role_is_not_usable_before_everybody_knows_it() {
    let world = World::new(Config {
        propagation_ms: 10_000,
        ..Config::default()
    });
    world.role("young", "eks.amazonaws.com");
    let mut wish = world.cluster("shop");
    wish["roleArn"] = format!("arn:aws:iam::{ACCOUNT}:role/young").into();
    let (code, message) = world.refused("/clusters", &wish);
    assert_eq!(code, "InvalidParameterException");
    assert!(
        message.contains("could not be assumed because it does not exist"),
        "{message}"
    );
    assert_eq!(
        world.live("network-interface"),
        0,
        "a refusal leaves nothing"
    );
    world.wait(10);
    world.post("/clusters", &wish);
}

#[test]
fn lists_lag_and_reads_by_name_do_not() {
    let world = World::new(Config::default());
    world
        .cloud
        .set_config(Config {
            visibility_lag_ms: 5000,
            ..world.cloud.config()
        })
        .unwrap();
    world.wait(60);
    world.post("/clusters", &world.cluster("shop"));
    assert_eq!(world.state("/clusters/shop", "cluster"), "CREATING");
    assert_eq!(world.get("/clusters")["clusters"], json!([]));
    world.wait(5);
    assert_eq!(world.get("/clusters")["clusters"], json!(["shop"]));
}

#[test]
fn quotas_are_of_the_account_and_region() {
    let config = Config {
        quotas: [
            ("eks:clusters".to_owned(), 1),
            ("eks:nodegroups-per-cluster".to_owned(), 0),
        ]
        .into(),
        ..Config::default()
    };
    let world = World::new(config).up();
    let (code, _) = world.refused("/clusters", &world.cluster("other"));
    assert_eq!(code, "ResourceLimitExceededException");
    let (code, _) = world.refused("/clusters/shop/node-groups", &world.group("web"));
    assert_eq!(code, "ResourceLimitExceededException");
}

#[test]
fn nodes_without_a_network_plug_in_fail_late_and_say_why() {
    let world = World::new(Config::default()).up();
    world.attach("node", "AmazonEKSWorkerNodePolicy");
    world.attach("node", "AmazonEKS_CNI_Policy");
    world.wait(1);
    world.post("/clusters/shop/node-groups", &world.group("web"));
    assert_eq!(world.live("instance"), 2);
    world.wait(1499);
    assert_eq!(world.group_state(), "CREATING");
    world.wait(1);
    assert_eq!(world.group_state(), "CREATE_FAILED");
    let group = world.get("/clusters/shop/node-groups/web");
    let issue = &group["nodegroup"]["health"]["issues"][0];
    assert_eq!(issue["code"], "NodeCreationFailure");
    assert_eq!(
        issue["message"],
        "Unhealthy nodes in the kubernetes cluster"
    );
    assert_eq!(issue["resourceIds"].as_array().unwrap().len(), 2);

    world.delete("/clusters/shop/node-groups/web");
    world.wait(180);
    assert_eq!(
        (world.live("instance"), world.live("instance-profile")),
        (0, 0)
    );
}

#[test]
fn nodes_join_as_soon_as_nothing_is_in_their_way() {
    let world = World::new(Config::default()).up();
    world.post("/clusters/shop/addons", &json!({"addonName": "vpc-cni"}));
    world.post("/clusters/shop/addons", &json!({"addonName": "coredns"}));
    world.post("/clusters/shop/node-groups", &world.group("web"));
    world.wait(600);
    assert_eq!(
        world.group_state(),
        "CREATING",
        "the role lacks its policies"
    );
    assert_eq!(
        (world.addon_state("vpc-cni"), world.addon_state("coredns")),
        ("ACTIVE".into(), "DEGRADED".into())
    );
    world.attach("node", "AmazonEKSWorkerNodePolicy");
    world.attach("node", "AmazonEKS_CNI_Policy");
    world.wait(1);
    assert_eq!(world.group_state(), "ACTIVE");
    assert_eq!(world.addon_state("coredns"), "ACTIVE");
    world.delete("/clusters/shop/node-groups/web");
    assert_eq!(world.addon_state("coredns"), "DEGRADED");
}

#[test]
fn an_update_shows_when_it_ends_and_keeps_others_out() {
    let world = World::new(Config::default()).up();
    let body = json!({"version": "1.35", "clientRequestToken": "t"});
    let update = world.post("/clusters/shop/updates", &body)["update"]["id"].clone();
    assert_eq!(
        world.post("/clusters/shop/updates", &body)["update"]["id"],
        update
    );
    let (code, message) = world.refused(
        "/clusters/shop/update-config",
        &json!({"deletionProtection": true}),
    );
    assert_eq!(code, "ResourceInUseException");
    assert!(
        message.contains(update.as_str().unwrap()) && message.ends_with("in progress"),
        "{message}"
    );
    world.wait(539);
    assert_eq!(world.get("/clusters/shop")["cluster"]["version"], "1.34");
    world.wait(1);
    let cluster = &world.get("/clusters/shop")["cluster"];
    assert_eq!(
        (&cluster["version"], &cluster["status"]),
        (&json!("1.35"), &json!("ACTIVE"))
    );
    assert_eq!(
        world.post("/clusters/shop/updates", &body)["update"]["status"],
        "Successful"
    );
}

#[test]
fn settings_of_somebody_else_stop_an_add_on_that_may_not_overwrite_them() {
    let world = World::new(Config::default());
    let mut wish = world.cluster("shop");
    wish["bootstrapSelfManagedAddons"] = true.into();
    world.post("/clusters", &wish);
    world.wait(617);
    world.post("/clusters/shop/addons", &json!({"addonName": "kube-proxy"}));
    world.post(
        "/clusters/shop/addons",
        &json!({"addonName": "vpc-cni", "resolveConflicts": "OVERWRITE"}),
    );
    world.wait(35);
    assert_eq!(
        (
            world.addon_state("kube-proxy"),
            world.addon_state("vpc-cni")
        ),
        ("CREATE_FAILED".into(), "ACTIVE".into())
    );
    world.post(
        "/clusters/shop/addons/kube-proxy/update",
        &json!({"resolveConflicts": "OVERWRITE"}),
    );
    world.wait(60);
    assert_eq!(world.addon_state("kube-proxy"), "ACTIVE");
}

#[test]
fn an_update_that_leaves_out_the_role_of_an_add_on_takes_it_away() {
    let world = World::new(Config::default()).up();
    let role = json!(format!("arn:aws:iam::{ACCOUNT}:role/node"));
    let told = || {
        let addon = world.get("/clusters/shop/addons/vpc-cni");
        addon["addon"]["serviceAccountRoleArn"].clone()
    };
    let mut wish = json!({"addonName": "vpc-cni", "serviceAccountRoleArn": role});
    world.post("/clusters/shop/addons", &wish);
    world.wait(35);
    wish.as_object_mut().unwrap().remove("addonName");
    world.post("/clusters/shop/addons/vpc-cni/update", &wish);
    world.wait(60);
    assert_eq!(told(), role);
    world.post("/clusters/shop/addons/vpc-cni/update", &json!({}));
    world.wait(60);
    assert_eq!(told(), Value::Null);
}

#[test]
fn what_the_sandbox_does_not_take_is_refused_by_name() {
    let world = World::new(Config::default());
    let mut wish = world.cluster("shop");
    wish["zonalShiftConfig"] = json!({"enabled": true});
    let (code, message) = world.refused("/clusters", &wish);
    assert_eq!(code, "NotImplemented");
    assert!(
        message.contains("zonalShiftConfig") && message.contains("CreateCluster"),
        "{message}"
    );
}
