//! The forms that strings of a spec can have: sizes, durations, names, ranges, ARNs.

use super::cidr;
use super::cron;
use super::regions;
use super::source::nearest;
use super::units;

/// A form of string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Anything.
    Free,
    /// Anything but nothing.
    Filled,
    /// A name of at most so many characters.
    Name(usize),
    /// `8GiB`.
    Size,
    /// `30s`.
    Duration,
    /// `500m`.
    Cpu,
    /// `10.0.0.0/16`, private, /16 to /24.
    NetworkRange,
    /// `203.0.113.0/24`, reachable from the internet.
    PublicRange,
    /// `1.33`.
    Version,
    /// 12 digits.
    Account,
    /// `eu-west-1`.
    AwsRegion,
    /// `europe-west1`.
    GcpRegion,
    /// A project id.
    Project,
    /// An IAM user or role.
    Principal,
    /// An IAM role.
    Role,
    /// An IAM policy.
    Policy,
    /// A KMS key.
    Key,
    /// A key of Cloud KMS.
    GcpKey,
    /// `user:…`, `group:…`, `serviceAccount:…`.
    Member,
    /// `roles/…`.
    GcpRole,
    /// `key=value:Effect`.
    Taint,
    /// A Kubernetes label key.
    LabelKey,
    /// A Kubernetes label value.
    LabelValue,
    /// `m7i.large`.
    AwsMachine,
    /// `e2-standard-2`.
    GcpMachine,
    /// An id with this prefix: `vpc-0abc…`.
    Id(&'static str),
    /// Five fields.
    Cron,
    /// `Europe/Berlin`.
    Timezone,
    /// An environment variable.
    EnvName,
    /// Begins with `/`.
    Path,
}

/// What is wrong with a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Ends the sentence "`x` …".
    pub(super) what: String,
    /// What to write.
    pub(super) help: Option<String>,
}

/// A fault with an optional help.
pub(super) fn fault(what: impl Into<String>, help: Option<String>) -> Result<(), Fault> {
    Err(Fault {
        what: what.into(),
        help,
    })
}

impl Format {
    /// What it is, for people.
    pub(super) const fn describe(self) -> &'static str {
        match self {
            Self::Free | Self::Filled => "a string",
            Self::Name(_) => "a name such as \"web-1\"",
            Self::Size => "a size such as \"512MiB\" or \"8GiB\"",
            Self::Duration => "a duration such as \"30s\", \"10m\" or \"2h\"",
            Self::Cpu => "a CPU such as \"500m\"",
            Self::NetworkRange => "a private range such as \"10.20.0.0/16\"",
            Self::PublicRange => "a range such as \"203.0.113.0/24\"",
            Self::Version => "a Kubernetes minor such as \"1.33\"",
            Self::Account => "an account of 12 digits",
            Self::AwsRegion => "an AWS region such as \"eu-west-1\"",
            Self::GcpRegion => "a Google Cloud region such as \"europe-west1\"",
            Self::Project => "a project id such as \"acme-prod\"",
            Self::Principal => "the ARN of an IAM role or user",
            Self::Role => "the ARN of an IAM role",
            Self::Policy => "the ARN of an IAM policy",
            Self::Key => "the ARN of a KMS key",
            Self::Member => "a member such as \"user:me@example.com\"",
            Self::GcpKey => {
                "a key: \"projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/KEY\""
            }
            Self::GcpRole => "a role such as \"roles/storage.objectViewer\"",
            Self::Taint => "a taint such as \"dedicated=web:NoSchedule\"",
            Self::LabelKey => "a Kubernetes label key",
            Self::LabelValue => "a Kubernetes label value",
            Self::AwsMachine => "an EC2 type such as \"m7i.large\"",
            Self::GcpMachine => "a Compute Engine type such as \"e2-standard-2\"",
            Self::Id(_) => "the id of an AWS object",
            Self::Cron => "a cron expression of five fields such as \"0 3 * * *\"",
            Self::Timezone => "a time zone such as \"Europe/Berlin\"",
            Self::EnvName => "a variable name such as \"DATABASE_URL\"",
            Self::Path => "an absolute path such as \"/data\"",
        }
    }

    /// A regular expression that editors can check; looser than [`Self::check`].
    pub(super) const fn pattern(self) -> Option<&'static str> {
        Some(match self {
            Self::Name(_) => "^[a-z]([-a-z0-9]*[a-z0-9])?$",
            Self::Size => "^[0-9]+(MiB|GiB|TiB)$",
            Self::Duration => "^[0-9]+(s|m|h|d)$",
            Self::Cpu => "^[0-9]+m$",
            Self::NetworkRange | Self::PublicRange => "^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$",
            Self::Version => "^1\\.[0-9]{1,2}$",
            Self::Account => "^[0-9]{12}$",
            Self::AwsRegion => "^[a-z]{2,3}(-[a-z]+)+-[0-9]$",
            Self::GcpRegion => "^[a-z]+-[a-z]+[0-9]+$",
            Self::Taint => "^[^=:]+(=[^=:]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$",
            Self::AwsMachine => "^[a-z0-9-]+\\.[a-z0-9-]+$",
            Self::EnvName => "^[A-Za-z_][A-Za-z0-9_.-]*$",
            Self::Path => "^/",
            _ => return None,
        })
    }

    /// Whether `text` has this form, and if not, why.
    pub(super) fn check(self, text: &str) -> Result<(), Fault> {
        match self {
            Self::Free => Ok(()),
            Self::Filled if text.trim().is_empty() => fault(
                "is empty",
                Some("write something, or leave the key out".to_owned()),
            ),
            Self::Filled => Ok(()),
            Self::Name(limit) => name(text, limit),
            Self::Size => units::size(text).map(drop),
            Self::Duration => units::duration(text).map(drop),
            Self::Cpu => units::cpu(text).map(drop),
            Self::NetworkRange => cidr::check_network(text),
            Self::PublicRange => cidr::check_public(text),
            Self::Version => version(text),
            Self::Account => account(text),
            Self::AwsRegion => region(text, regions::AWS, "AWS"),
            Self::GcpRegion => region(text, regions::GCP, "Google Cloud"),
            Self::Project => project(text),
            Self::Cron => cron::check(text),
            _ => super::format_ids::check(self, text),
        }
    }
}

