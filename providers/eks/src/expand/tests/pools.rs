//! Rules of pools: machines, spot, zones, names, counts.
use super::*;

const GROUP: &str = "cluster.c.pool.p/nodegroup";

const TEMPLATE: &str = "cluster.c.pool.p/launch-template";

/// The machine types of the node group; none when its template has one.
fn types(answer: &ExpandAnswer) -> &[Value<Open>] {
    let Value::List(types) = &resource(answer, GROUP).fields["instance_types"] else {
        panic!("a list");
    };
    types
}

/// The machine type of the launch template.
fn one_type(answer: &ExpandAnswer) -> &Value<Open> {
    assert!(types(answer).is_empty(), "EKS takes them in one place only");
    &resource(answer, TEMPLATE).fields["instance_type"]
}

fn names(value: &Value<Open>) -> Vec<&str> {
    let Value::Hole(Open::Choice(choice)) = value else {
        panic!("{value:?}");
    };
    let names = choice.any_of.iter().map(|opt| opt.value.as_text().unwrap());
    names.collect()
}

fn pool(machine: &str, rest: &str) -> String {
    format!("machine = {machine}\nnodes = {{ min = 1, max = 3 }}\n{rest}")
}

fn field(answer: &ExpandAnswer, name: &str) -> Json {
    brief(&resource(answer, GROUP).fields[name])
}

#[test]
fn a_wish_is_a_choice_among_all_that_fit_and_are_offered() {
    let answer = answer("", POOL);
    let one = one_type(&answer);
    let Value::Hole(Open::Choice(choice)) = one else {
        panic!()
    };
    assert!(
        !choice.keep_any,
        "a live type is kept while it is listed, no longer"
    );
    assert!(choice.any_of.iter().all(|opt| opt.hourly_micros.is_some()));
    assert_eq!(
        names(one).len(),
        2,
        "of the facts, these fit: m5.large, m7i.large"
    );
    assert_eq!(field(&answer, "ami_type"), "AL2023_x86_64_STANDARD");
    assert_eq!(field(&answer, "capacity"), "ON_DEMAND");
}

#[test]
fn arm_has_its_image_and_not_the_first_graviton() {
    let small = pool("{ cpu = 2, memory = \"4GiB\", arch = \"arm64\" }", "");
    let answer = answer("", &small);
    assert!(!names(one_type(&answer)).contains(&"a1.large"));
    assert!(names(one_type(&answer)).contains(&"m6g.large"));
    assert_eq!(field(&answer, "ami_type"), "AL2023_ARM_64_STANDARD");
}

#[test]
fn families_without_encrypted_disks_are_left_out_however_cheap() {
    let tiny = spec("", &pool("{ cpu = 1, memory = \"1GiB\" }", ""));
    let answer = expand(&request(&tiny, None));
    let all = names(one_type(&answer));
    assert!(all.len() > 100);
    assert!(
        !all.iter().any(|name| name.starts_with("m1.")),
        "{:?}",
        all[0]
    );
}

#[test]
fn spot_shares_a_pool_between_several_types() {
    let wish = pool("{ cpu = 2, memory = \"8GiB\" }", "spot = true");
    let offline = expand(&request(&spec("", &wish), None));
    assert_eq!(types(&offline).len(), 3);
    assert_eq!(field(&offline, "capacity"), "SPOT");
    let distinct = field(&offline, "instance_types")[0]["distinct"].clone();
    assert_eq!(distinct, "cluster.c.pool.p/machines");
    let few = answer("", &wish);
    assert_eq!(types(&few).len(), 2, "no more than fit");
}

#[test]
fn named_types_stay_as_they_are_named() {
    let answer = answer("", &pool("{ eks = [\"m7i.large\", \"m5.large\"] }", ""));
    assert_eq!(
        field(&answer, "instance_types"),
        json!(["m7i.large", "m5.large"])
    );
    let template = &resource(&answer, TEMPLATE).fields;
    assert_eq!(template["instance_type"], Value::text(""));
}

#[test]
fn one_type_lies_in_the_template_where_another_one_rolls_the_nodes() {
    let answer = answer("", &pool("{ eks = \"m7i.large\" }", ""));
    assert_eq!(*one_type(&answer), Value::text("m7i.large"));
}

#[test]
fn a_type_that_is_not_offered_is_refused_with_its_neighbours() {
    let answer = answer("", &pool("{ eks = \"m7i.larg\" }", ""));
    let failure = only_failure(&answer);
    assert_eq!(failure.code, "machine-unknown");
    assert_eq!(failure.object.as_deref(), Some("cluster.c.pool.p"));
    assert!(
        failure
            .advice
            .as_deref()
            .unwrap()
            .starts_with("near it are m7i.large")
    );
    let offline = spec("", &pool("{ eks = \"m99i.large\" }", ""));
    assert!(expand(&request(&offline, None)).failures.is_empty());
}

