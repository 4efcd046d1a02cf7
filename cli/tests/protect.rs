//! What is protected stays, whatever becomes of the file; and blocks that were renamed are told.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::Place;
use serde_json::{Value, json};

const HEAD: &str = r#"stack = "hello"
[cloud.aws]
account = "123456789012"
region  = "eu-west-1"
[network.main]
zones = 2
[network.side]
zones = 2
cidr = "10.9.0.0/16"
nat = "none"
"#;

const CLUSTER: &str = r#"[cluster.main]
platform = "eks"
network = "main"
protect = true
[cluster.main.pool.default]
machine = { eks = ["m5.large"] }
nodes = { min = 1, max = 3 }
"#;

fn place(text: &str) -> Place {
    let place = Place::with(text);
    place.tune(json!({ "duration_scale": 0.0 }));
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    place
}

fn plan(place: &Place) -> Value {
    place.run(&["plan", "--sandbox", "--json"]).expect(0).json()
}

#[test]
fn a_protected_cluster_stays_until_it_is_unprotected() {
    let place = place(&format!("{HEAD}{CLUSTER}"));
    let refused = place.run(&["destroy", "--sandbox", "--yes"]).expect(1).err;
    assert!(refused.contains("cluster.main/cluster"), "{refused}");
    assert!(refused.contains("protect = false"), "{refused}");
    let before = place.objects().len();
    // Taken out of the file, alone or with the network that it stands in.
    let without = HEAD.replace("[network.main]\nzones = 2\n", "");
    for text in [HEAD.to_owned(), without] {
        place.write("provision.toml", &text);
        let planned = plan(&place);
        assert_eq!(planned["summary"]["delete"], 0, "{text}\n{planned:#}");
        assert!(
            planned["summary"]["blocked"].as_u64().unwrap() > 0,
            "{text}"
        );
        let targeted = ["plan", "--sandbox", "--json", "--target", "cluster.main"];
        let targeted = place.run(&targeted).expect(0).json();
        assert_eq!(targeted["summary"]["delete"], 0, "{text}\n{targeted:#}");
    }
    place.write("provision.toml", HEAD);
    place
        .run(&["apply", "--sandbox", "--yes", "--allow", "delete,replace"])
        .expect(1);
    assert_eq!(place.objects().len(), before);
    // Unprotected, applied, then removed.
    let open = CLUSTER.replace("protect = true", "protect = false");
    place.write("provision.toml", format!("{HEAD}{open}"));
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    place.write("provision.toml", HEAD);
    place
        .run(&["apply", "--sandbox", "--yes", "--allow", "delete"])
        .expect(0);
    assert_eq!(place.count("eks.cluster"), 0);
    place.run(&["destroy", "--sandbox", "--yes"]).expect(0);
    assert!(place.objects().is_empty());
}

#[test]
fn a_renamed_block_is_told_and_needs_its_consent() {
    let cluster = CLUSTER.replace("protect = true", "protect = false");
    let place = place(&format!("{HEAD}{cluster}"));
    for (old, new, name) in [
        ("pool.default", "pool.web", "cluster.main.pool.web"),
        ("cluster.main", "cluster.prod", "cluster.prod"),
    ] {
        place.write(
            "provision.toml",
            format!("{HEAD}{}", cluster.replace(old, new)),
        );
        let shown = place.run(&["plan", "--sandbox"]).expect(0).out;
        assert!(shown.contains(&format!("{name} looks like")), "{shown}");
        let refused = place.run(&["apply", "--sandbox", "--yes"]).expect(1).err;
        assert!(refused.contains("put its name back"), "{refused}");
        assert!(refused.contains("--allow delete"), "{refused}");
    }
    // Said in so many words, it is deleted and made anew.
    let renamed = cluster.replace("pool.default", "pool.web");
    place.write("provision.toml", format!("{HEAD}{renamed}"));
    place
        .run(&["apply", "--sandbox", "--yes", "--allow", "delete"])
        .expect(0);
    place
        .run(&["plan", "--sandbox", "--detailed-exitcode"])
        .expect(0);
    // Another shape is another pool.
    let other = cluster.replace("nodes = {", "spot = true\nnodes = {");
    place.write("provision.toml", format!("{HEAD}{other}"));
    let shown = place.run(&["plan", "--sandbox"]).expect(0).out;
    assert!(!shown.contains("looks like"), "{shown}");
}
