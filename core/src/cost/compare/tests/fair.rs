//! What a comparison has to count once, on every platform alike, or not at all.

use super::*;
use crate::cost::{Meter, Quantity};

fn lines_of<'a>(column: &'a Column, address: &str) -> Vec<&'a Line> {
    let lines = column.lines.iter();
    lines
        .filter(|line| line.id.address.as_str() == address)
        .collect()
}

#[test]
fn private_endpoints_are_in_the_columns_of_aws() {
    let mut demand = bare(vec![group(vec![pods("web", 2, 1000, 2048)])]);
    let named = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
    demand.doors = vec![Doors {
        network: "main".to_owned(),
        zones: 2,
        services: BTreeMap::from([
            (Platform::Eks, named(&["ecr.api", "ecr.dkr", "eks"])),
            (Platform::Ecs, named(&["ecs"])),
        ]),
    }];
    let mut sold = markets();
    // Without a price they are named, and the column is open.
    let found = compare(&demand, &sold);
    for variant in Variant::ALL {
        let column = column_of(&found, variant);
        let on_google = variant.platform() == Platform::Gke;
        assert_eq!(column.complete, on_google, "{variant:?}");
    }
    let none = column_of(&found, Variant::EksNodes);
    assert_eq!(
        none.unpriced[0].why,
        "no price of vpc.endpoint in us-east-1"
    );
    for (item, unit) in [("vpc.endpoint", "hour"), ("vpc.endpoint.data", "GB")] {
        let like = sold.catalogue.price(AWS, "vpc.nat").unwrap();
        let price = Price {
            unit: unit.to_owned(),
            rate: Rate::nanos(10_000_000),
            ..like.clone()
        };
        sold.catalogue.add(AWS, item, price);
    }
    let found = compare(&demand, &sold);
    for (variant, number) in [
        (Variant::EksNodes, 3),
        (Variant::EksFargate, 3),
        (Variant::EksAuto, 3),
        (Variant::EcsFargate, 1),
        (Variant::EcsEc2, 1),
        (Variant::GkeStandard, 0),
        (Variant::GkeAutopilot, 0),
    ] {
        let column = column_of(&found, variant);
        assert!(column.complete);
        assert_eq!(lines_of(column, "network.main").len(), 2 * number);
        // 2 x 730 x 0.01, and 10 GB for 0.01 each.
        let each = Money::micros(14_700_000 * i64::try_from(number).unwrap());
        assert_eq!(column.parts.network, each, "{variant:?}");
    }
    let said = &found.assumptions;
    assert!(said.iter().any(|one| one.contains("Private Google Access")));
    assert!(
        !compare(&bare(Vec::new()), &sold)
            .assumptions
            .iter()
            .any(|one| one.contains("Private Google Access"))
    );
}

/// What may run one day has to fit somewhere, and what runs now does not pay for that today.
#[test]
fn what_runs_later_gets_machines_that_hold_it() {
    let now_and_then = |cpu| Pods {
        count: Range {
            min: 0,
            expected: 0,
            max: 3,
        },
        ..pods("big", 0, cpu, 2048)
    };
    let of = |cpu| {
        let demand = bare(vec![group(vec![
            pods("web", 2, 500, 1024),
            now_and_then(cpu),
        ])]);
        compare(&demand, &markets())
    };
    let found = of(12_000);
    for variant in [Variant::EksNodes, Variant::EksAuto, Variant::EcsEc2] {
        let column = column_of(&found, variant);
        let pools: Vec<_> = column.nodes_by_pool.iter().collect();
        assert_eq!(pools[0].machine, "m5.large", "{variant:?}");
        assert_eq!(pools[1].pool, "cluster.prod.more");
        assert_eq!(pools[1].machine, "c5.4xlarge", "{variant:?}");
        assert_eq!(pools[1].nodes, now_and_then(0).count, "{variant:?}");
        // Three of them for 0.68 an hour, with what Auto Mode takes, and disks of 20 GB.
        let fee = if variant == Variant::EksAuto {
            112
        } else {
            100
        };
        let more = 3 * (680_000 * 730 * fee / 100 + 1_600_000);
        assert!(column.range.max.as_micros() - column.total.as_micros() >= more);
    }
    // Iowa has none as large here: the most is not known, and what is expected is.
    let gke = column_of(&found, Variant::GkeStandard);
    assert!(gke.complete && gke.unpriced.len() == 1);
    // What fits is packed with the others.
    let found = of(1_000);
    let pools = &column_of(&found, Variant::EksNodes).nodes_by_pool;
    assert!(pools.len() == 1 && pools[0].nodes.max > pools[0].nodes.expected);
}

