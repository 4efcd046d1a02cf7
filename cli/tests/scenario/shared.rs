//! A network that several clusters use, that reaches AWS by itself, and what it costs: neighbours, endpoints, a key, a
//! budget.

use crate::story::Story;

const SPEC: &str = r#"stack = "hello"

[cloud.aws]
account = "123456789012"
region  = "eu-west-1"

[network.main]
zones = 2

[cluster.blue]
platform = "eks"
network  = "main"

[cluster.blue.pool.web]
machine = { eks = "m5.large" }
nodes   = { min = 1, max = 3 }
"#;

const GREEN: &str = r#"
[cluster.green]
platform = "eks"
network  = "main"

[cluster.green.pool.web]
machine = { eks = "m5.large" }
nodes   = 1
"#;

const BLUE: &str = "[cluster.blue]\n";

fn tell(mut story: Story) {
    let with_green = format!("{GREEN}\n{BLUE}");
    let green = [(BLUE, with_green.as_str())];
    let stack = "stack = \"hello\"\n";
    let poor = format!("{stack}\n[budget]\nmonthly_usd = 300\n");
    let both = [(stack, poor.as_str()), green[0]];
    story
        .edit("A second cluster, above the budget", &both)
        .wrong();
    story
        .edit("A second cluster in the same network", &green)
        .applied();
    doors(&mut story);
    key(&mut story);
    story
        .edit("The second cluster goes, the network stays", &[(GREEN, "")])
        .allowing("delete")
        .applied();
    story.ends();
}

fn doors(story: &mut Story) {
    let zones = "zones = 2\n";
    let all = "zones = 2\nendpoints = [\"s3\", \"sts\"]\n";
    story
        .edit("Doors to two services of AWS", &[(zones, all)])
        .applied();
    story
        .edit("No doors", &[("endpoints = [\"s3\", \"sts\"]\n", "")])
        .allowing("delete")
        .applied();
}

fn key(story: &mut Story) {
    let key = "arn:aws:kms:eu-west-1:123456789012:key/0f3c2d10-aaaa-4bbb-8ccc-0123456789ab";
    let keyed = format!("{BLUE}eks = {{ kms_key = \"{key}\" }}\n");
    story
        .edit("A key of ours for secrets", &[(BLUE, keyed.as_str())])
        .applied();
    let line = format!("eks = {{ kms_key = \"{key}\" }}\n");
    story
        .edit("It cannot be taken away", &[(line.as_str(), "")])
        .refused();
}

// On moto all clusters have one issuer, so that there cannot be a second identity provider.
#[test]
fn on_the_sandbox() {
    tell(Story::sandbox("shared", SPEC));
}
