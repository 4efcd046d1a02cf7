//! What other services ask of IAM.

use super::trust;
use crate::Config;
use crate::aws::iam::{InstanceProfile, Role, Unusable, instance_profile};
use crate::store::{Store, Tx};
use crate::tests::at;

const ACCOUNT: &str = "111122223333";
const EKS: &str = "eks.amazonaws.com";

/// A role that was made at second 0.
fn role(trust: String) -> Role {
    Role {
        name: "main".into(),
        path: "/provision/shop/".into(),
        unique_id: "AROAX".into(),
        account: ACCOUNT.into(),
        trust,
        trusted_since: at(0),
        description: None,
        max_session: 3600,
        boundary: None,
        tags: Default::default(),
        attached: Default::default(),
        inline: Default::default(),
        service: None,
        created: at(0),
    }
}

fn usable(role: &Role, arn: &str, second: i64) -> Result<(), Unusable> {
    let store = Store::in_memory();
    let config = Config {
        propagation_ms: 10_000,
        ..Config::default()
    };
    let mut tx = Tx::new(&store, &config, at(second));
    tx.put(&Role::place(ACCOUNT), role);
    Role::usable_by(&tx, ACCOUNT, arn, EKS).map(|_| ())
}

#[test]
fn a_role_is_usable_once_it_is_known_and_lets_the_service_in() {
    let main = role(trust("Service", EKS));
    let arn = main.arn();
    assert_eq!(arn, "arn:aws:iam::111122223333:role/provision/shop/main");
    assert_eq!(usable(&main, &arn, 9), Err(Unusable::TooNew));
    assert_eq!(usable(&main, &arn, 10), Ok(()));
    let elsewhere = "arn:aws:iam::111122223333:role/main";
    assert_eq!(usable(&main, elsewhere, 10), Err(Unusable::Absent));
    let node = role(trust("Service", "ec2.amazonaws.com"));
    assert_eq!(usable(&node, &arn, 10), Err(Unusable::Untrusting));
}

#[test]
fn a_new_trust_policy_has_to_become_known_too() {
    let mut main = role(trust("Service", EKS));
    main.trusted_since = at(100);
    assert_eq!(usable(&main, &main.arn(), 105), Err(Unusable::TooNew));
    assert_eq!(usable(&main, &main.arn(), 110), Ok(()));
}

#[test]
fn a_denial_and_an_unknown_condition_do_not_let_in() {
    let statement = |effect: &str, more: &str| {
        format!(
            r#"{{"Effect":"{effect}","Principal":{{"Service":["{EKS}","x.amazonaws.com"]}},"Action":["sts:TagSession","sts:AssumeRole"]{more}}}"#
        )
    };
    let of = |statements: &[String]| {
        let main = role(format!(r#"{{"Statement":[{}]}}"#, statements.join(",")));
        usable(&main, &main.arn(), 100)
    };
    let allow = statement("Allow", "");
    assert_eq!(of(std::slice::from_ref(&allow)), Ok(()));
    let both = [allow, statement("Deny", "")];
    assert_eq!(of(&both), Err(Unusable::Untrusting));
    let condition = r#","Condition":{"StringEquals":{"aws:SourceAccount":"1"}}"#;
    let limited = [statement("Allow", condition)];
    assert_eq!(of(&limited), Err(Unusable::Untrusting));
}

#[test]
fn an_attached_policy_is_in_force_once_it_is_known() {
    let (store, config) = (Store::in_memory(), Config::default());
    let mut main = role(trust("Service", EKS));
    main.attached.insert("arn:a".into(), at(50));
    let in_force = |second, arn| main.has_policy(&Tx::new(&store, &config, at(second)), arn);
    assert!(!in_force(50, "arn:a"));
    assert!(in_force(51, "arn:a"));
    assert!(!in_force(51, "arn:b"));
}

#[test]
fn an_instance_profile_holds_its_role() {
    let (store, config) = (Store::in_memory(), Config::default());
    let mut tx = Tx::new(&store, &config, at(0));
    let place = Role::place(ACCOUNT);
    InstanceProfile::make(&mut tx, ACCOUNT, "eks-1", "main");
    assert!(instance_profile::holds(&tx, &place, "main"));
    assert!(!instance_profile::holds(&tx, &place, "other"));
    InstanceProfile::remove(&mut tx, ACCOUNT, "eks-1");
    assert!(!instance_profile::holds(&tx, &place, "main"));
}
