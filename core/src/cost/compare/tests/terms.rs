//! What pools and `[prices]` say of a comparison: disks, commitments, the credit.

use super::*;

fn of(found: &Comparison, variant: Variant) -> &Column {
    let mut columns = found.columns.iter();
    let own = |column: &&Column| {
        column.platform == variant.platform() && column.variant == variant.word()
    };
    columns.find(own).unwrap()
}

#[test]
fn the_disk_that_a_pool_names_is_the_one_that_is_priced() {
    let of_type = |word: Option<&str>| Group {
        load: Load::Machines(Range::exactly(3)),
        machine: m5_large(),
        disk_type: word.map(str::to_owned),
        ..group(Vec::new())
    };
    let mut sold = markets();
    let price = sold.catalogue.price(GCP, "gce.disk.pd-balanced").unwrap();
    let dearer = Price {
        rate: Rate::nanos(170_000_000),
        ..price.clone()
    };
    sold.catalogue.add(GCP, "gce.disk.pd-ssd", dearer);
    let storage = |word| {
        let found = compare(&bare(vec![of_type(word)]), &sold);
        let on_google = of(&found, Variant::GkeStandard).parts.storage.to_string();
        let on_eks = of(&found, Variant::EksNodes).parts.storage.to_string();
        assert_eq!(on_eks, "4.80");
        on_google
    };
    assert_eq!(storage(None), "6.00");
    assert_eq!(storage(Some("pd-ssd")), "10.20");
    // None of these machines boots from a hyperdisk: not one is called priced.
    let found = compare(&bare(vec![of_type(Some("hyperdisk-balanced"))]), &sold);
    assert!(!of(&found, Variant::GkeStandard).complete);
    assert!(of(&found, Variant::EksNodes).complete);
}

/// Nobody has read what hyperdisks cost: what boots from them alone is not chosen by itself, however cheap it is.
#[test]
fn a_machine_whose_disk_has_no_price_is_not_chosen_unnamed() {
    let mut sold = markets();
    let cheap = Machine {
        disk: BootDisk::Hyperdisk,
        ..machine("gce.instance.c9-standard-2", 2, 8, None)
    };
    let price = sold
        .catalogue
        .price(GCP, "gce.instance.e2-standard-2")
        .unwrap();
    let price = Price {
        rate: Rate::nanos(1_000),
        ..price.clone()
    };
    sold.catalogue.add(GCP, cheap.item.as_str(), price);
    sold.gcp.general.insert(0, cheap);
    let unnamed = spec::Machine {
        cpu_milli: Some(2_000),
        ..spec::Machine::default()
    };
    for load in [
        Load::Machines(Range::exactly(2)),
        Load::Pods(vec![pods("web", 2, 500, 1024)]),
    ] {
        let group = Group {
            load,
            machine: unnamed.clone(),
            ..group(Vec::new())
        };
        let found = compare(&bare(vec![group]), &sold);
        let column = of(&found, Variant::GkeStandard);
        assert!(column.complete);
        assert!(column.nodes_by_pool[0].machine.starts_with("e2-"));
    }
}

#[test]
fn the_fee_of_auto_mode_is_of_the_price_on_demand() {
    let mut sold = markets();
    let machines = Group {
        load: Load::Machines(Range::exactly(2)),
        machine: m5_large(),
        ..group(Vec::new())
    };
    let demand = bare(vec![machines]);
    let fee = |sold: &Markets| {
        of(&compare(&demand, sold), Variant::EksAuto)
            .parts
            .management
    };
    let before = fee(&sold);
    // 2 × 730 × 0.096 × 12 %.
    assert_eq!(before.to_string(), "16.8192");
    let item = "ec2.instance.m5.large";
    let price = sold.catalogue.price(AWS, item).unwrap().clone();
    let committed = Price {
        rate: Rate::nanos(60_000_000),
        ..price
    };
    sold.catalogue.add(AWS, item, committed);
    assert_eq!(fee(&sold), before);
}

#[test]
fn the_credit_of_google_pays_for_one_cluster_of_autopilot() {
    let mut sold = markets();
    let mut demand = full(vec![pods("web", 2, 500, 1024)]);
    demand.masters.push(master("other"));
    let fees = |sold: &Markets, variant| of(&compare(&demand, sold), variant).parts.control_plane;
    let (pilot, standard) = (Variant::GkeAutopilot, Variant::GkeStandard);
    assert_eq!(fees(&sold, pilot).to_string(), "146.00");
    sold.free_cluster = true;
    assert_eq!(fees(&sold, pilot).to_string(), "73.00");
    assert_eq!(fees(&sold, standard).to_string(), "146.00");
}
