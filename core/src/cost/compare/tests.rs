//! Comparisons by prices of us-east-1 and us-central1 as they were read, for few machines: they add up, grow with nodes,
//! and leave nothing out.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::cost::{Part, Price, Rate};
use crate::spec;

mod breakeven;
mod demand;
mod fair;
mod properties;
mod terms;
mod variants;

const AWS: &str = "us-east-1";
const GCP: &str = "us-central1";

/// Item, unit, nano-dollars.
const OF_AWS: [(&str, &str, i64); 21] = [
    ("eks.cluster", "hour", 100_000_000),
    ("ec2.instance.m5.large", "hour", 96_000_000),
    ("ec2.instance.m5.xlarge", "hour", 192_000_000),
    ("ec2.instance.c5.4xlarge", "hour", 680_000_000),
    ("ec2.instance.m6g.large", "hour", 77_000_000),
    ("ebs.gp3", "GB-month", 80_000_000),
    ("fargate.vcpu", "vCPU-hour", 40_480_000),
    ("fargate.memory", "GB-hour", 4_445_000),
    ("fargate.arm.vcpu", "vCPU-hour", 32_380_000),
    ("fargate.arm.memory", "GB-hour", 3_560_000),
    ("vpc.nat", "hour", 45_000_000),
    ("vpc.nat.data", "GB", 45_000_000),
    ("vpc.ipv4", "hour", 5_000_000),
    ("elb.alb", "hour", 22_500_000),
    ("elb.alb.lcu", "LCU-hour", 8_000_000),
    ("elb.nlb", "hour", 22_500_000),
    ("elb.nlb.lcu", "LCU-hour", 6_000_000),
    ("secrets.secret", "month", 400_000_000),
    ("kms.key", "month", 1_000_000_000),
    ("logs.ingested", "GB", 500_000_000),
    ("ecr.stored", "GB-month", 100_000_000),
];

const OF_GCP: [(&str, &str, i64); 17] = [
    ("gke.cluster", "hour", 100_000_000),
    ("gce.instance.e2-standard-2", "hour", 67_011_000),
    ("gce.instance.e2-standard-4", "hour", 134_022_000),
    ("gce.sustained.n2-standard-8", "hour", 310_777_600),
    ("gce.disk.pd-balanced", "GiB-month", 100_000_000),
    ("gke.autopilot.vcpu", "vCPU-hour", 44_500_000),
    ("gke.autopilot.memory", "GiB-hour", 4_922_500),
    ("gke.autopilot.storage", "GiB-hour", 54_800),
    ("nat.vm", "hour", 1_400_000),
    ("nat.data", "GiB", 45_000_000),
    ("gce.ipv4", "hour", 5_000_000),
    ("lb.global.rules", "hour", 25_000_000),
    ("lb.global.rule", "hour", 10_000_000),
    ("lb.global.data", "GiB", 8_000_000),
    ("lb.rules", "hour", 25_000_000),
    ("lb.data", "GiB", 8_000_000),
    ("secretmanager.version", "month", 60_000_000),
];

fn machine(item: &str, vcpu: u32, gib: u64, pods: Option<u32>) -> Machine {
    let name = item.splitn(3, '.').last().unwrap_or_default();
    Machine {
        name: name.to_owned(),
        item: item.to_owned(),
        vcpu,
        memory_mib: gib * 1024,
        arch: match name.starts_with("m6g") {
            true => Arch::Arm64,
            false => Arch::Amd64,
        },
        most_pods: pods,
        interfaces: match pods {
            Some(0..=29) => Some(3),
            Some(30..=58) => Some(4),
            Some(_) => Some(8),
            None => None,
        },
        auto: pods.map(|_| AutoMode {
            permille: 120,
            unnamed: true,
        }),
        shared: false,
        accelerated: false,
        disk: match item.starts_with("gce.") {
            true => BootDisk::Persistent,
            false => BootDisk::Ebs,
        },
    }
}