#[test]
fn a_type_must_have_the_architecture_of_its_pool() {
    let mut request = request(&spec("", &pool("{ eks = \"m7i.large\" }", "")), None);
    let cluster = request.spec.clusters.get_mut("c").unwrap();
    cluster.pools.get_mut("p").unwrap().machine.arch = provision_core::spec::Arch::Arm64;
    assert_eq!(only_failure(&expand(&request)).code, "machine-arch");
    let old = answer("", &pool("{ eks = \"a1.large\", arch = \"arm64\" }", ""));
    assert_eq!(only_failure(&old).code, "machine-unfit");
}

#[test]
fn where_nothing_fits_the_largest_are_named() {
    let huge = spec("", &pool("{ cpu = 900, memory = \"8GiB\" }", ""));
    let answer = expand(&request(&huge, Some(facts())));
    let failure = only_failure(&answer);
    assert!(
        failure.message.contains("900 vCPU and 8 GiB"),
        "{}",
        failure.message
    );
    assert!(failure.advice.as_deref().unwrap().contains("large"));
    assert!(
        has(&answer, "cluster"),
        "the rest is there: all failures are told in one run"
    );
}

#[test]
fn one_zone_has_nodes_in_one_and_the_control_plane_in_two() {
    let text = format!("{}\n[network.c]\nzones = 1\n", spec("", POOL));
    let answer = expand(&request(&text, Some(facts())));
    assert_eq!(
        field(&answer, "subnets"),
        json!(["<network.c/subnet.private.a#id>"])
    );
    let cluster = brief(&resource(&answer, "cluster.c/cluster").fields["subnets"]);
    assert_eq!(
        cluster,
        json!([
            "<network.c/subnet.private.a#id>",
            "<network.c/subnet.private.b#id>"
        ])
    );
}

#[test]
fn counts_labels_and_taints_are_those_of_eks() {
    let text = "machine = { eks = \"m5.large\" }\nnodes = { min = 0, max = 4 }\ndisk = \"80GiB\"\n\
                node_labels = { tier = \"x\" }\n\
                taints = [\"a=b:NoSchedule\", \"a=c:NoExecute\", \"d=:PreferNoSchedule\"]";
    let answer = answer("", text);
    let counts = ["min", "max", "desired"].map(|name| field(&answer, name));
    assert_eq!(counts, [json!(0), json!(4), json!(0)]);
    assert_eq!(
        field(&answer, "labels"),
        json!({ "tier": "x", "provision-pool": "p" })
    );
    assert_eq!(
        field(&answer, "taints"),
        json!({ "a:NoSchedule": "b", "a:NoExecute": "c", "d:PreferNoSchedule": "" })
    );
    let template = &resource(&answer, TEMPLATE).fields;
    assert_eq!(template["disk_gib"], Value::Int(80));
    assert_eq!(template["metadata_hops"], Value::Int(1));
    for code in ["addons-nowhere", "nodes-autoscaler"] {
        assert!(codes(&answer).contains(code), "{code}");
    }
    assert!(!codes(&super::answer("", POOL)).contains("addons-nowhere"));
}

#[test]
fn names_hold_and_long_ones_fit_and_differ() {
    let stable = |facts| {
        let answer = expand(&request(&spec("", POOL), facts));
        let names = answer.resources.into_iter().map(|one| (one.id, one.name));
        names.collect::<Vec<_>>()
    };
    assert_eq!(stable(None), stable(Some(facts())));
    let mut request = request(&spec("", POOL), None);
    request.context.stack = "s".repeat(60);
    let pools = &mut request.spec.clusters.get_mut("c").unwrap().pools;
    let pool = pools["p"].clone();
    for last in ["1", "2"] {
        pools.insert(format!("{}{last}", "p".repeat(80)), pool.clone());
    }
    let answer = expand(&request);
    let limits = [
        ("iam.role", 64),
        ("ec2.launch_template", 128),
        ("eks.nodegroup", 54),
        ("eks.cluster", 100),
    ];
    for (kind, limit) in limits {
        let names: Vec<&String> = answer
            .resources
            .iter()
            .filter(|one| one.kind.as_str() == kind)
            .map(|one| one.name.as_ref().unwrap())
            .collect();
        assert!(
            names.iter().all(|name| name.len() <= limit),
            "{kind}: {names:?}"
        );
        let distinct: BTreeSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len(), "{kind}");
    }
}

#[test]
fn what_keeps_nodes_from_coming_is_told() {
    let one = answer("", &pool("{ eks = \"m5.large\" }", "spot = true"));
    assert!(codes(&one).contains("spot-single"));
    let two = answer(
        "",
        &pool("{ eks = [\"m5.large\", \"m7i.large\"] }", "spot = true"),
    );
    assert!(!codes(&two).contains("spot-single"));

    let cut_off = |nat: &str, pool: &str| {
        let text = format!(
            "{}\n[network.c]\nnat = \"{nat}\"\nendpoints = false\n",
            spec("", pool)
        );
        codes(&expand(&request(&text, None))).contains("nodes-no-way-out")
    };
    assert!(cut_off("none", POOL));
    assert!(!cut_off("single", POOL));
    assert!(!cut_off("none", ""));
}
