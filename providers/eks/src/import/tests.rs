//! What is read of a cluster that another tool made.
#![allow(clippy::unwrap_used)]

use aws_sdk_eks::types::{Nodegroup, VpcConfigResponse};

use super::*;
use crate::testing::Recorder;

fn reading(aws: &Aws) -> Reading<'_> {
    Reading {
        aws,
        name: "billing",
        version: "1.35",
        left: Vec::new(),
    }
}

fn left(reading: &Reading<'_>, what: &str) -> usize {
    let left = reading.left.iter();
    left.filter(|one| one.what.contains(what)).count()
}

#[test]
fn what_lags_is_told_before_it_moves() {
    let aws = Recorder::new([]).aws();
    let group = |version: &str| Nodegroup::builder().version(version).build();
    let mut of = reading(&aws);
    of.leave_of_nodes("pool ng", &group("1.34"));
    assert_eq!(
        left(&of, "run Kubernetes 1.34: the first apply rolls them"),
        1
    );
    of.leave_of_nodes("pool web", &group("1.35"));
    // An image of somebody's own: EKS tells no minor.
    of.leave_of_nodes("pool own", &Nodegroup::builder().build());
    assert_eq!(left(&of, "the first apply"), 1);

    let addon = |version: &str| Addon::builder().addon_version(version).build();
    of.leave_of_addon("kube-proxy", &addon("v1.35.0-eksbuild.2"));
    of.leave_of_addon("vpc-cni", &addon("v1.20.0-eksbuild.1"));
    assert_eq!(left(&of, "the first plan after"), 0);
    of.leave_of_addon("kube-proxy", &addon("v1.34.2-eksbuild.5"));
    assert_eq!(
        left(
            &of,
            "kube-proxy is v1.34.2-eksbuild.5: the first plan after"
        ),
        1
    );
}

#[test]
fn everybody_is_told_with_and_without_ipv6() {
    let public = |ranges: &[&str]| {
        let network = VpcConfigResponse::builder().endpoint_public_access(true);
        let network = ranges.iter().fold(network, |network, range| {
            network.public_access_cidrs(*range)
        });
        let cluster = Wire::builder().resources_vpc_config(network.build());
        endpoint(&cluster.build())["public"].clone()
    };
    for ranges in [&[][..], &["0.0.0.0/0"], &["0.0.0.0/0", "::/0"]] {
        assert_eq!(public(ranges), json!(true), "{ranges:?}");
    }
    assert_eq!(public(&["203.0.113.0/24"]), json!(["203.0.113.0/24"]));
}