fn name(text: &str, limit: usize) -> Result<(), Fault> {
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let legal = text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.chars().all(fine);
    if !legal {
        let help = "names start with a-z, go on with a-z, 0-9 and `-`, and do not end in `-`";
        let mended: String = text
            .to_lowercase()
            .chars()
            .map(|c| if fine(c) { c } else { '-' })
            .collect();
        let mended: Vec<&str> = mended.split('-').filter(|part| !part.is_empty()).collect();
        let mended = mended.join("-");
        let mended = mended.trim_start_matches(|c: char| c == '-' || c.is_ascii_digit());
        let better = if !mended.is_empty() && mended.len() <= limit {
            format!("write `{mended}`: {help}")
        } else {
            help.to_owned()
        };
        return fault("is not a name", Some(better));
    }
    if text.len() > limit {
        let what = format!(
            "is {} characters long; at most {limit} fit every platform",
            text.len()
        );
        return fault(what, Some("take a shorter one".to_owned()));
    }
    Ok(())
}

fn version(text: &str) -> Result<(), Fault> {
    let minor = text.strip_prefix("1.").unwrap_or_default();
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if digits(minor) && minor.len() <= 2 && !minor.starts_with('0') {
        return Ok(());
    }
    let bare = text.trim_start_matches('v');
    let mut parts = bare.split(['.', '-']);
    let better = match (parts.next(), parts.next()) {
        (Some("1"), Some(minor)) if digits(minor) && bare != text || parts.next().is_some() => {
            Some(format!("write \"1.{minor}\": the patch is the platform's"))
        }
        _ => Some("write a Kubernetes minor such as \"1.33\"".to_owned()),
    };
    fault("is not a Kubernetes minor", better)
}

fn account(text: &str) -> Result<(), Fault> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if text.len() == 12 && digits.len() == 12 {
        return Ok(());
    }
    let better = (digits.len() == 12).then(|| format!("write \"{digits}\""));
    let usual = "an AWS account has 12 digits; `aws sts get-caller-identity` shows yours";
    fault(
        "is not an AWS account",
        better.or_else(|| Some(usual.into())),
    )
}

fn region(text: &str, known: &[&str], cloud: &str) -> Result<(), Fault> {
    if known.contains(&text) {
        return Ok(());
    }
    let zone = known
        .iter()
        .find(|region| text.len() <= region.len() + 2 && text.starts_with(**region));
    let near = zone
        .copied()
        .or_else(|| nearest(text, known.iter().copied()));
    let help = match near {
        Some(region) => format!("did you mean `{region}`?"),
        None => format!(
            "write one such as `{}`",
            known.first().copied().unwrap_or_default()
        ),
    };
    fault(format!("is not a region of {cloud}"), Some(help))
}

// https://cloud.google.com/resource-manager/docs/creating-managing-projects: 6 to 30 characters.
fn project(text: &str) -> Result<(), Fault> {
    if (6..=30).contains(&text.len()) && name(text, 30).is_ok() {
        return Ok(());
    }
    let help = "a project id has 6 to 30 characters of a-z, 0-9 and `-`";
    fault("is not a project id", Some(help.to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_versions_accounts_regions() {
        assert!(Format::Name(40).check("web-1").is_ok());
        for wrong in ["Web", "1web", "web-", "", "we_b", "wéb"] {
            assert!(Format::Name(40).check(wrong).is_err(), "{wrong}");
        }
        assert!(Format::Name(3).check("webs").is_err());
        assert!(Format::Version.check("1.33").is_ok());
        for wrong in ["v1.33", "1.33.1", "1", "2.0", "1.", "1.033", "1.33-gke.100"] {
            assert!(Format::Version.check(wrong).is_err(), "{wrong}");
        }
        assert!(Format::Account.check("123456789012").is_ok());
        let help = Format::Account.check("1234-5678-9012").unwrap_err().help;
        assert_eq!(help.unwrap(), "write \"123456789012\"");
        let help = Format::AwsRegion.check("eu-west-1a").unwrap_err().help;
        assert_eq!(help.unwrap(), "did you mean `eu-west-1`?");
        let help = Format::AwsRegion.check("us-est-1").unwrap_err().help;
        assert_eq!(help.unwrap(), "did you mean `us-east-1`?");
        assert!(Format::GcpRegion.check("europe-west1").is_ok());
        assert!(Format::Project.check("acme").is_err());
    }
}
