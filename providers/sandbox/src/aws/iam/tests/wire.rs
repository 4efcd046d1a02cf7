//! Roles and providers: lag, names, quotas.

use super::{Iam, element, trust};
use crate::Config;
use crate::tests::at;

const EKS: &str = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy";

fn lagging() -> Iam {
    Iam::new(Config {
        visibility_lag_ms: 10_000,
        ..Config::default()
    })
}

#[test]
fn a_new_role_is_taken_at_once_and_seen_later() {
    let iam = lagging();
    let eks = trust("Service", "eks.amazonaws.com");
    iam.role("main", &eks);
    let create = [("RoleName", "Main"), ("AssumeRolePolicyDocument", &*eks)];
    let name = [("RoleName", "main")];
    assert_eq!(iam.refused("CreateRole", &create), "EntityAlreadyExists");
    assert_eq!(iam.refused("GetRole", &name), "NoSuchEntity");
    assert!(!iam.ok("ListRoles", &[]).contains("<RoleName>"));
    let attach = [("RoleName", "main"), ("PolicyArn", EKS)];
    assert_eq!(iam.refused("AttachRolePolicy", &attach), "NoSuchEntity");
    iam.wait(10);
    iam.ok("AttachRolePolicy", &attach);
    let list = |iam: &Iam| iam.ok("ListAttachedRolePolicies", &name).contains(EKS);
    assert!(!list(&iam));
    assert_eq!(iam.refused("DeleteRole", &name), "DeleteConflict");
    iam.wait(10);
    assert!(list(&iam));
}

#[test]
fn a_role_made_again_is_another_one() {
    let iam = Iam::new(Config::default());
    let eks = trust("Service", "eks.amazonaws.com");
    let arn = iam.role("main", &eks);
    let id = |iam: &Iam| element(&iam.ok("GetRole", &[("RoleName", "main")]), "RoleId");
    let first = id(&iam);
    iam.ok("DeleteRole", &[("RoleName", "main")]);
    assert_eq!(iam.role("main", &eks), arn);
    assert_ne!(id(&iam), first);
}

#[test]
fn a_trust_policy_names_only_roles_that_are_known_everywhere() {
    let iam = Iam::new(Config {
        propagation_ms: 5000,
        ..Config::default()
    });
    let other = iam.role("other", &trust("Service", "ec2.amazonaws.com"));
    let names_it = trust("AWS", &other);
    let create = [
        ("RoleName", "main"),
        ("AssumeRolePolicyDocument", &*names_it),
    ];
    let (code, message) = iam.call("CreateRole", &create).unwrap_err();
    assert_eq!(code, "MalformedPolicyDocument");
    assert!(message.contains("Invalid principal in policy"), "{message}");
    iam.wait(5);
    iam.ok("CreateRole", &create);
}

#[test]
fn quotas_are_those_of_the_account() {
    let mut config = Config::default();
    config.quotas.insert("iam:roles".into(), 1);
    config.quotas.insert("iam:oidc-providers".into(), 0);
    let iam = Iam::new(config);
    let eks = trust("Service", "eks.amazonaws.com");
    iam.role("one", &eks);
    let two = [("RoleName", "two"), ("AssumeRolePolicyDocument", &*eks)];
    let (code, message) = iam.call("CreateRole", &two).unwrap_err();
    assert_eq!(
        (code.as_str(), message.as_str()),
        (
            "LimitExceeded",
            "Cannot exceed quota for RolesPerAccount: 1"
        )
    );
    let provider = [("Url", "https://oidc.example.com/id/A")];
    let code = iam.refused("CreateOpenIDConnectProvider", &provider);
    assert_eq!(code, "LimitExceeded");
}

#[test]
fn ten_policies_and_no_more() {
    let iam = Iam::new(Config::default());
    iam.role("main", &trust("Service", "eks.amazonaws.com"));
    let names = [
        "AmazonEKSClusterPolicy",
        "AmazonEKSServicePolicy",
        "AmazonEKSComputePolicy",
        "AmazonEKSNetworkingPolicy",
        "AmazonEKSBlockStoragePolicy",
        "AmazonEKSLoadBalancingPolicy",
        "AmazonEKSWorkerNodePolicy",
        "AmazonEKS_CNI_Policy",
        "AmazonS3ReadOnlyAccess",
        "ReadOnlyAccess",
        "AdministratorAccess",
    ];
    let attach = |name: &str| {
        let arn = format!("arn:aws:iam::aws:policy/{name}");
        iam.call(
            "AttachRolePolicy",
            &[("RoleName", "main"), ("PolicyArn", &arn)],
        )
    };
    for name in &names[..10] {
        attach(name).unwrap();
    }
    attach(names[0]).unwrap();
    assert_eq!(attach(names[10]).unwrap_err().0, "LimitExceeded");
}

