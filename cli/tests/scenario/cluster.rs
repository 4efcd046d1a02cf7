//! A control plane that changes: who reaches it, what it writes down, who may use it, what runs in it, its marks.

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
"#;

const POOL: &str = r#"
[cluster.main.pool.web]
machine = { cpu = 2, memory = "8GiB" }
nodes   = { min = 1, max = 3 }
"#;

const NETWORK: &str = "network  = \"main\"\n";

fn tell(mut story: Story) {
    if !story.is_moto() {
        story.role("developers");
    }
    story
        .edit(
            "The first pool, with what needs nodes",
            &[(NETWORK, &format!("{NETWORK}{POOL}"))],
        )
        .applied();
    logging(&mut story);
    // moto forgets subnets when the endpoint changes, and changes nothing of add-ons and access entries.
    if !story.is_moto() {
        endpoint(&mut story);
        access(&mut story);
        marks(&mut story);
    }
    story
        .edit("No pool, and nothing that needs nodes", &[(POOL, "")])
        .allowing("delete")
        .applied();
    story.ends();
}

fn endpoint(story: &mut Story) {
    let all = format!("{NETWORK}endpoint = {{ public = [\"203.0.113.0/24\"], private = true }}\n");
    story
        .edit("The API for the office and the network", &[(NETWORK, &all)])
        .applied();
    let inside = [("public = [\"203.0.113.0/24\"]", "public = false")];
    story
        .edit("The API for the network alone", &inside)
        .applied();
    let outside = [(
        "public = false, private = true",
        "public = [\"203.0.113.0/24\", \"198.51.100.0/24\"], private = false",
    )];
    story
        .edit("The API from outside alone", &outside)
        .allowing("delete")
        .applied();
    let line =
        "endpoint = { public = [\"203.0.113.0/24\", \"198.51.100.0/24\"], private = false }\n";
    story.edit("The API for everybody", &[(line, "")]).applied();
}

fn logging(story: &mut Story) {
    let one = format!("{NETWORK}eks = {{ logging = [\"api\"] }}\n");
    story.edit("A log", &[(NETWORK, &one)]).applied();
    let more = [(
        "logging = [\"api\"]",
        "logging = [\"audit\", \"api\"], log_retention_days = 90",
    )];
    story.edit("Another log, kept for longer", &more).applied();
    let fewer = [("\"audit\", \"api\"", "\"audit\"")];
    story.edit("One log less", &fewer).applied();
    let none = [(
        "eks = { logging = [\"audit\"], log_retention_days = 90 }\n",
        "",
    )];
    story.edit("No logs", &none).allowing("delete").applied();
}

fn access(story: &mut Story) {
    let role = "{ aws = \"arn:aws:iam::123456789012:role/developers\", role = \"view\" }";
    let entry = format!("{NETWORK}access = [{role}]\n");
    story
        .edit("Somebody may look", &[(NETWORK, &entry)])
        .applied();
    let edit = [(
        "role = \"view\"",
        "role = \"edit\", namespaces = [\"shop\"]",
    )];
    story.edit("They may change a namespace", &edit).applied();
    let nobody = "access = [{ aws = \"arn:aws:iam::123456789012:role/developers\", role = \"edit\", namespaces = [\"shop\"] }]\n";
    story
        .edit("Nobody may", &[(nobody, "")])
        .allowing("delete")
        .applied();
}

fn marks(story: &mut Story) {
    let extended = format!("{NETWORK}eks = {{ support = \"extended\" }}\n");
    story
        .edit("Extended support", &[(NETWORK, &extended)])
        .applied();
    story
        .edit(
            "Standard support",
            &[("eks = { support = \"extended\" }\n", "")],
        )
        .applied();
    let region = "region  = \"eu-west-1\"\n";
    let labelled = format!("{region}\n[labels]\nteam = \"web\"\n");
    story
        .edit("A label on everything", &[(region, &labelled)])
        .applied();
    story
        .edit(
            "Another value of it",
            &[("team = \"web\"", "team = \"shop\"")],
        )
        .applied();
    let protected = format!("{NETWORK}protect  = true\n");
    story.edit("Protection", &[(NETWORK, &protected)]).applied();
    story.look("Nothing that is protected goes", &["destroy", "--yes"], 1);
    story
        .edit("No protection", &[("protect  = true\n", "")])
        .applied();
}

#[test]
fn on_the_sandbox() {
    tell(Story::sandbox("cluster", SPEC));
}

#[test]
fn on_moto() {
    if let Some(story) = Story::moto("cluster", SPEC) {
        tell(story);
    }
}
