//! What holds of every bill.

use proptest::prelude::*;

use super::*;

fn range() -> impl Strategy<Value = Range<u64>> {
    (0_u64..50, 0_u64..50, 0_u64..50).prop_map(|(a, b, c)| Range {
        min: a,
        expected: a + b,
        max: a + b + c,
    })
}

proptest! {
    #[test]
    fn a_bill_adds_up(pools in prop::collection::vec((range(), 1_u64..500), 0..6), shared: bool) {
        let mut stack = Stack::default().network();
        for (nth, (nodes, gib)) in pools.iter().enumerate() {
            let name = format!("c{}", nth % 3);
            stack = stack.cluster(&name).pool(&name, *nodes, *gib);
        }
        if shared {
            stack = stack.network();
        }
        let bill = stack.bill();
        let lines = || {
            let of_clusters = bill.clusters.iter().flat_map(|one| &one.lines);
            of_clusters.chain(bill.shared.iter().flat_map(|one| &one.lines))
        };
        prop_assert_eq!(bill.total, lines().map(|line| line.monthly).sum());
        prop_assert_eq!(bill.range.max, lines().map(|line| line.range.max).sum());
        let meters: usize = stack.0.iter().map(|(_, usage)| match usage {
            Usage::Charged { meters } => meters.len(),
            Usage::Free { .. } => 0,
        }).sum();
        prop_assert_eq!(meters, lines().count() + bill.unpriced.len());
        for cluster in &bill.clusters {
            prop_assert_eq!(cluster.total, cluster.parts.total());
            let pools: Money = cluster.pools.iter().filter_map(|pool| pool.instances).sum();
            prop_assert!(pools <= cluster.parts.nodes);
            if cluster.pools.iter().all(|pool| pool.instances.is_some()) {
                prop_assert_eq!(pools, cluster.parts.nodes);
            }
            let unpriced = |pool: &&PoolBill| !pool.complete;
            prop_assert!(cluster.pools.iter().filter(unpriced).count() <= bill.unpriced.len());
            prop_assert!(cluster.range.min <= cluster.total && cluster.total <= cluster.range.max);
        }
    }

    #[test]
    fn more_nodes_never_cost_less(nodes in range(), more in 0_u64..20, gib in 1_u64..500) {
        let of = |nodes| Stack::default().cluster("a").pool("a", nodes, gib).bill();
        let (few, many) = (of(nodes), of(nodes.map(|number| number + more)));
        prop_assert!(many.total >= few.total);
        prop_assert!(many.clusters[0].master_share.nodes <= few.clusters[0].master_share.nodes);
    }

    #[test]
    fn the_order_of_resources_does_not_matter(mut order in Just((0..6_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let stack = Stack::default().cluster("a").cluster("b").network()
            .pool("a", Range::exactly(2), 10).pool("b", Range::exactly(3), 10)
            .with(resource("network.other", "nat", &[]), vec![Meter::unlisted("x", Part::Network, "y")]);
        let shuffled = Stack(order.drain(..).map(|nth| stack.0[nth].clone()).collect());
        prop_assert_eq!(stack.bill(), shuffled.bill());
    }

    #[test]
    fn usages_survive_the_trip_to_another_process(count in range(), thousandths in 0_i64..10_000_000) {
        let meter = Meter::listed("x", Part::Nodes, "machine", "hour", Quantity::thousandths(thousandths));
        let answer = UsageAnswer {
            usages: vec![None, Some(Usage::one(meter.count(count).assuming("much")))],
        };
        let text = serde_json::to_string(&answer).expect("json");
        prop_assert_eq!(serde_json::from_str::<UsageAnswer>(&text).expect("an answer"), answer);
    }
}
