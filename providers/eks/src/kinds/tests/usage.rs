//! What clusters and nodes use.

use std::borrow::Cow;
use std::collections::BTreeMap;

use provision_core::contract::Provider as _;
use provision_core::cost::{
    Charge, CloudTerms, Meter, Quantity, Range, Usage, UsageOf, UsageRequest,
};
use provision_core::model::{Kind, Pending, Resource, ResourceId, Value};

use crate::EksProvider;
use crate::testing::context;

type Fields = BTreeMap<String, Value<Pending>>;

fn resource(address: &str, part: &str, kind: &str, fields: Fields) -> Resource<Pending> {
    Resource {
        id: ResourceId::new(address, part),
        kind: Kind::new(kind),
        provider: "eks".to_owned(),
        platform: None,
        name: None,
        parent: None,
        fields,
        after: Vec::new(),
        outlives: Vec::new(),
        adopt: None,
        protect: false,
    }
}

fn fields<const N: usize>(fields: [(&str, Value<Pending>); N]) -> Fields {
    fields.map(|(name, value)| (name.to_owned(), value)).into()
}

fn meters(of: UsageOf<'_>, referred: Vec<Resource<Pending>>, as_of: &str) -> Vec<Meter> {
    let request = UsageRequest {
        terms: CloudTerms::default(),
        context: context(),
        as_of: as_of.to_owned(),
        resources: vec![of],
        referred: referred.into_iter().map(Cow::Owned).collect(),
    };
    let mut answer = EksProvider::offline().usage(&request);
    match answer.usages.remove(0) {
        Some(Usage::Charged { meters }) => meters,
        other => panic!("{other:?}"),
    }
}

fn template(gib: i64) -> Resource<Pending> {
    let fields = fields([
        ("disk_gib", Value::Int(gib)),
        ("instance_type", Value::text("c7i.large")),
    ]);
    resource(
        "cluster.main.pool.web",
        "launch-template",
        "ec2.launch_template",
        fields,
    )
}

/// A group of one to five nodes of these types; `desired` of them live.
fn group(types: &[&str], capacity: &str, desired: Option<i64>) -> UsageOf<'static> {
    let template = Pending::output(&template(0).id, "id");
    let types = types.iter().map(|name| Value::text(*name)).collect();
    let fields = fields([
        ("instance_types", Value::List(types)),
        ("capacity", Value::text(capacity)),
        ("min", Value::Int(1)),
        ("max", Value::Int(5)),
        ("template_id", Value::Hole(template)),
    ]);
    UsageOf {
        resource: Cow::Owned(resource(
            "cluster.main.pool.web",
            "nodegroup",
            "eks.nodegroup",
            fields,
        )),
        live: desired
            .map(|number| Cow::Owned(BTreeMap::from([("desired".to_owned(), Value::Int(number))]))),
    }
}

fn of_group(group: UsageOf<'_>) -> [Meter; 2] {
    let meters = meters(group, vec![template(50)], "2026-11-25");
    meters.try_into().unwrap()
}

fn item(meter: &Meter) -> &str {
    match &meter.charge {
        Charge::Listed { item, .. } => item,
        Charge::Unlisted { why } => panic!("no price: {why}"),
    }
}

#[test]
fn nodes_have_a_machine_and_a_disk_each() {
    let [machine, disk] = of_group(group(&["m5.large"], "ON_DEMAND", None));
    assert_eq!(item(&machine), "ec2.instance.m5.large");
    assert_eq!(
        (machine.count.min, machine.count.expected, machine.count.max),
        (1, 1, 5)
    );
    assert_eq!(machine.each, Quantity::month());
    assert_eq!((item(&disk), disk.each), ("ebs.gp3", Quantity::whole(50)));
    assert_eq!(disk.count, machine.count);
}

#[test]
fn the_number_of_nodes_is_the_live_one_within_the_bounds() {
    let expected = |live| {
        of_group(group(&["m5.large"], "ON_DEMAND", Some(live)))[0]
            .count
            .expected
    };
    assert_eq!([0, 1, 3, 9].map(expected), [1, 1, 3, 5]);
}

