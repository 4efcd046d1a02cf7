//! Rules of the control plane: version, endpoint, logs, access, add-ons, protection.
use provision_core::contract::Severity;

use super::*;

fn version(answer: &ExpandAnswer) -> &Value<Open> {
    &resource(answer, "cluster.c/cluster").fields["version"]
}

fn choice(value: &Value<Open>) -> &Choice {
    let Value::Hole(Open::Choice(choice)) = value else {
        panic!("{value:?}");
    };
    choice
}

#[test]
fn an_unsaid_version_is_the_accounts_default_and_whatever_is_live() {
    let answer = answer("", POOL);
    let choice = choice(version(&answer));
    assert_eq!(choice.any_of[0].value.as_text(), Some("1.35"));
    assert!(choice.keep_any);
    assert_eq!(choice.any_of.len(), 3);
}

#[test]
fn offline_the_calendar_speaks() {
    let answer = expand(&request(&spec("", POOL), None));
    let choice = choice(version(&answer));
    assert_eq!(choice.any_of[0].value.as_text(), Some(calendar::DEFAULT));
    let old = expand(&request(&spec("version = \"1.19\"", POOL), None));
    let failure = only_failure(&old);
    assert_eq!(failure.code, "version-unknown");
    assert!(
        failure
            .advice
            .as_deref()
            .unwrap()
            .contains("1.36, 1.35, 1.34")
    );
}

#[test]
fn a_minor_newer_than_the_calendar_is_believed_only_while_nobody_can_be_asked() {
    let text = spec("version = \"1.99\"", POOL);
    let offline = expand(&request(&text, None));
    assert!(offline.failures.is_empty());
    assert!(codes(&offline).contains("version-new"));
    let asked = expand(&request(&text, Some(facts())));
    let failure = only_failure(&asked);
    assert!(failure.message.contains("1.99"));
    assert_eq!(
        failure.advice.as_deref(),
        Some("write one of 1.36, 1.35, 1.34")
    );
}

#[test]
fn support_is_standard_unless_the_spec_says_otherwise() {
    let fields =
        |cluster| brief(&resource(&answer(cluster, POOL), "cluster.c/cluster").fields["support"]);
    assert_eq!(fields("eks = { support = \"extended\" }"), "EXTENDED");
    assert_eq!(fields(""), "STANDARD");
}

#[test]
fn an_open_endpoint_is_warned_of_and_a_private_one_is_not() {
    let open = answer("", POOL);
    let mut notes = open.notes.iter();
    let note = notes.find(|note| note.code == "public-endpoint").unwrap();
    assert_eq!(note.severity, Severity::Warning);

    let private = answer("endpoint = { public = false }", POOL);
    assert!(!codes(&private).contains("public-endpoint"));
    let fields = &resource(&private, "cluster.c/cluster").fields;
    assert_eq!(fields["public_access"], Value::Bool(false));
    assert_eq!(fields["public_cidrs"], Value::List(Vec::new()));
    assert_eq!(fields["private_access"], Value::Bool(true));
    assert!(has(&private, "api-rule.network"));

    let public = answer(
        "endpoint = { public = [\"203.0.113.0/24\"], private = false }",
        POOL,
    );
    assert!(!has(&public, "api-rule.network"));
    assert!(codes(&public).contains("nodes-locked-out"));
}

#[test]
fn the_log_group_is_there_while_something_is_logged() {
    assert!(!has(&answer("", POOL), "log-group"));
    let logged = answer("eks = { logging = [\"audit\", \"api\"] }", POOL);
    let group = resource(&logged, "cluster.c/log-group");
    assert_eq!(group.name.as_deref(), Some("/aws/eks/s-c/cluster"));
    assert_eq!(group.fields["retention_days"], Value::Int(30));
    let cluster = resource(&logged, "cluster.c/cluster");
    assert!(cluster.after.contains(&group.id));
    assert_eq!(brief(&cluster.fields["logging"]), json!(["api", "audit"]));
}

#[test]
fn without_pools_the_addons_that_need_nodes_wait() {
    let answer = answer("", "");
    for (part, there) in [
        ("addon.vpc-cni", true),
        ("addon.coredns", false),
        ("addon.aws-ebs-csi-driver", false),
        ("ebs-csi-role", false),
        ("node-role", true),
    ] {
        assert_eq!(has(&answer, part), there, "{part}");
    }
    assert!(codes(&answer).contains("addons-wait"));
}

