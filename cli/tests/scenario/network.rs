//! A network that changes under a running cluster: its ways out, its zones.

use crate::story::Story;

const SPEC: &str = r#"stack = "hello"

[cloud.aws]
account = "123456789012"
region  = "eu-west-1"

[network.main]
zones = 2
nat   = "single"

[cluster.main]
platform = "eks"
network  = "main"

[cluster.main.pool.web]
machine = { cpu = 2, memory = "8GiB" }
nodes   = { min = 1, max = 3 }
"#;

fn tell(mut story: Story) {
    ways_out(&mut story);
    zones(&mut story);
    story.ends();
}

fn ways_out(story: &mut Story) {
    let one = "nat   = \"single\"";
    let each = "nat   = \"per-zone\"";
    let none = "nat   = \"none\"";
    story
        .edit("A way out in each zone", &[(one, each)])
        .applied();
    story
        .edit("One way out for all", &[(each, one)])
        .allowing("delete")
        .applied();
    // moto breaks off when it is asked for endpoints by id.
    if story.is_moto() {
        return;
    }
    story
        .edit("No way out, and private endpoints", &[(one, none)])
        .allowing("delete")
        .applied();
    story
        .edit("A way out again, and no private endpoints", &[(none, one)])
        .allowing("delete")
        .applied();
}

fn zones(story: &mut Story) {
    let more = [("zones = 2", "zones = 3")];
    story
        .edit(
            "A third zone, for nodes alone: the control plane stays where it is",
            &more,
        )
        .allowing("replace")
        .applied();
    // moto does not tell in which network a cluster is.
    if !story.is_moto() {
        let other = [("zones = 3", "zones = 3\ncidr  = \"10.1.0.0/16\"")];
        story
            .edit("Another range, in which the cluster does not stand", &other)
            .refused();
    }
    let fewer = [("zones = 3", "zones = 1")];
    story
        .edit("Nodes in one zone", &fewer)
        .allowing("delete,replace")
        .applied();
}

#[test]
fn on_the_sandbox() {
    tell(Story::sandbox("network", SPEC));
}

#[test]
fn on_moto() {
    if let Some(story) = Story::moto("network", SPEC) {
        tell(story);
    }
}
