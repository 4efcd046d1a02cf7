//! Bills of made-up prices: they add up, grow with nodes, and leave nothing out.

mod properties;

use super::*;
use crate::model::{Address, Kind, Pending, Resource, ResourceId, Value};

const REGION: &str = "r1";

fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::default();
    for (item, unit, micros) in [
        ("master", "hour", 100_000),
        ("machine", "hour", 96_000),
        ("disk", "GB-month", 80_000),
        ("gateway", "hour", 45_000),
    ] {
        let price = Price {
            unit: unit.to_owned(),
            rate: Rate::micros(micros),
            as_of: "2026-09-28".to_owned(),
            source: format!("list of {item}"),
            quality: "observed".to_owned(),
        };
        catalogue.add(REGION, item, price);
    }
    catalogue
}

fn resource(address: &str, part: &str, refers: &[(&str, &str)]) -> Resource<Pending> {
    let refers = refers.iter().map(|(address, part)| {
        let id = ResourceId::new(*address, *part);
        (part.to_string(), Value::Hole(Pending::output(&id, "id")))
    });
    Resource {
        id: ResourceId::new(address, part),
        kind: Kind::new("toy.thing"),
        provider: "toy".to_owned(),
        platform: None,
        name: None,
        parent: None,
        fields: refers.collect(),
        after: Vec::new(),
        outlives: Vec::new(),
        adopt: None,
        protect: false,
    }
}

/// A stack: resources with what they use.
#[derive(Clone, Debug, Default)]
struct Stack(Vec<(Resource<Pending>, Usage)>);

impl Stack {
    fn with(mut self, resource: Resource<Pending>, meters: Vec<Meter>) -> Self {
        self.0.push((resource, Usage::Charged { meters }));
        self
    }

    fn cluster(self, name: &str) -> Self {
        let master = resource(
            &format!("cluster.{name}"),
            "cluster",
            &[("network.main", "vpc")],
        );
        self.with(
            master,
            vec![hours("control plane", Part::ControlPlane, "master")],
        )
    }

    fn pool(self, cluster: &str, nodes: Range<u64>, gib: u64) -> Self {
        let group = resource(&format!("cluster.{cluster}.pool.web"), "nodes", &[]);
        let each = Quantity::whole(gib);
        let disk = Meter::listed("root disk", Part::Storage, "disk", "GB-month", each);
        let machine = hours("m5.large", Part::Nodes, "machine");
        self.with(group, vec![machine.count(nodes), disk.count(nodes)])
    }

    fn network(self) -> Self {
        let gateway = resource("network.main", "nat", &[]);
        self.with(gateway, vec![hours("NAT", Part::Network, "gateway")])
    }

    fn items(&self) -> Vec<Item<'_>> {
        let item = |(resource, usage)| Item {
            resource,
            region: REGION,
            usage: Some(usage),
        };
        self.0.iter().map(|(a, b)| item((a, b))).collect()
    }

    fn bill(&self) -> Bill {
        bill(&self.items(), &[], &catalogue())
    }
}

fn hours(component: &str, part: Part, item: &str) -> Meter {
    Meter::listed(component, part, item, "hour", Quantity::month())
}

fn shares(nodes: u64, gib: u64) -> (String, String) {
    let stack = Stack::default()
        .cluster("prod")
        .pool("prod", Range::exactly(nodes), gib);
    let shares = stack.bill().clusters[0].master_share;
    (shares.instances.to_string(), shares.nodes.to_string())
}

#[test]
fn the_share_of_the_control_plane_falls_with_nodes() {
    let share = |nodes| shares(nodes, 20);
    assert_eq!(share(1), ("51.0".to_owned(), "50.5".to_owned()));
    assert_eq!(share(3), ("25.8".to_owned(), "25.3".to_owned()));
    assert_eq!(share(10), ("9.4".to_owned(), "9.2".to_owned()));
    assert_eq!(share(0), ("100.0".to_owned(), "100.0".to_owned()));
}

#[test]
fn a_network_belongs_to_its_only_user_and_is_shared_by_two() {
    let alone = Stack::default().cluster("a").network().bill();
    assert_eq!(alone.clusters[0].parts.network.to_string(), "32.85");
    assert!(alone.shared.is_empty());
    let both = Stack::default().cluster("a").cluster("b").network().bill();
    assert!(
        both.clusters
            .iter()
            .all(|one| one.total == Money::micros(73_000_000))
    );
    let [shared] = &both.shared[..] else {
        panic!("{:?}", both.shared)
    };
    assert_eq!(shared.used_by.len(), 2);
    assert_eq!(both.total.to_string(), "178.85");
    let unused = Stack::default().network().bill();
    assert!(unused.clusters.is_empty() && unused.shared[0].used_by.is_empty());
}