fn markets() -> Markets {
    let mut markets = Markets {
        aws: Market {
            region: AWS.to_owned(),
            general: vec![
                machine("ec2.instance.m6g.large", 2, 8, Some(29)),
                machine("ec2.instance.m5.large", 2, 8, Some(29)),
                machine("ec2.instance.m5.xlarge", 4, 16, Some(58)),
                machine("ec2.instance.c5.4xlarge", 16, 32, Some(234)),
            ],
            named: Vec::new(),
        },
        gcp: Market {
            region: GCP.to_owned(),
            general: vec![
                machine("gce.instance.e2-standard-2", 2, 8, None),
                machine("gce.instance.e2-standard-4", 4, 16, None),
                machine("gce.sustained.n2-standard-8", 8, 32, None),
            ],
            named: Vec::new(),
        },
        ..Markets::default()
    };
    let aws = OF_AWS.iter().map(|row| (AWS, row));
    for (region, (item, unit, nanos)) in aws.chain(OF_GCP.iter().map(|row| (GCP, row))) {
        let price = Price {
            unit: (*unit).to_owned(),
            rate: Rate::nanos(*nanos),
            as_of: "2026-09-28".to_owned(),
            source: format!("list of {item}"),
            quality: "observed".to_owned(),
        };
        if item.starts_with("ec2.") {
            let item = format!("{ON_DEMAND}{item}");
            markets.catalogue.add(region, item, price.clone());
        }
        markets.catalogue.add(region, *item, price);
    }
    markets
}

fn m5_large() -> spec::Machine {
    spec::Machine {
        types: BTreeMap::from([(Platform::Eks, vec!["m5.large".to_owned()])]),
        ..spec::Machine::default()
    }
}

fn node_of(machine: spec::Machine) -> Node {
    Node {
        machine,
        disk_gib: 20,
        disk_type: None,
        attached: BTreeMap::new(),
    }
}

fn master(cluster: &str) -> Master {
    Master {
        cluster: cluster.to_owned(),
        zonal: false,
        platform: Platform::Eks,
        on_top: Vec::new(),
    }
}

/// A cluster and nothing around it.
fn bare(groups: Vec<Group>) -> Demand {
    Demand {
        basis: match groups.first().map(|group| &group.load) {
            Some(Load::Pods(_)) => Basis::Workloads,
            _ => Basis::Pools,
        },
        masters: vec![master("prod")],
        groups,
        ways: Vec::new(),
        doors: Vec::new(),
        balancers: Vec::new(),
        task_secrets: Vec::new(),
        cloud_secrets: Vec::new(),
        notes: BTreeSet::new(),
    }
}

fn pods(name: &str, count: u64, cpu_milli: u64, memory_mib: u64) -> Pods {
    Pods {
        name: format!("workload.{name}"),
        count: Range::exactly(count),
        cpu_milli,
        memory_mib,
        volumes_gib: 0,
    }
}

fn group(pods: Vec<Pods>) -> Group {
    Group {
        name: "cluster.prod".to_owned(),
        cluster: "prod".to_owned(),
        zones: 1,
        load: Load::Pods(pods),
        machine: spec::Machine::default(),
        disk_gib: 20,
        disk_type: None,
        pools: Vec::new(),
    }
}

/// All that a stack may have.
fn full(pods: Vec<Pods>) -> Demand {
    let balancer = |name: &str, http, public| Balancer {
        name: name.to_owned(),
        http,
        public,
        zones: 3,
    };
    Demand {
        ways: vec![Way {
            network: "main".to_owned(),
            gateways: 3,
            clusters: BTreeSet::from(["prod".to_owned()]),
        }],
        balancers: vec![
            balancer("web", true, true),
            balancer("mail", false, true),
            balancer("inside", true, false),
        ],
        task_secrets: vec!["key".to_owned()],
        cloud_secrets: vec!["shared".to_owned()],
        ..bare(vec![group(pods)])
    }
}

fn column_of(comparison: &Comparison, variant: Variant) -> &Column {
    let of = |column: &&Column| {
        (column.platform, column.variant.as_str()) == (variant.platform(), variant.word())
    };
    comparison.columns.iter().find(of).unwrap()
}

