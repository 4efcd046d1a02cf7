//! A control plane that goes up by minors with all that follows it, and back.

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
version  = "1.33"
eks      = { support = "extended" }

[cluster.main.pool.web]
machine = { cpu = 2, memory = "8GiB" }
nodes   = { min = 1, max = 3 }
"#;

fn tell(mut story: Story) {
    let to = |from: &'static str, to: &'static str| {
        (
            format!("version  = \"{from}\""),
            format!("version  = \"{to}\""),
        )
    };
    let mut go = |title, from, minor| {
        let (old, new) = to(from, minor);
        story.edit(title, &[(old.as_str(), new.as_str())]).applied();
    };
    go("The next minor", "1.33", "1.34");
    go("Two minors in one plan", "1.34", "1.36");
    go("Back to where it came from", "1.36", "1.35");
    let (old, new) = to("1.35", "1.33");
    story
        .edit(
            "Further back there is no way",
            &[(old.as_str(), new.as_str())],
        )
        .refused();
    story.ends();
}

// moto changes no version of a cluster.
#[test]
fn on_the_sandbox() {
    tell(Story::sandbox("upgrade", SPEC));
}
