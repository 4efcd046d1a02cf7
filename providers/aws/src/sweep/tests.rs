//! Whose leftover an object is, and in which order the last look takes them.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use provision_core::contract::{Context, Leaver, Leavers};
use provision_core::model::{Fields, Kind, Observed, ResourceId, Status};

use super::found::{Busy, Found, Sort, World};
use super::rest::{Rest, To};
use super::scope::Scope;
use crate::marks::Tags;

const VPC: &str = "vpc-1";

fn context() -> Context {
    Context {
        stack: "shop".to_owned(),
        account: None,
        region: "eu-west-1".to_owned(),
        labels: BTreeMap::new(),
    }
}

fn live(id: &str, kind: &str, physical: &str, outputs: &[(&str, &str)]) -> Leaver {
    let id: ResourceId = id.parse().unwrap();
    let outputs = outputs.iter();
    let observed = Observed {
        id: id.clone(),
        kind: Kind::new(kind),
        provider: "aws".to_owned(),
        physical: physical.to_owned(),
        parent: None,
        fields: Fields::new(),
        outputs: outputs
            .map(|(name, value)| ((*name).to_owned(), (*value).into()))
            .collect(),
        status: Status::Ready,
        protect: false,
        adopted: None,
        needs: Vec::new(),
        uses: Vec::new(),
        foreign: Vec::new(),
    };
    Leaver {
        id,
        kind: Kind::new(kind),
        name: None,
        live: Some(observed),
    }
}

fn cluster() -> Leaver {
    let mut all = live(
        "cluster.main/cluster",
        "eks.cluster",
        "arn:c",
        &[("name", "shop-main")],
    );
    if let Some(live) = &mut all.live {
        live.fields.insert("vpc".to_owned(), VPC.into());
    }
    all
}

fn network() -> Leaver {
    live("network.main/vpc", "ec2.vpc", VPC, &[])
}

fn scope(going: Vec<Leaver>, stays: &[&str]) -> Scope {
    Scope::new(&Leavers {
        context: context(),
        going,
        stays: stays.iter().map(|name| (*name).to_owned()).collect(),
        data: false,
    })
}

fn found(sort: Sort, physical: &str, tags: &[(&str, &str)]) -> Found {
    let tags = tags.iter();
    Found {
        sort,
        physical: physical.to_owned(),
        name: physical.to_owned(),
        vpc: (sort != Sort::Volume).then(|| VPC.to_owned()),
        tags: tags
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect::<Tags>(),
        uses: Vec::new(),
        size: None,
        busy: None,
    }
}

fn world(found: Vec<Found>, stack: &str) -> World {
    World {
        found,
        marks: [(VPC.to_owned(), Some(stack.to_owned()))].into(),
        ..World::default()
    }
}

const OF_MAIN: &[(&str, &str)] = &[("elbv2.k8s.aws/cluster", "shop-main")];

#[test]
fn tags_and_the_network_must_both_tell() {
    let scope = scope(vec![cluster()], &[]);
    let balancer = found(Sort::Balancer, "arn:lb", OF_MAIN);
    let owner = scope.owner(&world(Vec::new(), "shop"), &balancer);
    assert_eq!(owner.unwrap().by.to_string(), "cluster.main/cluster");
    // Another stack's network, another network, another cluster's tags, no tags.
    assert_eq!(scope.owner(&world(Vec::new(), "other"), &balancer), None);
    let mut elsewhere = balancer.clone();
    elsewhere.vpc = Some("vpc-2".to_owned());
    let ours = world(Vec::new(), "shop");
    assert_eq!(scope.owner(&ours, &elsewhere), None);
    let theirs = found(
        Sort::Balancer,
        "arn:lb",
        &[("elbv2.k8s.aws/cluster", "theirs")],
    );
    assert_eq!(scope.owner(&ours, &theirs), None);
    assert_eq!(
        scope.owner(&ours, &found(Sort::Balancer, "arn:lb", &[])),
        None
    );
}

#[test]
fn a_cluster_that_went_earlier_is_known_by_its_name() {
    let balancer = found(Sort::Balancer, "arn:lb", OF_MAIN);
    let ours = world(Vec::new(), "shop");
    let owner = scope(vec![network()], &[]).owner(&ours, &balancer).unwrap();
    assert_eq!(owner.by.to_string(), "network.main/vpc");
    // It stays, or is to be made; its control plane lives; the name is not one of this stack.
    assert_eq!(
        scope(vec![network()], &["shop-main"]).owner(&ours, &balancer),
        None
    );
    let mut lives = world(Vec::new(), "shop");
    lives.alive.push("shop-main".to_owned());
    assert_eq!(scope(vec![network()], &[]).owner(&lives, &balancer), None);
    let shops = found(
        Sort::Balancer,
        "arn:lb",
        &[("elbv2.k8s.aws/cluster", "shopping")],
    );
    assert_eq!(scope(vec![network()], &[]).owner(&ours, &shops), None);
}