#[test]
fn several_types_are_told_and_none_is_the_template_s() {
    let [machine, _] = of_group(group(&["m5.large", "m6i.large"], "ON_DEMAND", None));
    assert_eq!(item(&machine), "ec2.instance.m5.large");
    assert_eq!(
        machine.assumption.as_deref(),
        Some("the first of 2 types that the pool allows")
    );
    let [machine, _] = of_group(group(&[], "ON_DEMAND", None));
    assert_eq!(item(&machine), "ec2.instance.c7i.large");
}

#[test]
fn spot_has_no_list_price_and_its_disk_has() {
    let [machine, disk] = of_group(group(&["m5.large"], "SPOT", None));
    assert!(matches!(machine.charge, Charge::Unlisted { .. }));
    assert_eq!(item(&disk), "ebs.gp3");
}

#[test]
fn a_disk_of_an_unknown_size_is_not_a_disk_of_no_size() {
    let meters = meters(
        group(&["m5.large"], "ON_DEMAND", None),
        Vec::new(),
        "2026-11-25",
    );
    assert!(matches!(meters[1].charge, Charge::Unlisted { .. }));
    assert_eq!(
        meters[1].count,
        Range {
            min: 1,
            expected: 1,
            max: 5
        }
    );
}

#[test]
fn a_group_without_a_template_of_ours_has_the_disk_that_eks_tells() {
    let of = |gib: i64, template| {
        let mut group = group(&["m5.large"], "ON_DEMAND", Some(2));
        group
            .live
            .as_mut()
            .unwrap()
            .to_mut()
            .insert("disk_gib".to_owned(), Value::Int(gib));
        meters(group, template, "2026-11-25").remove(1)
    };
    let disk = of(80, Vec::new());
    assert_eq!((item(&disk), disk.each), ("ebs.gp3", Quantity::whole(80)));
    assert!(disk.assumption.is_some());
    let mut live = group(&["m5.large"], "ON_DEMAND", None);
    let fields = &mut live.resource.to_mut().fields;
    fields.insert("disk_gib".to_owned(), Value::Int(80));
    let disk = meters(live, Vec::new(), "2026-11-25").remove(1);
    assert_eq!(disk.each, Quantity::whole(80), "asked about as it is live");
    // What we wrote goes before.
    assert_eq!(of(80, vec![template(50)]).each, Quantity::whole(50));
}

#[test]
fn a_tier_is_charged_on_top_of_the_control_plane() {
    let items = |tier: &str| {
        let fields = fields([
            ("version", Value::text("1.35")),
            ("support", Value::text("STANDARD")),
            ("tier", Value::text(tier)),
        ]);
        let of = UsageOf {
            resource: Cow::Owned(resource("cluster.main", "cluster", "eks.cluster", fields)),
            live: None,
        };
        let meters = meters(of, Vec::new(), "2026-11-25");
        assert!(meters.iter().all(|meter| meter.each == Quantity::month()));
        meters
            .iter()
            .map(|meter| item(meter).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(items("standard"), ["eks.cluster"]);
    assert_eq!(items("tier-4xl"), ["eks.cluster", "eks.cluster.tier-4xl"]);
}

#[test]
fn extended_support_is_charged_for_when_standard_support_has_ended() {
    let items = |version: &str, support: &str, day: &str| {
        let fields = fields([
            ("version", Value::text(version)),
            ("support", Value::text(support)),
        ]);
        let of = UsageOf {
            resource: Cow::Owned(resource("cluster.main", "cluster", "eks.cluster", fields)),
            live: None,
        };
        meters(of, Vec::new(), day)
            .iter()
            .map(|meter| item(meter).to_owned())
            .collect::<Vec<_>>()
    };
    let standard = ["eks.cluster"];
    let both = ["eks.cluster", "eks.cluster.extended"];
    assert_eq!(
        items("1.33", "EXTENDED", "2026-07-29"),
        standard,
        "its last day"
    );
    assert_eq!(items("1.33", "EXTENDED", "2026-07-30"), both);
    assert_eq!(
        items("1.33", "STANDARD", "2026-07-30"),
        standard,
        "EKS upgrades it instead"
    );
    assert_eq!(
        items("1.23", "EXTENDED", "2026-07-30"),
        both,
        "older than the calendar"
    );
    assert_eq!(
        items("1.99", "EXTENDED", "2026-07-30"),
        standard,
        "newer than the calendar"
    );
}