/// Of two types that cost the same now, the one on which all replicas cost less.
#[test]
fn equal_types_are_told_apart_by_what_all_replicas_cost() {
    let mut sold = markets();
    let item = "ec2.instance.m5.xlarge";
    let rate = sold.catalogue.price(AWS, "ec2.instance.m5.large").unwrap();
    let same = rate.clone();
    sold.catalogue.add(AWS, item, same);
    let many = Pods {
        count: Range {
            min: 1,
            expected: 1,
            max: 8,
        },
        ..pods("web", 1, 1000, 2048)
    };
    let found = compare(&bare(vec![group(vec![many])]), &sold);
    let pool = &column_of(&found, Variant::EksNodes).nodes_by_pool[0];
    assert_eq!(pool.machine, "m5.xlarge");
    assert!(pool.nodes.max < 8);
}

/// 1780m of an m5.large: seven pods of 250m, or six with the two of CoreDNS.
#[test]
fn coredns_runs_once_in_a_cluster() {
    let full = |name: &str, arch| Group {
        name: format!("cluster.prod{name}"),
        machine: spec::Machine {
            arch,
            ..spec::Machine::default()
        },
        ..group(vec![pods(name, 7, 250, 256)])
    };
    let nodes = |groups: Vec<Group>| -> Vec<u64> {
        let mut sold = markets();
        let small = |one: &Machine| one.name.ends_with(".large");
        sold.aws.general.retain(small);
        let found = compare(&bare(groups), &sold);
        let pools = &column_of(&found, Variant::EksNodes).nodes_by_pool;
        pools.iter().map(|pool| pool.nodes.expected).collect()
    };
    use crate::spec::Arch::{Amd64, Arm64};
    // Two machines at least, so that twice as many tell.
    let twice = |name: &str, arch| Group {
        load: Load::Pods(vec![pods(name, 14, 250, 256)]),
        ..full(name, arch)
    };
    assert_eq!(nodes(vec![twice("a", Amd64)]), [3]);
    assert_eq!(nodes(vec![twice("a", Amd64), twice("b", Arm64)]), [3, 2]);
    // Where nothing of the first runs now, the second carries it.
    let none = Group {
        load: Load::Pods(vec![pods("a", 0, 250, 256)]),
        ..full("a", Amd64)
    };
    let found = nodes(vec![none, twice("b", Arm64)]);
    assert_eq!(found[1], 3);
}

#[test]
fn a_control_plane_costs_on_its_own_platform_what_the_spec_says() {
    let mut demand = bare(vec![group(vec![pods("web", 2, 500, 1024)])]);
    let hours = Quantity::month();
    let more = |item| Meter::listed("extended support", Part::ControlPlane, item, "hour", hours);
    demand.masters[0].on_top = vec![more("eks.cluster")];
    let found = compare(&demand, &markets());
    let fee = |variant| {
        let column = column_of(&found, variant);
        assert!(column.complete, "{:?}", column.unpriced);
        column.parts.control_plane.to_string()
    };
    for variant in [Variant::EksNodes, Variant::EksFargate, Variant::EksAuto] {
        assert_eq!(fee(variant), "146.00");
    }
    for variant in [Variant::GkeStandard, Variant::GkeAutopilot] {
        assert_eq!(fee(variant), "73.00");
    }
    assert_eq!(fee(Variant::EcsEc2), "0.00");
    let said = |all: &[String], what: &str| all.iter().any(|one| one.contains(what));
    let what = "`prod` is charged for on eks as the spec has it there (extended support)";
    assert!(said(&found.assumptions, what), "{:?}", found.assumptions);
    let grown = breakeven(&demand, &node_of(m5_large()), 2, &markets());
    let eks = curve_of(&grown, Variant::EksNodes);
    assert_eq!(eks.points[0].control_plane.to_string(), "146.00");
    assert!(said(&grown.assumptions, what));
}

