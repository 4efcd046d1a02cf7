//! The Kubernetes minors that EKS offers in an account. Its zones and machines are read by provider `aws`.

use std::cmp::Reverse;

use aws_sdk_eks::primitives::DateTime;
use aws_sdk_eks::types::{ClusterVersionInformation, VersionStatus};
use jiff::Timestamp;
use provision_aws::{Aws, Fault, kind};
use provision_core::contract::{Account, Context, Facts, Failure, Note, Severity};
use provision_core::model::Minor;

use crate::calendar;
use crate::kinds::client;

/// Reads the account. Without the list of minors the built-in calendar decides, and a note says so.
pub(crate) async fn account(aws: &Aws, context: &Context) -> Result<Account, Failure> {
    let mut account = kind::caller(aws, context).await?;
    match minors(aws).await {
        Ok(minors) => {
            account.facts.versions = offered(&minors);
            let dates = minors.iter().filter_map(dates);
            account.facts.extra.extend(dates);
        }
        Err(fault) => account.notes.push(unread(&fault)),
    }
    Ok(account)
}

/// What the account says of the ends of support. Where it may not be asked the built-in calendar decides.
pub(crate) async fn support(aws: &Aws) -> Facts {
    let minors = minors(aws).await.unwrap_or_default();
    Facts {
        extra: minors.iter().filter_map(dates).collect(),
        ..Facts::default()
    }
}

fn unread(fault: &Fault) -> Note {
    Note {
        severity: Severity::Info,
        code: "versions-unread".to_owned(),
        message: format!(
            "which Kubernetes versions EKS offers could not be read ({fault}); the built-in calendar decides"
        ),
        address: None,
    }
}

async fn minors(aws: &Aws) -> Result<Vec<ClusterVersionInformation>, Fault> {
    let mut all = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let request = client(aws)
            .describe_cluster_versions()
            .set_next_token(token);
        let answer = aws
            .read("eks:DescribeClusterVersions", || request.clone().send())
            .await?;
        all.extend(answer.cluster_versions.unwrap_or_default());
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(all);
        }
    }
}

/// The ends of a minor's support, as EKS tells them.
fn dates(minor: &ClusterVersionInformation) -> Option<(String, String)> {
    let day = |at: Option<&DateTime>| {
        let at = Timestamp::from_second(at?.secs()).ok()?;
        Some(at.strftime("%Y-%m-%d").to_string())
    };
    let standard = day(minor.end_of_standard_support_date())?;
    let extended = day(minor.end_of_extended_support_date())?;
    Some(calendar::fact(
        minor.cluster_version()?,
        &standard,
        &extended,
    ))
}

/// Those that can be had: the default first, the others newest first.
fn offered(minors: &[ClusterVersionInformation]) -> Vec<String> {
    let mut offered: Vec<(bool, Minor, String)> = minors
        .iter()
        .filter(|minor| minor.version_status() != Some(&VersionStatus::Unsupported))
        .filter_map(|minor| {
            let name = minor.cluster_version()?;
            Some((minor.default_version, Minor::of(name)?, name.to_owned()))
        })
        .collect();
    offered.sort_by_key(|(default, number, _)| Reverse((*default, *number)));
    offered.dedup();
    offered.into_iter().map(|(_, _, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_comes_first_and_unsupported_ones_are_left_out() {
        let minor = |name: &str, default: bool, status: VersionStatus| {
            ClusterVersionInformation::builder()
                .cluster_version(name)
                .default_version(default)
                .version_status(status)
                .build()
        };
        let minors = [
            minor("1.9", false, VersionStatus::Unsupported),
            minor("1.33", false, VersionStatus::ExtendedSupport),
            minor("1.35", true, VersionStatus::StandardSupport),
            minor("1.36", false, VersionStatus::StandardSupport),
        ];
        assert_eq!(offered(&minors), ["1.35", "1.36", "1.33"]);
    }
}