#[test]
fn protection_is_on_the_cluster_alone() {
    let answer = answer("protect = true", POOL);
    let protected: Vec<String> = answer
        .resources
        .iter()
        .filter(|resource| resource.protect)
        .map(|resource| resource.id.to_string())
        .collect();
    assert_eq!(protected, ["cluster.c/cluster"]);
    let fields = &resource(&answer, "cluster.c/cluster").fields;
    assert_eq!(fields["deletion_protection"], Value::Bool(true));
}

#[test]
fn access_becomes_entries_with_the_policies_of_eks() {
    let answer = answer(
        "access = [
           { aws = \"arn:aws:iam::123456789012:role/ops/Platform_X\", role = \"admin\" },
           { aws = \"arn:aws:iam::123456789012:role/dev\", role = \"admin\", namespaces = [\"b\", \"a\"] },
           { aws = \"arn:aws:iam::123456789012:user/eve\", role = \"view\" },
         ]",
        POOL,
    );
    let entries: Vec<_> = answer
        .resources
        .iter()
        .filter(|resource| resource.kind.as_str() == "eks.access_entry")
        .map(|one| {
            (
                one.id.part.as_str(),
                brief(&one.fields["policies"])[0].clone(),
            )
        })
        .collect();
    let policy = |name: &str| format!("arn:aws:eks::aws:cluster-access-policy/{name}");
    assert!(
        entries[0].0.starts_with("access.platform-x-"),
        "{}",
        entries[0].0
    );
    assert_eq!(
        entries[0].1["policy"],
        policy("AmazonEKSClusterAdminPolicy")
    );
    assert_eq!(entries[0].1["scope"], "cluster");
    assert_eq!(entries[1].1["policy"], policy("AmazonEKSAdminPolicy"));
    assert_eq!(entries[1].1["namespaces"], json!(["a", "b"]));
    assert_eq!(entries[2].1["policy"], policy("AmazonEKSViewPolicy"));
    let cluster = &resource(&answer, "cluster.c/cluster").fields;
    assert_eq!(cluster["creator_admin"], Value::Bool(false));
    assert!(!codes(&answer).contains("creator-admin"));
}

#[test]
fn the_creator_is_admin_where_nobody_else_is() {
    let creator = |access: &str| {
        let answer = answer(access, POOL);
        let admin = resource(&answer, "cluster.c/cluster").fields["creator_admin"].clone();
        (admin, codes(&answer).contains("no-admin"))
    };
    let entry = |name: &str| {
        format!("access = [{{ aws = \"arn:aws:iam::123456789012:role/{name}\", role = \"view\" }}]")
    };
    assert_eq!(creator(""), (Value::Bool(true), false));
    assert_eq!(creator(&entry("dev")), (Value::Bool(true), false));
    // The caller of the facts: EKS keeps one entry for it, so that it cannot be admin as well.
    assert_eq!(creator(&entry("deployer")), (Value::Bool(false), true));
}

#[test]
fn other_partitions_have_their_own_arns() {
    let mut request = request(&spec("", POOL), None);
    request.context.region = "cn-north-1".to_owned();
    let answer = expand(&request);
    let role = &resource(&answer, "cluster.c/node-role").fields;
    let shown = brief(&role["managed_policies"])[0].clone();
    assert_eq!(
        shown,
        "arn:aws-cn:iam::aws:policy/AmazonEKSWorkerNodePolicy"
    );
    assert!(
        role["trust_policy"]
            .as_text()
            .unwrap()
            .contains("ec2.amazonaws.com.cn")
    );
}

#[test]
fn blocks_of_others_are_left_to_them() {
    let mut request = request(&spec("", POOL), None);
    request.blocks.clear();
    assert_eq!(expand(&request), ExpandAnswer::default());
}

#[test]
fn one_zone_in_the_account_is_too_few() {
    let facts = Facts {
        zones: vec!["eu-west-1a".to_owned()],
        ..facts()
    };
    let answer = expand(&request(&spec("", POOL), Some(facts)));
    assert_eq!(only_failure(&answer).code, "zones-too-few");
    assert!(answer.resources.is_empty());
}
