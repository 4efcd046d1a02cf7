//! What a spec asks for.

use super::*;
use crate::cost::{Meter, Quantity};
use crate::spec::{Cluster, Input, Spec, load};

/// Two services for nodes, one for tasks, and what is named besides.
struct Asked;

impl Providers for Asked {
    fn endpoints(&self, spec: &Spec, network: &str) -> Vec<String> {
        use crate::spec::{Endpoints, Nat};
        let network = &spec.networks[network];
        let needed = |cluster: &Cluster| match cluster.platform {
            Platform::Ecs => vec!["ecs".to_owned()],
            _ => vec!["ecr.api".to_owned(), "eks".to_owned()],
        };
        let has_pools = |cluster: &&Cluster| !cluster.pools.is_empty();
        let cut_off = network.nat == Nat::None && spec.clusters.values().any(|one| has_pools(&one));
        let all = spec.clusters.values().flat_map(needed);
        match &network.endpoints {
            Endpoints::Needed => all.collect(),
            Endpoints::Named(named) if cut_off => named.iter().cloned().chain(all).collect(),
            Endpoints::Named(named) => named.clone(),
            Endpoints::Unsaid if cut_off => all.collect(),
            _ => Vec::new(),
        }
    }

    fn on_top(&self, cluster: &Cluster) -> Vec<Meter> {
        let tier = cluster.eks.control_plane.as_deref();
        let tier = tier.filter(|tier| *tier != "standard");
        let item = tier.map(|tier| format!("eks.cluster.{tier}"));
        let each = Quantity::month();
        let meter = |item: String| Meter::listed("tier", Part::ControlPlane, &item, "hour", each);
        item.map(meter).into_iter().collect()
    }
}

fn spec(rest: &str) -> Spec {
    let text = format!(
        "stack = \"hello\"\n[cloud.aws]\naccount = \"123456789012\"\nregion = \"us-east-1\"\n[cloud.gcp]\nproject = \"acme-prod\"\nregion = \"us-central1\"\n{rest}"
    );
    let loaded = load(&Input {
        allow_unbuilt: true,
        ..Input::file("spec.toml", text)
    });
    loaded.unwrap_or_else(|all| panic!("{all:?}")).spec
}

fn web(rest: &str) -> String {
    format!(
        "[workload.web]\ncluster = \"main\"\nimage = \"r.example/web:1\"\ncpu = \"250m\"\nmemory = \"512MiB\"\n{rest}"
    )
}

#[test]
fn endpoints_are_those_that_each_platform_would_have() {
    let network = "[network.main]\nnat = \"none\"\nzones = 2\nendpoints = [\"logs\"]\n";
    let cluster = "[cluster.main]\nplatform = \"eks\"\nnetwork = \"main\"\n";
    // No pool is declared, but what runs needs some way of running.
    let of = |rest: &str| Demand::of(&spec(&format!("{network}{cluster}{rest}")), &Asked);
    let found = of(&web("")).doors;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].network.as_str(), found[0].zones), ("main", 2));
    let services = |platform| found[0].services[&platform].join(" ");
    assert_eq!(services(Platform::Eks), "ecr.api eks logs");
    assert_eq!(services(Platform::Ecs), "ecs logs");
    // Where nothing runs, only what is named is made.
    let idle = of("").doors;
    assert_eq!(idle[0].services[&Platform::Eks], ["logs"]);
    let grown = Demand::of_cluster(&spec(&format!("{network}{cluster}")), "main", &Asked);
    assert_eq!(grown.doors, found);
    let none = network.replace("[\"logs\"]", "false");
    assert_eq!(
        Demand::of(&spec(&format!("{none}{cluster}{}", web(""))), &Asked).doors,
        []
    );
}

#[test]
fn a_control_plane_is_what_the_spec_says_of_its_own_platform() {
    let text = "[network.main]\nzones = 1\n[cluster.main]\nplatform = \"eks\"\neks = { control_plane = \"tier-xl\" }\n[cluster.other]\nplatform = \"gke\"\nnetwork = \"main\"\ngke = { autopilot = true }\n";
    let masters = Demand::of(&spec(text), &Asked).masters;
    let told: Vec<_> = masters
        .iter()
        .map(|one| (one.cluster.as_str(), one.platform, one.on_top.len()))
        .collect();
    assert_eq!(
        told,
        [("main", Platform::Eks, 1), ("other", Platform::Gke, 0)]
    );
    assert!(masters[1].zonal);
}

#[test]
fn disks_are_those_of_pools_that_something_may_run_on() {
    let pool = |name: &str, disk: &str, rest: &str| {
        format!(
            "[cluster.main.pool.{name}]\nmachine = {{ cpu = 2, memory = \"8GiB\" }}\nnodes = 1\ndisk = \"{disk}\"\n{rest}"
        )
    };
    let pools = pool("small", "20GiB", "")
        + &pool("large", "100GiB", "gke = { disk_type = \"pd-ssd\" }\n")
        + &pool("own", "500GiB", "taints = [\"own=yes:NoSchedule\"]\n");
    let of = |rest: &str| {
        let text = format!("[cluster.main]\nplatform = \"gke\"\n{pools}{}", web(rest));
        let group = Demand::of(&spec(&text), &Asked).groups.remove(0);
        (group.disk_gib, group.disk_type)
    };
    assert_eq!(
        of("pool = \"small\"\n"),
        (20, Some("pd-balanced".to_owned()))
    );
    assert_eq!(of("pool = \"large\"\n"), (100, Some("pd-ssd".to_owned())));
    // Where no pool is named, nothing runs on those that keep others away.
    assert_eq!(of(""), (100, None));
}