#[test]
fn a_service_linked_role_is_not_ours_to_change() {
    let iam = Iam::new(Config::default());
    let service = [("AWSServiceName", "eks.amazonaws.com")];
    let made = iam.ok("CreateServiceLinkedRole", &service);
    assert_eq!(element(&made, "RoleName"), "AWSServiceRoleForAmazonEKS");
    assert_eq!(
        element(&made, "Path"),
        "/aws-service-role/eks.amazonaws.com/"
    );
    assert_eq!(
        iam.refused("CreateServiceLinkedRole", &service),
        "InvalidInput"
    );
    let name = [("RoleName", "AWSServiceRoleForAmazonEKS")];
    assert_eq!(iam.refused("DeleteRole", &name), "UnmodifiableEntity");
    let objects = iam.cloud.objects(at(2000)).unwrap();
    assert!(objects.iter().all(|object| object.own_of_cloud));
    assert_eq!(objects.len(), 1);
}

#[test]
fn documents_come_percent_encoded_as_they_were_given() {
    let iam = Iam::new(Config::default());
    iam.role("main", &trust("Service", "eks.amazonaws.com"));
    let document =
        r#"{"Version": "2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    iam.ok(
        "PutRolePolicy",
        &[
            ("RoleName", "main"),
            ("PolicyName", "p"),
            ("PolicyDocument", document),
        ],
    );
    let answer = iam.ok(
        "GetRolePolicy",
        &[("RoleName", "main"), ("PolicyName", "p")],
    );
    assert_eq!(
        element(&answer, "PolicyDocument"),
        "%7B%22Version%22%3A%20%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22%2A%22%2C%22Resource%22%3A%22%2A%22%7D%7D"
    );
}

#[test]
fn a_profile_holds_one_role_and_goes_when_it_holds_none() {
    let iam = Iam::new(Config::default());
    iam.role("main", &trust("Service", "ec2.amazonaws.com"));
    iam.role("other", &trust("Service", "ec2.amazonaws.com"));
    let name = ("InstanceProfileName", "machines");
    let tag = [
        ("Tags.member.1.Key", "provision-stack"),
        ("Tags.member.1.Value", "shop"),
    ];
    let made = iam.ok(
        "CreateInstanceProfile",
        &[name, ("Path", "/provision/shop/"), tag[0], tag[1]],
    );
    assert!(element(&made, "Arn").ends_with(":instance-profile/provision/shop/machines"));
    assert_eq!(
        iam.refused("CreateInstanceProfile", &[name]),
        "EntityAlreadyExists"
    );
    let role = |role| [name, ("RoleName", role)];
    assert_eq!(
        iam.refused("AddRoleToInstanceProfile", &role("none")),
        "NoSuchEntity"
    );
    iam.ok("AddRoleToInstanceProfile", &role("main"));
    assert_eq!(
        iam.refused("AddRoleToInstanceProfile", &role("other")),
        "LimitExceeded"
    );
    assert_eq!(
        iam.refused("DeleteRole", &[("RoleName", "main")]),
        "DeleteConflict"
    );
    assert_eq!(
        iam.refused("DeleteInstanceProfile", &[name]),
        "DeleteConflict"
    );
    let told = iam.ok("GetInstanceProfile", &[name]);
    assert_eq!(element(&told, "RoleName"), "main");
    assert_eq!(element(&told, "Value"), "shop");
    let listed = iam.ok(
        "ListInstanceProfiles",
        &[("PathPrefix", "/provision/shop/")],
    );
    assert!(listed.contains("machines") && !listed.contains("<Tags>"));
    let elsewhere = iam.ok(
        "ListInstanceProfiles",
        &[("PathPrefix", "/provision/other/")],
    );
    assert!(!elsewhere.contains("machines"));
    assert_eq!(
        iam.refused("RemoveRoleFromInstanceProfile", &role("other")),
        "NoSuchEntity"
    );
    iam.ok("RemoveRoleFromInstanceProfile", &role("main"));
    iam.ok("DeleteInstanceProfile", &[name]);
    assert_eq!(iam.refused("GetInstanceProfile", &[name]), "NoSuchEntity");
}