/// A cluster without services refers to no network, and is declared to be in one.
#[test]
fn a_declared_network_belongs_to_its_cluster() {
    let master = resource("cluster.a", "cluster", &[]);
    let meters = vec![hours("control plane", Part::ControlPlane, "master")];
    let stack = Stack::default().with(master, meters).network();
    assert_eq!(stack.bill().shared.len(), 1);
    let pair = (Address::new("cluster.a"), Address::new("network.main"));
    let unknown = (Address::new("cluster.b"), Address::new("network.main"));
    let bill = bill(&stack.items(), &[pair, unknown], &catalogue());
    assert!(bill.shared.is_empty(), "{:?}", bill.shared);
    assert_eq!(bill.clusters[0].parts.network.to_string(), "32.85");
}

/// Each line says by which price of which region it was reckoned, and the bill which prices nobody has read.
#[test]
fn lines_name_their_price_and_reckoned_ones_are_told() {
    let stack = Stack::default().cluster("a").network();
    let read = stack.bill();
    let line = &read.clusters[0].lines[0];
    assert_eq!(
        (line.item.as_str(), line.region.as_str()),
        ("master", REGION)
    );
    let told = |bill: &Bill| bill.assumptions.iter().any(|one| one.contains("reckoned"));
    assert!(!told(&read));
    let mut prices = catalogue();
    for quality in ["scaled", "derived", "observed-min"] {
        let price = prices.price(REGION, "master").unwrap().clone();
        let quality = quality.to_owned();
        prices.add(REGION, "master", Price { quality, ..price });
        let bill = bill(&stack.items(), &[], &prices);
        assert!(told(&bill), "{:?}", bill.assumptions);
    }
}

/// What is shared and lacks a price is not whole, even where nothing of it has one.
#[test]
fn what_is_shared_says_whether_all_of_it_has_a_price() {
    let dear = |part| hours("unheard of", part, "mystery");
    let stack = Stack::default().cluster("a").cluster("b").network();
    let whole = stack.bill();
    assert!(whole.shared[0].complete);
    let more = resource("network.main", "more", &[]);
    let other = resource("network.other", "nat", &[]);
    let open = stack
        .with(more, vec![dear(Part::Network)])
        .with(other, vec![dear(Part::Network)])
        .bill();
    let shared: Vec<(&str, bool, Money)> = open
        .shared
        .iter()
        .map(|one| (one.address.as_str(), one.complete, one.total))
        .collect();
    let gateway = Money::micros(32_850_000);
    assert_eq!(
        shared,
        [
            ("network.main", false, gateway),
            ("network.other", false, Money::ZERO)
        ]
    );
    assert!(open.clusters.iter().all(|one| one.complete));
    assert_eq!(open.total, whole.total);
    // What only one cluster uses is missing in the bill of that one.
    let more = resource("network.main", "more", &[]);
    let alone = Stack::default().cluster("a").network();
    let alone = alone.with(more, vec![dear(Part::Network)]).bill();
    assert!(!alone.clusters[0].complete && alone.shared.is_empty());
    let of = |bill: &Bill| bill.unpriced.last().and_then(|one| one.of.clone());
    assert_eq!(of(&alone), Some(Address::new("cluster.a")));
    assert_eq!(of(&open), Some(Address::new("network.other")));
}

#[test]
fn what_has_no_price_is_listed_and_in_no_sum() {
    let meters = vec![
        hours("elsewhere", Part::Nodes, "unheard-of"),
        Meter::listed(
            "per year",
            Part::Nodes,
            "machine",
            "year",
            Quantity::whole(1),
        ),
        Meter::unlisted("spot", Part::Nodes, "it floats"),
    ];
    let stack = Stack::default().with(resource("network.main", "x", &[]), meters);
    let bill = stack.bill();
    assert_eq!(bill.total, Money::ZERO);
    let why: Vec<&str> = bill.unpriced.iter().map(|one| one.why.as_str()).collect();
    assert_eq!(
        why,
        [
            "no price of unheard-of in r1",
            "the price of machine is per hour, its use is in year",
            "it floats",
        ]
    );
    let silent = resource("network.main", "y", &[]);
    let item = Item {
        resource: &silent,
        region: REGION,
        usage: None,
    };
    assert_eq!(super::bill(&[item], &[], &catalogue()).unpriced.len(), 1);
}

#[test]
fn a_region_has_its_own_prices_or_none() {
    let stack = Stack::default().cluster("a");
    let elsewhere: Vec<Item<'_>> = stack
        .items()
        .into_iter()
        .map(|item| Item {
            region: "r2",
            ..item
        })
        .collect();
    let bill = bill(&elsewhere, &[], &catalogue());
    assert_eq!((bill.total, bill.unpriced.len()), (Money::ZERO, 1));
}

