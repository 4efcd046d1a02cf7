//! Who calls, from where, and what is on offer there.

use aws_sdk_ec2::types::{AvailabilityZone, Filter, LocationType};
use futures::future::join;
use provision_core::contract::{Account, Class, Context, Failure, Note, Severity};

use crate::client::Aws;
use crate::error::Fault;
use crate::kinds::{filter, pages, partition};

/// Zones in which EKS puts no control plane (EKS user guide, "subnet requirements").
pub(crate) const NO_EKS: [&str; 3] = ["use1-az3", "usw1-az2", "cac1-az3"];

/// Who calls. Nothing else is called before this is known to be the right account.
///
/// # Errors
/// When the credentials are missing, or are of another account than the context's.
pub async fn caller(aws: &Aws, context: &Context) -> Result<Account, Failure> {
    let facts = aws.caller().await.map_err(|fault| fault.failure())?;
    if let Some(wanted) = &context.account
        && *wanted != facts.account
    {
        return Err(other_account(wanted, &facts.account, &facts.caller));
    }
    Ok(Account {
        facts: facts.clone(),
        notes: Vec::new(),
    })
}

/// Who calls, and what is on offer.
///
/// # Errors
/// As [`caller`], and when the zones cannot be read.
pub(crate) async fn account(aws: &Aws, context: &Context) -> Result<Account, Failure> {
    let mut account = caller(aws, context).await?;
    let (zones, machines) = join(zones(aws), machines(aws)).await;
    account.facts.zones = zones.map_err(|fault| fault.failure())?;
    match machines {
        Ok(machines) => account.facts.machines = machines,
        Err(fault) => account.notes.push(not_offered(&fault)),
    }
    account.facts.extra.insert(
        "partition".to_owned(),
        partition(&context.region).to_owned(),
    );
    Ok(account)
}

fn other_account(wanted: &str, account: &str, caller: &str) -> Failure {
    Failure {
        class: Class::Credentials,
        code: "account".to_owned(),
        message: format!(
            "the spec is for account {wanted}, and the credentials are of account {account} ({caller})"
        ),
        call: Some("sts:GetCallerIdentity".to_owned()),
        object: Some(account.to_owned()),
        advice: Some(format!(
            "log in to {wanted} or set AWS_PROFILE; if {account} is meant, change `account` in [cloud.aws]"
        )),
    }
}

/// The table of machines decides then.
fn not_offered(fault: &Fault) -> Note {
    Note {
        severity: Severity::Info,
        code: "machines-unread".to_owned(),
        message: format!(
            "which machine types the region offers could not be read ({fault}); the built-in table decides"
        ),
        address: None,
    }
}

async fn zones(aws: &Aws) -> Result<Vec<String>, Fault> {
    let mut filters: Vec<Filter> = filter("zone-type", ["availability-zone"]);
    filters.extend(filter("opt-in-status", ["opt-in-not-required", "opted-in"]));
    filters.extend(filter("state", ["available"]));
    let request = aws
        .ec2
        .describe_availability_zones()
        .set_filters(Some(filters));
    let answer = aws
        .read("ec2:DescribeAvailabilityZones", || request.clone().send())
        .await?;
    Ok(usable(answer.availability_zones.unwrap_or_default()))
}

fn usable(zones: Vec<AvailabilityZone>) -> Vec<String> {
    let mut names: Vec<String> = zones
        .into_iter()
        .filter(|zone| !zone.zone_id().is_some_and(|id| NO_EKS.contains(&id)))
        .filter_map(|zone| zone.zone_name)
        .collect();
    names.sort();
    names
}

async fn machines(aws: &Aws) -> Result<Vec<String>, Fault> {
    let offerings = pages(|token| async {
        let request = aws
            .ec2
            .describe_instance_type_offerings()
            .location_type(LocationType::Region)
            .set_next_token(token);
        let answer = aws
            .read("ec2:DescribeInstanceTypeOfferings", || {
                request.clone().send()
            })
            .await?;
        Ok((answer.instance_type_offerings, answer.next_token))
    })
    .await?;
    let mut names: Vec<String> = offerings
        .into_iter()
        .filter_map(|offering| Some(offering.instance_type?.as_str().to_owned()))
        .collect();
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use super::*;
    use crate::testing::{Answer, Recorder, aws};

    fn context() -> Context {
        Context {
            stack: "shop".to_owned(),
            account: Some("111111111111".to_owned()),
            region: "eu-west-1".to_owned(),
            labels: BTreeMap::new(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn another_account_is_an_error_before_any_other_call() {
        let body = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult><Arn>arn:aws:iam::222222222222:user/eve</Arn><Account>222222222222</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
        let recorder = Recorder::new([Answer::ok(body)]);
        let failure = account(&aws(&recorder), &context()).await.unwrap_err();
        assert_eq!(failure.class, Class::Credentials);
        for part in ["111111111111", "222222222222", "user/eve"] {
            assert!(failure.message.contains(part), "{}", failure.message);
        }
        assert_eq!(recorder.count(), 1);
    }

    #[test]
    fn zones_without_control_planes_are_left_out() {
        let zone = |name: &str, id: &str| {
            AvailabilityZone::builder()
                .zone_name(name)
                .zone_id(id)
                .build()
        };
        let zones = vec![
            zone("us-east-1b", "use1-az3"),
            zone("us-east-1a", "use1-az1"),
        ];
        assert_eq!(usable(zones), ["us-east-1a"]);
    }
}