fn curve_of(breakeven: &Breakeven, variant: Variant) -> &Curve {
    let of = |curve: &&Curve| {
        (curve.platform, curve.variant.as_str()) == (variant.platform(), variant.word())
    };
    breakeven.curves.iter().find(of).unwrap()
}

/// By hand: two m5.large for three pods of 1 vCPU and 2 GiB, since a node leaves 1780m.
#[test]
fn pods_are_packed_on_what_nodes_leave() {
    let demand = bare(vec![group(vec![pods("web", 2, 1000, 2048)])]);
    let found = compare(&demand, &markets());
    let nodes = column_of(&found, Variant::EksNodes);
    // One m5.xlarge would hold both, but two replicas are to be on two machines.
    assert_eq!(nodes.nodes_by_pool[0].machine, "m5.large");
    assert_eq!(nodes.nodes_by_pool[0].nodes, Range::exactly(2));
    assert_eq!(nodes.parts.control_plane.to_string(), "73.00");
    assert_eq!(nodes.parts.nodes.to_string(), "140.16");
    assert_eq!(nodes.parts.storage.to_string(), "3.20");
    assert_eq!(nodes.total.to_string(), "216.36");
    // 4000m and 16 GiB are paid for.
    assert_eq!((nodes.stranded.cpu, nodes.stranded.memory), (2000, 12_288));
    assert_eq!(nodes.stranded.permille, 750);
    let auto = column_of(&found, Variant::EksAuto);
    assert_eq!(auto.parts.management.to_string(), "16.8192");
    // 1 vCPU and 3 GB on EKS, 1 and 2 on ECS; CoreDNS is 0.25 vCPU and 0.5 GB twice.
    let fargate = column_of(&found, Variant::EksFargate);
    let vcpu: Vec<String> = fargate
        .lines
        .iter()
        .filter(|line| line.part == Part::Nodes)
        .map(|line| format!("{} {} {}", line.id, line.component, line.quantity))
        .collect();
    assert_eq!(
        vcpu,
        [
            "cluster.prod/coredns memory 730",
            "cluster.prod/coredns vCPU 365",
            "workload.web/pods memory 4380",
            "workload.web/pods vCPU 1460",
        ]
    );
    let ecs = column_of(&found, Variant::EcsFargate);
    assert_eq!(ecs.total.to_string(), "72.0802");
    assert_eq!(ecs.parts.control_plane, Money::ZERO);
    let autopilot = column_of(&found, Variant::GkeAutopilot);
    // (0.0445 + 2 x 0.0049225 + 0.0000548) x 730 x 2, and 73.
    assert_eq!(autopilot.total.to_string(), "152.423708");
}

#[test]
fn interfaces_limit_tasks_on_machines_of_ecs() {
    let demand = bare(vec![group(vec![pods("web", 12, 100, 128)])]);
    let found = compare(&demand, &markets());
    // 2 tasks on an m5.large for 70.08, 3 on an m5.xlarge, 7 on a c5.4xlarge.
    let ecs = &column_of(&found, Variant::EcsEc2).nodes_by_pool[0];
    assert_eq!((ecs.machine.as_str(), ecs.nodes.expected), ("m5.large", 6));
    let eks = &column_of(&found, Variant::EksNodes).nodes_by_pool[0];
    assert_eq!((eks.machine.as_str(), eks.nodes.expected), ("m5.large", 2));
}

