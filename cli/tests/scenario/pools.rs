//! Node pools that change: in place, by rolling their nodes, and by a new node group before the old one goes.

use crate::story::Story;

const SPEC: &str = r#"stack = "hello"

[cloud.aws]
account = "123456789012"
region  = "eu-west-1"

[network.main]
zones = 2

[cluster.main]
platform = "eks"
network  = "main"

[cluster.main.pool.web]
machine = { cpu = 2, memory = "8GiB" }
nodes   = { min = 1, max = 3 }
"#;

/// The machine of the pool as it begins.
const WISH: &str = "{ cpu = 2, memory = \"8GiB\" }";

const BATCH: &str = r#"
[cluster.main.pool.batch]
machine = { eks = "m7i.large" }
nodes   = { min = 0, max = 2 }
taints  = ["dedicated=batch:NoSchedule"]
"#;

fn tell(mut story: Story) {
    in_place(&mut story);
    come_and_go(&mut story);
    anew(&mut story);
    // moto rolls no nodes.
    if !story.is_moto() {
        rolling(&mut story);
    }
    story.ends();
}

fn in_place(story: &mut Story) {
    story
        .edit("More nodes at most", &[("max = 3", "max = 5")])
        .applied();
    story
        .edit(
            "No fewer than more than there are",
            &[("min = 1", "min = 3")],
        )
        .applied();
    story
        .edit(
            "Fewer at most than there are",
            &[("min = 3, max = 5", "min = 1, max = 2")],
        )
        .applied();
    let labels = "max = 2 }\nnode_labels = { tier = \"web\" }";
    story
        .edit("Labels of nodes", &[("max = 2 }", labels)])
        .applied();
    let taints = "{ tier = \"front\" }\ntaints = [\"busy=yes:PreferNoSchedule\"]";
    story
        .edit(
            "Another label, and a taint",
            &[("{ tier = \"web\" }", taints)],
        )
        .applied();
    let other = [("busy=yes:PreferNoSchedule", "busy=no:PreferNoSchedule")];
    story.edit("Another value of the taint", &other).applied();
    let none = "\nnode_labels = { tier = \"front\" }\ntaints = [\"busy=no:PreferNoSchedule\"]";
    story
        .edit("Neither labels nor taints", &[(none, "")])
        .applied();
}

fn rolling(story: &mut Story) {
    let disk = "max = 2 }\ndisk    = \"80GiB\"";
    story
        .edit("A larger disk", &[("max = 2 }", disk)])
        .applied();
    let named = "{ eks = \"m6i.large\" }";
    story.edit("Another machine", &[(WISH, named)]).applied();
    story
        .edit("A wish that the machine fulfils", &[(named, WISH)])
        .nothing_new();
    story
        .edit("The cheapest machine again", &[])
        .with(&["--rechoose", "cluster.main.pool.web"])
        .applied();
}

fn anew(story: &mut Story) {
    let two = "{ eks = [\"m5.large\", \"m6i.large\"] }";
    let three = "{ eks = [\"m5.large\", \"m5a.large\", \"m6i.large\"] }";
    let arm = "{ cpu = 2, memory = \"8GiB\", arch = \"arm64\" }";
    let steps = [
        (
            "Several machines, which only a new node group can have",
            WISH,
            two,
        ),
        ("One more of them", two, three),
        ("One machine again", three, WISH),
        ("Another processor", WISH, arm),
    ];
    for (title, from, to) in steps {
        story
            .edit(title, &[(from, to)])
            .allowing("replace")
            .applied();
    }
    story
        .edit("The first processor again", &[(arm, WISH)])
        .allowing("replace")
        .applied();
    // moto offers other machine types.
    if !story.is_moto() {
        let (on_demand, spot) = ("max = 2 }\n", "max = 2 }\nspot    = true\n");
        for (title, from, to) in [
            ("Spot capacity", on_demand, spot),
            ("On demand again", spot, on_demand),
        ] {
            story
                .edit(title, &[(from, to)])
                .allowing("replace")
                .applied();
        }
    }
}

fn come_and_go(story: &mut Story) {
    let end = "max = 2 }\n";
    story
        .edit("A second pool", &[(end, &format!("{end}{BATCH}"))])
        .applied();
    story
        .edit("The second pool goes", &[(BATCH, "")])
        .allowing("delete")
        .applied();
}

#[test]
fn on_the_sandbox() {
    tell(Story::sandbox("pools", SPEC));
}

#[test]
fn on_moto() {
    if let Some(story) = Story::moto("pools", SPEC) {
        tell(story);
    }
}
