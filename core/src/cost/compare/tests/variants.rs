//! What a variant does not have.

use super::*;

/// A named type that Auto Mode does not create, and one whose interfaces nobody knows, have no price there and say why.
#[test]
fn what_a_variant_does_not_have_is_not_priced_there() {
    let mut sold = markets();
    let odd = Machine {
        interfaces: None,
        auto: None,
        ..machine("ec2.instance.m5.xlarge", 4, 16, Some(58))
    };
    sold.aws.general = vec![machine("ec2.instance.m5.large", 2, 8, Some(29)), odd];
    let named = |names: &[&str]| Group {
        load: Load::Machines(Range::exactly(1)),
        machine: spec::Machine {
            types: BTreeMap::from([(
                Platform::Eks,
                names.iter().map(|name| (*name).to_owned()).collect(),
            )]),
            ..spec::Machine::default()
        },
        ..group(Vec::new())
    };
    let why = |variant, names: &[&str]| {
        let found = machines::wanted(variant, &named(names), &sold);
        found.map(|machine| machine.name.clone())
    };
    let refused = why(Variant::EksAuto, &["m5.xlarge"]).unwrap_err();
    assert!(refused.contains("EKS Auto Mode creates no m5.xlarge"));
    let refused = why(Variant::EcsEc2, &["m5.xlarge"]).unwrap_err();
    assert!(refused.contains("how many network interfaces m5.xlarge has"));
    assert!(why(Variant::EksNodes, &["m5.xlarge"]).is_ok());
    // Of several the first that it has.
    let second = why(Variant::EksAuto, &["m5.xlarge", "m5.large"]);
    assert_eq!(second, Ok("m5.large".to_owned()));
    // Unnamed it is not chosen, however well it fits.
    let large = Group {
        machine: spec::Machine::default(),
        ..group(vec![pods("web", 1, 3000, 2048)])
    };
    let found = compare(&bare(vec![large]), &sold);
    assert!(column_of(&found, Variant::EksNodes).complete);
    for variant in [Variant::EksAuto, Variant::EcsEc2] {
        assert!(!column_of(&found, variant).complete, "{variant:?}");
    }
}