#[test]
fn what_is_around_a_cluster_is_in_every_column() {
    let found = compare(&full(vec![pods("web", 2, 1000, 2048)]), &markets());
    for column in &found.columns {
        assert!(column.complete, "{:?}", column.unpriced);
    }
    let aws = column_of(&found, Variant::EcsFargate);
    // Three gateways with addresses and 300 GB; an ALB, an NLB, an internal ALB; 6 addresses.
    let nat = 3.0 * (0.045 + 0.005) * 730.0 + 300.0 * 0.045;
    let lb = 3.0 * 0.0225 * 730.0 + (2.0 * 0.008 + 0.006) * 730.0 + 6.0 * 0.005 * 730.0;
    assert_eq!(
        aws.parts.network.as_micros(),
        ((nat + lb) * 1e6_f64).round() as i64
    );
    assert_eq!(aws.parts.secrets.to_string(), "0.80");
    assert_eq!(
        column_of(&found, Variant::EksNodes)
            .parts
            .secrets
            .to_string(),
        "0.40"
    );
    let gke = column_of(&found, Variant::GkeStandard);
    let nat = (2.0 * 0.0014 + 0.005) * 730.0 + 300.0 * 0.045;
    // Two kinds of rules, three balancers with 730 GiB each.
    let lb = 2.0 * 0.025 * 730.0 + 3.0 * 0.008 * 730.0;
    assert_eq!(
        gke.parts.network.as_micros(),
        ((nat + lb) * 1e6_f64).round() as i64
    );
    assert_eq!(gke.parts.secrets.to_string(), "0.06");
}

#[test]
fn what_has_no_price_is_listed_and_never_nothing() {
    let mut demand = full(vec![pods("web", 1, 17_000, 2048)]);
    let Load::Pods(of) = &mut demand.groups[0].load else {
        panic!("pods");
    };
    of.push(Pods {
        volumes_gib: 10,
        ..pods("db", 1, 1000, 2048)
    });
    let found = compare(&demand, &markets());
    let whys = |variant| {
        let column = column_of(&found, variant);
        assert!(!column.complete);
        let whys = column
            .unpriced
            .iter()
            .map(|one| format!("{}: {}", one.id, one.why));
        whys.collect::<Vec<_>>()
    };
    assert_eq!(
        whys(Variant::EksNodes),
        ["cluster.prod/machines: no machine that holds its largest pod has a price in us-east-1"]
    );
    assert_eq!(
        whys(Variant::EcsFargate),
        [
            "workload.db/volumes: ecs fargate keeps no disk of a pod",
            "workload.web/pods: nothing as large as 17000m and 2048 MiB is sold without a machine",
        ]
    );
    let gke = column_of(&found, Variant::GkeAutopilot);
    let disk = gke
        .lines
        .iter()
        .find(|line| line.component == "volumes")
        .unwrap();
    assert_eq!(disk.monthly.to_string(), "1.00");

    let nowhere = Markets {
        gcp: Market {
            region: "mars-north1".to_owned(),
            ..Market::default()
        },
        ..markets()
    };
    let found = compare(&full(vec![pods("web", 2, 1000, 2048)]), &nowhere);
    let gke = column_of(&found, Variant::GkeStandard);
    assert!(!gke.complete && gke.lines.is_empty());
    assert!(
        gke.unpriced
            .iter()
            .any(|one| one.why == "no price of gke.cluster in mars-north1")
    );
    let found = breakeven(&demand, &node_of(m5_large()), 3, &nowhere);
    assert!(
        found
            .cheapest
            .iter()
            .all(|span| span.platform != Platform::Gke)
    );
}

#[test]
fn a_machine_that_nobody_knows_leads_to_none() {
    let wish = |name: &str| Group {
        machine: spec::Machine {
            types: BTreeMap::from([(Platform::Eks, vec![name.to_owned()])]),
            ..spec::Machine::default()
        },
        ..group(Vec::new())
    };
    let markets = markets();
    let found = |variant, name: &str| {
        let found = machines::wanted(variant, &wish(name), &markets);
        found.map(|machine| machine.name.clone())
    };
    assert_eq!(
        found(Variant::GkeStandard, "m5.xlarge"),
        Ok("e2-standard-4".to_owned())
    );
    assert!(found(Variant::GkeStandard, "m5.large").is_ok());
    assert!(
        found(Variant::GkeStandard, "z9.huge").is_err()
            && found(Variant::EksNodes, "z9.huge").is_err()
    );
    // Graviton has no like of it in Iowa.
    assert!(found(Variant::GkeStandard, "m6g.large").is_err());
}