#[test]
fn what_goes_with_the_cluster_and_what_is_in_use_is_not_left() {
    let scope = scope(vec![cluster()], &[]);
    let ours = world(Vec::new(), "shop");
    let tags = [
        ("aws:eks:cluster-name", "shop-main"),
        ("kubernetes.io/cluster/shop-main", "owned"),
    ];
    assert_eq!(scope.owner(&ours, &found(Sort::Group, "sg-1", &tags)), None);
    let mut interface = found(
        Sort::Interface,
        "eni-1",
        &[("cluster.k8s.amazonaws.com/name", "shop-main")],
    );
    assert!(scope.owner(&ours, &interface).is_some());
    interface.busy = Some(Busy::Held("instance i-1".to_owned()));
    assert_eq!(scope.owner(&ours, &interface), None);
}

#[test]
fn a_volume_needs_the_cluster_and_the_claim() {
    let scope = scope(vec![cluster()], &[]);
    let ours = world(Vec::new(), "shop");
    let of_cluster = ("kubernetes.io/cluster/shop-main", "owned");
    let root = found(Sort::Volume, "vol-1", &[of_cluster]);
    assert_eq!(scope.owner(&ours, &root), None);
    let claimed = found(
        Sort::Volume,
        "vol-1",
        &[of_cluster, ("kubernetes.io/created-for/pvc/name", "data")],
    );
    assert!(scope.owner(&ours, &claimed).is_some());
}

fn rest() -> Rest {
    Rest {
        clusters: vec!["shop-main".to_owned()],
        vpcs: vec![VPC.to_owned()],
        ..Rest::default()
    }
}

#[test]
fn the_last_look_deletes_then_waits_and_ends() {
    let balancer = found(Sort::Balancer, "arn:lb", OF_MAIN);
    let mut interface = found(Sort::Interface, "eni-1", &[]);
    interface.busy = Some(Busy::Going("balancer web".to_owned()));
    interface.uses.push("sg-1".to_owned());
    let group = found(Sort::Group, "sg-1", OF_MAIN);
    let next = |found: Vec<Found>| rest().judge(&world(found, "shop"), &context());
    let all = vec![balancer, interface.clone(), group.clone()];
    assert!(matches!(next(all), To::Delete(one) if one.physical == "arn:lb"));
    let To::Wait(why) = next(vec![interface, group.clone()]) else {
        panic!("the group is held by an interface that goes");
    };
    assert!(why.contains("eni-1"), "{why}");
    assert!(matches!(next(vec![group]), To::Delete(one) if one.physical == "sg-1"));
    assert!(matches!(next(Vec::new()), To::Nothing));
    let theirs = found(Sort::Group, "sg-2", &[]);
    assert!(matches!(next(vec![theirs]), To::Nothing));
}

#[test]
fn the_last_look_waits_for_interfaces_that_hold_up_what_is_ours() {
    let ours = [(crate::marks::STACK, "shop")];
    for (tags, waits) in [(&ours[..], true), (OF_MAIN, true), (&[], false)] {
        let mut interface = found(Sort::Interface, "eni-1", &[]);
        interface.busy = Some(Busy::Going("balancer web".to_owned()));
        interface.uses.push("sg-1".to_owned());
        let all = vec![interface, found(Sort::Group, "sg-1", tags)];
        let next = rest().judge(&world(all, "shop"), &context());
        assert_eq!(matches!(next, To::Wait(_)), waits, "{tags:?}");
        assert_eq!(matches!(next, To::Nothing), !waits, "{tags:?}");
    }
}

#[test]
fn what_somebody_else_holds_is_named() {
    let mut interface = found(Sort::Interface, "eni-1", &[]);
    interface.busy = Some(Busy::Held("instance i-1".to_owned()));
    interface.uses.push("sg-1".to_owned());
    let group = found(Sort::Group, "sg-1", OF_MAIN);
    let world = world(vec![interface, group], "shop");
    let To::Held(why) = rest().judge(&world, &context()) else {
        panic!("the group is held by somebody's interface");
    };
    assert!(
        why.contains("sg-1") && why.contains("eni-1 of instance i-1"),
        "{why}"
    );
}
