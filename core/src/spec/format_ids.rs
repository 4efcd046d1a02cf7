//! Forms of names that clouds and Kubernetes give: ARNs, ids, label keys, taints.

use super::format::{Fault, Format, fault};
use super::source::nearest;

/// Checks the forms that [`Format::check`] leaves to this file.
pub(super) fn check(format: Format, text: &str) -> Result<(), Fault> {
    match format {
        Format::Principal => principal(text),
        Format::Role => arn(text, "iam", &["role/"], "a role"),
        Format::Policy => arn(text, "iam", &["policy/"], "a policy"),
        Format::Key => arn(text, "kms", &["key/"], "a KMS key"),
        Format::Member => member(text),
        Format::GcpRole => gcp_role(text),
        Format::GcpKey => gcp_key(text),
        Format::Taint => taint(text).map(drop),
        Format::LabelKey => label_key(text),
        Format::LabelValue => label_value(text),
        Format::AwsMachine => aws_machine(text),
        Format::GcpMachine => gcp_machine(text),
        Format::Id(prefix) => id(text, prefix),
        Format::Timezone => timezone(text),
        Format::EnvName => env_name(text),
        Format::Path if !text.starts_with('/') => fault(
            "is not an absolute path",
            Some(format!("write \"/{text}\"")),
        ),
        _ => Ok(()),
    }
}

/// `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`, the resource beginning with one of `kinds`.
fn arn(text: &str, service: &str, kinds: &[&str], what: &str) -> Result<(), Fault> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [scheme, partition, named, region, account, resource] = parts.as_slice() else {
        return fault("is not an ARN", Some(example(service, kinds)));
    };
    let owner = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    // Policies of AWS itself belong to the account `aws`; IAM has no region, KMS has one.
    let owner = owner || (*account == "aws" && kinds.contains(&"policy/"));
    let local = if service == "iam" {
        region.is_empty()
    } else {
        !region.is_empty()
    };
    let kind = kinds
        .iter()
        .any(|kind| resource.len() > kind.len() && resource.starts_with(kind));
    let arn = *scheme == "arn" && matches!(*partition, "aws" | "aws-cn" | "aws-us-gov");
    if arn && *named == service && local && owner && kind {
        return Ok(());
    }
    fault(
        format!("is not the ARN of {what}"),
        Some(example(service, kinds)),
    )
}

fn example(service: &str, kinds: &[&str]) -> String {
    let kind = kinds.first().copied().unwrap_or_default();
    let region = if service == "iam" { "" } else { "eu-west-1" };
    format!("write \"arn:aws:{service}:{region}:123456789012:{kind}NAME\"")
}

// EKS access entries take IAM roles and users, never a session of a role or the root user
// (CreateAccessEntry, `principalArn`).
fn principal(text: &str) -> Result<(), Fault> {
    let mut parts = text.splitn(6, ':').skip(2);
    if let (Some("sts"), _, Some(account), Some(resource)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    {
        let role = resource.strip_prefix("assumed-role/").unwrap_or_default();
        let role = role.split('/').next().unwrap_or_default();
        let help = format!(
            "write \"arn:aws:iam::{account}:role/{role}\", with the role's path if it has one"
        );
        return fault("is a session, not a role", Some(help));
    }
    if text.ends_with(":root") {
        let help = "name a role or a user of the account";
        return fault("is an account, not a role or a user", Some(help.into()));
    }
    arn(text, "iam", &["role/", "user/"], "a role or a user")
}

fn member(text: &str) -> Result<(), Fault> {
    const KINDS: &[&str] = &["user", "group", "serviceAccount", "domain"];
    match text.split_once(':') {
        Some((kind, who)) if KINDS.contains(&kind) && !who.is_empty() => Ok(()),
        _ => fault(
            "is not a member",
            Some("write \"user:…\", \"group:…\" or \"serviceAccount:…\"".into()),
        ),
    }
}

/// `projects/P/locations/L/keyRings/R/cryptoKeys/K`, none of them empty.
fn gcp_key(text: &str) -> Result<(), Fault> {
    let parts: Vec<&str> = text.split('/').collect();
    if let [
        "projects",
        project,
        "locations",
        place,
        "keyRings",
        ring,
        "cryptoKeys",
        key,
    ] = parts.as_slice()
        && [project, place, ring, key]
            .iter()
            .all(|name| !name.is_empty())
    {
        return Ok(());
    }
    fault(
        "is not a key of Cloud KMS",
        Some("write \"projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/KEY\"".into()),
    )
}

fn gcp_role(text: &str) -> Result<(), Fault> {
    let own = text.starts_with("projects/") || text.starts_with("organizations/");
    if text
        .strip_prefix("roles/")
        .is_some_and(|name| !name.is_empty())
        || own && text.contains("/roles/")
    {
        return Ok(());
    }
    fault("is not a role", Some("write \"roles/NAME\"".into()))
}

/// The effects of a taint, as Kubernetes writes them.
pub(super) const EFFECTS: &[&str] = &["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// Key, value and effect of `key=value:Effect` or `key:Effect`.
pub(super) fn taint(text: &str) -> Result<(&str, &str, &str), Fault> {
    let Some((pair, effect)) = text.rsplit_once(':') else {
        return Err(Fault {
            what: "is not a taint".into(),
            help: Some("write \"key=value:NoSchedule\"".into()),
        });
    };
    if !EFFECTS.contains(&effect) {
        let near = nearest(effect, EFFECTS.iter().copied());
        let help = match near {
            Some(near) => format!("did you mean \"{pair}:{near}\"?"),
            None => format!("the effects are {}", EFFECTS.join(", ")),
        };
        return Err(Fault {
            what: format!("has the unknown effect `{effect}`"),
            help: Some(help),
        });
    }
    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
    label_key(key)?;
    label_value(value)?;
    Ok((key, value, effect))
}

// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
fn label_key(text: &str) -> Result<(), Fault> {
    let (prefix, name) = match text.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, text),
    };
    let host = |prefix: &str| {
        let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
        (1..=253).contains(&prefix.len()) && prefix.chars().all(fine)
    };
    if name.is_empty() || !qualified(name) || prefix.is_some_and(|prefix| !host(prefix)) {
        let help = "label keys have at most 63 letters, digits, `-`, `_` and `.`, after an optional `example.com/`";
        return fault("is not a label key", Some(help.into()));
    }
    Ok(())
}

