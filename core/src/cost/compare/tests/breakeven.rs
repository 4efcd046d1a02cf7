//! The share of the control plane against the number of nodes.

use super::*;

#[test]
fn the_share_of_the_control_plane_is_the_known_one() {
    let demand = bare(Vec::new());
    let found = breakeven(&demand, &node_of(m5_large()), 100, &markets());
    let curve = curve_of(&found, Variant::EksNodes);
    let share = |nodes: usize| {
        let shares = curve.points[nodes - 1].master_share;
        (shares.instances.to_string(), shares.nodes.to_string())
    };
    let known = |instances: &str, nodes: &str| (instances.to_owned(), nodes.to_owned());
    assert_eq!(share(1), known("51.0", "50.5"));
    assert_eq!(share(3), known("25.8", "25.3"));
    assert_eq!(share(10), known("9.4", "9.2"));
    assert_eq!(share(100), known("1.0", "1.0"));
    assert_eq!(curve.machine.as_deref(), Some("m5.large"));
    assert_eq!((curve.little_from, curve.points.len()), (Some(10), 100));
    // The machine of the same size on the other cloud.
    let gke = curve_of(&found, Variant::GkeStandard);
    assert_eq!(gke.machine.as_deref(), Some("e2-standard-2"));
    let ecs = curve_of(&found, Variant::EcsEc2);
    assert_eq!(
        (ecs.little_from, ecs.points[0].control_plane),
        (Some(1), Money::ZERO)
    );
}

#[test]
fn the_cheapest_are_told_without_gaps_and_truly() {
    let found = breakeven(&bare(Vec::new()), &node_of(m5_large()), 100, &markets());
    let mut next = 1;
    for span in &found.cheapest {
        assert_eq!(span.from, next);
        next = span.to + 1;
        for nodes in span.from..=span.to {
            let at = usize::try_from(nodes).unwrap() - 1;
            let least = found
                .curves
                .iter()
                .map(|curve| curve.points[at].total)
                .min();
            let named = found
                .curves
                .iter()
                .find(|curve| curve.variant == span.variant && curve.platform == span.platform);
            assert_eq!(named.map(|curve| curve.points[at].total), least, "{nodes}");
        }
    }
    assert_eq!(next, 101);
    // By hand: 73.00 and 50.92 a node on GKE, 71.68 a node on ECS.
    let spans: Vec<(u64, Platform)> = found
        .cheapest
        .iter()
        .map(|span| (span.from, span.platform))
        .collect();
    assert_eq!(spans, [(1, Platform::Ecs), (4, Platform::Gke)]);
}