#[test]
fn a_bill_survives_json_and_names_the_parts_of_the_contract() {
    let bill = Stack::default()
        .cluster("prod")
        .pool(
            "prod",
            Range {
                min: 1,
                expected: 2,
                max: 5,
            },
            20,
        )
        .network()
        .bill();
    let json = serde_json::to_value(&bill).expect("json");
    assert_eq!(
        serde_json::from_value::<Bill>(json.clone()).expect("a bill"),
        bill
    );
    let cluster = &json["clusters"][0];
    for part in [
        "control_plane",
        "nodes",
        "management",
        "network",
        "storage",
        "secrets",
        "total",
    ] {
        assert!(cluster[part].is_string(), "{part}");
    }
    let line = &cluster["lines"][0];
    for key in [
        "id",
        "component",
        "unit",
        "unit_price",
        "monthly",
        "as_of",
        "source",
    ] {
        assert!(line[key].is_string(), "{key}");
    }
    assert!(line["quantity"].is_number());
    assert_eq!(
        (json["hours"].as_i64(), json["currency"].as_str()),
        (Some(730), Some("USD"))
    );
}

fn priced(before: &Stack, after: &Stack, budget: i64) -> Result<Priced, OverBudget> {
    let budget = Money::micros(budget * 1_000_000);
    let priced = plan_cost(&before.items(), &after.items(), &catalogue(), Some(budget));
    Budget(budget).check(&priced).map(|()| priced)
}

#[test]
fn a_plan_tells_what_moves_most_first() {
    let before = Stack::default().cluster("a").network();
    let after = Stack::default()
        .cluster("a")
        .pool("a", Range::exactly(2), 20);
    let cost = priced(&before, &after, 1_000).expect("within budget").cost;
    assert_eq!(cost.delta, cost.after - cost.before);
    let moved: Vec<(&str, String)> = cost
        .lines
        .iter()
        .map(|moved| (moved.component.as_str(), moved.delta.cents()))
        .collect();
    assert_eq!(
        moved,
        [
            ("m5.large", "$140.16".to_owned()),
            ("NAT", "-$32.85".to_owned()),
            ("root disk", "$3.20".to_owned()),
        ]
    );
}

#[test]
fn a_budget_stops_what_rises_above_it_and_lets_fall_what_is_above_it() {
    let (none, small) = (Stack::default(), Stack::default().cluster("a"));
    let large = small.clone().pool("a", Range::exactly(2), 20);
    assert!(priced(&none, &small, 73).is_ok());
    let over = priced(&none, &small, 72).expect_err("over budget");
    assert_eq!(
        over.to_string(),
        "over budget: after this plan the stack costs $73.00 a month, which is $1.00 above `budget.monthly_usd` \
         ($72.00) and $73.00 above today's $0.00"
    );
    assert_eq!(
        over.dearest()
            .map(|line| line.to_string())
            .collect::<Vec<_>>(),
        ["cluster.a/cluster control plane: $73.00"]
    );
    assert!(priced(&large, &small, 10).is_ok(), "it falls");
    assert!(priced(&large, &large, 10).is_ok(), "it stays");
    assert!(priced(&small, &large, 10).is_err(), "it rises");
}

#[test]
fn a_pool_without_a_price_is_no_pool_for_nothing() {
    let pool = |items: [&str; 2]| {
        let group = resource("cluster.a.pool.web", "nodes", &[]);
        let [machine, disk] = items;
        let each = Quantity::whole(20);
        let machine = hours("huge", Part::Nodes, machine).count(Range::exactly(3));
        let disk = Meter::listed("root disk", Part::Storage, disk, "GB-month", each);
        let stack = Stack::default().cluster("a");
        let stack = stack.with(group, vec![machine, disk.count(Range::exactly(3))]);
        let bill = stack.bill();
        let pool = bill.clusters[0].pools[0].clone();
        assert_eq!(pool.nodes.expected, 3);
        assert!(!pool.complete && !bill.clusters[0].complete);
        let cents = |sum: Option<Money>| sum.map(Money::cents);
        (cents(pool.instances), cents(pool.disks))
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(pool(["unknown", "disk"]), (None, some("$4.80")));
    assert_eq!(pool(["machine", "unknown"]), (some("$210.24"), None));
    assert_eq!(pool(["unknown", "unknown"]), (None, None));
}

/// A pool that may grow out of nothing is nothing now, whatever its machines will cost.
#[test]
fn what_there_is_none_of_yet_is_missing_from_no_expected_sum() {
    let of = |expected| {
        let group = resource("cluster.a.pool.web", "nodes", &[]);
        let count = Range {
            min: 0,
            expected,
            max: 3,
        };
        let spot = Meter::unlisted("spot", Part::Nodes, "it changes by the hour").count(count);
        let stack = Stack::default().cluster("a").with(group, vec![spot]);
        let bill = stack.bill();
        assert_eq!(bill.unpriced.len(), 1);
        bill.clusters[0].clone()
    };
    let none = of(0);
    assert!(none.complete && none.pools[0].complete);
    assert_eq!(none.pools[0].instances, Some(Money::ZERO));
    assert_eq!(none.pools[0].nodes.max, 3);
    let some = of(1);
    assert!(!some.complete && !some.pools[0].complete && some.pools[0].instances.is_none());
}