/// Whether Kubernetes takes this as a label value.
pub(super) fn label_value(text: &str) -> Result<(), Fault> {
    if qualified(text) {
        return Ok(());
    }
    let help = "label values have at most 63 letters, digits, `-`, `_` and `.`, and start and end with a letter or digit";
    fault("is not a label value", Some(help.into()))
}

fn qualified(text: &str) -> bool {
    let edge = |c: char| c.is_ascii_alphanumeric();
    text.len() <= 63
        && (text.is_empty() || text.starts_with(edge) && text.ends_with(edge))
        && text.chars().all(|c| edge(c) || "-_.".contains(c))
}

fn aws_machine(text: &str) -> Result<(), Fault> {
    let part = |part: &str| {
        let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !part.is_empty() && part.chars().all(fine)
    };
    match text.split_once('.') {
        Some((family, size)) if part(family) && part(size) => Ok(()),
        _ => fault(
            "is not an EC2 type",
            Some("write a type such as \"m7i.large\"".into()),
        ),
    }
}

fn gcp_machine(text: &str) -> Result<(), Fault> {
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.contains('-') && text.chars().all(fine) {
        return Ok(());
    }
    let help = "write a type such as \"e2-standard-2\"";
    fault("is not a Compute Engine type", Some(help.into()))
}

/// `vpc-0123456789abcdef0`.
fn id(text: &str, prefix: &str) -> Result<(), Fault> {
    let hex = text.strip_prefix(prefix).unwrap_or_default();
    let lower = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if (8..=17).contains(&hex.len()) && hex.bytes().all(lower) {
        return Ok(());
    }
    fault(
        format!("is not an id of the form {prefix}…"),
        Some(format!("write \"{prefix}\" and its 8 to 17 hex digits")),
    )
}

// Only the form: the database of zones belongs to the platform that runs the job.
fn timezone(text: &str) -> Result<(), Fault> {
    let fine = |c: char| c.is_ascii_alphanumeric() || "_-+".contains(c);
    let parts: Vec<&str> = text.split('/').collect();
    let named = parts.len() > 1 || text == "UTC";
    if named
        && parts.iter().all(|part| {
            part.starts_with(|c: char| c.is_ascii_uppercase()) && part.chars().all(fine)
        })
    {
        return Ok(());
    }
    let help = "write a name of the IANA database such as \"Europe/Berlin\", or \"UTC\"";
    fault("is not a time zone", Some(help.into()))
}

fn env_name(text: &str) -> Result<(), Fault> {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    let rest = |c: char| first(c) || c.is_ascii_digit() || "-.".contains(c);
    if text.starts_with(first) && text.chars().all(rest) {
        return Ok(());
    }
    let help = "names have letters, digits, `_`, `-` and `.`, and do not start with a digit";
    fault("is not a variable name", Some(help.into()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn arns() {
        let is = |format: Format, text: &str| format.check(text).is_ok();
        assert!(is(Format::Principal, "arn:aws:iam::123456789012:role/dev"));
        assert!(is(
            Format::Principal,
            "arn:aws-cn:iam::123456789012:user/a/b"
        ));
        assert!(is(Format::Policy, "arn:aws:iam::aws:policy/ReadOnlyAccess"));
        assert!(is(Format::Key, "arn:aws:kms:eu-west-1:123456789012:key/1"));
        for wrong in [
            "dev",
            "arn:aws:iam::123:role/dev",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:group/a",
            "arn:aws:iam::aws:role/a",
        ] {
            assert!(!is(Format::Principal, wrong), "{wrong}");
        }
        let session = "arn:aws:sts::123456789012:assumed-role/dev/me";
        let help = Format::Principal.check(session).unwrap_err().help.unwrap();
        assert!(help.contains("arn:aws:iam::123456789012:role/dev"));
        assert!(!is(Format::Principal, "arn:aws:iam::123456789012:root"));
    }

    #[test]
    fn taints_and_labels() {
        assert_eq!(taint("a=b:NoSchedule").unwrap(), ("a", "b", "NoSchedule"));
        assert_eq!(taint("a:NoExecute").unwrap(), ("a", "", "NoExecute"));
        let help = taint("a=b:Noschedule").unwrap_err().help.unwrap();
        assert_eq!(help, "did you mean \"a=b:NoSchedule\"?");
        assert!(taint("a=b").is_err());
        assert!(taint("=b:NoSchedule").is_err());
        assert!(label_key("example.com/a").is_ok());
        assert!(label_key("a/b/c").is_err());
        assert!(label_value("-a").is_err());
    }

    #[test]
    fn ids_zones_and_machines() {
        assert!(id("vpc-0123456789abcdef0", "vpc-").is_ok());
        assert!(id("vpc-XYZ", "vpc-").is_err());
        assert!(timezone("America/Argentina/Buenos_Aires").is_ok());
        assert!(timezone("berlin").is_err());
        assert!(aws_machine("u-6tb1.56xlarge").is_ok());
        assert!(aws_machine("e2-standard-2").is_err());
        assert!(gcp_machine("m7i.large").is_err());
    }
}