#[test]
fn the_credit_pays_for_a_zonal_cluster() {
    let mut sold = markets();
    sold.free_cluster = true;
    let mut demand = bare(vec![group(vec![pods("web", 2, 500, 1024)])]);
    demand.masters.push(Master {
        zonal: true,
        ..master("zonal")
    });
    let fee = |demand: &Demand| {
        let found = compare(demand, &sold);
        let column = column_of(&found, Variant::GkeStandard);
        (column.parts.control_plane.to_string(), found.assumptions)
    };
    let (some, said) = fee(&demand);
    assert_eq!(some, "73.00");
    assert!(said.iter().any(|one| one.contains("a zonal cluster where")));
    demand.masters[1].zonal = false;
    let (none, said) = fee(&demand);
    assert_eq!(none, "146.00");
    assert!(said.iter().any(|one| one.contains("is a regional cluster")));
}

#[test]
fn what_was_agreed_is_told() {
    let mut sold = markets();
    let told = |sold: &Markets| compare(&bare(Vec::new()), sold).assumptions.join("\n");
    assert!(told(&sold).contains("list prices on demand"));
    sold.agreed = true;
    sold.terms = vec!["aws: 10.0 % off everything, as negotiated".to_owned()];
    let said = told(&sold);
    assert!(!said.contains("list prices") && said.contains("as negotiated"));
}

#[test]
fn what_there_is_none_of_is_missing_from_the_most_alone() {
    let mut sold = markets();
    sold.aws.general.clear();
    let machines = |min| Group {
        load: Load::Machines(Range {
            min,
            expected: min,
            max: 3,
        }),
        ..group(Vec::new())
    };
    let of = |min| {
        let found = compare(&bare(vec![machines(min)]), &sold);
        column_of(&found, Variant::EksNodes).clone()
    };
    let none = of(0);
    assert!(none.complete && none.unpriced.len() == 1 && !none.lacks(&Part::ALL));
    let some = of(1);
    assert!(!some.complete && some.lacks(&[Part::Nodes]) && !some.lacks(&[Part::Storage]));
}

/// What is known of an open one is below the cheapest: nobody can say that this is the cheapest.
#[test]
fn the_cheapest_is_not_certain_while_less_is_known_of_another() {
    let certain = |without: &str| {
        let mut sold = markets();
        let mut fewer = Catalogue::default();
        for region in [AWS, GCP] {
            for (item, price) in sold.catalogue.region(region) {
                if item != without {
                    fewer.add(region, item, price.clone());
                }
            }
        }
        sold.catalogue = fewer;
        let found = breakeven(&bare(Vec::new()), &node_of(m5_large()), 3, &sold);
        let spans = found.cheapest.iter();
        spans
            .map(|span| (span.from, span.to, span.platform, span.certain))
            .collect::<Vec<_>>()
    };
    assert_eq!(certain("nothing"), [(1, 3, Platform::Ecs, true)]);
    // Without a price of its machines GKE is 73.00 and disks: from two nodes on that is below all others.
    let found = certain("gce.instance.e2-standard-2");
    assert_eq!(
        found,
        [(1, 1, Platform::Ecs, true), (2, 3, Platform::Ecs, false)]
    );
}

/// GKE has as many nodes in each zone of a pool: the same that a plan makes, and that `cost` bills.
#[test]
fn pools_on_gke_have_as_many_nodes_in_each_zone() {
    let of = |min, max, zones| {
        let pool = Group {
            zones,
            load: Load::Machines(Range {
                min,
                expected: min,
                max,
            }),
            machine: spec::Machine {
                cpu_milli: Some(2000),
                memory: Some(8 << 30),
                ..spec::Machine::default()
            },
            ..group(Vec::new())
        };
        let found = compare(&bare(vec![pool]), &markets());
        let nodes = |variant| column_of(&found, variant).nodes_by_pool[0].nodes;
        let others = nodes(Variant::EksNodes);
        assert_eq!((others.expected, others.max), (min, max));
        let own = nodes(Variant::GkeStandard);
        (own.min, own.expected, own.max)
    };
    assert_eq!(of(5, 5, 3), (5, 6, 6));
    assert_eq!(of(1, 6, 3), (1, 3, 6));
    assert_eq!(of(1, 2, 3), (1, 2, 2));
    assert_eq!(of(1, 1, 3), (1, 1, 1));
    assert_eq!(of(4, 9, 1), (4, 4, 9));
    assert_eq!(of(0, 4, 3), (0, 0, 4));
}
