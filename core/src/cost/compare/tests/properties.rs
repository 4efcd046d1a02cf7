//! What holds of every comparison.

use proptest::prelude::*;

use super::*;

fn wishes() -> impl Strategy<Value = Vec<Pods>> {
    let one = (0_u64..30, 50_u64..3500, 64_u64..12_000);
    prop::collection::vec(one, 1..5).prop_map(|wishes| {
        let nth = wishes.into_iter().enumerate();
        nth.map(|(nth, (count, cpu, memory))| pods(&format!("p{nth}"), count, cpu, memory))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_column_adds_up(wishes in wishes()) {
        let found = compare(&full(wishes), &markets());
        for column in &found.columns {
            let lines: Money = column.lines.iter().map(|line| line.monthly).sum();
            prop_assert_eq!(lines, column.total);
            prop_assert_eq!(column.parts.total(), column.total);
            prop_assert!(column.range.min <= column.total && column.total <= column.range.max);
            for line in &column.lines {
                prop_assert_eq!(line.unit_price.of(line.quantity), line.monthly);
                prop_assert!(!line.source.is_empty() && !line.as_of.is_empty());
            }
        }
    }

    #[test]
    fn the_same_demand_has_the_same_bill_whatever_the_order(wishes in wishes()) {
        let once = compare(&full(wishes.clone()), &markets());
        let again = compare(&full(wishes.into_iter().rev().collect()), &markets());
        prop_assert_eq!(once, again);
    }

    #[test]
    fn more_of_a_pod_never_cost_less(cpu in 50_u64..3500, memory in 64_u64..12_000, count in 2_u64..200) {
        let of = |count| compare(&bare(vec![group(vec![pods("a", count, cpu, memory)])]), &markets());
        let (few, more) = (of(count), of(count + 1));
        for (few, more) in few.columns.iter().zip(&more.columns) {
            prop_assert!(few.total <= more.total, "{} {}", few.platform, few.variant);
        }
    }

    #[test]
    fn more_nodes_cost_more_and_dwarf_the_control_plane(gib in 1_u64..500, cpu in 100_u64..4000) {
        let wish = spec::Machine { cpu_milli: Some(cpu), ..spec::Machine::default() };
        let node = Node { disk_gib: gib, ..node_of(wish) };
        let found = breakeven(&full(Vec::new()), &node, 40, &markets());
        for curve in &found.curves {
            prop_assert!(curve.complete);
            for pair in curve.points.windows(2) {
                prop_assert!(pair[0].total < pair[1].total);
                prop_assert!(pair[0].master_share.nodes >= pair[1].master_share.nodes);
                prop_assert_eq!(pair[0].control_plane, pair[1].control_plane);
            }
        }
    }
}
