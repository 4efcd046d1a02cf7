//! How failures read, on terminals of 80 and of 40 columns: the cloud's words, the object, the cause, the next step.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{MINIMAL, NETWORK, Place, Ran, ran};
use serde_json::{Value, json};

/// What changes from run to run (ids and times) is cut out.
fn steady(text: &str) -> String {
    let mut out = String::new();
    let mut run = String::new();
    for c in text.chars().chain(['\n']) {
        if c == '-' || c.is_ascii_hexdigit() && !c.is_ascii_uppercase() {
            run.push(c);
            continue;
        }
        out.push_str(&cut(&run));
        run.clear();
        out.push(c);
    }
    let line = |line: &str| match line.split_once(" steps done in ") {
        Some((before, _)) => format!("{before} steps done in …"),
        None => line.trim_end().to_owned(),
    };
    out.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Hexadecimal digits and hyphens, without the ids among them.
fn cut(run: &str) -> String {
    let parts: Vec<&str> = run.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    if lengths == [8, 4, 4, 4, 12] {
        return "…".to_owned();
    }
    let id = |part: &str| {
        let digits = part.chars().filter(char::is_ascii_digit).count();
        // Accounts and dates are digits alone.
        part.len() >= 8 && digits > 0 && digits < part.len()
    };
    let shown: Vec<&str> = parts
        .into_iter()
        .map(|part| if id(part) { "…" } else { part })
        .collect();
    shown.join("-")
}

/// The end of what was printed: from the first word of a failure on.
fn end(ran: &Ran) -> String {
    let all = match ran.out.find("\nfailed:") {
        Some(at) => &ran.out[at + 1..],
        None => ran.err.as_str(),
    };
    steady(all)
}

fn run(place: &Place, args: &[&str], columns: &str) -> Ran {
    let mut command = place.command(args);
    ran(command.env("COLUMNS", columns).output().unwrap()).expect(1)
}

fn refusal(operation: &str, code: &str, status: u16, message: &str) -> Value {
    json!({ "faults": [{
        "operation": operation, "times": 0,
        "action": { "kind": "error", "code": code, "status": status, "message": message },
    }] })
}

fn issue(on: &str, when: &str, code: &str) -> Value {
    json!({ "issues": [{ "on": on, "when": when, "code": code }] })
}

#[test]
fn failures_read_well() {
    let pass = "User: arn:aws:iam::123456789012:user/eve is not authorized to perform: iam:CreateRole on resource: \
                arn:aws:iam::123456789012:role/provision/hello/x with an explicit deny in a service control policy";
    let cases = [
        (
            "no-addresses",
            MINIMAL,
            issue("nodegroup", "create", "InsufficientFreeAddresses"),
        ),
        (
            "key-disabled",
            MINIMAL,
            issue("cluster", "create", "KmsKeyDisabled"),
        ),
        (
            "addon-conflict",
            MINIMAL,
            issue("addon", "create", "ConfigurationConflict"),
        ),
        ("denied", NETWORK, json!({ "denied": ["ec2:CreateVpc"] })),
        (
            "denied-by-the-organisation",
            MINIMAL,
            refusal("iam:CreateRole", "AccessDenied", 403, pass),
        ),
        (
            "quota-of-vpcs",
            NETWORK,
            json!({ "quotas": { "ec2:vpcs": 0 } }),
        ),
        (
            "quota-of-clusters",
            MINIMAL,
            json!({ "quotas": { "eks:clusters": 0 } }),
        ),
        (
            "sold-out",
            NETWORK,
            refusal(
                "ec2:AllocateAddress",
                "InsufficientAddressCapacity",
                400,
                "Insufficient capacity to allocate an address.",
            ),
        ),
        (
            "not-served",
            NETWORK,
            refusal(
                "ec2:CreateInternetGateway",
                "InvalidAction",
                501,
                "The action CreateInternetGateway is not valid for this web service.",
            ),
        ),
    ];
    for (name, spec, knobs) in cases {
        let place = Place::with(spec);
        place.tune(json!({ "duration_scale": 0.0 }));
        place.tune(knobs);
        let apply = ["apply", "--sandbox", "--yes"];
        let wide = end(&run(&place, &apply, "80"));
        let narrow = end(&run(&place, &apply, "40"));
        insta::assert_snapshot!(name, format!("{wide}\n\n--- 40 columns\n{narrow}"));
    }
}

#[test]
fn refusals_before_anything_is_called_read_well() {
    let whoami = "sts:GetCallerIdentity";
    let skew = "Signature expired: 20261125T100000Z is now earlier than 20261125T195500Z (20261125T201000Z - 15 min.)";
    let invalid = "The security token included in the request is invalid.";
    let cases = [
        ("expired", Some(json!({ "expired": ["*"] }))),
        (
            "clock",
            Some(refusal(whoami, "SignatureDoesNotMatch", 403, skew)),
        ),
        (
            "region-not-enabled",
            Some(refusal(whoami, "InvalidClientTokenId", 403, invalid)),
        ),
        ("no-credentials", None),
    ];
    for (name, knobs) in cases {
        let place = Place::with(NETWORK);
        let sandbox = knobs.is_some();
        if let Some(knobs) = knobs {
            place.tune(knobs);
        }
        let args = match sandbox {
            true => &["plan", "--sandbox"][..],
            false => &["plan"],
        };
        let wide = end(&run(&place, args, "80"));
        let narrow = end(&run(&place, args, "40"));
        insta::assert_snapshot!(name, format!("{wide}\n\n--- 40 columns\n{narrow}"));
    }
}

#[test]
fn a_session_that_ends_for_a_moment_is_no_failure() {
    let place = Place::with(NETWORK);
    place.tune(json!({ "duration_scale": 0.0 }));
    place.tune(json!({ "faults": [{
        "operation": "ec2:DescribeVpcs", "times": 1,
        "action": { "kind": "error", "code": "ExpiredToken", "status": 400, "message": "expired" },
    }] }));
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
}

#[test]
fn the_same_command_makes_anew_what_failed() {
    let place = Place::with(MINIMAL);
    place.tune(json!({ "duration_scale": 0.0 }));
    place
        .run(&[
            "sandbox",
            "tune",
            "--issue",
            "nodegroup:create:NodeCreationFailure",
        ])
        .expect(0);
    let apply = ["apply", "--sandbox", "--yes"];
    place.run(&apply).expect(1);
    let plan = place.run(&["plan", "--sandbox"]).expect(0);
    assert!(plan.out.contains("made anew"), "{}", plan.out);
    assert!(!plan.out.contains("danger:"), "{}", plan.out);
    place.run(&["sandbox", "tune", "--issue", "none"]).expect(0);
    place.run(&apply).expect(0);
    let last = place
        .run(&["plan", "--sandbox", "--detailed-exitcode"])
        .expect(0);
    assert!(last.out.contains("No changes"), "{}", last.out);
    let wrong = ["sandbox", "tune", "--issue", "nodegroup:create:Nothing"];
    let wrong = place.run(&wrong).expect(64);
    assert!(wrong.err.contains("Nothing"), "{}", wrong.err);
}
