//! The whole life of the smallest plan against moto, which we did not write, through the real binary: no `--sandbox`, only
//! the variables that every AWS tool honours. What moto lacks stands in one table (`moto_cloud/lacks.rs`).
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;
mod moto_cloud;

use common::Place;
use moto_cloud::Moto;

#[test]
fn up_changed_and_down() {
    let Some(moto) = Moto::start() else {
        println!("skipped: moto_server is not installed");
        return;
    };
    let place = Place::with(common::MINIMAL);
    let run = |args: &[&str]| moto.run(&place, args);

    run(&["apply", "--yes"]).expect(0);
    run(&["plan", "--detailed-exitcode"]).expect(0);

    place.write(
        "provision.toml",
        common::MINIMAL.replace("max = 3", "max = 4"),
    );
    let plan = run(&["plan", "--json"]).expect(0).json();
    let changes = plan["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{plan:#}");
    let fields = changes[0]["fields"].as_array().unwrap();
    assert_eq!(fields.len(), 1, "{plan:#}");
    assert_eq!(
        (&fields[0]["before"], &fields[0]["after"]),
        (&3.into(), &4.into())
    );
    run(&["apply", "--yes"]).expect(0);
    run(&["plan", "--detailed-exitcode"]).expect(0);
    run(&["drift"]).expect(0);

    run(&["destroy", "--yes"]).expect(0);
    let again = run(&["destroy", "--yes", "--json"]).expect(0);
    assert!(
        again.err.is_empty() || !again.out.contains("step_started"),
        "{}",
        again.out
    );
    println!("stood in for: {:?}", moto.stood_in());
}

/// moto's own balancers, groups, interfaces and volumes, made by boto3 as controllers make them.
#[test]
fn what_controllers_left_is_swept() {
    let Some(moto) = Moto::start() else {
        println!("skipped: moto_server is not installed");
        return;
    };
    let place = Place::with(common::MINIMAL);
    let run = |args: &[&str]| moto.run(&place, args);
    run(&["apply", "--yes"]).expect(0);
    let url = moto.url();
    if !common::boto3("left.py", &[&url, "plant"]) {
        return;
    }
    let plan = run(&["plan", "--destroy"]).expect(0).out;
    for part in ["swept.alb.k8s-default-web", "swept.elb.a0123"] {
        assert!(plan.contains(part), "{part}: {plan}");
    }
    assert!(!plan.contains("somebodys"), "{plan}");
    run(&["destroy", "--yes"]).expect(0);
    common::boto3("left.py", &[&url, "gone"]);
}
